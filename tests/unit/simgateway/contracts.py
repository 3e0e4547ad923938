"""The contract fields of requests, for tests of contracts and of data."""

from typing import Any


def contract(
    symbol: str = "",
    sec_type: str = "STK",
    exchange: str = "SMART",
    currency: str = "USD",
    **more: Any,
) -> list[Any]:
    """Return the twelve contract fields of a request."""
    return [
        more.get("con_id", 0),
        symbol,
        sec_type,
        more.get("expiry", ""),
        more.get("strike", ""),
        more.get("right", ""),
        more.get("multiplier", ""),
        exchange,
        more.get("primary", ""),
        currency,
        more.get("local", ""),
        more.get("trading_class", ""),
    ]
