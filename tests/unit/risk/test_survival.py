"""What stays protected at the broker if this machine dies now."""

from typing import Any

from tests.helpers.desk_fakes import ACCOUNT, NOON, SPY, D, open_order, spy, status
from workstation.domain.coverage import Coverage, RepairKind
from workstation.domain.hedge import Hedge, HedgeKind
from workstation.domain.ids import ClientId, IntentId, OrderId, OrderKey, PermId
from workstation.domain.order import OrderTerms, Side
from workstation.oms.events import ChangeIntent
from workstation.oms.orders import OrderBook
from workstation.risk.coverage import Held, coverage

LONG_DAY = {"trading_hours": "20261120:0400-20261120:2000",
            "liquid_hours": "20261120:0930-20261120:1600"}  # fmt: skip
REGULAR = {"trading_hours": "20261120:0930-20261120:1600",
           "liquid_hours": "20261120:0930-20261120:1600"}  # fmt: skip
AWAKE = OrderKey("perm:902")


def stop(number: int = 1, **changes: Any) -> Any:
    """A stop that sells 100 at 95, good till cancelled."""
    terms = {"order_type": "STP", "side": Side.SELL, "quantity": D(100), "limit_price": None}
    terms |= {"stop_price": D(95), "tif": "GTC", "order_id": OrderId(number)}
    terms |= {"perm_id": PermId(900 + number), "order_ref": None, "status": "PreSubmitted"}
    return open_order(**(terms | changes))


def survey(*reports: Any, held: int = 100, details: Any = None) -> Coverage:
    book = OrderBook(ClientId(7))
    for report in reports:
        book.apply(report, NOON)
    return coverage(
        Held(
            account=ACCOUNT, con_id=SPY, symbol="SPY", quantity=D(held), orders=book.working(),
            details=details, quote=None, outside_rth=lambda key: key == AWAKE,
        )
    )  # fmt: skip


def test_a_stop_sleeps_when_its_contract_trades_longer_than_it_works() -> None:
    assert survey(stop(), details=spy(**LONG_DAY)).sleeps == 100
    assert survey(stop(2), details=spy(**LONG_DAY)).sleeps == 0
    assert survey(stop(), details=spy(**REGULAR)).sleeps == 0
    assert survey(stop(), details=spy(trading_hours="", liquid_hours="")).sleeps == 0
    assert survey(stop(), details=None).sleeps == 0
    half = survey(stop(quantity=D(150)), details=spy(**LONG_DAY))
    assert half.sleeps == 100  # no more than is held


def test_a_stop_for_the_day_lapses_at_the_close() -> None:
    assert survey(stop(tif="DAY")).lapses == 100
    assert survey(stop()).lapses == 0


def test_more_stops_than_shares_would_turn_the_position_round() -> None:
    cover = survey(stop(), stop(2, quantity=D(50)))
    assert (cover.covered, cover.over, cover.uncovered) == (100, 50, 0)


def test_stops_that_end_each_other_protect_once_and_by_the_larger() -> None:
    rivals = {"oca_group": "exit", "oca_type": 1}
    cover = survey(stop(quantity=D(40), **rivals), stop(2, quantity=D(70), **rivals))
    assert (cover.covered, cover.uncovered, cover.over) == (70, 30, 0)


def test_a_stop_that_is_being_cancelled_or_made_smaller_counts_no_more_than_it_will_be() -> None:
    ending = (stop(), status("PendingCancel", order_id=OrderId(1), perm_id=PermId(901)))
    assert survey(*ending).covered == 0
    smaller = ChangeIntent(
        intent_id=IntentId("less"), key=OrderKey("perm:901"), order_id=OrderId(1),
        quantity=D(30), limit_price=None, stop_price=D(95), sha256="",
    )  # fmt: skip
    assert (survey(stop(), smaller).covered, survey(stop(), smaller).uncovered) == (30, 70)


def test_the_nearest_stop_is_the_one_that_triggers_first() -> None:
    assert survey(stop(), stop(2, stop_price=D(97))).nearest_stop == 97
    buying = {"side": Side.BUY, "stop_price": D(105)}
    near = {"side": Side.BUY, "stop_price": D(103)}
    assert survey(stop(**buying), stop(2, **near), held=-100).nearest_stop == 103
    assert survey().nearest_stop is None
    assert survey(stop(order_type="TRAIL", stop_price=None)).nearest_stop is None


def test_an_exit_without_its_position_is_an_orphan() -> None:
    tied = {"oca_group": "exit", "oca_type": 1}
    assert survey(stop(**tied), held=0).orphans == 1
    assert survey(stop(), held=0).orphans == 0
    ending = status("PendingCancel", order_id=OrderId(1), perm_id=PermId(901))
    assert survey(stop(**tied), ending, held=0).orphans == 0
    entry = stop(8, order_type="LMT", side=Side.BUY, limit_price=D(90), stop_price=None)
    waits = stop(parent_id=OrderId(8))
    assert survey(entry, waits, held=0).orphans == 0
    assert survey(waits, held=0).orphans == 1
    assert survey(stop(**tied), held=100).orphans == 0
    flat = survey(stop(**tied), held=0)
    assert (flat.covered, flat.over, flat.closing, flat.unconfirmed) == (0, 0, 0, 0)


def test_a_stop_on_its_way_is_told_and_not_counted() -> None:
    cover = survey(stop(status="PendingSubmit"))
    assert (cover.covered, cover.uncovered, cover.unconfirmed) == (0, 100, 100)


def test_what_is_wrong_says_what_would_mend_it_the_most_urgent_first() -> None:
    assert survey().repair is RepairKind.PROTECT
    assert survey(stop(), stop(2, quantity=D(50))).repair is RepairKind.REDUCE
    assert survey(stop(parent_id=OrderId(77)), held=0).repair is RepairKind.CANCEL
    assert survey(stop()).repair is None


def test_a_hedge_stands_by_itself_when_its_order_has_filled() -> None:
    hedge = OrderTerms(hedge=Hedge(kind=HedgeKind.PAIR, ratio=D(1)))
    assert survey(stop(parent_id=OrderId(77), terms=hedge), held=0).orphans == 0
