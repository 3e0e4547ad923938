"""The positions, and the account's figures below them."""

from decimal import Decimal

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.account import AccountPnl, AccountSummary, PositionView
from workstation.domain.finding import Finding
from workstation.domain.override import accepted
from workstation.ui import text
from workstation.ui.dialogs.plain_dialog import PlainDialog
from workstation.ui.models.positions import PositionRow, PositionsModel
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView

_FIGURES = (
    ("daily", "Daily P&L"),
    ("unrealized", "Unrealised"),
    ("realized", "Realised"),
    ("net_liquidation", "Net liquidation"),
    ("available_funds", "Available funds"),
    ("buying_power", "Buying power"),
)


class AccountLine(QWidget):
    """The account's profit and loss and its money, each under its name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 3, 8, 3)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(0)
        self.values: dict[str, PlainLabel] = {}
        for column, (name, title) in enumerate(_FIGURES):
            caption = PlainLabel(title, self)
            caption.set_tone("muted")
            value = PlainLabel(text.ABSENT, self)
            font = value.font()
            font.setBold(True)
            value.setFont(font)
            value.setAccessibleName(title)
            grid.addWidget(caption, 0, column)
            grid.addWidget(value, 1, column)
            grid.setColumnStretch(column, 1)
            self.values[name] = value
        self._tones = dict.fromkeys(self.values, "")
        self._is_history = False

    @Slot(object)
    def show_pnl(self, pnl: AccountPnl) -> None:
        """Show the newest profit and loss."""
        for name in ("daily", "unrealized", "realized"):
            self._show_signed(name, getattr(pnl, name))

    @Slot(object)
    def show_summary(self, summary: AccountSummary) -> None:
        """Show the newest money figures."""
        for name in ("net_liquidation", "available_funds", "buying_power"):
            value: Decimal | None = getattr(summary, name)
            self.values[name].show_text(
                text.money(value, summary.currency), f"As of {text.full_time(summary.updated_at)}"
            )

    def _show_signed(self, name: str, value: float | None) -> None:
        self.values[name].show_text(text.signed_money(value))
        self._tones[name] = "" if not value else "up" if value > 0 else "down"
        self._show_tones()

    def set_history(self, *, is_history: bool) -> None:
        """Grey the figures, or give their colours back."""
        self._is_history = is_history
        self._show_tones()

    def _show_tones(self) -> None:
        for name, label in self.values.items():
            label.set_tone("muted" if self._is_history else self._tones[name])


class PositionsPanel(QWidget):
    """Shows positions and account figures; asks, never acts."""

    position_selected = Signal(object)
    """PositionView the user chose."""

    close_requested = Signal(object)
    """PositionView the user wants closed, after a confirmation."""

    halve_requested = Signal(object)
    """PositionView of which the user wants half closed, after a confirmation."""

    reverse_requested = Signal(object)
    """(PositionView, findings accepted) to be turned around: tuple[PositionView, frozenset[str]]."""

    scale_in_requested = Signal(object)
    """PositionView to which the user wants to add."""

    scale_out_requested = Signal(object)
    """PositionView of which the user wants to close a part."""

    roll_requested = Signal(object)
    """PositionView of a future that shall be rolled into another month."""

    exercise_requested = Signal(object)
    """PositionView of an option that shall be exercised or lapse."""

    adjust_requested = Signal(object)
    """PositionView whose stop the broker shall adjust by itself."""

    exit_rule_requested = Signal(object)
    """PositionView whose stop shall follow its profit, moved by this program."""

    refused = Signal(object)
    """What a key asked for and cannot be done now, and why: tuple[str, str]."""

    breakeven_requested = Signal(object)
    """PositionView whose stops shall stand at its cost."""

    def __init__(self, model: PositionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.table = TableView(model, "No positions", self)
        self.account_line = AccountLine(self)
        self.dialog: PlainDialog | None = None
        self._asked: PositionView | None = None
        self._findings: tuple[Finding, ...] = ()
        self._waiting: tuple[PositionView, tuple[Finding, ...]] | None = None
        self.menu: QMenu | None = None
        self._can_trade = False
        self._is_read_only = False
        self._doubt = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(self._build_line())
        column.addWidget(self.table)
        column.addWidget(self.account_line)
        self.table.clicked.connect(self._on_clicked)
        self.table.selectionModel().selectionChanged.connect(self._show_button)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_menu)
        model.dataChanged.connect(self._show_button)
        model.rowsInserted.connect(self._show_button)
        model.rowsRemoved.connect(self._show_button)
        self._show_button()

    def set_trading(self, *, possible: bool) -> None:
        """Offer to close, or not: a session that only looks closes nothing."""
        self._can_trade = possible
        self._show_button()

    def set_read_only(self, *, read_only: bool) -> None:
        """Show what closes and changes positions, or hide it: nothing of it could be sent."""
        self._is_read_only = read_only
        for button in self._buttons():
            button.setVisible(not read_only)

    def show_doubt(self, doubt: str) -> None:
        """Say why positions and money may not be as shown; empty where nothing is in doubt."""
        if doubt != self._doubt:
            self._doubt = doubt
            self.table.set_empty_text(doubt or "No positions")
            self.account_line.set_history(is_history=bool(doubt))
            self._show_button()

    def ask_to_close(self) -> None:
        """Ask about the selected position, if there is one to close."""
        if self._chosen("Closing a position") is not None:
            self._on_close()

    @Slot()
    def ask_to_reverse(self) -> None:
        """Ask whether the selected position shall be turned around."""
        if self._chosen("Reversal") is not None:
            self._on_reverse()

    @Slot()
    def ask_to_add(self) -> None:
        """Ask how much shall be added to the selected position."""
        if (position := self._chosen("Adding to a position")) is not None:
            self.scale_in_requested.emit(position)

    @Slot()
    def ask_to_reduce(self) -> None:
        """Ask how much of the selected position shall be closed."""
        if (position := self._chosen("Reducing a position")) is not None:
            self.scale_out_requested.emit(position)

    @Slot()
    def ask_to_roll(self) -> None:
        """Ask into which month the selected position shall be rolled."""
        if (position := self._chosen("The roll")) is not None:
            self.roll_requested.emit(position)

    @Slot()
    def ask_to_exercise(self) -> None:
        """Ask how many options of the selected position shall be exercised or lapse."""
        if (position := self._chosen("The exercise")) is not None:
            self.exercise_requested.emit(position)

    def _build_line(self) -> QHBoxLayout:
        self.close_button = QPushButton("Close position…", self)
        self.close_button.setToolTip(
            text.tooltip(
                "Cancel what protects the selected position and close it now, with a limit "
                "through the market (Ctrl+Shift+P)"
            )
        )
        self.close_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.close_button.clicked.connect(self._on_close)
        self.halve_button = self._new_button("Half…", "Close half; stops and targets follow")
        self.halve_button.clicked.connect(self._on_halve)
        self.reverse_button = self._new_button(
            "Reverse…", "Cancel what protects the position and turn it around with one order"
        )
        self.reverse_button.clicked.connect(self._on_reverse)
        self.breakeven_button = self._new_button(
            "Breakeven", "Move the stops of the position to its average cost, where that is closer"
        )
        self.breakeven_button.clicked.connect(self._on_breakeven)
        self.count_label = PlainLabel("", self)
        self.count_label.set_tone("muted")
        line = QHBoxLayout()
        line.setContentsMargins(8, 3, 3, 0)
        line.addWidget(self.count_label)
        line.addStretch(1)
        for button in self._buttons():
            line.addWidget(button)
        return line

    def _new_button(self, words: str, tip: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip(text.tooltip(tip))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _buttons(self) -> tuple[QPushButton, ...]:
        moves = (self.breakeven_button, self.halve_button, self.reverse_button)
        return (*moves, self.close_button)

    def _selected(self) -> PositionView | None:
        rows = [row for row in self.table.selected_rows() if isinstance(row, PositionRow)]
        return rows[0].position if len(rows) == 1 else None

    def _closable(self) -> PositionView | None:
        position = self._selected() if self._can_trade else None
        return position if position is not None and position.quantity else None

    def _chosen(self, what: str) -> PositionView | None:
        """Return the position that can be acted on; None, and said why, without one."""
        position = self._closable()
        if position is None:
            why = "select one open position first" if self._can_trade else "nothing can be sent now"
            self.refused.emit((what, why))
        return position

    @Slot()
    def _show_button(self) -> None:
        held = sum(1 for row in self.model.values() if row.position.quantity)
        count = f"{text.count_of(held, 'position')} open" if held else ""
        self.count_label.show_text("   ".join(part for part in (count, self._doubt) if part))
        self.count_label.set_tone("warning" if self._doubt else "muted")
        for button in self._buttons():
            button.setEnabled(self._closable() is not None)

    @Slot()
    def _on_close(self) -> None:
        position = self._closable()
        if position is not None:
            what = _in_words(position, abs(position.quantity))
            question = (
                f"{what} now, with a limit through the market?\n"
                "Its stops and targets are cancelled; other orders stay."
            )
            answers = {"close": what, "keep": "Keep the position"}
            self._ask(position, "Close position", question, answers)

    @Slot()
    def _on_halve(self) -> None:
        position = self._closable()
        if position is not None:
            held = text.size(abs(position.quantity))
            what = f"half of {held} {text.one_line(position.symbol, 24)}"
            side = "Sell" if position.quantity > 0 else "Buy"
            question = (
                f"{side} {what} now, with a limit through the market?\n"
                "Its stops and targets shrink as that fills."
            )
            answers = {"halve": f"{side} half", "keep": "Keep the position"}
            self._ask(position, "Halve position", question, answers)

    @Slot()
    def _on_reverse(self) -> None:
        position = self._closable()
        if position is not None:
            what = _in_words(position, 2 * abs(position.quantity))
            now = "short" if position.quantity > 0 else "long"
            question = (
                f"{what} now and be {now}? Its stops and targets are cancelled: the new position "
                "has none."
            )
            answers = {"reverse": what, "keep": "Keep the position"}
            self._ask(position, "Reverse position", question, answers)

    @Slot()
    def _on_adjust(self) -> None:
        position = self._closable()
        if position is not None:
            self.adjust_requested.emit(position)

    @Slot()
    def _on_exit_rule(self) -> None:
        if (position := self._closable()) is not None:
            self.exit_rule_requested.emit(position)

    @Slot()
    def _on_breakeven(self) -> None:
        position = self._closable()
        if position is not None:
            self.breakeven_requested.emit(position)

    @Slot(object)
    def ask_to_confirm(self, asked: tuple[PositionView, tuple[Finding, ...]]) -> None:
        """Show what risk asks before a position is turned around."""
        if self.dialog is not None:
            self._waiting = asked  # nothing was sent, and that must not go unsaid
            return
        position, findings = asked
        shown = "\n".join(text.one_line(finding.text, 300) for finding in findings)
        question = f"Not sent yet. Please confirm:\n\n{shown}"
        answers = {"reverse": "Confirm and send", "keep": "Keep the position"}
        self._ask(position, "Reverse position", question, answers, findings)

    def _ask(
        self,
        position: PositionView,
        title: str,
        question: str,
        answers: dict[str, str],
        findings: tuple[Finding, ...] = (),
    ) -> None:
        if self.dialog is not None:
            return
        self._asked, self._findings = position, findings
        self.dialog = PlainDialog(title, question, answers, self.window())
        self.dialog.ask_reason(findings)
        self.dialog.answered.connect(self._on_answered)
        self.dialog.open()

    @Slot(object)
    def _on_answered(self, answer: str) -> None:
        reason = self.dialog.reason_edit.reason if self.dialog is not None else ""
        position, self._asked, self.dialog = self._asked, None, None
        if position is None:
            return
        if answer == "close":
            self.close_requested.emit(position)
        elif answer == "halve":
            self.halve_requested.emit(position)
        elif answer == "reverse":
            self.reverse_requested.emit((position, accepted(self._findings, reason)))
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.ask_to_confirm(waiting)

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        if self._is_read_only:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        can_close = self._closable() is not None
        for words, slot in (
            ("Close position…", self._on_close),
            ("Close half…", self._on_halve),
            ("Reduce…", self.ask_to_reduce),
            ("Add…", self.ask_to_add),
            ("Reverse…", self._on_reverse),
            ("Roll the future…", self.ask_to_roll),
            ("Exercise or lapse…", self.ask_to_exercise),
            ("Stops to breakeven", self._on_breakeven),
            ("Let the broker adjust the stop…", self._on_adjust),
            ("Exit rule…", self._on_exit_rule),
        ):
            action = menu.addAction(words)
            action.setEnabled(can_close)
            action.triggered.connect(slot)
        self.menu = menu
        menu.popup(self.table.viewport().mapToGlobal(place))

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        row = self.model.value_at(self.table.proxy.mapToSource(index).row())
        self.position_selected.emit(row.position)


def _in_words(position: PositionView, quantity: Decimal) -> str:
    side = "Sell" if position.quantity > 0 else "Buy"
    return f"{side} {text.size(quantity)} {text.one_line(position.symbol, 24)}"
