"""The data side of the desk: history, order books, prints and news for whoever shows them."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from workstation.broker.session import Session
from workstation.desk.contracts import Contracts
from workstation.desk.outgoing import Outgoing
from workstation.domain.bar import Bar, BarSize, BarUpdate
from workstation.domain.clock import Clock
from workstation.domain.commands import (
    BarsAnswer,
    CommandResult,
    Done,
    Failed,
    HeadlinesAnswer,
    RequestArticle,
)
from workstation.domain.depth import DepthBook
from workstation.domain.ids import ConId, ReqId
from workstation.domain.messages import TradesArrived
from workstation.domain.news import Article, Headline
from workstation.domain.ports import Reactor, Timer
from workstation.domain.reports import (
    ArticleReport,
    BrokerNotice,
    HeadlinesReport,
    HistoryReport,
    HistoryUpdateReport,
    NewsProvidersReport,
)
from workstation.marketdata.market import Market

ANSWER_SECONDS = 20.0
NO_DATA = 162
DEPTH_HALTED, DEPTH_RESET = 316, 317
_AFTER_CANCEL = frozenset({NO_DATA, 300, 310, 366})
"""Says of a request that was cancelled that it is gone: expected."""
_WARNINGS = (2100, 2199)
"""Inform about a request without ending it; 2152 names venues that a book leaves out."""

_FIRST_PAGE = {
    BarSize.MINUTE_1: "2 D",
    BarSize.MINUTE_5: "5 D",
    BarSize.MINUTE_15: "10 D",
    BarSize.MINUTE_30: "20 D",
    BarSize.HOUR_1: "1 M",
    BarSize.DAY_1: "2 Y",
}
_OLDER_PAGE = {**_FIRST_PAGE, BarSize.MINUTE_1: "5 D", BarSize.DAY_1: "5 Y"}

Answer = Callable[[CommandResult], None]
Series = tuple[ConId, BarSize]


@dataclass(slots=True)
class _Asked:
    """One request that owes an answer; `about` is what the answer must name."""

    answer: Answer
    timer: Timer
    about: Series | ConId | RequestArticle


class DataDesk:
    """Asks once for what several widgets follow, and answers each. Core thread.

    Books and prints come back by themselves in a new session; series of bars are followed
    again by the charts, which know what they miss.
    """

    def __init__(
        self,
        reactor: Reactor,
        clock: Clock,
        session: Session,
        contracts: Contracts,
        market: Market,
        outgoing: Outgoing,
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        self._session = session
        self._contracts = contracts
        self._quotes = market.quotes
        self._books = market.books
        self._tapes = market.tapes
        self._out = outgoing
        self._asked: dict[int, _Asked] = {}
        self._series: dict[Series, ReqId] = {}
        self._series_users: Counter[Series] = Counter()
        self._series_of: dict[int, Series] = {}
        self._forming: dict[Series, Bar] = {}
        self._book_users: Counter[ConId] = Counter()
        self._tape_users: Counter[ConId] = Counter()
        self._providers: str | None = None
        self._headline_wishes: list[tuple[ConId, Answer]] = []

    # -- life of the session ------------------------------------------------------------------

    def session_up(self) -> None:
        """Follow again what was followed."""
        for con_id in self._book_users:
            self._begin_book(con_id)
        for con_id in self._tape_users:
            self._begin_tape(con_id)

    def session_down(self) -> None:
        """End what waits; mark what streamed."""
        for number in list(self._asked):
            self._fail(number, "the link to the broker was lost")
        self._series.clear()
        self._series_users.clear()
        self._series_of.clear()
        self._forming.clear()
        self._books.session_down()
        self._tapes.session_down()
        self._providers = None

    # -- bars ---------------------------------------------------------------------------------

    def request_bars(
        self, con_id: ConId, size: BarSize, before: datetime | None, answer: Answer
    ) -> None:
        """Answer with the bars before a time."""
        details = self._contracts.details(con_id)
        if details is None or self._session.server_version is None:
            answer(Failed("There is no link to the broker, or the contract is not known."))
            return
        page = _FIRST_PAGE[size] if before is None else _OLDER_PAGE[size]
        req_id = self._session.data.bars(details.contract, size, page, before, follow=False)
        self._expect(req_id, answer, (con_id, size))

    def follow_bars(self, con_id: ConId, size: BarSize, answer: Answer) -> None:
        """Answer with the newest bars and keep the last one up to date."""
        series = (con_id, size)
        details = self._contracts.details(con_id)
        if details is None or self._session.server_version is None:
            answer(Failed("There is no link to the broker, or the contract is not known."))
            return
        self._series_users[series] += 1
        if series in self._series:
            self.request_bars(con_id, size, None, answer)
            return
        page = _FIRST_PAGE[size]
        req_id = self._session.data.bars(details.contract, size, page, None, follow=True)
        self._series[series] = req_id
        self._series_of[req_id] = series
        self._expect(req_id, answer, series)

    def unfollow_bars(self, con_id: ConId, size: BarSize) -> None:
        """Stop the updates when nobody is left who follows."""
        series = (con_id, size)
        if not _release(self._series_users, series):
            return
        self._forming.pop(series, None)
        req_id = self._series.pop(series, None)
        if req_id is not None:
            self._series_of.pop(req_id, None)
            self._session.data.cancel_bars(req_id)

    def on_history(self, report: HistoryReport) -> None:
        """Take the bars of a request."""
        asked = self._take(report.req_id)
        if asked is not None and isinstance(asked.about, tuple):
            con_id, size = asked.about
            if report.bars and report.req_id in self._series_of:
                self._forming[asked.about] = report.bars[-1]
                self._quotes.take_last_range(con_id)  # what came before is in the bars
            asked.answer(BarsAnswer(con_id, size, report.bars, complete=not report.bars))

    def on_history_update(self, report: HistoryUpdateReport) -> None:
        """Take the forming bar of a followed series."""
        series = self._series_of.get(report.req_id)
        if series is not None:
            self._forming[series] = report.bar
            self._out.post_latest(BarUpdate(series[0], series[1], report.bar))

    # -- books --------------------------------------------------------------------------------

    def follow_depth(self, con_id: ConId) -> CommandResult:
        """Stream the book of a contract."""
        self._book_users[con_id] += 1
        if self._book_users[con_id] == 1:
            self._books.open(con_id)
            self._begin_book(con_id)
        return Done()

    def unfollow_depth(self, con_id: ConId) -> CommandResult:
        """Stop the book when nobody is left who follows."""
        if _release(self._book_users, con_id):
            for req_id in self._books.close(con_id):
                self._session.data.cancel_depth(req_id)
        return Done()

    def _begin_book(self, con_id: ConId) -> None:
        details = self._contracts.details(con_id)
        if details is None or self._session.server_version is None:
            return
        self._books.attach(self._session.data.depth(details.contract), con_id)

    # -- prints -------------------------------------------------------------------------------

    def follow_tape(self, con_id: ConId) -> CommandResult:
        """Stream the prints of a contract."""
        self._tape_users[con_id] += 1
        if self._tape_users[con_id] == 1:
            self._begin_tape(con_id)
        return Done()

    def unfollow_tape(self, con_id: ConId) -> CommandResult:
        """Stop the prints when nobody is left who follows."""
        if _release(self._tape_users, con_id):
            for req_id in self._tapes.detach(con_id):
                self._session.data.cancel_tape(req_id)
        return Done()

    def _begin_tape(self, con_id: ConId) -> None:
        details = self._contracts.details(con_id)
        if details is not None and self._session.server_version is not None:
            self._tapes.attach(self._session.data.tape(details.contract), con_id)

    # -- news ---------------------------------------------------------------------------------

    def request_headlines(self, con_id: ConId, answer: Answer) -> None:
        """Answer with the newest headlines of every provider of the account."""
        if self._session.server_version is None:
            answer(Failed("There is no link to the broker."))
        elif self._providers is None:
            self._headline_wishes.append((con_id, answer))
            self._session.data.news_providers()
        elif not self._providers:
            answer(Failed("The account has no news provider."))
        else:
            req_id = self._session.data.headlines(con_id, self._providers)
            self._expect(req_id, answer, con_id)

    def request_article(self, wish: RequestArticle, answer: Answer) -> None:
        """Answer with the body of a headline."""
        if self._session.server_version is None:
            answer(Failed("There is no link to the broker."))
            return
        req_id = self._session.data.article(wish.provider, wish.article_id)
        self._expect(req_id, answer, wish)

    def on_providers(self, report: NewsProvidersReport) -> None:
        """Learn whom to ask, and ask what waits."""
        self._providers = "+".join(each.code for each in report.providers)
        wishes, self._headline_wishes = self._headline_wishes, []
        for con_id, answer in wishes:
            self.request_headlines(con_id, answer)

    def on_headlines(self, report: HeadlinesReport) -> None:
        """Take the headlines of a request, newest first."""
        asked = self._take(report.req_id)
        if asked is None or not isinstance(asked.about, int):
            return
        con_id = ConId(asked.about)
        found = [Headline(con_id, *each) for each in report.headlines]
        found.sort(key=_time_of, reverse=True)
        asked.answer(HeadlinesAnswer(con_id, tuple(found)))

    def on_article(self, report: ArticleReport) -> None:
        """Take an article."""
        asked = self._take(report.req_id)
        if asked is not None and isinstance(asked.about, RequestArticle):
            wish = asked.about
            asked.answer(Article(wish.provider, wish.article_id, report.text, report.is_html))

    # -- refusals and publishing --------------------------------------------------------------

    def on_refused(self, notice: BrokerNotice) -> bool:
        """Take a coded message about one of our requests; False when it is about another."""
        number = notice.subject
        if number is None:
            return False
        if _WARNINGS[0] <= notice.code <= _WARNINGS[1]:
            return self._books.con_id(number) is not None
        con_id = self._books.con_id(number)
        if con_id is not None:
            self._on_depth_notice(con_id, notice)
            return True
        asked = self._asked.get(number)
        if asked is None:
            return notice.code in _AFTER_CANCEL and self._tapes.con_id(number) is None
        if notice.code == NO_DATA and isinstance(asked.about, tuple) and _no_data(notice.text):
            self._take(ReqId(number))
            asked.answer(BarsAnswer(*asked.about, (), complete=True))
        else:
            self._fail(number, notice.text)
        return True

    def _on_depth_notice(self, con_id: ConId, notice: BrokerNotice) -> None:
        is_passing = notice.code in {DEPTH_HALTED, DEPTH_RESET}
        self._books.fail(con_id, "" if is_passing else notice.text)
        if notice.code == DEPTH_HALTED:
            self._books.detach(con_id)
            self._begin_book(con_id)

    @property
    def changed(self) -> bool:
        """Whether a book waits to be published."""
        return self._books.changed

    def take_changed(self) -> tuple[DepthBook | BarUpdate, ...]:
        """Return a frozen book of each contract whose rows changed, and the bars that moved."""
        now = self._clock.now()
        return self._books.take_changed(now) + tuple(self._moved_bars(now))

    def _moved_bars(self, now: datetime) -> Iterator[BarUpdate]:
        """Carry the last price into forming bars: the broker's own updates come every 5 s."""
        ranges = {con_id: self._quotes.take_last_range(con_id) for con_id, _ in self._forming}
        for (con_id, size), bar in self._forming.items():
            quote, span = self._quotes.quote(con_id), ranges[con_id]
            if quote is None or quote.stale or quote.last is None or span is None:
                continue
            if not bar.time <= now < bar.time + size.span:
                continue
            high, low = max(bar.high, span[1]), min(bar.low, span[0])
            moved = replace(bar, high=high, low=low, close=quote.last)
            if moved != bar:
                self._forming[con_id, size] = moved
                yield BarUpdate(con_id, size, moved)

    def post_trades(self) -> None:
        """Send the prints of this round, in order."""
        for prints in self._tapes.take():
            self._out.post(TradesArrived(prints))

    def _expect(
        self, req_id: ReqId, answer: Answer, about: Series | ConId | RequestArticle
    ) -> None:
        def expire() -> None:
            self._fail(req_id, "the broker did not answer within 20 s")

        timer = self._reactor.call_later(ANSWER_SECONDS, expire)
        self._asked[req_id] = _Asked(answer, timer, about)

    def _take(self, req_id: int) -> _Asked | None:
        asked = self._asked.pop(req_id, None)
        if asked is not None:
            asked.timer.cancel()
        return asked

    def _fail(self, number: int, reason: str) -> None:
        asked = self._take(number)
        if asked is not None:
            series = self._series_of.pop(number, None)
            if series is not None:
                self._series.pop(series, None)
                self._series_users.pop(series, None)
            asked.answer(Failed(reason))


def _release(users: "Counter[Series] | Counter[ConId]", key: Series | ConId) -> bool:
    """Count one user less; True when the last one has gone."""
    left = users[key] - 1  # type: ignore[index]
    if left > 0:
        users[key] = left  # type: ignore[index]
        return False
    return users.pop(key, None) is not None  # type: ignore[arg-type]


def _no_data(text: str) -> bool:
    return "no data" in text.lower()


def _time_of(headline: Headline) -> datetime:
    return headline.time
