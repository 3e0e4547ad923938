"""News of the selected contract: headlines, and the article of the one that is chosen."""

from functools import partial

from PySide6.QtCore import QModelIndex, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import (
    CommandResult,
    Failed,
    HeadlinesAnswer,
    RequestArticle,
    RequestHeadlines,
)
from workstation.domain.ids import ConId
from workstation.domain.news import Article, Headline
from workstation.ui import text
from workstation.ui.following import SETTLE_MS
from workstation.ui.live_panel import LivePanel
from workstation.ui.models.news import HeadlineRow, NewsModel, key_of
from workstation.ui.panels.article import ArticlePane
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState
from workstation.ui.table_view import TableView

READ_MS = 300
"""A line must stay selected so long before its article is asked for."""

_EVERYONE = "All sources"


class NewsPanel(LivePanel):
    """Asks for headlines only while it can be seen, and for the article of the chosen line."""

    def __init__(
        self, state: ScreenState, commands: CommandPort, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._commands = commands
        self._con_id: ConId | None = None
        self._asked: ConId | None = None
        self._reading: tuple[str, str] | None = None
        self.model = NewsModel(self)
        self.table = TableView(self.model, "No symbol chosen", self)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.article = ArticlePane(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._on_settled)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.article)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(self._build_line())
        column.addWidget(self.splitter, 1)
        self.table.clicked.connect(self._on_clicked)
        self.table.activated.connect(self._on_clicked)
        self._article_timer = QTimer(self)
        self._article_timer.setSingleShot(True)
        self._article_timer.setInterval(READ_MS)
        self._article_timer.timeout.connect(self._on_line_settled)
        self.table.selectionModel().selectionChanged.connect(self._article_timer.start)

    def _build_line(self) -> QHBoxLayout:
        self.symbol_label = PlainLabel("", self)
        self.provider_box = QComboBox(self)
        self.provider_box.addItem(_EVERYONE)
        self.provider_box.setAccessibleName("Whose headlines are shown")
        self.provider_box.currentIndexChanged.connect(self._on_provider_chosen)
        self.refresh_button = QPushButton("Refresh", self)
        self.refresh_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.refresh_button.clicked.connect(self._on_refresh)
        line = QHBoxLayout()
        line.setContentsMargins(6, 3, 3, 0)
        line.addWidget(self.symbol_label)
        line.addWidget(self.provider_box)
        line.addStretch(1)
        line.addWidget(self.refresh_button)
        return line

    def show_contract(self, con_id: ConId | None, symbol: str) -> None:
        """Show the news of another contract."""
        if con_id == self._con_id:
            return
        self._con_id, self._asked, self._reading = con_id, None, None
        self.symbol_label.show_text(text.one_line(symbol, 24))
        self.model.clear()
        self.article.clear()
        self._show_providers()
        self.table.set_empty_text("No headlines yet" if con_id is not None else "No symbol chosen")
        self._timer.start()

    @Slot(object)
    def take_headline(self, headline: Headline) -> None:
        """Add news as it happens, if it is about our contract."""
        if headline.con_id == self._con_id:
            self.model.take([headline])
            self._show_providers()

    def link_changed(self) -> None:
        """Ask as soon as the link allows."""
        self._timer.start()

    @override
    def seen_changed(self, *, is_seen: bool) -> None:
        """Ask for what was not asked while hidden; ask for nothing while hidden."""
        if is_seen:
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def _on_settled(self) -> None:
        con_id = self._con_id
        can_ask = con_id is not None and con_id != self._asked and self._state.is_ready
        if con_id is not None and can_ask and self.is_seen:
            self._asked = con_id
            self.table.set_empty_text("Asking for headlines…")
            self._commands.send(RequestHeadlines(con_id), partial(self._take_headlines, con_id))

    def _take_headlines(self, con_id: ConId, result: CommandResult) -> None:
        if con_id != self._con_id:
            return
        if isinstance(result, HeadlinesAnswer):
            self.table.set_empty_text("No headlines")
            self.model.take(result.headlines)
            self._show_providers()
        elif isinstance(result, Failed):
            self._asked = None
            self.table.set_empty_text(f"No news: {text.one_line(result.reason)}")

    def _show_providers(self) -> None:
        names = [text.one_line(name, 40) for name in self.model.providers()]
        shown = [self.provider_box.itemText(n) for n in range(1, self.provider_box.count())]
        if names == shown:
            return
        chosen = self.provider_box.currentText()
        self.provider_box.blockSignals(True)
        self.provider_box.clear()
        self.provider_box.addItems([_EVERYONE, *names])
        self.provider_box.setCurrentText(chosen if chosen in names else _EVERYONE)
        self.provider_box.blockSignals(False)
        self._on_provider_chosen()

    @Slot()
    def _on_provider_chosen(self) -> None:
        everyone = self.provider_box.currentIndex() <= 0
        self.table.proxy.set_filter(None if everyone else self._is_of_chosen)

    def _is_of_chosen(self, row: object) -> bool:
        chosen = self.provider_box.currentText()
        return isinstance(row, HeadlineRow) and text.one_line(row.headline.provider, 40) == chosen

    @Slot()
    def _on_refresh(self) -> None:
        self._asked = None
        self._on_settled()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._read(self.model.value_at(self.table.proxy.mapToSource(index).row()))

    @Slot()
    def _on_line_settled(self) -> None:
        """Show the article of the line the arrow keys stopped at."""
        rows = [row for row in self.table.selected_rows() if isinstance(row, HeadlineRow)]
        if len(rows) == 1 and self.is_seen and key_of(rows[0].headline) != self._reading:
            self._read(rows[0])

    def _read(self, row: HeadlineRow) -> None:
        self._article_timer.stop()
        wish = RequestArticle(row.headline.provider, row.headline.article_id)
        self._reading = (wish.provider, wish.article_id)
        self.article.show_waiting(row.headline)
        self._commands.send(wish, partial(self._take_article, row.headline))

    def _take_article(self, headline: Headline, result: CommandResult) -> None:
        if (headline.provider, headline.article_id) != self._reading:
            return
        if isinstance(result, Article):
            self.article.show_article(headline, result)
        elif isinstance(result, Failed):
            self.article.show_failure(headline, result.reason)
