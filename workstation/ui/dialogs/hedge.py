"""Asks which hedge the broker shall trade against the order in the ticket."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QLabel, QWidget
from typing_extensions import override

from workstation.domain.commands import Command
from workstation.domain.contract import ContractDetails
from workstation.domain.hedge import Hedge, HedgeKind
from workstation.domain.hedged import HedgedDraft
from workstation.domain.order import OrderDraft, Side
from workstation.domain.several import SubmitHedged
from workstation.ui import text
from workstation.ui.decimal_edit import QuantityEdit
from workstation.ui.dialogs.order_dialog import OrderDialog
from workstation.ui.plain_label import PlainLabel

_OPTIONS = frozenset({"OPT", "FOP"})
_RATIO_WORDS = {HedgeKind.BETA: "Beta", HedgeKind.PAIR: "Traded for each one of the order"}
_SIZED_BY = {
    HedgeKind.DELTA: "as many as take the delta off the options that filled",
    HedgeKind.BETA: "the value that filled, times the beta",
    HedgeKind.FX: "the value that filled, in its currency",
    HedgeKind.PAIR: "what filled, times the ratio",
}


class HedgeDialog(OrderDialog):
    """Makes a SubmitHedged of one order; `known` are the contracts it can be hedged with."""

    def __init__(
        self,
        order: OrderDraft,
        details: ContractDetails,
        known: Iterable[ContractDetails],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Send with a hedge", "Send both", parent)
        self._order, self._details = order, details
        self._known = sorted(known, key=_name)
        self._offered: list[ContractDetails] = []
        self.form.addRow("Order", PlainLabel(_order_words(order, details), self, wrap=True))
        self.kind = QComboBox(self)
        for kind in HedgeKind:
            self.kind.addItem(kind.words[0].upper() + kind.words[1:], kind.value)
        self.contract = QComboBox(self)
        self.contract.setPlaceholderText("None known: add it to the watchlist")
        self.side = QComboBox(self)
        self.side.addItems([each.value for each in Side])
        self.ratio = QuantityEdit(self)
        self.size_words = PlainLabel("", self, wrap=True)
        self.form.addRow("&Kind", self.kind)
        self.form.addRow("&Hedged with", self.contract)
        self.form.addRow("S&ide", self.side)
        self.form.addRow("&Ratio", self.ratio)
        self.form.addRow("Size", self.size_words)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.contract.currentIndexChanged.connect(self._on_contract)
        self.side.currentIndexChanged.connect(self.form_changed)
        self.ratio.value_changed.connect(self.form_changed)
        is_option = details.contract.sec_type in _OPTIONS
        self.choose(HedgeKind.DELTA if is_option else HedgeKind.BETA)

    def choose(self, kind: HedgeKind) -> None:
        """Choose a kind, as the user would."""
        self.kind.setCurrentIndex(self.kind.findData(kind.value))
        self._on_kind()

    @override
    def command(self) -> Command | str:
        """Return the command, or what is missing."""
        kind, place = self._kind, self.contract.currentIndex()
        if not 0 <= place < len(self._offered):
            return "Nothing to hedge with is known: add the contract to the watchlist first."
        if kind.takes_ratio and (fault := self.ratio.fault):
            return fault
        ratio = self.ratio.value if kind.takes_ratio else None
        if kind.takes_ratio and not ratio:
            return f"Enter the {'beta' if kind is HedgeKind.BETA else 'ratio'}."
        return SubmitHedged(
            HedgedDraft(
                parent=replace(
                    self._order, intent_id=self.intent, acknowledged=self.accepted_findings
                ),
                hedge=Hedge(kind=kind, ratio=ratio),
                con_id=self._offered[place].contract.con_id,
                side=Side(self.side.currentText()),
            )
        )

    @property
    def _kind(self) -> HedgeKind:
        return HedgeKind(self.kind.currentData())

    @Slot()
    def _on_kind(self) -> None:
        kind = self._kind
        self._offered = [each for each in self._known if self._fits(each)]
        self.contract.clear()
        self.contract.addItems([_name(each) for each in self._offered])
        self.contract.setCurrentIndex(0 if self._offered else -1)
        self.form.setRowVisible(self.ratio, kind.takes_ratio)
        label = self.form.labelForField(self.ratio)
        if isinstance(label, QLabel):
            label.setText(_RATIO_WORDS.get(kind, "Ratio"))
        self.size_words.show_text(
            f"The broker works it out: {_SIZED_BY[kind]}. Sent at the market."
        )
        self._on_contract()

    @Slot()
    def _on_contract(self) -> None:
        """Propose the side that takes risk off."""
        place = self.contract.currentIndex()
        if 0 <= place < len(self._offered):
            side = self._natural_side(self._offered[place])
            self.side.setCurrentText(side.value)
        self.form_changed()

    def _fits(self, each: ContractDetails) -> bool:
        own, other = self._details, each.contract
        if other.con_id == own.contract.con_id or other.con_id < 0:
            return False
        if self._kind is HedgeKind.DELTA:
            return own.under_con_id in {None, other.con_id} and other.sec_type not in _OPTIONS
        if self._kind is HedgeKind.FX:
            pair = {other.symbol, other.currency}
            return other.sec_type == "CASH" and own.contract.currency in pair
        return other.sec_type not in _OPTIONS | {"CASH"}

    def _natural_side(self, hedge: ContractDetails) -> Side:
        side, own = self._order.side, self._details.contract
        if self._kind is HedgeKind.DELTA:
            return side if own.right == "P" else side.opposite
        if self._kind is HedgeKind.FX:  # what is bought must be paid in its currency
            return side if hedge.contract.symbol == own.currency else side.opposite
        return side.opposite


def _name(details: ContractDetails) -> str:
    contract = details.contract
    if contract.sec_type == "CASH":
        return text.one_line(f"{contract.symbol}.{contract.currency}", 40)
    is_plain = contract.sec_type == "STK" or not contract.local_symbol
    return text.one_line(contract.symbol if is_plain else contract.local_symbol, 40)


def _order_words(order: OrderDraft, details: ContractDetails) -> str:
    words = [order.side.value, text.size(order.quantity), _name(details), order.order_type.value]
    words += [f"{price:f}" for price in (order.stop_price, order.limit_price) if price is not None]
    return " ".join(words)
