"""Personal and catastrophic limits of one account, as kept in a file a person can read."""

from dataclasses import dataclass, fields, replace
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from workstation.domain.ids import AccountId
from workstation.risk.trading_day import MIDNIGHT, boundary_of

MOST = Decimal(10) ** 15
"""No limit reaches this: a larger figure is a slip, and limits nothing."""

COMMON_CLASSES = ("STK", "FUT", "OPT", "FOP", "CASH", "BAG")
"""Classes of contract that may be opened unless the file says otherwise (R20)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevel:
    """A limit that asks (personal, SOFT) and one that refuses (catastrophic, HARD)."""

    personal: Decimal
    catastrophic: Decimal

    def __post_init__(self) -> None:
        """Refuse a pair that would not limit anything."""
        if not (self.personal.is_finite() and self.catastrophic.is_finite()):
            raise ValueError("a limit must be a number")
        if not 0 < self.personal <= self.catastrophic < MOST:
            raise ValueError("a limit needs 0 < personal <= catastrophic < 10^15")

    def tighter(self, other: "TwoLevel") -> "TwoLevel":
        """Return the smaller figure of each level."""
        return TwoLevel(
            personal=min(self.personal, other.personal),
            catastrophic=min(self.catastrophic, other.catastrophic),
        )


def _pair(personal: int, catastrophic: int) -> TwoLevel:
    return TwoLevel(personal=Decimal(personal), catastrophic=Decimal(catastrophic))


_CONTRACTS, _TIMES, _MARGIN_USE = _pair(10, 50), _pair(2, 4), _pair(50, 90)
_CONCENTRATION, _WORKING_ORDERS = _pair(25, 100), _pair(15, 20)


class LossMeasure(StrEnum):
    """What a day's loss is measured by (R12)."""

    TRADES = "trades"
    """Today's trades alone, from our fills and quotes, commissions in."""

    ACCOUNT = "account"
    """The broker's daily figure, which holds what was carried over night."""


class LossAction(StrEnum):
    """What is done once the day's loss has reached its limit (RK5)."""

    REDUCE = "reduce"
    """No more entries; what is held stays with its protection."""

    FLATTEN = "flatten"
    """No more entries, and every position of the account is closed; then trading halts."""


class RestrictionMode(StrEnum):
    """What may still be done with a restricted contract (R20); exits always may."""

    NO_TRADE = "NO_TRADE"
    EXITS_ONLY = "EXITS_ONLY"
    SELL_ONLY = "SELL_ONLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """One line of the restricted list; what is left empty (0, "") matches everything."""

    mode: RestrictionMode
    symbol: str = ""
    sec_type: str = ""
    con_id: int = 0
    exchange: str = ""

    def __post_init__(self) -> None:
        """Refuse a line that names nothing: it would restrict everything."""
        if not (self.symbol or self.sec_type or self.con_id or self.exchange):
            raise ValueError(
                "a restriction must name a symbol, a sec_type, a con_id or an exchange"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Limits of their own for a symbol, a class or a source; None keeps the account's."""

    symbol: str = ""
    sec_type: str = ""
    source: str = ""
    order_size: TwoLevel | None = None
    position: TwoLevel | None = None
    quantity: TwoLevel | None = None
    contracts: TwoLevel | None = None
    working_orders: TwoLevel | None = None
    collar_percent: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse one that names nothing, and a collar that limits nothing."""
        if not (self.symbol or self.sec_type or self.source):
            raise ValueError("an override must name a symbol, a sec_type or a source")
        collar = self.collar_percent
        if collar is not None and not (collar.is_finite() and 0 < collar < MOST):
            raise ValueError("every limit must be greater than 0 and less than 10^15")

    def matches(self, symbol: str, sec_type: str, source: str) -> bool:
        """Tell whether an order of these is meant."""
        return all(
            not wanted or wanted == given
            for wanted, given in (
                (self.symbol, symbol),
                (self.sec_type, sec_type),
                (self.source, source),
            )
        )


_PAIRS = ("order_size", "position", "quantity", "contracts", "working_orders")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit the checks use. Source of defaults: orders-and-risk.md 1.3.

    Money is in the account's base currency, `quantity` in shares, `contracts` in contracts,
    `gross_exposure` and `leverage` in multiples of the net liquidation, percentages in
    percent, times in seconds. `quantity` None means what `order_size` allows, `daily_loss`
    and `drawdown` None mean off; the file says so in a word. `day_begins` is a time and a zone.
    `dead_man_minutes` None lets entries stand as they were sent. `weekly_loss`, the profit of a
    day at which entries end, and the fall from the best of all days are off as None, and so is
    the time to cool down after one of them. `allowed` are the only symbols that may be opened;
    empty means all.
    """

    account: AccountId
    order_size: TwoLevel
    position: TwoLevel
    quantity: TwoLevel | None = None
    contracts: TwoLevel = _CONTRACTS
    gross_exposure: TwoLevel = _TIMES
    leverage: TwoLevel = _TIMES
    margin_use_percent: TwoLevel = _MARGIN_USE
    concentration_percent: TwoLevel = _CONCENTRATION
    working_orders: TwoLevel = _WORKING_ORDERS
    daily_loss: Decimal | None = None
    daily_loss_measure: LossMeasure = LossMeasure.TRADES
    daily_loss_action: LossAction = LossAction.REDUCE
    drawdown: Decimal | None = None
    weekly_loss: Decimal | None = None
    profit_target: Decimal | None = None
    trailing_drawdown: Decimal | None = None
    cooldown_minutes: int | None = None
    day_begins: str = MIDNIGHT
    funds_buffer_percent: Decimal = Decimal(10)
    stock_margin_percent: Decimal = Decimal(50)
    futures_margin_percent: Decimal = Decimal(12)
    forex_margin_percent: Decimal = Decimal(3)
    collar_percent: Decimal = Decimal(3)
    collar_spreads: Decimal = Decimal(3)
    collar_ticks: Decimal = Decimal(5)
    collar_option_percent: Decimal = Decimal(10)
    collar_option_amount: Decimal = Decimal("0.10")
    collar_hard_factor: Decimal = Decimal(4)
    actions_per_second: int = 10
    actions_per_minute: int = 120
    automation_orders: int = 20
    automation_fills: int = 20
    chase_orders: int = 8
    duplicate_seconds: Decimal = Decimal(3)
    dead_man_minutes: int | None = None
    final_gate_factor: Decimal = Decimal(4)
    enabled_classes: tuple[str, ...] = COMMON_CLASSES
    allowed: tuple[str, ...] = ()
    restricted: tuple[Restriction, ...] = ()
    overrides: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        """Refuse figures under which a check could never find anything."""
        boundary_of(self.day_begins)
        minutes = self.dead_man_minutes
        if minutes is not None and not 2 <= minutes <= 1440:
            raise ValueError("dead_man_minutes must be 2 to 1440")
        cooling = self.cooldown_minutes
        if cooling is not None and not 1 <= cooling <= 1440:
            raise ValueError("cooldown_minutes must be 1 to 1440")
        losses = [each for each in self._results() if each is not None]
        positive = [Decimal(each) for each in (*self._positive(), *losses)]
        rest = (self.funds_buffer_percent, self.duplicate_seconds)
        if not all(each.is_finite() for each in (*positive, *rest)):
            raise ValueError("every limit must be a number")
        if any(not 0 < figure < MOST for figure in positive):
            raise ValueError("every limit must be greater than 0 and less than 10^15")
        if not 0 <= self.funds_buffer_percent < 100 or self.duplicate_seconds < 0:
            raise ValueError("funds_buffer_percent must be 0 to 99, duplicate_seconds 0 or more")

    def _results(self) -> tuple[Decimal | None, ...]:
        return (
            self.daily_loss,
            self.drawdown,
            self.weekly_loss,
            self.profit_target,
            self.trailing_drawdown,
        )

    def _positive(self) -> tuple[Decimal | int, ...]:
        return (
            self.stock_margin_percent,
            self.futures_margin_percent,
            self.forex_margin_percent,
            self.collar_percent,
            self.collar_spreads,
            self.collar_ticks,
            self.collar_option_percent,
            self.collar_option_amount,
            self.collar_hard_factor,
            self.actions_per_second,
            self.actions_per_minute,
            self.automation_orders,
            self.automation_fills,
            self.chase_orders,
            self.final_gate_factor,
        )

    def for_order(self, symbol: str, sec_type: str, source: str) -> "Limits":
        """Return what is in force for such an order: its own figures, of several the tightest."""
        own: dict[str, TwoLevel | Decimal] = {}
        for each in self.overrides:
            if not each.matches(symbol, sec_type, source):
                continue
            for name in _PAIRS:
                pair = getattr(each, name)
                if pair is not None:
                    before = own.get(name)
                    own[name] = pair.tighter(before) if isinstance(before, TwoLevel) else pair
            collar = each.collar_percent
            if collar is not None:
                own["collar_percent"] = min(collar, Decimal(str(own.get("collar_percent", collar))))
        return replace(self, **own) if own else self  # type: ignore[arg-type]


def proposed(account: AccountId, net_liquidation: Decimal) -> Limits:
    """Propose limits for an account worth so much, in its base currency."""

    def part(percent: int) -> Decimal:
        share = net_liquidation * percent / 100
        return max(share.quantize(Decimal(1), rounding=ROUND_DOWN), Decimal(1))

    return Limits(
        account=account,
        order_size=TwoLevel(personal=part(10), catastrophic=part(50)),
        position=TwoLevel(personal=part(25), catastrophic=part(100)),
        daily_loss=part(2),
    )


def differences(before: Limits, after: Limits) -> tuple[str, ...]:
    """Name every figure that differs, one sentence each, for a person to confirm."""
    return tuple(
        f"{field.name}: {worded(getattr(before, field.name))} -> "
        f"{worded(getattr(after, field.name))}"
        for field in fields(Limits)
        if getattr(before, field.name) != getattr(after, field.name)
    )


def worded(value: object) -> str:
    """Write a figure as a person reads it; None is off."""
    match value:
        case None:
            return "off"
        case TwoLevel(personal=personal, catastrophic=catastrophic):
            return f"{personal:f} / {catastrophic:f}"
        case tuple():
            return " ".join(map(_named, value)) or "none"
        case _:
            return str(value)


def _named(entry: object) -> str:
    if isinstance(entry, Restriction | Override):
        return (
            entry.symbol
            or entry.sec_type
            or getattr(entry, "source", "")
            or getattr(entry, "exchange", "")
            or str(getattr(entry, "con_id", ""))
        )
    return str(entry)
