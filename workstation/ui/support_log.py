"""Puts what the user was told into the log file, so that support can follow a session.

All of it is information: a warning in the file is a fault of the program itself. Accounts are
masked by the file's own formatter.
"""

import logging

from workstation.domain.link import LinkView
from workstation.domain.notice import Notice
from workstation.domain.order_status import OrderView

log = logging.getLogger(__name__)


def note_notice(notice: Notice) -> None:
    """Write a sentence the user saw, with its code and what it means."""
    code = "" if notice.code is None else f" (code {notice.code})"
    rest = " | ".join(part for part in (notice.effect, notice.advice) if part)
    log.info("notice %s%s: %r %s", notice.severity.name, code, notice.text, rest)


def note_link(old: LinkView | None, new: LinkView) -> None:
    """Write a change of the link or of the trading state."""
    before = None if old is None else (old.state, old.trading_state, old.is_silent)
    if before != (new.state, new.trading_state, new.is_silent):
        silent = ", silent" if new.is_silent else ""
        log.info("link %s%s: %r; trading %s", new.state, silent, new.reason, new.trading_state)


def note_order(order: OrderView) -> None:
    """Write the state of an order that changed."""
    log.info(
        "order %s %s %s %r: %s, filled %s of %s, %r",
        order.order_id,
        order.side,
        order.order_type,
        order.symbol,
        order.display_state,
        order.filled,
        order.quantity,
        order.note,
    )
