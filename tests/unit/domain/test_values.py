"""What the words and worlds of orders and accounts promise."""

from dataclasses import replace

import pytest

from tests.helpers.desk_fakes import D, Door, execution
from workstation.domain.account import Environment, environment_of, masked
from workstation.domain.ids import AccountId, ExecId
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle, OrderView, Pending


@pytest.mark.parametrize(
    ("account", "world"),
    [
        ("SIM0012321", Environment.SIMULATED),
        ("DU1234567", Environment.PAPER),
        ("DF1234567", Environment.PAPER),
        ("U1234567", Environment.LIVE),
        ("F1234567", Environment.LIVE),
        ("sim0012321", Environment.LIVE),
        ("du1234567", Environment.LIVE),
        ("", Environment.LIVE),
    ],
)
def test_what_is_not_positively_paper_is_live(account: str, world: Environment) -> None:
    assert environment_of(AccountId(account)) is world


def test_a_masked_account_shows_its_ends_only() -> None:
    assert masked(AccountId("U1234321")) == "U•••321"
    assert masked(AccountId("U123")) == "•••"


def test_revisions_share_a_base() -> None:
    assert (execution("00025b46.63f8f39c.01.02").base_id) == "00025b46.63f8f39c.01"
    assert [execution(each).revision for each in ("a.1.01", "a.1.12", "a.1.x", "plain")] == [
        1, 12, 0, 0,
    ]  # fmt: skip
    assert execution(ExecId("plain")).base_id == "plain"


def a_view() -> OrderView:
    door = Door()
    view: OrderView = door.order(door.working()).view()
    return view


def test_unknown_goes_before_cancelling_before_changing_before_the_rest() -> None:
    view = a_view()
    both = replace(view, cancel=Pending.REQUESTED, replace=Pending.REQUESTED)

    assert view.display_state == "Working"
    assert replace(view, filled=D(1)).display_state == "Part filled"
    assert replace(view, replace=Pending.REQUESTED).display_state == "Changing"
    assert both.display_state == "Cancelling"
    assert replace(both, replace=Pending.UNKNOWN).display_state == "Unknown"
    assert replace(both, lifecycle=Lifecycle.UNKNOWN).display_state == "Unknown"
    assert replace(both, lifecycle=Lifecycle.FILLED).display_state == "Filled"


def test_every_lifecycle_has_a_word() -> None:
    view = a_view()

    assert all(replace(view, lifecycle=each).display_state for each in Lifecycle)


def test_nothing_is_left_of_an_overfilled_order() -> None:
    assert replace(a_view(), filled=D(130)).remaining == 0


def test_sides_have_signs_and_opposites() -> None:
    assert [(side.sign, side.opposite) for side in Side] == [(1, Side.SELL), (-1, Side.BUY)]
