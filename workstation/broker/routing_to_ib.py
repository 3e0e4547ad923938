"""Where an order goes, for how long, and how it trades there, written for the broker's library."""

from decimal import Decimal

from ibapi.const import UNSET_INTEGER
from ibapi.order import COMPETE_AGAINST_BEST_OFFSET_UP_TO_MID
from ibapi.order import Order as IbOrder

from workstation.broker.extras_to_ib import number
from workstation.domain.ats import ATS_ROUTE, AtsTerms
from workstation.domain.order import OrderDraft


def write_routing(ib: IbOrder, draft: OrderDraft) -> None:
    """Write route preferences and the time of a Minutes order; the rest is said to be absent.

    An order that goes to the broker's own network is marked as not held: so it must be.
    Source: features O7 and O25, tws-wire.md 2.4.
    """
    terms = draft.terms
    ib.sweepToFill = terms.sweeps
    ib.notHeld = draft.route == ATS_ROUTE
    ib.duration = _whole(terms.minutes)
    ib.postToAts = _whole(terms.ats_seconds)
    ats = terms.ats or AtsTerms()
    ib.minTradeQty = _whole(ats.least_trade)
    ib.minCompeteSize = _whole(ats.least_rival)
    ib.competeAgainstBestOffset = number(ats.beyond_best)
    if ats.to_middle:
        ib.competeAgainstBestOffset = COMPETE_AGAINST_BEST_OFFSET_UP_TO_MID
    ib.midOffsetAtWhole = number(ats.whole_offset)
    ib.midOffsetAtHalf = number(ats.half_offset)


def _whole(value: Decimal | None) -> int:
    return UNSET_INTEGER if value is None else int(value)
