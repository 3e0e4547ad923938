"""Indices, currencies, crypto, contracts for difference and bonds."""

from datetime import date
from decimal import Decimal

from workstation.simgateway.instruments.hours import (
    CRYPTO_HOURS,
    FOREX_HOURS,
    US_INDEX,
    US_STOCKS,
)
from workstation.simgateway.instruments.pricing import Scaled
from workstation.simgateway.instruments.record import Instrument, Trading
from workstation.simgateway.instruments.rules import (
    BOND,
    CENT,
    FOREX,
    FOREX_YEN,
    QUARTER,
    MarketRule,
)

SPX = 416904
_SPX_PRICE = Decimal("6812.50")


def _index(
    con_id: int, symbol: str, exchange: str, price: str, vol: float, name: str
) -> Instrument:
    return Instrument(
        con_id=con_id,
        symbol=symbol,
        sec_type="IND",
        long_name=name,
        primary_exchange=exchange,
        exchanges=(exchange,),
        market_name=symbol,
        hours=US_INDEX,
        trading=Trading.VALUE,
        reference_price=Decimal(price),
        daily_volatility=vol,
    )


INDICES = (
    _index(SPX, "SPX", "CBOE", str(_SPX_PRICE), 0.010, "S&P 500 STOCK INDEX"),
    _index(416843, "NDX", "NASDAQ", "25116.00", 0.013, "NASDAQ 100 STOCK INDEX"),
    _index(13455763, "VIX", "CBOE", "17.40", 0.060, "CBOE VOLATILITY INDEX"),
)


def _pair(con_id: int, pair: str, price: str, rule: MarketRule, vol: float) -> Instrument:
    base, quote = pair.split(".")
    return Instrument(
        con_id=con_id,
        symbol=base,
        sec_type="CASH",
        currency=quote,
        long_name=f"{base} / {quote}",
        primary_exchange="IDEALPRO",
        exchanges=("IDEALPRO", "SMART"),
        market_name=pair,
        local_symbol=pair,
        rule=rule,
        suggested_size=Decimal(20_000),
        typical_size=250_000,
        hours=FOREX_HOURS,
        reference_price=Decimal(price),
        daily_volatility=vol,
        activity=2.0,
    )


FOREX_PAIRS = (
    _pair(12087792, "EUR.USD", "1.15430", FOREX, 0.0045),
    _pair(12087797, "GBP.USD", "1.31290", FOREX, 0.0050),
    _pair(14433401, "AUD.USD", "0.64880", FOREX, 0.0055),
    _pair(15016059, "USD.JPY", "155.230", FOREX_YEN, 0.0055),
    _pair(12087820, "USD.CHF", "0.80510", FOREX, 0.0045),
    _pair(15016062, "USD.CAD", "1.40210", FOREX, 0.0035),
    _pair(12087807, "EUR.GBP", "0.87915", FOREX, 0.0035),
    _pair(14321016, "EUR.JPY", "179.185", FOREX_YEN, 0.0055),
)


def _coin(
    con_id: int, symbol: str, name: str, price: str, rule: MarketRule, lot: str
) -> Instrument:
    return Instrument(
        con_id=con_id,
        symbol=symbol,
        sec_type="CRYPTO",
        long_name=name,
        primary_exchange="PAXOS",
        exchanges=("PAXOS", "ZEROHASH"),
        market_name=symbol,
        local_symbol=f"{symbol}.USD",
        rule=rule,
        min_size=Decimal(lot),
        size_increment=Decimal(lot),
        suggested_size=Decimal(lot),
        typical_size=400,
        hours=CRYPTO_HOURS,
        reference_price=Decimal(price),
        daily_volatility=0.028,
    )


CRYPTO = (
    _coin(479624278, "BTC", "BITCOIN CRYPTOCURRENCY", "91240.25", QUARTER, "0.0001"),
    _coin(495759171, "ETH", "ETHEREUM CRYPTOCURRENCY", "3015.20", CENT, "0.001"),
)


def _difference(con_id: int, of: Instrument, symbol: str, name: str, factor: str) -> Instrument:
    return Instrument(
        con_id=con_id,
        symbol=symbol,
        sec_type="CFD",
        long_name=name,
        primary_exchange="SMART",
        exchanges=("SMART",),
        market_name=symbol,
        local_symbol=symbol if of.sec_type == "IND" else f"{symbol}n",
        hours=US_STOCKS,
        typical_size=100 if of.sec_type == "STK" else 5,
        suggested_size=Decimal(1),
        underlying=of.con_id,
        priced_from=of.con_id,
        pricing=Scaled(float(factor)),
        reference_price=of.reference_price,
        daily_volatility=of.daily_volatility,
    )


def differences(apple: Instrument) -> tuple[Instrument, ...]:
    """Return the contracts for difference: one of a share, one of an index."""
    return (
        _difference(118089500, apple, apple.symbol, f"{apple.long_name} CFD", "1"),
        _difference(111987422, INDICES[0], "IBUS500", "US 500 INDEX CFD", "1"),
    )


def _bond(con_id: int, symbol: str, text: str, price: str) -> Instrument:
    """Return a bond of a line: CUSIP, ISIN, coupon, last day."""
    cusip, isin, coupon, day = text.split()
    return Instrument(
        con_id=con_id,
        symbol=symbol,
        sec_type="BOND",
        long_name=f"{symbol} {coupon} {day}",
        primary_exchange="SMART",
        exchanges=("SMART",),
        market_name=symbol,
        local_symbol=f"{symbol} {coupon} {day}",
        cusip=cusip,
        isin=isin,
        coupon=Decimal(coupon),
        last_trade_date=date.fromisoformat(day),
        rule=BOND,
        multiplier=Decimal(10),
        typical_size=25,
        hours=US_STOCKS,
        trading=Trading.QUOTES,
        reference_price=Decimal(price),
        daily_volatility=0.0025,
        activity=0.02,
    )


BONDS = (
    _bond(15960357, "IBM", "459200AG6 US459200AG60 7.0 2045-12-01", "113.250"),
    _bond(424304812, "AAPL", "037833CH1 US037833CH12 4.25 2047-02-09", "87.600"),
)
"""Prices are in per cent of 1000 a bond."""
