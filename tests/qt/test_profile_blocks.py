"""Profiles added up from blocks equal those of all bars at once, however few fit into a frame."""

import numpy as np
import pytest

from workstation.indicators.profile import profile_of
from workstation.ui.chart import profile_blocks
from workstation.ui.chart.bar_table import BarTable
from workstation.ui.chart.bars import BarArrays
from workstation.ui.chart.profile_blocks import BLOCK, ProfileBlocks, heights

COUNT = 5 * BLOCK + 700


@pytest.fixture
def bars() -> BarArrays:
    random = np.random.default_rng(7)
    closes = np.round(200 + np.cumsum(random.normal(0, 0.05, COUNT)), 2)
    highs = closes + np.round(np.abs(random.normal(0, 0.05, COUNT)), 2)
    lows = closes - np.round(np.abs(random.normal(0, 0.05, COUNT)), 2)
    times = np.arange(COUNT, dtype=np.int64) * 60
    found = BarArrays()
    volumes = random.gamma(2, 5000, COUNT)
    found.append(BarTable(times, closes, highs, lows, closes, volumes))
    return found


def whole(blocks: ProfileBlocks, first: int, end: int, rows: int = 48, epoch: int = 1):
    for _ in range(100):
        found, part = blocks.profile((first, end), rows, 0.7, 0.01, epoch)
        if part == 1:
            return found
    raise AssertionError("it does not come to an end")


@pytest.mark.parametrize("span", [(0, COUNT), (100, COUNT - 9), (4090, 4100), (BLOCK, 3 * BLOCK)])
@pytest.mark.parametrize("rows", [24, 192])
def test_blocks_add_up_to_the_profile_of_all_bars(bars, span, rows) -> None:
    found = whole(ProfileBlocks(bars), *span, rows)
    columns = (each(*span) for each in (bars.highs, bars.lows, bars.volumes))
    same = profile_of(*columns, found.step)
    assert found.low == pytest.approx(same.low)
    assert found.volumes == pytest.approx(same.volumes, rel=1e-6, abs=1e-3)
    assert (found.point_of_control, found.area) == (same.point_of_control, same.area)
    assert len(found.volumes) <= rows + 2


def test_what_a_frame_has_no_time_for_comes_with_the_next(bars, monkeypatch) -> None:
    monkeypatch.setattr(profile_blocks, "BUDGET", -1.0)
    blocks = ProfileBlocks(bars)
    parts = [blocks.profile((0, COUNT), 48, 0.7, 0.01, 1)[1] for _ in range(7)]
    assert parts == sorted(parts)
    assert parts[0] < 0.5
    assert parts[-1] == 1


def test_a_tick_works_out_only_the_newest_bars(bars, monkeypatch) -> None:
    blocks = ProfileBlocks(bars)
    whole(blocks, 0, COUNT)
    worked: list[int] = []
    rows_of = profile_blocks.rows_of

    def counted(highs, *others):
        worked.append(len(highs))
        return rows_of(highs, *others)

    monkeypatch.setattr(profile_blocks, "rows_of", counted)
    whole(blocks, 0, COUNT)
    assert sum(worked) < BLOCK
    whole(blocks, 0, COUNT, epoch=2)
    assert sum(worked) > COUNT


def test_two_profiles_of_other_heights_keep_their_blocks_beside_each_other(
    bars, monkeypatch
) -> None:
    blocks = ProfileBlocks(bars)
    spans = ((0, COUNT, 24), (0, COUNT, 192))
    for span in spans:
        whole(blocks, *span)
    monkeypatch.setattr(profile_blocks, "BUDGET", -1.0)
    for first, end, rows in spans:
        assert blocks.profile((first, end), rows, 0.7, 0.01, 1)[1] == 1


def test_rows_are_whole_parts_of_each_other() -> None:
    for increments in (1, 2, 31, 32, 63, 64, 1000, 123_457):
        unit, step = heights(increments * 0.01, 0.01)
        assert step / unit == pytest.approx(round(step / unit))
        assert increments * 0.01 <= step + 1e-9 <= increments * 0.01 * 1.07
        assert step / unit <= 64
