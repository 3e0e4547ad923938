"""Parquet from the windows: what is shown, with its types, from each table that can be exported."""

import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from PySide6.QtCore import QObject, QPoint
from pytestqt.qtbot import QtBot

from tests.qt.conftest import Stage
from tests.qt.fakes import CON_IDS, an_execution, an_order
from tests.qt.quality_fills import a_fill_quality
from workstation.app.quality_files import QualityFiles
from workstation.app.table_files import TableFiles
from workstation.domain.execution import Commission
from workstation.domain.ids import ExecId
from workstation.domain.messages import CommissionArrived, ExecutionArrived, OrderChanged
from workstation.domain.order import Side
from workstation.domain.order_status import Pending
from workstation.ui.export_dialog import KINDS, ExportDialog
from workstation.ui.models.export_values import EXECUTION_VALUES, ORDER_VALUES
from workstation.ui.models.order_rows import Grouping
from workstation.ui.panels.quality import QualityPanel
from workstation.ui.screen_state import ScreenState

D = Decimal


@pytest.fixture
def files(qapp: QObject) -> Any:
    parent = QObject()
    files = TableFiles(parent)
    yield files
    files.wait()


def exported(panel: Any, files: TableFiles, qtbot: QtBot, path: Path) -> str:
    """Export from the menu as Parquet, and return what is said when it is done."""
    said: list[str] = []
    files.told.connect(said.append)
    panel.export_requested.connect(files.write)
    panel.table.customContextMenuRequested.emit(QPoint(5, 5))
    next(a for a in panel.menu.actions() if a.text() == "Export what is shown…").trigger()
    panel.menu.close()
    panel.files.selectNameFilter(KINDS["parquet"])
    panel.files.fileSelected.emit(str(path))
    panel.files.close()
    qtbot.waitUntil(lambda: bool(said), timeout=20_000)
    panel.export_requested.disconnect(files.write)
    return said[0]


def rows(path: Path, columns: str = "*") -> list[tuple[Any, ...]]:
    return duckdb.read_parquet(str(path)).project(columns).fetchall()


def test_every_column_of_the_tables_can_be_exported(ready: Stage) -> None:
    board = ready.window.board
    for model, values in (
        (ready.window.orders.model, ORDER_VALUES),
        (board.executions.model, EXECUTION_VALUES),
    ):
        assert ["", *(column.key for column in model.columns)] == list(values)
        names = [value.name for group in values.values() for value in group]
        assert len(names) == len(set(names))


def test_orders_are_exported_as_filtered_with_exact_values(
    ready: Stage, files: TableFiles, qtbot: QtBot, tmp_path: Path
) -> None:
    price = D("187.123456789012345")
    ready.events(
        OrderChanged(
            an_order(
                1,
                symbol="=1+1",
                limit_price=price,
                average_price=None,
                replace=Pending.REQUESTED,
                pending_quantity=D(80),
            )
        ),
        OrderChanged(an_order(2, symbol="MSFT")),
    )
    panel = ready.window.orders
    keys = [column.key for column in panel.model.columns]
    panel.table.setColumnHidden(keys.index("note"), True)
    panel.find_edit.setText("=1")
    target = tmp_path / "orders.parquet"
    said = exported(panel, files, qtbot, target)

    assert said == f"1 row exported to {target}."
    shown = "symbol, quantity, pending_quantity, limit_price, average_price, record, level"
    assert rows(target, shown) == [("=1+1", D(100), D(80), price, None, None, 0)]
    micros = int(an_order(1).created_at.timestamp()) * 1_000_000
    assert rows(target, "epoch_us(time)") == [(micros,)]
    assert "note" not in duckdb.read_parquet(str(target)).columns
    assert "account" not in duckdb.read_parquet(str(target)).columns  # hidden until wanted


def test_groups_are_exported_as_shown_and_can_be_told_from_orders(
    ready: Stage, files: TableFiles, qtbot: QtBot, tmp_path: Path
) -> None:
    panel = ready.window.orders
    ready.events(
        OrderChanged(an_order(1)),
        OrderChanged(an_order(2)),
        OrderChanged(an_order(3, con_id=CON_IDS["MSFT"], symbol="MSFT", side=Side.SELL)),
    )
    panel.group_box.setCurrentText(Grouping.SYMBOL.value)
    panel.table.proxy.settle(float("inf"))
    target = tmp_path / "orders.parquet"
    exported(panel, files, qtbot, target)

    assert sorted(rows(target, "coalesce(record, ''), level, symbol, order_id"), key=str) == [
        ("", 1, "AAPL", 1),
        ("", 1, "AAPL", 2),
        ("", 1, "MSFT", 3),
        ("AAPL", 0, "AAPL", None),
        ("MSFT", 0, "MSFT", None),
    ]


def test_executions_have_money_and_currency_apart(
    ready: Stage, files: TableFiles, qtbot: QtBot, tmp_path: Path
) -> None:
    fill = an_execution()
    paid = Commission(
        exec_id=fill.exec_id,
        commission=D("1.000035"),
        currency="USD",
        realized_pnl=D("-12.3456789"),
    )
    unpaid = an_execution(exec_id=ExecId("0001.01.02.01"), symbol="@x", price=None)
    ready.events(ExecutionArrived(fill), ExecutionArrived(unpaid), CommissionArrived(paid))
    target = tmp_path / "fills.PARQUET"
    exported(ready.window.board.executions, files, qtbot, target)

    shown = "symbol, price, commission, commission_currency, realized_pnl"
    assert sorted(rows(target, shown), key=str) == [
        ("@x", None, None, None, None),
        ("AAPL", D("187.20"), D("1.000035"), "USD", D("-12.3456789")),
    ]


def test_without_duckdb_the_window_says_what_to_do(
    ready: Stage, files: TableFiles, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "workstation.storage.parquet_file", raising=False)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    ready.events(ExecutionArrived(an_execution()))
    panel = ready.window.board.executions
    said = exported(panel, files, qtbot, tmp_path / "fills.parquet")

    assert "python3 run.py analytics" in said
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said_so(
    ready: Stage, files: TableFiles, qtbot: QtBot, tmp_path: Path
) -> None:
    ready.events(ExecutionArrived(an_execution()))
    panel = ready.window.board.executions
    said = exported(panel, files, qtbot, tmp_path / "none" / "fills.parquet")

    assert "No such file" in said
    assert "fills.parquet" in said


def test_a_cancelled_dialog_exports_nothing(ready: Stage, qtbot: QtBot) -> None:
    ready.events(ExecutionArrived(an_execution()), OrderChanged(an_order(1)))
    asked: list[object] = []
    for panel in (ready.window.board.executions, ready.window.orders):
        panel.export_requested.connect(asked.append)
        panel.table.customContextMenuRequested.emit(QPoint(5, 5))
        next(a for a in panel.menu.actions() if a.text() == "Export what is shown…").trigger()
        panel.menu.close()
        assert list(panel.files.nameFilters()) == [KINDS["csv"], KINDS["parquet"]]
        panel.files.reject()
    assert asked == []


def test_another_kind_gives_the_name_its_ending(qtbot: QtBot) -> None:
    owner = ScreenOwner()
    qtbot.addWidget(owner.window)
    dialog = owner.dialog
    assert Path(dialog.selectedFiles()[0]).name == "orders.csv"
    for kind, name in (("parquet", "orders.parquet"), ("json", "orders.json")):
        dialog.filterSelected.emit(KINDS[kind])
        assert dialog.defaultSuffix() == kind
        assert Path(dialog.selectedFiles()[0]).name == name
    dialog.selectFile("of.my.own")
    dialog.filterSelected.emit(KINDS["csv"])
    assert Path(dialog.selectedFiles()[0]).name == "of.my.own"


class ScreenOwner:
    """A window and the dialog it opened."""

    def __init__(self) -> None:
        self.window = QualityPanel(ScreenState(read_only=False))
        self.dialog = ExportDialog("Export", "orders", self.window, tuple(KINDS))


def test_quality_is_exported_with_every_digit(qtbot: QtBot, tmp_path: Path) -> None:
    panel = QualityPanel(ScreenState(read_only=False))
    qtbot.addWidget(panel)
    files = QualityFiles(tmp_path / "journal.sqlite", panel)
    fill = replace(a_fill_quality())
    target = tmp_path / "out.parquet"
    panel.export_requested.emit((target, (fill,)))
    qtbot.waitUntil(lambda: "1 fill exported" in panel.label.text(), timeout=20_000)
    files.wait()

    assert fill.market is not None
    ((mid, quantity, cost),) = rows(target, "arrival_mid, quantity, effective")
    assert mid == fill.market.arrival.mid
    assert quantity == fill.execution.quantity
    assert cost == pytest.approx(2 * (187.20 - 187.19))
