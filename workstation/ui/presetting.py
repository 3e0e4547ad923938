"""Fills the ticket from presets when its contract changes, and opens their dialog."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.order import OrderTerms, Tif
from workstation.domain.order_helpers import size_of
from workstation.domain.order_preset import (
    CLASSES,
    Distance,
    DistanceUnit,
    OrderPreset,
    PresetLevel,
    anchored,
    away,
    preset_for,
)
from workstation.ui.dialogs.presets import PresetsDialog
from workstation.ui.panels.ticket import TicketPanel
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState
from workstation.ui.ticket_rules import Exits, Terms, entry_price, exact


class PresetKeeper(Protocol):
    """Where presets are kept."""

    def load(self) -> tuple[OrderPreset, ...]:
        """Return the presets that can be used."""
        ...

    def save(self, presets: tuple[OrderPreset, ...]) -> None:
        """Keep the presets durably."""
        ...


class Presetting(QObject):
    """Fills in what a preset says; what the market must be known for follows with it. GUI thread.

    Only fields that are empty are filled later, so nothing the user typed is written over.
    """

    def __init__(self, ticket: TicketPanel, state: ScreenState) -> None:
        super().__init__(ticket)
        self._ticket = ticket
        self._state = state
        self._keeper: PresetKeeper | None = None
        self._due: ConId | None = None
        self._untouched: Terms | None = None
        self._given: Terms | None = None
        self.presets: tuple[OrderPreset, ...] = ()
        self.dialog: PresetsDialog | None = None
        self.label = PlainLabel("", ticket)
        self.label.set_tone("muted")
        self.label.hide()
        layout = ticket.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, self.label)
        ticket.form.defaults = self.fresh
        ticket.form.buy_button.toggled.connect(self._on_side_changed)

    def use_keeper(self, keeper: PresetKeeper) -> None:
        """Learn where presets are kept, and read them."""
        self._keeper = keeper
        self.presets = keeper.load()

    @Slot(object)
    def keep(self, presets: Iterable[OrderPreset]) -> None:
        """Use other presets from now on, and keep them durably."""
        self.presets = tuple(presets)
        if self._keeper is not None:
            self._keeper.save(self.presets)

    def fresh(self, con_id: ConId | None, terms: Terms) -> Terms:
        """Return what the ticket begins with for a contract it has just taken."""
        self._due, self._untouched, self._given = con_id, None, None
        details = None if con_id is None else self._state.details.get(con_id)
        if details is None:
            self._untouched = terms
            self.label.hide()
            return terms
        return self._begun(details, terms)

    @Slot()
    def fill(self) -> None:
        """Fill in what could not be worked out before: rules or a quote have arrived."""
        con_id, form = self._ticket.con_id, self._ticket.form
        if self._due is None:
            return
        details = None if con_id is None else self._state.details.get(con_id)
        if con_id != self._due or not form.type_box.isEnabled():
            self._due = None  # another contract, a change of an order, or a look only
            return
        if details is None:
            return
        before = form.terms
        if self._untouched is None:
            terms = self._completed(details, before)
        elif _is_as(before, self._untouched):
            self._untouched, terms = None, self._begun(details, before)
        else:
            self._due, terms = None, before
        if terms != before:
            form.set_terms(terms)
            self._ticket.refresh()

    def open(self, window: QWidget) -> None:
        """Show the presets; what is saved there is used from the next contract on."""
        self.dialog = PresetsDialog(self.presets, self.of_ticket(), window)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.kept.connect(self.keep)
        self.dialog.open()

    def of_ticket(self) -> OrderPreset:
        """Return what stands in the ticket as a preset of its symbol."""
        con_id, terms = self._ticket.con_id, self._ticket.form.terms
        details = None if con_id is None else self._state.details.get(con_id)
        if details is None or details.contract.sec_type not in CLASSES:
            return OrderPreset()
        contract, exits, special = details.contract, terms.exits, terms.special
        trail = None
        if special.trail_percent is not None:
            trail = Distance(special.trail_percent, DistanceUnit.PERCENT)
        elif special.trail_amount is not None:
            trail = Distance(special.trail_amount, DistanceUnit.PRICE)
        at = entry_price(terms, self._state.quotes.get(contract.con_id))
        return OrderPreset(
            level=PresetLevel.SYMBOL,
            sec_type=contract.sec_type,
            symbol=contract.symbol,
            size=terms.quantity,
            order_type=terms.order_type,
            tif=terms.tif,
            outside_rth=terms.outside_rth or None,
            stop_distance=trail,
            bracket=True if exits is not None else None,
            target=None if exits is None else _between(at, exits.target),
            stop=None if exits is None else _between(at, exits.stop),
            exit_tif=None if exits is None else exits.tif,
        )

    @Slot()
    def _on_side_changed(self) -> None:
        """Work prices out for the other side, where they are still the preset's own."""
        con_id, form, given = self._ticket.con_id, self._ticket.form, self._given
        details = None if con_id is None else self._state.details.get(con_id)
        if given is None or details is None or not form.type_box.isEnabled():
            return
        now = form.terms
        if _prices(now) != _prices(given) or now.order_type is not given.order_type:
            return
        preset = self._preset(details)
        limit = None if preset is None or preset.limit_from is not None else now.limit_price
        stop = None if preset is None or preset.stop_distance is not None else now.stop_price
        exits = None if now.exits is None else replace(now.exits, target=None, stop=None)
        bare = replace(now, limit_price=limit, stop_price=stop, exits=exits)
        self._due = con_id
        form.set_terms(self._completed(details, bare))
        self._ticket.refresh()

    def _preset(self, details: ContractDetails) -> OrderPreset | None:
        return preset_for(self.presets, details.contract)

    def _begun(self, details: ContractDetails, terms: Terms) -> Terms:
        """Take everything that a preset says of an order that is not begun yet."""
        preset = self._preset(details)
        names = [each.name for each in self.presets if each.fits(details.contract)]
        self.label.show_text(f"Preset: {', '.join(names)}")
        self.label.setVisible(bool(names))
        if preset is None:
            self._due = None
            return terms
        terms = replace(
            terms,
            quantity=terms.quantity if preset.size is None else _shares(preset),
            order_type=preset.order_type or terms.order_type,
            tif=preset.tif or terms.tif,
            outside_rth=terms.outside_rth if preset.outside_rth is None else preset.outside_rth,
        )
        if preset.bracket is not None:
            exits = Exits(tif=preset.exit_tif or Tif.GTC) if preset.bracket else None
            terms = replace(terms, exits=exits)
        return self._completed(details, terms)

    def _completed(self, details: ContractDetails, terms: Terms) -> Terms:
        """Fill in the empty fields that the market now allows to work out."""
        preset = self._preset(details)
        if preset is None:
            self._due = None
            return terms
        terms = self._with_trail(preset, terms)
        terms = self._with_prices(preset, details, terms)
        if terms.quantity is None and preset.size is not None:
            terms = replace(terms, quantity=self._size(preset, details, terms))
        if terms.exits is not None and preset.bracket:
            terms = replace(terms, exits=self._exits(preset, details, terms, terms.exits))
        if not _lacks(preset, terms):
            self._due = None
        self._given = terms
        return terms

    @staticmethod
    def _with_trail(preset: OrderPreset, terms: Terms) -> Terms:
        trail, special = preset.stop_distance, terms.special
        has_one = special.trail_amount is not None or special.trail_percent is not None
        if trail is None or not terms.order_type.trails or has_one:
            return terms
        return replace(terms, special=_trailing(special, trail))

    def _with_prices(self, preset: OrderPreset, details: ContractDetails, terms: Terms) -> Terms:
        quote = self._state.quotes.get(details.contract.con_id)
        if quote is None or quote.stale:
            return terms
        bid, ask, last = exact(quote.bid), exact(quote.ask), exact(quote.last)
        is_buy, ladder = terms.side.sign > 0, details.ladder
        wants_limit = terms.order_type.takes_limit and terms.limit_price is None
        if wants_limit and preset.limit_from is not None:
            ticks = preset.limit_ticks or 0
            price = anchored(terms.side, preset.limit_from, ticks, ladder, bid, ask, last)
            terms = replace(terms, limit_price=price)
        distance = preset.stop_distance
        wants_stop = terms.order_type.takes_stop and terms.stop_price is None
        market = ask if is_buy else bid
        if wants_stop and distance is not None and market is not None:
            up = is_buy is not terms.order_type.is_touched
            quantity = terms.quantity
            stop = away(market, distance, up=up, details=details, quantity=quantity)
            terms = replace(terms, stop_price=stop)
        return terms

    def _size(self, preset: OrderPreset, details: ContractDetails, terms: Terms) -> Decimal | None:
        """Work the quantity out of money or equity, rounded down to what is allowed."""
        facts = self._ticket.form.helpers.size_facts()
        if preset.size is None or preset.size_mode is None or facts is None:
            return None
        if terms.order_type.takes_limit and terms.limit_price is None and preset.limit_from:
            return None  # the limit comes first: it is what will be paid
        price = entry_price(terms, self._state.quotes.get(details.contract.con_id))
        return size_of(preset.size_mode, preset.size, replace(facts, price=price)).value

    def _exits(
        self, preset: OrderPreset, details: ContractDetails, terms: Terms, exits: Exits
    ) -> Exits:
        at = entry_price(terms, self._state.quotes.get(details.contract.con_id))
        if at is None:
            return exits
        is_buy, stop, target = terms.side.sign > 0, exits.stop, exits.target
        quantity = terms.quantity
        if stop is None and preset.stop is not None:
            stop = away(at, preset.stop, up=not is_buy, details=details, quantity=quantity)
        if target is None and preset.target is not None:
            risk = None if stop is None else abs(at - stop)
            target = away(
                at, preset.target, up=is_buy, details=details, quantity=quantity, risk=risk
            )
        return replace(exits, target=target, stop=stop)


def _prices(terms: Terms) -> tuple[Decimal | None, ...]:
    exits = terms.exits
    both = (None, None) if exits is None else (exits.target, exits.stop)
    return (terms.limit_price, terms.stop_price, *both)


def _between(at: Decimal | None, price: Decimal | None) -> Distance | None:
    apart = None if at is None or price is None else abs(price - at)
    return Distance(apart, DistanceUnit.PRICE) if apart else None


def _shares(preset: OrderPreset) -> Decimal | None:
    """Return a size in shares or lots; one in money is worked out when the price is known."""
    return preset.size if preset.size_mode is None else None


def _trailing(special: OrderTerms, trail: Distance) -> OrderTerms:
    if trail.unit is DistanceUnit.PERCENT:
        return replace(special, trail_percent=trail.amount)
    is_price = trail.unit is DistanceUnit.PRICE
    return replace(special, trail_amount=trail.amount) if is_price else special


def _lacks(preset: OrderPreset, terms: Terms) -> bool:
    """Tell whether something that a preset says is not in the ticket yet."""
    kind, exits = terms.order_type, terms.exits
    limit = kind.takes_limit and preset.limit_from is not None and terms.limit_price is None
    stop = kind.takes_stop and preset.stop_distance is not None and terms.stop_price is None
    size = preset.size is not None and terms.quantity is None
    if limit or stop or size:
        return True
    if exits is None or not preset.bracket:
        return False
    has_gap = preset.target is not None and exits.target is None
    return has_gap or (preset.stop is not None and exits.stop is None)


def _is_as(now: Terms, then: Terms) -> bool:
    """Tell whether nobody has begun an order in the ticket since."""
    same = (now.side, now.quantity, now.order_type, now.tif) == (
        *(then.side, then.quantity, then.order_type, then.tif),
    )
    return same and now.limit_price is None and now.stop_price is None
