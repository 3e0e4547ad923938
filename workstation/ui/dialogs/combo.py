"""Puts a combination together from its legs, shows the market they imply, and orders it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)
from typing_extensions import override

from workstation.domain.combo import MOST_LEGS, ComboLeg, combo_con_id
from workstation.domain.combo_contract import KnownLeg, combo_details
from workstation.domain.commands import Command, CommandResult, Failed, PreviewMargin, SubmitOrder
from workstation.domain.contract import ContractDetails
from workstation.domain.ids import AccountId
from workstation.domain.order import OrderDraft, OrderType, Side, Tif
from workstation.domain.preview import MarginPreview
from workstation.domain.queries import ContractFilter
from workstation.domain.quote import Quote
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit, PriceEdit, QuantityEdit, read_decimal
from workstation.ui.dialogs.order_dialog import OrderDialog
from workstation.ui.plain_label import PlainLabel

_KINDS = (("Call", "OPT", "C"), ("Put", "OPT", "P"), ("Future", "FUT", ""), ("Stock", "STK", ""))
_MOST_RATIO = 1000


@dataclass(frozen=True, slots=True)
class LegWish:
    """A leg as the user describes it: the contract to find, and how many of it."""

    row: int
    ratio: int
    filter: ContractFilter


class _LegRow:
    """The fields of one leg."""

    def __init__(self, number: int, grid: QGridLayout, parent: QWidget) -> None:
        self.side = QComboBox(parent)
        self.side.addItems(["\u2013", "Buy", "Sell"])
        self.ratio = QSpinBox(parent)
        self.ratio.setRange(1, _MOST_RATIO)
        self.kind = QComboBox(parent)
        self.kind.addItems([name for name, _, _ in _KINDS])
        self.expiry = QLineEdit(parent)
        self.expiry.setPlaceholderText("YYYYMMDD")
        self.expiry.setMaxLength(8)
        self.strike = DecimalEdit(parent)
        self.strike.setMinimumWidth(96)
        self.found = PlainLabel("", parent)
        self.found.set_tone("muted")
        self.details: ContractDetails | None = None
        names = ("Side", "Ratio", "Kind", "Expiry", "Strike")
        fields = (self.side, self.ratio, self.kind, self.expiry, self.strike)
        for column, (name, each) in enumerate(zip(names, fields, strict=True)):
            each.setAccessibleName(f"{name} of leg {number + 1}")
            grid.addWidget(each, number + 1, column)
        grid.addWidget(self.found, number + 1, len(fields))

    @property
    def is_used(self) -> bool:
        """Whether the row is a leg at all."""
        return self.side.currentIndex() > 0

    @property
    def signed_ratio(self) -> int:
        """The ratio, below 0 where the leg is sold."""
        return self.ratio.value() * (1 if self.side.currentIndex() == 1 else -1)


class ComboDialog(OrderDialog):
    """Asks for two to four legs, then for side, quantity and net price of the whole."""

    legs_requested = Signal(object)
    """Legs to find at the broker: tuple[LegWish, ...]."""

    def __init__(self, account: AccountId, symbol: str, parent: QWidget | None = None) -> None:
        super().__init__("Combination order", "Send", parent)
        self.setMinimumWidth(640)
        self._account = account
        self._legs: tuple[KnownLeg, ...] = ()
        self._is_ready = False
        self.symbol = QLineEdit(symbol, self)
        self.form.addRow("&Underlying", self.symbol)
        self._build_legs()
        self.check_button = QPushButton("Find &legs", self)
        self.check_button.setAutoDefault(False)
        self.check_button.clicked.connect(self._on_check)
        self.market = PlainLabel("Describe the legs, then find them.", self, wrap=True)
        line = QHBoxLayout()
        line.addWidget(self.check_button)
        line.addWidget(self.market, 1)
        self.form.addRow(line)
        self._build_terms()
        self.symbol.textChanged.connect(self._on_legs_changed)

    def _build_legs(self) -> None:
        grid = QGridLayout()
        for column, title in enumerate(("Side", "Ratio", "Kind", "Expiry", "Strike", "")):
            head = PlainLabel(title, self)
            head.set_tone("muted")
            grid.addWidget(head, 0, column)
        grid.setColumnStretch(5, 1)
        self.rows = [_LegRow(number, grid, self) for number in range(MOST_LEGS)]
        for row in self.rows:
            row.side.currentIndexChanged.connect(self._on_legs_changed)
            row.ratio.valueChanged.connect(self._on_legs_changed)
            row.kind.currentIndexChanged.connect(self._on_legs_changed)
            row.expiry.textChanged.connect(self._on_legs_changed)
            row.strike.value_changed.connect(self._on_legs_changed)
        for row, side in zip(self.rows, (1, 2), strict=False):
            row.side.setCurrentIndex(side)
        self.form.addRow(grid)

    def _build_terms(self) -> None:
        self.side = QComboBox(self)
        self.side.addItems(["Buy", "Sell"])
        self.quantity = QuantityEdit(self)
        self.quantity.set_value(Decimal(1))
        self.price = PriceEdit(self)
        self.tif = QComboBox(self)
        self.tif.addItems([Tif.DAY.value, Tif.GTC.value])
        self.guaranteed = QCheckBox("&Guaranteed: all legs fill together or none", self)
        self.guaranteed.setChecked(True)
        self.margin_button = QPushButton("&What-if", self)
        self.margin_button.setAutoDefault(False)
        self.margin_button.clicked.connect(self._on_margin)
        self.form.addRow("The &combination", self.side)
        self.form.addRow("&Quantity", self.quantity)
        self.form.addRow("&Net price (below 0: a credit)", self.price)
        self.form.addRow("Time in &force", self.tif)
        self.form.addRow(self.guaranteed)
        self.form.addRow(self.margin_button)
        for box in (self.side, self.tif):
            box.currentIndexChanged.connect(self.form_changed)
        self.guaranteed.toggled.connect(self.form_changed)
        self.quantity.value_changed.connect(self.form_changed)
        self.price.value_changed.connect(self.form_changed)

    @property
    def legs(self) -> tuple[ComboLeg, ...]:
        """The legs that were found, none before."""
        return tuple(each.leg for each in self._legs)

    def leg_found(self, row: int, details: ContractDetails | None, words: str) -> None:
        """Take what the broker has for one leg."""
        self.rows[row].details = details
        self.rows[row].found.show_text(text.one_line(words, 60))
        self.rows[row].found.set_tone("muted" if details is not None else "error")
        used = [each for each in self.rows if each.is_used]
        if all(each.details is not None for each in used):
            self._legs = tuple(
                KnownLeg(
                    ComboLeg(
                        con_id=each.details.contract.con_id,
                        ratio=each.signed_ratio,
                        exchange=each.details.contract.exchange,
                    ),
                    each.details,
                )
                for each in used
                if each.details is not None
            )

    def legs_ready(self, result: CommandResult) -> None:
        """Take the core's word that the combination can be ordered."""
        self._is_ready = not isinstance(result, Failed)
        if isinstance(result, Failed):
            self.market.show_text(text.one_line(result.reason, 200))
            return
        self.price.set_ladder(combo_details(self._legs).ladder)
        self.market.show_text("Waiting for the market of the legs…")

    def show_market(self, quote: Quote | None) -> None:
        """Show what the legs imply now."""
        if not self._is_ready or quote is None:
            return
        middle = None if quote.bid is None or quote.ask is None else (quote.bid + quote.ask) / 2
        parts = (("bid", quote.bid), ("mid", middle), ("ask", quote.ask))
        words = "   ".join(f"{name} {text.price(price)}" for name, price in parts)
        self.market.show_text(f"{combo_details(self._legs).contract.shown_name}\n{words}")
        if middle is not None:
            self.price.set_reference(Decimal(str(round(middle, 2))))

    def known(self) -> Sequence[KnownLeg]:
        """Return the legs with their rules, none before the core has them."""
        return self._legs if self._is_ready else ()

    @override
    def command(self) -> Command | str:
        """Return the order, or what is missing."""
        draft = self._draft()
        return draft if isinstance(draft, str) else SubmitOrder(draft)

    def take_margin(self, result: CommandResult) -> None:
        """Show what the broker would claim for it."""
        if isinstance(result, MarginPreview):
            change = text.money(result.initial_margin_change, result.currency)
            cost = text.money(result.commission, result.currency)
            self.say(f"Initial margin changes by {change}, commission {cost}. {result.warning}")
        elif isinstance(result, Failed):
            self.say(f"No answer: {text.one_line(result.reason, 300)}", "error")

    def _draft(self) -> OrderDraft | str:
        if not self._is_ready:
            return "Find the legs first."
        if fault := self.quantity.fault or self.price.fault:
            return fault
        side = Side.BUY if self.side.currentIndex() == 0 else Side.SELL
        quantity, accepted, intent = self.quantity.value, self.accepted_findings, self.intent
        if quantity is None or quantity <= 0:
            return "Enter how many combinations."
        if self.price.value is None:
            return "Enter a net price; a combination is not sent at any price."
        if self.price.snap(side):
            return "The net price was moved to the nearest allowed one; send again."
        return OrderDraft(
            intent_id=intent,
            account=self._account,
            con_id=combo_con_id(self.legs),
            side=side,
            quantity=quantity,
            order_type=OrderType.LIMIT,
            limit_price=self.price.value,
            tif=Tif(self.tif.currentText()),
            source="combo",
            acknowledged=accepted,
            legs=self.legs,
            guaranteed=self.guaranteed.isChecked(),
        )

    @Slot()
    def _on_legs_changed(self) -> None:
        self._legs, self._is_ready = (), False
        for row in self.rows:
            row.details = None
            row.found.show_text("")
            kind = _KINDS[row.kind.currentIndex()][1]
            row.expiry.setEnabled(kind != "STK")
            row.strike.setEnabled(kind == "OPT")
        if hasattr(self, "market"):
            self.market.show_text("Describe the legs, then find them.")
            self.form_changed()

    @Slot()
    def _on_check(self) -> None:
        wishes = self._wishes()
        if isinstance(wishes, str):
            self.say(wishes, "error")
            return
        self.say("")
        self.market.show_text("Asking the broker for the contracts…")
        self.legs_requested.emit(wishes)

    def _wishes(self) -> tuple[LegWish, ...] | str:
        symbol = self.symbol.text().strip().upper()
        if not symbol or not symbol.isascii():
            return "Enter the symbol of the underlying, for example AAPL."
        found: list[LegWish] = []
        for number, row in enumerate(self.rows):
            if not row.is_used:
                continue
            wanted = _filter(symbol, row)
            if isinstance(wanted, str):
                return f"Leg {number + 1}: {wanted}"
            found.append(LegWish(number, row.signed_ratio, wanted))
        return tuple(found) if len(found) >= 2 else "A combination has at least two legs."

    @Slot()
    def _on_margin(self) -> None:
        draft = self._draft()
        if isinstance(draft, str):
            self.say(draft, "error")
        else:
            self.command_requested.emit(PreviewMargin(draft))


def _filter(symbol: str, row: _LegRow) -> ContractFilter | str:
    _, sec_type, right = _KINDS[row.kind.currentIndex()]
    if sec_type == "STK":
        return ContractFilter(symbol=symbol, sec_type="STK", exchange="SMART", currency="USD")
    expiry = row.expiry.text().strip()
    if not (expiry.isdecimal() and len(expiry) in {6, 8}):
        return "write the expiry as YYYYMMDD, or YYYYMM."
    if sec_type == "FUT":
        return ContractFilter(symbol=symbol, sec_type="FUT", expiry=expiry)
    strike = read_decimal(row.strike.lineEdit().text())
    if strike is None or strike <= 0:
        return "enter the strike."
    return ContractFilter(
        symbol=symbol, sec_type="OPT", exchange="SMART", currency="USD", expiry=expiry,
        strike=strike, right=right,
    )  # fmt: skip
