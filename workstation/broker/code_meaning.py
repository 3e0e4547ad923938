"""How one of the broker's codes is to be understood."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from workstation.domain.notice import Severity


class LinkEffect(Enum):
    """What a message does to the link."""

    NONE = auto()
    LOST = auto()
    RESTORED_DATA_LOST = auto()
    RESTORED = auto()
    CLIENT_ID_IN_USE = auto()
    NEW_PORT = auto()


class CodeKind(StrEnum):
    """What a code is about."""

    LINK = "link"
    FARM = "data farm"
    ORDER = "order"
    CANCEL = "cancel"
    MARKET_DATA = "market data"
    REQUEST = "request"
    PROGRAM = "program"
    UNKNOWN = "unknown"


class OrderEffect(Enum):
    """What a message does to the order it names, if it names one: is it still live?"""

    NONE = "it changes no order"
    STAYS = "the order stays with the broker"
    REFUSED = "a new order is dead; a refused change leaves the order as it was"
    ENDED = "the order has ended"
    CHECK = "the order's state must be asked of the broker"


@dataclass(frozen=True, slots=True)
class Meaning:
    """How to show one code. Empty texts mean that the broker's own words say enough."""

    severity: Severity
    effect: str = ""
    advice: str = ""
    link: LinkEffect = LinkEffect.NONE
    kind: CodeKind = CodeKind.UNKNOWN
    order: OrderEffect = OrderEffect.NONE
