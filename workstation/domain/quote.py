"""The newest market of one contract."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from workstation.domain.ids import ConId


class MarketDataType(IntEnum):
    """How fresh a feed is. Source: marketDataType."""

    LIVE = 1
    FROZEN = 2
    DELAYED = 3
    DELAYED_FROZEN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Bid, ask, last and the day's figures of one contract, as last reported.

    Prices are floats, per unit in the contract's currency, as on the wire; sizes are
    shares or lots. What the feed has not sent, or has withdrawn, is None, never 0 or -1.
    `received_at` is aware UTC. `stale` is set while the link or the data farm is down:
    the figures are then history, not a market.

    Source: tickPrice 1, 2, 4, 6, 7, 9, 14; tickSize 0, 3, 5, 8; marketDataType.
    """

    con_id: ConId
    bid: float | None = None
    bid_size: float | None = None
    ask: float | None = None
    ask_size: float | None = None
    last: float | None = None
    last_size: float | None = None
    high: float | None = None
    low: float | None = None
    open: float | None = None
    close: float | None = None
    volume: float | None = None
    data_type: MarketDataType = MarketDataType.LIVE
    stale: bool = False
    received_at: datetime

    @property
    def two_sided(self) -> bool:
        """Whether both sides stand and do not cross."""
        return self.bid is not None and self.ask is not None and self.bid <= self.ask
