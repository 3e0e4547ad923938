"""Accounts: which world an account belongs to, its figures and its positions."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.ids import AccountId, ConId


class Environment(StrEnum):
    """Whose money is at stake."""

    SIMULATED = "SIMULATED"
    PAPER = "PAPER"
    LIVE = "LIVE"


def environment_of(account: AccountId) -> Environment:
    """Tell the environment from the account's name alone, never from a port.

    What is not positively simulated or paper is live.
    Source: orders-and-risk.md 1.4 (paper ids start DU or DF by the broker's convention).
    """
    if account.startswith("SIM"):
        return Environment.SIMULATED
    if account.startswith(("DU", "DF")):
        return Environment.PAPER
    return Environment.LIVE


_ACCOUNT = re.compile(r"(?<![A-Za-z0-9])(SIM|D[UF][A-Z]?|U|F|I)(\d{2,})(\d{3})(?![A-Za-z0-9])")
"""Newer paper accounts have a third letter, and a name may stand behind an underscore."""


def redacted(text: str) -> str:
    """Return the text with every account name masked, as in U•••321."""
    return _ACCOUNT.sub(lambda match: f"{match[1][0]}•••{match[3]}", text)


def masked(account: AccountId) -> str:
    """Write an account so that it can be recognised but not read: U•••321."""
    return f"{account[:1]}•••{account[-3:]}" if len(account) > 4 else "•••"


_CASH_POWER = Decimal("1.05")
"""Buying power beyond so much of the available funds is borrowed; figures come one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSummary:
    """Newest money figures of an account, in its base currency; None where not reported.

    `day_trades_remaining` counts trades; -1 says there is no such limit.

    Source: accountSummary.
    """

    account: AccountId
    currency: str = "USD"
    net_liquidation: Decimal | None = None
    total_cash: Decimal | None = None
    available_funds: Decimal | None = None
    excess_liquidity: Decimal | None = None
    buying_power: Decimal | None = None
    initial_margin: Decimal | None = None
    maintenance_margin: Decimal | None = None
    day_trades_remaining: Decimal | None = None
    updated_at: datetime

    @property
    def is_cash(self) -> bool | None:
        """Whether nothing can be borrowed, shares neither: a cash account; None not known.

        The broker has no word for it. Its buying power is the available funds in a cash account
        and several times as much in one with margin. Source: its definition of BuyingPower.
        """
        funds, power = self.available_funds, self.buying_power
        if funds is None or power is None or funds <= 0:
            return None
        return power <= funds * _CASH_POWER


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionView:
    """One position with its market value and profit and loss, money in the contract's currency.

    `quantity` is signed, in shares or lots. None means not known yet.

    Source: position, pnlSingle, and the quote for `mark`.
    """

    account: AccountId
    con_id: ConId
    symbol: str
    quantity: Decimal
    average_cost: Decimal | None
    mark: float | None = None
    market_value: float | None = None
    unrealized_pnl: float | None = None
    realized_pnl: float | None = None
    daily_pnl: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPnl:
    """Profit and loss of a whole account in its base currency. Source: pnl."""

    account: AccountId
    daily: float | None
    unrealized: float | None
    realized: float | None
