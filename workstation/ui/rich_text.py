"""The one place where markup is shown: articles, cleaned by an allow-list.

Nothing in it can load, run or open anything. Links are not part of the text; they are handed
out as plain values, for widgets of our own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import nh3
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QTextBrowser, QWidget
from typing_extensions import override

from workstation.ui import text
from workstation.ui.links import Link, safe_link

MOST_CHARACTERS = 60_000
"""An article is cut here before it is read."""

LONGEST_WORD = 100
"""Letters without a gap are broken here: one endless word takes seconds to lay out."""

MOST_LINKS = 20
"""More links of one article are not offered."""

DEEPEST = 40
"""Markup nested deeper is shown as plain text."""

ALLOWED = frozenset(
    [
        "p",
        "br",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "div",
        "span",
        "a",
    ]
)
_WITH_CONTENT = frozenset(
    ["script", "style", "iframe", "object", "embed", "svg", "math", "template", "title"]
)
_TAG = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
_LOOKS_MARKED = re.compile(
    r"</?(?:p|br|h[1-6]|ul|ol|li|div|b|i|pre|table|html|body)\b[^>]*>", re.IGNORECASE
)
_ENDLESS = re.compile(rf"([^\s<>&;]{{{LONGEST_WORD}}})(?=[^\s<>&;])")
_VOID = frozenset({"br", "hr"})


@dataclass(frozen=True, slots=True)
class CleanArticle:
    """An article that may be shown: markup that passed, or plain text, and its links."""

    body: str
    is_markup: bool
    links: tuple[Link, ...]
    is_cut: bool


def clean_article(foreign: str, *, is_html: bool) -> CleanArticle:
    """Clean an article; markup that is too deep or too strange becomes plain text."""
    is_cut = len(foreign) > MOST_CHARACTERS
    source = text.paragraphs(foreign, MOST_CHARACTERS)
    if not is_html and not _LOOKS_MARKED.search(source):  # providers mix both up
        source = _ENDLESS.sub(r"\1 ", source)
        return CleanArticle(source, is_markup=False, links=(), is_cut=is_cut)
    links: dict[str, Link] = {}
    marked = nh3.clean(
        source,
        tags=set(ALLOWED),
        clean_content_tags=set(_WITH_CONTENT),
        attributes={"a": {"href"}},
        attribute_filter=_collector(links),
        url_schemes={"https"},
        link_rel=None,
        strip_comments=True,
    )
    body = text.paragraphs(marked, 4 * MOST_CHARACTERS).replace("<a>", "").replace("</a>", "")
    body = _ENDLESS.sub(r"\1 ", body)
    found = tuple(links.values())
    if _depth(body) > DEEPEST:
        plain = text.paragraphs(_TAG.sub(" ", body), MOST_CHARACTERS)
        return CleanArticle(plain, is_markup=False, links=found, is_cut=is_cut)
    return CleanArticle(body, is_markup=True, links=found, is_cut=is_cut)


def _collector(links: dict[str, Link]) -> Callable[[str, str, str], str | None]:
    """Return a filter that keeps good addresses for us and lets no attribute through."""

    def collect(tag: str, name: str, value: str) -> str | None:
        if tag == "a" and name == "href" and len(links) < MOST_LINKS:
            link = safe_link(value.strip())
            if link is not None:
                links.setdefault(link.address, link)
        return None

    return collect


def _depth(markup: str) -> int:
    depth = deepest = 0
    for closing, name in _TAG.findall(markup):
        if name not in _VOID:
            depth += -1 if closing else 1
            deepest = max(deepest, depth)
    return deepest


class ArticleView(QTextBrowser):
    """Shows a cleaned article; loads nothing and follows no link."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loads_refused = 0
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setSearchPaths([])
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.document().setDocumentMargin(8)

    def show_article(self, article: CleanArticle) -> None:
        """Show an article."""
        if article.is_markup:
            self.setHtml(article.body)
        else:
            self.setPlainText(article.body)

    @override
    def loadResource(self, type: int, name: QUrl | str) -> object:
        """Return one clear pixel, whatever is asked for."""
        self.loads_refused += 1
        image = QImage(1, 1, QImage.Format.Format_ARGB32)
        image.fill(0)
        return image
