"""F9: a breach or a discrepancy stands on the screen within 5 s, the real core and gateway behind it.

Core and gateway share one virtual clock, so the seconds are theirs and not this machine's.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers import chaos_rig
from tests.helpers.chaos_rig import ChaosWorld
from tests.helpers.cores import ACCOUNT
from tests.qt.conftest import Stage
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import SubmitBracket
from workstation.domain.finding import Submitted
from workstation.domain.ids import IntentId
from workstation.domain.messages import NoticeArrived
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.risk.limits import TwoLevel, proposed
from workstation.storage.limits_file import add_limits

SEEN_SECONDS = 5.0
"""Source: orders-and-risk.md, F9."""

HELD = Decimal(10)


def tight_limits(folder: Path) -> None:
    """Allow a position of 40 shares at about 200 and no more."""
    limits = proposed(ACCOUNT, Decimal(1_000_000))
    most = TwoLevel(personal=Decimal(8_000), catastrophic=Decimal(9_000))
    add_limits(folder / "limits.toml", replace(limits, position=most))


class Watched:
    """A window that is told what the core says, as it says it."""

    def __init__(self, stage: Stage, world: ChaosWorld) -> None:
        self.stage, self.world = stage, world
        self._shown = 0

    def strip(self) -> str:
        """Show what has come since the last look, and read the alarm strip."""
        messages = self.world.window.messages
        news, self._shown = messages[self._shown :], len(messages)
        self.stage.events(*(each for each in news if isinstance(each, NoticeArrived)))
        alarms = self.stage.window.alarms
        return alarms.text_label.toolTip() or alarms.text_label.text() if alarms.isVisible() else ""

    def seconds_until(self, shown: Callable[[str], bool]) -> float:
        return self.world.until(lambda: shown(self.strip()), 30)


@pytest.fixture
def watched(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr(chaos_rig, "raise_limits", tight_limits)
    world = ChaosWorld(tmp_path, 17)
    world.run(1)
    yield Watched(stage, world)
    world.close()


def bracket(world: ChaosWorld) -> BracketDraft:
    quote = world.core.desk.figures.quotes.quote(world.con_ids[0])
    assert quote is not None
    assert quote.bid is not None
    price = Decimal(str(quote.bid)).quantize(Decimal("0.01"))
    entry = OrderDraft(
        intent_id=IntentId("protected"), account=ACCOUNT, con_id=world.con_ids[0],
        side=Side.BUY, quantity=HELD, order_type=OrderType.MARKET,
    )  # fmt: skip
    stop = (price * Decimal("0.9")).quantize(Decimal("0.01"))
    return BracketDraft(entry=entry, target_price=price * 2, stop_price=stop)


def test_a_stop_cancelled_elsewhere_is_an_alarm_on_the_screen(watched: Watched) -> None:
    world = watched.world
    assert isinstance(world.ask(SubmitBracket(bracket(world))), Submitted)
    world.until(lambda: world.position(world.con_ids[0]) == HELD)
    world.run(3)
    assert watched.strip() == ""

    (stop,) = [
        each for each in world.gateway.desk.orders.values() if each.terms.order_type == "STP"
    ]
    world.gateway.desk.cancel(stop.client_id, stop.order_id)
    assert watched.seconds_until(lambda strip: "AAPL" in strip) <= SEEN_SECONDS


def test_a_position_made_elsewhere_beyond_the_limit_is_an_alarm_on_the_screen(
    watched: Watched,
) -> None:
    world = watched.world
    assert watched.strip() == ""
    world.fault("manual-order", side="BUY", quantity=100, symbol="AAPL")
    assert watched.seconds_until(lambda strip: "Largest position" in strip) <= SEEN_SECONDS
