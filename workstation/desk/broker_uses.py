"""How much is used of what the broker allows an account: the part of the meter that is no stream."""

from datetime import datetime
from decimal import Decimal

from workstation.domain.account import AccountSummary
from workstation.domain.ids import ConId
from workstation.domain.limit_use import DAY_TRADES, OPTION_ORDERS, ORDER_EFFICIENCY, LimitUse
from workstation.domain.ports import ContractSource
from workstation.oms.efficiency import OrderEfficiency

EFFICIENT, PROFESSIONAL, MOST_DAY_TRADES = Decimal(20), Decimal(390), Decimal(3)
"""The broker's bounds: messages for each filled order, option orders a day, day trades in five."""

_OPTIONS = frozenset({"OPT", "FOP"})


def broker_uses(
    efficiency: OrderEfficiency,
    contracts: ContractSource,
    summary: AccountSummary | None,
    working: int,
    now: datetime,
) -> tuple[LimitUse, ...]:
    """Return the use of each; what the broker has not told is left out."""

    def is_option(con_id: ConId) -> bool:
        details = contracts.details(con_id)
        return details is not None and details.contract.sec_type in _OPTIONS

    sent, filled = efficiency.ratio(now)
    ratio = (Decimal(sent) / (filled + 1)).quantize(Decimal("0.01"))
    average = Decimal(str(round(efficiency.option_orders_a_day(is_option, now), 1)))
    uses = [
        LimitUse(ORDER_EFFICIENCY, ratio, None, EFFICIENT, "a fill"),
        LimitUse(OPTION_ORDERS, average, None, PROFESSIONAL, "orders"),
        LimitUse("Working orders, all", Decimal(working), None, None, "orders"),
    ]
    left = summary.day_trades_remaining if summary is not None else None
    if left is not None and left < 0:
        uses.append(LimitUse(DAY_TRADES, Decimal(0), None, None, "no limit"))
    elif left is not None:
        used = max(MOST_DAY_TRADES - left, Decimal(0))
        uses.append(LimitUse(DAY_TRADES, used, None, MOST_DAY_TRADES, "trades"))
    return tuple(uses)
