"""A user's own bars: what reads, what is reported, and where the days end up."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.simgateway.bars import joined
from workstation.simgateway.csv_data import instrument_for, read_folder, source_of

NEW_YORK = ZoneInfo("US/Eastern")
HEADER = "Date,Open,HIGH,low,Close,Volume\n"
GOOD = "2020-01-02,10.00,11,9.5,10.5,1000\n"


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_daily_bars_of_two_forms(tmp_path: Path) -> None:
    write(tmp_path, "abc.csv", HEADER + GOOD + "20200103,10.5,10.5,10.5,10.5,0\n\n")
    data = read_folder(tmp_path, NEW_YORK)

    assert data.faults == []
    days = source_of(data.rows["ABC"])(date(2026, 11, 21))
    assert [day for day, _ in days] == [date(2026, 11, 19), date(2026, 11, 20)]
    assert days[0][1][0][2:7] == (1000, 1100, 950, 1050, 1000)
    made = instrument_for("ABC", data.rows["ABC"])
    assert (made.symbol, float(made.reference_price)) == ("ABC", 10.5)
    assert made.con_id == instrument_for("ABC", data.rows["ABC"]).con_id > 900_000_000
    assert instrument_for("AAPL", data.rows["ABC"]).con_id == 265598


def test_bars_within_a_day_carry_their_zone_or_get_it(tmp_path: Path) -> None:
    lines = [
        "2026-11-20T15:30:00+01:00,10,11,9,10,5",
        "2026-11-20 14:31,10,11,9,10,6",
        "20261120 14:32:00,10,12,9,11,7",
    ]
    write(tmp_path, "ABC.csv", HEADER + "\n".join(lines))
    data = read_folder(tmp_path, ZoneInfo("UTC"))

    assert data.faults == []
    ((day, bars),) = source_of(data.rows["ABC"])(date(2026, 11, 21))
    assert day == date(2026, 11, 20)
    assert [bar.time % 86_400 for bar in bars] == [52_200, 52_260, 52_320]
    assert [bar.seconds for bar in bars] == [60] * 3
    total = joined(bars, 0, 1)
    assert total is not None
    assert total[2:7] == (1000, 1200, 900, 1100, 18)


def test_the_time_may_stand_in_a_column_of_its_own(tmp_path: Path) -> None:
    text = "time,date,open,high,low,close,volume\n09:30,2026-11-20,1,1,1,1,1\n"
    write(tmp_path, "ABC.csv", text)
    (row,) = read_folder(tmp_path, NEW_YORK).rows["ABC"]
    assert (row.at.hour, row.at.minute, row.is_day) == (9, 30, False)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("2020-13-02,10,11,9,10,1", "not a date: '2020-13-02'"),
        ("soon,10,11,9,10,1", "not a date: 'soon'"),
        ("2020-01-03,10,11,9,x,1", "close is not a number: 'x'"),
        ("2020-01-03,10,11,9,NaN,1", "close is not a number: 'NaN'"),
        ("2020-01-03,10,11,9,12,1", "open or close is outside low to high"),
        ("2020-01-03,10,9,11,10,1", "open or close is outside low to high"),
        ("2020-01-03,0,11,0,10,1", "open is out of range: 0"),
        ("2020-01-03,10,11,9,10,-1", "volume is out of range: -1"),
        ("2020-01-03,10,11,9", "lacks close, volume"),
        ("2020-01-02,10,11,9,10,1", "is the second bar of its time"),
        ("2020-01-03 10:00,10,11,9,10,1", "mixes days with bars that carry a time"),
    ],
)
def test_a_bad_line_is_reported_and_the_rest_loads(tmp_path: Path, line: str, fault: str) -> None:
    path = write(tmp_path, "ABC.csv", HEADER + GOOD + line + "\n2020-01-06,10,11,9,10,1\n")
    data = read_folder(tmp_path, NEW_YORK)

    assert data.faults == [f"{path}:3: {fault}"]
    assert len(data.rows["ABC"]) == 2


def test_bad_files_are_reported_and_the_others_load(tmp_path: Path) -> None:
    write(tmp_path, "GOOD.csv", HEADER + GOOD)
    write(tmp_path, "notes.txt", "nothing to see")
    write(tmp_path, "EMPTY.csv", "")
    write(tmp_path, "BARE.csv", HEADER)
    write(tmp_path, "HEAD.csv", "date,open\n1,2\n")
    write(tmp_path, "no symbol.csv", HEADER + GOOD)
    write(tmp_path, "MANY.csv", HEADER + "x,1,1,1,1,1\n" * 50)
    (tmp_path / "FOLDER.csv").mkdir()
    data = read_folder(tmp_path, NEW_YORK)

    assert list(data.rows) == ["GOOD"]
    said = "\n".join(data.faults)
    assert "EMPTY.csv:1: the header lacks date" in said
    assert "BARE.csv:1: holds no bar" in said
    assert "HEAD.csv:1: the header lacks high, low, close, volume" in said
    assert "no symbol.csv:1: 'no symbol' is not a symbol" in said
    assert "FOLDER.csv:1: cannot be read" in said
    assert "MANY.csv:22: and 30 more faults" in said
    assert len(data.faults) == 26


@given(st.binary(max_size=300))
def test_no_file_is_harmful(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    folder = tmp_path_factory.mktemp("junk")
    write(folder, "ABC.csv", HEADER.encode() + GOOD.encode() + junk)
    data = read_folder(folder, NEW_YORK)

    assert len(data.rows["ABC"]) >= 1
    assert all(":" in fault and "\n" not in fault.replace("\\n", "") for fault in data.faults)
