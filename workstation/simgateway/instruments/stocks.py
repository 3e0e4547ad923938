"""The stocks and funds the simulated exchange lists.

Those of DEMO have real daily bars in resources/demo. The companies whose symbol begins with
SIM do not exist: each shows one thing a client must be able to take.
"""

from decimal import Decimal
from typing import Any

from workstation.simgateway.instruments.hours import LONDON_STOCKS
from workstation.simgateway.instruments.record import Borrow, Entitlement, Instrument, Shortable
from workstation.simgateway.instruments.rules import LONDON

DEMO: tuple[Instrument, ...] = (
    Instrument(
        con_id=265598,
        symbol="AAPL",
        long_name="APPLE INC",
        primary_exchange="NASDAQ",
        market_name="NMS",
        industry="Technology",
        category="Computers",
        subcategory="Computers",
        isin="US0378331005",
        reference_price=Decimal("430.47"),
        daily_volatility=0.016,
    ),
    Instrument(
        con_id=208813720,
        symbol="GOOG",
        long_name="ALPHABET INC-CL C",
        primary_exchange="NASDAQ",
        market_name="NMS",
        industry="Communications",
        category="Internet",
        subcategory="Web Portals/ISP",
        isin="US02079K1079",
        reference_price=Decimal("806.19"),
        daily_volatility=0.018,
    ),
    Instrument(
        con_id=8314,
        symbol="IBM",
        long_name="INTL BUSINESS MACHINES CORP",
        primary_exchange="NYSE",
        market_name="IBM",
        industry="Technology",
        category="Computers",
        subcategory="Computer Services",
        isin="US4592001014",
        reference_price=Decimal("202.91"),
        daily_volatility=0.014,
    ),
    Instrument(
        con_id=272093,
        symbol="MSFT",
        long_name="MICROSOFT CORP",
        primary_exchange="NASDAQ",
        market_name="NMS",
        industry="Technology",
        category="Software",
        subcategory="Applications Software",
        isin="US5949181045",
        reference_price=Decimal("27.95"),
        daily_volatility=0.015,
    ),
    Instrument(
        con_id=107113386,
        symbol="META",
        long_name="META PLATFORMS INC-CLASS A",
        primary_exchange="NASDAQ",
        market_name="NMS",
        industry="Communications",
        category="Internet",
        subcategory="Internet Content-Entmnt",
        isin="US30303M1027",
        reference_price=Decimal("27.78"),
        daily_volatility=0.019,
    ),
)


def _stock(row: str, **more: Any) -> Instrument:
    """Return the stock of a line: con_id, symbol, exchange, price, volatility, name."""
    con_id, symbol, exchange, price, volatility, name = row.split(maxsplit=5)
    return Instrument(
        con_id=int(con_id),
        symbol=symbol,
        long_name=name,
        primary_exchange=exchange,
        market_name="NMS" if exchange == "NASDAQ" else symbol,
        reference_price=Decimal(price),
        daily_volatility=float(volatility),
        **more,
    )


_US = (
    _stock("76792991  TSLA NASDAQ 412.30 0.034 TESLA INC"),
    _stock("4815747   NVDA NASDAQ 186.50 0.027 NVIDIA CORP"),
    _stock("3691937   AMZN NASDAQ 231.15 0.019 AMAZON.COM INC"),
    _stock("1520593   JPM  NYSE   309.40 0.014 JPMORGAN CHASE & CO"),
    _stock("13977     XOM  NYSE   117.22 0.014 EXXON MOBIL CORP", isin="US30231G1022"),
    _stock("756733    SPY  ARCA   681.25 0.010 SS SPDR S&P 500 ETF TRUST", stock_type="ETF"),
    _stock("320227571 QQQ  NASDAQ 612.40 0.012 INVESCO QQQ TRUST SERIES 1", stock_type="ETF"),
    _stock("9579970   IWM  ARCA   244.10 0.013 ISHARES RUSSELL 2000 ETF", stock_type="ETF"),
    _stock("15547841  TLT  NASDAQ 89.35  0.008 ISHARES 20+ YEAR TREASURY BD", stock_type="ETF"),
    _stock("137127592 VOD  NASDAQ 12.16  0.013 VODAFONE GROUP PLC-SP ADR", stock_type="ADR"),
)

VOD_LONDON = Instrument(
    con_id=133308337,
    symbol="VOD",
    currency="GBP",
    long_name="VODAFONE GROUP PLC",
    primary_exchange="LSE",
    exchanges=("SMART", "LSE", "CHIXUK", "BATEUK", "TRQXUK"),
    market_name="STAR",
    local_symbol="VOD",
    rule=LONDON,
    price_magnifier=100,
    hours=LONDON_STOCKS,
    isin="GB00BH4HKS39",
    suggested_size=Decimal(1),
    reference_price=Decimal("92.50"),
    daily_volatility=0.013,
)
"""Quoted in pence."""

_STORIES = (
    _stock("910000001 SIMTWIN NYSE 48.10 0.015 NO SUCH COMPANY: ONE OF TWO OF A SYMBOL"),
    _stock("910000002 SIMTWIN ARCA 21.35 0.015 NO SUCH COMPANY: TWO OF TWO OF A SYMBOL"),
    _stock("910000003 SIMHALT NASDAQ 33.80 0.030 NO SUCH COMPANY: HALTED FROM TIME TO TIME"),
    _stock(
        "910000004 SIMHTB NASDAQ 17.45 0.040 NO SUCH COMPANY: HARD TO BORROW",
        borrow=Borrow(shortable=Shortable.LOCATE, shares=1_500, yearly_fee=Decimal("0.65")),
    ),
    _stock(
        "910000005 SIMNOSH NYSE 8.20 0.045 NO SUCH COMPANY: NOT TO BE SOLD SHORT",
        borrow=Borrow(shortable=Shortable.NONE, shares=0),
    ),
    _stock("910000006 SIMSPLIT NASDAQ 96.30 0.017 NO SUCH COMPANY: SPLITS TWICE A YEAR"),
    _stock("910000007 SIMDIV NYSE 62.90 0.011 NO SUCH COMPANY: PAYS EVERY MONTH"),
    _stock(
        "910000008 SIMPAID NASDAQ 75.15 0.016 NO SUCH COMPANY: LIVE DATA COST EXTRA",
        entitlement=Entitlement.DELAYED,
    ),
    _stock(
        "910000009 SIMDARK NYSE 54.70 0.016 NO SUCH COMPANY: NO DATA AT ALL",
        entitlement=Entitlement.NONE,
    ),
)

STOCKS = (*DEMO, *_US, VOD_LONDON, *_STORIES)
