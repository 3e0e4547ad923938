"""The order side of the desk over fakes: a broker that keeps bytes, a journal in memory."""

import hashlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tests.helpers.hand_timers import Timers
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.judge import Judge, JudgeSources, Standing
from workstation.desk.order_desk import OrderDesk, OrderDeskParts
from workstation.desk.recent_previews import RecentPreviews
from workstation.domain.account import AccountSummary, Environment
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.errors import EncodingError, JournalError
from workstation.domain.execution import Execution
from workstation.domain.finding import TradingState
from workstation.domain.ids import (
    AccountId,
    ClientId,
    ConId,
    ExecId,
    IntentId,
    OrderId,
    OrderKey,
    OrderRef,
    PermId,
)
from workstation.domain.order import OrderChange, OrderDraft, OrderLinks, OrderType, Side
from workstation.domain.ports import EncodedOrder
from workstation.domain.prices import PriceBand, PriceLadder
from workstation.domain.reports import (
    BrokerNotice,
    ExecutionReport,
    OpenOrderReport,
    OrderBytesSent,
    OrderStatusReport,
    PositionReport,
)
from workstation.marketdata.quotes import Quotes
from workstation.oms.orders import OrderBook
from workstation.portfolio.day_result import DayFigures
from workstation.portfolio.exposures import Exposures
from workstation.portfolio.positions import Positions
from workstation.risk.facts import Link
from workstation.risk.limits import Limits, TwoLevel
from workstation.storage.journal import Entry, Journal

ACCOUNT = AccountId("SIM0000001")
CLIENT = ClientId(7)
SPY = ConId(756733)
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
D = Decimal

LIMITS = Limits(
    account=ACCOUNT,
    order_size=TwoLevel(personal=D(100_000), catastrophic=D(500_000)),
    position=TwoLevel(personal=D(250_000), catastrophic=D(1_000_000)),
)


def spy(**changes: Any) -> ContractDetails:
    """A stock in whole shares: a cent above 1, a hundredth of a cent below."""
    details = ContractDetails(
        contract=Contract(con_id=SPY, symbol="SPY"),
        ladder=PriceLadder((PriceBand(D(0), D("0.0001")), PriceBand(D(1), D("0.01")))),
        order_types=frozenset({"MKT", "LMT", "STP", "STPLMT"}),
    )
    return replace(details, **changes)


def a_draft(**changes: Any) -> OrderDraft:
    """Buy 100 SPY at 100.00."""
    draft = OrderDraft(
        intent_id=IntentId("wish-1"),
        account=ACCOUNT,
        con_id=SPY,
        side=Side.BUY,
        quantity=D(100),
        order_type=OrderType.LIMIT,
        limit_price=D("100.00"),
    )
    if changes.get("order_type") is OrderType.MARKET:
        changes.setdefault("limit_price", None)
    return replace(draft, **changes)


class MemoryJournal:
    """Keeps entries as the journal would; `broken` makes every write fail."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.durable: list[str] = []
        """The events that had to be on the disk before anything else happened."""

        self.broken = False

    def record(self, event: str, body: Any, *, durable: bool) -> int:
        if self.broken:
            raise JournalError("the disk is full")
        data = msgspec.json.encode(body, order="sorted")
        time = NOON.isoformat()
        if durable:
            self.durable.append(event)
        self.entries.append(Entry(len(self.entries) + 1, time, event, data))
        return len(self.entries)

    @property
    def events(self) -> list[str]:
        return [entry.event for entry in self.entries]


class FakeBroker:
    """A session that keeps what is written to it."""

    def __init__(self) -> None:
        self.up = True
        self.frames: list[bytes] = []
        self.may_wait: list[bool] = []
        """Of each order that was written, whether it might wait for the wire."""

        self.cancels: list[OrderId] = []
        self.unwritable = ""
        self.write_error: Exception | None = None
        self.leaves_before_error = False
        self.global_cancels = 0

    def encode_order(
        self,
        order_id: OrderId,
        order_ref: OrderRef,
        contract: Contract,
        draft: OrderDraft,
        links: OrderLinks,
    ) -> EncodedOrder:
        if self.unwritable:
            raise EncodingError(self.unwritable)
        terms = (order_id, order_ref, contract.con_id, draft.side, draft.quantity)
        prices = (draft.order_type, draft.limit_price, draft.stop_price)
        tied = (links.parent_id, links.transmit, links.what_if)
        data = "|".join(map(str, (*terms, *prices, *tied))).encode()
        return EncodedOrder(order_id, data, hashlib.sha256(data).hexdigest())

    def write_order(self, order: EncodedOrder, *, may_wait: bool = False) -> bool:
        self.may_wait.append(may_wait)
        if not self.up:
            return False
        if self.write_error is not None:
            if self.leaves_before_error:
                self.frames.append(order.data)
            raise self.write_error
        self.frames.append(order.data)
        return True

    def cancel_order(self, order_id: OrderId) -> bool:
        if self.unwritable:
            raise EncodingError(self.unwritable)
        if self.up:
            self.cancels.append(order_id)
        return self.up

    def global_cancel(self) -> bool:
        if self.unwritable:
            raise EncodingError(self.unwritable)
        self.global_cancels += self.up
        return self.up


class FakeContracts:
    """The contracts that were looked up."""

    def __init__(self, *known: ContractDetails) -> None:
        self.known = {details.contract.con_id: details for details in known}
        self._revisions = itertools.count()

    @property
    def revision(self) -> int:
        """Another each time: tests change `known` as they like."""
        return next(self._revisions)

    def details(self, con_id: ConId) -> ContractDetails | None:
        return self.known.get(con_id)


class FakeOutgoing:
    """Remembers what the window was told."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.notices: list[Any] = []

    def post(self, message: Any) -> None:
        self.messages.append(message)

    def notice(self, notice: Any) -> None:
        self.notices.append(notice)


def calm() -> Standing:
    """A healthy link, a simulated account, nothing latched."""
    return Standing(
        link=Link(
            ready=True,
            synced=True,
            suspect=False,
            bytes_waiting=0,
            wire_has_room=True,
            reason="",
        ),
        environment=Environment.SIMULATED,
        accounts=(ACCOUNT,),
        armed=False,
        read_only=False,
        trading_state=TradingState.ACTIVE,
        trading_reason="",
        limits=LIMITS,
        limits_fault="",
    )


@dataclass
class Door:
    """The order side, ready to trade 100 SPY at 99.99 to 100.01 with 1,000,000 behind it."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    journal: Any = field(default_factory=MemoryJournal)
    broker: FakeBroker = field(default_factory=FakeBroker)
    environment_fault: str = ""

    def __post_init__(self) -> None:
        self.timers: Any = Timers(self.clock)
        self.orders = OrderBook(CLIENT)
        self.quotes = Quotes(self.clock)
        self.positions = Positions(self.quotes)
        self.contracts = FakeContracts(spy())
        self.out = FakeOutgoing()
        self.locked: list[str] = []
        self.asked = 0
        self.summary: AccountSummary | None = AccountSummary(
            account=ACCOUNT,
            net_liquidation=D(1_000_000),
            available_funds=D(1_000_000),
            updated_at=NOON,
        )
        self.exposures = Exposures(
            self.clock, self.positions, self.quotes, self.contracts, self._summary_of
        )
        self.day = DayFigures(D(0), D(0))
        self.previews = RecentPreviews(self.clock)
        self.standing = calm()
        self.checkpoints: list[str] = []
        parts = OrderDeskParts(
            clock=self.clock,
            journal=self.journal,
            orders=self.orders,
            session=self.broker,  # type: ignore[arg-type]
            contracts=self.contracts,  # type: ignore[arg-type]
            outgoing=self.out,  # type: ignore[arg-type]
            lock=self._lock,
            install="00000001",
            client_id=CLIENT,
            environment_fault=lambda: self.environment_fault,
            reactor=self.timers,
            checkpoint=self.checkpoints.append,
        )
        self.desk = OrderDesk(parts, self._build_judge)
        self.desk.ask_broker = self._ask
        self.desk.set_gate_limit(LIMITS)
        self.market(99.99, 100.01)

    def _build_judge(self, desk: OrderDesk) -> Judge:
        self.judge = Judge(
            JudgeSources(
                clock=self.clock,
                quotes=self.quotes,
                contracts=self.contracts,
                positions=self.positions,
                orders=self.orders,
                summary=lambda _account: self.summary,
                standing=lambda _account: self.standing,
                actions=lambda: desk.controller.actions,
                book=self.exposures.book,
                day=lambda _account: self.day,
                preview=self.previews.of,
            )
        )
        return self.judge

    def _summary_of(self, _account: AccountId) -> AccountSummary | None:
        return self.summary

    def _lock(self, reason: str) -> None:
        self.locked.append(reason)
        self.stand(trading_state=TradingState.LOCKED, trading_reason=reason)

    def _ask(self) -> None:
        self.asked += 1

    # -- the world ------------------------------------------------------------------------------

    def stand(self, **changes: Any) -> None:
        self.standing = replace(self.standing, **changes)

    def links(self, **changes: Any) -> None:
        self.stand(link=replace(self.standing.link, **changes))

    def market(self, bid: float, ask: float) -> None:
        self.quotes.set_price(SPY, 1, bid)
        self.quotes.set_price(SPY, 2, ask)
        self.positions.mark_quoted(SPY)  # as the publishing of quotes does

    def hold(self, quantity: int | str) -> None:
        self.positions.apply_position(
            PositionReport(
                account=ACCOUNT,
                con_id=SPY,
                symbol="SPY",
                quantity=D(quantity),
                average_cost=None,
            )
        )
        for _ in range(2):
            self.positions.forget_early()  # it is held for long

    # -- wishes ---------------------------------------------------------------------------------

    def submit(self, draft: OrderDraft | None = None, **changes: Any) -> Any:
        return self.desk.submit(draft or a_draft(**changes))

    def change(self, key: OrderKey, **changes: Any) -> Any:
        changes.setdefault("intent_id", IntentId("change-1"))
        return self.desk.change(OrderChange(key=key, **changes))

    def cancel(self, key: OrderKey) -> Any:
        return self.desk.controller.cancel(key)

    def working(self, **changes: Any) -> OrderKey:
        """Send an order, have it acknowledged, and return its key."""
        changes.setdefault("intent_id", IntentId(f"w{len(list(self.orders))}"))
        answer = self.submit(**changes)
        order = self.orders.get(answer.key)
        assert order is not None
        self.apply(open_order(order))
        return order.key

    def order(self, key: OrderKey) -> Any:
        order = self.orders.get(key)
        assert order is not None
        return order

    def apply(self, event: Any) -> list[Execution]:
        return self.desk.apply_input(event)

    def restarted(self) -> "Door":
        """Start again from the journal of this one."""
        again = Door(clock=self.clock, journal=self.journal)
        again.desk.replay(list(self.journal.entries))
        return again


# -- what the broker says -------------------------------------------------------------------------


def open_order(order: Any = None, **changes: Any) -> OpenOrderReport:
    """The broker's echo of an order, Submitted unless told otherwise."""
    base: dict[str, Any] = {
        "order_id": OrderId(1),
        "client_id": CLIENT,
        "perm_id": PermId(9001),
        "order_ref": None,
        "account": ACCOUNT,
        "con_id": SPY,
        "symbol": "SPY",
        "side": Side.BUY,
        "quantity": D(100),
        "order_type": "LMT",
        "limit_price": D("100.00"),
        "tif": "DAY",
        "status": "Submitted",
    }
    if order is not None:
        base |= {
            "order_id": order.order_id,
            "perm_id": order.perm_id or PermId(9000 + order.order_id),
            "order_ref": order.order_ref,
            "side": order.side,
            "quantity": order.quantity,
            "order_type": order.order_type,
            "limit_price": order.limit_price,
            "stop_price": order.stop_price,
            "parent_id": order.parent_id,
            "tif": order.tif,
            "outside_rth": order.outside_rth,
            "oca_group": order.oca_group,
            "oca_type": order.oca_type,
        }
    return OpenOrderReport(**(base | changes))


def status(word: str, **changes: Any) -> OrderStatusReport:
    """A status line of order 1."""
    base: dict[str, Any] = {
        "order_id": OrderId(1),
        "client_id": CLIENT,
        "perm_id": PermId(9001),
        "status": word,
        "filled": D(0),
        "remaining": D(0),
    }
    return OrderStatusReport(**(base | changes))


def execution(exec_id: str = "a.1.01", quantity: int | str = 100, **changes: Any) -> Execution:
    """A fill of order 1 at 100.00."""
    base: dict[str, Any] = {
        "exec_id": ExecId(exec_id),
        "order_id": OrderId(1),
        "client_id": CLIENT,
        "perm_id": PermId(9001),
        "order_ref": None,
        "account": ACCOUNT,
        "con_id": SPY,
        "symbol": "SPY",
        "side": Side.BUY,
        "quantity": D(quantity),
        "price": D("100.00"),
        "exchange": "ARCA",
        "time": NOON,
    }
    return Execution(**(base | changes))


def fill(exec_id: str = "a.1.01", quantity: int | str = 100, **changes: Any) -> ExecutionReport:
    return ExecutionReport(execution=execution(exec_id, quantity, **changes))


def notice(code: int, subject: int | None = 1, text: str = "said the broker") -> BrokerNotice:
    return BrokerNotice(subject=subject, code=code, text=text)


def bytes_sent(*order_ids: int) -> OrderBytesSent:
    return OrderBytesSent(order_ids=tuple(OrderId(each) for each in order_ids or (1,)))


@contextmanager
def door_on_disk(folder: Path) -> Iterator[Door]:
    """Run the order side with the market in sight and its journal in a folder."""
    clock = VirtualClock()
    journal = Journal(folder / "journal.sqlite", clock)
    door = Door(clock=clock, journal=journal)
    door.desk.notes._quote = door.quotes.quote
    yield door
    journal.close()
