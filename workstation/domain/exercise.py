"""Options exercised or given up by hand: the wish, its records, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.contract import ContractDetails
from workstation.domain.ids import AccountId, ConId, IntentId, OrderId
from workstation.domain.order import OrderDraft, OrderType, Side

ZERO = Decimal(0)
SOURCE = "exercise"
"""Where an entry that an exercise brings comes from."""

OPTION_TYPES = frozenset({"OPT", "FOP", "WAR"})


class ExerciseAction(StrEnum):
    """What is asked of the broker."""

    EXERCISE = "exercise"
    LAPSE = "lapse"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseOption:
    """Exercise so many of a long option position, or let them lapse.

    `held` is the position that the user saw; another one refuses. `override` means it although
    the option would not do so by itself. `acknowledged` are the findings that the user accepts
    about what is delivered. Answered by Done, Failed, NeedsAcknowledgement or Denied; Done says
    that the broker was asked, for it answers by positions alone.
    """

    intent_id: IntentId
    account: AccountId
    con_id: ConId
    action: ExerciseAction
    quantity: Decimal
    held: Decimal
    override: bool = False
    acknowledged: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseIntent:
    """A wish on its way to the broker, on record before its bytes; it is never sent again.

    `found` are the sentences about what is delivered that were shown or that informed.
    """

    wish: ExerciseOption
    order_id: OrderId
    name: str
    sha256: str
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseDenied:
    """A wish that was stopped here, with the reasons shown."""

    wish: ExerciseOption
    reasons: tuple[str, ...]


class ExerciseEnd(StrEnum):
    """Why an exercise is no longer waited for."""

    NOT_SENT = "not sent"
    REFUSED = "refused"
    POSITION_FELL = "the position fell"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseEnded:
    """What became of a wish that had been put on record."""

    order_id: OrderId
    end: ExerciseEnd
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What a wish does at the prices of now, money in the option's currency.

    `is_inside` tells whether the option is in the money and `intrinsic` what the wished number
    is worth, 0 out of the money; `worth` is what exercising brings at the price of the underlying,
    below 0 where more is paid than it costs there. `at_bid` is what selling them at the bid would bring.
    `delivered` is in shares or futures, signed, and `paid` what they cost, negative where money
    comes in. None means not known: a price is missing, or what the option is on.
    """

    is_inside: bool | None
    intrinsic: Decimal | None
    worth: Decimal | None
    at_bid: Decimal | None
    delivered: Decimal | None
    paid: Decimal | None


def names_an_option(details: ContractDetails | None) -> bool:
    """Tell whether a contract is an option whose terms are known."""
    if details is None or details.contract.sec_type not in OPTION_TYPES:
        return False
    return details.contract.strike is not None and details.contract.right in {"C", "P"}


def settles_in_cash(underlying: ContractDetails | None) -> bool | None:
    """Tell whether an option on this pays money; None where it was not looked up."""
    return None if underlying is None else underlying.contract.sec_type == "IND"


def delivery(
    option: ContractDetails, underlying: ContractDetails | None, quantity: Decimal
) -> Decimal | None:
    """Return what exercising brings, signed: shares or futures, 0 for cash, None not known."""
    in_cash = settles_in_cash(underlying)
    if in_cash is None or underlying is None:
        return None
    if in_cash:
        return ZERO
    each = option.multiplier / underlying.multiplier
    return quantity * each * (1 if option.contract.right == "C" else -1)


def delivered_order(
    wish: ExerciseOption, option: ContractDetails, underlying: ContractDetails, quantity: Decimal
) -> OrderDraft:
    """Return what an exercise delivers as the order it amounts to, at the strike."""
    return OrderDraft(
        intent_id=wish.intent_id,
        account=wish.account,
        con_id=underlying.contract.con_id,
        side=Side.BUY if quantity > 0 else Side.SELL,
        quantity=abs(quantity),
        order_type=OrderType.LIMIT,
        limit_price=option.contract.strike,
        source=SOURCE,
        acknowledged=wish.acknowledged,
    )


def consequence(
    option: ContractDetails,
    underlying: ContractDetails | None,
    quantity: Decimal,
    bid: Decimal | None,
    base: Decimal | None,
) -> Consequence:
    """Work out what exercising so many options does; `base` is the price of the underlying."""
    strike = option.contract.strike
    assert strike is not None  # names_an_option was asked
    units = option.multiplier / option.price_magnifier * quantity
    inside = None
    if base is not None:
        inside = base - strike if option.contract.right == "C" else strike - base
    delivered = delivery(option, underlying, quantity)
    sign = 1 if option.contract.right == "C" else -1
    intrinsic = None if inside is None else max(inside, ZERO) * units
    if delivered is None:
        paid = None
    elif delivered:
        is_future = underlying is not None and underlying.contract.sec_type == "FUT"
        paid = ZERO if is_future else strike * units * sign
    else:
        paid = None if intrinsic is None else -intrinsic
    worth = None if inside is None else inside * units
    return Consequence(
        is_inside=None if inside is None else inside >= Decimal("0.01"),
        intrinsic=intrinsic,
        worth=worth if delivered else intrinsic,
        at_bid=None if bid is None else bid * units,
        delivered=delivered,
        paid=paid,
    )
