"""Two lines of the ticket that work out a size or a limit; what they found is shown, then taken."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workstation.domain.account import AccountSummary
from workstation.domain.ids import ConId
from workstation.domain.order_helpers import (
    Helped,
    PriceFacts,
    PriceMode,
    SizeFacts,
    SizeMode,
    price_of,
    size_of,
)
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import Quote
from workstation.ui import text
from workstation.ui.decimal_edit import DecimalEdit
from workstation.ui.panels.helper_line import HelperLine
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState
from workstation.ui.ticket_rules import Terms, exact


@dataclass(frozen=True, slots=True)
class HelperSources:
    """Where the helpers read what the ticket and the window know."""

    state: ScreenState
    con_id: Callable[[], ConId | None]
    terms: Callable[[], Terms]


class _Line(HelperLine):
    """Mode, number, what comes of it, and the button that takes it; Enter takes, Escape closes."""

    taken = Signal(object)
    """The value to put into the ticket: Decimal."""

    edited = Signal()
    """Mode or number changed."""

    def __init__(self, modes: list[str], name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._found: Decimal | None = None
        self.mode_box = QComboBox(self)
        self.mode_box.addItems(modes)
        self.mode_box.setAccessibleName(f"From what the {name} is worked out")
        self.amount_edit = DecimalEdit(self)
        self.amount_edit.setAccessibleName(f"Number for the {name}")
        self.result_label = PlainLabel("", self)
        self.use_button = QPushButton("Use", self)
        self.use_button.setAccessibleName(f"Use this {name}")
        self.use_button.setToolTip(text.tooltip(f"Put this {name} into the ticket (Enter)"))
        self.top = QHBoxLayout()
        self.top.addWidget(self.mode_box, 3)
        self.top.addWidget(self.amount_edit, 2)
        below = QHBoxLayout()
        below.addWidget(self.result_label, 1)
        below.addWidget(self.use_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(self.top)
        column.addLayout(below)
        self.mode_box.currentIndexChanged.connect(self.edited)
        self.amount_edit.value_changed.connect(self.edited)
        self.use_button.clicked.connect(self._on_use)
        self.take_pressed.connect(self._on_use)

    def show_found(self, found: Helped, words: str) -> None:
        """Show what was found, or why nothing was."""
        self._found = found.value
        self.result_label.show_text(words if found.value is not None else found.reason)
        self.result_label.set_tone("" if found.value is not None else "muted")
        self.use_button.setEnabled(found.value is not None)

    @Slot()
    def _on_use(self) -> None:
        if self._found is not None:
            self.taken.emit(self._found)


class TicketHelpers(QWidget):
    """The two lines, hidden until asked for (Alt+Q, Alt+P); they fill fields and send nothing."""

    quantity_chosen = Signal(object)
    """Quantity for the ticket: Decimal."""

    price_chosen = Signal(object)
    """Limit for the ticket, on the ladder: Decimal."""

    left = Signal()
    """A line was closed: the cursor goes back to the quantity."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sources: HelperSources | None = None
        self._summary: AccountSummary | None = None
        self.size_button = QPushButton("Size…", parent)
        self.size_button.setToolTip(
            text.tooltip("Quantity from money, equity, position or risk to the stop (Alt+Q)")
        )
        self.price_button = QPushButton("Price…", parent)
        self.price_button.setToolTip(
            text.tooltip("Limit from bid, mid, ask, last ± ticks or % of the spread (Alt+P)")
        )
        self.size_line = _Line([each.value for each in SizeMode], "size", self)
        self.price_line = _Line([each.value for each in PriceMode], "price", self)
        self.stop_edit = DecimalEdit(self.size_line)
        self.stop_edit.setAccessibleName("Stop price for the risk")
        self.stop_edit.setToolTip(text.tooltip("The stop; empty takes the bracket's"))
        self.size_line.top.addWidget(self.stop_edit, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for line, button in self._pairs():
            column.addWidget(line)
            line.hide()
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.toggled.connect(self._on_toggled)
            line.edited.connect(self.refresh)
            line.leave_pressed.connect(self._on_closed)
        self.hide()
        self.stop_edit.value_changed.connect(self.refresh)
        self.size_line.taken.connect(self.quantity_chosen)
        self.price_line.taken.connect(self.price_chosen)
        for keys, button in (("Alt+Q", self.size_button), ("Alt+P", self.price_button)):
            shortcut = QShortcut(QKeySequence(keys), parent)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(button.click)

    def serve(self, sources: HelperSources) -> None:
        """Learn where ticket and market are read."""
        self._sources = sources
        self.refresh()

    @Slot(object)
    def take_summary(self, summary: AccountSummary) -> None:
        """Take the newest money figures of the account."""
        self._summary = summary
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Work out anew what is shown."""
        self.stop_edit.setVisible(self._size_mode is SizeMode.RISK)
        if self.isVisible():
            self._show_size()
            self._show_price()

    def focusable(self) -> list[QWidget]:
        """Return the widgets in the order of the Tab key."""
        size, price = self.size_line, self.price_line
        return [
            *(size.mode_box, size.amount_edit, self.stop_edit, size.use_button),
            *(price.mode_box, price.amount_edit, price.use_button),
        ]

    @property
    def _size_mode(self) -> SizeMode:
        return SizeMode(self.size_line.mode_box.currentText())

    def _pairs(self) -> tuple[tuple[_Line, QPushButton], ...]:
        return (self.size_line, self.size_button), (self.price_line, self.price_button)

    def _show_size(self) -> None:
        facts, amount = self.size_facts(), self.size_line.amount_edit.value
        if facts is None or amount is None:
            reason = "Choose a symbol" if facts is None else "Enter a number"
            self.size_line.show_found(Helped(reason=reason), "")
            return
        found = size_of(self._size_mode, amount, facts, self._stop())
        self.size_line.show_found(found, f"= {text.size(found.value)} at {self._at(facts)}")

    def _show_price(self) -> None:
        facts, amount = self._price_facts(), self.price_line.amount_edit.value
        if facts is None:
            self.price_line.show_found(Helped(reason="No market"), "")
            return
        mode = PriceMode(self.price_line.mode_box.currentText())
        if amount is None and mode is PriceMode.SPREAD:
            self.price_line.show_found(Helped(reason="Enter a number"), "")
            return
        found = price_of(mode, amount or Decimal(0), facts)
        self.price_line.show_found(found, f"= {text.exact_price(found.value, facts.ladder)}")

    def _at(self, facts: SizeFacts) -> str:
        return text.exact_price(facts.price, facts.details.ladder)

    def _stop(self) -> Decimal | None:
        exits = self._sources.terms().exits if self._sources is not None else None
        return self.stop_edit.value or (exits.stop if exits is not None else None)

    def _market(self) -> tuple[Terms, Quote | None, PriceLadder | None] | None:
        if self._sources is None:
            return None
        con_id, state = self._sources.con_id(), self._sources.state
        quote = state.quotes.get(con_id) if con_id is not None else None
        usable = quote if quote is not None and not quote.stale else None
        return self._sources.terms(), usable, state.ladder(con_id)

    def _price_facts(self) -> PriceFacts | None:
        market = self._market()
        if market is None:
            return None
        terms, quote, ladder = market
        if quote is None or ladder is None:
            return None
        return PriceFacts(
            ladder=ladder,
            side=terms.side,
            bid=exact(quote.bid),
            ask=exact(quote.ask),
            last=exact(quote.last),
        )

    def size_facts(self) -> SizeFacts | None:
        """Return what a size is worked out of now, None while the contract is not known."""
        market = self._market()
        if market is None or self._sources is None:
            return None
        terms, quote, _ = market
        state, con_id = self._sources.state, self._sources.con_id()
        details = state.details.get(con_id) if con_id is not None else None
        if details is None:
            return None
        near = None if quote is None else exact(quote.ask if terms.side.sign > 0 else quote.bid)
        last = None if quote is None else exact(quote.last)
        position = state.position(con_id)
        summary = self._summary if self._is_ours(state) else None
        return SizeFacts(
            details=details,
            price=next((p for p in (terms.limit_price, terms.stop_price, near, last) if p), None),
            equity=None if summary is None else summary.net_liquidation,
            equity_currency="" if summary is None else summary.currency,
            position=Decimal(0) if position is None else position.quantity,
        )

    def _is_ours(self, state: ScreenState) -> bool:
        return self._summary is not None and self._summary.account == state.order_account

    @Slot()
    def _on_toggled(self) -> None:
        for line, button in self._pairs():
            was_hidden = line.isHidden()
            line.setVisible(button.isChecked())
            if button.isChecked() and was_hidden:
                self.show()
                line.amount_edit.setFocus()
        self.setVisible(any(button.isChecked() for _, button in self._pairs()))
        self.refresh()

    @Slot()
    def _on_closed(self) -> None:
        for line, button in self._pairs():
            if self.sender() is line:
                button.setChecked(False)
        self.left.emit()
