"""Shows a basket line by line with its verdicts, and sends all of it or what passes."""

from collections.abc import Mapping
from decimal import Decimal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)
from typing_extensions import override

from workstation.domain.basket import Basket, BasketLine
from workstation.domain.commands import Command, CommandResult
from workstation.domain.family import FamilyKind
from workstation.domain.finding import Denied, NeedsAcknowledgement
from workstation.domain.ids import AccountId, ConId, FamilyId, IntentId
from workstation.domain.order import OrderDraft
from workstation.domain.several import (
    OrdersDraft,
    OrdersPreviewed,
    OrderVerdict,
    PreviewOrders,
    SubmitOrders,
)
from workstation.ui import text
from workstation.ui.dialogs.order_dialog import OrderDialog
from workstation.ui.plain_label import PlainLabel

COLUMNS = ("Line", "Side", "Quantity", "Symbol", "Type", "Limit", "Stop", "TIF", "Verdict")


class BasketDialog(OrderDialog):
    """Takes a read basket; asks for its symbols, shows verdicts and the total, then sends."""

    symbols_requested = Signal(object)
    """Symbols to find at the broker: tuple[str, ...]."""

    def __init__(
        self, account: AccountId, name: str, basket: Basket, parent: QWidget | None = None
    ) -> None:
        super().__init__(f"Basket {text.one_line(name, 60)}", "Send", parent)
        self.resize(820, 460)
        self._account = account
        self._name = text.one_line(name, 60)
        self._lines = basket.lines
        self._con_ids: dict[str, ConId] = {}
        self._faults = {each.number: each.fault for each in basket.lines if each.fault}
        self._verdicts: dict[int, OrderVerdict] = {}
        self.table = self._build_table()
        self.column.insertWidget(0, self.table, 1)
        self.total = PlainLabel("", self)
        self.only_passing = QCheckBox("Send only what &passes", self)
        self.only_passing.toggled.connect(self._show_button)
        self.check_button = QPushButton("Check &again", self)
        self.check_button.setAutoDefault(False)
        self.check_button.clicked.connect(self.check)
        line = QHBoxLayout()
        line.addWidget(self.total, 1)
        line.addWidget(self.only_passing)
        line.addWidget(self.check_button)
        self.column.insertLayout(1, line)
        if basket.fault:
            self.say(basket.fault, "error")
        self._show()

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of the lines that can be read, each once."""
        good = (each.symbol for each in self._lines if not each.fault)
        return tuple(dict.fromkeys(good))

    def take_contracts(self, con_ids: Mapping[str, ConId], faults: Mapping[str, str]) -> None:
        """Take what the broker has for the symbols, and why it has no contract for others."""
        self._con_ids = dict(con_ids)
        for each in self._lines:
            if each.symbol in faults:
                self._faults[each.number] = faults[each.symbol]
        self._show()

    @Slot()
    def check(self) -> None:
        """Have every line judged anew; nothing is sent."""
        if self._ready():
            self.command_requested.emit(PreviewOrders(self._orders()))

    @override
    def command(self) -> Command | str:
        """Return the basket, or why it cannot be sent."""
        if not self._ready():
            return "No line of it can be sent."
        if self._faults and not self.only_passing.isChecked():
            return "Lines are at fault; correct the file, or send only what passes."
        return SubmitOrders(self._orders(), only_passing=self.only_passing.isChecked())

    @override
    def take_answer(self, result: CommandResult) -> None:
        """Show the verdicts; ask once for what must be accepted of all of them."""
        if not isinstance(result, OrdersPreviewed):
            super().take_answer(result)
            return
        lines = self._ready()
        self._verdicts = {
            line.number: verdict for line, verdict in zip(lines, result.verdicts, strict=True)
        }
        self._show()
        answers = [each.answer for each in result.verdicts]
        asked = [f for each in answers if isinstance(each, NeedsAcknowledgement)
                 for f in each.findings]  # fmt: skip
        if asked and not any(isinstance(each, Denied) for each in answers):
            different = {(each.code, each.text): each for each in asked}
            super().take_answer(NeedsAcknowledgement(tuple(different.values())))
            return
        self.send_button.setEnabled(True)
        self._show_button()

    def _ready(self) -> list[BasketLine]:
        return [
            each
            for each in self._lines
            if each.number not in self._faults and each.symbol in self._con_ids
        ]

    def _orders(self) -> OrdersDraft:
        drafts = tuple(
            OrderDraft(
                intent_id=IntentId(f"{self.intent}/{line.number}"),
                account=self._account,
                con_id=self._con_ids[line.symbol],
                side=line.side,
                quantity=line.quantity,
                order_type=line.order_type,
                limit_price=line.limit_price,
                stop_price=line.stop_price,
                tif=line.tif,
                source="basket",
            )
            for line in self._ready()
        )
        return OrdersDraft(
            family_id=FamilyId(self.intent),
            kind=FamilyKind.BASKET,
            title=self._name,
            account=self._account,
            drafts=drafts,
            acknowledged=self.accepted_findings,
        )

    def _build_table(self) -> QTableWidget:
        table = QTableWidget(len(self._lines), len(COLUMNS), self)
        table.setHorizontalHeaderLabels(list(COLUMNS))
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        return table

    def _show(self) -> None:
        for row, line in enumerate(self._lines):
            for column, words in enumerate(self._cells(line)):
                self.table.setItem(row, column, QTableWidgetItem(text.one_line(words, 200)))
        total = sum(
            (each.value for each in self._verdicts.values()
             if each.value is not None and each.answer is None),
            Decimal(0),
        )  # fmt: skip
        passing = sum(each.answer is None for each in self._verdicts.values())
        self.total.show_text(
            f"{passing} of {len(self._lines)} pass, entries of {text.money(total, '')} in all"
            if self._verdicts
            else f"{text.count_of(len(self._lines), 'line')}, {len(self._faults)} at fault"
        )
        self._show_button()

    def _cells(self, line: BasketLine) -> tuple[str, ...]:
        if line.number in self._faults:
            first = (str(line.number), "", "", line.symbol, line.text, "", "", "")
            return (*first, f"At fault: {self._faults[line.number]}")
        return (
            str(line.number),
            line.side.value,
            text.size(line.quantity),
            line.symbol,
            line.order_type.value,
            text.exact_price(line.limit_price),
            text.exact_price(line.stop_price),
            line.tif.value,
            self._verdict(line),
        )

    def _verdict(self, line: BasketLine) -> str:
        verdict = self._verdicts.get(line.number)
        if verdict is None:
            return "not checked yet" if line.symbol in self._con_ids else "looking it up…"
        if verdict.answer is None:
            return "passes"
        word = "refused" if isinstance(verdict.answer, Denied) else "asks"
        return f"{word}: {verdict.findings[0].text}"

    @Slot()
    def _show_button(self) -> None:
        refused = sum(isinstance(each.answer, Denied) for each in self._verdicts.values())
        whole = not self._faults and not refused
        self.only_passing.setEnabled(not whole)
        can = bool(self._ready()) and (whole or self.only_passing.isChecked())
        self.send_button.setEnabled(can)
