"""What moves sixty times a second is shown at a pace that costs little, and never taken late."""

from decimal import Decimal

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QPaintEvent, QRegion
from typing_extensions import override

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, CON_IDS, LADDER, a_quote
from workstation.domain.prices import PriceLadder
from workstation.ui import main_window, text
from workstation.ui.models.table import bits, runs
from workstation.ui.table_view import TableView


class Painted(QObject):
    """Collects the regions a table was asked to paint."""

    def __init__(self, table: TableView) -> None:
        super().__init__()
        self.regions: list[QRegion] = []
        table.viewport().installEventFilter(self)

    @override
    def eventFilter(self, watched, event):
        if isinstance(event, QPaintEvent):
            self.regions.append(event.region())
        return False


def test_the_ticket_shows_the_market_at_a_readable_pace(ready: Stage, monkeypatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(main_window.time, "monotonic", lambda: now[0])
    window, label = ready.window, ready.window.ticket.form.last_label
    ready.latest(a_quote(AAPL, last=187.01))
    assert label.text() == "Last 187.01"

    now[0] += 0.03
    ready.latest(a_quote(AAPL, last=187.02))
    assert label.text() == "Last 187.01"
    now[0] += 0.08
    window.on_frame()
    assert label.text() == "Last 187.02"


def test_a_click_takes_the_newest_market(ready: Stage, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(main_window.time, "monotonic", lambda: 1000.0)
    ready.latest(a_quote(AAPL, bid=187.10))
    ready.latest(a_quote(AAPL, bid=187.05))

    qtbot.mouseClick(ready.window.ticket.form.bid_button, Qt.MouseButton.LeftButton)

    assert ready.window.ticket.form.price_edit.value == Decimal("187.05")


def test_only_the_columns_that_changed_are_painted(ready: Stage, qtbot) -> None:
    table = ready.window.watchlist.table
    qtbot.wait(100)
    painted = Painted(table)

    ready.latest(a_quote(CON_IDS["NVDA"], last=187.55))
    qtbot.waitUntil(lambda: bool(painted.regions))

    area = painted.regions[0].boundingRect()
    row = table.visualRect(table.proxy.index(2, 0))
    assert (area.top(), area.height()) == (row.top(), row.height())
    assert area.left() == table.columnViewportPosition(1)


@pytest.mark.parametrize("name", ["watchlist", "orders"])
def test_a_hidden_table_is_not_painted(ready: Stage, qtbot, name: str) -> None:
    ready.window.docks.by_name[name].close()
    painted = Painted(ready.window.board.tables[name])

    for bid in range(180, 190):
        ready.latest(a_quote(AAPL, bid=float(bid)))
        ready.window.on_frame()
    qtbot.wait(50)

    assert painted.regions == []


def test_a_change_in_a_dock_does_not_repaint_the_window(ready: Stage, qtbot) -> None:
    for dock in ready.window.docks.by_name.values():
        panel = dock.widget()
        assert panel is not None
        assert panel.autoFillBackground()


@pytest.mark.parametrize(
    ("value", "decimals"),
    [(0.5, 4), (0.99999, 4), (1.0, 2), (250.0, 2), (-0.5, 4), (-3.0, 2), (Decimal("0.5"), 4)],
)
def test_decimals_come_from_the_band_of_the_price(value, decimals: int) -> None:
    assert text.ladder_decimals(value, LADDER) == decimals
    assert text.ladder_decimals(value, None) == 2
    assert text.ladder_decimals(value, PriceLadder.of_tick(Decimal("0.25"))) == 2


def test_ladders_come_and_go_without_mixing() -> None:
    for exponent in range(5000):
        tick = Decimal(1).scaleb(-(exponent % 6))
        assert text.ladder_decimals(10.0, PriceLadder.of_tick(tick)) == exponent % 6


def test_runs_and_bits() -> None:
    assert runs([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
    assert runs([]) == []
    assert bits(0b1011) == (0, 1, 3)
    assert bits(0) == ()
