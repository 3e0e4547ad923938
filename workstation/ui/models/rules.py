"""The rows of the table of rules: tag, state, words, how far to go, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.account import PositionView
from workstation.domain.alert import Direction, as_written
from workstation.domain.contract import ContractDetails
from workstation.domain.exit_rule import ExitRule
from workstation.domain.ids import AccountId, ConId, OrderKey, RuleId
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle, OrderView
from workstation.domain.quote import Quote
from workstation.domain.rule import CLIENT_SIDE, RuleState, RuleView, action_words, when_words
from workstation.domain.rule_conditions import RuleCondition, Watched, holds, measured
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column, word_column
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import paint


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule, and how far it has to go, in words."""

    view: RuleView
    to_go: str = ""

    @property
    def tag(self) -> str:
        """Where it works."""
        return CLIENT_SIDE

    @property
    def action(self) -> str:
        """What it does."""
        rule = self.view.record.rule
        return "move the stop at the broker" if rule.action is None else action_words(rule.action)

    @property
    def status(self) -> str:
        """State, and why it does nothing now or what became of it."""
        record = self.view.record
        more = self.view.waits if record.state is RuleState.ARMED else record.note
        more = more or record.note
        return text.one_line(f"{more[:1].upper()}{more[1:]}", 400)

    @property
    def condition(self) -> str:
        """When it acts, with times as the user reads them."""
        rule = self.view.record.rule
        return text.one_line(when_words(rule, local_time), 400)

    @property
    def tree(self) -> str:
        """How it hangs together with others."""
        rule = self.view.record.rule
        words = [f"one of “{rule.group}”"] if rule.group else []
        words += ["after another rule"] if rule.after is not None else []
        return text.one_line(", ".join(words), 80)


def local_time(moment: datetime) -> str:
    """Write a time in the user's zone."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


class Screen:
    """What conditions are held against in the window: the newest that was told."""

    def __init__(self, state: ScreenState, now: datetime) -> None:
        self._state = state
        self._now = now

    def now(self) -> datetime:
        """Return the time, aware."""
        return self._now

    def market(self, con_id: ConId) -> Quote | None:
        """Return the quote, None where it is history."""
        quote = self._state.quotes.get(con_id)
        return None if quote is None or quote.stale else quote

    def result(self, account: AccountId, con_id: ConId) -> Decimal | None:
        """Return the unrealised result of a position."""
        position = self._state.positions.get((account, con_id))
        result = None if position is None else position.unrealized_pnl
        return None if result is None else as_written(result)

    def lifecycle(self, order: OrderKey) -> Lifecycle | None:
        """Return where an order stands."""
        known = self._state.orders.get(order)
        return None if known is None else known.lifecycle


def to_go(view: RuleView, state: ScreenState, now: datetime) -> str:
    """Say how far a rule is from acting, "" where that is not known or over."""
    record = view.record
    if not record.state.is_active or record.state is RuleState.HELD:
        return ""
    rule, screen = record.rule, Screen(state, now)
    if rule.exit is not None:
        return _exit_to_go(rule.exit, rule.account, state)
    return "; ".join(_distance(each, rule.account, screen) for each in rule.conditions)


def _distance(condition: RuleCondition, account: AccountId, screen: Screen) -> str:
    if holds(condition, account, screen):
        return "holds"
    if condition.watches is Watched.TIME and condition.time is not None:
        return text.time_left((condition.time - screen.now()).total_seconds())
    figure = measured(condition, account, screen)
    if figure is None or condition.value is None:
        return text.ABSENT if condition.watches.of_contract else "not yet"
    left = condition.value - figure
    way = left if condition.direction is Direction.RISES else -left
    if condition.watches is Watched.CHANGE:
        return f"{way:.2f} %"
    if condition.watches is Watched.PNL:
        return text.money(way)
    return f"{way:,f}"


def _exit_to_go(rule: ExitRule, account: AccountId, state: ScreenState) -> str:
    """Return the profit that is missing until an exit rule begins, or where its stop stands."""
    quote, details = state.quotes.get(rule.con_id), state.details.get(rule.con_id)
    position = state.positions.get((account, rule.con_id))
    entry = rule.entry or entry_of(position, details)
    if quote is None or quote.stale or details is None or entry is None:
        return text.ABSENT
    price = quote.bid if rule.side is Side.SELL else quote.ask
    if price is None:
        return text.ABSENT
    tick = details.ladder.increment_at(entry)
    left = rule.to_go(entry, as_written(price), details.ladder)
    if left > 0:
        return f"{-(-left // tick) * tick:,f}"
    stop = state.orders.get(rule.stop)
    where = None if stop is None else stop.stop_price
    return f"active, stop {text.exact_price(where, details.ladder)}"


def entry_of(position: PositionView | None, details: ContractDetails | None) -> Decimal | None:
    """Return the price at which a position was opened on average, as prices are written."""
    if position is None or position.average_cost is None or details is None:
        return None
    return position.average_cost * details.price_magnifier / details.multiplier


def stop_words(order: OrderView, details: Mapping[ConId, ContractDetails]) -> str:
    """Name a stop."""
    known = details.get(order.con_id)
    price = text.exact_price(order.stop_price, known.ladder if known is not None else None)
    words = f"{order.side} {text.size(order.remaining)} {order.symbol} {order.order_type} {price}"
    return text.one_line(f"{words} (order {order.order_id})", 80)


COLUMNS: tuple[Column[RuleRow], ...] = (
    word_column(
        "tag",
        "Where",
        lambda row: row.tag,
        "CLIENT-SIDE W",
        tip="Works only while this program runs; the broker knows nothing of it",
    ),
    word_column(
        "state", "State", lambda row: row.view.record.state.value, "Waits for another rule"
    ),
    Column(
        key="symbol",
        title="Symbol",
        text=lambda row: text.one_line(row.view.record.rule.symbol, 24),
        sort=lambda row: row.view.record.rule.symbol,
        sample="GOOGL WWW",
        is_number=False,
    ),
    word_column(
        "condition",
        "If",
        lambda row: row.condition,
        "AAPL last rises to 187.50 and the time is 2026-",
    ),
    word_column("action", "Then", lambda row: row.action, "send BUY 100 AAPL LMT 187.50 W"),
    word_column(
        "to_go",
        "To go",
        lambda row: row.to_go,
        "active, stop 100.00",
        tip="How far the market or the clock is from it",
    ),
    word_column(
        "result",
        "Now",
        lambda row: row.status,
        "Its conditions hold already: it waits until they do not",
    ),
    word_column("tree", "With others", lambda row: row.tree, "one of “breakout”"),
)
_STATE, _RESULT = 1, 6
_BAD = frozenset({RuleState.REFUSED, RuleState.UNKNOWN})
_ASKS = frozenset({RuleState.HELD, RuleState.PAUSED})


class RulesModel(KeyedTableModel[RuleId, RuleRow]):
    """Every rule of today and what is still to come."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    @override
    def colour(self, row: RuleRow, column: int) -> QColor | None:
        """Colour what needs the user, grey what is over."""
        colours, view = paint(), row.view
        if not view.record.state.is_active and view.record.state not in _BAD:
            return colours.muted
        if column == _STATE and view.record.state is RuleState.ARMED and not view.waits:
            return colours.up
        if column not in {_STATE, _RESULT}:
            return None
        if view.record.state in _BAD:
            return colours.error
        return colours.warning if view.record.state in _ASKS or view.waits else None

    @override
    def tip(self, row: RuleRow, column: int) -> str:
        """Say all of it."""
        return f"{row.condition}: {row.action}\n{row.status}"
