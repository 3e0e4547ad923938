"""The row of buttons above a chart."""

from typing import Protocol

from PySide6.QtWidgets import QSizePolicy, QToolBar, QWidget

from workstation.ui.chart.chart_menus import ChartMenus
from workstation.ui.chart.data_menu import DataMenu
from workstation.ui.chart.drawing_menu import DrawingMenu
from workstation.ui.chart.replay.bar_replay import BarReplay
from workstation.ui.chart.size_bar import SizeBar
from workstation.ui.chart.study_menu import StudyMenu
from workstation.ui.chart.trade_menu import TradeMenu


class Buttons(Protocol):
    """Where the buttons come from."""

    sizes: SizeBar
    trade_menu: TradeMenu
    drawing_menu: DrawingMenu
    study_menu: StudyMenu
    data_menu: DataMenu
    replay: BarReplay
    menus: ChartMenus


def chart_header(chart: Buttons) -> QToolBar:
    """Build the row; a narrow chart keeps the sizes, what does not fit waits behind »."""
    bar = QToolBar()
    bar.setMovable(False)
    chart.sizes.add_to(bar)
    room = QWidget(bar)
    room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(room)
    for button in (
        chart.trade_menu.quantity_edit,
        chart.trade_menu.button,
        chart.drawing_menu.button,
        chart.study_menu.button,
        chart.data_menu.button,
        chart.replay.button,
        chart.menus.style_button,
        chart.menus.axes_button,
    ):
        bar.addWidget(button)
    return bar
