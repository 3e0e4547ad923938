"""What the exchange knows about one contract.

Source of identifiers and shapes: tws-wire.md 2.5, contractData.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from workstation.simgateway.instruments.hours import US_STOCKS, Hours
from workstation.simgateway.instruments.pricing import Carried, OptionPricing, Pricing
from workstation.simgateway.instruments.rules import CENT, MarketRule

US_EXCHANGES = (
    "SMART",
    "AMEX",
    "NYSE",
    "CBOE",
    "PHLX",
    "ISE",
    "CHX",
    "ARCA",
    "ISLAND",
    "DRCTEDGE",
    "BEX",
    "BATS",
    "EDGEA",
    "BYX",
    "IEX",
    "EDGX",
    "FOXRIVER",
    "PEARL",
    "NYSENAT",
    "LTSE",
    "MEMX",
    "IBEOS",
    "OVERNIGHT",
    "TPLUS0",
    "PSX",
    "IBKRATS",
)
ORDER_TYPES = (
    "ACTIVETIM,ADJUST,ALGO,COND,DAY,DIS,FOK,GAT,GTC,GTD,HID,ICE,IOC,LIT,LMT,LOC,MIDPX,MIT,MKT,MOC,"
    "MTL,OCA,OPG,OUTSIDERTH,PEGMID,POSTATS,REL,SNAPMID,SNAPMKT,SNAPREL,STP,STPLMT,SWEEP,TRAIL,"
    "TRAILLMT,WHATIF,IBKRATS"
)


class Shortable(Enum):
    """How easily a contract can be sold short; the value is that of tick 46."""

    EASY = 3.0
    LOCATE = 2.0
    NONE = 1.0


class Entitlement(Enum):
    """What market data the account may see."""

    LIVE = "live"
    DELAYED = "delayed"
    """Live asks for a subscription; delayed is free."""

    NONE = "none"


class Trading(Enum):
    """What may be done with a contract."""

    FULL = "full"
    QUOTES = "quotes"
    """It is quoted, but orders are refused."""

    VALUE = "value"
    """A computed figure without bid, ask or orders: an index."""

    HISTORY = "history"
    """Only bars of the past: a continuous future."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrow:
    """What a short sale of a contract needs."""

    shortable: Shortable = Shortable.EASY
    shares: int = 10_000_000
    """Shares to be had."""

    yearly_fee: Decimal = Decimal("0.0025")
    """Fraction of the value a year."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One contract of a combination."""

    con_id: int
    ratio: int
    """How many; negative for a leg that is sold."""

    weight: Decimal
    """What its price counts in the combination's: the ratio in multipliers of the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One contract; prices are as quoted, in the currency divided by the price magnifier."""

    con_id: int
    symbol: str
    sec_type: str = "STK"
    currency: str = "USD"
    long_name: str
    primary_exchange: str
    """Exchange of listing; the only one of what does not route."""

    exchanges: tuple[str, ...] = US_EXCHANGES
    market_name: str
    trading_class: str = ""
    """The market name when empty."""

    local_symbol: str = ""
    """The symbol when empty."""

    multiplier: Decimal = Decimal(1)
    """Units of the underlying one contract stands for."""

    last_trade_date: date | None = None
    contract_month: str = ""
    first_notice: date | None = None
    """First day on which a long future may be asked to take delivery."""

    strike: Decimal | None = None
    right: str = ""
    """C or P of an option."""

    is_american: bool = True
    settles_in_cash: bool = False
    rule: MarketRule = CENT
    min_size: Decimal = Decimal(1)
    size_increment: Decimal = Decimal(1)
    suggested_size: Decimal = Decimal(100)
    price_magnifier: int = 1
    """Quoted units to one unit of the currency: 100 where prices are in pence or cents."""

    hours: Hours = US_STOCKS
    stock_type: str = "COMMON"
    """Kind of a stock; means nothing for anything else."""

    isin: str = ""
    cusip: str = ""
    coupon: Decimal | None = None
    """Per cent a year, of a bond."""

    underlying: int = 0
    """con_id of what it derives from, as contract details show it; 0 for none."""

    priced_from: int = 0
    """con_id of the contract its price follows; 0 for a price of its own."""

    pricing: Pricing | None = None
    """How it follows that contract's price."""

    legs: tuple[Leg, ...] = ()
    """Contracts a combination is made of; its price is theirs."""

    typical_size: int = 100
    """Size of an ordinary order of the makers, in units of the size increment."""

    activity: float = 1.0
    """How often it trades, compared with a liquid stock."""

    may_be_negative: bool = False
    trading: Trading = Trading.FULL
    entitlement: Entitlement = Entitlement.LIVE
    borrow: Borrow = Borrow()
    industry: str = ""
    category: str = ""
    subcategory: str = ""
    reference_price: Decimal
    """Last close of its daily history: the close of the day before the simulation begins."""

    daily_volatility: float
    """Standard deviation of one day's return, as a fraction."""

    @property
    def tick(self) -> Decimal:
        """The finest price increment: what the order book counts prices in."""
        return self.rule.smallest

    @property
    def time_zone(self) -> str:
        """Zone of its hours."""
        return self.hours.time_zone

    @property
    def name_of_class(self) -> str:
        """Its trading class as the wire shows it."""
        return self.trading_class or self.market_name

    @property
    def local_name(self) -> str:
        """Its local symbol as the wire shows it."""
        return self.local_symbol or self.symbol

    def has_ended(self, now: float) -> bool:
        """Return whether its last trading day is over; now is in seconds since 1970."""
        if self.last_trade_date is None or not isinstance(self.pricing, OptionPricing | Carried):
            return False
        return now >= self.pricing.ends

    @property
    def seed_name(self) -> str:
        """What its random numbers begin from."""
        return self.symbol if self.sec_type == "STK" else f"{self.sec_type}:{self.con_id}"

    @property
    def has_trades(self) -> bool:
        """Whether its prints are shown: not of currencies and contracts for difference."""
        return self.sec_type not in {"CASH", "CFD"}

    @property
    def lowest_ticks(self) -> int:
        """The least price a trade may have, in ticks."""
        return -(2**31) if self.may_be_negative else 1

    def price(self, ticks: float) -> Decimal:
        """Return the price of whole or half ticks."""
        return Decimal(ticks) * self.rule.smallest

    def quoted(self, ticks: float) -> float:
        """Return ticks as a price for the wire, without the noise of binary fractions."""
        return round(ticks * self.rule.unit, 8)

    def ticks(self, price: Decimal) -> int:
        """Return a price in ticks, rounded to the nearest."""
        return round(price / self.rule.smallest)

    def step_at(self, ticks: float) -> int:
        """Return how many ticks the increment is at a price; 1 where the rule has one row."""
        if len(self.rule.rows) == 1:
            return 1
        return round(self.rule.increment(self.price(ticks)) / self.rule.smallest)

    def size(self, lots: int) -> int | Decimal:
        """Return a number of the book's lots as a size for the wire."""
        return lots if self.size_increment == 1 else lots * self.size_increment

    def lots(self, size: Decimal) -> int:
        """Return a size in the book's lots, which are size increments."""
        return int(size / self.size_increment)

    def money(self, price: Decimal) -> Decimal:
        """Return what one contract is worth at a price, in its currency."""
        return price * self.multiplier / self.price_magnifier


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractQuery:
    """The contract fields of a request, as the client wrote them."""

    con_id: int = 0
    symbol: str = ""
    sec_type: str = ""
    last_trade_date: str = ""
    strike: Decimal | None = None
    """None when the client left it empty; 0 is what older clients send for none."""

    right: str = ""
    multiplier: str = ""
    exchange: str = ""
    primary_exchange: str = ""
    currency: str = ""
    local_symbol: str = ""
    trading_class: str = ""
    include_expired: bool = False
    isin: str = ""
    """The identifier of a look-up by ISIN."""

    cusip: str = ""
