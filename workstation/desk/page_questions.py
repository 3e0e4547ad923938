"""What charts and news ask again and again, put to the broker as questions."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from workstation.broker.request_engine import RequestEngine
from workstation.desk.contracts import Contracts
from workstation.domain.bar import Bar, BarSize, SeriesKey, Show
from workstation.domain.commands import (
    BarsAnswer,
    CommandResult,
    Failed,
    HeadlinesAnswer,
    RequestArticle,
)
from workstation.domain.ids import ConId
from workstation.domain.news import Article, NewsProvider
from workstation.domain.queries import ArticleOf, BarsPage, Headlines, NewsProviders
from workstation.domain.query import Query, RequestFailure
from workstation.domain.reference import HeadlinesPage

_FIRST_PAGE = {
    BarSize.SECOND_1: "1800 S",
    BarSize.SECOND_5: "7200 S",
    BarSize.SECOND_10: "14400 S",
    BarSize.SECOND_15: "21600 S",
    BarSize.SECOND_30: "28800 S",
    BarSize.MINUTE_1: "2 D",
    BarSize.MINUTE_2: "3 D",
    BarSize.MINUTE_3: "4 D",
    BarSize.MINUTE_5: "5 D",
    BarSize.MINUTE_10: "8 D",
    BarSize.MINUTE_15: "10 D",
    BarSize.MINUTE_20: "15 D",
    BarSize.MINUTE_30: "20 D",
    BarSize.HOUR_1: "1 M",
    BarSize.HOUR_2: "2 M",
    BarSize.HOUR_3: "2 M",
    BarSize.HOUR_4: "3 M",
    BarSize.HOUR_8: "3 M",
    BarSize.DAY_1: "2 Y",
    BarSize.WEEK_1: "5 Y",
    BarSize.MONTH_1: "20 Y",
}
"""How much of a series a chart begins with."""

_OLDER_PAGE = {**_FIRST_PAGE, BarSize.MINUTE_1: "5 D", BarSize.DAY_1: "5 Y"}
_LONGEST = 20
"""Pages that one answer may be long at most, where the broker takes no end."""


def first_page(size: BarSize) -> str:
    """Return how much of a series a chart begins with, in the broker's words."""
    return _FIRST_PAGE[size]


Answer = Callable[[CommandResult], None]


class PageQuestions:
    """Answers each with a whole page or the reason why there is none. Core thread."""

    def __init__(self, engine: RequestEngine, contracts: Contracts) -> None:
        self._engine = engine
        self._contracts = contracts
        self._pages: dict[BarsPage, list[tuple[bool, Answer]]] = {}
        """Who waits for a page, and whether an answer is the whole history."""

    def bars(
        self, series: SeriesKey, before: datetime | None, answer: Answer, *, pages: int = 1
    ) -> None:
        """Answer with the bars before a time, None for the newest.

        The broker takes no end for adjusted prices and for the continuous future: then the
        answer is so many pages long and ends now. Who asks for the same page at a time shares one
        request: the broker takes identical ones only every 15 s.
        """
        details = self._contracts.details(series.con_id)
        if details is None:
            answer(Failed("The contract is not known."))
            return
        contract = details.contract
        has_no_end = series.show is Show.ADJUSTED_LAST or contract.sec_type == "CONTFUT"
        span = (_FIRST_PAGE if before is None else _OLDER_PAGE)[series.size]
        if has_no_end:
            before, span = None, _longer(span, min(pages, _LONGEST))

        page = BarsPage(
            contract=contract,
            length=series.size,
            span=span,
            before=before,
            show=series.show,
            regular_hours=series.regular_hours,
        )
        asking = self._pages.setdefault(page, [])
        asking.append((has_no_end and pages > _LONGEST, answer))
        if len(asking) == 1:
            self._engine.ask(page, partial(self._take_page, series, page))

    def _take_page(
        self, series: SeriesKey, page: BarsPage, result: tuple[Bar, ...] | RequestFailure
    ) -> None:
        for is_whole, answer in self._pages.pop(page):
            if isinstance(result, RequestFailure):
                answer(_failed(result))
            else:
                complete = is_whole or not result
                answer(BarsAnswer(series.con_id, series.size, result, complete=complete))

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

    def ask(self, query: Query[Any], answer: Callable[[Any], None]) -> None:
        """Put any question to the broker; `answer` is called once, also at once."""
        self._engine.ask(query, answer)

    @property
    def open_history(self) -> int:
        """How many questions for data of the past the broker has not answered yet."""
        return self._engine.open_history

    @property
    def spent_history(self) -> int:
        """How many strict history requests of the last ten minutes the broker counts."""
        return self._engine.spent_history


def _longer(span: str, pages: int) -> str:
    """Return so many times a span; a year has to be written in years."""
    count, unit = span.split()
    days = int(count) * pages * {"S": 0, "D": 1, "M": 30, "Y": 365}[unit]
    if unit in "DM" and days > 365:
        return f"{-(-days // 365)} Y"
    limit = {"S": 2000 if int(count) < 2000 else 86_400, "M": 12, "Y": 68, "D": 365}[unit]
    return f"{min(int(count) * pages, limit)} {unit}"


def _failed(failure: Any) -> Failed:
    return Failed(failure.text, code=failure.code, kind=failure.kind)
