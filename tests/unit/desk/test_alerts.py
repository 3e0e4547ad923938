"""Price alerts: exact crossings, gaps, every tick seen, once told, kept over restarts."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.desk_fakes import FakeOutgoing
from tests.helpers.hand_timers import Timers
from tests.helpers.stream_rig import QUOTES, stock
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.alerts import AlertDesk, AlertParts
from workstation.desk.price_watch import PriceWatch
from workstation.domain.alert import Direction, PriceAlert
from workstation.domain.commands import Done, Failed
from workstation.domain.ids import ConId
from workstation.domain.notice import Severity
from workstation.marketdata.quotes import Quotes
from workstation.storage.alert_file import read_alerts, write_alerts

ONE, OTHER = ConId(1), ConId(2)
LAST, BID = 4, 1
D = Decimal


class Contracts:
    """Knows two stocks and a currency pair; remembers what was needed."""

    revision = 0

    def __init__(self) -> None:
        self.needed: list[ConId] = []

    def details(self, con_id: ConId) -> Any:
        return stock(con_id) if con_id in {ONE, OTHER} else None

    def need(self, con_id: ConId) -> None:
        self.needed.append(con_id)


class Watch:
    """Alerts over real quotes and a file."""

    def __init__(self, file: Path | None = None) -> None:
        self.clock = VirtualClock()
        self.timers: Any = Timers(self.clock)
        self.quotes = Quotes(self.clock)
        self.contracts = Contracts()
        self.streams: Any = Wishes()
        self.out: Any = FakeOutgoing()
        self.desk = AlertDesk(
            AlertParts(
                self.timers, self.clock, PriceWatch(self.quotes), self.contracts,  # type: ignore[arg-type]
                self.streams, self.out, file,
            )
        )  # fmt: skip
        self.desk.start()

    def last(self, *prices: float, con_id: ConId = ONE) -> None:
        for price in prices:
            self.quotes.set_price(con_id, LAST, price)
        self.timers.advance(0.1)

    def place(self, price: str, con_id: ConId = ONE) -> Any:
        answer = self.desk.place(con_id, D(price))
        self.timers.advance(0.1)
        return answer

    @property
    def told(self) -> list[str]:
        return [n.text for n in self.out.notices if n.severity is Severity.ALARM]


class Wishes:
    """What the alerts want streamed."""

    def __init__(self) -> None:
        self.wanted: set[ConId] = set()
        self.traded: Any = lambda: frozenset({OTHER})

    def want(self, con_id: ConId, kind: Any, user: str, *, once: bool) -> None:
        assert (kind, user, once) == (QUOTES, "Alerts", True)
        self.wanted.add(con_id)

    def drop(self, con_id: ConId, kind: Any, user: str) -> None:
        assert (kind, user) == (QUOTES, "Alerts")
        self.wanted.discard(con_id)


@pytest.mark.parametrize(
    ("path", "fires_at"),
    [
        ((100.0, 100.9, 101.0), 101.0),
        ((100.0, 105.0), 105.0),
        ((102.0, 101.1, 101.0), 101.0),
        ((102.0, 95.5), 95.5),
        ((101.0, 101.0, 101.5, 101.0), 101.0),
        ((101.0, 101.5, 101.2), None),
        ((100.0, 100.99), None),
        ((102.0, 101.01, 103.0), None),
    ],
)
def test_an_alert_fires_at_its_price_or_beyond_it_coming_from_the_other_side(
    path: tuple[float, ...], fires_at: float | None
) -> None:
    watch = Watch()
    watch.place("101")
    watch.last(*path)
    alert = watch.desk.all[0]
    assert alert.fired_last == fires_at
    assert len(watch.told) == (fires_at is not None)


def test_a_price_is_compared_as_it_is_written() -> None:
    watch = Watch()
    watch.place("190.1")
    watch.last(190.0, 190.1)  # the double is a little less than 190.1
    assert watch.desk.all[0].fired_last == 190.1


def test_a_touch_between_two_frames_fires_and_tells_once() -> None:
    watch = Watch()
    watch.last(100.0)
    watch.place("101")
    assert watch.desk.all[0].direction is Direction.RISES
    watch.last(101.0, 100.0, 101.0, 100.0)
    assert watch.told == ["Price alert: S1 rose to 101.0, alert at 101"]


def test_bids_and_other_contracts_fire_nothing() -> None:
    watch = Watch()
    watch.last(100.0)
    watch.place("101")
    watch.quotes.set_price(ONE, BID, 105.0)
    watch.last(105.0, con_id=OTHER)
    assert watch.told == []


def test_quotes_are_streamed_as_long_as_an_alert_waits() -> None:
    watch = Watch()
    watch.last(100.0)
    watch.place("101")
    watch.place("102")
    assert watch.streams.wanted == {ONE} == watch.desk.con_ids
    assert watch.streams.traded() == {ONE, OTHER}, "they pause last"
    watch.last(101.0)
    assert watch.streams.wanted == {ONE}
    watch.last(102.0)
    assert watch.streams.wanted == set()
    assert watch.desk.con_ids == frozenset()


def test_an_alert_that_fired_watches_again_where_it_is_moved() -> None:
    watch = Watch()
    watch.last(100.0)
    watch.place("101")
    watch.last(101.0)
    assert isinstance(watch.desk.move(1, D("100.5")), Done)
    assert watch.desk.all[0].direction is Direction.FALLS
    watch.last(100.4)
    assert watch.told[1] == "Price alert: S1 fell to 100.4, alert at 100.5"


def test_an_alert_that_is_removed_tells_nothing_and_is_gone_for_good(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "alerts.json")
    watch.last(100.0)
    watch.place("101")
    assert isinstance(watch.desk.remove(1), Done)
    watch.last(105.0)
    assert watch.told == []
    assert isinstance(watch.desk.remove(1), Failed)
    assert isinstance(watch.desk.move(1, D(1)), Failed)
    assert Watch(tmp_path / "alerts.json").desk.all == ()


def test_alerts_outlive_the_program_and_a_gap_while_it_was_closed_fires(tmp_path: Path) -> None:
    file = tmp_path / "alerts.json"
    watch = Watch(file)
    watch.last(100.0)
    watch.place("101")
    watch.place("99")

    again = Watch(file)
    assert [(a.price, a.direction) for a in again.desk.all] == [
        (D(101), Direction.RISES),
        (D(99), Direction.FALLS),
    ]
    again.desk.session_up()
    assert again.contracts.needed == [ONE]
    assert again.streams.wanted == {ONE}
    again.last(104.0)
    assert again.told == ["Price alert: S1 rose to 104.0, alert at 101"]

    third = Watch(file)
    third.last(104.0)
    assert third.told == []
    assert third.desk.all[0].fired_last == 104.0


def test_what_cannot_be_watched_is_refused_with_the_reason() -> None:
    watch = Watch()
    unknown = watch.place("1", ConId(9))
    assert isinstance(unknown, Failed)
    assert "not known" in unknown.reason
    assert isinstance(watch.place("NaN"), Failed)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"version":2,"alerts":[]}', b"x" * 2_000_000, b'{"version":1}']
)
def test_a_file_that_cannot_be_read_is_said_and_kept(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "alerts.json"
    file.write_bytes(content)
    watch = Watch(file)
    assert [n.severity for n in watch.out.notices] == [Severity.ERROR]
    assert file.read_bytes() == content


def test_a_disk_that_takes_nothing_costs_the_keeping_and_not_the_alert(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "no folder" / "alerts.json")
    watch.last(100.0)
    watch.place("101")
    assert any("could not be kept" in n.text for n in watch.out.notices)
    watch.last(101.0)
    assert len(watch.told) == 1


def test_two_alerts_of_one_number_are_no_file_of_ours(tmp_path: Path) -> None:
    one = PriceAlert(number=1, con_id=ONE, symbol="S1", price=D(1))
    write_alerts(tmp_path / "a.json", (one, one))
    with pytest.raises(ValueError, match="one number"):
        read_alerts(tmp_path / "a.json")
