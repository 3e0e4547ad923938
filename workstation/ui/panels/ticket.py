"""The order ticket: one order from the wish to the broker's answer."""

from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import CommandResult, Done, Failed, Previewed
from workstation.domain.finding import Denied, Finding, NeedsAcknowledgement, Submitted
from workstation.domain.ids import ConId, IntentId
from workstation.domain.order import OrderChange, OrderDraft, OrderType, Side
from workstation.domain.order_status import OrderView
from workstation.domain.preview import MarginPreview
from workstation.ui import text
from workstation.ui.change_words import change_in_words
from workstation.ui.panels.ticket_face import TicketFace
from workstation.ui.screen_state import ScreenState
from workstation.ui.ticket_rules import (
    Terms,
    looks_like_exit,
    notional,
    obstacle,
    outcome_in_words,
)
from workstation.ui.ticket_wishes import (
    Wish,
    acknowledging,
    change_of,
    draft_of,
    emptied,
    entry_of,
    is_same,
    margin_in_words,
    new_intent,
    ordered_words,
    preview_words,
    sent_words,
    terms_of,
    unasked_words,
    without_prices,
)

PREVIEW_MS = 300
"""The preview waits until the user has stopped typing for so long."""


class TicketPanel(TicketFace):
    """Builds drafts and changes, asks for them and shows the answers; sends nothing itself."""

    order_requested = Signal(object)
    """OrderDraft or BracketDraft the user wants sent."""

    change_requested = Signal(object)
    """OrderChange the user wants sent."""

    preview_requested = Signal(object)
    """OrderDraft or BracketDraft risk should judge without sending."""

    margin_requested = Signal(object)
    """OrderDraft of which the broker should say what it would cost."""

    symbol_entered = Signal(object)
    """Symbol, in capitals, the user wants in the ticket; "" for no other any more: str."""

    contract_taken = Signal(object)
    """The ticket takes a contract that nobody has chosen: (ConId, symbol)."""

    def __init__(self, state: ScreenState, parent: QWidget | None = None) -> None:
        super().__init__(state, parent)
        self._con_id: ConId | None = None
        self._symbol = ""
        self._changing: OrderView | None = None
        self._shown: Terms | None = None
        self._wish: Wish | None = None
        self._sent_symbol = ""
        self._is_waiting = False
        self._has_answer = False
        self._asked: tuple[Finding, ...] = ()
        self._preview_timer = QTimer(self)
        self._preview_timer.setSingleShot(True)
        self._preview_timer.setInterval(PREVIEW_MS)
        self._preview_timer.timeout.connect(self._on_preview_due)
        self._connect()
        self.refresh()

    @property
    def con_id(self) -> ConId | None:
        """The contract in the ticket."""
        return self._con_id

    @property
    def symbol(self) -> str:
        """The symbol in the ticket."""
        return self._symbol

    @property
    def why_not_sent(self) -> str:
        """What stands in the way of the order in the fields, empty where nothing does."""
        if self.submit_button.isEnabled():
            return ""
        if self.strip.is_asking:
            return "a question waits below: answer it there"
        return self.obstacle_label.text() or self.submit_button.text()

    def show_contract(self, con_id: ConId | None, symbol: str) -> None:
        """Take another contract; a change that was being edited is dropped."""
        if con_id == self._con_id and symbol == self._symbol and con_id is not None:
            return
        self._leave_change()
        self._con_id, self._symbol = con_id, symbol
        kept = self.form.terms
        fresh = replace(without_prices(kept), order_type=OrderType.LIMIT)
        self.form.set_terms(self.form.defaults(con_id, fresh))
        self._drop_answer()
        self.refresh()

    def start_change(self, order: OrderView) -> None:
        """Edit what may be changed of a working order."""
        self.contract_taken.emit((order.con_id, order.symbol))
        self.show_contract(order.con_id, order.symbol)
        if not self.form.offers(order.order_type, order.tif):
            kind = text.one_line(f"{order.order_type} {order.tif}", 24)
            words = f"A {kind} order cannot be changed here yet: cancel it, or change it in TWS."
            self._show_answer(words, "warning")
            return
        self._changing = order
        self._drop_answer()
        self.form.set_terms(terms_of(order))
        self._shown = self.form.terms
        self.refresh()
        edits = (self.form.price_edit, self.form.stop_edit, self.form.quantity_edit)
        next(edit for edit in edits if edit.isEnabled()).setFocus()

    def fill_in(self, con_id: ConId, symbol: str, terms: Terms, words: str) -> None:
        """Hold an order ready with every field open; nothing is sent."""
        self.contract_taken.emit((con_id, symbol))
        self.show_contract(con_id, symbol)
        self._leave_change()
        self.form.set_terms(terms)
        self._show_answer(words, "warning")
        self.refresh()

    def take_wish(self, side: Side, order_type: OrderType, price: Decimal) -> None:
        """Fill in side, type and price; nothing is sent, and a change that is edited stays."""
        if self._changing is not None or self._is_waiting:
            return
        self._drop_answer()
        terms = replace(without_prices(self.form.terms), side=side, order_type=order_type)
        is_stop = order_type is OrderType.STOP
        limit, stop = (None, price) if is_stop else (price, None)
        self.form.set_terms(replace(terms, limit_price=limit, stop_price=stop))
        self.form.quantity_edit.setFocus()
        self.refresh()

    def order_changed(self, order: OrderView) -> None:
        """Follow the order being changed; one that is over cannot be changed."""
        if self._changing is None or self._changing.key != order.key:
            return
        self._changing = self.form.followed(self._changing, order)
        if not order.is_working and not self._is_waiting:
            self._leave_change()
            state = order.display_state.lower()
            self._show_answer(f"The order is {state}; it cannot be changed any more.", "warning")
        self.refresh()

    def refresh_quote(self) -> None:
        """Show the newest market of the contract."""
        quote = self._state.quotes.get(self._con_id) if self._con_id is not None else None
        self.form.set_quote(quote)
        self._show_figures()

    def note_quote(self) -> bool:
        """Take the newest market for clicks; True where it must be shown at once."""
        quote = self._state.quotes.get(self._con_id) if self._con_id is not None else None
        return self.form.note_quote(quote)

    def refresh_figures(self) -> None:
        """Show value and position, and whether the order only reduces it."""
        self._show_figures()
        self._show_submit()

    @Slot()
    def refresh(self) -> None:
        """Show link, account, rules and what stands in the way."""
        details = self._state.details.get(self._con_id) if self._con_id is not None else None
        self.form.set_contract(self._symbol, details)
        self.form.special.extras.con_id = self._con_id
        self.name_label.show_text(text.one_line(details.long_name, 60) if details else "")
        self.form.set_editing(
            everything=self._changing is None and not self._state.is_read_only,
            terms=not self._state.is_read_only,
        )
        self.refresh_quote()
        self._show_account()
        self._show_submit()
        self._schedule_preview()

    @Slot()
    def choose_buy(self) -> None:
        """Prepare a purchase and put the cursor on the quantity."""
        self._choose(Side.BUY)

    @Slot()
    def choose_sell(self) -> None:
        """Prepare a sale and put the cursor on the quantity."""
        self._choose(Side.SELL)

    @Slot()
    def focus_symbol(self) -> None:
        """Put the cursor on the symbol."""
        self.form.symbol_edit.setFocus()
        self.form.symbol_edit.selectAll()

    def show_result(self, wish: Wish, result: CommandResult) -> None:
        """Show the answer to the newest wish; answers to older ones are not for this strip.

        A question is asked only while the fields hold what it is about.
        """
        if self._wish is None or wish.intent_id != self._wish.intent_id:
            return
        self._is_waiting = False
        whose = "" if self._symbol == self._sent_symbol else f"{self._sent_symbol}: "
        match result:
            case Submitted(order_id=order_id, findings=findings):
                self._wish = None
                if isinstance(wish, OrderChange) and self._is_changing(wish):
                    self._leave_change()
                self._show_answer(f"{whose}{sent_words(wish)} {order_id}", "good", findings)
            case NeedsAcknowledgement(findings=findings) if not is_same(self._held(), wish):
                self._wish = None
                self._show_answer(unasked_words(self._sent_symbol), "warning", findings)
            case NeedsAcknowledgement(findings=findings):
                self._has_answer, self._asked = True, findings
                question = "Not sent yet. Please confirm:"
                self.strip.show_answer(question, "warning", findings, ask=True)
            case Denied(findings=findings):
                self._wish = None
                self._show_answer(f"{whose}Denied. Nothing was sent.", "error", findings)
            case Failed(reason=reason):
                self._wish = None
                self._show_answer(f"{whose}Not sent: {text.one_line(reason)}", "error")
            case Done(text=said):
                self._wish = None
                self._show_answer(text.one_line(said) or "Done", "good")
            case _:
                self._wish = None
        self._show_submit()

    def show_preview(self, draft: OrderDraft | BracketDraft, result: CommandResult) -> None:
        """Show what risk would say, unless an answer is showing or the draft is outdated."""
        if self._has_answer or self._is_waiting or not isinstance(result, Previewed):
            return
        if self._preview_timer.isActive() or draft != self._draft(draft.intent_id):
            return
        headline, tone, findings = preview_words(result)
        self.strip.show_answer(headline, tone, findings)

    @Slot(object)
    def show_margin(self, answer: tuple[OrderDraft, CommandResult]) -> None:
        """Show what the broker says the order would cost, unless it is not this order any more."""
        draft, result = answer
        now = self._draft(draft.intent_id)
        if self._is_waiting or self.strip.is_asking or now is None or entry_of(now) != draft:
            return
        if isinstance(result, MarginPreview):
            self._show_answer(margin_in_words(result, entry_only=now is not entry_of(now)), "")
        elif isinstance(result, Failed):
            self._show_answer(f"No what-if: {text.one_line(result.reason)}", "warning")

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter asks to submit, Escape clears; a key held down does nothing."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if not event.isAutoRepeat() and not self.form.symbol_edit.hasFocus():
                self._on_enter()
        elif event.key() == Qt.Key.Key_Escape:
            self._on_escape()
        else:
            super().keyPressEvent(event)

    def _connect(self) -> None:
        self.form.edited.connect(self._on_edited)
        self.form.symbol_entered.connect(self.symbol_entered)
        self.account.chosen.connect(self._on_edited)
        self.submit_button.clicked.connect(self._on_submit)
        self.margin_button.clicked.connect(self._on_margin)
        self.strip.confirmed.connect(self._on_confirmed)
        self.strip.dismissed.connect(self._on_escape)
        for keys, slot in (
            ("Alt+1", self.form.take_bid),
            ("Alt+2", self.form.take_middle),
            ("Alt+3", self.form.take_ask),
            ("Alt+W", self.margin_button.click),
            ("Alt+A", self.account.box.showPopup),
            ("Alt+X", self.form.exits.box.click),
            ("Alt+M", self.form.special.more_box.click),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    def _choose(self, side: Side) -> None:
        if self._changing is None:
            self.form.set_side(side)
        self.form.quantity_edit.setFocus()

    def _draft(self, intent_id: IntentId) -> OrderDraft | BracketDraft | None:
        account, con_id = self.account.account, self._con_id
        if account is None or con_id is None:
            return None
        return draft_of(self.form.terms, intent_id, account, con_id)

    def _held(self) -> Wish | None:
        """Return the wish that the fields make now, None while something is missing."""
        if self._changing is not None:
            return change_of(self.form.terms, self._changing, self._shown)
        return self._draft(new_intent())

    def _is_changing(self, wish: OrderChange) -> bool:
        return self._changing is not None and self._changing.key == wish.key

    @Slot()
    def _on_enter(self) -> None:
        if self.strip.back_button.hasFocus():
            self._on_escape()
        elif self.strip.is_asking:
            if self.strip.takes_confirmation:
                self._on_confirmed()
        elif self.submit_button.isEnabled():
            self._on_submit()

    @Slot()
    def _on_submit(self) -> None:
        if self._is_waiting or not self.submit_button.isEnabled():
            return
        if self.form.snap_limit():
            self._show_answer(
                "The price was moved to the nearest allowed one. Submit again.", "warning"
            )
            return
        self._send(self._held())

    @Slot()
    def _on_confirmed(self) -> None:
        wish = self._wish
        if wish is None or not self.strip.is_asking:
            return
        answer = self.strip.accepts(self._asked)
        self.form.quantity_edit.setFocus()  # the button that has the keyboard is about to go
        self._send(acknowledging(wish, answer))

    @Slot()
    def _on_margin(self) -> None:
        draft = self._draft(new_intent())
        if draft is None or self._changing is not None or self._is_waiting:
            return
        self._show_answer("Asking the broker…", "muted")
        self.margin_requested.emit(entry_of(draft))

    def _send(self, wish: Wish | None) -> None:
        if wish is None:
            return
        self._wish, self._sent_symbol, self._is_waiting = wish, self._symbol, True
        self._preview_timer.stop()
        self._show_answer("Sending…", "muted")
        self._show_submit()
        is_change = isinstance(wish, OrderChange)
        (self.change_requested if is_change else self.order_requested).emit(wish)

    @Slot()
    def _on_escape(self) -> None:
        if self._is_waiting:
            return
        if self.strip.is_asking:
            self._wish = None
            self._drop_answer()
            self.form.quantity_edit.setFocus()
        elif self._changing is not None:
            self._leave_change()
        elif self.form.symbol_edit.untaken:
            self.form.symbol_edit.put_back()
            self.symbol_entered.emit("")
        else:
            self.form.set_terms(emptied(self.form.terms))
            self._drop_answer()
        self.refresh()

    @Slot()
    def _on_edited(self) -> None:
        if not self._is_waiting:
            self._wish = None
            self._drop_answer()
        self._show_figures()
        self._show_submit()
        self._schedule_preview()

    @Slot()
    def _on_preview_due(self) -> None:
        if self._changing is None and not self._is_waiting and not self._has_answer:
            draft = self._draft(new_intent())
            if draft is not None and self.isVisible():
                self.preview_requested.emit(draft)

    def _schedule_preview(self) -> None:
        ladder = self._state.ladder(self._con_id)
        changed = change_in_words(self.form.terms, self._changing, self._shown, ladder)
        self.cost.follow(self._draft(IntentId("")), changed)
        if self._has_answer or self._is_waiting or self._changing is not None:
            self._preview_timer.stop()
        else:
            self._preview_timer.start()

    def _leave_change(self) -> None:
        if self._changing is not None:
            self._changing = None
            self.form.set_terms(emptied(self.form.terms))
            self._drop_answer()

    def _show_answer(self, headline: str, tone: str, findings: tuple[Finding, ...] = ()) -> None:
        self._has_answer = True
        self.strip.show_answer(headline, tone, findings)

    def _drop_answer(self) -> None:
        self._has_answer = False
        self.strip.clear()

    def _show_account(self) -> None:
        self.account.refresh(self._changing.account if self._changing is not None else None)
        self.arm_button.setVisible(self._state.is_live and not self._state.is_read_only)
        self.arm_button.setChecked(self._state.armed)
        self.arm_button.setText("ARMED: entries allowed" if self._state.armed else "Arm")

    def _show_figures(self) -> None:
        state, con_id = self._state, self._con_id
        details = state.details.get(con_id) if con_id is not None else None
        quote = state.quotes.get(con_id) if con_id is not None else None
        currency = details.contract.currency if details else ""
        value = notional(self.form.terms, quote, details)
        held = text.ABSENT if self.account.gap else text.size(self.account.held(con_id))
        self.figures_label.show_text(f"Value ≈ {text.money(value, currency)}   Position {held}")
        outcome = outcome_in_words(self.form.terms, quote, details)
        self.exits_label.show_text(outcome)
        self.exits_label.setVisible(bool(outcome))

    def _show_submit(self) -> None:
        terms, order = self.form.terms, self._changing
        held = self.account.held(self._con_id)
        is_exit = order is not None or looks_like_exit(terms, held)
        blocked = obstacle(self._state, is_exit=is_exit)
        self.obstacle_label.show_text(blocked.text if blocked else "")
        self.obstacle_label.setVisible(blocked is not None)
        self.title_label.setVisible(order is not None)
        if order is not None:
            self.title_label.show_text(f"CHANGE ORDER {order.order_id}  (Esc leaves)")
        missing = self.form.symbol_edit.untaken or self.form.fault or terms.gap or self.account.gap
        gap = "Choose a symbol" if self._con_id is None else missing
        if not gap and order is not None and change_of(terms, order, self._shown) is None:
            gap = "Nothing changed yet"
        ladder = self._state.ladder(self._con_id)
        gap = "Read-only" if self._state.is_read_only else gap
        words = ordered_words(
            terms, self._symbol, ladder, self.account.in_words, changes=order is not None
        )
        instead = "Sending…" if self._is_waiting else text.button_text(gap)
        self.submit_button.setText(instead or words)
        stopped = blocked is not None and blocked.is_final
        is_busy = self._is_waiting or self.strip.is_asking
        self.submit_button.setEnabled(not (gap or stopped or is_busy))
        self.margin_button.setEnabled(not (gap or is_busy or order is not None or stopped))
        if self.submit_button.property("side") != terms.side.value:
            self.submit_button.setProperty("side", terms.side.value)
            self.submit_button.style().unpolish(self.submit_button)
            self.submit_button.style().polish(self.submit_button)
