"""Sixty payloads against every place that shows foreign text: nothing but text appears."""

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QTextCursor
from PySide6.QtWidgets import QLabel

from tests.qt.conftest import Stage
from tests.qt.fakes import AAPL, NOW, a_headline, a_notice
from tests.qt.hostile import PAYLOADS
from workstation.domain.commands import HeadlinesAnswer, RequestArticle, RequestHeadlines
from workstation.domain.messages import NoticeArrived
from workstation.domain.news import Article, Headline
from workstation.domain.notice import Severity
from workstation.ui import text
from workstation.ui.links import open_link, safe_link
from workstation.ui.models.news import NewsModel
from workstation.ui.panels.article import ArticlePane
from workstation.ui.rich_text import DEEPEST, MOST_CHARACTERS, MOST_LINKS, clean_article

ALL = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
MARKS = {chr(n) for n in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0, 7, 8, 27, 0x9B)}


def article(body: str, *, is_html: bool = True) -> Article:
    return Article("BRFG", "A0", body, is_html)


def test_there_are_sixty_payloads() -> None:
    assert len(PAYLOADS) == 60


@pytest.fixture
def opened(monkeypatch):
    """Record what would be opened outside; nothing may be without a click."""
    found: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(found.append(url)) or True)
    return found


@ALL
@pytest.mark.parametrize("is_html", [True, False], ids=["markup", "plain"])
def test_the_article_shows_nothing_but_text(qtbot, opened, payload: str, is_html: bool) -> None:
    pane = ArticlePane()
    qtbot.addWidget(pane)
    pane.resize(400, 300)
    pane.show_article(a_headline(text=payload), article(payload, is_html=is_html))
    pane.show()
    pane.grab()
    document = pane.view.document()

    shown = pane.view.toPlainText()
    assert "quiet" in shown
    assert pane.view.loads_refused == 0
    assert "\ufffc" not in shown
    assert not MARKS & set(shown)
    assert len(shown) <= 1.01 * MOST_CHARACTERS
    assert opened == []
    cursor = QTextCursor(document)
    for block in [document.findBlockByNumber(n) for n in range(min(document.blockCount(), 200))]:
        cursor.setPosition(block.position())
        style = cursor.charFormat()
        assert not style.isAnchor()
        assert not style.isImageFormat()
        assert style.foreground().style() is Qt.BrushStyle.NoBrush
    for button in pane.link_buttons:
        assert "invalid" not in button.text()


@pytest.mark.parametrize(
    "kind", ["script", "script unclosed", "iframe srcdoc", "svg foreign object", "template"]
)
def test_what_stands_in_a_script_is_not_even_text(kind: str) -> None:
    assert "boo" not in clean_article(PAYLOADS[kind], is_html=True).body


@ALL
def test_list_tooltip_and_log_show_nothing_but_text(payload: str) -> None:
    model = NewsModel()
    model.take([Headline(AAPL, NOW, payload, payload, payload)])

    for column in range(model.columnCount()):
        index = model.index(0, column)
        shown, tip = index.data(), index.data(TOOLTIP)
        assert len(shown) <= 300
        assert not {*MARKS, "\n"} & set(shown)
        assert len(tip) <= 14_000
        inner = tip.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "")
        assert "<" not in inner
        assert not MARKS & set(tip)


@pytest.mark.parametrize(
    "kind", ["script", "image file", "style url", "right to left", "huge", "deep lists"]
)
def test_the_window_survives_hostile_news_and_notices(ready: Stage, qtbot, kind: str) -> None:
    payload, window = PAYLOADS[kind], ready.window
    panel = window.board.news
    window.choose_symbol("AAPL")
    window.docks.focus("news")
    qtbot.waitUntil(lambda: bool(ready.commands.of(RequestHeadlines)))
    found = Headline(AAPL, NOW, payload, payload, payload)
    ready.commands.answer(RequestHeadlines, HeadlinesAnswer(AAPL, (found,)))
    ready.events(NoticeArrived(a_notice(Severity.ERROR, text=payload, effect=payload)))
    panel.table.clicked.emit(panel.table.proxy.index(0, 0))
    ready.commands.answer(RequestArticle, Article(payload, payload, payload, True))
    window.grab()

    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or not label.text()
    assert panel.article.view.loads_refused == 0


def test_loads_are_refused_even_when_markup_asks_for_them(qtbot) -> None:
    pane = ArticlePane()
    qtbot.addWidget(pane)
    pane.show()

    pane.view.setHtml("<img src='http://example.invalid/x.png'>")
    pane.grab()

    image = pane.view.loadResource(2, QUrl("file:///etc/hostname"))
    assert (image.width(), image.height()) == (1, 1)


def test_a_click_on_an_anchor_goes_nowhere(qtbot, opened) -> None:
    pane = ArticlePane()
    qtbot.addWidget(pane)
    pane.view.setHtml("<a href='https://www.example.com/'>go</a>")
    pane.view.anchorClicked.emit(QUrl("https://www.example.com/"))

    assert pane.view.toPlainText() == "go"
    assert opened == []


def test_good_links_are_buttons_that_open_on_a_click_only(qtbot, opened) -> None:
    pane = ArticlePane()
    qtbot.addWidget(pane)
    body = "<p>See <a href='https://www.example.com/a?b=1&amp;c=2'>a bank you trust</a></p>"
    pane.show_article(a_headline(), article(body))
    pane.show()
    (button,) = pane.link_buttons
    assert button.text() == "www.example.com"
    assert opened == []

    with qtbot.waitSignal(pane.link_opened):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert [url.toString() for url in opened] == ["https://www.example.com/a?b=1&c=2"]


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.example.com/x", "www.example.com"),
        ("https://xn--80ak6aa92e.com/", "xn--80ak6aa92e.com"),
        ("https://www.example.com:8443/", "www.example.com"),
        ("https://аррӏе.com/", "xn--80ak6aa92e.com"),
        ("http://www.example.com/", None),
        ("HTTPS://www.example.com/", "www.example.com"),
        ("//www.example.com/", None),
        ("www.example.com", None),
        ("https:///etc/passwd", None),
        ("https://", None),
        ("https://user@www.example.com/", None),
        ("https://user:pin@www.example.com/", None),
        ("https://www.example.com\\@evil.invalid/", None),
        ("https://localhost/", None),
        ("https://www.example.com/\n", None),
        ("https://www.example.com/\u202egpj.exe", None),
        (" https://www.example.com/", None),
        ("file:///etc/hostname", None),
        ("smb://198.51.100.7/share", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ms-settings:network", None),
        ("ftp://www.example.com/", None),
        ("mailto:a@example.com", None),
        ("qrc:/x", None),
        ("https://www.example.com/" + "a" * 3000, None),
        ("https://exa mple.com/", None),
        ("https://[::1", None),
        ("", None),
        ("view-source:https://www.example.com/", None),
    ],
)
def test_only_plain_https_is_offered(opened, address: str, host: str | None) -> None:
    link = safe_link(address)

    assert (link.host if link else None) == host
    assert link is None or open_link(link)


def test_markup_that_is_sent_as_plain_text_is_cleaned_all_the_same() -> None:
    found = clean_article("<p>a <b>b</b></p><script>boo()</script>", is_html=False)
    assert found.is_markup
    assert "boo" not in found.body

    assert clean_article("1 < 2 and 3 > 2 in a<b", is_html=False).body == "1 < 2 and 3 > 2 in a<b"


def test_links_and_depth_are_bounded() -> None:
    many = "".join(f"<a href='https://www{n}.example.com/'>x</a>" for n in range(300))
    assert len(clean_article(many, is_html=True).links) == MOST_LINKS

    deep = clean_article("<blockquote>" * (DEEPEST + 1) + "text", is_html=True)
    assert not deep.is_markup
    assert deep.body.strip() == "text"
    assert clean_article("<b>text</b>", is_html=True).is_markup


def test_long_text_is_cut_and_says_so(qtbot) -> None:
    pane = ArticlePane()
    qtbot.addWidget(pane)
    pane.show_article(a_headline(), article("word " * MOST_CHARACTERS, is_html=False))

    assert "very long" in pane.source_label.text()
    assert len(pane.view.toPlainText()) <= MOST_CHARACTERS


def test_paragraphs_keep_their_lines_and_lose_their_marks() -> None:
    assert text.paragraphs("a\r\nb\rc\x00d\u202ee") == "a\nb\nc d e"
