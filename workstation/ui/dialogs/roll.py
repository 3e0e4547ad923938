"""Asks into which month a futures position is rolled, at what net price."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget
from typing_extensions import override

from workstation.domain.account import PositionView
from workstation.domain.combo import ComboLeg
from workstation.domain.combo_contract import KnownLeg, combo_details
from workstation.domain.commands import Command
from workstation.domain.contract import ContractDetails
from workstation.domain.order import Side
from workstation.domain.quote import Quote
from workstation.domain.several import RollPosition
from workstation.ui import text
from workstation.ui.decimal_edit import PriceEdit, QuantityEdit
from workstation.ui.dialogs.order_dialog import OrderDialog
from workstation.ui.plain_label import PlainLabel


class RollDialog(OrderDialog):
    """Makes a RollPosition: the month held is sold and the next one bought, or the reverse."""

    month_chosen = Signal(object)
    """Legs of the calendar to prepare: tuple[ComboLeg, ...]."""

    def __init__(
        self, position: PositionView, front: ContractDetails, parent: QWidget | None = None
    ) -> None:
        super().__init__("Roll the position", "Roll", parent)
        self._position, self._front = position, front
        self._months: list[ContractDetails] = []
        self._is_ready = False
        name = front.contract.local_symbol or front.contract.symbol
        held = text.size(abs(position.quantity))
        way = "long" if position.quantity > 0 else "short"
        self.form.addRow("Position", PlainLabel(f"{text.one_line(name, 40)}, {held} {way}"))
        self.months = QComboBox(self)
        self.months.currentIndexChanged.connect(self._on_month)
        self.quantity = QuantityEdit(self)
        self.quantity.set_value(abs(position.quantity))
        self.price = PriceEdit(self)
        self.market = PlainLabel("Asking the broker for the months…", self, wrap=True)
        self.form.addRow("Into &month", self.months)
        self.form.addRow("Calendar", self.market)
        self.form.addRow("&Contracts", self.quantity)
        self.form.addRow("&Net price (next less this month)", self.price)
        words = (
            "Stops and targets of this month shrink as the roll fills. They are not carried over: "
            "the new month has no stop until you place one."
        )
        self.form.addRow("Protection", PlainLabel(words, self, wrap=True))
        self.quantity.value_changed.connect(self.form_changed)
        self.price.value_changed.connect(self.form_changed)

    def show_months(self, found: Sequence[ContractDetails]) -> None:
        """Offer the months after the one that is held, the nearest first."""
        held = self._front.contract
        later = [
            each
            for each in found
            if each.contract.expiry > held.expiry
            and each.contract.trading_class == held.trading_class
            and each.multiplier == self._front.multiplier
            and each.contract.currency == held.currency
        ]
        self._months = sorted(later, key=lambda each: each.contract.expiry)
        names = [f"{each.contract.local_symbol}  {each.contract.expiry}" for each in self._months]
        if not names:
            self.market.show_text("The broker lists no later month of it.")
        self.months.clear()
        self.months.addItems(names)

    def show_fault(self, words: str) -> None:
        """Say why the months cannot be offered."""
        self.market.show_text(text.one_line(words, 200))

    def ready(self) -> None:
        """Take the core's word that the calendar can be ordered."""
        self._is_ready = True
        self.price.set_ladder(combo_details(self._known()).ladder)
        self.market.show_text("Waiting for the market of the legs…")

    def known(self) -> Sequence[KnownLeg]:
        """Return the legs with their rules, none before the core has them."""
        return self._known() if self._is_ready else ()

    def show_market(self, quote: Quote | None) -> None:
        """Show what the legs imply now."""
        if quote is None or not self._is_ready:
            return
        self.market.show_text(f"bid {text.price(quote.bid)}   ask {text.price(quote.ask)}")
        near = quote.ask if self._position.quantity > 0 else quote.bid
        if near is not None:
            self.price.set_reference(Decimal(str(near)))

    @override
    def command(self) -> Command | str:
        """Return the command, or what is missing."""
        if not self._is_ready:
            return "Wait until the month was found."
        if fault := self.quantity.fault or self.price.fault:
            return fault
        quantity, accepted, intent = self.quantity.value, self.accepted_findings, self.intent
        if quantity is None or self.price.value is None:
            return "Enter how many contracts, and a net price."
        side = Side.BUY if self._position.quantity > 0 else Side.SELL
        if self.price.snap(side):
            return "The net price was moved to the nearest allowed one; send again."
        return RollPosition(
            intent_id=intent,
            account=self._position.account,
            con_id=self._position.con_id,
            legs=tuple(each.leg for each in self._known()),
            quantity=quantity,
            limit_price=self.price.value,
            acknowledged=accepted,
        )

    def _known(self) -> tuple[KnownLeg, ...]:
        index = self.months.currentIndex()
        if not 0 <= index < len(self._months):
            return ()
        chosen = ((self._months[index], 1), (self._front, -1))
        return tuple(
            KnownLeg(
                ComboLeg(con_id=each.contract.con_id, ratio=ratio, exchange=each.contract.exchange),
                each,
            )
            for each, ratio in chosen
        )

    @Slot()
    def _on_month(self) -> None:
        self._is_ready = False
        self.form_changed()
        legs = tuple(each.leg for each in self._known())
        if legs:
            self.market.show_text("Asking the broker for the calendar…")
            self.month_chosen.emit(legs)
