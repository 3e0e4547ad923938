"""What a combination is as one contract, and the market that its legs' markets imply."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workstation.domain.combo import ComboLeg, combo_con_id
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import Quote

_CENT = PriceLadder.of_tick(Decimal("0.01"))
_TYPES = frozenset({"LMT", "MKT"})


@dataclass(frozen=True, slots=True)
class KnownLeg:
    """A leg with the rules of its contract."""

    leg: ComboLeg
    details: ContractDetails

    @property
    def point(self) -> Decimal:
        """Money that a price of 1 of one contract moves, in its currency."""
        return self.details.multiplier / self.details.price_magnifier

    @property
    def name(self) -> str:
        """How a trader calls it beside the other legs."""
        contract = self.details.contract
        if contract.right:
            return f"{contract.expiry} {contract.strike:f}{contract.right}"
        return contract.local_symbol or contract.symbol


def known_legs(
    legs: Sequence[ComboLeg], details: Callable[[ConId], ContractDetails | None]
) -> tuple[KnownLeg, ...] | None:
    """Return the legs with their rules; None while one of them is not known."""
    found = [(leg, details(leg.con_id)) for leg in legs]
    if any(each is None for _, each in found):
        return None
    return tuple(KnownLeg(leg, each) for leg, each in found if each is not None)


def combo_details(legs: Sequence[KnownLeg]) -> ContractDetails:
    """Return a combination as one contract; its price is net, in that of the largest leg.

    Its increment is the finest of its legs, a cent where a leg has several.
    """
    first = legs[0].details
    ladders = [each.details.ladder for each in legs]
    is_plain = all(len(ladder.bands) == 1 for ladder in ladders)
    finest = min(ladders, key=lambda ladder: ladder.bands[0].increment)
    symbols = list(dict.fromkeys(each.details.contract.symbol for each in legs))
    venues = {each.leg.exchange for each in legs}
    parts = [f"{_times(each.leg.ratio)}{each.name}" for each in legs]
    return ContractDetails(
        contract=Contract(
            con_id=combo_con_id(tuple(each.leg for each in legs)),
            symbol=",".join(symbols),
            sec_type="BAG",
            exchange=venues.pop() if len(venues) == 1 else "SMART",
            currency=first.contract.currency,
            local_symbol=f"{symbols[0]} {' '.join(parts)}",
            legs=tuple(each.leg for each in legs),
        ),
        long_name="Combination",
        ladder=finest if is_plain else _CENT,
        multiplier=max(each.point for each in legs),
        order_types=_TYPES,
        time_zone_id=first.time_zone_id,
        trading_hours=first.trading_hours,
        liquid_hours=first.liquid_hours,
    )


def combo_quote(
    legs: Sequence[KnownLeg], quote_of: Callable[[ConId], Quote | None]
) -> Quote | None:
    """Return the market that the legs imply; None while a leg has never had one.

    It is bought at the asks of what is bought and the bids of what is sold. A side is None
    where a leg lacks it.
    """
    quotes = [quote_of(each.leg.con_id) for each in legs]
    if not quotes or any(each is None for each in quotes):
        return None
    known = [each for each in quotes if each is not None]
    whole = max(each.point for each in legs)
    weights = [float(each.leg.ratio * each.point / whole) for each in legs]
    pairs = list(zip(known, weights, strict=True))
    bids = [quote.bid if weight > 0 else quote.ask for quote, weight in pairs]
    asks = [quote.ask if weight > 0 else quote.bid for quote, weight in pairs]
    return Quote(
        con_id=combo_con_id(tuple(each.leg for each in legs)),
        bid=_net(bids, weights),
        ask=_net(asks, weights),
        data_type=max(quote.data_type for quote in known),
        stale=any(quote.stale for quote in known),
        received_at=min(quote.received_at for quote in known),
    )


def _net(prices: Sequence[float | None], weights: Sequence[float]) -> float | None:
    known = [price for price in prices if price is not None]
    if len(known) != len(prices):
        return None
    return round(sum(p * w for p, w in zip(known, weights, strict=True)), 8)


def _times(ratio: int) -> str:
    sign = "+" if ratio > 0 else "\u2212"
    return sign if abs(ratio) == 1 else f"{sign}{abs(ratio)}x "
