"""The broker's profit and loss of the day beside our own, contract by contract, with the reason."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from workstation.domain.ids import ConId
from workstation.domain.pnl_check import PnlCheck
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView
from workstation.ui.theme import paint


def _money(
    key: str, title: str, of: Callable[[PnlCheck], Decimal | None], tip: str
) -> Column[PnlCheck]:
    def sort(row: PnlCheck) -> float | None:
        value = of(row)
        return None if value is None else float(value)

    return Column(
        key=key,
        title=title,
        text=lambda row: text.signed_money(of(row)),
        sort=sort,
        sample="+1,000,000.00",
        tip=tip,
    )


def _words(key: str, title: str, of: Callable[[PnlCheck], str], sample: str) -> Column[PnlCheck]:
    return Column(key=key, title=title, text=of, sort=of, sample=sample, is_number=False)


COLUMNS: tuple[Column[PnlCheck], ...] = (
    _words("symbol", "Symbol", lambda row: text.one_line(row.symbol, 40), "GOOGLE WW"),
    _words("currency", "Money", lambda row: text.one_line(row.currency, 8), "USD W"),
    _money("broker", "Broker", lambda row: row.broker, "The broker's profit and loss of the day"),
    _money("ours", "Ours", lambda row: row.ours, "From our fills, the last close and the quote"),
    _money("difference", "Difference", lambda row: row.difference, "The broker's less ours"),
    _words(
        "reason",
        "Why",
        lambda row: text.one_line(row.reason, 200) if row.reason else "agrees",
        "price: the broker values at 187.1500, we at 187.1600",
    ),
)


class PnlChecksModel(KeyedTableModel[ConId, PnlCheck]):
    """Every contract with a result today; the key is the contract."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    @override
    def colour(self, row: PnlCheck, column: int) -> QColor | None:
        """Mark what differs."""
        is_why = self.columns[column].key in {"difference", "reason"}
        return paint().warning if is_why and row.reason else None


class PnlCheckPage(QWidget):
    """Shows where the broker and we disagree. Asks for nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = PnlChecksModel(self)
        self.table = TableView(self.model, "No result today", self)
        self.label = PlainLabel("", self, wrap=True)
        self.label.setContentsMargins(6, 0, 6, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.table, 1)
        column.addWidget(self.label)

    def show_rows(self, rows: Sequence[PnlCheck]) -> None:
        """Show these contracts and no others."""
        self.model.show_only({row.con_id: row for row in rows})
        self.label.show_text(check_words(rows))


def check_words(rows: Sequence[PnlCheck]) -> str:
    """Say how many contracts agree; empty without any."""
    if not rows:
        return ""
    wrong = sum(1 for row in rows if row.reason)
    words = f"{len(rows) - wrong} of {text.count_of(len(rows), 'contract')} agree with the broker."
    return f"{words} Fees are in ours; cents of rounding are none." if wrong else words
