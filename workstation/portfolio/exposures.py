"""Market values of everything an account holds, by contract, class and currency."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from workstation.domain.account import AccountSummary
from workstation.domain.clock import Clock
from workstation.domain.ids import AccountId, ConId
from workstation.domain.ports import ContractSource, QuoteSource
from workstation.domain.quote import Quote
from workstation.portfolio.positions import Key, Positions
from workstation.risk.facts import ONE, exact

FRESH_SECONDS = 0.5
"""Without a publishing for so long, an order values some prices itself."""

AT_A_BEAT = 25
"""Positions valued with each publishing, some 0.3 ms of work."""


Rate = Callable[[AccountId, str], Decimal | None]
"""What one unit of a foreign currency is worth in the account's own, None where not known."""


def no_rate(_account: AccountId, _currency: str) -> Decimal | None:
    """Stand in where no exchange rate is known."""
    return None


@dataclass(frozen=True, slots=True)
class Holding:
    """One position: signed quantity, signed value in base currency, None where not known.

    `name` is the contract's own symbol where it has one; `sector` and `underlying` are those
    of what a derivative rests on, "" where the broker has not told them.
    """

    con_id: ConId
    symbol: str
    sec_type: str
    currency: str
    quantity: Decimal
    value: Decimal | None
    name: str = ""
    underlying: str = ""
    sector: str = ""


@dataclass(slots=True)
class Book:
    """Every position of an account at one moment, with its sums in base currency."""

    holdings: dict[ConId, Holding] = field(default_factory=dict)
    gross: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    stocks: Decimal = Decimal(0)
    unvalued: int = 0

    def put(self, holding: Holding) -> None:
        """Count a position in place of what was known of it; a flat one is forgotten."""
        if (before := self.holdings.pop(holding.con_id, None)) is not None:
            self._count(before, -1)
        if holding.quantity:
            self.holdings[holding.con_id] = holding
            self._count(holding, 1)

    def _count(self, holding: Holding, sign: int) -> None:
        value = holding.value
        if value is None:
            self.unvalued += sign
            return
        self.net += sign * value
        self.gross += sign * abs(value)
        if holding.sec_type == "STK":
            self.stocks += sign * abs(value)


class Exposures:
    """Values positions by the newest prices; only what changed is valued anew. Core thread.

    Quantities are never old. Prices are valued with each publishing, some positions at a
    time: 500 that all move are valued within half a second.
    """

    def __init__(
        self,
        clock: Clock,
        positions: Positions,
        quotes: QuoteSource,
        contracts: ContractSource,
        summary: Callable[[AccountId], AccountSummary | None],
        rate: Rate = no_rate,
    ) -> None:
        self._clock = clock
        self._rate = rate
        self._positions = positions
        self._quotes = quotes
        self._contracts = contracts
        self._summary = summary
        self._touched = positions.watch()
        self._books: dict[AccountId, tuple[str, Book]] = {}
        self._settled_at = -math.inf

    def book(self, account: AccountId) -> Book:
        """Return what an account holds; the same object each time, brought up to date."""
        summary = self._summary(account)
        base = summary.currency if summary is not None else ""
        known = self._books.get(account)
        self._bring_up_to_date()
        if known is None or known[0] != base:
            known = self._books[account] = (base, Book())
            for con_id in self._positions.held(account):
                self._value((account, con_id))
        return known[1]

    def settle(self, most: int = AT_A_BEAT) -> None:
        """Value so many of the positions whose prices moved; called with each publishing.

        A part at a time, so that no order ever waits for all of them.
        """
        self._settled_at = self._clock.monotonic()
        quoted = self._touched.quoted
        for _ in range(min(most, len(quoted))):
            self._value(quoted.pop())

    def _bring_up_to_date(self) -> None:
        """Value what moved; of prices only where nobody has done so for a while."""
        moved = self._touched.moved
        while moved:
            self._value(moved.pop())
        if self._clock.monotonic() - self._settled_at >= FRESH_SECONDS:
            self.settle()

    def _value(self, key: Key) -> None:
        account, con_id = key
        known = self._books.get(account)
        if known is None:
            return  # nobody has asked about this account
        base, book = known
        quantity = self._positions.quantity(account, con_id)
        details = self._contracts.details(con_id)
        if details is None:
            book.put(Holding(con_id, f"#{con_id}", "", "", quantity, None))
            return
        contract, value = details.contract, self._worth(account, con_id, quantity, base)
        below = self._contracts.details(details.under_con_id) if details.under_con_id else None
        book.put(
            Holding(
                con_id,
                contract.symbol,
                contract.sec_type,
                contract.currency,
                quantity,
                value,
                contract.local_symbol or contract.symbol,
                details.under_symbol or contract.symbol,
                details.industry or (below.industry if below is not None else ""),
            )
        )

    def _worth(
        self, account: AccountId, con_id: ConId, quantity: Decimal, base: str
    ) -> Decimal | None:
        details = self._contracts.details(con_id)
        if details is None:
            return None
        currency = details.contract.currency
        fx = ONE if currency == base else self._rate(account, currency)
        price = mark(self._quotes.quote(con_id))
        if price is None:
            value = self._positions.value(account, con_id)
        else:
            value = quantity * price * details.multiplier / details.price_magnifier
        if value is None or fx is None:
            return None
        return value if fx is ONE else value * fx


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
