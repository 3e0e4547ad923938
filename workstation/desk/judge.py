"""Collects what one decision is made of and asks the risk checks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from workstation.desk.combo_judge import (
    as_part,
    combo_findings,
    leg_drafts,
    with_legs,
)
from workstation.desk.nearer import is_nearer, keeps_all_but_size
from workstation.desk.other_orders import (
    closed_by_combinations,
    closed_by_others,
    combination_of,
    is_another,
    is_of,
)
from workstation.desk.several_judge import after
from workstation.desk.working_ledger import WorkingLedger
from workstation.domain.account import AccountSummary, Environment
from workstation.domain.bracket import BracketDraft
from workstation.domain.clock import Clock
from workstation.domain.combo_contract import known_legs
from workstation.domain.commands import Previewed
from workstation.domain.confirmation import ConfirmationPolicy
from workstation.domain.contract import ContractDetails
from workstation.domain.finding import (
    TODAY,
    Finding,
    NeedsAcknowledgement,
    RiskCode,
    TradingState,
)
from workstation.domain.hedged import HedgedDraft
from workstation.domain.ids import AccountId, ConId, OrderKey
from workstation.domain.order import PLAIN, OrderDraft
from workstation.domain.order_source import is_automatic
from workstation.domain.order_status import OrderView
from workstation.domain.override import reasons_for_today
from workstation.domain.ports import ContractSource, QuoteSource
from workstation.domain.preview import MarginPreview
from workstation.domain.quote import Quote
from workstation.oms.actions import Actions
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.orders import OrderBook
from workstation.oms.outlet import Verdict
from workstation.portfolio.day_result import DayFigures
from workstation.portfolio.exposures import Book, Rate, no_rate
from workstation.portfolio.positions import Positions
from workstation.risk import gate
from workstation.risk.confirmation import confirmation_findings
from workstation.risk.delivery import DELIVERY_CHECKS
from workstation.risk.exposure import (
    Filling,
    beside,
    is_exit,
    leaves,
    rests,
)
from workstation.risk.facts import (
    ONE,
    Automatic,
    Facts,
    Link,
    Others,
    notional,
    reference_price,
    sendable,
)
from workstation.risk.group import bracket_findings
from workstation.risk.hedging import hedge_findings, most, not_sized
from workstation.risk.limits import Limits
from workstation.risk.sizing import claimed, unit_size
from workstation.risk.trading_day import MIDNIGHT, boundary_of

_NONE = Decimal(0)

SHORTABLE, HALTED = 46, 49
"""The tickGenerics that say whether shares can be borrowed, and whether trading is halted."""


def _not_told(_con_id: ConId, _kind: int) -> float | None:
    """Stand in where nobody tells."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of the desk that is no market figure, taken at one moment."""

    link: Link
    environment: Environment
    accounts: tuple[AccountId, ...]
    armed: bool
    read_only: bool
    trading_state: TradingState
    trading_reason: str
    limits: Limits | None
    limits_fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSources:
    """Where the figures come from."""

    clock: Clock
    quotes: QuoteSource
    contracts: ContractSource
    positions: Positions
    orders: OrderBook
    summary: Callable[[AccountId], AccountSummary | None]
    standing: Callable[[AccountId], Standing]
    actions: Callable[[], Actions]
    book: Callable[[AccountId], Book]
    day: Callable[[AccountId], DayFigures]
    preview: Callable[[OrderDraft], MarginPreview | None]
    rate: Rate = no_rate
    told: Callable[[ConId, int], float | None] = _not_told


class Judge:
    """Says what risk thinks of a draft. Core thread; changes nothing."""

    def __init__(self, sources: JudgeSources) -> None:
        self._sources = sources
        self.confirmations = ConfirmationPolicy()
        self._ledger = WorkingLedger(
            sources.orders, sources.positions, sources.quotes, sources.contracts
        )

    def __call__(self, draft: OrderDraft, changed: ManagedOrder | None) -> Verdict:
        """Run every check on a new order, or on a changed one without its old leaves."""
        if draft.legs:
            return self._combination(draft, changed)
        facts = self._facts(draft, changed)
        moves_away = False
        if changed is not None:
            if self._lowers_risk(draft, changed, facts.position):
                facts = replace(facts, is_exit=True)
            else:
                moves_away = facts.position * draft.side.sign < 0
        asked = self._asked(facts, moves_away=moves_away)
        found = sorted((*asked, *gate.findings(facts)), key=lambda each: -each.level)
        return self._verdict(facts, tuple(found), changed)

    def settle(self) -> None:
        """Sum the working orders anew where they changed; called after each round."""
        self._ledger.settle()

    def _asked(self, facts: Facts, *, moves_away: bool = False) -> tuple[Finding, ...]:
        """Return what the confirmation policy asks before an order by one gesture."""
        return tuple(confirmation_findings(facts, self.confirmations, moves_away=moves_away))

    def _combination(self, draft: OrderDraft, changed: ManagedOrder | None) -> Verdict:
        """Run the checks of the whole, and those of each leg as an order of its own."""
        facts = self._facts(draft, changed)
        legs = known_legs(draft.legs, self._sources.contracts.details)
        if legs is None or facts.details is None or facts.details.contract.legs != draft.legs:
            return self._verdict(facts, gate.findings(replace(facts, details=None)), changed)
        apart = self._legs_apart(facts, changed)
        if changed is not None and self._lowers_risk(draft, changed, facts.position):
            apart = [replace(each, is_exit=True) for each in apart]
        facts = with_legs(facts, legs, apart)
        found = combo_findings(facts, legs, apart)
        return self._verdict(facts, found, changed)

    def _legs_apart(self, whole: Facts, changed: ManagedOrder | None) -> list[Facts]:
        """Take the facts of each leg for what is left of the whole, without what it changes."""
        draft, own = whole.draft, None if changed is None else changed.key
        marketable = not rests(draft.side, (draft.limit_price,), whole.quote)
        legs = leg_drafts(replace(draft, quantity=whole.open_quantity))
        return [self._part(each, own, marketable=marketable) for each in legs]

    def _part(self, leg: OrderDraft, changed: OrderKey | None, *, marketable: bool) -> Facts:
        """Take the facts of a leg beside every combination that works in its contract."""
        legs = self._ledger.at(leg.account, leg.con_id).legs
        facts = self._facts(leg, None, is_leg=True)
        closing = self._closed_by_combinations(leg, facts.position, changed, marketable=marketable)
        return as_part(facts, legs, changed, closing)

    def _closed_by_legs(self, draft: OrderDraft, position: Decimal, quote: Quote | None) -> Decimal:
        marketable = not rests(draft.side, (draft.limit_price,), quote)
        return self._closed_by_combinations(draft, position, None, marketable=marketable)

    def _closed_by_combinations(
        self, draft: OrderDraft, position: Decimal, own: OrderKey | None, *, marketable: bool
    ) -> Decimal:
        legs = self._ledger.at(draft.account, draft.con_id).legs
        if not legs or position * draft.side.sign >= 0:
            return _NONE
        ask = self._sources
        whole = combination_of(ask.orders, ask.quotes, draft.source)
        return closed_by_combinations(legs, draft.side, own, whole, marketable=marketable)

    def several(self, drafts: Sequence[OrderDraft | BracketDraft]) -> list[Verdict]:
        """Judge orders that leave together, each as if those before it were working."""
        earlier: list[Facts] = []
        verdicts = []
        for draft in drafts:
            entry = draft.entry if isinstance(draft, BracketDraft) else draft
            facts = after(self._facts(entry, None), earlier)
            group = _group(draft, facts) if isinstance(draft, BracketDraft) else ()
            everything = (*self._asked(facts), *gate.findings(facts), *group)
            found = sorted(everything, key=lambda each: -each.level)
            verdicts.append(self._verdict(facts, tuple(found), None))
            if verdicts[-1].refusal is None:
                earlier.append(facts)
        return verdicts

    def preview(self, draft: OrderDraft | BracketDraft) -> Previewed:
        """Return what would become of a draft now, with all findings."""
        verdict = self.bracket(draft) if isinstance(draft, BracketDraft) else self(draft, None)
        return Previewed(verdict.refusal, verdict.findings, is_exit=verdict.entry_value is None)

    def delivery(self, draft: OrderDraft) -> Verdict:
        """Run the checks of what an exercise delivers; it is no order of its own."""
        facts = self._facts(draft, None)
        return self._verdict(facts, gate.findings(facts, DELIVERY_CHECKS), None)

    def bracket(self, bracket: BracketDraft) -> Verdict:
        """Run every check on a bracket as a whole: one denied leg denies all (R26)."""
        facts = self._facts(bracket.entry, None)
        everything = (*self._asked(facts), *gate.findings(facts), *_group(bracket, facts))
        found = sorted(everything, key=lambda each: -each.level)
        return self._verdict(facts, tuple(found), None)

    def hedged(self, wish: HedgedDraft) -> tuple[Verdict, Decimal | None]:
        """Run every check on an order and on its hedge at the most it can be.

        One denied denies both. Returns also the money that the hedge moves as an entry, None
        where it closes; of one that cannot be sized, the most there can be.
        """
        parent = self._facts(wish.parent, None)
        plain = replace(wish.child, terms=PLAIN)
        size = most(wish.hedge, parent, child := self._facts(plain, None))
        least = child.details.min_size if child.details is not None else Decimal(1)
        is_sized = not isinstance(size, str)
        as_large = replace(plain, quantity=least if isinstance(size, str) else size)
        child = after(self._facts(as_large, None), [parent])
        if not is_sized:
            child = replace(child, is_exit=False)
        of_hedge = [*gate.findings(child), *hedge_findings(wish.hedge, parent, child)]
        if isinstance(size, str):
            of_hedge.append(not_sized(size))
        named = (replace(each, text=f"Hedge: {each.text}") for each in of_hedge)
        everything = (*self._asked(parent), *gate.findings(parent), *named)
        found = sorted(everything, key=lambda each: -each.level)
        verdict = self._verdict(parent, tuple(found), None)
        if child.is_exit:
            return verdict, None
        largest = child.limits.order_size.catastrophic if child.limits else Decimal("NaN")
        return verdict, _entry_value(child, None) if is_sized else largest

    def _verdict(
        self, facts: Facts, found: tuple[Finding, ...], changed: ManagedOrder | None
    ) -> Verdict:
        accepted = facts.draft.acknowledged
        refusal = gate.refusal(found, accepted)
        if isinstance(refusal, NeedsAcknowledgement):
            refusal = gate.refusal(found, accepted | self._accepted_today(facts))
        return Verdict(
            findings=found,
            refusal=refusal,
            facts=facts,
            entry_value=None if facts.is_exit else _entry_value(facts, changed),
        )

    def _facts(
        self, draft: OrderDraft, changed: ManagedOrder | None, *, is_leg: bool = False
    ) -> Facts:
        ask, standing = self._sources, self._sources.standing(draft.account)
        details, quote = ask.contracts.details(draft.con_id), ask.quotes.quote(draft.con_id)
        place = self._ledger.at(draft.account, draft.con_id)
        position = ask.positions.quantity(draft.account, draft.con_id)
        itself = changed.view() if changed is not None else None
        open_quantity = _open_quantity(draft, changed)
        rest = tuple(each for each in place.filling if not is_of(itself, each[0]))
        here = beside(rest, draft, open_quantity)
        apart = (*here, *place.legs)
        beside_it = _NONE if is_leg else self._closed_by_legs(draft, position, quote)
        closes = beside_it + closed_by_others(place.orders, draft, itself, quote, position)
        facts = Facts(
            draft=draft,
            open_quantity=open_quantity,
            now=ask.clock.now(),
            details=details,
            quote=quote,
            position=position,
            working=leaves(apart),
            is_exit=is_exit(draft.side, open_quantity, position, closes),
            closes=closes,
            summary=ask.summary(draft.account),
            fx=self._fx(draft.account, details.contract.currency if details else ""),
            limits=_limits_for(draft, details, standing.limits),
            limits_fault=standing.limits_fault,
            link=standing.link,
            environment=standing.environment,
            accounts=standing.accounts,
            armed=standing.armed,
            read_only=standing.read_only,
            trading_state=standing.trading_state,
            trading_reason=standing.trading_reason,
            opposite=tuple(each for each, _ in apart if each.side is not draft.side),
            same_side_orders=sum(is_another(each, draft, itself) for each in place.orders),
            group=() if changed is not None else self._group(draft),
        )
        return self._of_account(facts, here, changed)

    def _group(self, draft: OrderDraft) -> tuple[OrderView, ...]:
        """Return our other orders of the draft's group, also those that ended."""
        oca = draft.terms.oca
        if oca is None:
            return ()
        orders = self._sources.orders
        return tuple(each.view() for each in orders if each.oca_group == oca.name and each.mine)

    def _of_account(
        self, facts: Facts, here: tuple[Filling, ...], changed: ManagedOrder | None
    ) -> Facts:
        """Add what the account as a whole, the day and the user's other actions tell."""
        ask, draft = self._sources, facts.draft
        actions, day = ask.actions(), ask.day(draft.account)
        place = (draft.account, draft.con_id)
        opening, working = self._ledger.opening(
            draft.account, draft.con_id, here, lambda currency: self._fx(draft.account, currency)
        )
        return replace(
            facts,
            unsized=sum(each.is_unsized for each in self._ledger.at(*place).orders),
            shortable=ask.told(draft.con_id, SHORTABLE),
            cash_account=None if facts.summary is None else facts.summary.is_cash,
            actions_last_second=actions.count(1),
            actions_last_minute=actions.count(60),
            seconds_since_same=None if changed is not None else actions.since_same(draft),
            chasing=0 if changed is not None else _chasing(draft, actions),
            automatic=self._automatic(draft.source),
            open_cost=claimed(opening, facts.limits) if facts.limits else Decimal(0),
            open_values=opening,
            others=self._others(draft, working),
            day_pnl=day.pnl,
            below_peak=day.below_peak,
            week_pnl=day.week,
            below_best=day.below_best,
            is_day_estimated=day.is_estimated,
            is_halted=ask.told(draft.con_id, HALTED) in {1.0, 2.0},
            preview=ask.preview(draft) if changed is None else None,
        )

    def _others(self, draft: OrderDraft, working: Decimal) -> Others:
        """Take the sums of the account without the contract of the draft."""
        book = self._sources.book(draft.account)
        own = book.holdings.get(draft.con_id)
        value = own.value if own is not None else None
        size = abs(value) if value is not None else Decimal(0)
        return Others(
            gross=book.gross - size,
            net=book.net - (value or Decimal(0)),
            stocks=book.stocks - (size if own is not None and own.sec_type == "STK" else 0),
            working=working,
            unvalued=book.unvalued - (own is not None and value is None),
        )

    def _automatic(self, source: str) -> Automatic | None:
        """Count what a rule or strategy has done since the last order by hand."""
        if not is_automatic(source):
            return None
        orders = fills = 0
        for order in reversed(list(self._sources.orders)):
            if order.draft is None:
                continue
            if not is_automatic(order.draft.source):
                break
            if order.draft.source == source:
                orders, fills = orders + 1, fills + len(order.revisions)
        return Automatic(orders=orders, fills=fills)

    def _accepted_today(self, facts: Facts) -> frozenset[str]:
        """Return what the user has accepted for the rest of the day (1.4).

        A finding of delayed data holds for every contract once it was accepted for one.
        """
        draft, delayed = facts.draft, RiskCode.DELAYED_DATA.value
        day_of = boundary_of(facts.limits.day_begins if facts.limits else MIDNIGHT).day_of
        today = day_of(facts.now)
        found: set[str] = set()
        for order in self._sources.orders:
            sent = order.draft
            if sent is None or not sent.acknowledged or sent.account != draft.account:
                continue
            if day_of(order.created_at) != today:
                continue
            if delayed in sent.acknowledged:
                found.add(delayed)
            if sent.con_id == draft.con_id:
                found.update(x.removesuffix(TODAY) for x in sent.acknowledged if x.endswith(TODAY))
                found |= reasons_for_today(sent.acknowledged)
        found.update(x.removesuffix(TODAY) for x in draft.acknowledged if x.endswith(TODAY))
        return frozenset(found)

    def _lowers_risk(self, draft: OrderDraft, changed: ManagedOrder, position: Decimal) -> bool:
        """Tell whether a change only lowers risk (1.2).

        A smaller quantity at unchanged prices does; an exit's new prices do too: always while
        its entry has not filled, else where a stop comes closer or a limit more marketable.
        """
        numbers = (draft.quantity, draft.limit_price, draft.stop_price)
        if not all(number is None or number.is_finite() for number in numbers):
            return False
        if draft.quantity > changed.quantity:
            return False
        if keeps_all_but_size(draft, changed):
            return True
        parent = None if changed.parent is None else self._sources.orders.get(changed.parent)
        if parent is not None and not parent.lifecycle.is_terminal:
            return True
        return position * draft.side.sign < 0 and is_nearer(draft, changed)

    def _fx(self, account: AccountId, currency: str) -> Decimal | None:
        """Return what a currency is worth in the account's, None if not known."""
        summary = self._sources.summary(account)
        if not currency or summary is None or currency == summary.currency:
            return ONE
        return self._sources.rate(account, currency)


def _group(bracket: BracketDraft, facts: Facts) -> tuple[Finding, ...]:
    """Return what is wrong with the exits of a bracket whose entry has these facts."""
    reference = reference_price(facts)
    closes = facts.is_exit
    return tuple(bracket_findings(bracket, facts.details, reference, facts.now, closes=closes))


def _open_quantity(draft: OrderDraft, changed: ManagedOrder | None) -> Decimal:
    """Return what a draft could still fill; a changed order has filled a part already."""
    if changed is None or not draft.quantity.is_finite():
        return draft.quantity
    return draft.quantity - changed.filled


def _entry_value(facts: Facts, changed: ManagedOrder | None) -> Decimal:
    """Return the size an entry adds: of a change only what it adds to the order it changes."""
    value = _size(facts, facts.open_quantity)
    if facts.combo_unit is not None:
        value = max(value or Decimal(0), facts.combo_unit * facts.open_quantity)
    if value is None:  # the user accepted that; the final gate counts the most there can be
        return facts.limits.order_size.catastrophic if facts.limits else Decimal("NaN")
    if changed is None:
        return value
    old = replace(facts.draft, limit_price=changed.limit_price, stop_price=changed.stop_price)
    before = _size(replace(facts, draft=old), changed.quantity - changed.filled)
    return max(value - (before or Decimal(0)), Decimal(0))


def _size(facts: Facts, quantity: Decimal) -> Decimal | None:
    """Measure a quantity as R05 does, by its notional where its class cannot be measured.

    The final gate's limit is a multiple of R05's: a future that counted by its notional would
    reach it with a few contracts, and lock trading.
    """
    unit = unit_size(facts)
    if unit is None or not sendable(quantity):
        return notional(facts, quantity)
    return unit * quantity


def _limits_for(
    draft: OrderDraft, details: ContractDetails | None, limits: Limits | None
) -> Limits | None:
    if limits is None or not limits.overrides or details is None:
        return limits
    contract = details.contract
    return limits.for_order(contract.symbol, contract.sec_type, draft.source)


def _chasing(draft: OrderDraft, actions: Actions) -> int:
    """Count the orders of the last minute that led up to this limit, each nearer than before."""
    price, count = draft.limit_price, 0
    if price is None or not price.is_finite():
        return 0
    for limit in reversed(actions.limits_sent(draft)):
        if draft.side.sign * (price - limit) <= 0:
            break
        price, count = limit, count + 1
    return count
