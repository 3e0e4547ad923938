"""The markets that are open: those of the demonstration at once, any other when first needed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from workstation.simgateway.combo_market import Legs
from workstation.simgateway.daily_data import Source, demo_source, has_demo_data
from workstation.simgateway.generated_days import derived_source, generated_source, legs_source
from workstation.simgateway.history import History
from workstation.simgateway.instruments import BY_CON_ID, Instrument
from workstation.simgateway.market import InstrumentMarket
from workstation.simgateway.tape import Base

Opened = Callable[[Instrument, Base | None], InstrumentMarket]
"""Opens the market of a contract; the second is what its price follows."""


class Markets(Mapping[int, InstrumentMarket]):
    """Markets by con_id; asking for one that is not open yet opens it.

    Iteration gives the open ones alone, each after the one its price follows, so that
    thousands of listed contracts cost nothing.
    """

    def __init__(self, opened: Opened, closed: Callable[[int], int]) -> None:
        """Know how a market is opened, and when the day before this one closed for a con_id."""
        self._opened = opened
        self._closed = closed
        self._open: dict[int, InstrumentMarket] = {}

    def __getitem__(self, con_id: int) -> InstrumentMarket:
        market = self._open.get(con_id)
        if market is None:
            market = self._open_market(BY_CON_ID[con_id])
            self._open[con_id] = market
        return market

    def __iter__(self) -> Iterator[int]:
        return iter(tuple(self._open))

    def __len__(self) -> int:
        return len(self._open)

    def base_of(self, instrument: Instrument) -> Base | None:
        """Return what the price of a contract follows; None for a price of its own."""
        if instrument.legs:
            return Legs([(self[leg.con_id], leg) for leg in instrument.legs])
        return None if instrument.pricing is None else self[instrument.priced_from]

    def _open_market(self, instrument: Instrument) -> InstrumentMarket:
        if instrument.pricing is None:
            return self._opened(instrument, None)
        base = self.base_of(instrument)
        assert base is not None
        close = base.closed_at()
        price = instrument.pricing.price(close, self._closed(instrument.priced_from))
        ticks = max(instrument.lowest_ticks, round(price / instrument.rule.unit))
        known = replace(instrument, reference_price=instrument.price(ticks))
        return self._opened(known, base)


class Histories(Mapping[int, History]):
    """Past days by con_id; asking for one that nobody asked for yet opens its market."""

    def __init__(
        self, markets: Markets, sources: Mapping[str, Source], seed: int, today: date
    ) -> None:
        self._markets = markets
        self._sources = sources
        self._seed = seed
        self._today = today
        self._open: dict[int, History] = {}

    def __getitem__(self, con_id: int) -> History:
        history = self._open.get(con_id)
        if history is None:
            market = self._markets[con_id]
            name = market.instrument.seed_name
            source = self._source(market.instrument)
            history = History(source, self._today, market.day, f"{self._seed}:{name}")
            self._open[con_id] = history
        return history

    def __iter__(self) -> Iterator[int]:
        return iter(tuple(self._open))

    def __len__(self) -> int:
        return len(self._open)

    def next_day(self, today: date) -> None:
        """Keep the day that ended of each; their markets have begun the new one already."""
        self._today = today
        for con_id, history in self._open.items():
            history.next_day(today, self._markets[con_id].day)

    def last_close(self, con_id: int) -> int:
        """Return when the day before this one ended, in seconds since 1970."""
        sessions = self[con_id].sessions()
        return sessions[-2].ends if len(sessions) > 1 else sessions[-1].opens

    def _source(self, instrument: Instrument) -> Source:
        if instrument.legs:
            parts = [(self[leg.con_id], self._markets[leg.con_id], leg) for leg in instrument.legs]
            return legs_source(
                instrument, [(h, m.instrument, float(leg.weight)) for h, m, leg in parts]
            )
        if instrument.pricing is not None:
            base = self[instrument.priced_from]
            return derived_source(
                instrument, base, self._markets[instrument.priced_from].instrument
            )
        if instrument.sec_type == "STK":
            own = self._sources.get(instrument.symbol)
            if own is not None:
                return own
            if has_demo_data(instrument.symbol):
                return demo_source(instrument.symbol)
        return generated_source(instrument, self._seed)
