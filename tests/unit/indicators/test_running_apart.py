"""Values worked out elsewhere equal those worked out at once, whenever their answers come."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.unit.indicators.test_running import LIBRARY, Bars
from workstation.indicators.definition import Indicator
from workstation.indicators.running import Running
from workstation.indicators.running_apart import RunningApart, running_of


class Rig:
    """A thread that works when it is told to, and a GUI that takes answers when it is told to."""

    def __init__(self, key: str = "EMA") -> None:
        self.jobs: list[Callable[[], None]] = []
        self.answers: list[Callable[[], None]] = []
        self.told: list[int] = []
        self.indicator: Indicator = replace(LIBRARY[key], worker=self)
        found = running_of(
            self.indicator, self.indicator.clean({}), self.answers.append, self.told.append
        )
        assert isinstance(found, RunningApart)
        self.running = found

    def run(self, job: Callable[[], None]) -> None:
        self.jobs.append(job)

    def work(self) -> None:
        self.jobs.pop(0)()

    def answer(self) -> None:
        self.answers.pop(0)()

    def settle(self) -> None:
        while self.jobs or self.answers:
            if self.jobs:
                self.work()
            if self.answers:
                self.answer()


def at_once(rig: Rig, bars: Bars) -> Running:
    whole = Running(rig.indicator, rig.indicator.clean({}))
    whole.refresh(bars, bars.first)
    return whole


def same(rig: Rig, bars: Bars) -> bool:
    whole, ours = at_once(rig, bars), rig.running
    if (ours.first, ours.end) != (whole.first, whole.end) or ours.fault:
        return False
    tables = (each.table(bars.first, bars.end) for each in (ours, whole))
    return np.allclose(*tables, rtol=1e-9, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("key", ["EMA", "MACD", "OBV", "SUPERTREND"])
def test_ticks_while_an_answer_is_under_way_are_all_in_the_end(key: str) -> None:
    rig, bars = Rig(key), Bars(900)
    bars.end = 880
    random = np.random.default_rng(3)
    for end in range(880, 900):
        bars.end = end
        for _ in range(3):
            bars.move(end - 1, bars.closes[end - 1] + random.normal(0, 0.2))
            rig.running.refresh(bars, end - 1)
        step = random.integers(4)
        if step and rig.jobs:
            rig.work()
        if step > 1 and rig.answers:
            rig.answer()
        assert len(rig.jobs) + len(rig.answers) <= 1, "one question at a time"
    rig.settle()
    assert same(rig, bars)


def test_a_tick_asks_for_the_newest_bars_alone() -> None:
    rig, bars = Rig(), Bars(900)
    rig.running.refresh(bars, 0)
    assert rig.running.is_waiting
    assert np.isnan(rig.running.known(0, 900)).all()
    rig.settle()
    assert not rig.running.is_waiting
    bars.asked = 0
    bars.move(899, 101.0)
    rig.running.refresh(bars, 899)
    assert bars.asked < 300
    rig.settle()
    assert same(rig, bars)
    assert rig.told[0] == 0
    assert rig.told[-1] == 899


def test_an_answer_about_bars_that_are_others_now_is_dropped() -> None:
    rig, bars, others = Rig(), Bars(300), Bars(200, seed=2)
    rig.running.refresh(bars, 0)
    rig.work()
    others.epoch = 2
    rig.running.refresh(others, 0)
    rig.answer()
    assert rig.running.end == 0
    assert rig.told == []
    rig.settle()
    assert same(rig, others)


def test_older_bars_that_came_meanwhile_are_worked_out_too() -> None:
    rig, bars = Rig(), Bars(600)
    bars.first = 200
    rig.running.refresh(bars, 599)
    rig.work()
    bars.first = 0
    rig.running.refresh(bars, 599)
    rig.answer()
    assert (rig.running.first, rig.running.end) == (200, 600), "what is known is shown"
    rig.settle()
    assert same(rig, bars)


def test_a_fault_is_told_once_and_goes_with_its_bars() -> None:
    rig, bars, others = Rig(), Bars(300), Bars(300)
    calls = []

    def compute(series, values):
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("mine.py, line 2: broken")
        return LIBRARY["EMA"].compute(series, values)

    rig.running.indicator = replace(rig.indicator, compute=compute)
    rig.running.refresh(bars, 0)
    rig.settle()
    assert rig.running.fault == "mine.py, line 2: broken"
    rig.running.refresh(bars, 299)
    assert rig.jobs == [], "what is broken is not tried at every tick"
    others.epoch = 2
    rig.running.refresh(others, 0)
    rig.settle()
    assert same(rig, others)


def test_what_was_dropped_takes_no_answer() -> None:
    rig, bars = Rig(), Bars(300)
    rig.running.refresh(bars, 0)
    rig.running.drop("its file is gone")
    rig.settle()
    assert rig.running.fault == "its file is gone"
    assert np.isnan(rig.running.known(0, 300)).all()
