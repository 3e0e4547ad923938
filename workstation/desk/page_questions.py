"""What charts and news ask again and again, put to the broker as questions."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from workstation.broker.request_engine import RequestEngine
from workstation.desk.contracts import Contracts
from workstation.domain.bar import Bar, BarSize
from workstation.domain.commands import (
    BarsAnswer,
    CommandResult,
    Failed,
    HeadlinesAnswer,
    RequestArticle,
)
from workstation.domain.ids import ConId
from workstation.domain.news import Article, NewsProvider
from workstation.domain.queries import ArticleOf, BarLength, BarsPage, Headlines, NewsProviders
from workstation.domain.query import RequestFailure
from workstation.domain.reference import HeadlinesPage

FIRST_PAGE = {
    BarSize.MINUTE_1: "2 D",
    BarSize.MINUTE_5: "5 D",
    BarSize.MINUTE_15: "10 D",
    BarSize.MINUTE_30: "20 D",
    BarSize.HOUR_1: "1 M",
    BarSize.DAY_1: "2 Y",
}
"""How much of a series a chart begins with."""

_OLDER_PAGE = {**FIRST_PAGE, BarSize.MINUTE_1: "5 D", BarSize.DAY_1: "5 Y"}
_LENGTHS = {length.spelling: length for length in BarLength}

Answer = Callable[[CommandResult], None]


class PageQuestions:
    """Answers each with a whole page or the reason why there is none. Core thread."""

    def __init__(self, engine: RequestEngine, contracts: Contracts) -> None:
        self._engine = engine
        self._contracts = contracts

    def bars(self, con_id: ConId, size: BarSize, before: datetime | None, answer: Answer) -> None:
        """Answer with the bars before a time, None for the newest."""
        details = self._contracts.details(con_id)
        if details is None:
            answer(Failed("The contract is not known."))
            return

        def taken(result: tuple[Bar, ...] | RequestFailure) -> None:
            if isinstance(result, RequestFailure):
                answer(_failed(result))
            else:
                answer(BarsAnswer(con_id, size, result, complete=not result))

        pages = FIRST_PAGE if before is None else _OLDER_PAGE
        length = _LENGTHS[size.value]
        page = BarsPage(contract=details.contract, length=length, span=pages[size], before=before)
        self._engine.ask(page, taken)

    def headlines(self, con_id: ConId, answer: Answer) -> None:
        """Answer with the newest headlines of every provider of the account."""

        def taken(result: HeadlinesPage | RequestFailure) -> None:
            if isinstance(result, RequestFailure):
                answer(_failed(result))
            else:
                answer(HeadlinesAnswer(con_id, result.headlines))

        def told(result: tuple[NewsProvider, ...] | RequestFailure) -> None:
            if isinstance(result, RequestFailure):
                answer(_failed(result))
            elif not result:
                answer(Failed("The account has no news provider."))
            else:
                codes = tuple(provider.code for provider in result)
                self._engine.ask(Headlines(con_id=con_id, providers=codes), taken)

        self._engine.ask(NewsProviders(), told)

    def article(self, wish: RequestArticle, answer: Answer) -> None:
        """Answer with the body of a headline."""

        def taken(result: Article | RequestFailure) -> None:
            answer(_failed(result) if isinstance(result, RequestFailure) else result)

        self._engine.ask(ArticleOf(wish.provider, wish.article_id), taken)

    @property
    def open_history(self) -> int:
        """How many questions for data of the past the broker has not answered yet."""
        return self._engine.open_history


def _failed(failure: Any) -> Failed:
    return Failed(failure.text, code=failure.code, kind=failure.kind)
