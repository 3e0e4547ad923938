"""The chart's own controls for orders: the quantity, one click, and what the next click places."""

from decimal import Decimal

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractSpinBox, QMenu, QToolBar, QToolButton, QWidget

from workstation.domain.order import Side
from workstation.ui import text
from workstation.ui.chart.order_lines import nearest_price
from workstation.ui.chart.staging_tool import StagingTool
from workstation.ui.chart.trading_tool import StageWish
from workstation.ui.chart.view import ChartView
from workstation.ui.decimal_edit import DecimalEdit


class TradeMenu(QObject):
    """A button with a menu and a field for the quantity. GUI thread."""

    confirmations_requested = Signal()
    """The user wants to see and change what asks first."""

    def __init__(self, view: ChartView, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = view
        self._staging: StagingTool | None = None
        self.quantity_edit = DecimalEdit(parent)
        self.quantity_edit.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.quantity_edit.setFixedWidth(64)
        self.quantity_edit.lineEdit().setPlaceholderText("Qty")
        self.quantity_edit.setAccessibleName("Quantity of orders placed on the chart")
        self.quantity_edit.setToolTip(text.tooltip("Quantity of orders placed on the chart"))
        self.button = QToolButton(parent)
        self.button.setText("Trade  ")  # room for the arrow
        self.button.setAutoRaise(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setToolTip(text.tooltip("Place orders on the chart"))
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._on_opening)
        self.menu.triggered.connect(self._on_triggered)

    def serve(self, staging: StagingTool) -> None:
        """Control this tool from now on."""
        self._staging = staging
        self.quantity_edit.value_changed.connect(staging.refresh)

    def set_read_only(self, *, read_only: bool) -> None:
        """Take both out of the toolbar they stand in, or put them back."""
        for part in (self.quantity_edit, self.button):
            bar = part.parentWidget()
            if isinstance(bar, QToolBar):
                for action in bar.actions():
                    if bar.widgetForAction(action) is part:
                        action.setVisible(not read_only)

    def quantity(self) -> Decimal | None:
        """Return the quantity of the next order, None where none is given.

        What cannot be read is 0, with which nothing is sent: no quantity at all would mean the
        whole position.
        """
        return Decimal(0) if self.quantity_edit.fault else self.quantity_edit.value

    @Slot()
    def _on_opening(self) -> None:
        self.menu.clear()
        staging = self._staging
        if staging is None:
            return
        self._add("Buy where I click next\tShift+B at the crosshair", "BUY")
        self._add("Sell where I click next\tShift+S at the crosshair", "SELL")
        self._add("Buy with target and stop", "BUY exits")
        self._add("Sell with target and stop", "SELL exits")
        self.menu.addSeparator()
        one_click = self._add("One click sends entries at once (off at each start)", "one click")
        one_click.setCheckable(True)
        one_click.setChecked(staging.one_click)
        self._add("What asks first…", "confirmations")

    def _add(self, title: str, what: str) -> QAction:
        action = self.menu.addAction(title)
        action.setData(what)
        return action

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        what, staging = str(action.data()), self._staging
        if staging is None:
            return
        if what == "confirmations":
            self.confirmations_requested.emit()
        elif what == "one click":
            staging.one_click = not staging.one_click
        elif what.endswith("exits"):
            side = Side(what.removesuffix(" exits"))
            last = self._view.last_close
            if last is not None:
                price = nearest_price(last, self._view.ladder)
                staging.stage(StageWish(side, price, exits=True))
        else:
            staging.choose(Side(what))
