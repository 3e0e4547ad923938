"""From what was collected to the answer of each kind of question.

Each function takes the question, its rows in the order of arrival, and what the end brought.
"""

from typing import Any

from workstation.domain import queries
from workstation.domain.bar import Bar
from workstation.domain.news import Article, Headline
from workstation.domain.reference import HeadlinesPage
from workstation.domain.reports import OpenOrderReport, PositionReport


def rows_of(_query: Any, rows: list[Any], _end: Any) -> tuple[Any, ...]:
    """Return every row."""
    return tuple(rows)


def whole(_query: Any, rows: list[Any], _end: Any) -> Any:
    """Return the one message; an empty tuple where a refusal said that there is nothing."""
    return rows[0] if rows else ()


def bars(_query: Any, rows: list[Bar], _end: Any) -> tuple[Bar, ...]:
    """Return the bars in rising time, each once."""
    return tuple({bar.time: bar for bar in sorted(rows, key=lambda bar: bar.time)}.values())


def positions(_query: Any, rows: list[PositionReport], _end: Any) -> tuple[PositionReport, ...]:
    """Return the last word on each position that is open."""
    last = {(row.account, row.con_id): row for row in rows}
    return tuple(row for row in last.values() if row.quantity)


def open_orders(_query: Any, rows: list[OpenOrderReport], _end: Any) -> tuple[OpenOrderReport, ...]:
    """Return the last word on each order."""
    last = {(row.perm_id, row.client_id, row.order_id): row for row in rows}
    return tuple(last.values())


def headlines(query: queries.Headlines, rows: list[Any], has_more: Any) -> HeadlinesPage:
    """Return the headlines, newest first."""
    found = [Headline(query.con_id, *row) for row in rows]
    found.sort(key=lambda headline: headline.time, reverse=True)
    return HeadlinesPage(tuple(found), bool(has_more))


def article(query: queries.ArticleOf, rows: list[Any], _end: Any) -> Article:
    """Return the body under the name it was asked for."""
    text, is_html = rows[0]
    return Article(query.provider, query.article_id, text, is_html)
