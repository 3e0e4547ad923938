"""Fills are measured: at the command, at the fill, afterwards, and honestly after a restart."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, CLIENT, SPY, D, Door, fill
from tests.helpers.stream_rig import StreamRig
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.execution_quality import ExecutionQuality, QualityParts
from workstation.desk.print_sums import PrintSums
from workstation.desk.quality_book import fills_of
from workstation.domain.execution import Commission
from workstation.domain.execution_quality import (
    BEFORE_MEASURING,
    CROSSED,
    HORIZONS,
    NO_QUOTE,
    NOT_RUNNING,
    STALE,
    FillQuality,
)
from workstation.domain.ids import ExecId, OrderKey, ReqId
from workstation.domain.market_sinks import PrintColumns
from workstation.domain.messages import FillMeasured
from workstation.domain.order_extras import Algo
from workstation.domain.quote import MarketDataType
from workstation.domain.reports import CommissionReport
from workstation.domain.subscription import StreamKey, StreamKind
from workstation.domain.trading_costs import costs_of
from workstation.storage.journal import Journal


class Rig:
    """The order side with a journal on disk, its fills measured over hand-made markets."""

    def __init__(self, path: Path, clock: VirtualClock) -> None:
        self.path, self.clock = path, clock
        self.journal = Journal(path, clock)
        self.door = Door(clock=clock, journal=self.journal)
        self.door.desk.notes._quote = self.door.quotes.quote
        self.market = StreamRig()
        self.offset: float | None = None
        tapes = self.market.market.tapes
        tapes._quotes = self.door.quotes
        self.prints = PrintSums(tapes)
        contracts: Any = self.door.contracts
        self.quality = ExecutionQuality(
            QualityParts(
                clock=clock,
                reactor=self.door.timers,
                orders=self.door.orders,
                quotes=self.door.quotes,
                contracts=contracts,
                streams=self.market.streams,
                prints=self.prints,
                note=self.door.desk.notes.add,
                post=self.door.out.post,
                clock_offset=lambda: self.offset,
            )
        )
        self.door.desk.notes.heard = self.quality.took
        self.door.desk.replay(self.quality.remembering(self.journal.entries()))
        self.quality.start()

    def end(self) -> None:
        self.door.desk.write_notes()
        self.journal.close()

    def restarted(self, seconds: float) -> "Rig":
        self.end()
        self.clock.seconds += seconds
        return Rig(self.path, self.clock)

    def wait(self, seconds: float) -> None:
        self.door.timers.advance(seconds)

    def filled(self, exec_id: str = "a.1.01", quantity: int = 100, **changes: Any) -> OrderKey:
        """Place an order and have it filled at once."""
        key = self.door.working()
        self.door.apply(self.report(exec_id, quantity, **changes))
        return key

    def report(self, exec_id: str = "a.1.01", quantity: int = 100, **changes: Any) -> Any:
        changes.setdefault("time", self.clock.now())
        return fill(exec_id, quantity, **changes)

    @property
    def told(self) -> list[FillQuality]:
        return [each.fill for each in self.door.out.messages if isinstance(each, FillMeasured)]

    @property
    def newest(self) -> FillQuality:
        return self.told[-1]

    def wanted(self) -> bool:
        return self.market.streams._wishes.get(StreamKey(SPY, StreamKind.QUOTES)) is not None


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path / "journal.sqlite", VirtualClock())
    yield rig
    if rig.journal.last_seq and not rig.journal._failure:
        rig.door.desk.notes.take()


def test_a_fill_is_measured_at_its_command_and_at_itself(rig: Rig) -> None:
    key = rig.door.working()  # 99.99 to 100.01
    rig.door.market(100.01, 100.05)
    rig.door.apply(rig.report(price=D("100.05")))

    costs = costs_of(rig.newest)
    assert rig.newest.market is not None
    assert (rig.newest.market.key, rig.newest.market.order_type) == (key, "LMT")
    assert costs.against_arrival == pytest.approx(0.05)
    assert costs.effective == pytest.approx(2 * 0.02)
    assert rig.newest.is_pending


def test_the_algorithm_that_worked_the_order_is_kept(rig: Rig) -> None:
    key = rig.door.working()
    order = rig.door.order(key)
    algo = Algo(strategy="Adaptive", params=(("adaptivePriority", "Normal"),))
    order.draft = replace(order.draft, terms=replace(order.draft.terms, algo=algo))
    rig.door.apply(rig.report())
    assert rig.newest.market is not None
    assert rig.newest.market.algo == "Adaptive"


def test_the_market_is_looked_at_again_at_every_horizon(rig: Rig) -> None:
    rig.filled(price=D("100.00"))
    for seconds, mid in ((1, 100.10), (9, 100.20), (50, 100.30), (240, 100.40)):
        rig.door.market(mid - 0.01, mid + 0.01)
        rig.wait(seconds)

    assert costs_of(rig.newest).mark_outs == pytest.approx((0.10, 0.20, 0.30, 0.40))
    assert not rig.newest.is_pending
    assert rig.door.timers.waiting == []


def test_nothing_is_wanted_or_timed_without_a_fill(rig: Rig) -> None:
    rig.door.working()
    assert rig.door.timers.waiting == []
    assert not rig.wanted()


def test_the_stream_is_kept_for_the_looks_and_given_back(rig: Rig) -> None:
    rig.filled()
    assert rig.wanted()
    assert SPY in rig.market.streams.traded()
    rig.wait(HORIZONS[-1])
    assert not rig.wanted()
    assert SPY not in rig.market.streams.traded()


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda door: door.quotes.mark_stale(SPY), STALE),
        (lambda door: door.quotes.set_price(SPY, 2, -1), NO_QUOTE),
        (lambda door: door.market(100.05, 100.00), CROSSED),
        (
            lambda door: door.quotes.set_data_type(SPY, MarketDataType.DELAYED),
            "not measured: delayed or frozen market data",
        ),
    ],
)
def test_what_is_no_market_measures_nothing_and_says_why(rig: Rig, spoil: Any, fault: str) -> None:
    rig.filled()
    spoil(rig.door)
    rig.wait(1)

    mark = rig.newest.mark(1)
    assert mark is not None
    assert (mark.market.mid, mark.market.fault) == (None, fault)


def test_an_order_without_a_market_at_its_command_has_no_arrival(rig: Rig) -> None:
    rig.door.working()
    rig.quality._arrivals.clear()
    rig.door.apply(rig.report())
    assert rig.newest.market is not None
    assert rig.newest.market.arrival.fault == NO_QUOTE


def test_a_look_that_comes_too_late_measures_nothing(rig: Rig) -> None:
    rig.filled()
    rig.clock.seconds += 5  # the machine slept
    rig.wait(0)

    mark = rig.newest.mark(1)
    assert mark is not None
    assert mark.market.fault == "not measured: the program looked 4.0 s beside the moment"


def test_a_fill_that_is_told_late_has_no_market_of_its_own(rig: Rig) -> None:
    rig.door.working()
    at = rig.clock.now() - timedelta(seconds=30)
    rig.door.apply(replace(rig.report(time=at), req_id=ReqId(5)))

    assert rig.newest.market is not None
    assert rig.newest.market.at_fill.fault == "not measured: told 30 s after the fill"
    faults = [mark.market.fault for mark in rig.newest.marks]
    assert faults == ["not measured: told 30 s after the fill"] * 2  # 1 and 10 s are over
    rig.wait(30)
    assert rig.newest.mark(60) is not None
    assert rig.newest.mark(60).market.mid == pytest.approx(100.0)  # type: ignore[union-attr]


def test_the_brokers_clock_is_compared_with_ours(rig: Rig) -> None:
    rig.door.working()
    rig.offset = 3600.0
    rig.door.apply(rig.report(time=rig.clock.now() + timedelta(hours=1)))
    assert rig.newest.market is not None
    assert rig.newest.market.at_fill.mid == pytest.approx(100.0)


def test_a_correction_keeps_the_market_and_takes_the_new_price(rig: Rig) -> None:
    rig.filled(price=D("100.00"))
    rig.door.apply(rig.report("a.1.02", price=D("100.02")))

    assert rig.newest.execution.price == D("100.02")
    assert costs_of(rig.newest).effective == pytest.approx(0.04)
    assert len(rig.door.timers.waiting) == 1


def test_the_cost_of_a_fill_joins_it(rig: Rig) -> None:
    rig.filled()
    cost = Commission(exec_id=ExecId("a.1.01"), commission=D(2), currency="USD", realized_pnl=None)
    rig.door.apply(CommissionReport(commission=cost))
    assert rig.newest.commission == cost


def test_the_average_price_is_of_our_own_prints_since_the_command(rig: Rig) -> None:
    tapes = rig.market.market.tapes
    tapes.attach(ReqId(9), SPY)

    def prints(*trades: tuple[float, float]) -> None:
        prices, sizes = [each[0] for each in trades], [each[1] for each in trades]
        count = len(trades)
        tapes.add_all(9, PrintColumns([0] * count, prices, sizes, [""] * count, [""] * count))
        for taken in tapes.take():
            rig.prints.add(taken)

    prints((50.0, 1000.0))  # nobody counts this
    rig.door.working()
    prints((100.0, 100.0), (100.3, 200.0))
    rig.door.apply(rig.report(price=D("100.30")))
    rig.wait(1)

    assert costs_of(rig.newest).against_vwap == pytest.approx(100.30 - 100.20)
    assert rig.newest.mark(1).vwap_of == "prints"  # type: ignore[union-attr]


def test_prints_that_were_interrupted_make_no_average(rig: Rig) -> None:
    tapes = rig.market.market.tapes
    tapes.attach(ReqId(9), SPY)
    rig.door.working()
    tapes.detach(SPY)
    tapes.attach(ReqId(10), SPY)
    tapes.add_all(10, PrintColumns([0], [100.0], [100.0], [""], [""]))
    for taken in tapes.take():
        rig.prints.add(taken)
    rig.door.apply(rig.report())
    rig.wait(1)
    assert costs_of(rig.newest).against_vwap is None


def test_prints_are_added_up_only_while_an_order_or_a_look_needs_them(rig: Rig) -> None:
    rig.filled()
    assert SPY in rig.prints._sums
    rig.wait(HORIZONS[-1])
    assert SPY not in rig.prints._sums


def test_a_restart_says_that_nobody_was_there_and_goes_on_with_the_rest(rig: Rig) -> None:
    rig.filled()
    rig.wait(1)
    again = rig.restarted(30)
    again.door.market(100.19, 100.21)
    again.wait(29)

    marks = again.newest.marks
    assert [mark.horizon for mark in marks] == [1, 10, 60]
    assert marks[0].market.mid == pytest.approx(100.0)
    assert marks[1].market.fault == NOT_RUNNING
    assert marks[2].market.mid == pytest.approx(100.20)
    again.wait(240)
    assert not again.newest.is_pending
    last = again.restarted(1)
    assert last.newest.marks == again.newest.marks
    assert last.door.timers.waiting == []
    last.end()


def test_a_start_after_days_takes_no_old_fill_and_the_journal_still_tells_of_it(rig: Rig) -> None:
    rig.filled()
    rig.wait(1)
    again = rig.restarted(3 * 86_400)
    assert again.told == []
    assert again.quality._book.fills(again.clock.now()) == ()
    (fill,) = fills_of(again.journal.entries(), again.clock.now(), None, None)
    assert fill.mark(1) is not None
    assert fill.mark_fault(300) == NOT_RUNNING
    again.end()


def test_an_order_of_an_earlier_run_keeps_its_arrival(rig: Rig) -> None:
    rig.door.working()
    again = rig.restarted(5)
    again.door.market(100.09, 100.11)
    again.door.apply(again.report(price=D("100.11")))
    assert costs_of(again.newest).against_arrival == pytest.approx(0.11)
    again.end()


def test_the_journal_gives_the_same_fills_again(rig: Rig) -> None:
    rig.filled("a.1.01", 60)
    rig.door.apply(rig.report("a.2.01", 40))
    rig.wait(HORIZONS[-1])
    told = {fill.execution.base_id: fill for fill in rig.told}
    rig.end()

    entries = list(Journal(rig.path, rig.clock).entries())
    first = fills_of(entries, rig.clock.now(), None, None)
    second = fills_of(entries, rig.clock.now() + timedelta(days=400), None, None)
    assert {fill.execution.base_id: fill for fill in first} == told
    assert first == second  # what is over does not depend on when it is read
    assert fills_of(entries, rig.clock.now(), rig.clock.now(), None) == ()


def test_a_journal_of_an_earlier_version_is_read_as_not_measured(rig: Rig) -> None:
    rig.filled()
    rig.door.desk.notes.take()  # that version wrote none of these records
    rig.journal.commit()
    (fill,) = fills_of(rig.journal.entries(), rig.clock.now(), None, None)

    assert fill.mark_fault(1) == BEFORE_MEASURING
    assert costs_of(fill).mark_outs == (None, None, None, None)


def test_a_fault_of_the_measurement_holds_up_no_order(
    rig: Rig, expected_log: Callable[[str], None]
) -> None:
    expected_log("could not be measured")

    def fails() -> float | None:
        raise ZeroDivisionError

    rig.quality._with = replace(rig.quality._with, clock_offset=fails)
    key = rig.filled()
    assert rig.door.order(key).filled == D(100)


def test_another_clients_fill_has_no_arrival_but_marks(rig: Rig) -> None:
    rig.door.apply(rig.report(order_id=99, client_id=CLIENT + 1, perm_id=555, account=ACCOUNT))
    rig.wait(1)
    fill = rig.newest
    assert fill.market is not None
    assert fill.market.arrival.fault == "not measured: the order was not placed here"
    assert fill.mark(1).market.mid == pytest.approx(100.0)  # type: ignore[union-attr]
