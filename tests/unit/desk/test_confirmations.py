"""What asks first when one gesture sends it, and the dry judgement of a change."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_fakes import LIMITS, SPY, D, Door, a_draft, open_order
from workstation.domain.account import Environment
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import Done, Failed, Previewed
from workstation.domain.confirmation import Ask, ConfirmationPolicy, Confirmations, UseConfirmations
from workstation.domain.finding import Denied, NeedsAcknowledgement, RiskCode, Submitted
from workstation.domain.ids import AccountId, IntentId, OrderKey
from workstation.domain.messages import ConfirmationsKnown
from workstation.domain.order import OrderChange, OrderDraft, OrderType, Side
from workstation.domain.reports import PositionReport

AWAY, ENTRY = RiskCode.CONFIRM_AWAY, RiskCode.CONFIRM_ENTRY
STOP = {"side": Side.SELL, "order_type": OrderType.STOP, "limit_price": None}


ACCOUNTS = {
    Environment.LIVE: AccountId("U1234567"),
    Environment.PAPER: AccountId("DU1234567"),
    Environment.SIMULATED: AccountId("SIM0000001"),
}


class World(Door):
    """A door whose account belongs to one world; armed at first."""

    def __init__(self, world: Environment = Environment.LIVE) -> None:
        super().__init__()
        self.account = ACCOUNTS[world]
        self.stand(environment=world, armed=True, accounts=(self.account,))
        self.desk.set_gate_limit(replace(LIMITS, account=self.account))

    def submit(self, draft: OrderDraft | None = None, **changes: Any) -> Any:
        return super().submit(draft, **{"account": self.account, **changes})

    def working(self, **changes: Any) -> OrderKey:
        answer = self.submit(**changes)
        order = self.order(answer.key)
        self.apply(open_order(order, account=self.account))
        return answer.key

    def own(self, quantity: int) -> None:
        self.positions.apply_position(
            PositionReport(
                account=self.account,
                con_id=SPY,
                symbol="SPY",
                quantity=D(quantity),
                average_cost=None,
            )
        )


def live() -> World:
    return World()


def protected(door: World) -> OrderKey:
    """A long position of 100 with its stop at 95."""
    door.own(100)
    return door.working(**STOP, stop_price=D("95.00"))


def moved(key: OrderKey, stop: str, **changes: Any) -> OrderChange:
    values = {"intent_id": IntentId("move"), "source": "chart", **changes}
    return OrderChange(key=key, stop_price=Decimal(stop), **values)


def codes(answer: Any) -> set[RiskCode]:
    return {finding.code for finding in answer.findings}


def test_a_stop_that_comes_closer_asks_nothing_even_on_a_live_account_that_is_not_armed() -> None:
    door = live()
    key = protected(door)
    door.stand(armed=False)
    frames = len(door.broker.frames)

    assert isinstance(door.desk.change(moved(key, "96.00")), Submitted)
    assert len(door.broker.frames) == frames + 1


def test_a_stop_that_moves_away_asks_once_and_again_the_next_time() -> None:
    door = live()
    key = protected(door)
    frames = len(door.broker.frames)

    answer = door.desk.change(moved(key, "94.00"))
    assert isinstance(answer, NeedsAcknowledgement)
    assert AWAY in codes(answer)
    assert len(door.broker.frames) == frames
    said = moved(key, "94.00", intent_id=IntentId("move 2"), acknowledged=frozenset({AWAY.value}))
    assert isinstance(door.desk.change(said), Submitted)
    assert len(door.broker.frames) == frames + 1


def test_a_stop_that_moves_away_never_needs_arming() -> None:
    door = live()
    key = protected(door)
    door.stand(armed=False)
    said = moved(key, "94.00", acknowledged=frozenset({AWAY.value}))
    assert isinstance(door.desk.change(said), Submitted)


@pytest.mark.parametrize("environment", [Environment.SIMULATED, Environment.PAPER])
def test_without_real_money_nothing_asks_unless_the_table_says_so(environment: Any) -> None:
    door = World(environment)
    key = protected(door)
    assert isinstance(door.desk.change(moved(key, "94.00")), Submitted)
    careful = Confirmations(away=Ask.ALWAYS)
    door.desk.judge.confirmations = ConfirmationPolicy(paper=careful, simulated=careful)
    dry = door.desk.controller.preview_change(moved(key, "93.00", intent_id=IntentId("next")))
    assert isinstance(dry, Failed)  # the first change is not acknowledged yet
    other = World(environment)
    other.desk.judge.confirmations = ConfirmationPolicy(paper=careful, simulated=careful)
    assert isinstance(other.desk.change(moved(protected(other), "94.00")), NeedsAcknowledgement)


@pytest.mark.parametrize(
    ("kind", "asks"),
    [
        (Confirmations(limit=Ask.NEVER), False),
        (Confirmations(limit=Ask.ALWAYS), True),
        (Confirmations(stop=Ask.ALWAYS, market=Ask.ALWAYS), False),
        (Confirmations(limit=Ask.LARGE, large=D(9_999)), True),
        (Confirmations(limit=Ask.LARGE, large=D(10_001)), False),
    ],
)
def test_an_entry_by_one_gesture_asks_by_kind_and_size(kind: Confirmations, asks: bool) -> None:
    door = live()
    door.desk.judge.confirmations = ConfirmationPolicy(live=kind)
    answer = door.submit(source="chart", quantity=D(100), limit_price=D("100.00"))
    assert isinstance(answer, NeedsAcknowledgement if asks else Submitted)
    if asks:
        assert ENTRY in codes(answer)


def test_the_ticket_names_the_order_itself_and_is_not_asked_again() -> None:
    assert isinstance(live().submit(source="ticket"), Submitted)


def test_an_order_that_closes_is_never_asked() -> None:
    door = live()
    door.own(100)
    door.stand(armed=False)
    answer = door.submit(source="chart", side=Side.SELL, limit_price=D("100.00"))
    assert isinstance(answer, Submitted)


def test_a_bracket_by_one_gesture_asks_as_a_whole() -> None:
    door = live()
    entry = a_draft(source="chart", account=door.account)
    bracket = BracketDraft(entry=entry, target_price=D("110.00"), stop_price=D("90.00"))
    answer = door.desk.submit_bracket(bracket)
    assert isinstance(answer, NeedsAcknowledgement)
    assert ENTRY in codes(answer)
    assert door.broker.frames == []


def test_a_dry_judgement_of_a_change_sends_and_records_nothing() -> None:
    door = live()
    key = protected(door)
    before = (len(door.broker.frames), list(door.journal.events))

    closer = door.desk.controller.preview_change(moved(key, "96.00"))
    farther = door.desk.controller.preview_change(moved(key, "94.00"))

    assert isinstance(closer, Previewed)
    assert (closer.answer, closer.is_exit) == (None, True)
    assert isinstance(farther, Previewed)
    assert isinstance(farther.answer, NeedsAcknowledgement)
    off = door.desk.controller.preview_change(moved(key, "94.003"))
    assert isinstance(off, Previewed)
    assert isinstance(off.answer, Denied)
    assert isinstance(door.desk.controller.preview_change(moved(OrderKey("none"), "94.00")), Failed)
    assert (len(door.broker.frames), list(door.journal.events)) == before


def test_the_table_is_on_record_and_in_force_again_after_a_restart() -> None:
    door = live()
    calm = ConfirmationPolicy(live=Confirmations(limit=Ask.LARGE, large=D(5)))
    assert isinstance(door.desk.use_confirmations(UseConfirmations(calm)), Done)

    again = door.restarted()

    assert again.desk.judge.confirmations == calm
    told = [m.policy for m in again.out.messages if isinstance(m, ConfirmationsKnown)]
    assert told == [calm]
    assert Door().restarted().desk.judge.confirmations == ConfirmationPolicy()


def test_a_table_that_is_no_table_leaves_the_careful_one() -> None:
    door = live()
    odd = ConfirmationPolicy(live=Confirmations(large=D("NaN")))
    assert isinstance(door.desk.use_confirmations(UseConfirmations(odd)), Failed)
    assert door.desk.judge.confirmations == ConfirmationPolicy()
    for body in ({"policy": {"live": {"limit": "perhaps"}}}, {}):
        door.journal.record(UseConfirmations.__name__, body, durable=True)
        assert door.restarted().desk.judge.confirmations == ConfirmationPolicy()
