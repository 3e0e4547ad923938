"""Flatten: entries cancelled, every position closed until the broker reports none, then halted.

Source: orders-and-risk.md 1.4. Everything happens on the core thread; after the one command
nothing is needed of the window.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from workstation.desk.closing import FLATTEN, Closer
from workstation.desk.limits import Notify
from workstation.desk.trading import Trading
from workstation.domain.account import masked
from workstation.domain.commands import Done, Failed
from workstation.domain.finding import TradingState
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.notice import Severity
from workstation.domain.order import OrderType
from workstation.domain.order_status import OrderView, Pending
from workstation.domain.ports import ContractSource, Reactor, Timer
from workstation.oms.controller import Controller
from workstation.oms.orders import OrderBook
from workstation.risk.exposure import is_dormant

WIDEN_SECONDS = 2.0
SOON_SECONDS = 0.25
"""Until the rest is sent, where one second of the wire did not hold everything."""
GIVE_UP_AFTER = 5
"""Rounds in a row in which nothing that is left could be sent."""
_OPTIONS = frozenset({"OPT", "FOP", "WAR"})


class Held(Protocol):
    """Positions that are not known to be flat."""

    def held(self, account: AccountId) -> dict[ConId, Decimal]:
        """Return what is not reported as flat; 0 where only the broker's word is missing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenParts:
    """Whom a flatten works with; all on the core thread.

    `may_send` tells whether the comparison with the broker is complete, `has_room` whether the
    wire takes one more order now, `ask_positions` asks the broker for its positions.
    """

    reactor: Reactor
    orders: OrderBook
    controller: Controller
    closer: Closer
    positions: Held
    contracts: ContractSource
    trading: Trading
    may_send: Callable[[], bool]
    has_room: Callable[[], bool]
    ask_positions: Callable[[], object]
    publish_state: Callable[[], None]
    notify: Notify


@dataclass(slots=True)
class _Run:
    """One flatten; `steps` is how wide the limit of each contract stands by now."""

    account: AccountId
    steps: dict[ConId, int] = field(default_factory=dict)
    said: set[tuple[ConId, str]] = field(default_factory=set)
    known: set[ConId] = field(default_factory=set)
    fruitless: int = 0
    timer: Timer | None = None


class Flattener:
    """Runs one flatten of an account at a time. Core thread."""

    def __init__(self, parts: FlattenParts) -> None:
        self._with = parts
        self._runs: dict[AccountId, _Run] = {}

    @property
    def running(self) -> bool:
        """Whether an account is being flattened."""
        return bool(self._runs)

    def start(self, account: AccountId) -> Done | Failed:
        """Stop entries at once and begin; answers before it is done."""
        if account in self._runs:
            return Failed("The account is being flattened already.")
        if self._with.trading.state is TradingState.LOCKED:
            reason = self._with.trading.reason
            return Failed(f"Trading is locked: {reason}. Use TWS or the mobile program.")
        if not self._with.may_send():
            return Failed("The broker cannot be reached. Use TWS or the mobile program.")
        run = self._runs[account] = _Run(account)
        self._with.trading.restrict(TradingState.REDUCING, "the account is being flattened")
        self._with.publish_state()
        self._say_begin(account)
        self._round(run)
        return Done("Flattening has begun; the log tells how it goes.")

    def resume(self) -> None:
        """Go on at once: the comparison with the broker is complete again."""
        for run in tuple(self._runs.values()):
            self._round(run)

    # -- one round ----------------------------------------------------------------------------

    def _round(self, run: _Run) -> None:
        """Cancel what should not work, close what is open, and see whether it is done."""
        if run.timer is not None:
            run.timer.cancel()
        wait = WIDEN_SECONDS
        if self._with.may_send():
            held = self._with.positions.held(run.account)
            self._say_flat(run, held)
            self._cancel_unwanted(run, held)
            sent_all = self._close_all(run, held)
            wait = WIDEN_SECONDS if sent_all else SOON_SECONDS
            if self._is_over(run, held):
                return
        run.timer = self._with.reactor.call_later(wait, lambda: self._round(run))

    def _cancel_unwanted(self, run: _Run, held: dict[ConId, Decimal]) -> None:
        live = {each.key: each for each in self._mine(run)}
        for order in live.values():
            if order.cancel is Pending.NONE and self._is_unwanted(order, held, live):
                self._with.controller.cancel(order.key)

    def _is_unwanted(
        self, order: OrderView, held: dict[ConId, Decimal], live: dict[OrderKey, OrderView]
    ) -> bool:
        """Tell whether an order opens or could open a position.

        What protects an open position ends with its close; the exits of an entry end with it.
        """
        if is_dormant(order, live):
            return False
        closes = order.side.sign * held.get(order.con_id, Decimal(0)) < 0
        leaves = order.order_type == OrderType.MARKET or self._with.closer.sent(order.key)
        return not (closes and (leaves or order.is_protective))

    def _close_all(self, run: _Run, held: dict[ConId, Decimal]) -> bool:
        """Close what is open, short options first; False when the wire did not take it all."""
        open_now = {con_id: quantity for con_id, quantity in held.items() if quantity}
        if held and not open_now:
            self._with.ask_positions()  # all is filled; the broker's word is missing
        any_sent = bool(held) and not open_now
        for con_id in sorted(open_now, key=lambda each: self._rank(each, open_now[each])):
            if not self._with.has_room():
                return False
            step = run.steps.get(con_id, 0) + 1
            result = self._with.closer.close(run.account, con_id, source=FLATTEN, step=step)
            if isinstance(result, Done):
                run.steps[con_id] = step
                any_sent = True
            else:
                text = result.reason if isinstance(result, Failed) else result.findings[0].text
                self._say_refused(run, con_id, text)
        run.fruitless = 0 if any_sent else run.fruitless + 1
        return True

    def _rank(self, con_id: ConId, quantity: Decimal) -> tuple[bool, int]:
        details = self._with.contracts.details(con_id)
        is_option = details is not None and details.contract.sec_type in _OPTIONS
        return (not (is_option and quantity < 0), con_id)

    def _is_over(self, run: _Run, held: dict[ConId, Decimal]) -> bool:
        left = self._mine(run)
        if (held or left) and run.fruitless < GIVE_UP_AFTER:
            return False
        del self._runs[run.account]
        self._with.trading.restrict(TradingState.HALTED, "the account was flattened")
        self._with.publish_state()
        self._say_end(run, held, len(left))
        return True

    def _mine(self, run: _Run) -> list[OrderView]:
        return [
            each
            for each in self._with.orders.working()
            if each.account == run.account and each.editable
        ]

    # -- what is said -------------------------------------------------------------------------

    def _say_begin(self, account: AccountId) -> None:
        live = [each for each in self._with.orders.working() if each.account == account]
        others = sum(1 for each in live if not each.editable)
        count = sum(1 for each in self._with.positions.held(account).values() if each)
        self._with.notify(
            Severity.WARNING,
            f"Flattening {masked(account)}: {count} positions are closed, {len(live) - others} "
            "orders are cancelled.",
            effect="No entries are sent from now on.",
            advice=f"{others} orders of other clients stay; cancel them there." if others else "",
        )

    def _say_flat(self, run: _Run, held: dict[ConId, Decimal]) -> None:
        for con_id in run.known - held.keys():
            self._with.notify(Severity.INFO, f"{self._name(con_id)} is flat.")
        run.known = set(held)

    def _say_refused(self, run: _Run, con_id: ConId, text: str) -> None:
        if (con_id, text) not in run.said:
            run.said.add((con_id, text))
            self._with.notify(
                Severity.ERROR,
                f"{self._name(con_id)} could not be closed: {text}",
                effect="Its position and what protects it stay.",
                advice="It is tried again. If it lasts, use TWS or the mobile program.",
            )

    def _say_end(self, run: _Run, held: dict[ConId, Decimal], orders: int) -> None:
        if not held:
            self._with.notify(
                Severity.ALARM if orders else Severity.WARNING,
                f"{masked(run.account)} is flat.",
                effect=f"Trading is halted; {orders} orders are not confirmed as cancelled."
                if orders
                else "Trading is halted.",
                advice="Compare them with TWS or the mobile program."
                if orders
                else "Allow entries again when you want to go on.",
            )
            return
        names = ", ".join(sorted(self._name(con_id) for con_id in held))
        self._with.notify(
            Severity.ALARM,
            f"{masked(run.account)} is not flat: {names} could not be closed.",
            effect="Trading is halted; these positions stay open.",
            advice="Close them in TWS or with the mobile program.",
        )

    def _name(self, con_id: ConId) -> str:
        details = self._with.contracts.details(con_id)
        return f"contract {con_id}" if details is None else details.contract.symbol
