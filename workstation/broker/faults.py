"""What to do with an exception of someone we told: the stream of frames must not feel it."""

from collections.abc import Callable
from typing import Any

from workstation.domain.ports import Reactor


def raise_later(reactor: Reactor, error: Exception) -> None:
    """Let the loop meet the error in this round, as if a callback of its own had failed.

    The loop logs it and tells its `on_error`, which locks trading if the journal failed.
    """

    def call() -> None:
        raise error

    reactor.call_later(0.0, call)


class CallbackGuard:
    """Stands before the wrapper, so that an exception in one callback stays in it.

    The library's decoder calls whatever method it likes; each is looked up once.
    """

    def __init__(self, wrapper: object, reactor: Reactor) -> None:
        self._wrapper = wrapper
        self._reactor = reactor

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Return the wrapper's method of this name, guarded."""
        method = getattr(self._wrapper, name)

        def guarded(*args: Any) -> None:
            try:
                method(*args)
            except Exception as error:  # noqa: BLE001 - told to the loop
                raise_later(self._reactor, error)

        self.__dict__[name] = guarded
        return guarded
