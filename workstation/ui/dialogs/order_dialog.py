"""What the dialogs for orders of several parts share: a form, what the core said, one button."""

from abc import abstractmethod

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.commands import Command, CommandResult, Done, Failed
from workstation.domain.finding import Denied, Finding, NeedsAcknowledgement, Submitted
from workstation.domain.ids import IntentId
from workstation.domain.override import accepted
from workstation.ui import text
from workstation.ui.abstract_qobject import AbstractQObjectMeta
from workstation.ui.plain_label import PlainLabel
from workstation.ui.reason_edit import ReasonEdit
from workstation.ui.ticket_rules import finding_text
from workstation.ui.ticket_wishes import new_intent

EARLIER = "With the terms as they were before:"


class OrderDialog(QDialog, metaclass=AbstractQObjectMeta):
    """Asks for one command; what risk asks is shown here and confirmed with the same button.

    A subclass fills `form` and gives `command()`. The same wish keeps its name until something
    in the form changes, so that no click sends it twice.
    """

    command_requested = Signal(object)
    """Command to send; its answer comes to take_answer()."""

    def __init__(self, title: str, send: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        self._send_words = send
        self.intent = new_intent()
        self.accepted_findings: frozenset[str] = frozenset()
        self._asked: tuple[Finding, ...] = ()
        self._sent: IntentId | None = None
        self.form = QFormLayout()
        self.words = PlainLabel("", self, wrap=True)
        self.reason_edit = ReasonEdit(self)
        self.reason_edit.confirmed.connect(self._on_reason)
        self.send_button = QPushButton(send, self)
        self.send_button.setDefault(True)
        self.send_button.clicked.connect(self._on_send)
        self.close_button = QPushButton("Close", self)
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.reject)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.send_button)
        line.addWidget(self.close_button)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 14, 16, 12)
        self.column.setSpacing(10)
        self.column.addLayout(self.form)
        self.column.addWidget(self.words)
        self.column.addWidget(self.reason_edit)
        self.column.addLayout(line)

    @abstractmethod
    def command(self) -> Command | str:
        """Return what shall be sent, or one sentence on what is missing."""

    @Slot()
    def form_changed(self) -> None:
        """Take back what was accepted: it was for other terms."""
        self.intent = new_intent()
        self.accepted_findings, self._asked = frozenset(), ()
        self.reason_edit.ask_about(())
        self.send_button.setText(self._send_words)
        self.send_button.setEnabled(True)
        self.say("")

    def say(self, sentence: str, tone: str = "") -> None:
        """Show one sentence, or several, above the buttons."""
        self.words.show_text(sentence)
        self.words.set_tone(tone)
        self.adjustSize()

    def take_answer(self, result: CommandResult) -> None:
        """Close when it was carried out; else show why not, or what must be accepted.

        An answer to terms that were changed meanwhile asks nothing: what it would be confirmed
        for does not stand in the form any more.
        """
        self.send_button.setEnabled(True)
        if self._sent is not None and self._sent != self.intent:
            self._sent = None
            self.say(f"{EARLIER} {late_words(result)}", "warning")
        elif isinstance(result, Submitted | Done):
            self.accept()
        elif isinstance(result, NeedsAcknowledgement):
            self._asked = result.findings
            if self.reason_edit.ask_about(result.findings):
                self.reason_edit.setFocus()
            self.send_button.setText("Confirm and send")
            self.say("Not sent yet. Please confirm:\n" + _listed(result.findings), "warning")
        elif isinstance(result, Denied):
            self.say("Not sent.\n" + _listed(result.findings), "error")
        elif isinstance(result, Failed):
            self.say(f"Not sent: {text.one_line(result.reason, 400)}", "error")

    @Slot()
    def _on_reason(self) -> None:
        if self.send_button.isEnabled():
            self._on_send()

    @Slot()
    def _on_send(self) -> None:
        if not self.reason_edit.is_answered:
            self.reason_edit.setFocus()
            return
        self.accepted_findings = accepted(self._asked, self.reason_edit.reason)
        command = self.command()
        if isinstance(command, str):
            self.say(command, "error")
            return
        self.send_button.setEnabled(False)
        self._sent = self.intent
        self.command_requested.emit(command)


def late_words(result: CommandResult) -> str:
    """Say what became of an order that its dialog cannot show any more."""
    match result:
        case Submitted():
            return "it was sent."
        case Done(text=said):
            return said or "it was sent."
        case NeedsAcknowledgement(findings=findings):
            return f"it was not sent, for risk asked first:\n{_listed(findings)}"
        case Denied(findings=findings):
            return f"it was denied:\n{_listed(findings)}"
        case Failed(reason=reason):
            return f"it was not sent: {text.one_line(reason, 400)}"
        case _:
            return "nothing was sent."


def _listed(findings: tuple[Finding, ...]) -> str:
    return "\n".join(f"• {text.one_line(finding_text(each), 300)}" for each in findings)
