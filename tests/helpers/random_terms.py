"""Orders with any combination of further terms, as a user could wish for."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from workstation.domain.algos import ALGOS, AlgoParam, ParamKind, time_text
from workstation.domain.ats import AtsTerms
from workstation.domain.ids import ConId
from workstation.domain.order import OrderTerms, OrderType, Tif
from workstation.domain.order_extras import (
    AdjustedType,
    Adjustment,
    Algo,
    Condition,
    ConditionKind,
    Conditions,
    OcaGroup,
    OcaType,
    TriggerMethod,
)

AAPL = ConId(265598)
PRICES = st.decimals("0.01", "9999", places=2)
MOMENTS = st.integers(1_790_000_000, 1_830_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
NAMES = st.text("abcXYZ019 _-#", min_size=1, max_size=20).map(str.strip).filter(bool)
OFFSETS = st.decimals("0.00", "5", places=2)
WHOLE = st.integers(1, 1440).map(Decimal)


def maybe(strategy: Any) -> Any:
    return st.none() | strategy


def _value_of(param: AlgoParam) -> Any:
    match param.kind:
        case ParamKind.CHOICE:
            return st.sampled_from(param.choices)
        case ParamKind.FLAG:
            return st.sampled_from(("0", "1"))
        case ParamKind.TIME:
            return MOMENTS.map(time_text)
        case ParamKind.WHOLE:
            return st.integers(1, 10_000).map(str)
        case _:
            return st.sampled_from(("0.05", "0.1", "0.25", "0.5"))


@st.composite
def algos(draw: Any) -> Algo:
    spec = draw(st.sampled_from(ALGOS))
    chosen = [each for each in spec.params if each.required or draw(st.booleans())]
    return Algo(
        strategy=spec.strategy,
        params=tuple((each.tag, draw(_value_of(each))) for each in chosen),
    )


@st.composite
def conditions(draw: Any) -> Condition:
    kind = draw(st.sampled_from(ConditionKind))
    given: dict[str, Any] = {"kind": kind, "joins_and": draw(st.booleans())}
    if kind is ConditionKind.EXECUTION:
        return Condition(symbol="MSFT", sec_type="STK", exchange="SMART", **given)
    given["is_more"] = draw(st.booleans())
    if kind is ConditionKind.TIME:
        return Condition(time=draw(MOMENTS), **given)
    if kind is ConditionKind.MARGIN:
        return Condition(value=Decimal(draw(st.integers(0, 100))), **given)
    given |= {"con_id": draw(st.sampled_from((AAPL, ConId(8314)))), "exchange": "SMART"}
    if kind is ConditionKind.VOLUME:
        return Condition(value=Decimal(draw(st.integers(1, 10**8))), **given)
    if kind is ConditionKind.PRICE:
        given["trigger_method"] = draw(st.sampled_from(TriggerMethod))
    return Condition(value=draw(PRICES), **given)


@st.composite
def adjustments(draw: Any) -> Adjustment:
    becomes = draw(st.sampled_from(AdjustedType))
    limited = becomes in {AdjustedType.STOP_LIMIT, AdjustedType.TRAIL_LIMIT}
    return Adjustment(
        trigger_price=draw(PRICES),
        becomes=becomes,
        stop_price=draw(PRICES),
        limit_price=draw(PRICES) if limited else None,
        trail_amount=draw(PRICES) if becomes.trails else None,
        trails_by_percent=becomes.trails and draw(st.booleans()),
    )


@st.composite
def groups_of_conditions(draw: Any) -> Conditions:
    return Conditions(
        each=tuple(draw(st.lists(conditions(), min_size=1, max_size=4))),
        cancels=draw(st.booleans()),
        ignores_rth=draw(st.booleans()),
    )


@st.composite
def ats_terms(draw: Any, kind: OrderType) -> AtsTerms | None:
    """Draw what an order of a kind may say of the broker's network without going to it alone."""
    if kind not in {OrderType.PEG_BEST, OrderType.PEG_MID}:
        return None
    best = kind is OrderType.PEG_BEST
    to_middle = best and draw(st.booleans())
    follows = to_middle or not best
    terms = AtsTerms(
        least_rival=draw(maybe(WHOLE)) if best else None,
        beyond_best=draw(OFFSETS) if best and not to_middle else None,
        to_middle=to_middle,
        whole_offset=draw(maybe(OFFSETS)) if follows else None,
        half_offset=draw(maybe(OFFSETS)) if follows else None,
    )
    return None if terms == AtsTerms() else terms


@st.composite
def terms_of(draw: Any, kind: OrderType, tif: Tif) -> OrderTerms:
    """Draw any terms that have a place on the wire beside this kind and time in force."""
    by_percent = kind.trails and draw(st.booleans())
    group = st.builds(OcaGroup, name=NAMES, oca_type=st.sampled_from(OcaType))
    trailing: dict[str, Any] = {}
    if kind.trails:
        trailing["trail_percent" if by_percent else "trail_amount"] = draw(
            st.decimals("0.01", "99", places=2)
        )
        trailing["trail_stop"] = draw(PRICES)
    if kind is OrderType.TRAIL_LIMIT:
        trailing["limit_offset"] = draw(st.decimals("0.01", "5", places=2))
    if kind.takes_offset:
        trailing["peg_offset"] = draw(st.decimals("0.01", "5", places=2))
    return OrderTerms(
        display_size=draw(maybe(st.integers(1, 500).map(Decimal))),
        discretionary_amount=draw(maybe(st.decimals("0.01", "5", places=2))),
        hidden=draw(st.booleans()),
        all_or_none=draw(st.booleans()),
        trigger_method=draw(st.sampled_from(TriggerMethod)),
        good_after=draw(maybe(MOMENTS)),
        good_till=draw(MOMENTS) if tif is Tif.GTD else None,
        include_overnight=draw(st.booleans()),
        oca=draw(maybe(group)),
        algo=draw(maybe(algos())),
        conditions=draw(maybe(groups_of_conditions())),
        adjustment=draw(maybe(adjustments())),
        sweeps=draw(st.booleans()),
        minutes=draw(WHOLE) if tif is Tif.MINUTES else None,
        ats_seconds=draw(maybe(WHOLE)),
        ats=draw(ats_terms(kind)),
        **trailing,
    )


@st.composite
def kinds_and_terms(draw: Any) -> tuple[OrderType, Tif, OrderTerms]:
    """Draw a kind of order, a time in force and terms that go with both."""
    kind, tif = draw(st.sampled_from(OrderType)), draw(st.sampled_from(Tif))
    return kind, tif, draw(terms_of(kind, tif))
