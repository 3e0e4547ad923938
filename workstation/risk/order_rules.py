"""What the broker's interface and a contract do not allow is refused before sending, with why.

Source: features O28, and the broker's documentation of its order types.
"""

from collections.abc import Iterator
from datetime import datetime

from workstation.domain.ats import MAY_BE_ZERO
from workstation.domain.contract import ContractDetails
from workstation.domain.finding import Finding, Level, RiskCode
from workstation.domain.order import PLAIN, OrderDraft, OrderType, Tif
from workstation.domain.order_extras import TriggerMethod
from workstation.risk.extras_rules import extras_faults
from workstation.risk.facts import Facts, reference_price, sendable
from workstation.risk.route_rules import is_whole, route_faults

_K = OrderType
_ICEBERG = frozenset({_K.LIMIT, _K.LIMIT_IF_TOUCHED, _K.RELATIVE})
_HIDDEN = frozenset({_K.LIMIT, _K.RELATIVE})
_AT_ONCE = frozenset({_K.MARKET, _K.LIMIT})
_AUCTION = frozenset({_K.MARKET_ON_CLOSE, _K.LIMIT_ON_CLOSE})
_MIDDAY = frozenset(
    {
        *(_K.RELATIVE, _K.PEG_MID, _K.MIDPRICE, _K.PEG_BEST),
        *(_K.SNAP_MID, _K.SNAP_MARKET, _K.SNAP_PRIMARY),
    }
)
_MAY_BE_ZERO = frozenset({"limit offset", "peg offset"}) | MAY_BE_ZERO
_LONGEST_MINUTES = 1440

_OFFERED = (
    ("AON", "all-or-none", lambda draft: draft.terms.all_or_none),
    ("HID", "hidden", lambda draft: draft.terms.hidden),
    ("ICE", "iceberg", lambda draft: draft.terms.display_size is not None),
    ("DIS", "discretionary", lambda draft: draft.terms.discretionary_amount is not None),
    ("GAT", "good-after-time", lambda draft: draft.terms.good_after is not None),
    ("GTD", "good-till-date", lambda draft: draft.tif is Tif.GTD),
    ("OPG", "opening-auction", lambda draft: draft.tif is Tif.OPG),
    ("SWEEP", "sweep-to-fill", lambda draft: draft.terms.sweeps),
    ("POSTATS", "posted-to-ATS", lambda draft: draft.terms.ats_seconds is not None),
)


def check_terms(facts: Facts) -> Iterator[Finding]:
    """R02: terms that go together, and that the contract offers."""
    draft = facts.draft
    sentences = [*_number_faults(draft)]
    if not sentences:
        sentences += _trail_faults(draft)
        sentences += _size_faults(draft)
        sentences += _time_faults(draft, facts.now)
        sentences += _kind_faults(draft)
        sentences += _offer_faults(draft, facts.details)
        sentences += _increment_faults(facts)
        sentences += route_faults(draft, facts.details)
        sentences += extras_faults(draft, facts.details, facts.now)
    for sentence in sentences:
        yield Finding(RiskCode.TERMS, Level.HARD, sentence)
    after = draft.terms.good_after
    if after is not None and after <= facts.now:
        text = "The time after which the order is good is past; it would work at once."
        yield Finding(RiskCode.ALREADY_DUE, Level.SOFT, text)
    elif _is_due(draft, facts.now):
        text = "The time of a condition is past; it holds at once."
        yield Finding(RiskCode.ALREADY_DUE, Level.SOFT, text)


def _is_due(draft: OrderDraft, now: datetime) -> bool:
    conditions = draft.terms.conditions
    times = () if conditions is None else (x.time for x in conditions.each if x.is_more)
    return any(each is not None and each <= now for each in times)


def _number_faults(draft: OrderDraft) -> Iterator[str]:
    for name, number in draft.terms.numbers.items():
        if not sendable(number):
            yield f"The {name} is not a number that can be sent."
        elif number < 0 or (number == 0 and name not in _MAY_BE_ZERO):
            yield f"The {name} must be greater than 0."


def _trail_faults(draft: OrderDraft) -> Iterator[str]:
    terms, kind = draft.terms, draft.order_type
    distances = [each for each in (terms.trail_amount, terms.trail_percent) if each is not None]
    if kind.trails and len(distances) != 1:
        yield "A trailing stop needs either an amount or a percentage to trail by."
    if kind.trails and terms.trail_percent is not None and terms.trail_percent >= 100:
        yield "A trailing stop trails by less than 100 %."
    if not kind.trails and (distances or terms.trail_stop is not None):
        yield f"A {kind.value} order does not trail."
    limited = kind is _K.TRAIL_LIMIT
    if limited and (terms.trail_stop is None or terms.limit_offset is None):
        yield "A trailing stop limit needs its first stop and the offset of its limit."
    if not limited and terms.limit_offset is not None:
        yield f"A {kind.value} order takes no limit offset."
    if terms.peg_offset is not None and not kind.takes_offset:
        yield f"A {kind.value} order takes no peg offset."


def _size_faults(draft: OrderDraft) -> Iterator[str]:
    terms, kind = draft.terms, draft.order_type
    shown = terms.display_size
    if shown is not None:
        if kind not in _ICEBERG:
            yield f"A {kind.value} order cannot show a part of its size."
        if shown != shown.to_integral_value() or not shown < draft.quantity:
            yield "An iceberg shows a whole number that is less than its quantity."
        if terms.hidden or terms.all_or_none:
            yield "An iceberg is neither hidden nor all-or-none."
    if terms.hidden and kind not in _HIDDEN:
        yield f"A {kind.value} order cannot be hidden."
    if terms.all_or_none and (draft.tif in {Tif.IOC, Tif.FOK, Tif.OPG} or kind in _AUCTION):
        yield f"All-or-none does not go with {draft.tif.value} {kind.value} orders."
    if terms.discretionary_amount is not None and kind is not _K.LIMIT:
        yield "A discretionary amount belongs to a limit order."


def _time_faults(draft: OrderDraft, now: datetime) -> Iterator[str]:
    terms = draft.terms
    if terms.good_till is not None and terms.good_till <= now:
        yield "The time until which the order would stand is past."
    if (draft.tif is Tif.GTD) is not (terms.good_till is not None):
        yield "A good-till-date order, and no other, needs the time until which it stands."
    if (draft.tif is Tif.MINUTES) is not (terms.minutes is not None):
        yield "An order that stands for minutes, and no other, needs their number."
    elif terms.minutes is not None and not is_whole(terms.minutes, most=_LONGEST_MINUTES):
        yield f"An order stands for a whole number of minutes, {_LONGEST_MINUTES} at most."
    if terms.good_after and terms.good_till and not terms.good_after < terms.good_till:
        yield "The order would end before it begins."


def _kind_faults(draft: OrderDraft) -> Iterator[str]:
    kind, tif = draft.order_type, draft.tif
    if tif in {Tif.IOC, Tif.FOK, Tif.OPG} and kind not in _AT_ONCE and not kind.takes_stop:
        yield f"A {kind.value} order cannot be {tif.value}."
    if tif is Tif.OPG and kind not in _AT_ONCE:
        yield "Only market and limit orders take part in the opening auction."
    if kind in _AUCTION and tif is not Tif.DAY:
        yield "An order for the closing auction stands for the day."
    if draft.outside_rth and (kind in _AUCTION or kind in _MIDDAY or tif is Tif.OPG):
        yield f"A {kind.value} {tif.value} order works in regular hours only."
    triggers = kind.takes_stop or kind.trails
    if draft.terms.trigger_method is not TriggerMethod.DEFAULT and not triggers:
        yield f"A {kind.value} order waits for no trigger."


def _offer_faults(draft: OrderDraft, details: ContractDetails | None) -> Iterator[str]:
    if details is None or not details.order_types:
        return  # R02 refuses an unknown contract; a contract without a list offers what it will
    if draft.terms == PLAIN and draft.tif not in {Tif.GTD, Tif.OPG}:
        return
    for code, name, wanted in _OFFERED:
        if wanted(draft) and code not in details.order_types:
            yield f"The contract takes no {name} orders."


def _increment_faults(facts: Facts) -> Iterator[str]:
    """Compare the distances with the increment of prices where the market is."""
    reference = reference_price(facts)
    if facts.details is None or reference is None:
        return
    increment = facts.details.ladder.increment_at(reference)
    terms = facts.draft.terms
    for name, distance in (
        ("trail amount", terms.trail_amount),
        ("limit offset", terms.limit_offset),
        ("peg offset", terms.peg_offset),
        ("discretionary amount", terms.discretionary_amount),
        ("distance beyond the best", None if terms.ats is None else terms.ats.beyond_best),
    ):
        if distance is not None and distance % increment:
            yield f"The {name} is not on the price increment of {increment}."
