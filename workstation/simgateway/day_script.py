"""Plays a named day: does to the markets what it says, when it says so."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from workstation.simgateway.corporate_actions import days_of_actions
from workstation.simgateway.desk import OrderDesk
from workstation.simgateway.instruments import TIME_ZONE, by_symbol
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.named_days import (
    EVERYTHING,
    Action,
    Change,
    Halt,
    Headlines,
    Move,
    NamedDay,
    Notice,
    Restart,
    Resume,
)
from workstation.simgateway.news_feed import NewsFeed, Surge
from workstation.simgateway.real_hours import RealHours
from workstation.simgateway.sessions import RoundTheClock, Sessions
from workstation.simgateway.traders import Regime


class DayScript:
    """The events of a day; time is seconds of the exchange since its start."""

    def __init__(
        self,
        day: NamedDay,
        markets: Mapping[int, InstrumentMarket],
        desk: OrderDesk,
        broadcast: Callable[[int, str], None],
        restart: Callable[[float], None],
        news: NewsFeed,
    ) -> None:
        self._day = day
        self._markets = markets
        self._desk = desk
        self._broadcast = broadcast
        self._restart = restart
        self._news = news
        self._waiting = list(day.actions)
        self._moves: list[tuple[Move, float]] = []
        """Moves under way, and how many of their seconds are left."""

        self._regimes: dict[str, Regime] = {EVERYTHING: day.regime} if day.regime else {}
        self._passed = 0.0
        self._seen: set[int] = set()

    def step(self, seconds: float) -> None:
        """Let so much time pass."""
        self._passed += seconds
        while self._waiting and self._waiting[0][0] <= self._passed:
            self.act(self._waiting.pop(0)[1])
        self._moves = [
            left for move, time in self._moves for left in self._go_on(move, time, seconds)
        ]
        for con_id, market in self._markets.items():
            if con_id not in self._seen:  # opened since
                self._seen.add(con_id)
                self._apply(market)

    def act(self, action: Action) -> None:
        """Do something now; a move takes its time."""
        match action:
            case Move():
                self._moves.append((action, action.seconds))
            case Change():
                self._regimes[action.symbol] = action.regime()
                for market in self._markets.values():
                    self._apply(market)
            case Halt(symbol):
                self._each(symbol, self._desk.halt)
            case Resume(symbol):
                self._each(symbol, self._desk.resume)
            case Notice(code, text):
                self._broadcast(code, text)
            case Headlines(symbol, count, seconds):
                self._news.add(Surge(symbol, self._desk.now(), count, seconds))
            case Restart(length):
                self._restart(length)

    def _apply(self, market: InstrumentMarket) -> None:
        regime = self._regimes.get(market.instrument.symbol) or self._regimes.get(EVERYTHING)
        if regime is not None:
            market.regime = regime

    def _go_on(self, move: Move, left: float, seconds: float) -> list[tuple[Move, float]]:
        part = min(left, seconds) / move.seconds
        self._each(move.symbol, lambda con_id: self._push(con_id, move.fraction * part))
        return [(move, left - seconds)] if left > seconds else []

    def _push(self, con_id: int, fraction: float) -> None:
        market = self._markets[con_id]
        market.push(market.fair_price() * fraction / market.instrument.rule.unit)

    def _each(self, symbol: str, act: Callable[[int], None]) -> None:
        for con_id, market in list(self._markets.items()):
            if symbol in {EVERYTHING, market.instrument.symbol}:
                act(con_id)


def sessions_of(day: NamedDay | None) -> Sessions:
    """Return the calendar a day runs by."""
    return RealHours() if day is not None and day.real_hours else RoundTheClock()


def begin_of(day: NamedDay | None, now: datetime) -> datetime | None:
    """Return the moment a day begins: the latest weekday's hour of it; None for now."""
    if day is not None and day.begins_at is not None:
        return day.begins_at.astimezone(UTC)
    if day is None or day.begins is None:
        return None
    hour, minute = day.begins
    local = now.astimezone(ZoneInfo(TIME_ZONE))
    begins = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    calendar = RealHours()
    stock = by_symbol(day.eve_of)
    if stock is not None:
        known = {one - timedelta(days=1) for one in days_of_actions(stock, local.date())}
        while begins > local or begins.date() not in known:
            begins -= timedelta(days=1)
        return begins.astimezone(UTC)
    while begins > local or not calendar.is_weekday(begins.date()):
        begins -= timedelta(days=1)
    return begins.astimezone(UTC)
