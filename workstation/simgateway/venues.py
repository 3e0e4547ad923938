"""Where the orders of a book stand: the venues a consolidated book is made of."""

from workstation.simgateway.instruments import Instrument

VENUES = ("ISLAND", "ARCA", "BATS", "IEX", "NYSE", "MEMX", "DRCTEDGE", "BYX")
"""Names as the protocol spells them."""

_ALIASES = {"NASDAQ": "ISLAND", "NASDAQ.NMS": "ISLAND", "EDGX": "DRCTEDGE"}


def venue_number(exchange: str) -> int | None:
    """Return the index of a venue; None for what has no depth."""
    name = _ALIASES.get(exchange, exchange)
    return VENUES.index(name) if name in VENUES else None


def shown_venue(instrument: Instrument, number: int) -> str:
    """Return where an order of a book stood: a stock has many places, all else one."""
    return VENUES[number] if instrument.sec_type == "STK" else instrument.primary_exchange
