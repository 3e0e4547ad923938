"""Rows of the one view of what the broker limits: each with its use, or that it is not known."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.limit_use import (
    DAY_TRADES,
    OPTION_ORDERS,
    ORDER_EFFICIENCY,
    LimitUse,
    RiskView,
)
from workstation.domain.order_status import OrderView
from workstation.domain.subscription import DataUse, Use
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.limits import ALARM_AT, WARN_AT
from workstation.ui.models.table import Bar, Column, word_column
from workstation.ui.theme import paint

NOT_KNOWN = "not known"
MOST_ACTIVE = 20
"""Active orders that the broker takes of one contract and side. Source: R18."""


@dataclass(frozen=True, slots=True)
class BrokerLimit:
    """One limit of the broker; `share` is None where the use or the limit is not known."""

    name: str
    words: str
    share: float | None = None
    detail: str = ""


def broker_limits(
    risk: RiskView | None, use: DataUse | None, orders: Iterable[OrderView] | None
) -> tuple[BrokerLimit, ...]:
    """Return every limit in its fixed order; what is None is not known."""
    return (*_of_account(risk), _active(orders), *_of_session(use))


def _of_account(risk: RiskView | None) -> Iterator[BrokerLimit]:
    known = {} if risk is None else {each.name: each for each in risk.uses}
    trades = known.get(DAY_TRADES)
    title, told = "Day trades, of 5 days", "as the broker tells"
    if trades is None:
        yield BrokerLimit(title, NOT_KNOWN, None, "the broker has not told it")
    elif trades.catastrophic is None:
        yield BrokerLimit(title, "no limit", None, told)
    else:
        left = trades.catastrophic - trades.used
        words = f"{left:f} of {trades.catastrophic:f} left"
        yield BrokerLimit(title, words, _share(trades), told)
    for name, title, detail in (
        (ORDER_EFFICIENCY, "Order efficiency ratio, today", "messages for each filled order"),
        (OPTION_ORDERS, "390 rule: option orders a day", "average of this month's days"),
    ):
        each = known.get(name)
        if each is None or each.catastrophic is None:
            yield BrokerLimit(title, NOT_KNOWN, None, "no figures have come yet")
        else:
            words = f"{each.used:f} of {each.catastrophic:f}"
            yield BrokerLimit(title, words, _share(each), f"{detail}; orders of this client only")


def _active(orders: Iterable[OrderView] | None) -> BrokerLimit:
    """Count by account, contract and side, orders of other clients too; the fullest is shown."""
    title = "Active orders, one contract and side"
    if orders is None:
        return BrokerLimit(title, NOT_KNOWN, None, "orders have not been compared with the broker")
    counts = Counter(
        (each.account, each.con_id, each.side, each.symbol) for each in orders if each.is_working
    )
    fullest = counts.most_common(3)
    most = fullest[0][1] if fullest else 0
    named = (f"{text.one_line(of[3], 16)} {of[2].value} {count}" for of, count in fullest)
    return BrokerLimit(title, f"{most} of {MOST_ACTIVE}", most / MOST_ACTIVE, ", ".join(named))


def _of_session(use: DataUse | None) -> Iterator[BrokerLimit]:
    for title, name in (
        ("Messages a second", "messages"),
        ("Market data lines", "lines"),
        ("Depth slots", "depth"),
        ("Tick-by-tick streams", "tape"),
        ("History requests, open", "history"),
        ("History tokens, 10 minutes", "tokens"),
    ):
        each: Use | None = None if use is None else getattr(use, name)
        if each is None:
            yield BrokerLimit(title, NOT_KNOWN, None, "not told in this session")
            continue
        waiting = f"{each.waiting} paused" if each.waiting else ""
        detail = "; ".join(part for part in (waiting, text.one_line(each.detail, 200)) if part)
        share = each.used / each.most if each.most else None
        yield BrokerLimit(title, f"{each.used:,} of {each.most:,}", share, detail)


def _share(use: LimitUse) -> float | None:
    most = use.catastrophic
    return None if most is None or most <= Decimal(0) else float(use.used / most)


COLUMNS: tuple[Column[BrokerLimit], ...] = (
    word_column(
        "name", "Limit of the broker", lambda row: row.name, "Active orders, one contract and side"
    ),
    Column(
        key="use",
        title="Use",
        text=lambda row: row.words,
        sort=lambda row: row.share,
        sample="45,000 of 45,000 W",
        tip="Coloured from 70 % and 90 % of the limit on",
    ),
    Column(
        key="share",
        title="Share",
        text=lambda row: text.share(row.share),
        sort=lambda row: row.share,
        sample="100 %",
    ),
    Column(
        key="detail",
        title="What it counts, or who holds it",
        text=lambda row: text.one_line(row.detail, 200),
        sort=lambda row: row.detail,
        sample="messages for each filled order; orders of this client only",
        is_number=False,
    ),
)
_USE = 1


class BrokerLimitsModel(KeyedTableModel[str, BrokerLimit]):
    """Every limit of the broker; the key is its name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    def show_rows(self, rows: Iterable[BrokerLimit]) -> None:
        """Show these limits and no others."""
        self.show_only({row.name: row for row in rows})

    @override
    def colour(self, row: BrokerLimit, column: int) -> QColor | None:
        """Colour the use from 70 % and 90 % on, and grey what is not known."""
        colours = paint()
        if column != _USE:
            return None
        if row.share is None:
            return colours.muted
        if row.share < WARN_AT:
            return None
        return colours.error if row.share >= ALARM_AT else colours.warning

    @override
    def bars(self, row: BrokerLimit) -> Sequence[Bar]:
        """Draw the use as a bar in its own cell."""
        if not row.share:
            return ()
        colours = paint()
        colour = colours.good_bar
        if row.share >= WARN_AT:
            colour = colours.error_bar if row.share >= ALARM_AT else colours.warning_bar
        return (Bar(_USE, _USE, min(row.share, 1.0), colour),)
