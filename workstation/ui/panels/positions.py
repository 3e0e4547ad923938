"""The positions, and the account's figures below them."""

from decimal import Decimal

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from workstation.domain.account import AccountPnl, AccountSummary
from workstation.ui import text
from workstation.ui.models.positions import PositionsModel
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView

_FIGURES = (
    ("daily", "Daily P&L"),
    ("unrealized", "Unrealised"),
    ("realized", "Realised"),
    ("net_liquidation", "Net liquidation"),
    ("available_funds", "Available funds"),
    ("buying_power", "Buying power"),
)


class AccountLine(QWidget):
    """The account's profit and loss and its money, each under its name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 3, 8, 3)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(0)
        self.values: dict[str, PlainLabel] = {}
        for column, (name, title) in enumerate(_FIGURES):
            caption = PlainLabel(title, self)
            caption.set_tone("muted")
            value = PlainLabel(text.ABSENT, self)
            font = value.font()
            font.setBold(True)
            value.setFont(font)
            value.setAccessibleName(title)
            grid.addWidget(caption, 0, column)
            grid.addWidget(value, 1, column)
            grid.setColumnStretch(column, 1)
            self.values[name] = value
        self._currency = ""

    @Slot(object)
    def show_pnl(self, pnl: AccountPnl) -> None:
        """Show the newest profit and loss."""
        for name in ("daily", "unrealized", "realized"):
            self._show_signed(name, getattr(pnl, name))

    @Slot(object)
    def show_summary(self, summary: AccountSummary) -> None:
        """Show the newest money figures."""
        for name in ("net_liquidation", "available_funds", "buying_power"):
            value: Decimal | None = getattr(summary, name)
            self.values[name].show_text(
                text.money(value, summary.currency), f"As of {text.full_time(summary.updated_at)}"
            )

    def _show_signed(self, name: str, value: float | None) -> None:
        label = self.values[name]
        label.show_text(text.signed_money(value))
        label.set_tone("" if not value else "up" if value > 0 else "down")


class PositionsPanel(QWidget):
    """Shows positions and account figures; asks, never acts."""

    position_selected = Signal(object)
    """PositionView the user chose."""

    def __init__(self, model: PositionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.table = TableView(model, "No positions", self)
        self.account_line = AccountLine(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table)
        column.addWidget(self.account_line)
        self.table.clicked.connect(self._on_clicked)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = self.model.value_at(self.table.proxy.mapToSource(index).row())
        self.position_selected.emit(row.position)
