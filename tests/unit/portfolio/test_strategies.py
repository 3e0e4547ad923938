"""Who holds what: positions split by the fills of each strategy."""

from typing import Any

from tests.helpers.desk_fakes import ACCOUNT, SPY, D, Door, execution, fill, open_order
from tests.unit.desk.test_risk_watch import Watched
from workstation.domain.ids import ClientId, ConId, IntentId, OrderId, OrderRef, PermId
from workstation.domain.limit_use import ExposureRow
from workstation.domain.order import Side
from workstation.portfolio.exposures import Holding
from workstation.portfolio.strategies import UNATTRIBUTED, Strategies


def held(quantity: int, value: str | None = None) -> dict[ConId, Holding]:
    worth = D(quantity) * 10 if value is None else None
    return {SPY: Holding(SPY, "SPY", "STK", "USD", D(quantity), worth)}


def a_fill(name: str, quantity: int, ref: str, **more: Any) -> Any:
    return execution(name, quantity, order_ref=OrderRef(ref), **more)


def test_a_position_is_split_by_the_fills_of_each_strategy() -> None:
    book = Strategies(lambda each: str(each.order_ref))
    book.take(a_fill("a.1.01", 100, "gap"))
    book.take(a_fill("b.1.01", 40, "fade", side=Side.SELL))

    assert book.rows(ACCOUNT, held(70)) == (
        ExposureRow("strategy", "gap", D(1000), D(0)),
        ExposureRow("strategy", "fade", D(0), D(400)),
        ExposureRow("strategy", UNATTRIBUTED, D(100), D(0)),
    )
    assert book.rows(ACCOUNT, {}) == ()


def test_a_correction_counts_once_and_an_old_one_not_at_all() -> None:
    book = Strategies(lambda each: str(each.order_ref))
    book.take(a_fill("a.1.01", 100, "gap"))
    book.take(a_fill("a.1.02", 60, "gap"))
    book.take(a_fill("a.1.01", 100, "gap"))
    assert book.rows(ACCOUNT, held(60)) == (ExposureRow("strategy", "gap", D(600), D(0)),)


def test_what_is_closed_holds_nothing_and_what_has_no_price_is_counted() -> None:
    book = Strategies(lambda each: str(each.order_ref))
    book.take(a_fill("a.1.01", 100, "gap"))
    book.take(a_fill("a.2.01", 100, "gap", side=Side.SELL))
    book.take(a_fill("b.1.01", 10, "fade"))
    assert book.rows(ACCOUNT, held(10)) == (ExposureRow("strategy", "fade", D(100), D(0)),)
    assert book.rows(ACCOUNT, held(10, "none")) == (ExposureRow("strategy", "fade", D(0), D(0), 1),)


def strategies(watched: Watched) -> dict[str, Any]:
    return {row.name: row.net for row in watched.view().exposures if row.kind == "strategy"}


def test_orders_of_a_rule_of_a_hand_and_of_other_clients_are_told_apart() -> None:
    watched = Watched()
    door: Door = watched.door
    for number, source in enumerate(("ticket", "strategy:gap")):
        key = door.working(intent_id=IntentId(source), source=source, quantity=D(10 + number))
        order = door.order(key)
        report = fill(
            f"f{number}.1.01", 10 + number,
            order_id=order.order_id, order_ref=order.order_ref, perm_id=order.perm_id,
        )  # fmt: skip
        door.apply(report)
        watched.risk.take(report.execution)
    for number, ref in enumerate(("their robot", None)):
        door.apply(
            open_order(
                order_id=OrderId(0), client_id=ClientId(3), perm_id=PermId(70 + number),
                order_ref=ref,
            )
        )  # fmt: skip
        watched.risk.take(
            execution(
                f"o{number}.1.01", 5, client_id=ClientId(3), perm_id=PermId(70 + number),
                order_id=OrderId(0), order_ref=ref,
            )
        )  # fmt: skip
    door.hold(31)

    assert strategies(watched) == {
        "by hand": D(1000),
        "strategy:gap": D(1100),
        "their robot": D(500),
        "TWS and other clients": D(500),
    }
