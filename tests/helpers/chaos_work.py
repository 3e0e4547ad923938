"""What a trader does and what breaks, drawn at random from a seed (fault model, section 5)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.helpers.accepting import all_of
from tests.helpers.chaos_rig import ChaosWorld
from tests.helpers.cores import ACCOUNT
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import (
    CancelOrder,
    CancelOrders,
    ChangeOrder,
    ClosePosition,
    GlobalCancel,
    HalvePosition,
    ReversePosition,
    SubmitBracket,
    SubmitOrder,
)
from workstation.domain.finding import NeedsAcknowledgement
from workstation.domain.ids import ConId, IntentId
from workstation.domain.order import OrderChange, OrderDraft, OrderType, Side, Tif
from workstation.domain.order_status import Lifecycle

CLIENT = 5
CENT = Decimal("0.01")
ORDER_WORDS = "3,4,5,11,59"
"""Message ids out: orderStatus, errMsg, openOrder, execDetails, commissionReport."""


class Trader:
    """Places, changes, cancels and closes; acknowledges what is asked, as a hand would."""

    def __init__(self, world: ChaosWorld) -> None:
        self.world = world
        self.random = world.random
        self.wishes = 0
        self.brackets: set[str] = set()

    def act(self) -> None:
        """Do one thing, most often something that is possible now."""
        held = self.world.position(self._con_id())
        live = any(not o.lifecycle.is_terminal for o in self.world.core.desk.orders)
        deeds: list[Callable[[], None]] = [self.submit, self.submit, self.bracket, self.bracket]
        if held or self.random.random() < 0.05:
            deeds += [self.close, self.halve, self.reverse]
        if live or self.random.random() < 0.05:
            deeds += [self.change, self.change, self.cancel, self.cancel_some]
        self.random.choice(deeds)()

    def submit(self) -> None:
        draft = self._draft()
        self._send(lambda accepted: SubmitOrder(self._with(draft, accepted)))
        if self.random.random() < 0.1:  # the key is hit twice: one wish is one order
            self.world.ask(SubmitOrder(draft))

    def bracket(self) -> None:
        entry = self._draft(kinds=(OrderType.LIMIT, OrderType.MARKET))
        away = Decimal(self.random.randint(5, 300)) * CENT * entry.side.sign
        basis = entry.limit_price or self._mark()
        target, stop = basis + away, basis - away

        def wish(accepted: frozenset[str]) -> SubmitBracket:
            return SubmitBracket(
                BracketDraft(
                    entry=self._with(entry, accepted), target_price=target, stop_price=stop
                )
            )

        self._send(wish)

    def change(self) -> None:
        working = [o for o in self.world.core.desk.orders if not o.lifecycle.is_terminal]
        if not working:
            return
        order = self.random.choice(working)
        self.wishes += 1
        moved = Decimal(self.random.randint(-20, 20)) * CENT
        terms: dict[str, Any] = {}
        if order.limit_price is not None:
            terms["limit_price"] = order.limit_price + moved
        if order.stop_price is not None:
            terms["stop_price"] = order.stop_price + moved
        if self.random.random() < 0.4:
            terms["quantity"] = Decimal(self.random.randint(1, 400))
        name, key = IntentId(f"change {self.wishes}"), order.key
        self._send(
            lambda accepted: ChangeOrder(
                OrderChange(intent_id=name, key=key, acknowledged=accepted, **terms)
            )
        )

    def cancel(self) -> None:
        orders = list(self.world.core.desk.orders)
        live = [each for each in orders if not each.lifecycle.is_terminal]
        if orders:
            self.world.ask(CancelOrder(self.random.choice(live or orders).key))

    def cancel_some(self) -> None:
        if self.random.random() < 0.3:
            self.world.ask(GlobalCancel())
        else:
            self.world.ask(CancelOrders(account=ACCOUNT, protection=self.random.random() < 0.5))

    def close(self) -> None:
        self.world.ask(ClosePosition(ACCOUNT, self._con_id()))

    def halve(self) -> None:
        self._send(lambda _: HalvePosition(ACCOUNT, self._con_id()))

    def reverse(self) -> None:
        self._send(lambda accepted: ReversePosition(ACCOUNT, self._con_id(), accepted))

    def _send(self, wish: Callable[[frozenset[str]], Any]) -> None:
        answer = self.world.ask(wish(frozenset()))
        if isinstance(answer, NeedsAcknowledgement):
            self.world.ask(wish(all_of(answer.findings)))

    def _with(self, draft: OrderDraft, accepted: frozenset[str]) -> OrderDraft:
        return draft if not accepted else OrderDraft(**{**_fields(draft), "acknowledged": accepted})

    def _con_id(self) -> ConId:
        return self.random.choice(self.world.con_ids)

    def _mark(self) -> Decimal:
        quote = self.world.core.desk.figures.quotes.quote(self.world.con_ids[0])
        prices = (quote.bid, quote.ask, quote.last) if quote is not None else ()
        known = [each for each in prices if each is not None and each == each]  # noqa: PLR0124
        return Decimal(f"{known[0]:.2f}") if known else Decimal(200)

    def _draft(self, kinds: tuple[OrderType, ...] = ()) -> OrderDraft:
        self.wishes += 1
        random = self.random
        kind = random.choice(
            kinds or (OrderType.LIMIT, OrderType.LIMIT, OrderType.MARKET, OrderType.STOP)
        )
        side = random.choice((Side.BUY, Side.SELL))
        near = Decimal(random.choice((0, 1, 2, 5, 50, 200))) * CENT
        limit = stop = None
        if kind is OrderType.LIMIT:
            limit = self._mark() - side.sign * near + side.sign * random.choice((0, 0, 4)) * CENT
        if kind is OrderType.STOP:
            stop = self._mark() + side.sign * max(near, CENT)
        return OrderDraft(
            intent_id=IntentId(f"wish {self.wishes}"),
            account=ACCOUNT,
            con_id=self._con_id(),
            side=side,
            quantity=Decimal(random.choice((1, 10, 100, 333, 2000))),
            order_type=kind,
            limit_price=limit,
            stop_price=stop,
            tif=random.choice((Tif.DAY, Tif.GTC, Tif.GTC, Tif.IOC)),
        )


def _fields(draft: OrderDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__dataclass_fields__}


class Breaker:
    """Breaks one thing at a time; `heal` mends all of them."""

    def __init__(self, world: ChaosWorld) -> None:
        self.world = world
        self.random = world.random
        self.said: list[str] = []
        self.lost = False

    def break_something(self) -> None:
        """Draw a fault of the fault model and let it happen."""
        ways: list[Callable[[], None]] = [
            self.messages, self.messages, self.messages, self.bytes_flow, self.stall,
            self.hang_up, self.hang_up, self.gateway_dies, self.core_dies, self.connectivity,
            self.orders_vanish, self.by_hand, self.corrections, self.pacing, self.market,
        ]  # fmt: skip
        way = self.random.choice(ways)
        self.said.append(way.__name__)
        way()

    def messages(self) -> None:
        kind = self.random.choice(("drop", "delay", "duplicate", "reorder"))
        inbound = self.random.random() < 0.3
        words = "3,4" if inbound else self.random.choice((*ORDER_WORDS.split(","), ORDER_WORDS))
        seconds = {"seconds": self.random.uniform(0.1, 8)} if kind == "delay" else {}
        self.world.fault(
            kind,
            direction="in" if inbound else "out",
            messages=words,
            client=CLIENT,
            probability=self.random.choice((0.3, 1.0)),
            **seconds,
        )

    def bytes_flow(self) -> None:
        name = self.random.choice(("split", "coalesce", "slow-reader"))
        size = {"split": 23, "coalesce": 4096, "slow-reader": 64}[name]
        self.world.fault(name, bytes=size)

    def stall(self) -> None:
        if self.random.random() < 0.2:
            self.world.fault("half-open")
        else:
            direction = self.random.choice(("in", "out"))
            self.world.fault("stall", direction=direction, seconds=self.random.uniform(1, 12))

    def hang_up(self) -> None:
        name = self.random.choice(("reset", "close", "restart", "refuse"))
        if name == "restart":
            back = {"roll-back": self.random.choice((0, 0, 3))}
            self.world.fault(name, seconds=self.random.uniform(0.1, 5), **back)
        elif name == "refuse":
            self.world.fault(name, seconds=self.random.uniform(0.1, 5))
            self.world.fault("reset")
        else:
            self.world.fault(name)

    def gateway_dies(self) -> None:
        self.world.kill_gateway()
        self.world.run(self.random.choice((0.0, 0.5, self.random.uniform(0, 15))))
        self.world.start_gateway()

    def core_dies(self) -> None:
        self.world.restart_core()

    def connectivity(self) -> None:
        self.world.fault("connectivity", code=1100)
        self.world.run(self.random.uniform(0, 4))
        self.world.fault("connectivity", code=self.random.choice((1101, 1102)))

    def orders_vanish(self) -> None:
        self.world.fault("lose-order")
        self.lost = True

    def by_hand(self) -> None:
        side = self.random.choice(("BUY", "SELL"))
        self.world.fault("manual-order", side=side, quantity=self.random.choice((10, 100)))

    def corrections(self) -> None:
        executions = list(self.world.gateway.desk.executions) if self.world.server else []
        if not executions:
            return
        exec_id = self.random.choice(executions)
        if self.random.random() < 0.5:
            self.world.fault("bust", **{"exec-id": exec_id})
        else:
            self.world.fault("correct", **{"exec-id": exec_id, "price": 201.5})

    def pacing(self) -> None:
        self.world.fault("pacing", rate=self.random.choice((3, 10)))

    def market(self) -> None:
        percent = self.random.uniform(-2, 2)
        self.world.fault("move", percent=round(percent, 2), seconds=1, symbol="AAPL")

    def heal(self) -> None:
        """End every fault; the gateway runs and the broker is reachable again."""
        if self.world.server is None:
            self.world.start_gateway()
        self.world.fault("clear")
        self.world.fault("reset")  # what was stalled or dropped shows in a new session alone


def in_doubt(world: ChaosWorld) -> list[str]:
    """Return what is not settled yet, in words."""
    return [
        f"{o.order_id} {o.lifecycle.value} cancel {o.cancel.value} replace {o.replace.value}"
        for o in world.core.desk.orders
        if o.in_doubt or o.answer_due or o.lifecycle is Lifecycle.UNKNOWN
    ]
