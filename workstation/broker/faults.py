"""What to do with an exception of someone we told: the stream of frames must not feel it."""

import logging
from collections.abc import Callable
from typing import Any

from workstation.broker.redaction import readable
from workstation.domain.ids import AccountId
from workstation.domain.ports import Reactor

log = logging.getLogger(__name__)


def raise_later(reactor: Reactor, error: Exception) -> None:
    """Let the loop meet the error in this round, as if a callback of its own had failed.

    The loop logs it and tells its `on_error`, which locks trading if the journal failed.
    """

    def call() -> None:
        raise error

    reactor.call_later(0.0, call)


class CallbackGuard:
    """Stands before the wrapper, so that an exception in one callback stays in it.

    The library's decoder calls whatever method it likes; each is looked up once. `body` is the
    message being decoded and `accounts` the names that no log may hold. The error carries the
    callback's name as a note, for the sentence that the window shows.
    """

    def __init__(self, wrapper: object, reactor: Reactor) -> None:
        self.body = b""
        self.accounts: tuple[AccountId, ...] = ()
        self.caught = 0
        """Exceptions so far."""
        self._wrapper = wrapper
        self._reactor = reactor

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Return the wrapper's method of this name, guarded."""
        method = getattr(self._wrapper, name)

        def guarded(*args: Any) -> None:
            try:
                method(*args)
            except Exception as error:  # noqa: BLE001 - told to the loop
                self.caught += 1
                error.add_note(f"{name}, number {self.caught} in this run")
                log.error("%s failed at %s", name, readable(self.body, self.accounts))
                raise_later(self._reactor, error)

        self.__dict__[name] = guarded
        return guarded
