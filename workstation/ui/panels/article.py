"""One article: its headline, its cleaned text, and its links as buttons of our own."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workstation.domain.news import Article, Headline
from workstation.ui import text
from workstation.ui.links import Link, open_link
from workstation.ui.plain_label import PlainLabel
from workstation.ui.rich_text import ArticleView, CleanArticle, clean_article


class ArticlePane(QWidget):
    """Shows an article; opens a link only when its own button is pressed."""

    link_opened = Signal(object)
    """Link the user had opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title_label = PlainLabel("", self, wrap=True)
        font = self.title_label.font()
        font.setBold(True)
        self.title_label.setFont(font)
        self.source_label = PlainLabel("", self)
        self.source_label.set_tone("muted")
        self.view = ArticleView(self)
        self._links: dict[QPushButton, Link] = {}
        self._link_area = QWidget(self)
        self._link_line = QHBoxLayout(self._link_area)
        self._link_line.setContentsMargins(8, 2, 8, 2)
        self._link_line.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(self._link_area)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFixedHeight(36)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        head = QVBoxLayout()
        head.setContentsMargins(8, 2, 8, 0)
        head.addWidget(self.title_label)
        head.addWidget(self.source_label)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addWidget(self._scroll)
        self.clear()

    @property
    def link_buttons(self) -> tuple[QPushButton, ...]:
        """The buttons of the links, in the order of the article."""
        return tuple(self._links)

    def clear(self) -> None:
        """Show no article."""
        self.title_label.show_text("")
        self.source_label.show_text("Choose a headline to read it")
        self._show(CleanArticle("", is_markup=False, links=(), is_cut=False))

    def show_waiting(self, headline: Headline) -> None:
        """Show whose article is on its way."""
        self._show_head(headline, "asking for the article…")
        self._show(CleanArticle("", is_markup=False, links=(), is_cut=False))

    def show_failure(self, headline: Headline, reason: str) -> None:
        """Say why there is no article."""
        self._show_head(headline, "")
        words = f"The article cannot be shown: {text.one_line(reason)}"
        self._show(CleanArticle(words, is_markup=False, links=(), is_cut=False))

    def show_article(self, headline: Headline, article: Article) -> None:
        """Show an article after cleaning it."""
        cleaned = clean_article(article.text, is_html=article.is_html)
        self._show_head(headline, "cut: it is very long" if cleaned.is_cut else "")
        self._show(cleaned)

    def _show_head(self, headline: Headline, note: str) -> None:
        self.title_label.show_text(text.one_line(headline.text, 300))
        parts = [text.one_line(headline.provider, 20), text.full_time(headline.time), note]
        self.source_label.show_text("   ".join(part for part in parts if part))

    def _show(self, article: CleanArticle) -> None:
        self.view.show_article(article)
        for button in self._links:
            self._link_line.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._links = {}
        for place, link in enumerate(article.links):
            button = QPushButton(text.button_text(text.one_line(link.host, 40)), self._link_area)
            button.setToolTip(text.tooltip(f"Open in the browser: {link.address}"))
            button.clicked.connect(self._on_link_clicked)
            self._link_line.insertWidget(place, button)
            self._links[button] = link
        self._scroll.setVisible(bool(article.links))

    @Slot()
    def _on_link_clicked(self) -> None:
        sender = self.sender()
        link = self._links.get(sender) if isinstance(sender, QPushButton) else None
        if link is not None and open_link(link):
            self.link_opened.emit(link)
