"""Which contracts a request means.

Source: tws-wire.md 2.4, C12.
"""

from decimal import Decimal, InvalidOperation
from itertools import islice

from workstation.simgateway.instruments.catalogue import BY_CON_ID, RIGHTS
from workstation.simgateway.instruments.record import ContractQuery, Instrument

_ALIASES = {
    "NASDAQ": {"NASDAQ", "ISLAND", "NASDAQ.NMS"},
    "ARCA": {"ARCA", "NYSEARCA"},
}
_STOCK_EXTRAS = {"NASDAQ", "IBKRATS", "BEST"}
_MOST_FOUND = 20_000
_MOST_MATCHES = 16
_SEARCHED = {"STK", "IND", "CASH", "CRYPTO"}


def find(query: ContractQuery) -> Instrument | None:
    """Return the contract a request means, or None when none or more than one fits."""
    found = find_all(query, 2)
    return found[0] if len(found) == 1 else None


def find_all(query: ContractQuery, most: int = _MOST_FOUND) -> list[Instrument]:
    """Return the contracts that fit a request, at most so many."""
    fitting = (one for one in BY_CON_ID.candidates(query) if _fits(one, query))
    return list(islice(fitting, most))


def _fits(instrument: Instrument, query: ContractQuery) -> bool:
    known_type = query.sec_type or query.con_id > 0 or query.isin or query.cusip
    return bool(
        known_type
        and instrument.sec_type in {query.sec_type or instrument.sec_type, *_parts(query)}
        and query.currency in {"", instrument.currency}
        and query.local_symbol.upper() in {"", instrument.local_name.upper()}
        and _fits_exchange(instrument, query)
        and (query.con_id > 0 or _fits_terms(instrument, query))
    )


def _parts(query: ContractQuery) -> list[str]:
    return query.sec_type.split("+")


def _fits_exchange(instrument: Instrument, query: ContractQuery) -> bool:
    aliases = _ALIASES.get(instrument.primary_exchange, {instrument.primary_exchange})
    routed = {"", *instrument.exchanges} | aliases
    if instrument.sec_type == "STK":
        routed |= _STOCK_EXTRAS
    if query.exchange not in routed:
        return False
    return not query.primary_exchange or query.primary_exchange in aliases | {"SMART"}


def _fits_terms(instrument: Instrument, query: ContractQuery) -> bool:
    """Return whether expiry, strike, right, multiplier and class are those asked for."""
    day = instrument.last_trade_date
    if query.last_trade_date:
        asked = query.last_trade_date.replace("-", "").split(" ")[0]
        by_month = len(asked) == 6 and asked == instrument.contract_month
        if day is None or not (by_month or asked == f"{day:%Y%m%d}"):
            return False
    if query.strike and instrument.strike is not None and query.strike != instrument.strike:
        return False
    right = RIGHTS.get(query.right.strip().upper(), "")
    if right and instrument.right and right != instrument.right:
        return False
    if query.multiplier and not _is_number(query.multiplier, instrument.multiplier):
        return False
    return query.trading_class.upper() in {"", instrument.name_of_class.upper()}


def _is_number(text: str, number: Decimal) -> bool:
    try:
        return Decimal(text) == number
    except InvalidOperation:
        return False


def matching(pattern: str) -> list[Instrument]:
    """Return what a symbol search finds: symbols that start with a pattern, then names."""
    wanted = pattern.strip().upper()
    if not wanted:
        return []
    by_start: list[Instrument] = []
    by_name: list[Instrument] = []
    for one in BY_CON_ID.lasting():
        if one.sec_type in _SEARCHED and one.symbol.startswith(wanted):
            by_start.append(one)
        elif one.sec_type in _SEARCHED and wanted in one.long_name:
            by_name.append(one)
    return (by_start + by_name)[:_MOST_MATCHES]
