"""What the order ticket is made of, and where each part stands."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workstation.ui import text
from workstation.ui.panels.answer_strip import AnswerStrip
from workstation.ui.panels.ticket_account import TicketAccount
from workstation.ui.panels.ticket_cost import TicketCost
from workstation.ui.panels.ticket_form import TicketForm
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState


class TicketFace(QWidget):
    """The widgets of the ticket; what they do is the panel's. GUI thread."""

    def __init__(self, state: ScreenState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._build()

    def _build(self) -> None:
        self.title_label = PlainLabel("", self)
        self.title_label.set_tone("loud")
        self.name_label = PlainLabel("", self)
        self.form = TicketForm(self)
        self.form.special.extras.contracts = lambda: self._state.details
        self.margin_button = QPushButton("What-if", self)
        self.margin_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.margin_button.setToolTip(
            text.tooltip("Ask the broker for margin and commission; nothing is sent (Alt+W)")
        )
        self.cost = TicketCost(self)
        self.exits_label = PlainLabel("", self, wrap=True)
        self.figures_label = PlainLabel("", self)
        self.account = TicketAccount(self._state, self)
        for each in (self.name_label, self.exits_label, self.figures_label):
            each.set_tone("muted")
        self.obstacle_label = PlainLabel("", self, wrap=True)
        self.obstacle_label.set_tone("warning")
        self.arm_button = QPushButton("Arm", self)
        self.arm_button.setObjectName("arm")
        self.arm_button.setCheckable(True)
        self.arm_button.setToolTip(text.tooltip("Allow new entries on this live account"))
        self.submit_button = QPushButton("", self)
        self.submit_button.setObjectName("submit")
        self.strip = AnswerStrip(self)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(5)
        last_line = QHBoxLayout()
        last_line.addWidget(self.account, 1)
        last_line.addWidget(self.cost.box)
        last_line.addWidget(self.margin_button)
        labels = (self.exits_label, self.name_label, self.figures_label)
        for widget in (self.title_label, self.form.area, *labels):
            column.addWidget(widget)
        column.addLayout(last_line)
        column.addWidget(self.cost)
        column.addWidget(self.arm_button)
        column.addWidget(self.submit_button)
        column.addWidget(self.obstacle_label)
        column.addWidget(self.strip, 1)
