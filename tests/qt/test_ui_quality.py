"""Execution quality on the screen: fills, groups, the journal's older fills, the export."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.helpers.virtual_time import VirtualClock
from tests.qt.fakes import NOW
from tests.qt.quality_fills import a_fill_quality, many_fills
from workstation.app.quality_export import HEAD, write_quality
from workstation.app.quality_files import QualityFiles
from workstation.domain.execution_quality import FillQuality, MarketSample
from workstation.domain.order import Side
from workstation.domain.reports import ExecutionReport
from workstation.storage.journal import Journal
from workstation.ui.panels.quality import QualityPanel
from workstation.ui.screen_state import ScreenState


@pytest.fixture
def panel(qtbot: QtBot) -> QualityPanel:
    panel = QualityPanel(ScreenState(read_only=False))
    qtbot.addWidget(panel)
    panel.resize(1400, 300)
    panel.show()
    return panel


def cells(panel: QualityPanel) -> dict[str, str]:
    model = panel.model
    return {column.key: model.cell(0, number).text for number, column in enumerate(model.columns)}


def group_cells(panel: QualityPanel) -> list[dict[str, str]]:
    model = panel.groups
    return [
        {column.key: model.cell(row, n).text for n, column in enumerate(model.columns)}
        for row in range(model.rowCount())
    ]


def test_a_fill_shows_what_it_cost_in_basis_points(panel: QualityPanel) -> None:
    panel.take_fill(a_fill_quality())  # 187.20 against a middle of 187.19

    shown = cells(panel)
    assert (shown["arrival"], shown["against_arrival"]) == ("187.19", "+0.5")
    assert (shown["slippage"], shown["effective"], shown["against_vwap"]) == (
        "+0.40",
        "+1.1",
        "+0.5",
    )
    assert [shown[f"mark_out_{each}"] for each in (1, 10, 60, 300)] == [
        "0.0",
        "+0.5",
        "−2.1",
        "+2.1",
    ]
    assert (shown["type"], shown["venue"], shown["commission"]) == ("LMT", "NSDQ", "1.00 USD")


def test_a_sale_has_the_other_signs(panel: QualityPanel) -> None:
    panel.take_fill(a_fill_quality(side=Side.SELL))
    assert cells(panel)["against_arrival"] == "−0.5"


def test_what_is_to_come_and_what_was_missed_are_told_apart(panel: QualityPanel) -> None:
    missed = MarketSample(at=NOW, fault="not measured: no quote of both sides")
    panel.take_fill(a_fill_quality(later=(187.2,), arrival=missed))

    shown = cells(panel)
    assert (shown["mark_out_1"], shown["mark_out_10"], shown["arrival"]) == ("0.0", "…", "—")
    column = [each.key for each in panel.model.columns].index("against_arrival")
    assert panel.model.tip(panel.model.value_at(0), column) == (
        "Not measured: no quote of both sides"
    )


def test_more_that_is_known_of_a_fill_replaces_its_row(panel: QualityPanel) -> None:
    panel.take_fill(a_fill_quality(later=()))
    panel.take_fill(a_fill_quality())
    assert panel.model.rowCount() == 1
    assert cells(panel)["mark_out_300"] == "+2.1"


@pytest.mark.parametrize(
    ("view", "names"),
    [
        ("By type", ["LMT", "MKT", "STP"]),
        ("By algo", ["Adaptive", "none"]),
        ("By venue", ["ARCA", "IEX", "ISLAND", "NYSE"]),
    ],
)
def test_fills_are_put_together_by_what_is_chosen(
    panel: QualityPanel, view: str, names: list[str]
) -> None:
    for fill in many_fills():
        panel.take_fill(fill)
    panel.view_box.setCurrentText(view)

    assert sorted(row["name"] for row in group_cells(panel)) == names
    assert sum(int(row["fills"]) for row in group_cells(panel)) == 18
    assert panel.pages.currentWidget() is panel.group_table
    panel.take_fill(a_fill_quality(99, exchange="MEMX", order_type="REL", algo="Twap"))
    assert len(group_cells(panel)) == len(names) + 1  # groups are live


@pytest.fixture
def files(panel: QualityPanel, tmp_path: Path) -> Iterator[QualityFiles]:
    files = QualityFiles(tmp_path / "journal.sqlite", panel)
    yield files
    files.wait()


def on_record(path: Path, fill: FillQuality) -> None:
    journal = Journal(path, VirtualClock())
    for body in (ExecutionReport(execution=fill.execution), fill.market, *fill.marks):
        journal.record(type(body).__name__, body, durable=False)
    journal.close()


def test_older_fills_come_from_the_journal_and_today_comes_back(
    panel: QualityPanel, files: QualityFiles, qtbot: QtBot, tmp_path: Path
) -> None:
    on_record(tmp_path / "journal.sqlite", a_fill_quality(5, symbol="MSFT"))
    panel.take_fill(a_fill_quality(1))
    panel.period_box.setCurrentText("Whole journal")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1, timeout=10_000)
    assert cells(panel)["symbol"] == "MSFT"
    assert cells(panel)["against_arrival"] == "+0.5"

    panel.take_fill(a_fill_quality(2))  # comes while another period is shown
    assert panel.model.rowCount() == 1
    panel.period_box.setCurrentText("Today")
    assert panel.model.rowCount() == 2


def test_a_journal_that_is_not_there_is_said_so(
    panel: QualityPanel, files: QualityFiles, qtbot: QtBot
) -> None:
    panel.period_box.setCurrentText("30 days")
    qtbot.waitUntil(lambda: "there is no journal" in panel.label.text(), timeout=10_000)


def test_the_export_holds_every_figure_of_what_is_shown(
    panel: QualityPanel, files: QualityFiles, qtbot: QtBot, tmp_path: Path
) -> None:
    assert not panel.export_button.isEnabled()
    panel.take_fill(a_fill_quality())
    assert panel.export_button.isEnabled()
    panel.export_requested.emit((tmp_path / "out.csv", panel.model.fills()))
    qtbot.waitUntil(lambda: "1 fill exported" in panel.label.text(), timeout=10_000)

    (row,) = csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8")))
    assert (row["arrival_mid"], row["mid_300s"], row["vwap"]) == ("187.19", "187.24", "187.19")
    assert (row["against_arrival"], row["against_arrival_money"]) == ("0.01", "0.4")
    assert float(row["against_arrival_bp"]) == pytest.approx(0.01 / 187.20 * 10_000)
    assert (row["mark_out_60s"], row["not_measured"]) == ("-0.04", "")


def test_the_export_says_what_was_not_measured_and_disarms_formulas() -> None:
    missed = MarketSample(at=NOW, fault="not measured: program not running")
    fill = a_fill_quality(arrival=missed, symbol="=1+1", later=(187.2,))
    content = io.StringIO(newline="")
    write_quality(content, [fill])

    (row,) = csv.DictReader(io.StringIO(content.getvalue()))
    assert row["symbol"] == "'=1+1"
    assert row["not_measured"] == "arrival not measured: program not running"
    assert (row["arrival_mid"], row["against_arrival"], row["mark_out_10s"]) == ("", "", "")
    assert tuple(row) == HEAD
