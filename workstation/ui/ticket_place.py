"""Where the ticket stands, or what is said in its place."""

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workstation.ui.plain_label import PlainLabel


class TicketPlace(QStackedWidget):
    """The ticket, or a page that says why there is none."""

    def __init__(self, ticket: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ticket = ticket
        self._page = QWidget(self)
        self.words = PlainLabel("", self._page, wrap=True)
        self.words.set_tone("warning")
        column = QVBoxLayout(self._page)
        column.addWidget(self.words)
        column.addStretch(1)
        self.addWidget(ticket)
        self.addWidget(self._page)
        self.setFocusProxy(ticket)

    def show_reason(self, words: str) -> None:
        """Show the page with these words; the ticket where they are empty."""
        self.words.show_text(words)
        self.setCurrentWidget(self._page if words else self._ticket)
