"""A fill of the real gateway process is measured, told, and on record."""

from pathlib import Path

import pytest

from tests.helpers.gateway import Gateway
from tests.helpers.gateway_rig import TradingRig
from workstation.desk.quality_book import fills_of
from workstation.domain.clock import SystemClock
from workstation.domain.commands import FollowTape, SubmitOrder
from workstation.domain.execution_quality import FillQuality
from workstation.domain.finding import Submitted
from workstation.domain.messages import FillMeasured
from workstation.domain.trading_costs import costs_of
from workstation.storage.journal_reader import read_entries


def test_a_market_order_is_measured_and_the_journal_keeps_it(tmp_path: Path) -> None:
    with Gateway(tmp_path) as gateway:
        rig = TradingRig(tmp_path, gateway)
        rig.ask(FollowTape(rig.con_ids[0]))
        assert isinstance(rig.ask(SubmitOrder(rig.draft())), Submitted)

        def told() -> list[FillQuality]:
            return [m.fill for m in rig.window.messages if isinstance(m, FillMeasured)]

        rig.until(lambda: any(fill.mark(1) and fill.commission for fill in told()))
        rig.desk.stop()
        rig.core.loop.run_once(0.0)
        rig.core.close()
    newest = {fill.execution.base_id: fill for fill in told()}
    for fill in newest.values():
        assert fill.market is not None
        costs = costs_of(fill)
        price = float(fill.execution.price)
        assert costs.spread is not None
        assert costs.effective == pytest.approx(2 * (price - (fill.market.at_fill.mid or 0)))
        assert costs.against_arrival == pytest.approx(price - (fill.market.arrival.mid or 0))
    path = next(tmp_path.rglob("journal.sqlite"))
    kept = fills_of(read_entries(path), SystemClock().now(), None, None)
    assert {fill.execution.base_id: fill.market for fill in kept} == {
        name: fill.market for name, fill in newest.items()
    }
