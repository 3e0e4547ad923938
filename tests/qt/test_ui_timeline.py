"""The timeline of an order: read from the journal, shown in one table, exported as one file."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.helpers.desk_fakes import CLIENT, D, Door, door_on_disk, fill
from workstation.app.order_timelines import OrderTimelines
from workstation.app.timeline_export import timeline_csv
from workstation.domain.ids import IntentId, OrderKey
from workstation.domain.order_status import OrderView


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with door_on_disk(tmp_path) as door:
        yield door


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def timelines(door: Door, window: QWidget, tmp_path: Path) -> Iterator[OrderTimelines]:
    timelines = OrderTimelines(tmp_path / "journal.sqlite", CLIENT, window)
    yield timelines
    timelines.wait()


def filled(door: Door) -> OrderView:
    key = door.working()
    door.apply(fill("a.1.01", 100))
    door.desk.write_notes()
    door.journal.commit()
    return door.order(key).view()


def shown(timelines: OrderTimelines, qtbot: QtBot) -> list[list[str]]:
    dialog = timelines.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.timeline is not None, timeout=10_000)
    table = dialog.table
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def test_every_step_is_shown_with_its_market(
    timelines: OrderTimelines, door: Door, qtbot: QtBot
) -> None:
    timelines.open(filled(door))

    rows = shown(timelines, qtbot)
    assert [row[1] for row in rows] == ["→ out", "← in", "← in", "decision"]
    assert [row[3] for row in rows] == ["Staged", "Working", "Filled", ""]
    assert [row[4:6] for row in rows[:3]] == [["99.99", "100.01"]] * 3
    dialog = timelines.dialog
    assert dialog is not None
    dialog.table.selectRow(0)
    assert '"sha256"' in dialog.detail.toPlainText()
    assert "SIM0000001" not in dialog.detail.toPlainText()


def test_of_two_asked_for_in_a_row_the_second_is_shown(
    timelines: OrderTimelines, door: Door, qtbot: QtBot
) -> None:
    first = filled(door)
    second = door.order(door.working(intent_id=IntentId("two"), quantity=D(7))).view()
    door.journal.commit()
    timelines.open(first)
    timelines.open(second)

    shown(timelines, qtbot)
    timelines.wait()
    assert timelines.dialog is not None
    assert timelines.dialog.timeline is not None
    assert timelines.dialog.timeline.key == second.key


def test_an_order_that_is_not_on_record_is_said_so(
    timelines: OrderTimelines, door: Door, qtbot: QtBot
) -> None:
    timelines.open(replace(filled(door), key=OrderKey("nobody")))
    dialog = timelines.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: "nothing of this order" in dialog.label.text(), timeout=10_000)
    assert not dialog.export_button.isEnabled()


def test_the_export_holds_every_step_and_replaces_the_file_whole(
    timelines: OrderTimelines, door: Door, qtbot: QtBot, tmp_path: Path
) -> None:
    timelines.open(filled(door))
    shown(timelines, qtbot)
    dialog = timelines.dialog
    assert dialog is not None
    dialog.export_requested.emit(tmp_path / "out.csv")
    qtbot.waitUntil(lambda: "Exported to" in dialog.label.text(), timeout=10_000)

    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8"))))
    assert [row["kind"] for row in rows] == ["out", "in", "in", "decision"]
    assert (rows[0]["bid"], rows[0]["ask"], rows[3]["bid"]) == ("99.99", "100.01", "99.99")
    assert dialog.timeline is not None
    assert timeline_csv(dialog.timeline).count("\r\n") == 5
    dialog.export_requested.emit(tmp_path / "out.parquet")
    qtbot.waitUntil(lambda: "out.parquet" in dialog.label.text(), timeout=20_000)
    found = duckdb.read_parquet(str(tmp_path / "out.parquet"))
    assert found.project("entry, kind, bid, market_stale, journal").fetchall() == [
        (step.seq, step.kind.value, step.market.bid, step.market.stale, step.detail)
        for step in dialog.timeline.steps
        if step.market is not None
    ]
    dialog.export_requested.emit(tmp_path / "no such folder" / "out.csv")
    qtbot.waitUntil(lambda: "No such file" in dialog.label.text(), timeout=10_000)
