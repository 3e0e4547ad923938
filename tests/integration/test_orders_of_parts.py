"""Orders of several parts on the real wire: the core against the gateway process."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers.gateway import Gateway
from tests.helpers.killable_core import AAPL
from tests.integration.test_orders_gateway import ACCOUNT, L, Rig
from workstation.domain.commands import CancelFamily, Done, ScaleIn, ScaleOut, SubmitBracket
from workstation.domain.ids import FamilyId, IntentId


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with Gateway(tmp_path) as gateway:
        rig = Rig(tmp_path, gateway)
        yield rig
        rig.desk.stop()
        rig.core.close()


def test_a_position_is_scaled_both_ways_and_its_exits_follow_at_the_broker(rig: Rig) -> None:
    rig.ask(SubmitBracket(rig.bracket()))
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.is_at(3, L.HELD))

    more = ScaleIn(intent_id=IntentId("more"), account=ACCOUNT, con_id=AAPL, quantity=Decimal(15))
    assert isinstance(rig.ask(more), Done)
    rig.until(lambda: rig.is_at(4, L.FILLED))
    rig.until(lambda: all(rig.order(n).quantity == 35 for n in (2, 3)))
    assert rig.position() == 35
    assert rig.order(4).family == FamilyId("more")

    less = ScaleOut(intent_id=IntentId("less"), account=ACCOUNT, con_id=AAPL, quantity=Decimal(30))
    assert isinstance(rig.ask(less), Done)
    rig.until(lambda: rig.is_at(5, L.FILLED))
    rig.until(lambda: all(rig.order(n).quantity == 5 for n in (2, 3)))
    assert rig.position() == 5
    assert isinstance(rig.ask(less), Done)  # the same wish again is the same order
    assert len(list(rig.desk.orders)) == 5


def test_a_resting_addition_is_cancelled_by_the_name_of_its_family(rig: Rig) -> None:
    rig.ask(SubmitBracket(rig.bracket()))
    rig.until(lambda: rig.is_at(1, L.FILLED) and rig.is_at(3, L.HELD))
    more = ScaleIn(
        intent_id=IntentId("more"), account=ACCOUNT, con_id=AAPL, quantity=Decimal(15),
        limit_price=rig.last - 10,
    )  # fmt: skip
    rig.ask(more)
    rig.until(lambda: rig.is_at(4, L.WORKING))
    assert isinstance(rig.ask(CancelFamily(FamilyId("more"))), Done)
    rig.until(lambda: rig.is_at(4, L.CANCELLED))
    assert rig.order(3).quantity == 20
