"""Stop entries, cancel all and flatten as they come from outside the window."""

from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_exits import Exits
from tests.helpers.desk_fakes import ACCOUNT, SPY, open_order
from tests.unit.desk.test_closing import bracketed, holding
from workstation.desk.emergency import Emergency
from workstation.domain.commands import Done, Failed
from workstation.domain.control import ControlAction
from workstation.domain.finding import TradingState
from workstation.domain.ids import AccountId, ClientId, ConId, OrderId, PermId
from workstation.domain.order import OrderType, Side

OTHER = AccountId("SIM0000002")


def emergency(exits: Exits, *accounts: AccountId) -> Emergency:
    known = accounts or (ACCOUNT,)
    return Emergency(exits.flattener._with, exits.flattener, lambda: known)


def test_stop_entries_restricts_and_never_loosens() -> None:
    exits = holding()
    result = emergency(exits).act(ControlAction.STOP_ENTRIES, "")
    assert isinstance(result, Done)
    assert exits.latch.state is TradingState.REDUCING
    assert exits.door.broker.cancels == []
    assert exits.said[-1].startswith("From the command line, stop entries: Entries are stopped")


def test_cancel_all_leaves_what_protects_a_position_unless_asked() -> None:
    exits = bracketed()  # 100 held, target 2 and stop 3 stand for them
    exits.door.working(limit_price=Decimal("99.00"))
    exits.door.working(side=Side.SELL, limit_price=Decimal("120.00"), quantity=Decimal(1))
    result = emergency(exits).act(ControlAction.CANCEL_ALL, "")

    assert result == Done("2 of 2 cancels are on their way. 2 orders that protect a position stay.")
    assert exits.door.broker.cancels == [4, 5]
    emergency(exits).act(ControlAction.CANCEL_ALL_AND_PROTECTION, "")
    assert {2, 3} <= set(exits.door.broker.cancels)


def test_a_stop_that_would_open_a_position_is_an_entry() -> None:
    exits = Exits()
    exits.door.working(order_type=OrderType.STOP, limit_price=None, stop_price=Decimal("105.00"))
    emergency(exits).cancel()
    assert exits.door.broker.cancels == [1]


def test_the_exits_of_an_entry_end_with_it() -> None:
    exits = Exits()
    entry = exits.door.working()
    parent = exits.door.order(entry)
    child = open_order(
        order_id=OrderId(9),
        perm_id=PermId(99),
        side=Side.SELL,
        order_type="STP",
        limit_price=None,
        stop_price=Decimal(90),
        parent_id=parent.order_id,
    )
    exits.door.apply(child)
    assert emergency(exits).cancel() == Done("1 of 1 cancels are on their way.")
    assert exits.door.broker.cancels == [1]


@pytest.mark.parametrize(
    ("chosen", "cancelled"),
    [
        ({"side": Side.SELL}, [2]),
        ({"side": Side.BUY}, [1]),
        ({"con_id": SPY}, [1, 2]),
        ({"con_id": ConId(5)}, []),
        ({"account": OTHER}, []),
        ({"account": ACCOUNT, "con_id": SPY, "side": Side.BUY}, [1]),
    ],
)
def test_orders_are_chosen_by_account_contract_and_side(
    chosen: dict[str, object], cancelled: list[int]
) -> None:
    exits = holding()
    exits.door.working(limit_price=Decimal("99.00"))
    exits.door.working(side=Side.SELL, limit_price=Decimal("120.00"))
    emergency(exits).cancel(**chosen)  # type: ignore[arg-type]
    assert exits.door.broker.cancels == cancelled


def test_what_cannot_be_cancelled_is_said() -> None:
    exits = holding()
    exits.door.working(limit_price=Decimal("99.00"))
    exits.door.apply(open_order(client_id=ClientId(0), order_id=OrderId(0), perm_id=PermId(77)))
    exits.door.broker.up = False
    result = emergency(exits).cancel()
    assert isinstance(result, Failed)
    assert result.reason.startswith("0 of 1 cancels are on their way. 1 orders of other clients")


def test_flatten_needs_to_know_which_account() -> None:
    exits = holding()
    both = emergency(exits, ACCOUNT, OTHER)
    assert both.act(ControlAction.FLATTEN, "") == Failed("Name the account to flatten.")
    unknown = both.act(ControlAction.FLATTEN, "SIM0000003")
    assert unknown == Failed("S•••003 is not an account of this session.")
    assert not exits.flattener.running
    assert isinstance(both.act(ControlAction.FLATTEN, ACCOUNT), Done)
    assert exits.flattener.running


def test_one_cancel_that_cannot_be_written_stops_no_other(expected_log: Any) -> None:
    expected_log("a cancel could not be written")
    exits = Exits()
    for price in ("99.00", "98.00", "97.00"):
        exits.door.working(limit_price=Decimal(price))
    real = exits.door.broker.cancel_order

    def cancel_order(order_id: OrderId) -> bool:
        if order_id == 2:
            raise RuntimeError("oops")
        return real(order_id)

    exits.door.broker.cancel_order = cancel_order  # type: ignore[method-assign]
    result = emergency(exits).cancel()

    assert isinstance(result, Failed)
    assert "2 of 3" in result.reason
    assert exits.door.broker.cancels == [1, 3]


def test_a_cancel_of_everything_says_whose_orders_it_hits() -> None:
    exits = holding()
    exits.door.working(limit_price=Decimal("99.00"))
    exits.door.apply(open_order(order_id=OrderId(6), client_id=ClientId(3), perm_id=PermId(9)))

    assert isinstance(emergency(exits).cancel_globally(), Done)

    assert exits.door.broker.global_cancels == 1
    assert exits.said[-1] == "A cancel of 1 orders of this client and 1 of others left."
