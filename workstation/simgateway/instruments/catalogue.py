"""All contracts of the exchange: a table of those that stay, rules for those that end."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from workstation.simgateway.instruments.futures import (
    ROOTS,
    Root,
    continuous,
    future_of,
    listed_futures,
)
from workstation.simgateway.instruments.options import (
    CHAINS,
    Chain,
    Wanted,
    listed_options,
    option_named,
    option_of,
)
from workstation.simgateway.instruments.others import (
    BONDS,
    CRYPTO,
    FOREX_PAIRS,
    INDICES,
    differences,
)
from workstation.simgateway.instruments.record import ContractQuery, Instrument
from workstation.simgateway.instruments.stocks import DEMO, STOCKS

OPTIONS = {"OPT", "FOP"}
RIGHTS = {"C": "C", "CALL": "C", "P": "P", "PUT": "P"}
"""Anything else means none: clients send 0 and ?, too."""

FUTURES = {"FUT", "CONTFUT", "FUT+CONTFUT"}


class Catalogue(Mapping[int, Instrument]):
    """Contracts by con_id; iteration gives those that stay and the futures of the day.

    A process is one exchange: what it lists beyond its own is added once, before it opens.
    """

    def __init__(self) -> None:
        self._listed: dict[int, Instrument] = {}
        self._by_symbol: dict[str, list[Instrument]] = {}
        self._derivatives: dict[int, list[str]] = {}
        self._today = date(2026, 1, 2)
        others = (*INDICES, *FOREX_PAIRS, *CRYPTO, *differences(DEMO[0]), *BONDS)
        for instrument in (*STOCKS, *others):
            self.add(instrument)

    def __getitem__(self, con_id: int) -> Instrument:
        found = self._listed.get(con_id) or future_of(con_id) or option_of(con_id)
        if found is None:
            raise KeyError(con_id)
        return found

    def __iter__(self) -> Iterator[int]:
        yield from tuple(self._listed)
        for root in ROOTS:
            yield continuous(root).con_id
            for future in listed_futures(root, self._today):
                yield future.con_id

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, con_id: object) -> bool:
        return isinstance(con_id, int) and self.get(con_id) is not None

    def open_day(self, today: date) -> None:
        """List the futures and options of a day."""
        self._today = today

    @property
    def today(self) -> date:
        """The day whose futures and options are listed."""
        return self._today

    def add(self, instrument: Instrument) -> None:
        """List a contract, or replace the one of the same con_id."""
        self._listed[instrument.con_id] = instrument
        self._derivatives.clear()
        named = self._by_symbol.setdefault(instrument.symbol, [])
        named[:] = [other for other in named if other.con_id != instrument.con_id]
        named.append(instrument)

    def named(self, symbol: str) -> list[Instrument]:
        """Return what stays listed under a symbol: no futures, no options."""
        return list(self._by_symbol.get(symbol, ()))

    def candidates(self, query: ContractQuery) -> Iterable[Instrument]:
        """Return what a request may mean before all of its fields are looked at."""
        if query.con_id > 0:
            found = self.get(query.con_id)
            return [] if found is None else [found]
        if query.isin or query.cusip:
            return [i for i in self._listed.values() if _is_identified(i, query)]
        if query.sec_type in OPTIONS:
            return self._options(query)
        if query.sec_type in FUTURES:
            return self._futures(query)
        if query.symbol:
            return self.named(query.symbol.upper())
        local = query.local_symbol.upper()
        return [i for i in self._listed.values() if not local or i.local_name.upper() == local]

    def _options(self, query: ContractQuery) -> Iterator[Instrument]:
        if query.local_symbol and (one := option_named(query.local_symbol)):
            yield one
            return
        for chain in CHAINS:
            if _is_of(chain, query):
                wanted = Wanted(
                    expiry=query.last_trade_date.strip(),
                    strike=query.strike or None,
                    right=RIGHTS.get(query.right.strip().upper(), ""),
                )
                yield from self.chain(chain, wanted)

    def chain(self, chain: Chain, wanted: Wanted | None = None) -> Iterator[Instrument]:
        """Yield the contracts of a chain that trade today, all or those wanted."""
        price = self.price_around(chain)
        yield from listed_options(chain, self._today, price, wanted or Wanted())

    def lasting(self) -> Iterable[Instrument]:
        """Return what stays listed: no futures, no options."""
        return self._listed.values()

    def derivatives(self, instrument: Instrument) -> list[str]:
        """Return the security types that derive from a contract."""
        known = self._derivatives.get(instrument.con_id)
        if known is None:
            known = self._derivatives[instrument.con_id] = self._kinds_on(instrument)
        return known

    def _kinds_on(self, instrument: Instrument) -> list[str]:
        kinds = {chain.sec_type for chain in CHAINS if chain.underlying == instrument.con_id}
        kinds |= {"FUT" for root in ROOTS if root.index == instrument.con_id}
        kinds |= {"CFD" for i in self._listed.values() if i.underlying == instrument.con_id}
        return sorted(kinds)

    def price_around(self, chain: Chain) -> float:
        """Return the price around which the strikes of a chain lie."""
        underlying = self._listed.get(chain.underlying)
        return float(underlying.reference_price) if underlying else chain.price

    def _futures(self, query: ContractQuery) -> Iterator[Instrument]:
        for root in ROOTS:
            if not _is_of(root, query):
                continue
            if query.sec_type != "CONTFUT":
                expired = query.include_expired
                yield from listed_futures(root, self._today, include_expired=expired)
            if query.sec_type != "FUT":
                yield continuous(root)


def _is_identified(instrument: Instrument, query: ContractQuery) -> bool:
    isin, cusip = query.isin.upper(), query.cusip.upper()
    return bool((isin and instrument.isin == isin) or (cusip and instrument.cusip == cusip))


def _is_of(family: Chain | Root, query: ContractQuery) -> bool:
    return query.symbol.upper() in {"", family.symbol} and query.trading_class.upper() in {
        "",
        family.trading_class,
    }


BY_CON_ID = Catalogue()
"""What this process lists."""


def by_symbol(symbol: str) -> Instrument | None:
    """Return the stock of a symbol; the first when several have it."""
    stocks = (i for i in BY_CON_ID.named(symbol) if i.sec_type == "STK")
    return next(stocks, None)


def list_stock(instrument: Instrument) -> None:
    """Add a stock to the exchange, or replace the one of the same con_id."""
    BY_CON_ID.add(instrument)
