"""Combinations known to the desk: defined from their legs, quoted from their legs' markets."""

from collections.abc import Callable
from dataclasses import dataclass, field

from workstation.desk.contracts import Contracts
from workstation.desk.streams import Streams
from workstation.domain.combo import ComboLeg
from workstation.domain.combo_contract import combo_details, combo_quote, known_legs
from workstation.domain.commands import CommandResult, Done, Failed
from workstation.domain.ids import ConId, OrderKey
from workstation.domain.ports import ContractSource, QuoteSource, Reactor, Timer
from workstation.domain.quote import Quote
from workstation.domain.subscription import StreamKind
from workstation.oms.orders import OrderBook

COMBO = "Combination"
"""Whose streams the quotes of legs are."""

LOOK_UP_SECONDS = 10.0

Answering = Callable[[CommandResult], None]


class ComboQuotes:
    """Quotes of contracts and of combinations. Core thread."""

    def __init__(self, quotes: QuoteSource, contracts: ContractSource) -> None:
        self._quotes = quotes
        self._contracts = contracts

    def quote(self, con_id: ConId) -> Quote | None:
        """Return the newest quote; of a combination what its legs imply now."""
        if con_id > 0:
            return self._quotes.quote(con_id)
        details = self._contracts.details(con_id)
        if details is None:
            return None
        legs = known_legs(details.contract.legs, self._contracts.details)
        return None if legs is None else combo_quote(legs, self._quotes.quote)


@dataclass(slots=True)
class _Waiting:
    con_ids: frozenset[ConId]
    legs: tuple[ComboLeg, ...]
    answer: Answering
    timer: Timer


@dataclass(slots=True)
class Combos:
    """Defines combinations and keeps their legs known and quoted. Core thread.

    `want` and `drop` say whose quotes are needed while a combination is prepared.
    """

    reactor: Reactor
    contracts: Contracts
    orders: OrderBook
    want: Callable[[ConId], None]
    drop: Callable[[ConId], None]
    _prepared: set[ConId] = field(default_factory=set)
    _quoted: set[ConId] = field(default_factory=set)
    _waiting: list[_Waiting] = field(default_factory=list)

    def prepare(self, legs: tuple[ComboLeg, ...], answer: Answering) -> None:
        """Look the legs up, stream their quotes and define the combination; then answer.

        Legs that were prepared before and are in no longer lose their quotes.
        """
        self._prepare(frozenset(leg.con_id for leg in legs), legs, answer)

    def prepare_contracts(self, con_ids: tuple[ConId, ...], answer: Answering) -> None:
        """Look contracts up and stream their quotes, as for the legs of a combination."""
        self._prepare(frozenset(con_ids), (), answer)

    def _prepare(
        self, con_ids: frozenset[ConId], legs: tuple[ComboLeg, ...], answer: Answering
    ) -> None:
        self._prepared = set(con_ids)
        for con_id in con_ids:
            self.contracts.need(con_id)
        self.sweep()

        def expire() -> None:
            self._waiting.remove(waiting)
            answer(Failed("The broker did not tell all contracts within 10 s."))

        timer = self.reactor.call_later(LOOK_UP_SECONDS, expire)
        waiting = _Waiting(con_ids, legs, answer, timer)
        self._waiting.append(waiting)
        self._answer_known()

    def _answer_known(self) -> None:
        for waiting in list(self._waiting):
            if all(self.contracts.details(con_id) is not None for con_id in waiting.con_ids):
                if waiting.legs:
                    self.define(waiting.legs)
                self._waiting.remove(waiting)
                waiting.timer.cancel()
                waiting.answer(Done())

    def define(self, legs: tuple[ComboLeg, ...]) -> bool:
        """Make a combination known as one contract; False while a leg is not known."""
        known = known_legs(legs, self.contracts.details)
        if known is None:
            return False
        self.contracts.define(combo_details(known))
        return True

    def sweep(self) -> None:
        """Stream the legs of what is prepared and of what works; called each second."""
        wanted = self._prepared | {
            leg.con_id
            for order in self.orders.working()
            if order.con_id < 0
            for leg in self._legs(order.key)
        }
        for con_id in self._quoted - wanted:
            self.drop(con_id)
        for con_id in wanted - self._quoted:
            self.want(con_id)
        self._quoted = wanted

    def _legs(self, key: OrderKey) -> tuple[ComboLeg, ...]:
        order = self.orders.get(key)
        return () if order is None or order.draft is None else order.draft.legs

    def session_up(self) -> None:
        """Look up the legs of combinations that are working, so that they can be changed."""
        for order in self.orders:
            if order.draft is not None and order.draft.legs and not order.lifecycle.is_terminal:
                for leg in order.draft.legs:
                    self.contracts.need(leg.con_id)

    def on_known(self, con_id: ConId) -> None:
        """Define what waited for this contract, and what it changes."""
        if con_id < 0:
            return
        self._answer_known()
        for order in self.orders:
            legs = () if order.draft is None else order.draft.legs
            if any(leg.con_id == con_id for leg in legs) and not order.lifecycle.is_terminal:
                self.define(legs)


def build_combos(
    reactor: Reactor, contracts: Contracts, orders: OrderBook, streams: Streams
) -> Combos:
    """Build it over the desk's contracts and streams."""
    quotes = StreamKind.QUOTES
    return Combos(
        reactor,
        contracts,
        orders,
        want=lambda con_id: streams.want(con_id, quotes, COMBO),
        drop=lambda con_id: streams.drop(con_id, quotes, COMBO),
    )
