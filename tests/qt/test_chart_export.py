"""The chart as a picture and as a table: what is written is what is shown."""

import csv
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtGui import QGuiApplication, QImage

from tests.qt.test_chart_panel import paint, panel, shown
from tests.qt.test_chart_studies import LIBRARY, add
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.studies import Study

__all__ = ["panel", "shown"]  # fixtures


@pytest.fixture
def told(shown: ChartPanel) -> list[tuple[str, str]]:
    shown.use_indicators(lambda: LIBRARY)
    said: list[tuple[str, str]] = []
    shown.kit.export.told.connect(said.append)
    return said


def pixels(image: QImage) -> bytes:
    converted = image.convertToFormat(QImage.Format.Format_RGB32)
    return bytes(converted.constBits())


def test_the_name_of_an_indicator_is_no_formula(
    shown, told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(shown, "SMA")
    monkeypatch.setattr(Study, "label", "=HYPERLINK(0)")
    target = tmp_path / "bars.csv"
    shown.kit.export.save_table(str(target))
    with target.open(newline="") as file:
        assert next(csv.reader(file))[-1] == "'=HYPERLINK(0)"


def test_every_bar_and_every_value_is_written(shown, told, tmp_path: Path) -> None:
    add(shown, "SMA", "MACD")
    view = shown.canvas.view
    view.use_contract(view.ladder, ZoneInfo("America/New_York"), None)
    target = tmp_path / "bars.csv"
    shown.kit.export.save_table(str(target))
    assert told == [(f"Saved as {target}.", "")]
    with target.open(newline="") as file:
        head, *rows = csv.reader(file)
    assert head[:8] == [
        *("time_utc", "time_exchange", "open", "high", "low", "close", "volume"),
        "SMA 30",
    ]
    assert [name.partition(": ")[0] for name in head[8:]] == ["MACD 12 26 9"] * 3
    assert len(rows) == 600
    # 16 March 2026: New York is four hours behind UTC.
    assert rows[0][:2] == ["2026-03-16T13:30:00+00:00", "2026-03-16T09:30:00-04:00"]
    assert rows[0][7] == ""
    bars, study = shown.feed.bars, shown.canvas.view.studies.all[0]
    assert tuple(float(each) for each in rows[-1][2:7]) == bars.bar(599)
    assert float(rows[-1][7]) == study.running.at(599)[0]
    assert float(rows[-1][7]) == pytest.approx(bars.closes(570, 600).mean())


def test_the_picture_is_what_is_seen(shown, told, tmp_path: Path) -> None:
    add(shown, "SMA")
    target = tmp_path / "chart.png"
    seen = paint(shown)
    shown.kit.export.copy_action.trigger()
    assert pixels(QGuiApplication.clipboard().image()) == seen
    paint(shown)
    seen = paint(shown)  # the message has taken its place
    shown.kit.export.save_picture(str(target))
    assert pixels(QImage(str(target))) == seen
    assert [tone for _, tone in told] == ["", ""]


def test_a_place_that_cannot_be_written_is_said_and_keeps_the_old_file(
    shown, told, tmp_path: Path
) -> None:
    nowhere = tmp_path / "no" / "such" / "folder.csv"
    shown.kit.export.save_table(str(nowhere))
    shown.kit.export.save_picture(str(nowhere))
    assert [tone for _, tone in told] == ["warning"] * 2
    assert all("could not be written" in sentence for sentence, _ in told)
    assert list(tmp_path.iterdir()) == []


def test_the_entries_are_in_the_data_menu_and_ask_for_a_name(shown, told, qtbot) -> None:
    shown.data_menu._on_opening()
    assert set(shown.kit.export.actions) <= set(shown.data_menu.menu.actions())
    shown.kit.export.table_action.trigger()
    dialog = shown.kit.export.files
    assert dialog.defaultSuffix() == "csv"
    dialog.close()
    paint(shown)
    qtbot.waitUntil(lambda: shown.kit.export.files is None)
