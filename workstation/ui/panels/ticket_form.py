"""The ticket's fields."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.order_status import OrderView
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import Quote
from workstation.ui import text
from workstation.ui.decimal_edit import PriceEdit, QuantityEdit, snapped
from workstation.ui.field_cells import ShrinkingArea
from workstation.ui.panels.route_box import RouteBox
from workstation.ui.panels.symbol_edit import SymbolEdit
from workstation.ui.panels.ticket_distances import TicketDistances
from workstation.ui.panels.ticket_exits import TicketExits
from workstation.ui.panels.ticket_helpers import TicketHelpers
from workstation.ui.panels.ticket_terms import TicketTerms
from workstation.ui.plain_label import PlainLabel
from workstation.ui.ticket_rules import KINDS, TIFS, Terms, exact, middle
from workstation.ui.ticket_wishes import limit_of, quantity_of, stop_of


def _as_it_is(_con_id: ConId | None, terms: Terms) -> Terms:
    return terms


class TicketForm(QWidget):
    """Side, quantity, type, limit and time in force of one contract."""

    edited = Signal()
    """The user changed a field; read `terms`."""

    replaced = Signal()
    """Other terms stand in the fields as a whole, or none any more."""

    symbol_entered = Signal(object)
    """Symbol, in capitals, typed and confirmed with Enter: str."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.area = ShrinkingArea(self, parent)
        """Where the fields stand: whole, or scrolled in a window too low for all of them."""

        self.area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.defaults: Callable[[ConId | None, Terms], Terms] = _as_it_is
        """What the fields begin with when another contract is taken."""
        self._ladder: PriceLadder | None = None
        self._quote: Quote | None = None
        self._terms_open = True
        self._build_symbol()
        self._build_sides()
        self._build_prices()
        self._build_fields()
        self._lay_out()
        self._open_price()

    @property
    def terms(self) -> Terms:
        """What stands in the fields."""
        order_type = OrderType(self.type_box.currentText())
        tif = Tif(self.tif_box.currentText())
        limit = self.price_edit.value if order_type.takes_limit else None
        stop = self.stop_edit.value if order_type.takes_stop else None
        return Terms(
            side=Side.SELL if self.sell_button.isChecked() else Side.BUY,
            quantity=self.quantity_edit.value,
            order_type=order_type,
            limit_price=limit,
            tif=tif,
            stop_price=stop,
            exits=self.exits.exits,
            special=self.special.terms_for(order_type, tif),
            outside_rth=self.special.outside_rth,
            route=self.route_box.route,
        )

    @staticmethod
    def offers(order_type: str, tif: str) -> bool:
        """Tell whether an order of this kind can be changed in these fields."""
        return order_type in set(KINDS) and tif in set(TIFS)

    @property
    def fault(self) -> str:
        """What is wrong with the text of a field, empty where nothing is."""
        edits = [self.quantity_edit, self.price_edit, self.stop_edit]
        if self.exits.box.isChecked():
            edits += [self.exits.target_edit, self.exits.stop_edit]
        found = next((edit.fault for edit in edits if edit.isEnabled() and edit.fault), "")
        return found or self.exits.fault or self.special.fault

    def set_terms(self, terms: Terms) -> None:
        """Put values into the fields without announcing each."""
        with QSignalBlocker(self):
            self.set_side(terms.side)
            self.type_box.setCurrentText(terms.order_type.value)
            self.tif_box.setCurrentText(terms.tif.value)
            self.quantity_edit.set_value(terms.quantity)
            self.price_edit.set_value(terms.limit_price)
            self.stop_edit.set_value(terms.stop_price)
            self.exits.set_exits(terms.exits)
            self.special.set_terms(terms.special, outside_rth=terms.outside_rth)
            self.route_box.set_route(terms.route)
            self.route_box.follow(terms.order_type)
            self._show_special()
        self.replaced.emit()

    def followed(self, old: OrderView, order: OrderView) -> OrderView:
        """Let the fields that the user left alone follow the order being changed; returns it.

        Else a new price would give a stop back the size that it had when the edit began.
        """
        with QSignalBlocker(self):
            for edit, before, now in (
                (self.quantity_edit, quantity_of(old), quantity_of(order)),
                (self.price_edit, limit_of(old), limit_of(order)),
                (self.stop_edit, stop_of(old), stop_of(order)),
            ):
                if before != now and edit.value == before:
                    edit.set_value(now)
        return order

    def set_side(self, side: Side) -> None:
        """Choose buying or selling."""
        (self.buy_button if side is Side.BUY else self.sell_button).setChecked(True)

    def set_contract(self, symbol: str, details: ContractDetails | None) -> None:
        """Show a contract and take its rules; a symbol that is being entered stays."""
        self.symbol_edit.show_symbol(symbol)
        self._ladder = details.ladder if details else None
        self.route_box.set_contract(details)
        self.price_edit.set_ladder(self._ladder)
        self.stop_edit.set_ladder(self._ladder)
        self.exits.set_ladder(self._ladder)
        self.special.set_ladder(self._ladder)
        self.quantity_edit.set_step(details.size_increment if details else Decimal(1))

    def set_quote(self, quote: Quote | None) -> None:
        """Show the market; stale figures are greyed and cannot be taken as a limit."""
        self._quote = quote
        usable = quote is not None and not quote.stale
        for button, name in ((self.bid_button, "bid"), (self.ask_button, "ask")):
            value = getattr(quote, name) if quote is not None else None
            size = getattr(quote, f"{name}_size") if quote is not None else None
            _relabel(button, f"{name.title()} {text.price(value, self._ladder)}")
            button.setEnabled(usable and value is not None)
            sizes = self.bid_size_label if name == "bid" else self.ask_size_label
            sizes.show_text(f"× {text.size(size)}")
        mid = middle(quote)
        self.mid_button.setEnabled(usable and mid is not None)
        last = text.price(quote.last if quote else None, self._ladder)
        stale = quote is not None and quote.stale
        self.last_label.show_text(f"Last {last}{'  stale' if stale else ''}")
        self.last_label.set_tone("warning" if stale else "")
        self.price_edit.set_reference(self._snapped(mid))
        self.stop_edit.set_reference(self._snapped(mid))
        self.exits.set_reference(self.price_edit.value or self._snapped(mid))
        self.special.set_reference(self._snapped(mid))
        self.helpers.refresh()
        if self.distances.isVisible():
            self.distances.refresh()

    def note_quote(self, quote: Quote | None) -> bool:
        """Take a market for clicks before it is shown; True where it must be shown at once."""
        old, self._quote = self._quote, quote
        if old is None or quote is None or old.con_id != quote.con_id:
            return True
        same = (old.stale, old.bid is None, old.ask is None)
        return same != (quote.stale, quote.bid is None, quote.ask is None)

    def set_editing(self, *, everything: bool, terms: bool) -> None:
        """Open all fields, only what a working order may change, or none."""
        fixed: tuple[QWidget, ...] = (
            self.symbol_edit,
            self.buy_button,
            self.sell_button,
            self.type_box,
            self.route_box,
            self.exits,
            self.distances,
        )
        for widget in fixed:
            widget.setEnabled(everything)
        self._terms_open = everything or terms
        for widget in (self.quantity_edit, self.tif_box, self.special):
            widget.setEnabled(self._terms_open)
        self.special.lock_what_cannot_change(locked=not everything)
        self._open_price()

    def snap_limit(self) -> bool:
        """Move every price to the ladder, away from the market; tell whether one moved."""
        side = self.terms.side
        moved = self.price_edit.isEnabled() and self.price_edit.snap(side)
        moved = (self.exits.isEnabled() and self.exits.snap(side)) or moved
        moved = (self.special.isEnabled() and self.special.snap(side)) or moved
        return (self.stop_edit.isEnabled() and self.stop_edit.snap(side.opposite)) or moved

    def _build_symbol(self) -> None:
        self.symbol_edit = SymbolEdit(self)
        self.symbol_edit.textEdited.connect(self.edited)
        self.symbol_edit.returnPressed.connect(self._on_symbol_returned)
        self.last_label = PlainLabel("Last —", self)
        self.last_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _build_sides(self) -> None:
        self.buy_button = QPushButton("BUY", self)
        self.sell_button = QPushButton("SELL", self)
        self._sides = QButtonGroup(self)
        for button, keys in ((self.buy_button, "Ctrl+B"), (self.sell_button, "Ctrl+S")):
            button.setCheckable(True)
            button.setProperty("side", button.text())
            button.setToolTip(text.tooltip(keys))
            self._sides.addButton(button)
        self.buy_button.setChecked(True)
        self._sides.buttonToggled.connect(self._on_side_toggled)

    def _build_prices(self) -> None:
        self.bid_button = QPushButton("Bid —", self)
        self.mid_button = QPushButton("Mid", self)
        self.ask_button = QPushButton("Ask —", self)
        for button, tip in (
            (self.bid_button, "Limit at the bid (Alt+1)"),
            (self.mid_button, "Limit between bid and ask (Alt+2)"),
            (self.ask_button, "Limit at the ask (Alt+3)"),
        ):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setToolTip(text.tooltip(tip))
        self.bid_size_label = PlainLabel("× —", self)
        self.ask_size_label = PlainLabel("× —", self)
        for label in (self.bid_size_label, self.ask_size_label):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.set_tone("muted")
        self.bid_button.clicked.connect(self.take_bid)
        self.mid_button.clicked.connect(self.take_middle)
        self.ask_button.clicked.connect(self.take_ask)

    def _build_fields(self) -> None:
        self.quantity_edit = QuantityEdit(self)
        self.quantity_edit.setAccessibleName("Quantity")
        self.price_edit = PriceEdit(self)
        self.price_edit.setAccessibleName("Limit price")
        self.stop_edit = PriceEdit(self)
        self.stop_edit.setAccessibleName("Stop price")
        self.type_box = QComboBox(self)
        self.type_box.addItems([kind.value for kind in KINDS])
        self.type_box.setAccessibleName("Order type")
        self.tif_box = QComboBox(self)
        self.tif_box.addItems([tif.value for tif in TIFS])
        self.tif_box.setAccessibleName("Time in force")
        self.route_box = RouteBox(self)
        self.route_box.currentIndexChanged.connect(self.edited)
        edits = (self.quantity_edit, self.price_edit, self.stop_edit)
        for widget in (*edits, self.type_box, self.tif_box, self.route_box):
            widget.setMinimumHeight(24)
        self.quantity_edit.value_changed.connect(self.edited)
        self.price_edit.value_changed.connect(self.edited)
        self.price_edit.editingFinished.connect(self._on_price_finished)
        self.stop_edit.value_changed.connect(self.edited)
        self.stop_edit.editingFinished.connect(self._on_price_finished)
        self.type_box.currentIndexChanged.connect(self._on_type_changed)
        self.tif_box.currentIndexChanged.connect(self._on_tif_changed)
        self.special = TicketTerms(self)
        self.special.edited.connect(self._on_special_edited)
        self.helpers = TicketHelpers(self)
        self.helpers.quantity_chosen.connect(self.take_quantity)
        self.helpers.price_chosen.connect(self.take_price)
        self.helpers.left.connect(self.quantity_edit.setFocus)
        self.edited.connect(self.helpers.refresh)
        self._build_exits()

    def _build_exits(self) -> None:
        self.exits = TicketExits(self)
        self.exits.edited.connect(self.edited)
        self.distances = TicketDistances(self)
        self.distances.chosen.connect(self._on_exits_chosen)
        self.distances.leave_pressed.connect(self.exits.target_edit.setFocus)
        self.distances.hide()
        self.distance_box = QCheckBox("Exits by their distance", self)
        self.distance_box.hide()
        self.exits.box.toggled.connect(self._on_bracket_toggled)
        self.distance_box.toggled.connect(self._on_bracket_toggled)
        self.edited.connect(self.distances.refresh)
        for edit in (self.exits.target_edit, self.exits.stop_edit):
            edit.editingFinished.connect(self._on_price_finished)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.symbol_edit, 1)
        top.addWidget(self.last_label, 1)
        quotes = QGridLayout()
        quotes.setVerticalSpacing(1)
        for column, (button, below) in enumerate(
            (
                (self.bid_button, self.bid_size_label),
                (self.mid_button, None),
                (self.ask_button, self.ask_size_label),
            )
        ):
            quotes.addWidget(button, 0, column)
            quotes.setColumnStretch(column, 1 if button is self.mid_button else 2)
            if below is not None:
                quotes.addWidget(below, 1, column)
        sides = QHBoxLayout()
        sides.addWidget(self.buy_button)
        sides.addWidget(self.sell_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        for layout in (top, quotes, sides, self._field_grid()):
            whole.addLayout(layout)
        whole.addWidget(self.helpers)
        whole.addWidget(self.special)
        whole.addWidget(self.exits)
        whole.addWidget(self.distance_box)
        whole.addWidget(self.distances)
        for before, after in pairwise(self._tab_order()):
            QWidget.setTabOrder(before, after)

    def _field_grid(self) -> QGridLayout:
        fields = QGridLayout()
        fields.setVerticalSpacing(3)
        for place, (title, widget) in enumerate(
            (
                ("Quantity", self.quantity_edit),
                ("Limit price", self.price_edit),
                ("Type", self.type_box),
                ("Stop price", self.stop_edit),
                ("TIF", self.tif_box),
                ("Route", self.route_box),
            )
        ):
            caption = PlainLabel(title, self)
            caption.set_tone("muted")
            row, column = divmod(place, 2)
            fields.addWidget(caption, 2 * row, column)
            fields.addWidget(widget, 2 * row + 1, column)
            fields.setColumnStretch(column, 1)
        helpers = QHBoxLayout()
        helpers.addWidget(self.helpers.size_button)
        helpers.addWidget(self.helpers.price_button)
        fields.addLayout(helpers, 6, 0, 1, 2)
        return fields

    def _tab_order(self) -> list[QWidget]:
        return [
            self.symbol_edit,
            self.buy_button,
            self.sell_button,
            self.quantity_edit,
            self.price_edit,
            self.type_box,
            self.stop_edit,
            self.tif_box,
            self.route_box,
            *self.helpers.focusable(),
            *self.special.focusable(),
            self.exits.box,
            self.exits.target_edit,
            self.exits.stop_edit,
            self.exits.tif_box,
            *self.exits.adjust.focusable(),
            self.distance_box,
            *self.distances.focusable(),
        ]

    def _snapped(self, price: Decimal | None) -> Decimal | None:
        if price is None or self._ladder is None:
            return price
        return snapped(price, self.terms.side, self._ladder)

    def _take(self, price: Decimal | None) -> None:
        if price is not None and self._terms_open:
            if self.type_box.isEnabled() and not self.terms.order_type.takes_limit:
                self.type_box.setCurrentText(OrderType.LIMIT.value)
            if self.price_edit.isEnabled():
                self.price_edit.set_value(self._snapped(price))
                self.price_edit.setFocus()

    @Slot(object)
    def take_price(self, price: Decimal) -> None:
        """Put a price into the limit."""
        self._take(price)

    @Slot(object)
    def take_quantity(self, quantity: Decimal) -> None:
        """Put a quantity into its field."""
        if self.quantity_edit.isEnabled():
            self.quantity_edit.set_value(quantity)
            self.quantity_edit.setFocus()

    @Slot()
    def _on_bracket_toggled(self) -> None:
        """Offer distances with a bracket, and show them to who wants them."""
        is_bracket = self.exits.box.isChecked()
        self.distance_box.setVisible(is_bracket)
        self.distances.setVisible(is_bracket and self.distance_box.isChecked())

    @Slot(object)
    def _on_exits_chosen(self, found: tuple[Decimal | None, Decimal | None]) -> None:
        for edit, price in zip((self.exits.target_edit, self.exits.stop_edit), found, strict=True):
            if price is not None and self.exits.isEnabled():
                edit.set_value(price)

    @Slot()
    def take_bid(self) -> None:
        """Put the bid into the limit."""
        if self.bid_button.isEnabled() and self._quote is not None:
            self._take(exact(self._quote.bid))

    @Slot()
    def take_ask(self) -> None:
        """Put the ask into the limit."""
        if self.ask_button.isEnabled() and self._quote is not None:
            self._take(exact(self._quote.ask))

    @Slot()
    def take_middle(self) -> None:
        """Put the price between bid and ask into the limit."""
        if self.mid_button.isEnabled():
            self._take(middle(self._quote))

    @Slot()
    def _on_symbol_returned(self) -> None:
        symbol = text.one_line(self.symbol_edit.text(), 40).upper()
        if symbol:
            self.symbol_entered.emit(symbol)

    @Slot()
    def _on_side_toggled(self) -> None:
        self.edited.emit()

    def _open_price(self) -> None:
        order_type = OrderType(self.type_box.currentText())
        self.price_edit.setEnabled(self._terms_open and order_type.takes_limit)
        self.stop_edit.setEnabled(self._terms_open and order_type.takes_stop)

    def _show_special(self) -> None:
        kind, tif = OrderType(self.type_box.currentText()), Tif(self.tif_box.currentText())
        self.special.show_for(kind, tif)

    @Slot()
    def _on_special_edited(self) -> None:
        self._show_special()
        self.edited.emit()

    @Slot()
    def _on_tif_changed(self) -> None:
        self._show_special()
        self.edited.emit()

    @Slot()
    def _on_type_changed(self) -> None:
        self.route_box.follow(self.terms.order_type)
        self._open_price()
        self._show_special()
        self.edited.emit()

    @Slot()
    def _on_price_finished(self) -> None:
        typing = self.price_edit.hasFocus() or self.stop_edit.hasFocus() or self.exits.has_focus
        if not typing:
            self.snap_limit()


def _relabel(button: QPushButton, content: str) -> None:
    if button.text() != content:
        button.setText(content)
