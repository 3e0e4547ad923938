"""A door with the exits of the desk: close and flatten, on time moved by hand."""

from typing import Any

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, SPY, Door, fill, open_order
from workstation.desk.closing import Closer, ClosingParts
from workstation.desk.flatten import Flattener, FlattenParts
from workstation.domain.finding import TradingState
from workstation.domain.ids import ConId, PermId
from workstation.domain.notice import Notice, Severity
from workstation.oms.order_ids import OrderRefs


class Latch:
    """Stands in for the trading state on disk, and lets risk see it."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.state = TradingState.ACTIVE
        self.reason = ""

    def restrict(self, state: TradingState, reason: str) -> None:
        self.state, self.reason = state, reason
        self.door.stand(trading_state=state, trading_reason=reason)


class Exits:
    """Close and flatten over a door."""

    def __init__(self, door: Door | None = None) -> None:
        self.door = door or Door()
        self.limits: Any = LIMITS
        self.room = 1000
        self.synced = True
        self.asked_positions = 0
        self.latch = Latch(self.door)
        self.closer = Closer(
            ClosingParts(
                clock=self.door.clock,
                orders=self.door.orders,
                order_desk=self.door.desk,
                judge=self.door.judge,
                quotes=self.door.quotes,
                contracts=self.door.contracts,
                positions=self.door.positions,
                limits=lambda _account: self.limits,
                refs=OrderRefs("00000001"),
                notify=self.notify,
            )
        )
        self.flattener = Flattener(
            FlattenParts(
                reactor=self.door.timers,
                orders=self.door.orders,
                controller=self.door.desk.controller,
                closer=self.closer,
                positions=self.door.positions,
                contracts=self.door.contracts,
                trading=self.latch,  # type: ignore[arg-type]
                may_send=lambda: self.synced,
                has_room=self._has_room,
                ask_positions=self._ask_positions,
                publish_state=lambda: None,
                notify=self.notify,
            )
        )

    def notify(self, severity: Severity, text: str, **more: Any) -> None:
        self.door.out.notice(
            Notice(severity=severity, text=text, time=self.door.clock.now(), **more)
        )

    def _has_room(self) -> bool:
        self.room -= 1
        return self.room >= 0

    def _ask_positions(self) -> None:
        self.asked_positions += 1

    # -- the world ------------------------------------------------------------------------------

    @property
    def said(self) -> list[str]:
        return [notice.text for notice in self.door.out.notices]

    @property
    def alarms(self) -> list[str]:
        return [each.text for each in self.door.out.notices if each.severity is Severity.ALARM]

    @property
    def newest(self) -> Any:
        return list(self.door.orders)[-1]

    def of(self, con_id: ConId) -> list[Any]:
        return [order for order in self.door.orders if order.con_id == con_id]

    def close(self, con_id: ConId = SPY, **more: Any) -> Any:
        return self.closer.close(ACCOUNT, con_id, **more)

    def acknowledge(self, order: Any = None, **changes: Any) -> Any:
        order = order or self.newest
        self.door.apply(open_order(order, con_id=order.con_id, symbol=order.symbol, **changes))
        return order

    def fill(self, order: Any, quantity: int, name: str = "") -> None:
        """Let the broker report a fill, and after it no position yet."""
        name = name or f"{order.order_id}-{len(order.revisions)}.1.01"
        perm_id = order.perm_id or PermId(9000 + order.order_id)
        report = fill(name, quantity, order_id=order.order_id, order_ref=order.order_ref,
                      perm_id=perm_id, side=order.side, con_id=order.con_id,
                      symbol=order.symbol)  # fmt: skip
        self.door.apply(report)
        self.door.positions.apply_execution(report.execution)
        self.closer.check()
