"""The desk's counter for questions: each gets one answer, and may be withdrawn until then."""

from collections.abc import Callable
from typing import Any

from workstation.broker.request_engine import RequestEngine
from workstation.broker.request_kinds import KINDS
from workstation.desk.paged_history import PagedHistory
from workstation.domain.clock import Clock
from workstation.domain.commands import Answered, Ask, CommandResult, Done, Failed, WithdrawAsk
from workstation.domain.messages import EventMessage, RequestProgressed
from workstation.domain.preview import MarginPreview
from workstation.domain.queries import History, WhatIf
from workstation.domain.query import FailureKind, Query, RequestFailure

Answer = Callable[[CommandResult], None]
AskMargin = Callable[[Any, Callable[[MarginPreview | Failed], None]], None]
"""Asks what a draft would cost, through the one door of orders."""


class RequestDesk:
    """Puts questions of the window to the broker. Core thread.

    `Ask` is answered by Answered or RequestFailure. History is asked for in pages; a what-if
    passes the same door as an order.
    """

    def __init__(
        self,
        engine: RequestEngine,
        clock: Clock,
        post: Callable[[EventMessage], None],
        ask_margin: AskMargin,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._post = post
        self._ask_margin = ask_margin
        self._withdrawals: dict[int, Callable[[], None]] = {}

    def ask(self, number: int, command: Ask, answer: Answer) -> None:
        """Put the question of command `number`."""

        def taken(result: Any) -> None:
            self._withdrawals.pop(number, None)
            answer(result if isinstance(result, RequestFailure) else Answered(result))

        query = command.query
        if isinstance(query, History):
            self._ask_history(number, query, taken)
        elif isinstance(query, WhatIf):
            self._withdrawals[number] = lambda: taken(_WITHDRAWN)
            self._ask_margin(query.draft, lambda result: taken(_of_margin(result)))
        elif type(query) in KINDS:
            self._ask_engine(number, query, taken)
        else:
            taken(_unknown(query))

    def withdraw(self, command: WithdrawAsk) -> CommandResult:
        """Give a question up; its answer becomes a failure. Harmless when it has one."""
        withdraw = self._withdrawals.pop(command.number, None)
        if withdraw is not None:
            withdraw()
        return Done()

    def _ask_history(self, number: int, query: History, taken: Callable[[Any], None]) -> None:
        def progressed(progress: Any) -> None:
            self._post(RequestProgressed(number, progress))

        pages = PagedHistory(self._engine, self._clock, query, taken, progressed)
        self._withdrawals[number] = pages.cancel
        pages.start()

    def _ask_engine(self, number: int, query: Query[Any], taken: Callable[[Any], None]) -> None:
        question = self._engine.ask(query, taken)
        if question is not None and not question.is_over:
            self._withdrawals[number] = lambda: self._engine.cancel(question)


_WITHDRAWN = RequestFailure(
    kind=FailureKind.CANCELLED,
    text="The question about the margin was withdrawn.",
    meaning="No order is touched by it.",
    advice="",
)


def _of_margin(result: MarginPreview | Failed) -> MarginPreview | RequestFailure:
    if not isinstance(result, Failed):
        return result
    return RequestFailure(
        kind=result.kind,
        text=result.reason,
        meaning="What the order would cost is not known; nothing was placed.",
        advice="The order itself is checked again when it is sent.",
        code=result.code,
    )


def _unknown(query: object) -> RequestFailure:
    return RequestFailure(
        kind=FailureKind.UNWRITABLE,
        text=f"The program does not know how to ask {type(query).__name__}.",
        meaning="Nothing was sent. No order is touched by it.",
        advice="Report it.",
    )
