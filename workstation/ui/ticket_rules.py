"""What the ticket knows without widgets: words, estimates and what stands in the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap

from workstation.domain.contract import ContractDetails
from workstation.domain.finding import Finding, Level, TradingState
from workstation.domain.link import LinkState
from workstation.domain.order import PLAIN, OrderTerms, OrderType, Side, Tif, terms_words
from workstation.domain.order_extras import Adjustment, adjustment_words
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import Quote
from workstation.ui import text
from workstation.ui.screen_state import ScreenState

KINDS = (
    OrderType.LIMIT,
    OrderType.MARKET,
    OrderType.STOP,
    OrderType.STOP_LIMIT,
    OrderType.TRAIL,
    OrderType.TRAIL_LIMIT,
    OrderType.MARKET_IF_TOUCHED,
    OrderType.LIMIT_IF_TOUCHED,
    OrderType.MARKET_ON_CLOSE,
    OrderType.LIMIT_ON_CLOSE,
    OrderType.MIDPRICE,
    OrderType.RELATIVE,
    OrderType.PEG_MID,
    OrderType.PEG_BEST,
    OrderType.SNAP_MID,
    OrderType.SNAP_MARKET,
    OrderType.SNAP_PRIMARY,
    OrderType.MARKET_TO_LIMIT,
    OrderType.MARKET_PROTECTED,
    OrderType.STOP_PROTECTED,
)
TIFS = (Tif.DAY, Tif.GTC, Tif.IOC, Tif.FOK, Tif.GTD, Tif.OPG, Tif.DTC, Tif.MINUTES)
"""Kinds and times in force whose every term has a field here."""

_WIDEST = 40
"""Characters of a line on the button that sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exits:
    """Target and stop of a bracket; None where a field is empty."""

    target: Decimal | None = None
    stop: Decimal | None = None
    tif: Tif = Tif.GTC
    adjustment: Adjustment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What stands in the ticket's fields; None where a field is empty."""

    side: Side = Side.BUY
    quantity: Decimal | None = None
    order_type: OrderType = OrderType.LIMIT
    limit_price: Decimal | None = None
    tif: Tif = Tif.DAY
    stop_price: Decimal | None = None
    exits: Exits | None = None
    special: OrderTerms = PLAIN
    outside_rth: bool = False
    route: str = ""
    """The exchange to which it goes directly, empty for where the contract trades."""

    @property
    def gap(self) -> str:
        """What is still missing before this is an order, empty when nothing is."""
        return next((words for is_missing, words in self._gaps() if is_missing), "")

    def _gaps(self) -> Iterator[tuple[bool, str]]:
        kind, special, exits = self.order_type, self.special, self.exits
        yield self.quantity is None or self.quantity <= 0, "Enter a quantity"
        yield kind.takes_stop and self.stop_price is None, "Enter a stop price"
        yield kind.takes_limit and self.limit_price is None, "Enter a limit price"
        has_trail = special.trail_amount is not None or special.trail_percent is not None
        yield kind.trails and not has_trail, "Enter by how much to trail"
        is_limited = kind is OrderType.TRAIL_LIMIT
        yield is_limited and special.trail_stop is None, "Enter the first stop"
        yield is_limited and special.limit_offset is None, "Enter the limit's offset"
        competes = special.ats is not None and (
            special.ats.to_middle or special.ats.beyond_best is not None
        )
        yield kind is OrderType.PEG_BEST and not competes, "Enter how far beyond the best price"
        yield self.tif is Tif.MINUTES and special.minutes is None, "Enter for how many minutes"
        yield exits is not None and exits.target is None, "Enter a target price"
        yield exits is not None and exits.stop is None, "Enter a stop loss price"

    def special_in_words(self) -> str:
        """Write what is special about the order, empty for nothing."""
        words = [terms_words(self.special)] if self.special != PLAIN else []
        words += ["outside regular hours"] if self.outside_rth else []
        words += [f"directly to {text.one_line(self.route, 16)}"] if self.route else []
        return ", ".join(words)

    def in_words(self, symbol: str, ladder: PriceLadder | None) -> str:
        """Write the whole order in words: BUY 100 AAPL LMT 187.20 DAY."""
        quantity = text.ABSENT if self.quantity is None else text.size(self.quantity)
        parts = [self.side.value, quantity, text.one_line(symbol, 40), self.order_type.value]
        if self.order_type.takes_stop:
            parts.append(text.exact_price(self.stop_price, ladder))
        if self.order_type.takes_stop and self.order_type.takes_limit:
            parts.append("LIMIT")
        if self.order_type.takes_limit:
            parts.append(text.exact_price(self.limit_price, ladder))
        return " ".join([*parts, self.tif.value])

    def extras_in_words(self, ladder: PriceLadder | None) -> str:
        """Write what stands below the order: its special terms and its exits, each on a line."""
        special = wrap(self.special_in_words(), _WIDEST)
        return "\n".join(filter(None, (*special, self.exits_in_words(ladder))))

    def exits_in_words(self, ladder: PriceLadder | None) -> str:
        """Write the exits of a bracket: BRACKET 190.00 / 185.00 GTC; empty without."""
        if self.exits is None:
            return ""
        target = text.exact_price(self.exits.target, ladder)
        stop = text.exact_price(self.exits.stop, ladder)
        words = f"BRACKET {target} / {stop} {self.exits.tif.value}"
        plan = self.exits.adjustment
        return words if plan is None else f"{words}\nstop {adjustment_words(plan)}"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an order would not go out now. `is_final` obstacles disable the button."""

    text: str
    is_final: bool


def obstacle(state: ScreenState, *, is_exit: bool) -> Obstacle | None:
    """Say what stands in the way of a new order, the heaviest reason first.

    Exits are never stopped here by arming or by a trading state: the core decides.
    """
    link = state.link
    if state.is_read_only:
        return Obstacle("Read-only: this session can look but not trade.", is_final=True)
    if link is None:
        return Obstacle("Not connected to the broker yet.", is_final=True)
    if link.state not in {LinkState.READY, LinkState.DEGRADED}:
        reason = f" {link.reason}" if link.reason else ""
        is_final = not (is_exit and state.can_exit)
        return Obstacle(f"The link is {link.state.value.lower()}.{reason}", is_final=is_final)
    if link.account is None:
        return Obstacle("The broker has not named an account yet.", is_final=True)
    if state.is_live and not state.armed and not is_exit:
        return Obstacle("Live account, not armed. Press Arm to allow new entries.", is_final=True)
    return _mild_obstacle(state)


def _mild_obstacle(state: ScreenState) -> Obstacle | None:
    link = state.link
    if link is None:
        return None
    if link.trading_state is not TradingState.ACTIVE:
        reason = f" {link.trading_reason}" if link.trading_reason else ""
        return Obstacle(f"Trading state {link.trading_state.value}.{reason}", is_final=False)
    if link.state is LinkState.DEGRADED:
        return Obstacle(f"The link is degraded: {link.reason}", is_final=False)
    return None


def looks_like_exit(terms: Terms, held: Decimal) -> bool:
    """Tell whether the order only reduces the position that is shown."""
    if terms.quantity is None or not held:
        return False
    return held * terms.side.sign < 0 and terms.quantity <= abs(held)


def notional(terms: Terms, quote: Quote | None, details: ContractDetails | None) -> Decimal | None:
    """Estimate the order's value in the contract's currency, None without a price."""
    if terms.quantity is None or terms.quantity <= 0 or details is None:
        return None
    at = terms.limit_price if terms.order_type.takes_limit else market(terms.side, quote)
    if terms.order_type in {OrderType.STOP, OrderType.STOP_PROTECTED}:
        at = terms.stop_price
    if at is None:
        return None
    return terms.quantity * at * details.multiplier / details.price_magnifier


def outcome_in_words(terms: Terms, quote: Quote | None, details: ContractDetails | None) -> str:
    """Write what the exits of a bracket win, lose and weigh against each other.

    Measured from the entry's own price, from the market for a market order; in the contract's
    currency.
    """
    exits, at = terms.exits, entry_price(terms, quote)
    if exits is None or at is None or details is None:
        return ""
    sign, ladder = terms.side.sign, details.ladder
    win = None if exits.target is None else (exits.target - at) * sign
    loss = None if exits.stop is None else (exits.stop - at) * sign
    parts = []
    for name, distance in (("Target", win), ("Stop", loss)):
        if distance is not None:
            sum_ = None
            if terms.quantity is not None:
                sum_ = distance * terms.quantity * details.multiplier / details.price_magnifier
            shown = text.price_change(distance, at, ladder)
            parts.append(f"{name} {shown} ({text.signed_money(sum_)})")
    if win is not None and loss is not None and win > 0 > loss:
        parts[-1] += f"   {win / -loss:.1f} R"
    return "\n".join(parts)


def entry_price(terms: Terms, quote: Quote | None) -> Decimal | None:
    """Return the price at which an entry would be filled, as far as can be told."""
    if terms.order_type.takes_limit:
        return terms.limit_price
    return terms.stop_price if terms.order_type.takes_stop else market(terms.side, quote)


def market(side: Side, quote: Quote | None) -> Decimal | None:
    """Return the price the other side asks for, else the last one."""
    if quote is None:
        return None
    price = quote.ask if side is Side.BUY else quote.bid
    return exact(price if price is not None else quote.last)


def exact(price: float | None) -> Decimal | None:
    """Turn a market price into an exact one, as it is written."""
    return None if text.is_absent(price) else Decimal(repr(price))


def middle(quote: Quote | None) -> Decimal | None:
    """Return the price between bid and ask, None unless both stand uncrossed."""
    if quote is None or not quote.two_sided:
        return None
    bid, ask = exact(quote.bid), exact(quote.ask)
    return None if bid is None or ask is None else (bid + ask) / 2


def finding_text(finding: Finding) -> str:
    """Write a finding: what it is, measured against limit, what would pass."""
    mark = {Level.HARD: "✖", Level.SOFT: "▲", Level.INFO: "•"}[finding.level]
    lines = [f"{mark} {finding.text}"]
    limit = f"limit {finding.limit}" if finding.limit else ""
    figures = [part for part in (finding.measured, limit) if part]
    if figures:
        lines.append("    " + " — ".join(figures))
    if finding.advice:
        lines.append(f"    → {finding.advice}")
    return "\n".join(lines)
