"""One connected client after start-up: what it subscribed to and how it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from workstation.simgateway import messages, order_messages
from workstation.simgateway.account_values import account_values, summary_rows
from workstation.simgateway.gateway import Gateway
from workstation.simgateway.instruments import BY_CON_ID, TIME_ZONE, Instrument
from workstation.simgateway.messages import Message
from workstation.simgateway.orders import (
    CommissionShown,
    Complaint,
    Event,
    Execution,
    ExecutionShown,
    Order,
    OrderShown,
    StatusShown,
)
from workstation.simgateway.pacing import SEARCH_SECONDS, TICKS_SECONDS, Pacing, Spacing

PNL_SECONDS = 1.0
ACCOUNT_SECONDS = 180.0
NEVER = float("-inf")


@dataclass(slots=True)
class Summary:
    """One account-summary subscription."""

    tags: tuple[str, ...]
    sent_at: float
    accounts: tuple[str, ...]


class Stream(Protocol):
    """A subscription that sends by itself."""

    def publish(self, client: "Client", now: float) -> None:
        """Send what is due; now is monotonic seconds."""
        ...


@dataclass(slots=True)
class Client:
    """A client past startApi; implements gateway.Listener."""

    gateway: Gateway
    sv: int
    client_id: int
    write: Callable[[Message], None]
    market_data_type: int = 1
    """Type of data asked for: 1 live, 2 frozen, 3 delayed, 4 delayed and frozen."""

    summaries: dict[int, Summary] = field(default_factory=dict)
    pnl: dict[int, str] = field(default_factory=dict)
    """Accounts by request id."""

    pnl_single: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Account and con_id by request id."""

    position_streams: dict[int | None, tuple[str, ...]] = field(default_factory=dict)
    """Accounts by the request id of positionsMulti; None stands for reqPositions."""

    streams: dict[tuple[str, int], Stream] = field(default_factory=dict)
    """Quotes, bars, depth and prints, by kind and request id."""

    pacing: Pacing = field(default_factory=Pacing)
    search_pace: Spacing = field(default_factory=lambda: Spacing(SEARCH_SECONDS))
    tick_pace: Spacing = field(default_factory=lambda: Spacing(TICKS_SECONDS))
    account_stream: str = ""
    """Account of the account updates; empty without any."""

    auto_binds: bool = False
    knows_event_kinds: bool = False
    """Whether the kinds of company events were asked for: before that there are no events."""

    _pnl_sent_at: float = NEVER
    _account_sent_at: float = NEVER

    def send(self, *fields: Message) -> None:
        """Send messages in order."""
        for message in fields:
            self.write(message)

    def error(self, req_id: int, code: int, text: str, *, whole_second: bool = False) -> None:
        """Send an error message about a request, an order or (-1) the session."""
        milliseconds = int(self.gateway.now() * 1000)
        if whole_second:
            milliseconds -= milliseconds % 1000
        self.write(messages.error(self.sv, req_id, code, text, milliseconds))

    def number_of(self, kind: str) -> int:
        """Return how many streams of a kind are on."""
        return sum(stream_kind == kind for stream_kind, _ in self.streams)

    # ---- orders ----------------------------------------------------------------------

    def deliver(self, event: Event) -> None:
        """Tell the client what happened to its order."""
        match event:
            case OrderShown(order, preview):
                self.write(order_messages.open_order(self.sv, order, preview))
            case StatusShown(order):
                self.write(order_messages.order_status(self.sv, order))
            case ExecutionShown(execution):
                self.send_execution(-1, execution)
            case CommissionShown(execution):
                self.write(order_messages.commission_report(execution))
            case Complaint(_, order_id, code, text, whole_second):
                self.error(order_id, code, text, whole_second=whole_second)

    def bound(self, order: Order) -> None:
        """Tell that an order placed by hand now has an id, and how it stands."""
        self.send(order_messages.order_bound(self.sv, order))
        self.deliver(OrderShown(order))
        self.deliver(StatusShown(order))

    def forget_subscriptions(self) -> None:
        """Lose the market-data lines and every other stream of data."""
        self.streams.clear()
        self.pnl.clear()
        self.pnl_single.clear()

    def send_execution(self, req_id: int, execution: Execution) -> None:
        """Send execDetails; -1 when nobody asked."""
        text = self.time_text(execution.time)
        self.write(order_messages.execution_details(self.sv, req_id, execution, text))

    def time_text(self, timestamp: float) -> str:
        """Return a time as the wire shows it: with its zone from version 174 on."""
        local = self.gateway.local_time(timestamp)
        if self.sv >= 174:
            return f"{local:%Y%m%d %H:%M:%S} {TIME_ZONE}"
        return f"{local:%Y%m%d  %H:%M:%S}"

    # ---- streams ---------------------------------------------------------------------

    def publish(self, now: float) -> None:
        """Send what changed since the last time; now is monotonic seconds."""
        for other in tuple(self.streams.values()):
            other.publish(self, now)
        if (self.pnl or self.pnl_single) and now - self._pnl_sent_at >= PNL_SECONDS:
            self._pnl_sent_at = now
            for req_id in self.pnl:
                self.send_pnl(req_id)
            for req_id in self.pnl_single:
                self.send_pnl_single(req_id)
        for req_id, summary in self.summaries.items():
            if now - summary.sent_at >= ACCOUNT_SECONDS:
                summary.sent_at = now
                self.send_summary(req_id, summary)
        if self.account_stream and now - self._account_sent_at >= ACCOUNT_SECONDS:
            self.send_account(now)

    def position_changed(self, account: str, con_id: int) -> None:
        """Tell every position and account stream about a new position."""
        for req_id, accounts in self.position_streams.items():
            if account in accounts:
                self.send_position(req_id, account, con_id)
        if self.account_stream == account:
            self.send_portfolio(con_id)
            self.send_account_values()

    def account_changed(self, account: str) -> None:
        """Tell the account stream that the account is warned."""
        if self.account_stream == account:
            self.send_account_values()

    def size(self, instrument: Instrument, lots: int) -> int | Decimal:
        """Return a size as quotes of this version show it: of old, stocks in round lots."""
        if self.sv < 159 and instrument.sec_type == "STK":
            return lots // 100
        return instrument.size(lots)

    def volume(self, instrument: Instrument, lots: int) -> int | Decimal:
        """Return a day's volume as this version shows it: below 220 US stocks in round lots."""
        in_lots = instrument.sec_type == "STK" and instrument.currency == "USD"
        return lots // 100 if in_lots and self.sv < 220 else instrument.size(lots)

    # ---- account ---------------------------------------------------------------------

    def send_pnl(self, req_id: int) -> None:
        """Send profit and loss of an account."""
        balances = self.gateway.balances(self.pnl[req_id])
        values = (balances.daily, balances.unrealized, balances.realized)
        self.write([94, req_id, *(messages.exact(value) for value in values)])

    def send_pnl_single(self, req_id: int) -> None:
        """Send profit and loss of one position."""
        account, con_id = self.pnl_single[req_id]
        held = self.gateway.accounts[account].position(con_id)
        market = self.gateway.markets[con_id]
        mark = market.instrument.money(market.mark())
        values = (held.daily(mark), held.unrealized(mark), held.realized, held.value(mark))
        self.write([95, req_id, held.quantity, *(messages.exact(value) for value in values)])

    def send_summary(self, req_id: int, summary: Summary) -> None:
        """Send every row of an account summary."""
        for account in summary.accounts:
            balances = self.gateway.balances(account)
            for tag, value, currency in summary_rows(balances, summary.tags):
                self.write([63, 1, req_id, account, tag, value, currency])
        self.write([64, 1, req_id])

    def send_position(self, req_id: int | None, account: str, con_id: int) -> None:
        """Send one position to one of the position streams."""
        held, instrument = self.gateway.accounts[account].position(con_id), BY_CON_ID[con_id]
        if req_id is None:
            self.write(messages.position(account, instrument, held))
        else:
            self.write(messages.position_multi(req_id, account, instrument, held))

    def send_account(self, now: float) -> None:
        """Send everything an account-updates subscription shows."""
        self._account_sent_at = now
        self.send_account_values()
        for con_id in sorted(self.gateway.accounts[self.account_stream].positions):
            self.send_portfolio(con_id)
        self.write([8, 1, f"{self.gateway.local_time(self.gateway.now()):%H:%M}"])
        self.write([54, 1, self.account_stream])

    def send_account_values(self) -> None:
        """Send the values of the account of the account updates."""
        account = self.account_stream
        for key, value, currency in account_values(account, self.gateway.balances(account)):
            self.write([6, 2, key, value, currency, account])

    def send_portfolio(self, con_id: int) -> None:
        """Send one portfolio row of the account of the account updates."""
        account = self.account_stream
        held = self.gateway.accounts[account].position(con_id)
        mark: Decimal = self.gateway.markets[con_id].mark()
        self.write(messages.portfolio_value(account, BY_CON_ID[con_id], held, mark))
