"""Gives a template to charts that are open already: to all, or to those of a kind on a question."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from workstation.ui import text
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.templates import (
    KINDS,
    Template,
    Templates,
    apply_template,
    kind_of,
    template_of,
)
from workstation.ui.plain_label import PlainLabel


class OfferDialog(QDialog):
    """Asks whether open charts shall take a default that has changed. Opened, never executed."""

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Default of charts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words = PlainLabel(words, self)
        self.buttons = QDialogButtonBox(self)
        role = QDialogButtonBox.ButtonRole
        self.apply_button = self.buttons.addButton("Apply", role.AcceptRole)
        self.leave_button = self.buttons.addButton("Leave them", role.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.addWidget(self.words)
        column.addWidget(self.buttons)


class TemplateOffer(QObject):
    """Applies templates to the open charts; each keeps its symbol and its size of bars.

    A chart that replays is left alone: its record would be lost. GUI thread.
    """

    def __init__(
        self, templates: Templates, panels: Callable[[], Iterable[ChartPanel]], window: QWidget
    ) -> None:
        super().__init__(window)
        self._templates, self._panels, self._window = templates, panels, window
        self._kind = ""
        self.dialog: OfferDialog | None = None

    @Slot(object)
    def apply_to_all(self, name: object) -> None:
        """Let every open chart look as a template."""
        template = self._templates.get(name)
        if template is not None:
            for panel in self._different(template, None):
                _apply(panel, template)

    @Slot(object)
    def offer(self, kind: str) -> None:
        """Ask whether the open charts of a kind shall take its default, if they look otherwise."""
        template = self._templates.get(self._templates.default_name(kind))
        if template is None or self.dialog is not None:
            return
        count = len(self._different(template, kind))
        if not count:
            return
        charts = "1 open chart" if count == 1 else f"{count} open charts"
        name = text.one_line(self._templates.default_name(kind), 40)
        words = (
            f"New charts of {KINDS[kind]} begin as “{name}” from now on.\n"
            f"Apply it to {charts} of {KINDS[kind]} too? Symbols and sizes of bars stay."
        )
        self._kind = kind
        self.dialog = OfferDialog(words, self._window)
        self.dialog.accepted.connect(self._on_accepted)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def _different(self, template: Template, kind: str | None) -> list[ChartPanel]:
        """Return the charts, of a kind or of all kinds, that look otherwise than a template."""
        look = {name: each for name, each in template.items() if name != "size"}
        return [
            panel
            for panel in self._panels()
            if not panel.data.is_replaying
            and (kind is None or (panel.data.details and kind_of(panel.data.sec_type) == kind))
            and template_of(panel, sized=False) != look
        ]

    @Slot()
    def _on_accepted(self) -> None:
        template = self._templates.get(self._templates.default_name(self._kind))
        if template is not None:
            for panel in self._different(template, self._kind):
                _apply(panel, template)

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None


def _apply(panel: ChartPanel, template: Template) -> None:
    apply_template(panel, {**template, "size": panel.data.timeframe.name})
