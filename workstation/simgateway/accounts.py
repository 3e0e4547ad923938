"""Cash, positions, profit and loss of the simulated accounts.

The base currency is USD; a position's money is in its contract's own currency, and marks are
what one contract is worth in it. Exact identity for what trades in USD, whatever trades:
equity = starting cash + realized + unrealized. Futures and CFDs are not paid for: what they
make comes into the cash when they are closed. Currencies that are bought are cash, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from workstation.simgateway.balances import Balances, Bound, Ledger
from workstation.simgateway.instruments import BY_CON_ID, Instrument
from workstation.simgateway.margin_period import ONE_PERIOD, MarginPeriod
from workstation.simgateway.reg_t import memo_change, reg_t_margin
from workstation.simgateway.requirements import (
    Requirement,
    margin_of,
    relief,
)

ACCOUNT = "SIM0000001"
"""The account that is there always, and the default of an order that names none."""

ACCOUNTS = (ACCOUNT, "SIM0000002")
"""Every account there can be."""

CURRENCY = "USD"
STARTING_CASH = Decimal(1_000_000)

COMMISSION_PER_SHARE = Decimal("0.005")
COMMISSION_MINIMUM = Decimal("1.00")

_COST_DIGITS = Decimal("0.00000001")
_UNPAID = frozenset({"FUT", "CFD"})
ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Shares held of one stock; negative when short.

    cost is what the open shares were bought for, commission included; for a short it is
    negative, what they were sold for less commission. realized, day_flow and day_value
    cover the present day.
    """

    con_id: int
    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realized: Decimal = ZERO
    day_flow: Decimal = ZERO
    """What today's trades were worth, less commission: sales positive."""

    day_value: Decimal = ZERO
    """Market value at the start of the day."""

    @property
    def average_cost(self) -> Decimal:
        """Cost of one open share; 0 when flat."""
        return self.cost / self.quantity if self.quantity else ZERO

    def value(self, mark: Decimal) -> Decimal:
        """Return the market value at a mark price."""
        return self.quantity * mark

    def unrealized(self, mark: Decimal) -> Decimal:
        """Return what closing at the mark would realize, before commission."""
        return self.quantity * mark - self.cost

    def daily(self, mark: Decimal) -> Decimal:
        """Return profit and loss since the start of the day."""
        return self.value(mark) - self.day_value + self.day_flow


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What of the account must survive a restart."""

    cash: Decimal
    realized: Decimal
    """Realized profit and loss since the account began."""

    day: str
    """The running day, yyyymmdd in the exchange's zone."""

    positions: tuple[Position, ...] = ()
    name: str = ACCOUNT
    foreign: dict[str, Decimal] = field(default_factory=dict)
    """Cash in other currencies."""

    income: Decimal = ZERO
    """Dividends less borrow fees since the account began, in USD."""

    memo: Decimal | None = None
    """What the special memorandum account remembers, in USD; None before it has begun."""

    deficient_since: float = 0.0
    """When it fell short of margin, in seconds since 1970; 0 while it is not."""


def _one(currency: str) -> Decimal:
    del currency
    return ONE


@dataclass(slots=True)
class Account:
    """One account; changes through fills and corrections alone."""

    cash: Decimal = STARTING_CASH
    """In USD."""

    realized: Decimal = ZERO
    day: str = ""
    positions: dict[int, Position] = field(default_factory=dict)
    name: str = ACCOUNT
    foreign: dict[str, Decimal] = field(default_factory=dict)
    income: Decimal = ZERO
    memo: Decimal | None = STARTING_CASH
    deficient_since: float = 0.0
    period: Callable[[], MarginPeriod] = lambda: ONE_PERIOD
    """Which margins count now."""

    rate: Callable[[str], Decimal] = _one
    """USD for one unit of a currency."""

    @classmethod
    def restored(cls, state: AccountState) -> "Account":
        """Return the account a state file describes."""
        held = {position.con_id: position for position in state.positions}
        return cls(
            cash=state.cash,
            realized=state.realized,
            day=state.day,
            positions=held,
            name=state.name,
            foreign=dict(state.foreign),
            income=state.income,
            memo=state.memo,
            deficient_since=state.deficient_since,
        )

    def state(self) -> AccountState:
        """Return what must survive a restart."""
        return AccountState(
            cash=self.cash,
            realized=self.realized,
            day=self.day,
            positions=tuple(self.positions[key] for key in sorted(self.positions)),
            name=self.name,
            foreign=dict(self.foreign),
            income=self.income,
            memo=self.memo,
            deficient_since=self.deficient_since,
        )

    def position(self, con_id: int) -> Position:
        """Return the position in a contract, flat when it was never traded."""
        return self.positions.get(con_id) or Position(con_id=con_id)

    # ---- fills -----------------------------------------------------------------------

    def apply_fill(
        self, con_id: int, signed_shares: Decimal, price: Decimal, commission: Decimal
    ) -> Decimal | None:
        """Book one fill at a quoted price; shares are positive for a buy.

        Returns the realized profit or loss, commission included, in the contract's currency,
        or None when the fill closed nothing.
        """
        instrument = BY_CON_ID[con_id]
        worth = instrument.money(price)
        flow = -signed_shares * worth - commission
        if instrument.sec_type == "CASH":
            self._pay(instrument.symbol, signed_shares)
            self._pay(instrument.currency, flow)
            return None
        closed, changed = _filled(self.position(con_id), signed_shares, worth, commission)
        self.positions[con_id] = replace(changed, day_flow=changed.day_flow + flow)
        is_unpaid = instrument.sec_type in _UNPAID
        change = memo_change(con_id, changed.quantity - signed_shares, changed.quantity, worth)
        self._remember((change - commission) * self._rate(instrument.currency))
        self._pay(instrument.currency, (closed or ZERO) if is_unpaid else flow)
        self.realized += (closed or ZERO) * self._rate(instrument.currency)
        return closed

    def correct(self, con_id: int, signed_shares: Decimal, old: Decimal, new: Decimal) -> None:
        """Book a fill's corrected price: on what is open still, else as profit or loss."""
        instrument = BY_CON_ID[con_id]
        change = signed_shares * instrument.money(new - old)
        held = self.position(con_id)
        currency = instrument.currency
        is_open = bool(held.quantity)
        if is_open:
            held = replace(held, cost=held.cost + change)
        else:
            held = replace(held, realized=held.realized - change)
            self.realized -= change * self._rate(currency)
        self.positions[con_id] = replace(held, day_flow=held.day_flow - change)
        if instrument.sec_type not in _UNPAID or not is_open:
            self._pay(currency, -change)

    def _remember(self, change: Decimal) -> None:
        if self.memo is not None:
            self.memo += change

    # ---- expiry --------------------------------------------------------------------------

    def drop(self, con_id: int, quantity: Decimal) -> None:
        """Forget so much of a position: what it cost is part of what came for it."""
        held = self.position(con_id)
        left = held.quantity - quantity
        cost = held.cost * left / held.quantity
        self.positions[con_id] = replace(held, quantity=left, cost=cost)

    def deliver(self, con_id: int, signed_shares: Decimal, price: Decimal, extra: Decimal) -> None:
        """Book shares that an option brought or took, at its strike.

        extra is what the option cost: it makes bought shares dearer and sold ones earn less.
        """
        flow = -signed_shares * price
        currency = BY_CON_ID[con_id].currency
        closed, changed = _filled(self.position(con_id), signed_shares, price, extra)
        change = memo_change(con_id, changed.quantity - signed_shares, changed.quantity, price)
        self._remember(change * self._rate(BY_CON_ID[con_id].currency))
        self.positions[con_id] = replace(changed, day_flow=changed.day_flow + flow)
        self._pay(currency, flow)
        self.realized += (closed or ZERO) * self._rate(currency)

    # ---- corporate actions ---------------------------------------------------------------

    def receive(self, con_id: int, amount: Decimal) -> None:
        """Book cash of so much a share held; shares sold short are charged it."""
        currency = BY_CON_ID[con_id].currency
        total = self.position(con_id).quantity * amount
        self._pay(currency, total)
        self.income += total * self._rate(currency)
        self._remember(total * self._rate(currency))

    def split(self, con_id: int, new: int, old: int, mark: Decimal) -> None:
        """Turn old shares into new ones of the same cost; a part of one is paid out in cash.

        mark is the new price.
        """
        held = self.position(con_id)
        exact = held.quantity * new / old
        whole = Decimal(int(exact))
        self.positions[con_id] = replace(held, quantity=exact)
        if exact != whole:
            self.apply_fill(con_id, whole - exact, mark, ZERO)
            left = self.positions[con_id]
            self.positions[con_id] = replace(left, quantity=whole)

    def _pay(self, currency: str, amount: Decimal) -> None:
        if currency == CURRENCY:
            self.cash += amount
        else:
            self.foreign[currency] = self.foreign.get(currency, ZERO) + amount

    def _rate(self, currency: str) -> Decimal:
        return ONE if currency == CURRENCY else self.rate(currency)

    # ---- days and figures --------------------------------------------------------------

    def roll_day(self, day: str, marks: Mapping[int, Decimal]) -> None:
        """Begin a new day: daily and realized figures start over, flat positions are dropped."""
        self.day = day
        self.memo = self.balances(marks).sma
        self.positions = {
            con_id: replace(p, realized=ZERO, day_flow=ZERO, day_value=p.value(marks[con_id]))
            for con_id, p in self.positions.items()
            if p.quantity
        }

    def balances(self, marks: Mapping[int, Decimal]) -> Balances:
        """Return the account values at the given marks, in USD."""
        ledgers = self._ledgers(marks)
        net = gross = daily = ZERO
        period = self.period()
        night, day = (self.required(marks, {}, overnight=one) for one in (True, False))
        needs, ahead = (night if one else day for one in (period.overnight, period.next_overnight))
        reg_t = self._reg_t(marks)
        equity = sum((one.equity * one.rate for one in ledgers), ZERO)
        for position in self.positions.values():
            instrument, mark = BY_CON_ID[position.con_id], marks[position.con_id]
            rate = self._rate(instrument.currency)
            daily += position.daily(mark) * rate
            if instrument.sec_type not in _UNPAID:
                net += position.value(mark) * rate
                gross += abs(position.value(mark)) * rate
        return Balances(
            cash=sum((one.cash * one.rate for one in ledgers), ZERO),
            equity=equity,
            gross_value=gross,
            net_value=net,
            initial_margin=needs.initial,
            maintenance_margin=needs.maintenance,
            realized=sum((one.realized * one.rate for one in ledgers), ZERO),
            unrealized=sum((one.unrealized * one.rate for one in ledgers), ZERO),
            daily=daily,
            ledgers=ledgers,
            reg_t=reg_t,
            sma=equity - reg_t if self.memo is None else max(self.memo, equity - reg_t),
            full=Requirement(night.initial, night.maintenance),
            ahead=Requirement(ahead.initial, ahead.maintenance),
            changes_at=period.changes_at,
        )

    def _reg_t(self, marks: Mapping[int, Decimal]) -> Decimal:
        """Return what Regulation T asks for the positions, in USD."""
        total = ZERO
        for held in self.positions.values():
            instrument = BY_CON_ID[held.con_id]
            one = reg_t_margin(instrument, held.quantity, marks[held.con_id], marks)
            total += one * self._rate(instrument.currency)
        return total

    def required(
        self,
        marks: Mapping[int, Decimal],
        more: Mapping[int, Decimal],
        *,
        overnight: bool | None = None,
    ) -> "Bound":
        """Return what the positions and so many more of some contracts bind, in USD.

        overnight is for the margins of the night; None means those that count now.
        """
        by_night = self.period().overnight if overnight is None else overnight
        held = {
            con_id: self.position(con_id).quantity + more.get(con_id, ZERO)
            for con_id in {**self.positions, **more}
        }
        initial = maintenance = saved = ZERO
        for con_id, quantity in held.items():
            instrument = BY_CON_ID[con_id]
            rate = self._rate(instrument.currency) if quantity else ZERO
            needs = margin_of(instrument, quantity, marks[con_id], marks, overnight=by_night)
            initial += needs.initial * rate
            maintenance += needs.maintenance * rate
        for currency, amount in relief(held, marks).items():
            saved += amount * self._rate(currency)
        return Bound(initial - saved, maintenance - saved, saved)

    def _ledgers(self, marks: Mapping[int, Decimal]) -> tuple[Ledger, ...]:
        """Return what there is in each currency, the base currency first."""
        cash = {CURRENCY: self.cash, **self.foreign}
        held: dict[str, list[tuple[Position, Instrument]]] = {}
        for position in self.positions.values():
            instrument = BY_CON_ID[position.con_id]
            held.setdefault(instrument.currency, []).append((position, instrument))
        currencies = dict.fromkeys([*cash, *held])
        return tuple(
            _ledger(name, self._rate(name), cash.get(name, ZERO), held.get(name, []), marks)
            for name in currencies
        )


def _ledger(
    currency: str,
    rate: Decimal,
    cash: Decimal,
    held: list[tuple[Position, Instrument]],
    marks: Mapping[int, Decimal],
) -> Ledger:
    values = {"stocks": ZERO, "options": ZERO, "others": ZERO, "futures_pnl": ZERO}
    for position, instrument in held:
        mark = marks[position.con_id]
        if instrument.sec_type in _UNPAID:
            values["futures_pnl"] += position.unrealized(mark)
            continue
        kind = {"STK": "stocks", "OPT": "options", "FOP": "options"}
        values[kind.get(instrument.sec_type, "others")] += position.value(mark)
    return Ledger(
        currency=currency,
        rate=rate,
        cash=cash,
        **values,
        unrealized=sum((p.unrealized(marks[p.con_id]) for p, _ in held), ZERO),
        realized=sum((p.realized for p, _ in held), ZERO),
    )


def _filled(
    old: Position, signed_shares: Decimal, worth: Decimal, commission: Decimal
) -> tuple[Decimal | None, Position]:
    """Return what a fill realized, and the position after it; its cash flow is not in it."""
    closing = ZERO
    if old.quantity * signed_shares < 0:
        closing = min(abs(old.quantity), abs(signed_shares))
    opening = abs(signed_shares) - closing
    sign = ONE if signed_shares > 0 else -ONE
    closing_fee = (commission * closing / abs(signed_shares)).quantize(_COST_DIGITS)
    removed = ZERO
    if closing == abs(old.quantity):
        removed = old.cost
    elif closing:
        removed = (old.cost * closing / abs(old.quantity)).quantize(_COST_DIGITS)
    realized = -sign * closing * worth - removed - closing_fee if closing else ZERO
    added = sign * opening * worth + (commission - closing_fee)
    changed = replace(
        old,
        quantity=old.quantity + signed_shares,
        cost=old.cost - removed + added,
        realized=old.realized + realized,
    )
    return (realized if closing else None), changed


def commission_for(shares: Decimal) -> Decimal:
    """Return the commission of an order of which so many shares have filled.

    Fixed pricing: 0.005 USD a share, 1.00 USD at least.
    """
    if shares <= 0:
        return ZERO
    return max(COMMISSION_MINIMUM, shares * COMMISSION_PER_SHARE)
