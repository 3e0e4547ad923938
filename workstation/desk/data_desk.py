"""The data side of the desk: history, order books, prints and news for whoever shows them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from workstation.broker.session import Session
from workstation.desk.contracts import Contracts
from workstation.desk.forming_bars import FormingBars
from workstation.desk.outgoing import Outgoing
from workstation.desk.page_questions import PageQuestions, first_page
from workstation.domain.bar import Bar, BarSize, BarUpdate, SeriesKey, Show
from workstation.domain.clock import Clock
from workstation.domain.commands import (
    BarsAnswer,
    CommandResult,
    Failed,
    RequestBars,
)
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.depth import DepthBook
from workstation.domain.ids import ConId, ReqId
from workstation.domain.messages import TradesArrived
from workstation.domain.ports import Reactor, Timer
from workstation.domain.queries import BarsPage
from workstation.domain.reports import (
    BrokerNotice,
    HistoryReport,
    HistoryUpdateReport,
)
from workstation.domain.subscription import StreamKind
from workstation.domain.trade import Trades
from workstation.marketdata.market import Market

ANSWER_SECONDS = 20.0
SILENT_SECONDS = 90.0
"""The broker updates a followed series every 5 s; after this long, in a market that moves, it is
asked for again."""
NO_DATA = 162
UPDATES_LOST = 10182
_AFTER_CANCEL = frozenset({NO_DATA, 300, 310, 366})
"""Says of a request that was cancelled that it is gone: expected."""
_WARNINGS = (2100, 2199)
"""Inform about a request without ending it; 2152 names venues that a book leaves out."""


Answer = Callable[[CommandResult], None]
LIVE_SHOWS = frozenset({Show.TRADES, Show.MIDPOINT, Show.BID, Show.ASK})
"""What the broker keeps up to date. Source: tws-wire.md 3.1, keepUpToDate."""


def is_kept_up(contract: Contract, series: SeriesKey) -> bool:
    """Tell whether the broker keeps such a series up to date."""
    is_long_enough = series.size is not BarSize.SECOND_1
    return is_long_enough and series.show in LIVE_SHOWS and contract.sec_type != "CONTFUT"


@dataclass(slots=True)
class _Asked:
    """One request that owes answers; `about` is what they must name."""

    answers: list[Answer]
    timer: Timer
    about: SeriesKey

    def answer(self, result: CommandResult) -> None:
        """Answer everyone who asked."""
        for answer in self.answers:
            answer(result)


@dataclass(slots=True)
class _Delayed:
    """A series that waits for the broker's pace, and who wants it."""

    timer: Timer
    answers: list[Answer]

    def end(self, reason: str) -> None:
        """Answer that it will not come."""
        self.timer.cancel()
        for answer in self.answers:
            answer(Failed(reason))


class DataDesk:
    """Asks once for what several widgets follow, and answers each. Core thread.

    In a new session series of bars are followed again by the charts, which know what they
    miss; within a session a series that was lost is asked for again, and its gap filled.
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
        self._series: dict[SeriesKey, ReqId] = {}
        self._series_users: Counter[SeriesKey] = Counter()
        self._series_of: dict[int, SeriesKey] = {}
        self._forming = FormingBars(market.quotes)
        self._renewed: dict[int, Timer] = {}
        self._renewals: dict[SeriesKey, Timer] = {}
        self._delayed: dict[SeriesKey, _Delayed] = {}
        self._heard_at: dict[SeriesKey, float] = {}
        self.heard: Callable[[ConId, StreamKind], None] = _deaf
        """Hears of every book and tape that brought something."""
        self.printed: Callable[[Trades], None] = _unprinted
        """Takes the prints of a contract before they are sent."""
        self.questions = PageQuestions(session.requests, contracts)

    # -- life of the session ------------------------------------------------------------------

    def session_down(self) -> None:
        """End what waits; mark what streamed."""
        for number in list(self._asked):
            self._fail(number, "the link to the broker was lost")
        self._series.clear()
        self._series_users.clear()
        self._series_of.clear()
        self._forming.clear()
        self._heard_at.clear()
        for delayed in tuple(self._delayed.values()):
            delayed.end("the link to the broker was lost")
        self._delayed.clear()
        for timer in (*self._renewed.values(), *self._renewals.values()):
            timer.cancel()
        self._renewals.clear()
        self._renewed.clear()

    # -- bars ---------------------------------------------------------------------------------

    def request_bars(self, command: RequestBars, answer: Answer) -> None:
        """Answer with a page of a series."""

        def known(_details: ContractDetails | None) -> None:
            self.questions.bars(command.series, command.before, answer, pages=command.pages)

        self._contracts.when_known(command.con_id, known)

    def follow_bars(self, series: SeriesKey, answer: Answer) -> None:
        """Answer with the newest bars and keep the last one up to date."""

        def known(details: ContractDetails | None) -> None:
            if details is None or self._session.server_version is None:
                text = "There is no link to the broker, or the contract is not known."
                answer(Failed(text))
            else:
                self._follow(series, details.contract, answer)

        self._contracts.when_known(series.con_id, known)

    def _follow(self, series: SeriesKey, contract: Contract, answer: Answer) -> None:
        self._series_users[series] += 1
        if not is_kept_up(contract, series):
            self._build(series, answer)
        elif (asked := self._asked.get(self._series.get(series, ReqId(-1)))) is not None:
            asked.answers.append(answer)  # several charts begin together
        elif series in self._series:
            self.questions.bars(series, None, answer)
        elif series in self._delayed:
            self._delayed[series].answers.append(answer)
        else:
            self._begin(series, contract, [answer])

    def _begin(self, series: SeriesKey, contract: Contract, answers: list[Answer]) -> None:
        """Follow a series as soon as the broker's pace allows."""
        page = _first_page(series, contract)
        wait = self._session.requests.wait_before(page)
        if wait > 0:
            timer = self._reactor.call_later(wait, lambda: self._begin_delayed(series, contract))
            self._delayed[series] = _Delayed(timer, answers)
            return
        self._expect(self._send(series, contract, page), answers, series)

    def _begin_delayed(self, series: SeriesKey, contract: Contract) -> None:
        delayed = self._delayed.pop(series, None)
        if delayed is not None:
            self._begin(series, contract, delayed.answers)

    def _send(self, series: SeriesKey, contract: Contract, page: BarsPage) -> ReqId:
        self._session.requests.count(page)
        req_id = self._session.data.follow_bars(contract, series, page.span)
        self._take_up(series, req_id)
        return req_id

    def _build(self, series: SeriesKey, answer: Answer) -> None:
        """Ask for one page, and go on from the last prices as far as they tell."""

        def taken(result: CommandResult) -> None:
            if isinstance(result, BarsAnswer):
                is_live = self._forming.begin(series, result.bars)
                result = replace(result, is_live=is_live)
            elif self._series_users[series]:
                _release(self._series_users, series)
            answer(result)

        self.questions.bars(series, None, taken)

    def unfollow_bars(self, series: SeriesKey) -> None:
        """Stop the updates when nobody is left who follows."""
        if not _release(self._series_users, series):
            return
        self._forming.end(series)
        if (delayed := self._delayed.pop(series, None)) is not None:
            delayed.end("nobody wants it any more")
        self._give_up(series)

    def renew(self, con_id: ConId | None = None) -> None:
        """Ask again for the series of a contract, or for all, and fill in what was missed."""
        for series in tuple(self._series):
            if con_id in {None, series.con_id}:
                self._renew(series)

    def renew_silent(self, may_speak: Callable[[ConId], bool]) -> None:
        """Ask again for series that stood still while the quotes of their contract moved."""
        now = self._clock.monotonic()
        for series, heard_at in tuple(self._heard_at.items()):
            if now - heard_at > SILENT_SECONDS and may_speak(series.con_id):
                self._renew(series)

    def _renew(self, series: SeriesKey) -> None:
        details = self._contracts.details(series.con_id)
        if self._series.get(series) in self._asked or details is None:
            return  # its first answer is still awaited
        page = _first_page(series, details.contract)
        wait = self._session.requests.wait_before(page)
        if wait > 0:
            self._renew_later(series, wait)
            return
        self._give_up(series)
        req_id = self._send(series, details.contract, page)

        def expire() -> None:
            self._renewed.pop(req_id, None)

        self._renewed[req_id] = self._reactor.call_later(ANSWER_SECONDS, expire)

    def _renew_later(self, series: SeriesKey, wait: float) -> None:
        if series not in self._renewals:

            def renew() -> None:
                del self._renewals[series]
                if series in self._series:
                    self._renew(series)

            self._renewals[series] = self._reactor.call_later(wait, renew)

    def _take_up(self, series: SeriesKey, req_id: ReqId) -> None:
        self._series[series] = req_id
        self._series_of[req_id] = series
        self._heard_at[series] = self._clock.monotonic()

    def _give_up(self, series: SeriesKey) -> None:
        self._heard_at.pop(series, None)
        req_id = self._series.pop(series, None)
        if req_id is None:
            return
        self._series_of.pop(req_id, None)
        if (timer := self._renewed.pop(req_id, None)) is not None:
            timer.cancel()
        self._session.data.cancel_bars(req_id)

    def _fill_gap(self, series: SeriesKey, bars: tuple[Bar, ...]) -> None:
        """Send what came since the last bar that is shown, that bar included."""
        last = self._forming.bar(series)
        for bar in bars:
            if last is None or bar.time >= last.time:
                self._out.post_latest(_update(series, bar))
        self._forming.take(series, bars)

    def on_history(self, report: HistoryReport) -> None:
        """Take the bars of a request."""
        if (timer := self._renewed.pop(report.req_id, None)) is not None:
            timer.cancel()
            self._fill_gap(self._series_of[report.req_id], report.bars)
            return
        asked = self._take(report.req_id)
        if asked is not None:
            series = asked.about
            if report.req_id in self._series_of:
                self._forming.take(series, report.bars)
            bars = report.bars
            asked.answer(BarsAnswer(series.con_id, series.size, bars, complete=not bars))

    def on_history_update(self, report: HistoryUpdateReport) -> None:
        """Take the forming bar of a followed series."""
        series = self._series_of.get(report.req_id)
        if series is not None:
            self._forming.set(series, report.bar)
            self._heard_at[series] = self._clock.monotonic()
            self._out.post_latest(_update(series, report.bar))

    # -- refusals and publishing --------------------------------------------------------------

    def on_refused(self, notice: BrokerNotice) -> bool:
        """Take a coded message about one of our requests; False when it is about another."""
        number = notice.subject
        if number is None:
            return False
        if _WARNINGS[0] <= notice.code <= _WARNINGS[1]:
            return False
        asked = self._asked.get(number)
        if asked is None:
            return self._on_series_refused(number, notice.code) or notice.code in _AFTER_CANCEL
        if notice.code == NO_DATA and _no_data(notice.text):
            self._take(ReqId(number))
            asked.answer(BarsAnswer(asked.about.con_id, asked.about.size, (), complete=True))
        else:
            self._fail(number, notice.text)
        return True

    def _on_series_refused(self, number: int, code: int) -> bool:
        """Take a message about a series that ran: it is asked for again when it stays silent."""
        series = self._series_of.get(number)
        if series is None:
            return False
        if code == UPDATES_LOST:
            self._renew(series)
        elif (timer := self._renewed.pop(number, None)) is not None:
            timer.cancel()
        return True

    @property
    def open_requests(self) -> int:
        """How many requests for history are open, those that keep up to date included."""
        return self.questions.open_history + len(self._series_of)

    @property
    def spent_history(self) -> int:
        """How many strict history requests of the last ten minutes the broker counts."""
        return self.questions.spent_history

    @property
    def changed(self) -> bool:
        """Whether a book or prints wait to be published."""
        return self._books.changed or self._tapes.waiting

    def take_changed(self) -> tuple[DepthBook | BarUpdate, ...]:
        """Return a frozen book of each contract whose rows changed, and the bars that moved.

        Prints leave with them, in the lane that loses none.
        """
        self._post_trades()
        now = self._clock.now()
        books = self._books.take_changed(now)
        for book in books:
            if not book.stale and not book.problem:
                self.heard(book.con_id, StreamKind.DEPTH)
        return books + tuple(_update(*moved) for moved in self._forming.moved(now))

    def _post_trades(self) -> None:
        """Send the prints since the last frame, in order."""
        for prints in self._tapes.take():
            self.printed(prints)
            self._out.post(TradesArrived(prints))
            self.heard(prints[0].con_id, StreamKind.TAPE)

    def _expect(self, req_id: ReqId, answers: list[Answer], about: SeriesKey) -> None:
        def expire() -> None:
            self._fail(req_id, "the broker did not answer within 20 s")

        timer = self._reactor.call_later(ANSWER_SECONDS, expire)
        self._asked[req_id] = _Asked(answers, timer, about)

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
                self._heard_at.pop(series, None)
                self._series_users.pop(series, None)
            asked.answer(Failed(reason))


def _first_page(series: SeriesKey, contract: Contract) -> BarsPage:
    return BarsPage(
        contract=contract,
        length=series.size,
        span=first_page(series.size),
        show=series.show,
        regular_hours=series.regular_hours,
    )


def _update(series: SeriesKey, bar: Bar) -> BarUpdate:
    return BarUpdate(series.con_id, series.size, bar, series.show, series.regular_hours)


def _release(users: Counter[SeriesKey], key: SeriesKey) -> bool:
    """Count one user less; True when the last one has gone."""
    left = users[key] - 1
    if left > 0:
        users[key] = left
        return False
    return users.pop(key, None) is not None


def _deaf(_con_id: ConId, _kind: StreamKind) -> None:
    """Stand in until a desk takes the hook."""


def _unprinted(_trades: Trades) -> None:
    """Stand in until a desk takes the hook."""


def _no_data(text: str) -> bool:
    return "no data" in text.lower()
