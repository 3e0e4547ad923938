"""Live charts take turns within a frame, and none is forgotten."""

from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from workstation.ui.chart import live_paint
from workstation.ui.chart.live_paint import LivePainter


class Painted(QWidget):
    """Writes its name down when it is painted, and may ask again."""

    def __init__(self, name: str, order: list[str]) -> None:
        super().__init__()
        self.name, self.order = name, order
        self.again: list[LivePainter] = []

    def repaint(self, *_: Any) -> None:
        self.order.append(self.name)
        if self.again:
            self.again.pop().request(self)


@pytest.fixture
def order() -> list[str]:
    return []


@pytest.fixture
def painter(qtbot, monkeypatch) -> LivePainter:
    monkeypatch.setattr(live_paint, "BUDGET_MS", 0)  # one a frame, however slow the machine
    return LivePainter()


def test_what_asks_often_is_painted_once(qtbot, painter: LivePainter, order: list[str]) -> None:
    widget = Painted("a", order)
    qtbot.addWidget(widget)
    for _ in range(5):
        painter.request(widget)
    qtbot.waitUntil(lambda: order == ["a"])
    qtbot.wait(60)
    assert order == ["a"]
    painter.request(widget)
    qtbot.waitUntil(lambda: order == ["a", "a"])


def test_all_have_their_turn_before_one_has_it_again(
    qtbot, painter: LivePainter, order: list[str]
) -> None:
    widgets = [Painted(name, order) for name in "abc"]
    for widget in widgets:
        qtbot.addWidget(widget)
        painter.request(widget)
    widgets[0].again = [painter]
    qtbot.waitUntil(lambda: len(order) == 4)
    assert order == ["a", "b", "c", "a"]


def test_one_frame_paints_no_more_than_its_share(
    qtbot, painter: LivePainter, order: list[str]
) -> None:
    widgets = [Painted(name, order) for name in "abc"]
    for widget in widgets:
        qtbot.addWidget(widget)
        painter.request(widget)
    painter._paint()
    assert order == ["a"]


def test_a_closed_chart_is_passed_over(qtbot, painter: LivePainter, order: list[str]) -> None:
    closed, shown = Painted("closed", order), Painted("shown", order)
    qtbot.addWidget(shown)
    painter.request(closed)
    painter.request(shown)
    closed.deleteLater()
    QApplication.sendPostedEvents(closed, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(lambda: order == ["shown"])
