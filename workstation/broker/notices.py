"""What the broker's coded messages mean: plain words, effect, what to do.

First form: the codes of the session. Source: tws-wire.md 3.3.
"""

from dataclasses import dataclass
from enum import Enum, auto

from workstation.domain.notice import Severity


class LinkEffect(Enum):
    """What a message does to the link."""

    NONE = auto()
    LOST = auto()
    RESTORED_DATA_LOST = auto()
    RESTORED = auto()
    CLIENT_ID_IN_USE = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """How to show one code. Empty texts mean that the broker's own words say enough."""

    severity: Severity
    effect: str = ""
    advice: str = ""
    link: LinkEffect = LinkEffect.NONE


_FARM_DOWN = Meaning(
    Severity.WARNING, "Quotes or history of some markets may be stale.", "It usually heals itself."
)
_FARM_UP = Meaning(Severity.INFO)

_TABLE: dict[int, Meaning] = {
    326: Meaning(
        Severity.ERROR,
        "This program is not connected.",
        "Another program uses this client id. Close it, or start with another --client-id.",
        LinkEffect.CLIENT_ID_IN_USE,
    ),
    1100: Meaning(
        Severity.ERROR,
        "TWS lost its link to the broker. Working orders stay at the exchange.",
        "New entries are denied until the link is back.",
        LinkEffect.LOST,
    ),
    2110: Meaning(
        Severity.ERROR,
        "TWS lost its link to the broker. Working orders stay at the exchange.",
        "It will be restored by itself.",
        LinkEffect.LOST,
    ),
    1101: Meaning(
        Severity.WARNING,
        "The link is back. All subscriptions are renewed, orders are compared.",
        "",
        LinkEffect.RESTORED_DATA_LOST,
    ),
    1102: Meaning(Severity.INFO, "The link is back. Orders are compared.", "", LinkEffect.RESTORED),
    1300: Meaning(Severity.ERROR, "TWS changed its port and dropped the connection."),
    2103: _FARM_DOWN,
    2105: _FARM_DOWN,
    2157: _FARM_DOWN,
    2104: _FARM_UP,
    2106: _FARM_UP,
    2107: _FARM_UP,
    2108: _FARM_UP,
    2119: _FARM_UP,
    2158: _FARM_UP,
    202: Meaning(Severity.INFO),
    399: Meaning(Severity.INFO, "The order stays with the broker."),
    100: Meaning(
        Severity.ALARM, "The broker counts too many messages.", "Sending pauses; nothing is resent."
    ),
    354: Meaning(Severity.WARNING, "There are no live quotes for this contract."),
    10089: Meaning(Severity.WARNING, "The quotes need a further subscription."),
    10167: Meaning(Severity.INFO, "Delayed quotes are shown."),
    10197: Meaning(
        Severity.WARNING, "Another session of the same user takes the market data.", "Close it."
    ),
}

_UNKNOWN = Meaning(Severity.WARNING)


def meaning_of(code: int) -> Meaning:
    """Return how to show a code; one that is not listed is shown in the broker's words."""
    if code not in _TABLE and 2100 <= code < 2200:
        return Meaning(Severity.INFO)
    return _TABLE.get(code, _UNKNOWN)
