"""A chart on a page: light, fitted, with its drawings and what it is of; the screen stays."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from tests.qt.fakes import AAPL, a_contract
from tests.qt.test_chart_panel import paint, panel, shown
from tests.qt.test_chart_studies import LIBRARY, add
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.drawing_tool import drawing_colour
from workstation.ui.chart.drawings import Point, Tool, finished
from workstation.ui.theme import LIGHT, Theme

__all__ = ["panel", "shown"]  # fixtures

PAGE = QSize(2400, 1600)


@pytest.fixture
def drawn(shown: ChartPanel) -> ChartPanel:
    shown.use_indicators(lambda: LIBRARY)
    add(shown, "SMA", "MACD")
    view = shown.canvas.view
    middle = (view.prices.low + view.prices.high) / 2
    shown.drawing.book.add(finished(Tool.HORIZONTAL, (Point(view.seconds_at(590), middle),)))
    paint(shown)
    return shown


def count_of(image: QImage, colour: QColor) -> int:
    small = image.convertToFormat(QImage.Format.Format_RGB32)
    return sum(
        small.pixelColor(x, y) == colour
        for x in range(0, small.width(), 7)
        for y in range(small.height())
    )


def test_the_picture_is_light_fitted_and_has_the_drawings(drawn: ChartPanel) -> None:
    image = drawn.kit.printer.picture(PAGE).toImage()
    assert image.size() == PAGE
    assert image.pixelColor(3, PAGE.height() // 3) == QColor(LIGHT.base)
    line = drawing_colour(0, LIGHT)
    drawn_pixels = count_of(image, line)
    drawn.drawing.open([])
    rest = count_of(drawn.kit.printer.picture(PAGE).toImage(), line)
    assert drawn_pixels > rest + 200, "the drawn line is as wide as the page"


def test_the_screen_shows_the_same_bars_at_the_same_places_as_before(drawn: ChartPanel) -> None:
    view = drawn.canvas.view
    view.zoom(-4, 200)
    view.pan(-120)
    drawn.canvas.refresh()
    seen, shown_bars = paint(drawn), view.time.shown()
    drawn.kit.printer.picture(PAGE)
    assert view.time.shown() == shown_bars
    assert paint(drawn) == seen


def test_the_page_shows_about_the_bars_that_are_seen(drawn: ChartPanel) -> None:
    view = drawn.canvas.view
    first, end = view.time.shown()
    with view.laid_out(PAGE.width(), PAGE.height(), drawn.canvas.font(), PAGE.width() / 900):
        on_page = view.time.shown()
    assert abs(on_page[1] - end) <= 2
    assert (on_page[1] - on_page[0]) == pytest.approx(end - first, rel=0.25)


@pytest.mark.parametrize("width", [320, 900, 1800])
def test_words_on_paper_are_as_large_from_a_small_chart_as_from_a_large_one(
    drawn: ChartPanel, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    drawn.resize(width, 700)
    paint(drawn)
    view = drawn.canvas.view
    seen = view.time.shown()
    found: list[tuple[float, tuple[int, int]]] = []
    draw = drawn.canvas.draw_over

    def look(painter: QPainter, theme: Theme) -> None:
        found.append((view.layout.line / 300 * 72, view.time.shown()))
        draw(painter, theme)

    monkeypatch.setattr(drawn.canvas, "draw_over", look)
    drawn.kit.printer.picture(PAGE, 300)
    ((points, on_page),) = found
    assert 8 <= points <= 13, "the height of a line"
    assert on_page[0] <= seen[0]
    assert on_page[1] >= min(seen[1], view.bars.end)
    assert on_page[1] - on_page[0] <= 1.6 * (seen[1] - seen[0])


def test_the_head_names_symbol_size_time_and_zone(drawn: ChartPanel) -> None:
    drawn._state.details[AAPL] = replace(a_contract(), time_zone_id="US/Eastern")
    drawn.restore_chart({"size": "5m", "zone": "exchange"})
    title, stamp = drawn.kit.printer.head(datetime(2026, 3, 17, 15, 4, 5, tzinfo=UTC))
    assert title.split() == ["AAPL", "5m"]
    assert stamp == "printed 17 Mar 2026 11:04:05 EDT · times: US/Eastern"

    page = QImage(1200, 800, QImage.Format.Format_RGB32)
    page.fill(QColor("white"))
    painter = QPainter(page)
    drawn.kit.printer.paint_page(painter, QRect(0, 0, 1200, 800), 100)
    painter.end()
    assert any(page.pixelColor(x, y) == QColor("black") for x in range(60) for y in range(14))


def test_a_pdf_of_one_page_is_written(drawn: ChartPanel, tmp_path: Path) -> None:
    said: list[tuple[str, str]] = []
    drawn.kit.export.told.connect(said.append)
    target = tmp_path / "chart.pdf"
    drawn.kit.printer.save_pdf(str(target))
    content = target.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") == 1
    assert len(content) > 20_000
    assert said == [(f"Saved as {target}.", "")]

    drawn.kit.printer.save_pdf(str(tmp_path / "no" / "such" / "chart.pdf"))
    assert said[-1][1] == "warning"


def test_the_dialog_prints_what_was_accepted_and_forgets_itself(
    drawn: ChartPanel, qtbot, tmp_path: Path
) -> None:
    printer = drawn.kit.printer
    printer.print_action.trigger()
    assert printer.dialog is not None
    assert printer.print_action in drawn.data_menu.extra
    printer.dialog.printer().setOutputFileName(str(tmp_path / "dialog.pdf"))
    page = printer.dialog.printer()
    printer.dialog.accepted.emit(page)  # without a printer it would not be accepted by itself
    printer.dialog.close()
    qtbot.waitUntil((tmp_path / "dialog.pdf").exists, timeout=10_000)
    qtbot.waitUntil(lambda: printer.dialog is None, timeout=10_000)
