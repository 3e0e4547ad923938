"""Questions to the broker as awaitables of the GUI thread's asyncio loop.

Imported when the first question is put, never before the first paint: asyncio and qasync cost
more than a frame.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, cast

import qasync
from PySide6.QtCore import QCoreApplication, QObject, Slot

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import Answered, Ask, CommandResult, Failed, WithdrawAsk
from workstation.domain.query import (
    FailureKind,
    Progress,
    Query,
    RequestError,
    RequestFailure,
)

log = logging.getLogger(__name__)

T = TypeVar("T")


class Requests(QObject):
    """Puts questions and awaits their answers. GUI thread.

    Owns the asyncio loop, which runs on Qt's own; there is one for the program. Do not call
    `exec()` of a dialog inside a task: other tasks would stop (platform.md, qasync).
    """

    def __init__(self, port: CommandPort, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._port = port
        application = QCoreApplication.instance()
        self._loop = qasync.QEventLoop(application, already_running=True)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def ask(self, query: Query[T], progressed: Callable[[Progress], None] | None = None) -> T:
        """Return the whole answer. Raises RequestError with the failure.

        An empty tuple means that the broker said there is nothing. Cancelling the awaiting task
        withdraws the question at the broker. `progressed` hears of answers in pages.
        """
        answer: asyncio.Future[CommandResult] = self._loop.create_future()

        def settle(result: CommandResult) -> None:
            if not answer.done():
                answer.set_result(result)

        number = self._port.send(Ask(query), settle, progressed)
        try:
            result = await answer
        except asyncio.CancelledError:
            self._port.send(WithdrawAsk(number))
            raise
        if isinstance(result, Answered):
            return cast("T", result.value)
        raise RequestError(_failure_of(result))

    def start(self, flow: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run a flow until it ends; a fault in it is logged, a RequestError too."""
        task: asyncio.Task[None] = self._loop.create_task(flow)
        self._tasks.add(task)
        task.add_done_callback(self._note_end)
        return task

    @Slot()
    def close(self) -> None:
        """Cancel every flow, which withdraws its questions; Qt's loop must still run."""
        for task in tuple(self._tasks):
            task.cancel()

    def end(self) -> None:
        """Give the loop back when Qt's has ended; harmless when that was done."""
        if self._loop.is_closed():
            return
        asyncio.events._set_running_loop(None)  # noqa: SLF001 - made for owners of loops
        self._loop.stop()
        self._loop.close()

    def _note_end(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a flow of the window failed: %s", error, exc_info=error)


def _failure_of(result: CommandResult) -> RequestFailure:
    if isinstance(result, RequestFailure):
        return result
    reason = result.reason if isinstance(result, Failed) else type(result).__name__
    return RequestFailure(
        kind=FailureKind.INTERNAL,
        text=reason,
        meaning="No order is touched by it.",
        advice="Save the log and report it.",
    )
