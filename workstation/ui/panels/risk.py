"""Risk: the trading state, what is used of each limit, and the three ways to stop."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.account import masked
from workstation.domain.coverage import Coverage
from workstation.domain.finding import TradingState
from workstation.domain.ids import AccountId
from workstation.domain.limit_use import RiskView
from workstation.domain.link import LinkState, LinkView
from workstation.ui import text
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.hold_button import HoldButton
from workstation.ui.models.limits import LimitsModel
from workstation.ui.panels.dry_run import DryRunPage
from workstation.ui.panels.exposure import ExposurePage
from workstation.ui.panels.limit_profiles import LimitProfilesPage
from workstation.ui.panels.pnl_check import PnlCheckPage
from workstation.ui.panels.protection import ProtectionPage
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView
from workstation.ui.theme import paint

_STATES = {
    TradingState.ACTIVE: ("ACTIVE", "good", "Entries and exits may be sent."),
    TradingState.REDUCING: ("REDUCING", "warning", "Exits only; protective orders stay."),
    TradingState.HALTED: ("HALTED", "error", "Cancels and exits by hand only."),
    TradingState.LOCKED: (
        "LOCKED",
        "error",
        "Cancels only. Use TWS or the mobile program for anything else.",
    ),
}

_LOCK = "Lock limits…"
_PROTECTION, _TITLE = 1, "Protection"
"""Which page shows what protects the positions."""


class RiskPanel(QWidget):
    """Shows what may be traded; asks for the three actions, which are never mixed."""

    stop_requested = Signal()
    """No more entries."""

    resume_requested = Signal()
    """Entries again, after one confirmation."""

    cancel_all_requested = Signal()
    """Cancel the orders of this client; what protects an open position stays."""

    repair_requested = Signal(object)
    """RepairProtection: what mends the protection of a position."""

    limits_confirmed = Signal(object)
    """AccountId whose edited limits shall be in force, after one confirmation."""

    lock_requested = Signal(object)
    """AccountId whose limits shall only get tighter until the next session, after a confirmation."""

    log_requested = Signal()
    """The changes of limits on record."""

    flatten_requested = Signal(object)
    """AccountId whose positions shall all be closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._account: AccountId | None = None
        self._state: TradingState | None = None
        self._working = 0
        self.model = LimitsModel(self)
        self.table = TableView(self.model, "No limits are known yet", self)
        self._build_pages()
        self._build_side()
        self.dialog: PlainDialog | None = None
        self._pending: tuple[str, ...] = ()
        self._read_only = False
        self._lay_out()
        self.show_link(None, read_only=False)

    def _build_side(self) -> None:
        """Make the trading state in words and the buttons below it."""
        self.state_label = PlainLabel("", self)
        font = self.state_label.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        font.setBold(True)
        self.state_label.setFont(font)
        self.reason_label = PlainLabel("", self, wrap=True)
        self.stop_button = QPushButton("Stop entries", self)
        self.cancel_button = QPushButton("Cancel all orders", self)
        self.flatten_button = HoldButton("", self)
        self.flatten_button.setObjectName("flatten")
        self.stop_button.setToolTip(
            text.tooltip("No new entries. Exits and protective orders stay possible.")
        )
        self.cancel_button.setToolTip(
            text.tooltip(
                "Cancel the orders of this client; what protects a position stays (Ctrl+Shift+X)"
            )
        )
        self.limits_button = QPushButton("Apply edited limits…", self)
        self.limits_button.setToolTip(
            text.tooltip("The limits file was edited; show what changes, then put it in force")
        )
        self.limits_button.clicked.connect(self._on_limits)
        self.limits_button.hide()
        self.lock_button = QPushButton(_LOCK, self)
        self.lock_button.setToolTip(
            text.tooltip("Until the next session the limits can only get tighter; final")
        )
        self.lock_button.clicked.connect(self._on_lock)
        self.stop_button.clicked.connect(self._on_stop)
        self.cancel_button.clicked.connect(self.cancel_all_requested)
        self.flatten_button.held.connect(self._on_held)

    def _build_pages(self) -> None:
        """Make the pages beside the buttons: limits, protection, exposure."""
        self.pages = QTabWidget(self)
        self.pages.setDocumentMode(True)
        self.dry_run = DryRunPage(self.pages)
        self.profiles = LimitProfilesPage(self.pages)
        self.pnl_check = PnlCheckPage(self.pages)
        self.protection = ProtectionPage(self.pages)
        self.protection.repair_requested.connect(self.repair_requested)
        self.exposure = ExposurePage(self.pages)
        for page, title in (
            (self.table, "Limits"),
            (self.protection, "Protection"),
            (self.exposure, "Exposure"),
            (self.pnl_check, "P&&L check"),
            (self.dry_run, "Dry run"),
            (self.profiles, "Sets of limits"),
        ):
            self.pages.addTab(page, title)
        self.log_button = QPushButton("Changes of limits…", self.pages)
        self.log_button.setToolTip(text.tooltip("Which limit went from what to what, and when"))
        self.log_button.clicked.connect(self.log_requested)
        self.pages.setCornerWidget(self.log_button)

    def _lay_out(self) -> None:
        side = QWidget(self)
        side.setFixedWidth(236)
        left = QVBoxLayout(side)
        left.setContentsMargins(8, 4, 8, 4)
        left.setSpacing(5)
        for widget in (self.state_label, self.reason_label):
            left.addWidget(widget)
        left.addStretch(1)
        edits = (self.limits_button, self.lock_button)
        for button in (*edits, self.stop_button, self.cancel_button, self.flatten_button):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            left.addWidget(button)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(side)
        line.addWidget(self.pages, 1)

    def show_link(self, link: LinkView | None, *, read_only: bool) -> None:
        """Show the trading state and offer what makes sense."""
        account = link.account if link else None
        if account != self._account:
            self._show_figures(RiskView(AccountId(""), ()))
        self._account = account
        self.dry_run.show_account(account)
        self.profiles.show_account(account)
        self._state = link.trading_state if link else None
        word, tone, meaning = ("NOT CONNECTED", "muted", "The trading state is not known yet.")
        if link is not None:
            word, tone, meaning = _STATES[link.trading_state]
        reason = text.one_line(link.trading_reason) if link else ""
        self.state_label.show_text(f"Trading {word}" if link else word)
        self.state_label.set_tone(tone)
        if read_only:
            meaning = "Read-only: nothing can be sent from here, exits and cancels neither."
        shown = f"{meaning} Reason: {reason}" if reason else meaning
        self.reason_label.show_text(shown, reason)
        self._show_buttons(link, read_only=read_only)

    def show_working(self, count: int) -> None:
        """Say how many orders a cancel of all would hit: those that protect nothing."""
        self._working = count
        self.cancel_button.setText(
            f"Cancel all orders ({count:,})" if count else "Cancel all orders"
        )

    @Slot(object)
    def take_risk(self, view: RiskView) -> None:
        """Show the newest use of the limits."""
        if self._account in (None, view.account):
            self._show_figures(view)
            self._pending = view.pending_limits
            self.limits_button.setVisible(bool(self._pending) and not self._read_only)
            self._show_lock(view)

    def _show_lock(self, view: RiskView) -> None:
        """Say on the button until when the limits are locked, or offer to lock them."""
        until, why = view.locked_until, text.one_line(view.lock_reason, 200)
        words = _LOCK if until is None else f"Limits locked until {text.day_time(until)}"
        if view.cooling_until is not None:
            words = f"Cooling down until {text.day_time(view.cooling_until)}"
        self.lock_button.setText(words)
        self.lock_button.setEnabled(until is None and bool(view.uses) and not self._read_only)
        if why:
            self.lock_button.setToolTip(text.tooltip(f"They can only get tighter: {why}"))

    def _show_figures(self, view: RiskView) -> None:
        self.model.show_view(view)
        self.exposure.show_view(view)
        self.pnl_check.show_rows(view.pnl_checks)
        self.protection.show_rows(view.coverages)
        self._show_badge(view.coverages)

    def _show_badge(self, coverages: tuple[Coverage, ...]) -> None:
        """Say on the tab what is wrong, in red; nothing while all is well."""
        bare = sum(1 for each in coverages if each.uncovered and not each.is_by_choice)
        wrong = sum(1 for each in coverages if each.repair and not each.uncovered)
        words = [f"{bare} open"] if bare else []
        words += [f"{wrong} wrong"] if wrong else []
        self.pages.setTabText(_PROTECTION, f"Protection: {', '.join(words)}" if words else _TITLE)
        self.pages.setTabIcon(_PROTECTION, _badge() if words else QIcon())

    def focus_flatten(self) -> None:
        """Put the cursor on the flatten button; Space held for a second does it."""
        self.flatten_button.setFocus()

    def _show_buttons(self, link: LinkView | None, *, read_only: bool) -> None:
        self._read_only = read_only
        self.protection.set_read_only(read_only=read_only)
        for button in (self.stop_button, self.cancel_button, self.flatten_button):
            button.setVisible(not read_only)
        self.exposure.margin_button.setVisible(not read_only)  # each question is an order to TWS
        is_active = self._state is TradingState.ACTIVE
        self.stop_button.setText("Stop entries" if is_active else "Allow entries again…")
        can_change = self._state in set(TradingState) - {TradingState.LOCKED}
        self.stop_button.setEnabled(can_change and not read_only)
        self.cancel_button.setEnabled(not read_only)
        linked = link is not None and link.state in {LinkState.READY, LinkState.DEGRADED}
        name = masked(self._account) if self._account else text.ABSENT
        self.flatten_button.setText(f"Hold 1 s: FLATTEN {name}")
        self.flatten_button.setToolTip(
            text.tooltip(
                f"Account {self._account or text.ABSENT}: cancel entries, close every position, "
                "then halt trading. Hold the mouse button or Space for one second."
            )
        )
        is_locked = self._state is TradingState.LOCKED
        enabled = linked and self._account is not None and not is_locked and not read_only
        self.flatten_button.setEnabled(enabled)

    @Slot()
    def _on_limits(self) -> None:
        if self._account is None or not self._pending or self.dialog is not None:
            return
        changes = "\n".join(text.one_line(change, 200) for change in self._pending)
        question = f"Put these limits of {masked(self._account)} in force?\n\n{changes}"
        answers = {"apply": "Put them in force", "keep": "Keep the present ones"}
        self.dialog = PlainDialog("Edited limits", question, answers, self.window())
        self.dialog.answered.connect(self._on_limits_answered)
        self.dialog.open()

    @Slot(object)
    def _on_limits_answered(self, answer: str) -> None:
        self.dialog = None
        if answer == "apply" and self._account is not None:
            self.limits_confirmed.emit(self._account)

    @Slot()
    def _on_lock(self) -> None:
        if self._account is None or self.dialog is not None:
            return
        question = (
            f"Lock the limits of {masked(self._account)} until the next session?\n\nThey can "
            "only get tighter until then. Nothing takes this back; exits always leave."
        )
        answers = {"lock": "Lock them", "keep": "Do not lock"}
        self.dialog = PlainDialog("Lock limits", question, answers, self.window())
        self.dialog.answered.connect(self._on_lock_answered)
        self.dialog.open()

    @Slot(object)
    def _on_lock_answered(self, answer: str) -> None:
        self.dialog = None
        if answer == "lock" and self._account is not None:
            self.lock_requested.emit(self._account)

    @Slot()
    def _on_stop(self) -> None:
        is_active = self._state is TradingState.ACTIVE
        (self.stop_requested if is_active else self.resume_requested).emit()

    @Slot()
    def _on_held(self) -> None:
        if self._account is not None:
            self.flatten_requested.emit(self._account)


def _badge() -> QIcon:
    """Draw the red spot of a tab that wants to be looked at."""
    spot = QPixmap(24, 24)
    spot.fill(Qt.GlobalColor.transparent)
    painter = QPainter(spot)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paint().error)
    painter.drawEllipse(4, 4, 16, 16)
    painter.end()
    return QIcon(spot)
