"""Options exercised by hand: decided, on record first, asked once, and its outcome told."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tests.helpers.accepting import all_of
from tests.helpers.desk_fakes import ACCOUNT, LIMITS, D, Door, notice, spy
from workstation.desk.exercising import ExerciseParts, Exerciser
from workstation.domain.account import Environment
from workstation.domain.commands import Done, Failed
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.errors import JournalError
from workstation.domain.exercise import ExerciseAction, ExerciseIntent, ExerciseOption, consequence
from workstation.domain.finding import Denied, NeedsAcknowledgement, RiskCode, TradingState
from workstation.domain.ids import ConId, IntentId, OrderId
from workstation.domain.ports import EncodedOrder
from workstation.domain.reports import PositionReport
from workstation.risk.limits import Restriction, RestrictionMode

CALL, STOCK = ConId(7001), ConId(756733)
LADDER = spy().ladder


def a_call(right: str = "C", **changes: Any) -> ContractDetails:
    contract = Contract(
        con_id=CALL, symbol="SPY", sec_type="OPT", expiry="20261218", strike=D(90), right=right
    )
    details = ContractDetails(
        contract=contract, ladder=LADDER, multiplier=D(100), under_con_id=STOCK
    )
    return replace(details, **changes)


class Rig:
    """An exerciser over the order side's fakes, holding five calls."""

    def __init__(self, journal: Any = None) -> None:
        self.door = Door() if journal is None else Door(journal=journal)
        self.door.contracts.known[CALL] = a_call()
        self.said: list[str] = []
        self.looked_up: list[ConId] = []
        self.hold(5)
        self.made = Exerciser(
            ExerciseParts(
                clock=self.door.clock,
                journal=self.door.journal,
                contracts=self.door.contracts,
                positions=self.door.positions,
                standing=lambda _account: self.door.standing,
                encode=self.encode,
                gate=self.door.desk.gate,
                ids=self.door.desk.controller.ids,
                lock=self.door.locked.append,
                notify=lambda _severity, text, **_more: self.said.append(text),
                look_up=self.looked_up.append,
                judge=self.door.judge.delivery,
            )
        )

    def encode(self, order_id: OrderId, contract: Contract, wish: ExerciseOption) -> EncodedOrder:
        data = f"{order_id} {contract.con_id} {wish.action} {wish.quantity}".encode()
        return EncodedOrder(order_id, data, hashlib.sha256(data).hexdigest())

    def hold(self, quantity: int, con_id: ConId = CALL) -> None:
        self.door.positions.apply_position(
            PositionReport(
                account=ACCOUNT,
                con_id=con_id,
                symbol="SPY",
                quantity=D(quantity),
                average_cost=D(100),
            )
        )

    def ask(self, **changes: Any) -> Any:
        wish = ExerciseOption(
            intent_id=IntentId("w"), account=ACCOUNT, con_id=CALL,
            action=ExerciseAction.EXERCISE, quantity=D(2), held=D(5),
        )  # fmt: skip
        return self.made.exercise(replace(wish, **changes))

    @property
    def frames(self) -> list[bytes]:
        return self.door.broker.frames


def code(answer: Any) -> RiskCode:
    assert isinstance(answer, Denied), answer
    return answer.findings[0].code


def test_a_wish_is_on_record_and_leaves_once() -> None:
    rig = Rig()
    answer = rig.ask()
    assert isinstance(answer, Done)
    assert "exercise 2 SPY 20261218 90 C" in answer.text
    assert rig.frames == [b"1 7001 exercise 2"]
    assert rig.door.journal.events == ["ExerciseIntent"]
    assert isinstance(rig.ask(), Failed)  # the same wish again
    assert len(rig.frames) == 1


def test_nothing_leaves_that_is_not_on_record() -> None:
    rig = Rig()
    rig.door.journal.broken = True
    with pytest.raises(JournalError):
        rig.ask()
    assert rig.frames == []


def test_more_than_is_held_or_asked_for_already_is_denied() -> None:
    rig = Rig()
    assert code(rig.ask(quantity=D(6))) is RiskCode.QUANTITY
    assert code(rig.ask(quantity=D("1.5"))) is RiskCode.QUANTITY
    assert code(rig.ask(quantity=D(0))) is RiskCode.QUANTITY
    assert code(rig.ask(quantity=D("NaN"))) is RiskCode.QUANTITY
    assert code(rig.ask(held=D(4))) is RiskCode.QUANTITY
    assert isinstance(rig.ask(quantity=D(4)), Done)
    answer = rig.ask(intent_id=IntentId("x"), quantity=D(2))
    assert code(answer) is RiskCode.QUANTITY
    assert "4 of it are asked for already" in answer.findings[0].text
    rig.hold(-5)
    assert code(rig.ask(intent_id=IntentId("y"), held=D(-5))) is RiskCode.QUANTITY
    rig.hold(100, STOCK)
    stock = rig.ask(intent_id=IntentId("z"), con_id=STOCK, held=D(100))
    assert code(stock) is RiskCode.UNKNOWN_CONTRACT
    assert len(rig.frames) == 1


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"read_only": True}, RiskCode.READ_ONLY),
        ({"accounts": ()}, RiskCode.UNKNOWN_ACCOUNT),
        ({"environment": Environment.LIVE}, RiskCode.WRONG_ENVIRONMENT),
        ({"trading_state": TradingState.LOCKED}, RiskCode.TRADING_STATE),
        ({"trading_state": TradingState.REDUCING}, RiskCode.TRADING_STATE),
        ({"trading_state": TradingState.HALTED}, RiskCode.TRADING_STATE),
    ],
)
def test_what_stands_against_it_denies_it(changes: dict[str, Any], found: RiskCode) -> None:
    rig = Rig()
    rig.door.stand(**changes)
    assert code(rig.ask()) is found
    assert rig.frames == []
    assert rig.door.journal.events == ["ExerciseDenied"]


@pytest.mark.parametrize("fault", [{"ready": False}, {"synced": False}, {"suspect": True}])
def test_a_link_that_is_not_whole_denies_it(fault: dict[str, bool]) -> None:
    rig = Rig()
    rig.door.stand(link=replace(rig.door.standing.link, **fault))
    assert code(rig.ask()) is RiskCode.LINK_NOT_READY
    assert rig.frames == []


def test_while_entries_are_stopped_only_what_opens_nothing_leaves() -> None:
    rig = Rig()
    rig.door.stand(trading_state=TradingState.REDUCING)
    rig.hold(-150, STOCK)
    assert code(rig.ask()) is RiskCode.TRADING_STATE  # 200 shares, 150 are short
    rig.hold(-200, STOCK)
    assert isinstance(rig.ask(), Done)
    lapse = rig.ask(intent_id=IntentId("l"), action=ExerciseAction.LAPSE, quantity=D(3))
    assert isinstance(lapse, Done)
    assert len(rig.frames) == 2


def test_a_locked_program_lets_nothing_lapse() -> None:
    rig = Rig()
    rig.door.stand(trading_state=TradingState.LOCKED)
    assert code(rig.ask(action=ExerciseAction.LAPSE)) is RiskCode.TRADING_STATE
    assert rig.frames == []


def test_the_final_gate_stops_the_wrong_world_and_locks() -> None:
    rig = Rig()
    rig.door.environment_fault = "the account is live, the profile is paper"
    assert code(rig.ask()) is RiskCode.FINAL_GATE
    assert rig.door.locked
    assert rig.frames == []
    assert rig.made.asked == ()


def test_what_did_not_leave_may_be_asked_again_and_what_may_have_left_may_not(
    expected_log: Callable[[str], None],
) -> None:
    expected_log("writing an exercise failed")
    rig = Rig()
    rig.door.broker.up = False
    assert isinstance(rig.ask(), Failed)
    assert rig.made.asked == ()
    rig.door.broker.up = True
    rig.door.broker.write_error = OSError("torn")
    rig.door.broker.leaves_before_error = True
    answer = rig.ask(intent_id=IntentId("x"), quantity=D(5))
    assert isinstance(answer, Failed)
    assert "not sent again" in answer.reason
    rig.door.broker.write_error = None
    assert code(rig.ask(intent_id=IntentId("y"), quantity=D(5))) is RiskCode.QUANTITY
    assert len(rig.frames) == 1


def test_a_refusal_is_told_and_frees_the_options() -> None:
    rig = Rig()
    rig.ask(quantity=D(5))
    assert not rig.made.on_notice(notice(322, 99))
    assert rig.made.on_notice(notice(399, 1))  # a note of the broker's refuses nothing
    assert len(rig.made.asked) == 1
    assert rig.made.on_notice(notice(322, 1))
    assert "refused to exercise 5 SPY" in rig.said[-1]
    assert isinstance(rig.ask(intent_id=IntentId("x"), quantity=D(5)), Done)


def test_the_outcome_is_read_from_positions_once_they_are_known() -> None:
    rig = Rig()
    rig.ask()
    rig.made.check()
    rig.hold(4)
    rig.made.check()
    assert rig.said == []
    rig.hold(3)
    rig.door.stand(link=replace(rig.door.standing.link, synced=False))
    rig.made.check()
    assert rig.said == []
    rig.door.stand(link=replace(rig.door.standing.link, synced=True))
    rig.made.check()
    assert "fallen from 5 to 3" in rig.said[-1]
    assert rig.door.journal.events[-1] == "ExerciseEnded"
    assert rig.made.asked == ()


def test_after_a_restart_it_is_asked_still_and_never_sent_again() -> None:
    first = Rig()
    first.ask()
    again = Rig()
    entries = list(first.door.journal.entries)
    assert list(again.made.remembering(entries)) == entries
    assert [each.order_id for each in again.made.asked] == [1]
    assert isinstance(again.ask(), Failed)
    again.made.check()
    again.made.check()
    assert len(again.said) == 1
    assert "Before the program ended" in again.said[0]
    assert isinstance(again.ask(intent_id=IntentId("x"), quantity=D(3)), Done)
    assert again.frames == [b"2 7001 exercise 3"]  # its number is another one

    first.hold(3)
    first.made.check()
    third = Rig()
    list(third.made.remembering(first.door.journal.entries))
    assert third.made.asked == ()


def test_consequences_of_exercise() -> None:
    call, put = a_call(), a_call("P")
    stock = spy()
    found = consequence(call, stock, D(2), D("10.50"), D(100))
    assert (found.is_inside, found.intrinsic, found.at_bid) == (True, D(2000), D(2100))
    assert (found.delivered, found.paid) == (200, 18_000)
    found = consequence(put, stock, D(2), None, D(100))
    assert (found.is_inside, found.intrinsic, found.at_bid) == (False, D(0), None)
    assert (found.delivered, found.paid) == (-200, -18_000)
    index = spy(contract=Contract(con_id=STOCK, symbol="SPX", sec_type="IND"))
    found = consequence(call, index, D(1), D(9), D(100))
    assert (found.delivered, found.paid) == (0, -1000)
    future = spy(contract=Contract(con_id=STOCK, symbol="ES", sec_type="FUT"), multiplier=D(50))
    found = consequence(replace(call, multiplier=D(50)), future, D(3), D(9), None)
    assert (found.is_inside, found.delivered, found.paid) == (None, 3, Decimal(0))
    assert consequence(call, None, D(1), D(9), D(100)).delivered is None


# -- what it delivers is an entry ----------------------------------------------------------------


def entries(rig: Rig) -> Decimal:
    return rig.door.desk.gate.use(ACCOUNT)[0]


def test_what_an_exercise_opens_counts_as_an_entry_at_the_final_gate() -> None:
    rig = Rig()
    assert isinstance(rig.ask(), Done)
    assert entries(rig) == 200 * 90  # what is paid: the strike
    closing = Rig()
    closing.hold(-200, STOCK)
    assert isinstance(closing.ask(), Done)
    lapsing = Rig()
    assert isinstance(lapsing.ask(action=ExerciseAction.LAPSE), Done)
    assert entries(closing) == entries(lapsing) == 0


def test_what_it_delivers_is_asked_about_and_refused_like_an_order() -> None:
    rig = Rig()
    rig.hold(100)
    asked = rig.ask(quantity=D(12), held=D(100))
    assert isinstance(asked, NeedsAcknowledgement)
    assert RiskCode.ORDER_SIZE in {each.code for each in asked.findings}
    assert rig.frames == []
    denied = rig.ask(quantity=D(100), held=D(100), intent_id=IntentId("all"))
    assert isinstance(denied, Denied)
    assert rig.frames == []
    accepted = all_of(asked.findings)
    assert isinstance(rig.ask(quantity=D(12), held=D(100), acknowledged=accepted), Done)
    intent = rig.door.journal.entries[-1]
    assert "Order size is above your personal limit" in intent.body.decode()


def test_a_put_sells_what_is_not_held_short() -> None:
    rig = Rig()
    rig.door.contracts.known[CALL] = a_call("P")
    assert rig.door.summary is not None
    rig.door.summary = replace(rig.door.summary, buying_power=rig.door.summary.available_funds)
    assert code(rig.ask()) is RiskCode.SHORT
    rig.hold(200, STOCK)
    assert isinstance(rig.ask(), Done)


def test_what_is_on_the_restricted_list_is_not_exercised_into() -> None:
    rig = Rig()
    rule = Restriction(mode=RestrictionMode.NO_TRADE, symbol="SPY")
    rig.door.stand(limits=replace(LIMITS, restricted=(rule,)))
    assert code(rig.ask()) is RiskCode.RESTRICTED


def test_nothing_is_exercised_into_the_unknown() -> None:
    rig = Rig()
    del rig.door.contracts.known[STOCK]
    answer = rig.ask()
    assert isinstance(answer, Failed)
    assert "looked up" in answer.reason
    assert rig.looked_up == [STOCK]
    rig.door.contracts.known[CALL] = a_call(under_con_id=None)
    assert isinstance(rig.ask(), Failed)
    assert rig.looked_up == [STOCK]


def test_an_option_that_pays_money_opens_nothing() -> None:
    rig = Rig()
    index = spy(contract=Contract(con_id=STOCK, symbol="SPX", sec_type="IND"))
    rig.door.contracts.known[STOCK] = index
    rig.hold(100)
    assert isinstance(rig.ask(quantity=D(100), held=D(100)), Done)
    assert entries(rig) == 0


def test_records_of_before_are_read() -> None:
    wish = ExerciseOption(
        intent_id=IntentId("w"), account=ACCOUNT, con_id=CALL,
        action=ExerciseAction.EXERCISE, quantity=D(2), held=D(5),
    )  # fmt: skip
    intent = ExerciseIntent(wish=wish, order_id=OrderId(1), name="SPY", sha256="0")
    old = msgspec.to_builtins(intent)
    del old["found"]
    del old["wish"]["acknowledged"]
    assert msgspec.convert(old, ExerciseIntent) == intent
