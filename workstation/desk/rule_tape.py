"""Keeps the quotes streaming that rules need, and brings them each tick."""

from collections.abc import Callable

from workstation.desk.contracts import Contracts
from workstation.desk.price_watch import PriceWatch
from workstation.desk.streams import Streams
from workstation.domain.ids import ConId
from workstation.domain.subscription import StreamKind

RULES = "Rules"
"""Who wants the quotes, in the list of what streams."""


class RuleTape:
    """Wants quotes for as long as a rule may need them. Core thread."""

    def __init__(self, watch: PriceWatch, contracts: Contracts, streams: Streams) -> None:
        self._watch = watch
        self._contracts = contracts
        self._streams = streams
        self._followed: frozenset[ConId] = frozenset()
        held = streams.traded
        streams.traded = lambda: held() | self._followed  # these quotes pause last

    def follow(self, con_ids: frozenset[ConId], on_price: Callable[[ConId], None]) -> None:
        """Follow these contracts and no others."""
        before, self._followed = self._followed, con_ids
        for con_id in con_ids - before:
            self._contracts.need(con_id)
            self._streams.want(con_id, StreamKind.QUOTES, RULES, once=True)
            self._watch.watch(RULES, con_id, _taker(con_id, on_price))
        for con_id in before - con_ids:
            self._streams.drop(con_id, StreamKind.QUOTES, RULES)
            self._watch.watch(RULES, con_id, None)

    def session_up(self) -> None:
        """Have the contracts looked up in a new session."""
        for con_id in self._followed:
            self._contracts.need(con_id)


def _taker(con_id: ConId, on_price: Callable[[ConId], None]) -> Callable[[str, float], None]:
    def take(_name: str, _price: float) -> None:
        on_price(con_id)

    return take
