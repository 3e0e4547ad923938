"""Personal and catastrophic limits of one account, as kept in a file a person can read."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from workstation.domain.ids import AccountId

MOST = Decimal(10) ** 15
"""No limit reaches this: a larger figure is a slip, and limits nothing."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit the checks use. Source of defaults: orders-and-risk.md 1.3.

    Money is in the account's base currency, quantities in shares, percentages in percent,
    times in seconds. `quantity` None means what `order_size` allows, said so in the file.
    """

    account: AccountId
    order_size: TwoLevel
    position: TwoLevel
    quantity: TwoLevel | None = None
    funds_buffer_percent: Decimal = Decimal(10)
    stock_margin_percent: Decimal = Decimal(50)
    collar_percent: Decimal = Decimal(3)
    collar_spreads: Decimal = Decimal(3)
    collar_hard_factor: Decimal = Decimal(4)
    actions_per_second: int = 10
    actions_per_minute: int = 120
    duplicate_seconds: Decimal = Decimal(3)
    final_gate_factor: Decimal = Decimal(4)

    def __post_init__(self) -> None:
        """Refuse figures under which a check could never find anything."""
        positive = (
            self.stock_margin_percent,
            self.collar_percent,
            self.collar_spreads,
            self.collar_hard_factor,
            self.actions_per_second,
            self.actions_per_minute,
            self.final_gate_factor,
        )
        figures = [Decimal(each) for each in (*positive, self.funds_buffer_percent)]
        if not all(each.is_finite() for each in (*figures, self.duplicate_seconds)):
            raise ValueError("every limit must be a number")
        if any(not 0 < figure < MOST for figure in positive):
            raise ValueError("every limit must be greater than 0 and less than 10^15")
        if not 0 <= self.funds_buffer_percent < 100 or self.duplicate_seconds < 0:
            raise ValueError("funds_buffer_percent must be 0 to 99, duplicate_seconds 0 or more")


def proposed(account: AccountId, net_liquidation: Decimal) -> Limits:
    """Propose limits for an account worth so much, in its base currency."""

    def part(percent: int) -> Decimal:
        share = net_liquidation * percent / 100
        return max(share.quantize(Decimal(1), rounding=ROUND_DOWN), Decimal(1))

    return Limits(
        account=account,
        order_size=TwoLevel(personal=part(10), catastrophic=part(50)),
        position=TwoLevel(personal=part(25), catastrophic=part(100)),
    )
