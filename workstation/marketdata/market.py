"""All market data of the core in one place."""

from workstation.domain.clock import Clock
from workstation.domain.market_sinks import MarketSinks
from workstation.marketdata.depth_books import DepthBooks
from workstation.marketdata.live_bars import LiveBars
from workstation.marketdata.quotes import Quotes
from workstation.marketdata.tapes import Tapes


class Market:
    """Quotes, books, prints and live bars of every contract. Core thread."""

    def __init__(self, clock: Clock) -> None:
        self.quotes = Quotes(clock)
        self.books = DepthBooks()
        self.tapes = Tapes(self.quotes)
        self.bars = LiveBars()

    @property
    def sinks(self) -> MarketSinks:
        """The slots, as the session fills them."""
        return MarketSinks(self.quotes, self.books, self.tapes, self.bars)
