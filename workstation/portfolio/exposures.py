"""Market values of everything an account holds, by contract, class and currency."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from workstation.domain.account import AccountSummary
from workstation.domain.clock import Clock
from workstation.domain.ids import AccountId, ConId
from workstation.domain.ports import ContractSource, QuoteSource
from workstation.domain.quote import Quote
from workstation.portfolio.positions import Positions
from workstation.risk.facts import exact

FRESH_SECONDS = 0.5
"""How long values stand while no quantity changes; prices in them are that old at most."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One position: signed quantity, signed value in base currency, None where not known."""

    con_id: ConId
    symbol: str
    sec_type: str
    currency: str
    quantity: Decimal
    value: Decimal | None


@dataclass(slots=True)
class Book:
    """Every position of an account at one moment, with its sums in base currency."""

    holdings: dict[ConId, Holding] = field(default_factory=dict)
    gross: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    stocks: Decimal = Decimal(0)
    unvalued: int = 0

    def add(self, holding: Holding) -> None:
        """Count a position; one without a value counts as that."""
        self.holdings[holding.con_id] = holding
        if holding.value is None:
            self.unvalued += 1
            return
        self.net += holding.value
        self.gross += abs(holding.value)
        if holding.sec_type == "STK":
            self.stocks += abs(holding.value)


class Exposures:
    """Values positions by the newest prices, and keeps the values for half a second.

    Quantities are never old: any change of one values everything anew. Core thread.
    """

    def __init__(
        self,
        clock: Clock,
        positions: Positions,
        quotes: QuoteSource,
        contracts: ContractSource,
        summary: Callable[[AccountId], AccountSummary | None],
    ) -> None:
        self._clock = clock
        self._positions = positions
        self._quotes = quotes
        self._contracts = contracts
        self._summary = summary
        self._books: dict[AccountId, tuple[int, float, Book]] = {}

    def book(self, account: AccountId) -> Book:
        """Return what an account holds."""
        version, now = self._positions.version, self._clock.monotonic()
        kept = self._books.get(account)
        if kept is not None and kept[0] == version and now - kept[1] < FRESH_SECONDS:
            return kept[2]
        summary = self._summary(account)
        base = summary.currency if summary is not None else ""
        book = Book()
        for con_id, quantity in self._positions.held(account).items():
            if quantity:
                book.add(self._holding(account, con_id, quantity, base))
        self._books[account] = (version, now, book)
        return book

    def _holding(self, account: AccountId, con_id: ConId, quantity: Decimal, base: str) -> Holding:
        details = self._contracts.details(con_id)
        if details is None:
            return Holding(con_id, f"#{con_id}", "", "", quantity, None)
        contract = details.contract
        price = mark(self._quotes.quote(con_id))
        value = self._positions.value(account, con_id)
        if price is not None:
            value = quantity * price * details.multiplier / details.price_magnifier
        if contract.currency != base:
            value = None  # there is no exchange rate
        return Holding(
            con_id, contract.symbol, contract.sec_type, contract.currency, quantity, value
        )


def mark(quote: Quote | None) -> Decimal | None:
    """Return the price that values a position: middle, else last, else close; None without any.

    The middle is taken of a two-sided market only, and the last trade where it lies inside.
    """
    if quote is None:
        return None
    bid, ask, last = exact(quote.bid), exact(quote.ask), exact(quote.last)
    if quote.two_sided and bid is not None and ask is not None:
        if last is not None and bid <= last <= ask:
            return last
        return (bid + ask) / 2
    return last if last is not None else exact(quote.close)
