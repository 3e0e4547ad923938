"""What the positions expose the account to, and what a shock or a bad day would do: estimates."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from workstation.domain.limit_use import ExposureRow, RiskView, TailRisk
from workstation.ui import text
from workstation.ui.margin_estimate import MarginEstimate, MarginQuestions
from workstation.ui.models.exposures import KINDS, ExposuresModel
from workstation.ui.models.scenarios import ScenariosModel
from workstation.ui.plain_label import PlainLabel
from workstation.ui.table_view import TableView

_EVERY = "Every group"


class ExposurePage(QWidget):
    """Groups of positions beside the grid of shocks."""

    margins_requested = Signal()
    """One what-if a position, to estimate what margin each claims."""

    groups_requested = Signal()
    """The user wants to see and edit what moves together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[ExposureRow] = ()
        self.model = ExposuresModel(self)
        self.scenarios = ScenariosModel(self)
        self.kind_box = QComboBox(self)
        self.kind_box.setAccessibleName("Group positions by")
        self.kind_box.addItem(_EVERY, "")
        for kind, words in KINDS.items():
            if kind != "account":
                self.kind_box.addItem(f"By {words.lower()}", kind)
        self.kind_box.currentIndexChanged.connect(self._on_kind_chosen)
        self.table = TableView(self.model, "No positions", self)
        self.grid = TableView(self.scenarios, "No positions", self)
        self.margin_button = QPushButton("Ask for margins", self)
        self.margin_button.setToolTip(
            text.tooltip("One what-if a position; the broker wants few of them for each order")
        )
        self.margin_button.clicked.connect(self.margins_requested)
        self.margin_label = PlainLabel("", self, wrap=True)
        self.groups_button = QPushButton("Groups…", self)
        self.groups_button.setToolTip(
            text.tooltip("Symbols, underlyings and sectors that move together, with their factors")
        )
        self.groups_button.clicked.connect(self.groups_requested)
        self.shock_label = PlainLabel("", self, wrap=True)
        self.tail_label = PlainLabel("", self, wrap=True)
        self._lay_out()

    def _lay_out(self) -> None:
        groups, shocks = QWidget(self), QWidget(self)
        left, right = QVBoxLayout(groups), QVBoxLayout(shocks)
        for column in (left, right):
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(3)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 6, 0)
        line.addWidget(self.kind_box)
        line.addWidget(self.margin_button)
        line.addWidget(self.margin_label, 1)
        left.addLayout(line)
        left.addWidget(self.table, 1)
        right.addWidget(self.grid, 1)
        self.shock_label.setContentsMargins(6, 0, 6, 2)
        said = QHBoxLayout()
        said.addWidget(self.shock_label, 1)
        said.addWidget(self.groups_button)
        right.addLayout(said)
        self.tail_label.setContentsMargins(6, 0, 6, 2)
        right.addWidget(self.tail_label)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(groups)
        split.addWidget(shocks)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)

    def ask_margins(self, questions: MarginQuestions) -> None:
        """Have the button ask, and show what comes back."""
        self.margins_requested.connect(questions.start)
        questions.changed.connect(self.show_margins)

    def show_view(self, view: RiskView) -> None:
        """Show these figures and no others."""
        self._rows = view.exposures
        self._show_rows()
        self.scenarios.show_rows(view.scenarios, view.shock_groups)
        words = f"{shock_words(view.unmodelled)} {group_words(view)}".strip()
        self.shock_label.show_text(words, members_words(view))
        is_shown = bool(view.scenarios or view.unmodelled or view.shock_fault)
        self.shock_label.setVisible(is_shown)
        self.tail_label.show_text(tail_words(view.tail))
        self.tail_label.setVisible(view.tail is not None)

    @Slot(object)
    def show_margins(self, estimate: MarginEstimate) -> None:
        """Show how far the questions are, then what they found."""
        self.margin_button.setEnabled(not estimate.is_running)
        self.margin_label.show_text(margin_words(estimate))

    def _show_rows(self) -> None:
        kind = self.kind_box.currentData()
        wanted = {kind, "account"} if kind else {row.kind for row in self._rows}
        self.model.show_rows([row for row in self._rows if row.kind in wanted])

    @Slot(int)
    def _on_kind_chosen(self, _index: int) -> None:
        self._show_rows()


def shock_words(unmodelled: Sequence[str]) -> str:
    """Say what the grid rests on, and what it leaves out."""
    words = "Estimate. vol: of itself; FX: other currencies. Options by Black-Scholes (European), the broker's volatility, no interest."
    if unmodelled:
        names = text.one_line(", ".join(unmodelled), 120)
        words += f" Not known, and left out: {names}."
    return words


def group_words(view: RiskView) -> str:
    """Say which groups move by factors of their own, or why their file is of no use."""
    fault = f"Groups: {text.one_line(view.shock_fault, 200)}." if view.shock_fault else ""
    if not view.shock_groups:
        return fault
    named = (
        f"{text.one_line(each.name, 24)} ×{each.price:f}"
        + (f" (vol ×{each.volatility:f})" if each.volatility != 1 else "")
        + f": {text.count_of(len(each.members), 'position')}"
        for each in view.shock_groups
    )
    return f"{fault} Groups in force: {'; '.join(named)}.".strip()


def members_words(view: RiskView) -> str:
    """Name the members of each group, a line each."""
    return "\n".join(
        f"{text.one_line(each.name, 24)}: {text.one_line(', '.join(each.members), 200) or 'none held'}"
        for each in view.shock_groups
    )


def margin_words(estimate: MarginEstimate) -> str:
    """Say what the positions claim one by one and together; an estimate."""
    if estimate.is_running:
        return f"Asking the broker: {estimate.asked} of {estimate.total}…"
    if not estimate.total:
        return "No positions."
    known = estimate.total - estimate.unknown
    money = estimate.currency
    words = (
        f"Estimate from {text.count_of(known, 'what-if')}: one by one "
        f"{text.money(estimate.alone, money)} initial, {text.money(estimate.maintenance)} maintenance"
    )
    if estimate.whole is not None:
        words += f"; together {text.money(estimate.whole)} initial"
    if estimate.unknown:
        words += f"; {text.count_of(estimate.unknown, 'position')} not known"
    return f"{words}."


def tail_words(tail: TailRisk | None) -> str:
    """Say what a bad day of the past would cost today; empty where it is not known."""
    if tail is None:
        return ""
    missing = f"; {text.count_of(tail.missing, 'position')} left out" if tail.missing else ""
    return (
        f"One day, {tail.confidence} % (estimate from {tail.days} days{missing}):  "
        f"value at risk {text.money(tail.value_at_risk)}   "
        f"expected shortfall {text.money(tail.expected_shortfall)}"
    )
