"""What TWS says about its link, and what it keeps silent: by the gateway's own fault commands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.kill_rig import ACCOUNT, SYMBOLS, KillRig
from workstation.domain.farm import FarmStatus, FarmsView
from workstation.domain.ids import ConId
from workstation.domain.link import LinkState
from workstation.domain.reports import BrokerNotice
from workstation.domain.subscription import DataUse
from workstation.simgateway.fault_commands import run

AAPL = ConId(265598)


class FaultRig(KillRig):
    """A rig whose gateway takes fault commands."""

    def fault(self, name: str, **values: Any) -> None:
        assert self.server is not None
        run(self.server, {"do": name, **values})

    @property
    def state(self) -> LinkState:
        return self.core.desk.link.state

    def is_stale(self) -> bool:
        return all(self.core.desk.figures.quotes.is_stale(each) for each in self.con_ids())

    def farms(self) -> dict[str, FarmStatus]:
        view = self.window.latest.get(("FarmsView", None))
        assert isinstance(view, FarmsView)
        return {farm.name: farm.status for farm in view.farms}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[FaultRig]:
    made = FaultRig(tmp_path, 7)
    made.begin()
    yield made
    made.close()
    assert made.faults == []


def test_1100_degrades_once_and_1102_restores_without_new_requests(rig: FaultRig) -> None:
    before = dict(rig.core.desk.streams._requests)
    rig.fault("connectivity", code=1100)
    rig.until(lambda: rig.state is LinkState.DEGRADED)
    assert "lost its link" in rig.core.desk.link.reason
    assert "restores the link by itself" in rig.core.desk.link.next_step
    assert rig.is_stale()
    told = rig.window.count
    for _ in range(5):
        rig.fault("connectivity", code=1100)
        rig.run(0.1)
    assert rig.window.count - told <= 2, "a repeated 1100 is one event"

    rig.fault("connectivity", code=1102)
    rig.until(lambda: rig.is_ready)
    assert not rig.is_stale()
    assert rig.core.desk.streams._requests == before


def test_1101_asks_for_everything_again(rig: FaultRig) -> None:
    before = dict(rig.core.desk.streams._requests)
    rig.fault("connectivity", code=1100)
    rig.until(lambda: rig.state is LinkState.DEGRADED)
    rig.fault("connectivity", code=1101)
    rig.until(rig.all_flows)
    after = rig.core.desk.streams._requests
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
    rig.until(lambda: rig.open_requests() == 9)


def test_a_quotes_farm_down_degrades_and_names_itself(rig: FaultRig) -> None:
    rig.fault("farm-down", farm="usfarm")
    rig.until(lambda: rig.state is LinkState.DEGRADED)
    assert "usfarm (quotes)" in rig.core.desk.link.reason
    assert rig.core.desk.link.only_farms
    assert rig.farms()["usfarm"] is FarmStatus.BROKEN
    assert rig.is_stale()

    rig.fault("farm-up", farm="usfarm")
    rig.until(lambda: rig.is_ready)
    assert rig.farms()["usfarm"] is FarmStatus.OK
    assert not rig.is_stale()


def test_a_history_farm_down_leaves_quotes_alone(rig: FaultRig) -> None:
    rig.fault("farm-down", farm="ushmds")
    rig.until(lambda: rig.state is LinkState.DEGRADED)
    assert "ushmds (history)" in rig.core.desk.link.reason
    assert not rig.is_stale()
    rig.fault("farm-up", farm="ushmds")
    rig.until(lambda: rig.is_ready)


def test_two_farms_down_are_followed_one_by_one(rig: FaultRig) -> None:
    for farm in ("ushmds", "secdefil"):
        rig.fault("farm-down", farm=farm)
    rig.until(lambda: "secdefil" in rig.core.desk.link.reason)
    rig.fault("farm-up", farm="ushmds")
    rig.run(0.5)
    assert rig.state is LinkState.DEGRADED
    assert rig.farms() == {"ushmds": FarmStatus.OK, "secdefil": FarmStatus.BROKEN} | {
        name: status for name, status in rig.farms().items() if name not in {"ushmds", "secdefil"}
    }
    rig.fault("farm-up", farm="secdefil")
    rig.until(lambda: rig.is_ready)


@pytest.mark.parametrize("fault", ["reset", "close", "restart"])
def test_a_dropped_session_comes_back_whole(rig: FaultRig, fault: str) -> None:
    rig.fault(fault)
    rig.until(lambda: not rig.is_ready)
    rig.until(lambda: rig.is_ready)
    rig.follow_chart()
    rig.until(rig.all_flows)
    assert rig.open_requests() == 9


def test_a_silent_stream_in_its_hours_is_asked_for_again_and_the_chart_filled(
    rig: FaultRig,
) -> None:
    rig.core.desk.feed.silence.is_in_session = lambda _con_id: True  # type: ignore[method-assign]
    rig.run(10)
    desk, old = rig.core.desk, dict(rig.core.desk.streams._requests)
    series = dict(desk.data._series)
    assert rig.server is not None
    (client,) = rig.server.gateway.listeners.values()
    streams = client.streams  # type: ignore[attr-defined]
    (lost,) = [key for key in streams if key[0] == "quotes" and streams[key].con_id == AAPL]
    del streams[lost]  # the broker has forgotten one stream and says nothing

    rig.until(lambda: rig.streams_at_gateway()["quotes"].count(AAPL) == 1, seconds=400)
    rig.until(rig.all_flows)
    changed = {key for key, req_id in desk.streams._requests.items() if old[key] != req_id}
    assert {key.con_id for key in changed} == {AAPL}
    assert desk.data._series != series, "the chart was not filled"


def test_the_meter_counts_what_the_gateway_streams(rig: FaultRig) -> None:
    rig.run(2)
    use = rig.window.latest["DataUse", None]
    assert isinstance(use, DataUse)
    assert (use.lines.used, use.depth.used, use.tape.used) == (len(SYMBOLS), 1, 1)
    assert use.history.used == 1
    assert 0 <= use.messages.used <= use.messages.most


def test_a_tws_that_only_lets_look_is_named_once_and_leaves_when_the_lists_come(
    rig: FaultRig,
) -> None:
    desk = rig.core.desk
    rig.fault("stall", direction="out", seconds=1)
    desk.reconciler.full()
    text = "Error validating request.-'cc' : cause - The API interface is in Read-Only mode."
    refusal = BrokerNotice(subject=None, code=321, text=text)
    desk.on_report(refusal)
    assert rig.state is LinkState.DEGRADED
    assert "only look" in desk.link.reason
    assert "Read-Only API" in desk.link.next_step
    assert not desk.standing.of(ACCOUNT).link.ready
    rig.run(0.1)
    told = rig.window.count
    for _ in range(20):
        desk.on_report(refusal)
    desk._out.flush()
    assert rig.window.count == told, "each list is refused, but the user hears it once"

    rig.until(lambda: rig.is_ready)
