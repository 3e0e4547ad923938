"""What a trader accepts for the rest of the day ends with the trading day (1.4)."""

from typing import Any

import pytest

from tests.helpers.accepting import because
from tests.helpers.desk_fakes import D, Door
from workstation.domain.finding import NeedsAcknowledgement
from workstation.domain.ids import IntentId

HOUR = 3_600.0


def asks_again(door: Door, hours: float) -> bool:
    """Accept a rule for today at ten in New York (EST), and order alike so many hours later."""
    big: dict[str, Any] = {"quantity": D(1100), "outside_rth": True}
    door.submit(acknowledged=because("R05_ORDER_SIZE") | {"R05_ORDER_SIZE:today"}, **big)
    door.clock.seconds += hours * HOUR
    door.market(99.99, 100.01)
    answer = door.submit(intent_id=IntentId("2"), **big)
    found = answer.findings if isinstance(answer, NeedsAcknowledgement) else ()
    return any(each.code == "R05_ORDER_SIZE" for each in found)


@pytest.mark.parametrize(("hours", "asks"), [(1, False), (13.5, False), (14.5, True), (24, True)])
def test_a_rule_accepted_for_today_is_asked_again_in_the_next_trading_day(
    hours: float, asks: bool
) -> None:
    assert asks_again(Door(), hours) is asks
