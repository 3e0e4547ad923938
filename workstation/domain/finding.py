"""What the risk checks found, and the answers an order can get."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from workstation.domain.ids import OrderId, OrderKey


class Level(IntEnum):
    """How much a finding weighs; the highest one decides."""

    INFO = 1
    SOFT = 2
    HARD = 3


class RiskCode(StrEnum):
    """Names of the checks' findings; the prefix is the row in orders-and-risk.md 1.3."""

    READ_ONLY = "R01_READ_ONLY"
    WRONG_ENVIRONMENT = "R01_WRONG_ENVIRONMENT"
    UNKNOWN_ACCOUNT = "R01_UNKNOWN_ACCOUNT"
    NOT_ARMED = "R01_NOT_ARMED"
    QUANTITY_NOT_POSITIVE = "R02_QUANTITY_NOT_POSITIVE"
    PRICE_MISSING = "R02_PRICE_MISSING"
    PRICE_NOT_TAKEN = "R02_PRICE_NOT_TAKEN"
    PRICE_NOT_FINITE = "R02_PRICE_NOT_FINITE"
    STOP_MISSING = "R02_STOP_MISSING"
    STOP_NOT_TAKEN = "R02_STOP_NOT_TAKEN"
    UNKNOWN_CONTRACT = "R02_UNKNOWN_CONTRACT"
    TERMS = "R02_TERMS"
    ALREADY_DUE = "R02_ALREADY_DUE"
    TYPE_NOT_OFFERED = "R02_TYPE_NOT_OFFERED"
    TIF_NOT_OFFERED = "R02_TIF_NOT_OFFERED"
    OFF_TICK = "R03_OFF_TICK"
    OFF_LOT = "R03_OFF_LOT"
    QUANTITY = "R04_QUANTITY"
    ORDER_SIZE = "R05_ORDER_SIZE"
    POSITION = "R06_POSITION"
    SECOND_TARGET = "R06_SECOND_TARGET"
    EXPOSURE = "R07_EXPOSURE"
    LEVERAGE = "R08_LEVERAGE"
    MARGIN_USE = "R08_MARGIN_USE"
    CONCENTRATION = "R09_CONCENTRATION"
    FUNDS = "R10_FUNDS"
    SHORT = "R11_SHORT"
    DAILY_LOSS = "R12_DAILY_LOSS"
    WEEKLY_LOSS = "R12_WEEKLY_LOSS"
    PROFIT_TARGET = "R12_PROFIT_TARGET"
    DRAWDOWN = "R13_DRAWDOWN"
    TRAILING_DRAWDOWN = "R13_TRAILING_DRAWDOWN"
    PRICE_COLLAR = "R14_PRICE_COLLAR"
    STOP_THROUGH = "R14_STOP_THROUGH"
    NO_REFERENCE = "R14_NO_REFERENCE"
    DELAYED_DATA = "R14_DELAYED_DATA"
    FAR_PASSIVE = "R14_FAR_PASSIVE"
    CHASING = "R14_CHASING"
    RATE = "R15_RATE"
    AUTOMATION = "R16_AUTOMATION"
    DUPLICATE = "R17_DUPLICATE"
    WORKING_ORDERS = "R18_WORKING_ORDERS"
    SELF_CROSS = "R19_SELF_CROSS"
    RESTRICTED = "R20_RESTRICTED"
    CLASS_NOT_ENABLED = "R20_CLASS_NOT_ENABLED"
    NOT_ALLOWED = "R20_NOT_ALLOWED"
    CLOSED = "R21_CLOSED"
    HALTED = "R21_HALTED"
    PAST_CUT_OFF = "R21_PAST_CUT_OFF"
    STOP_SLEEPS = "R21_STOP_SLEEPS"
    LINK_NOT_READY = "R22_LINK_NOT_READY"
    BYTES_WAITING = "R22_BYTES_WAITING"
    CLOCK = "R22_CLOCK"
    TRADING_STATE = "R23_TRADING_STATE"
    FINAL_GATE = "R24_FINAL_GATE"
    DAY_TRADES = "R25_DAY_TRADES"
    GROUP = "R26_GROUP"
    STOP_SIDE = "R26_STOP_SIDE"
    TARGET_SIDE = "R26_TARGET_SIDE"
    CONFIRM_ENTRY = "CONFIRM_ENTRY"
    CONFIRM_AWAY = "CONFIRM_AWAY"
    REASON_MISSING = "REASON_MISSING"
    NOT_EDITABLE = "ORDER_NOT_EDITABLE"
    ENCODING = "ORDER_NOT_ENCODABLE"
    LIMITS = "LIMITS_NOT_CONFIGURED"
    CHECK_ERROR = "CHECK_ERROR"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of one check.

    `measured` and `limit` are texts with their unit, ready to be shown beside each other;
    empty where the check compares nothing. `advice` says what would pass.
    """

    code: RiskCode
    level: Level
    text: str
    measured: str = ""
    limit: str = ""
    advice: str = ""

    @property
    def acknowledgement(self) -> str:
        """What a draft carries to show that the user accepted this finding for this wish.

        Without the figures: they move with the market, and a move by a tick asks nothing.
        """
        return self.code.value

    @property
    def for_today(self) -> str:
        """What a draft carries to accept this finding for its contract until the day ends."""
        return f"{self.code.value}{TODAY}"


TODAY = ":today"
"""Ends an acknowledgement that holds for the contract and the rest of the day (1.4)."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The order is on record and its bytes are handed to the transport."""

    order_id: OrderId
    key: OrderKey
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedsAcknowledgement:
    """Nothing was sent; the user must accept these findings first."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Denied:
    """Nothing was sent and nothing will be, for these reasons."""

    findings: tuple[Finding, ...]


Answer = Submitted | NeedsAcknowledgement | Denied


class TradingState(StrEnum):
    """What may leave; each more restrictive than the one before (R23)."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"
    LOCKED = "LOCKED"
