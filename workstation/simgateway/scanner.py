"""Scans over what the exchange lists: which contracts, in which order.

Source: tws-wire.md 2.4 (22, 24).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape

from workstation.simgateway.gateway import Gateway
from workstation.simgateway.history import Session
from workstation.simgateway.instruments import BY_CON_ID, Instrument
from workstation.simgateway.instruments.futures import ROOTS, listed_futures

_YEAR_DAYS, _MONTH_DAYS = 252, 21


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a scan looks at of one contract; changes are fractions."""

    instrument: Instrument
    last: float
    change: float
    """Since the last close."""

    gap: float
    """From the last close to the opening."""

    since_open: float
    volume: int
    usual_volume: float
    """Of a day."""

    prints: int
    high: float
    low: float
    """Highest and lowest price of a year."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One order to look in."""

    title: str
    rank: Callable[[Seen], float]
    """What is large comes first."""

    of_bars: bool = False
    """Whether it needs days of the past."""


SCANS = {
    "TOP_PERC_GAIN": Scan("Top % Gainers", lambda one: one.change),
    "TOP_PERC_LOSE": Scan("Top % Losers", lambda one: -one.change),
    "MOST_ACTIVE": Scan("Most Active", lambda one: one.volume),
    "MOST_ACTIVE_USD": Scan("Most Active ($)", lambda one: one.volume * one.last),
    "HOT_BY_VOLUME": Scan(
        "Hot Contracts by Volume",
        lambda one: one.volume / one.usual_volume if one.usual_volume else 0.0,
        of_bars=True,
    ),
    "HOT_BY_PRICE": Scan("Hot Contracts by Price", lambda one: abs(one.change)),
    "TOP_TRADE_COUNT": Scan("Top Trade Count", lambda one: one.prints),
    "TOP_OPEN_PERC_GAIN": Scan("Top % Gainers Since Open", lambda one: one.since_open),
    "TOP_OPEN_PERC_LOSE": Scan("Top % Losers Since Open", lambda one: -one.since_open),
    "HIGH_OPEN_GAP": Scan("Top Close-to-Open % Gainers", lambda one: one.gap),
    "LOW_OPEN_GAP": Scan("Top Close-to-Open % Losers", lambda one: -one.gap),
    "HIGH_VS_52W_HL": Scan(
        "52-Week Range Top %", lambda one: _place(one.last, one.low, one.high), of_bars=True
    ),
    "LOW_VS_52W_HL": Scan(
        "52-Week Range Bottom %", lambda one: -_place(one.last, one.low, one.high), of_bars=True
    ),
}

INSTRUMENTS = {"STK": "US Stocks", "ETF.EQ.US": "US Equity ETFs", "FUT.US": "US Futures"}
LOCATIONS = {
    "STK": ("STK.US", "STK.US.MAJOR", "STK.NASDAQ", "STK.NYSE", "STK.ARCA"),
    "ETF.EQ.US": ("ETF.EQ.US", "ETF.EQ.US.MAJOR", "ETF.EQ.ARCA", "ETF.EQ.NASDAQ.NMS"),
    "FUT.US": ("FUT.US", "FUT.CME", "FUT.NYMEX", "FUT.COMEX", "FUT.CBOT"),
}


def _place(price: float, low: float, high: float) -> float:
    return (price - low) / (high - low) if high > low else 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Bounds a contract must lie within; None for no bound."""

    price_above: Decimal | None = None
    price_below: Decimal | None = None
    volume_above: Decimal | None = None
    change_above: Decimal | None = None
    change_below: Decimal | None = None
    """In per cent."""

    def keep(self, one: Seen) -> bool:
        """Return whether a contract lies within every bound."""
        shares = Decimal(one.volume)
        price, change = Decimal(str(one.last)), Decimal(str(one.change)) * 100
        return (
            (self.price_above is None or price >= self.price_above)
            and (self.price_below is None or price <= self.price_below)
            and (self.volume_above is None or shares >= self.volume_above)
            and (self.change_above is None or change >= self.change_above)
            and (self.change_below is None or change <= self.change_below)
        )


def scanned(
    gateway: Gateway, kind: str, location: str, code: str, filters: Filters, rows: int
) -> list[Instrument]:
    """Return the contracts of a scan, the first the best; opens their markets."""
    scan = SCANS[code]
    seen = (_seen(gateway, one, of_bars=scan.of_bars) for one in _within(kind, location))
    found = sorted((one for one in seen if filters.keep(one)), key=scan.rank, reverse=True)
    return [one.instrument for one in found[:rows]]


def _within(kind: str, location: str) -> Iterable[Instrument]:
    place = location.rsplit(".", 1)[-1]
    if kind == "FUT.US":
        fronts = (
            listed_futures(root, BY_CON_ID.today)[0] for root in ROOTS if root.currency == "USD"
        )
        return [one for one in fronts if place in {"US", one.primary_exchange}]
    wanted = {"NMS": "NASDAQ"}.get(place, place)
    return [
        one
        for one in BY_CON_ID.lasting()
        if one.sec_type == "STK"
        and one.currency == "USD"
        and (one.stock_type == "ETF") == kind.startswith("ETF")
        and wanted in {"US", "MAJOR", one.primary_exchange}
    ]


def _seen(gateway: Gateway, instrument: Instrument, *, of_bars: bool) -> Seen:
    market = gateway.markets[instrument.con_id]
    quote = market.quote()
    close = quote.previous_close
    usual, high, low = 0.0, quote.high, quote.low
    if of_bars:
        history = gateway.histories[instrument.con_id]
        sessions: list[Session] = history.sessions()[:-1][-_YEAR_DAYS:]
        bars = [bar for _, bar in history.spans(sessions, 2**62)]
        recent = bars[-_MONTH_DAYS:]
        usual = sum(bar.volume for bar in recent) / len(recent) if recent else 0.0
        high = max([high, *(instrument.quoted(bar.high) for bar in bars)])
        low = min([low, *(instrument.quoted(bar.low) for bar in bars)])
    return Seen(
        instrument=instrument,
        last=quote.last,
        change=quote.last / close - 1,
        gap=quote.open / close - 1,
        since_open=quote.last / quote.open - 1,
        volume=quote.volume,
        usual_volume=usual,
        prints=market.printed,
        high=high,
        low=low,
    )


def parameters() -> str:
    """Return the XML of every scan, instrument, location and filter."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<ScanParameterResponse>",
        "<InstrumentList>",
    ]
    for kind, name in INSTRUMENTS.items():
        parts.append(
            f"<Instrument><name>{escape(name)}</name><type>{kind}</type>"
            "<filters>PRICE,VOLUME,CHANGEPERC</filters></Instrument>"
        )
    parts.append("</InstrumentList><LocationTree>")
    for kind, places in LOCATIONS.items():
        parts += [
            f"<Location><displayName>{place}</displayName><locationCode>{place}</locationCode>"
            f"<instruments>{kind}</instruments></Location>"
            for place in places
        ]
    parts.append("</LocationTree><ScanTypeList>")
    for code, scan in SCANS.items():
        parts.append(
            f"<ScanType><displayName>{escape(scan.title)}</displayName><scanCode>{code}</scanCode>"
            f"<instruments>{','.join(INSTRUMENTS)}</instruments></ScanType>"
        )
    parts.append("</ScanTypeList><FilterList>")
    for name, codes in _FILTERS.items():
        fields = "".join(f"<AbstractField><code>{code}</code></AbstractField>" for code in codes)
        parts.append(f"<RangeFilter><id>{name}</id>{fields}</RangeFilter>")
    parts.append("</FilterList></ScanParameterResponse>")
    return "\n".join(parts)


_FILTERS = {
    "PRICE": ("priceAbove", "priceBelow"),
    "VOLUME": ("volumeAbove",),
    "CHANGEPERC": ("changePercAbove", "changePercBelow"),
}
