"""Bars on disk: stretches join, later ones win, torn ends are cut off, size is bounded."""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.bar import BarSize, SeriesKey, Show
from workstation.domain.ids import ConId
from workstation.storage import bar_store
from workstation.storage.bar_store import BarStore, Stretch, joined

AAPL = SeriesKey(ConId(265598), BarSize.MINUTE_1)


def stretch(begin: int, end: int, value: float = 1.0, step: int = 1) -> Stretch:
    times = np.arange(begin, end, step, dtype=np.int64)
    return Stretch(begin, end, (times, *np.full((5, len(times)), value)))


def shape(found: tuple[Stretch, ...]) -> list[tuple[int, int, int]]:
    return [(each.begin, each.end, len(each.columns[0])) for each in found]


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_stretches_join_and_a_gap_stays_known(tmp_path: Path) -> None:
    store = BarStore(tmp_path)
    assert store.load(AAPL) == ()
    store.save(AAPL, stretch(100, 200))
    store.save(AAPL, stretch(200, 300))
    store.save(AAPL, stretch(400, 500))
    assert shape(BarStore(tmp_path).load(AAPL)) == [(100, 300, 200), (400, 500, 100)]
    store.save(AAPL, stretch(300, 400))
    assert shape(store.load(AAPL)) == [(100, 500, 400)]


def test_what_was_corrected_later_counts_and_every_number_comes_back_exactly(
    tmp_path: Path,
) -> None:
    store = BarStore(tmp_path)
    store.save(AAPL, stretch(0, 10, value=1 / 3))
    store.save(AAPL, stretch(4, 6, value=2 / 7))
    (found,) = store.load(AAPL)
    assert found.columns[1].tolist() == [1 / 3] * 4 + [2 / 7] * 2 + [1 / 3] * 4
    assert found.columns[0].tolist() == list(range(10))


def test_each_series_has_its_own_bars(tmp_path: Path) -> None:
    store = BarStore(tmp_path)
    others = [
        SeriesKey(AAPL.con_id, BarSize.MINUTE_5),
        SeriesKey(AAPL.con_id, BarSize.MINUTE_1, Show.BID),
        SeriesKey(AAPL.con_id, BarSize.MINUTE_1, regular_hours=True),
        SeriesKey(ConId(1), BarSize.MINUTE_1),
    ]
    for number, series in enumerate([AAPL, *others]):
        store.save(series, stretch(0, 10 + number))
    assert [len(store.load(each)[0].columns[0]) for each in others] == [11, 12, 13, 14]
    store.forget(AAPL)
    assert store.load(AAPL) == ()
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize("lost", [1, 47, 300, 479, 511])
def test_a_torn_end_is_not_read_and_the_next_bars_go_behind_what_is_whole(
    tmp_path: Path, lost: int
) -> None:
    store = BarStore(tmp_path)
    store.save(AAPL, stretch(0, 10))
    store.save(AAPL, stretch(10, 20))
    os.truncate(only_file(tmp_path), only_file(tmp_path).stat().st_size - lost)
    store.save(AAPL, stretch(20, 30))
    assert shape(store.load(AAPL)) == [(0, 10, 10), (20, 30, 10)]


@given(place=st.integers(0, 10**9), value=st.integers(1, 255))
def test_no_damaged_byte_becomes_a_bar(tmp_path_factory, place: int, value: int) -> None:
    folder = tmp_path_factory.mktemp("bars")
    store = BarStore(folder)
    store.save(AAPL, stretch(0, 10))
    store.save(AAPL, stretch(10, 20))
    path = only_file(folder)
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= value
    path.write_bytes(data)
    for found in store.load(AAPL):
        assert set(np.concatenate(found.columns[1:]).tolist()) == {1.0}
        assert found.columns[0].tolist() == list(range(found.begin, found.end))
    store.save(AAPL, stretch(20, 30))
    assert store.load(AAPL)[-1].end == 30


def test_a_file_of_another_version_is_begun_anew(tmp_path: Path) -> None:
    store = BarStore(tmp_path)
    store.save(AAPL, stretch(0, 10))
    path = only_file(tmp_path)
    path.write_bytes(b"WSBARS\x02\x00" + path.read_bytes()[8:])
    assert store.load(AAPL) == ()
    store.save(AAPL, stretch(10, 20))
    assert shape(store.load(AAPL)) == [(10, 20, 10)]


def test_many_small_stretches_are_written_as_one_and_the_oldest_bars_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bar_store, "MOST_BARS", 50)
    store = BarStore(tmp_path)
    for begin in range(0, 70 * 2, 2):
        store.save(AAPL, stretch(begin, begin + 2))
    (found,) = store.load(AAPL)
    assert found.end == 140
    assert 50 <= found.end - found.begin < 70
    assert only_file(tmp_path).stat().st_size < 70 * 48 + 20 * 40


def test_the_files_unused_for_longest_go_when_there_are_too_many(tmp_path: Path) -> None:
    store = BarStore(tmp_path, most_bytes=1500)
    keys = [SeriesKey(ConId(number), BarSize.DAY_1) for number in range(4)]
    for age, key in enumerate(keys):
        store.save(key, stretch(0, 10))
        path = next(path for path in tmp_path.iterdir() if path.name.startswith(f"{key.con_id}-"))
        os.utime(path, (1000 + age, 1000 + age))
    store.load(keys[0])  # used again
    store.tidy()
    assert [bool(store.load(key)) for key in keys] == [True, False, False, True]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 25)), max_size=12))
def test_stretches_laid_over_each_other_are_what_a_list_of_seconds_says(chunks) -> None:
    seconds: dict[int, float] = {}
    stretches = []
    for number, (begin, length) in enumerate(chunks):
        stretches.append(stretch(begin, begin + length, value=float(number)))
        seconds.update(dict.fromkeys(range(begin, begin + length), float(number)))
    found = joined(stretches)
    told = {
        int(time): float(value)
        for each in found
        for time, value in zip(each.columns[0], each.columns[1], strict=True)
    }
    assert told == seconds
    assert all(early.end < late.begin for early, late in pairwise(found))
