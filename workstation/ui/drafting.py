"""Keeps what stands in the ticket as a draft, puts a draft back, and marks what was sent of them.

It sends nothing. A draft that became an order stays in the list with that order's number, behind
those that are still open, so that it is not sent twice unawares.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from workstation.domain.bracket import BracketDraft
from workstation.domain.finding import Submitted
from workstation.domain.ids import ConId, IntentId
from workstation.domain.kept_draft import KeptDraft
from workstation.domain.order import OrderDraft
from workstation.ui import text
from workstation.ui.dialogs.drafts import DraftsDialog
from workstation.ui.docks import Docks
from workstation.ui.messages import Messages
from workstation.ui.ordering import Ordering
from workstation.ui.panels.ticket import TicketPanel
from workstation.ui.selection import Selection
from workstation.ui.ticket_rules import Exits, Terms
from workstation.ui.ticket_wishes import entry_of
from workstation.ui.watching import Watching, clean_symbol

MOST_DRAFTS = 200


class DraftKeeper(Protocol):
    """Where drafts are kept."""

    def load(self) -> tuple[KeptDraft, ...]:
        """Return the drafts that can be used."""
        ...

    def save(self, drafts: tuple[KeptDraft, ...]) -> bool:
        """Keep the drafts durably; False where they could not be."""
        ...


class Desk(Protocol):
    """What of the window drafts are put into."""

    docks: Docks
    ordering: Ordering
    messages: Messages
    selection: Selection
    watching: Watching
    ticket: TicketPanel


class Drafting(QObject):
    """The drafts of this profile and their dialog. GUI thread."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._ticket = desk.ticket
        self._window = window
        self.clock: Callable[[], datetime] = _now
        self._keeper: DraftKeeper | None = None
        self.drafts: tuple[KeptDraft, ...] = ()
        self.dialog: DraftsDialog | None = None
        self._in_ticket: datetime | None = None
        self._sending: dict[IntentId, datetime] = {}
        self._ticket.form.replaced.connect(self._on_replaced)
        self._ticket.order_requested.connect(self._on_order_requested)
        desk.ordering.submitted.connect(self._on_submitted)

    def use_keeper(self, keeper: DraftKeeper) -> None:
        """Learn where drafts are kept, and read them."""
        self._keeper = keeper
        self.drafts = keeper.load()

    @Slot()
    def keep(self) -> None:
        """Keep what stands in the ticket, and show it so that a note can be written."""
        ticket = self._ticket
        fault = ""
        if ticket.con_id is None:
            fault = "choose a symbol first"
        elif not ticket.form.type_box.isEnabled():
            fault = "a change of a working order, or a session that only looks, is no draft"
        elif len(self.drafts) >= MOST_DRAFTS:
            fault = f"there are {MOST_DRAFTS} drafts: delete some first"
        if fault or ticket.con_id is None:
            self._desk.ordering.failed.emit(("The draft", fault))
            return
        kept_at, known = self.clock(), {each.kept_at for each in self.drafts}
        while kept_at in known:
            kept_at += timedelta(microseconds=1)
        draft = draft_of(ticket.form.terms, ticket.con_id, ticket.symbol, kept_at)
        draft = replace(draft, account=ticket.account.account)
        if draft.fault:
            self._desk.ordering.failed.emit(("The draft", draft.fault))
            return
        self._use((*self.drafts, draft))
        self.open(draft.kept_at)
        if self.dialog is not None:
            self.dialog.note_edit.setFocus()

    @Slot()
    def open_list(self) -> None:
        """Show the drafts."""
        self.open(None)

    def open(self, chosen: datetime | None) -> None:
        """Show the drafts with one of them chosen."""
        if self.dialog is None:
            self.dialog = DraftsDialog(self.drafts, self._window, self._ticket.account.names)
            self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self.dialog.loaded.connect(self.load)
            self.dialog.noted.connect(self._on_noted)
            self.dialog.deleted.connect(self._on_deleted)
            self.dialog.finished.connect(self._on_finished)
            self.dialog.open()
        self.dialog.show_drafts(self.drafts, chosen)
        self.dialog.table.setFocus()

    @Slot(object)
    def load(self, draft: KeptDraft) -> None:
        """Put a draft into the ticket for its own account; then it goes the way of every order."""
        desk, accounts = self._desk, self._ticket.account
        before = accounts.account
        if draft.account is not None and not accounts.choose(draft.account):
            whose = accounts.names((draft.account,))[draft.account]
            fault = f"it is for account {whose}, which this connection does not manage"
            desk.ordering.failed.emit(("The draft", fault))
            return
        watched = desk.messages.quotes.symbol_of(draft.con_id)
        desk.docks.focus("ticket")
        desk.selection.choose(draft.con_id, draft.symbol)
        if watched is None:
            desk.watching.add(clean_symbol(draft.symbol))
        is_other = draft.account not in {None, before}
        words = self._words(draft, accounts.in_words if is_other else "")
        self._ticket.fill_in(draft.con_id, draft.symbol, terms_of(draft), words)
        self._in_ticket = draft.kept_at

    def _words(self, draft: KeptDraft, account: str) -> str:
        """Say what stands in the ticket; `account` names one that was not chosen before."""
        words = ["From a draft of yours. Not sent yet."]
        if draft.sent_order is not None and draft.sent_at is not None:
            when = text.full_time(draft.sent_at)
            words = [f"This draft was sent before: order {draft.sent_order}, {when}."]
            words.append("Sent again it is another order.")
        if account:
            words.append(f"It is for {account}, which is chosen now.")
        elif draft.account is None:
            words.append("It was kept without an account: look which one it goes to.")
        return " ".join(words)

    @Slot()
    def _on_replaced(self) -> None:
        self._in_ticket = None

    @Slot(object)
    def _on_order_requested(self, wish: OrderDraft | BracketDraft) -> None:
        if self._in_ticket is not None:
            self._sending[entry_of(wish).intent_id] = self._in_ticket

    @Slot(object)
    def _on_submitted(self, sent: tuple[OrderDraft | BracketDraft, Submitted]) -> None:
        """Mark the draft that became this order."""
        wish, answer = sent
        kept_at = self._sending.pop(entry_of(wish).intent_id, None)
        if kept_at is None:
            return
        self._in_ticket = None
        number, now = answer.order_id, self.clock()
        marked = [
            replace(each, sent_order=number, sent_at=now) if each.kept_at == kept_at else each
            for each in self.drafts
        ]
        self._use(tuple(marked))
        self._refresh(None)

    def _use(self, drafts: tuple[KeptDraft, ...]) -> None:
        self.drafts = drafts
        if self._keeper is not None:
            self._keeper.save(drafts)

    @Slot(object)
    def _on_noted(self, said: tuple[KeptDraft, str]) -> None:
        draft, note = said
        noted = replace(draft, note=note)
        self._use(tuple(noted if each == draft else each for each in self.drafts))
        self._refresh(noted.kept_at)

    @Slot(object)
    def _on_deleted(self, drafts: tuple[KeptDraft, ...]) -> None:
        self._use(tuple(each for each in self.drafts if each not in drafts))
        self._refresh(None)

    def _refresh(self, chosen: datetime | None) -> None:
        if self.dialog is not None:
            self.dialog.show_drafts(self.drafts, chosen)

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None


def _now() -> datetime:
    return datetime.now(UTC)


def draft_of(terms: Terms, con_id: ConId, symbol: str, kept_at: datetime) -> KeptDraft:
    """Return what stands in the ticket as a draft."""
    exits = terms.exits or Exits()
    return KeptDraft(
        kept_at=kept_at,
        con_id=con_id,
        symbol=symbol,
        side=terms.side,
        order_type=terms.order_type,
        tif=terms.tif,
        quantity=terms.quantity,
        limit_price=terms.limit_price,
        stop_price=terms.stop_price,
        outside_rth=terms.outside_rth,
        route=terms.route,
        terms=terms.special,
        bracket=terms.exits is not None,
        target_price=exits.target,
        exit_stop_price=exits.stop,
        exit_tif=exits.tif,
        exit_adjustment=exits.adjustment,
    )


def terms_of(draft: KeptDraft) -> Terms:
    """Return a draft as the fields of the ticket show it."""
    exits = Exits(
        target=draft.target_price,
        stop=draft.exit_stop_price,
        tif=draft.exit_tif,
        adjustment=draft.exit_adjustment,
    )
    return Terms(
        side=draft.side,
        quantity=draft.quantity,
        order_type=draft.order_type,
        limit_price=draft.limit_price,
        tif=draft.tif,
        stop_price=draft.stop_price,
        exits=exits if draft.bracket else None,
        special=draft.terms,
        outside_rth=draft.outside_rth,
        route=draft.route,
    )
