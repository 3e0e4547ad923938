"""All contracts of the exchange, and which of them a request means."""

from collections.abc import Iterator, Mapping

from workstation.simgateway.instruments.record import ContractQuery, Instrument
from workstation.simgateway.instruments.stocks import STOCKS

_ALIASES = {
    "NASDAQ": {"NASDAQ", "ISLAND", "NASDAQ.NMS"},
    "ARCA": {"ARCA", "NYSEARCA"},
}
_EXTRA_EXCHANGES = {"NASDAQ", "IBKRATS", "BEST"}


class Catalogue(Mapping[int, Instrument]):
    """Contracts by con_id."""

    def __init__(self) -> None:
        self._listed: dict[int, Instrument] = {}
        self._by_symbol: dict[str, list[Instrument]] = {}
        for instrument in STOCKS:
            self.add(instrument)

    def __getitem__(self, con_id: int) -> Instrument:
        return self._listed[con_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def add(self, instrument: Instrument) -> None:
        """List a contract, or replace the one of the same con_id."""
        self._listed[instrument.con_id] = instrument
        named = self._by_symbol.setdefault(instrument.symbol, [])
        named[:] = [other for other in named if other.con_id != instrument.con_id]
        named.append(instrument)

    def named(self, symbol: str) -> list[Instrument]:
        """Return what is listed under a symbol."""
        return list(self._by_symbol.get(symbol, ()))

    def candidates(self, query: ContractQuery) -> list[Instrument]:
        """Return what a request may mean before its other fields are looked at."""
        if query.con_id > 0:
            found = self._listed.get(query.con_id)
            return [] if found is None else [found]
        if query.isin or query.cusip:
            return [
                i
                for i in self._listed.values()
                if (query.isin and i.isin == query.isin) or (query.cusip and i.cusip == query.cusip)
            ]
        symbol = query.symbol.upper()
        if symbol:
            return self.named(symbol)
        local = query.local_symbol.upper()
        return [i for i in self._listed.values() if local and i.local_name == local]


# A process is one exchange: what it lists beyond its own is added once, before it opens.
BY_CON_ID = Catalogue()


def by_symbol(symbol: str) -> Instrument | None:
    """Return the stock of a symbol; the first when several have it."""
    stocks = (i for i in BY_CON_ID.named(symbol) if i.sec_type == "STK")
    return next(stocks, None)


def list_stock(instrument: Instrument) -> None:
    """Add a stock to the exchange, or replace the one of the same con_id."""
    BY_CON_ID.add(instrument)


def find(query: ContractQuery) -> Instrument | None:
    """Return the contract a request means, or None when none or more than one fits."""
    found = find_all(query)
    return found[0] if len(found) == 1 else None


def find_all(query: ContractQuery) -> list[Instrument]:
    """Return every contract that fits a request."""
    return [i for i in BY_CON_ID.candidates(query) if _fits(i, query)]


def _fits(instrument: Instrument, query: ContractQuery) -> bool:
    known_type = query.sec_type or (query.con_id > 0 or query.isin or query.cusip)
    return bool(
        known_type
        and query.sec_type in {"", instrument.sec_type}
        and query.currency in {"", instrument.currency}
        and query.local_symbol.upper() in {"", instrument.local_name}
        and _fits_exchange(instrument, query)
    )


def _fits_exchange(instrument: Instrument, query: ContractQuery) -> bool:
    aliases = _ALIASES.get(instrument.primary_exchange, {instrument.primary_exchange})
    routed = {"", *instrument.exchanges} | aliases
    if "SMART" in instrument.exchanges:
        routed |= _EXTRA_EXCHANGES
    if query.exchange not in routed:
        return False
    return not query.primary_exchange or query.primary_exchange in aliases | {"SMART"}


def matching(pattern: str) -> list[Instrument]:
    """Return what a symbol search finds: symbols that start with a pattern, then names."""
    wanted = pattern.strip().upper()
    if not wanted:
        return []
    searched = list(BY_CON_ID.values())
    by_start = [i for i in searched if i.symbol.startswith(wanted)]
    by_name = [i for i in searched if wanted in i.long_name and i not in by_start]
    return by_start + by_name
