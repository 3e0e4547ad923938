"""The simulated gateway without its sockets: markets, desk, account, state, and who listens."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from workstation.domain.clock import Clock
from workstation.simgateway.accounts import ACCOUNTS, Account
from workstation.simgateway.balances import Balances
from workstation.simgateway.combo_market import ComboMarket, Legs
from workstation.simgateway.corporate_actions import as_of, dividends
from workstation.simgateway.corporate_events import CorporateEvents, surviving
from workstation.simgateway.daily_data import Source
from workstation.simgateway.day_script import DayScript, begin_of, sessions_of
from workstation.simgateway.desk import OrderDesk
from workstation.simgateway.expiries import Expiries
from workstation.simgateway.instruments import BY_CON_ID, DEMO, TIME_ZONE, Instrument, by_symbol
from workstation.simgateway.liquidation import Liquidation
from workstation.simgateway.margin_period import MarginPeriod
from workstation.simgateway.market import STEP_SECONDS, InstrumentMarket
from workstation.simgateway.market_clock import MarketClock
from workstation.simgateway.markets import Histories, Markets, Opened
from workstation.simgateway.named_days import ORDINARY, Action, NamedDay
from workstation.simgateway.news_feed import OFTEN, RARELY, NewsFeed
from workstation.simgateway.order_messages import MANUAL_CLIENT
from workstation.simgateway.order_records import Changes, Numbers
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.orders import (
    Complaint,
    Event,
    Execution,
    ExecutionShown,
    Order,
    OrderShown,
    StatusShown,
)
from workstation.simgateway.regular_halts import RegularHalts
from workstation.simgateway.state import FIRST_PERM_ID, SavedState, StateFile, Transaction
from workstation.simgateway.tape import Base

DEFAULT_SEED = 1
DEFAULT_CLIENT = 0
"""The client that may bind orders placed by hand."""

EXECUTION_DAYS = 7
"""How long executions and finished orders are kept (tws-wire.md 3.4)."""

_FIRST_EXEC_NUMBER = 0x6A000000
_REWRITE_BYTES = 8 * 1024 * 1024
_LONGEST_CATCH_UP = 2.0
"""In real seconds."""

_SPEED_OF_FULL_STEPS = 4.0
"""Up to so many times real time every step is of full fineness; beyond, steps grow."""

_DAY_SECONDS = 86_400
_ZONE = ZoneInfo(TIME_ZONE)


Truth = Callable[[Changes, Mapping[str, Account]], None]
"""Is told of the orders and executions of each transaction, and of the accounts after it."""


class Listener(Protocol):
    """A connected client as the gateway sees it."""

    auto_binds: bool
    """Whether orders placed by hand are to become this client's."""

    def bound(self, order: Order) -> None:
        """Tell the client that an order placed by hand is now its own."""
        ...

    def deliver(self, event: Event) -> None:
        """Tell the client about its order."""
        ...

    def position_changed(self, account: str, con_id: int) -> None:
        """Tell the client, if it asked, that a position changed."""
        ...

    def account_changed(self, account: str) -> None:
        """Tell the client, if it asked, that an account is warned."""
        ...

    def forget_subscriptions(self) -> None:
        """Lose the client's market data."""
        ...

    def publish(self, now: float) -> None:
        """Send what streams: quotes, profit and loss; now is monotonic seconds."""
        ...


class Gateway:
    """Owns all trading state; sessions speak for clients, the server moves the time.

    The master client, when there is one, hears of everybody's orders.
    """

    data_flows = True
    """Whether quotes and whatever else streams is sent."""

    away_until = 0.0
    """Machine's monotonic time before which no client is taken: a restart under way."""

    display_groups: dict[int, str]
    """What each group of windows shows, as "conId@exchange"."""

    _mute = False
    """Whether clients hear nothing of what happens to orders."""

    def __init__(
        self,
        clock: Clock,
        seed: int | None,
        state_file: StateFile | None,
        sources: Mapping[str, Source] | None = None,
        *,
        master_client_id: int | None = None,
        speed: float = 1.0,
        day: NamedDay | None = None,
        accounts: int = 1,
    ) -> None:
        self.master_client_id = master_client_id
        self.truth: Truth = lambda *_: None
        self.listeners: dict[int, Listener] = {}
        saved = state_file.load() if state_file else None
        self.clock = clock = MarketClock(clock, speed, begin_of(day, clock.now()))
        self.seed = seed if seed is not None else (saved.seed if saved else DEFAULT_SEED)
        self.accounts = _accounts(saved, accounts, self._rate, self._margin_period)
        now = int(clock.now().timestamp())
        self._today = self.local_time(now).date()
        BY_CON_ID.open_day(self._today)
        self.markets = Markets(self._opener(saved, now), self._last_close)
        self.histories = Histories(self.markets, sources or {}, self.seed, self._today)
        self._open_at_once(sources or {})
        day = day or ORDINARY
        self.news = NewsFeed(self.seed, OFTEN if day.hostile_news else RARELY)
        self.sessions = sessions_of(day)
        numbers = _numbers(saved)
        self.desk = OrderDesk(
            self.markets, self.accounts, numbers, clock, self._emit, self.sessions
        )
        self._open_calendar(day)
        self._state_file = state_file
        self._step_seconds = STEP_SECONDS * max(1.0, speed / _SPEED_OF_FULL_STEPS)
        self._next_step = clock.monotonic() + self._step_seconds
        self._day_ends = 0.0
        last_days = {a.name: day_of(a.day) or self._today for a in self.accounts.values()}
        self._check_day()
        self._take_over(saved, last_days, now)

    def _open_calendar(self, day: NamedDay) -> None:
        """Get ready what happens by the clock, and what windows show together."""
        self.display_groups = {}
        self._halts = RegularHalts(self.markets, self.desk)
        self._events = CorporateEvents(self.markets, self.histories, self.desk, self.position_moved)
        self._expiries = Expiries(self.markets, self.desk, self.accounts, self.position_moved)
        self._liquidation = Liquidation(
            self.desk, self.accounts, self._post, self._account_moved, day.liquidation_grace
        )
        self._script = DayScript(
            day, self.markets, self.desk, self.broadcast, self._go_away, self.news
        )

    def _take_over(self, saved: SavedState | None, last_days: Mapping[str, date], now: int) -> None:
        """Put the orders of an earlier run back to work, and begin the state file anew."""
        if saved:
            orders, executions = recent(saved, now - EXECUTION_DAYS * _DAY_SECONDS)
            kept = surviving(orders, last_days, self._today, now)
            self.desk.restore(kept, executions)
        if self._state_file:
            self._state_file.begin(self._transaction(whole=True))
        self._forget_changes()

    def _opener(self, saved: SavedState | None, started: int) -> Opened:
        """Return what opens a market: from its saved tape, if that is of today."""
        # on another day than the saved one the market opens from its last real close again
        same_day = saved is not None and saved.account.day == f"{self._today:%Y%m%d}"
        tapes = dict(saved.tapes) if saved and same_day else {}

        def opened(instrument: Instrument, base: Base | None) -> InstrumentMarket:
            at = int(self.now())
            tape = tapes.pop(instrument.con_id, None)
            seed = self.seed + (started if saved else 0)
            instrument = as_of(instrument, self._today)
            paid = [d.amount for d in dividends(instrument, self._today) if d.day == self._today]
            falls = instrument.ticks(sum(paid, Decimal(0)))
            midnight = self._midnight(at)
            if isinstance(base, Legs):
                return ComboMarket(instrument, seed, at, midnight, base)
            return InstrumentMarket(instrument, seed, at, tape, midnight, base, dividend=falls)

        return opened

    def _open_at_once(self, sources: Mapping[str, Source]) -> None:
        """Open the markets of the demonstration, of the user's stocks and of what is held."""
        own = [stock.con_id for symbol in sources if (stock := by_symbol(symbol))]
        held = [con_id for account in self.accounts.values() for con_id in account.positions]
        for con_id in (*(stock.con_id for stock in DEMO), *own, *held):
            self.markets[con_id]

    def _last_close(self, con_id: int) -> int:
        return self.histories.last_close(con_id)

    # ---- accounts --------------------------------------------------------------------

    @property
    def account(self) -> Account:
        """The default account."""
        return next(iter(self.accounts.values()))

    def balances(self, account: str) -> Balances:
        """Return the values of an account at the present marks."""
        return self.accounts[account].balances(self.desk.marks())

    def _rate(self, currency: str) -> Decimal:
        """Return USD for one unit of a currency, from the market of the pair."""
        for pair in BY_CON_ID.named(currency):
            if pair.sec_type == "CASH" and pair.currency == "USD":
                return self.markets[pair.con_id].mark()
        for pair in BY_CON_ID.named("USD"):
            if pair.sec_type == "CASH" and pair.currency == currency:
                return 1 / self.markets[pair.con_id].mark()
        return Decimal(1)

    def _margin_period(self) -> MarginPeriod:
        return self.sessions.margin_period(self.now())

    # ---- time ------------------------------------------------------------------------

    def next_due(self) -> float:
        """Return the machine's monotonic time at which advance has something to do."""
        return self.clock.real(self._next_step)

    def advance(self) -> None:
        """Let markets and streams catch up with the clock; a long gap is skipped."""
        now = self.clock.monotonic()
        if now < self._next_step:
            return
        self._check_day()
        if now - self._next_step > _LONGEST_CATCH_UP * self.clock.speed:
            self._next_step = now
        steps = 1 + math.floor((now - self._next_step) / self._step_seconds)
        self._next_step += steps * self._step_seconds
        for _ in range(steps):
            self._script.step(self._step_seconds)
            self.desk.step(self._step_seconds)
        self._halts.step(self.now())
        self._expiries.step(self.now())
        self._liquidation.step(self.now())
        if self.data_flows:
            for listener in list(self.listeners.values()):
                listener.publish(now)

    def act(self, action: Action) -> None:
        """Do to the markets at once what a named day could do."""
        self._script.act(action)

    def broadcast(self, code: int, text: str) -> None:
        """Tell every client something about the session."""
        for client_id, listener in list(self.listeners.items()):
            listener.deliver(Complaint(client_id, -1, code, text))

    def _go_away(self, seconds: float) -> None:
        real = self.clock.real(self.clock.monotonic())
        self.away_until = real + seconds

    def local_time(self, timestamp: float) -> datetime:
        """Return a moment in the exchange's zone."""
        return datetime.fromtimestamp(timestamp, UTC).astimezone(_ZONE)

    def now(self) -> float:
        """Return wall time in seconds since 1970."""
        return self.clock.now().timestamp()

    def _check_day(self) -> None:
        now = self.now()
        if now < self._day_ends:
            return
        today, midnight = self.local_time(now).date(), self._midnight(now)
        self._day_ends = self._next_midnight(today)
        if today != self._today:
            yesterday, self._today = self._today, today
            BY_CON_ID.open_day(today)
            for market in self.markets.values():
                market.roll_day(midnight, self.seed)
            self.histories.next_day(today)
            self._events.reprice(yesterday, today)
        day = f"{today:%Y%m%d}"
        for account in self.accounts.values():
            if account.day != day:
                self._events.settle(account, day_of(account.day) or today, today)
                account.roll_day(day, self.desk.marks())

    @staticmethod
    def _next_midnight(today: date) -> float:
        """Return when a day of the exchange's zone ends; two of a year are not 24 hours long."""
        tomorrow = today + timedelta(days=1)
        return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=_ZONE).timestamp()

    def _midnight(self, now: float) -> int:
        local = self.local_time(now)
        start = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return int(start.timestamp())

    # ---- durability ------------------------------------------------------------------

    def commit(self) -> None:
        """Put every change on the disk; nothing about them may leave before."""
        if not self.desk.store.changes:
            return
        self.truth(self.desk.store.changes, self.accounts)
        if self._state_file:
            if self._state_file.size > _REWRITE_BYTES:
                self._state_file.begin(self._transaction(whole=True))
            else:
                self._state_file.append(self._transaction(whole=False))
        self._forget_changes()

    def _forget_changes(self) -> None:
        self.desk.store.changes.clear()

    def close(self) -> None:
        """Save where the market stands and close the state file."""
        if self._state_file:
            self._state_file.append(self._transaction(whole=False))
            self._state_file.close()

    def _transaction(self, *, whole: bool) -> Transaction:
        desk = self.desk
        orders = desk.orders if whole else desk.store.changes.orders
        executions = desk.executions if whole else desk.store.changes.executions
        return Transaction(
            seed=self.seed,
            perm_id=desk.numbers.perm_id,
            exec_number=desk.numbers.exec_number,
            last_order_ids=desk.numbers.last_order_ids,
            account=self.account.state(),
            accounts=tuple(a.state() for a in self.accounts.values() if a is not self.account),
            tapes=tuple(m.tape() for m in self.markets.values() if not m.instrument.legs),
            orders=tuple(orders.values()),
            executions=tuple(executions.values()),
        )

    # ---- events ----------------------------------------------------------------------

    def _emit(self, event: Event) -> None:
        """Tell the order's own client, and the master client of all but complaints."""
        if self._mute:
            return
        for client_id in dict.fromkeys(self._hearers(event)):
            listener = self.listeners.get(client_id)
            if listener is not None:
                listener.deliver(event)
        if isinstance(event, ExecutionShown):
            self.position_moved(event.execution.account, event.execution.con_id)

    def _post(self, text: str) -> None:
        """Publish a bulletin now."""
        self.news.post(text, int(self.now()) + 1)  # after what streams have looked at

    def _account_moved(self, account: str) -> None:
        self.desk.store.changes.warned = True
        for listener in list(self.listeners.values()):
            listener.account_changed(account)

    def position_moved(self, account: str, con_id: int) -> None:
        """Save a position that has changed, and tell every client."""
        if BY_CON_ID[con_id].legs:
            return  # what is held of a combination are its legs
        self.desk.store.changes.positions[account, con_id] = None
        for listener in list(self.listeners.values()):
            listener.position_changed(account, con_id)

    def _hearers(self, event: Event) -> list[int]:
        if isinstance(event, Complaint):
            return [event.client_id]
        if isinstance(event, OrderShown | StatusShown):
            owner = event.order.client_id
        else:
            owner = event.execution.client_id
        return [owner] if self.master_client_id is None else [owner, self.master_client_id]

    # ---- faults ----------------------------------------------------------------------

    def lose_order(self, perm_id: int | None) -> int | None:
        """End a living order, the newest if None, without telling anybody; return its perm_id."""
        living = self.desk.live_orders()
        found = [order for order in living if perm_id in {None, order.perm_id}]
        if not found:
            return None
        order = max(found, key=lambda one: one.perm_id)
        self._mute = True
        try:
            self.desk.cancel(order.client_id, order.order_id)
        finally:
            self._mute = False
        return order.perm_id

    def roll_back_ids(self, count: int) -> None:
        """Give out order ids again that were given out before."""
        ids = self.desk.numbers.last_order_ids
        ids.update({client: max(0, last - count) for client, last in ids.items()})

    # ---- orders placed by hand -------------------------------------------------------

    def place_by_hand(self, request: PlaceRequest) -> None:
        """Place an order as a person does at the gateway's own window: it has no client."""
        request.order_id = self.desk.numbers.next_order_id(MANUAL_CLIENT)
        self.desk.place(MANUAL_CLIENT, request)
        listener = self.listeners.get(DEFAULT_CLIENT)
        if listener is not None and listener.auto_binds:
            self.bind_manual_orders()

    def bind_manual_orders(self) -> None:
        """Make the living orders placed by hand those of client 0, under negative ids."""
        listener = self.listeners.get(DEFAULT_CLIENT)
        for order in self.desk.live_orders(MANUAL_CLIENT):
            taken = (o.order_id for o in self.desk.orders.values() if not o.client_id)
            lowest = min(taken, default=0)
            bound = self.desk.rebind(order, DEFAULT_CLIENT, min(lowest, 0) - 1)
            if listener is not None:
                listener.bound(bound)


def _accounts(
    saved: SavedState | None,
    count: int,
    rate: Callable[[str], Decimal],
    period: Callable[[], MarginPeriod],
) -> dict[str, Account]:
    """Return so many accounts, and any more that an earlier run had."""
    known = {state.name: state for state in (saved.account, *saved.accounts)} if saved else {}
    names = dict.fromkeys([*ACCOUNTS[:count], *known])
    found = {
        name: Account.restored(known[name]) if name in known else Account(name=name)
        for name in names
    }
    for account in found.values():
        account.rate = rate
        account.period = period
    return found


def day_of(text: str) -> date | None:
    """Return the day of an account, yyyymmdd; None for an account that has none yet."""
    return datetime.strptime(text, "%Y%m%d").date() if text else None  # noqa: DTZ007 a date


def _numbers(saved: SavedState | None) -> Numbers:
    """Return the counters of an earlier run, or new ones."""
    return Numbers(
        perm_id=saved.perm_id if saved else FIRST_PERM_ID - 1,
        exec_number=saved.exec_number if saved else _FIRST_EXEC_NUMBER,
        last_order_ids=dict(saved.last_order_ids) if saved else {},
    )


def recent(saved: SavedState, since: float) -> tuple[Sequence[Order], Sequence[Execution]]:
    """Return the orders that live or ended since a moment, and the executions since then."""
    orders = [o for o in saved.orders.values() if not o.done_at or o.done_at >= since]
    executions = [e for e in saved.executions.values() if e.time >= since]
    return orders, executions
