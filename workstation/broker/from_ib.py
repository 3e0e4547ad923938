"""From the broker's words and unset marks to ours."""

import math
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.execution import Commission, Execution, Liquidity
from workstation.domain.greeks import Greeks
from workstation.domain.ids import AccountId, ClientId, ConId, ExecId, OrderId, OrderRef, PermId
from workstation.domain.order import Side
from workstation.domain.preview import MarginPreview
from workstation.domain.prices import PriceLadder
from workstation.domain.reports import MarginReport

UNSET_DOUBLE = 1.7976931348623157e308
_UNSET_DECIMALS = frozenset(
    {
        Decimal(2**127 - 1),
        Decimal(2**63 - 1),
        Decimal(-(2**63)),
        Decimal(2**31 - 1),
        Decimal(UNSET_DOUBLE),
    }
)
_PER_CONTRACT = frozenset({"FUT", "OPT", "FOP"})
"""Classes that have a multiplier; shares and currencies are themselves."""

_LARGEST = 1e300
"""Nothing real is larger; the broker's mark for an unset double is."""

_SIDES = {
    "BOT": Side.BUY, "SLD": Side.SELL,
    "BUY": Side.BUY, "SELL": Side.SELL, "SSHORT": Side.SELL, "SLONG": Side.SELL,
}  # fmt: skip
"""Sides of executions and of orders."""

_TIME = re.compile(r"^(\d{8})[ -]+(\d{2}:\d{2}:\d{2})(?: +(.+))?$")


def optional_float(value: float | None) -> float | None:
    """Return None for the broker's unset doubles and for what is not finite."""
    if value is None or not math.isfinite(value) or abs(value) >= _LARGEST:
        return None
    return value


def optional_decimal(value: object) -> Decimal | None:
    """Return an exact Decimal, or None for unset marks, NaN and infinities."""
    if value is None or value == "":
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    if not number.is_finite() or number in _UNSET_DECIMALS or abs(number) >= Decimal("1e300"):
        return None
    return number


def greeks_of(
    implied: float | None,
    delta: float | None,
    price: float | None,
    dividend: float | None,
    *others: float | None,
) -> Greeks:
    """Translate an option computation; -1 and of Greeks -2 mean "not computed".

    `others` are gamma, vega, theta and the underlying's price. Source: tws-wire.md 2.5.
    """
    gamma, vega, theta, underlying = others
    return Greeks(
        implied_volatility=None if implied is None or implied < 0 else optional_float(implied),
        delta=_computed(delta, -2),
        option_price=_computed(price, -1),
        present_value_dividend=_computed(dividend, -1),
        gamma=_computed(gamma, -2),
        vega=_computed(vega, -2),
        theta=_computed(theta, -2),
        underlying_price=_computed(underlying, -1),
    )


def _computed(value: float | None, absent: float) -> float | None:
    return None if value == absent else optional_float(value)


def plain_text(value: str) -> str:
    """Mend text of unicode escapes: Java's surrogate pairs become signs, lone halves "\ufffd"."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def side_of(word: str) -> Side:
    """Read a side; raises ValueError rather than guess one."""
    try:
        return _SIDES[word]
    except KeyError:
        raise ValueError("neither a purchase nor a sale") from None


def optional_perm_id(value: int) -> PermId | None:
    """Return None until the broker has given the order its number."""
    return PermId(value) if 0 < value < 2**63 - 1 else None


def optional_ref(value: str) -> OrderRef | None:
    """Return None where an order carries no mark."""
    return OrderRef(value) if value else None


def time_of(text: str) -> datetime | None:
    """Read an execution time such as "20261121 09:30:00 US/Eastern"; None if it cannot be read.

    Without a zone the dashed form is UTC and the spaced form is this machine's local time.
    """
    match = _TIME.match(text.strip())
    if match is None:
        return None
    zone = match[3]
    try:
        naive = datetime.strptime(f"{match[1]} {match[2]}", "%Y%m%d %H:%M:%S")  # noqa: DTZ007
        if not zone:
            return naive.replace(tzinfo=UTC) if "-" in text else naive.astimezone(UTC)
        return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ZoneInfoNotFoundError, ValueError, OverflowError, OSError):
        return None


def contract_of(ib: Any) -> Contract:
    """Translate the library's Contract."""
    return Contract(
        con_id=ConId(ib.conId),
        symbol=ib.symbol,
        sec_type=ib.secType,
        exchange=ib.exchange or "SMART",
        primary_exchange=ib.primaryExchange,
        currency=ib.currency,
        local_symbol=ib.localSymbol,
        trading_class=ib.tradingClass,
        expiry=ib.lastTradeDateOrContractMonth[:8],
        strike=optional_decimal(ib.strike) or None,
        right=ib.right if ib.right in {"C", "P"} else "",
    )


def details_of(ib: Any) -> ContractDetails:
    """Translate contract details; the ladder is the one of minTick until the rule arrives."""
    return ContractDetails(
        contract=contract_of(ib.contract),
        long_name=plain_text(ib.longName),
        ladder=PriceLadder.of_tick(optional_decimal(ib.minTick) or Decimal("0.01")),
        multiplier=_multiplier_of(ib.contract),
        price_magnifier=ib.priceMagnifier or 1,
        min_size=optional_decimal(ib.minSize) or Decimal(1),
        size_increment=optional_decimal(ib.sizeIncrement) or Decimal(1),
        order_types=frozenset(filter(None, ib.orderTypes.split(","))),
        valid_exchanges=tuple(filter(None, ib.validExchanges.split(","))),
        time_zone_id=ib.timeZoneId,
        trading_hours=ib.tradingHours,
        liquid_hours=ib.liquidHours,
        industry=plain_text(ib.industry),
        category=plain_text(ib.category),
        under_symbol=plain_text(ib.underSymbol),
        under_con_id=ConId(ib.underConId) if ib.underConId > 0 else None,
    )


def _multiplier_of(contract: Any) -> Decimal:
    """Return money per point; 0, which lets no entry pass, where a derivative lacks it."""
    absent = Decimal(0) if contract.secType in _PER_CONTRACT else Decimal(1)
    return optional_decimal(contract.multiplier) or absent


def market_rule_of(ib: Any) -> int | None:
    """Find the market rule of the first valid exchange, SMART where it is listed."""
    rules = [rule for rule in ib.marketRuleIds.split(",") if rule.strip().isdecimal()]
    venues = ib.validExchanges.split(",")
    if not rules:
        return None
    place = venues.index("SMART") if "SMART" in venues else 0
    return int(rules[min(place, len(rules) - 1)])


def margin_report_of(order_id: int, state: Any) -> MarginReport:
    """Translate the answer to a what-if; every figure may be unset."""
    commission = getattr(state, "commissionAndFees", None)
    if commission is None:
        commission = getattr(state, "commission", None)
    currency = getattr(state, "commissionAndFeesCurrency", "")
    return MarginReport(
        order_id=OrderId(order_id),
        preview=MarginPreview(
            initial_margin_change=optional_decimal(state.initMarginChange),
            maintenance_margin_change=optional_decimal(state.maintMarginChange),
            initial_margin_after=optional_decimal(state.initMarginAfter),
            maintenance_margin_after=optional_decimal(state.maintMarginAfter),
            equity_after=optional_decimal(state.equityWithLoanAfter),
            commission=optional_decimal(commission),
            currency=currency or getattr(state, "commissionCurrency", "") or "",
            warning=plain_text(state.warningText or ""),
        ),
    )


_MAY_TRADE_AT_ZERO = frozenset({"BAG", "FOP", "FUT", "IOPT", "OPT", "WAR"})
"""Kinds of contract of which 0 is a price: a combination of legs, a future, what lapses worthless."""


def _fill_price(value: object, sec_type: str) -> Decimal | None:
    """Return the price of an execution; None for an unset one, which may be written as 0."""
    price = optional_decimal(value)
    return price if price or sec_type in _MAY_TRADE_AT_ZERO else None


_LIQUIDITY = {1: Liquidity.ADDED, 2: Liquidity.REMOVED, 3: Liquidity.ROUTED}
"""Execution.lastLiquidity; 0 and what is not known yet are left out."""


def execution_of(contract: Any, ib: Any, received_at: datetime) -> Execution:
    """Translate execDetails; an unreadable time becomes the time of arrival.

    0 shares take a fill back. Raises ValueError without their number: it must not look like 0.
    Without its price the fill counts all the same.
    """
    order_id = ib.orderId if ib.orderId != 2**31 - 1 else 0
    shares = optional_decimal(ib.shares)
    if shares is None or shares < 0:
        raise ValueError("an execution without its number of shares")
    return Execution(
        exec_id=ExecId(ib.execId),
        order_id=OrderId(order_id),
        client_id=ClientId(ib.clientId),
        perm_id=optional_perm_id(ib.permId),
        order_ref=optional_ref(ib.orderRef),
        account=AccountId(ib.acctNumber),
        con_id=ConId(contract.conId),
        symbol=contract.symbol,
        side=side_of(ib.side),
        quantity=shares,
        price=_fill_price(ib.price, contract.secType),
        exchange=ib.exchange,
        time=time_of(ib.time) or received_at,
        sec_type=contract.secType,
        local_symbol=contract.localSymbol,
        liquidity=_LIQUIDITY.get(ib.lastLiquidity),
    )


def commission_of(ib: Any) -> Commission | None:
    """Translate a commission report of either name; None while the amount is unset or -1."""
    amount = getattr(ib, "commissionAndFees", None)
    if amount is None:
        amount = getattr(ib, "commission", None)
    cost = optional_decimal(amount)
    if cost is None or cost == -1:
        return None
    return Commission(
        exec_id=ExecId(ib.execId),
        commission=cost,
        currency=ib.currency,
        realized_pnl=optional_decimal(ib.realizedPNL),
    )
