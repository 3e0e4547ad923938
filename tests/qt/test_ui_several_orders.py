"""The dialogs for orders of several parts: what they ask for, and what they show of it."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import (
    AAPL,
    ACCOUNT,
    CON_IDS,
    DENIALS,
    FINDINGS,
    a_contract,
    a_position,
    a_quote,
    an_execution,
    an_order,
)
from workstation.domain.combo import ComboLeg, combo_con_id
from workstation.domain.commands import Answered, Ask, Done, Failed, PreviewMargin, SubmitOrder
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.family import Family, FamilyKind
from workstation.domain.finding import Denied, NeedsAcknowledgement, Submitted
from workstation.domain.ids import ConId, ExecId, FamilyId, IntentId, OrderId, OrderKey
from workstation.domain.messages import (
    ContractKnown,
    ExecutionArrived,
    FamilyKnown,
    OrderChanged,
)
from workstation.domain.override import accepted
from workstation.domain.preview import MarginPreview
from workstation.domain.prices import PriceLadder
from workstation.domain.several import (
    CancelFamily,
    OrdersPreviewed,
    OrderVerdict,
    PrepareCombo,
    PrepareContracts,
    PreviewOrders,
    RollPosition,
    ScaleIn,
    ScaleOut,
    SubmitOrders,
)


@pytest.fixture
def menu(ready: Stage, qtbot):
    ready.latest(a_position())
    ready.events(ContractKnown(a_contract()))
    ready.window.docks.focus("positions")
    qtbot.waitUntil(ready.window.positions.isVisible)
    ready.window.positions.table.selectRow(0)
    return ready.window.menu


def press(dialog, qtbot) -> None:
    qtbot.mouseClick(dialog.send_button, Qt.MouseButton.LeftButton)


def test_adding_names_the_position_and_asks_once_for_what_risk_wants(
    ready: Stage, menu, qtbot
) -> None:
    menu.menus.by_name["scale_in"].trigger()
    dialog = menu.several.dialog
    press(dialog, qtbot)
    assert "Enter how many" in dialog.words.text()
    dialog.quantity.set_value(Decimal(50))
    press(dialog, qtbot)
    (first,) = ready.commands.of(ScaleIn)
    assert (first.account, first.con_id, first.quantity) == (ACCOUNT, AAPL, 50)
    assert not dialog.send_button.isEnabled()

    ready.commands.answer(ScaleIn, NeedsAcknowledgement(FINDINGS))
    assert "Please confirm" in dialog.words.text()
    press(dialog, qtbot)
    assert len(ready.commands.of(ScaleIn)) == 1  # a limit needs its reason
    qtbot.keyClicks(dialog.reason_edit, "add on strength")
    qtbot.keyClick(dialog.reason_edit, Qt.Key.Key_Return)
    second = ready.commands.of(ScaleIn)[1]
    assert second.intent_id == first.intent_id
    assert second.acknowledged == accepted(FINDINGS, "add on strength")
    ready.commands.answer(ScaleIn, Done("50 AAPL are being added."))
    assert menu.several.dialog is None
    assert "50 AAPL are being added" in ready.window.status_line.currentMessage()


def test_what_was_accepted_is_forgotten_when_the_terms_change(ready: Stage, menu, qtbot) -> None:
    menu.menus.by_name["scale_in"].trigger()
    dialog = menu.several.dialog
    dialog.quantity.set_value(Decimal(50))
    press(dialog, qtbot)
    ready.commands.answer(ScaleIn, NeedsAcknowledgement(FINDINGS))
    dialog.quantity.set_value(Decimal(60))
    press(dialog, qtbot)
    first, second = ready.commands.of(ScaleIn)
    assert second.acknowledged == frozenset()
    assert second.intent_id != first.intent_id
    ready.commands.answer(ScaleIn, Denied(DENIALS))
    assert "Not sent" in dialog.words.text()


def test_reducing_snaps_its_limit_before_it_is_sent(ready: Stage, menu, qtbot) -> None:
    ready.window.positions.ask_to_reduce()
    dialog = menu.several.dialog
    dialog.quantity.set_value(Decimal(100))
    dialog.limit.lineEdit().setText("190.123")
    press(dialog, qtbot)
    assert ready.commands.of(ScaleOut) == []
    press(dialog, qtbot)
    (wish,) = ready.commands.of(ScaleOut)
    assert wish.limit_price == Decimal("190.13")  # a sale: never lower than was asked for
    ready.commands.answer(ScaleOut, Failed("no link"))
    assert "no link" in dialog.words.text()
    dialog.reject()
    assert menu.several.dialog is None


def test_the_parts_of_a_family_say_so_and_are_cancelled_together(ready: Stage, menu, qtbot) -> None:
    family = Family(
        family_id=FamilyId("f"), kind=FamilyKind.SCALE_IN, title="add 50 AAPL", account=ACCOUNT,
        intents=(IntentId("i"),),
    )  # fmt: skip
    ready.events(FamilyKnown(family), OrderChanged(an_order(1, family=FamilyId("f"))))
    panel = ready.window.orders
    panel.table.selectRow(0)
    assert "scale-in: add 50 AAPL" in panel.model.value_at(0).note
    panel._on_menu(panel.rect().center())
    (action,) = [a for a in panel.menu.actions() if a.text() == "Cancel the whole scale-in"]
    action.trigger()
    assert ready.commands.of(CancelFamily) == [CancelFamily(FamilyId("f"))]


# -- combinations -----------------------------------------------------------------------------------


def option(con_id: int, strike: int) -> ContractDetails:
    contract = Contract(
        con_id=ConId(con_id), symbol="AAPL", sec_type="OPT", expiry="20270115", right="C",
        strike=Decimal(strike), local_symbol=f"AAPL  270115C00{strike}000",
    )  # fmt: skip
    return ContractDetails(
        contract=contract, ladder=PriceLadder.of_tick(Decimal("0.01")), multiplier=Decimal(100)
    )


@pytest.fixture
def combo(ready: Stage, menu, qtbot):
    menu.menus.by_name["combo"].trigger()
    dialog = menu.several.dialog
    dialog.symbol.setText("aapl")
    for row, strike in zip(dialog.rows, (200, 210), strict=False):
        row.expiry.setText("20270115")
        row.strike.set_value(Decimal(strike))
    return dialog


def find(ready: Stage, combo, qtbot) -> None:
    qtbot.mouseClick(combo.check_button, Qt.MouseButton.LeftButton)
    for con_id, strike in ((1, 200), (2, 210)):
        ready.commands.answer(Ask, Answered((option(con_id, strike),)))
    ready.commands.answer(PrepareCombo, Done())


def test_legs_are_found_priced_and_sent_as_one_order(ready: Stage, combo, qtbot) -> None:
    find(ready, combo, qtbot)
    asked = [each.query.filter for each in ready.commands.of(Ask)]
    assert [(each.symbol, each.strike, each.right) for each in asked] == [
        ("AAPL", 200, "C"), ("AAPL", 210, "C"),
    ]  # fmt: skip
    ready.latest(a_quote(ConId(1), bid=5.0, ask=5.2), a_quote(ConId(2), bid=2.0, ask=2.1))
    assert "bid 2.90   mid 3.05   ask 3.20" in combo.market.text()
    assert "+20270115 200C" in combo.market.text()

    press(combo, qtbot)
    assert "net price" in combo.words.text()
    combo.price.set_value(Decimal("-1.005"))
    press(combo, qtbot)
    assert ready.commands.of(SubmitOrder) == []  # it was moved to the increment first
    combo.guaranteed.setChecked(False)
    press(combo, qtbot)
    (sent,) = ready.commands.of(SubmitOrder)
    draft = sent.draft
    assert draft.limit_price == Decimal("-1.01")
    assert draft.legs == (
        ComboLeg(con_id=ConId(1), ratio=1), ComboLeg(con_id=ConId(2), ratio=-1),
    )  # fmt: skip
    assert draft.con_id == combo_con_id(draft.legs)
    assert not draft.guaranteed
    ready.commands.answer(SubmitOrder, Submitted(OrderId(1), OrderKey("k")))
    assert ready.commands.of(PrepareCombo)[-1] == PrepareCombo(())  # its streams end


def test_a_leg_that_is_not_one_contract_is_named_and_nothing_can_be_sent(
    ready: Stage, combo, qtbot
) -> None:
    qtbot.mouseClick(combo.check_button, Qt.MouseButton.LeftButton)
    ready.commands.answer(Ask, Answered((option(1, 200),)))
    ready.commands.answer(Ask, Answered((option(2, 210), option(3, 210))))
    assert "2 contracts fit" in combo.rows[1].found.text()
    assert ready.commands.of(PrepareCombo) == []
    press(combo, qtbot)
    assert "Find the legs first" in combo.words.text()
    combo.rows[1].strike.lineEdit().setText("")
    qtbot.mouseClick(combo.check_button, Qt.MouseButton.LeftButton)
    assert "Leg 2: enter the strike" in combo.words.text()


def test_a_changed_leg_must_be_found_anew_and_a_late_answer_is_dropped(
    ready: Stage, combo, qtbot
) -> None:
    find(ready, combo, qtbot)
    combo.rows[0].ratio.setValue(2)
    press(combo, qtbot)
    assert "Find the legs first" in combo.words.text()
    qtbot.mouseClick(combo.check_button, Qt.MouseButton.LeftButton)
    combo.reject()
    ready.commands.answer(Ask, Answered((option(1, 200),)))  # nobody waits for it


def test_the_whatif_of_a_combination_is_shown_and_sends_nothing(ready: Stage, combo, qtbot) -> None:
    find(ready, combo, qtbot)
    combo.price.set_value(Decimal("3.00"))
    qtbot.mouseClick(combo.margin_button, Qt.MouseButton.LeftButton)
    nothing = dict.fromkeys(
        ("maintenance_margin_change", "initial_margin_after", "maintenance_margin_after",
         "equity_after")
    )  # fmt: skip
    preview = MarginPreview(
        initial_margin_change=Decimal(700), commission=Decimal("2.60"), currency="USD", **nothing
    )
    ready.commands.answer(PreviewMargin, preview)
    assert "700.00" in combo.words.text()
    assert ready.commands.of(SubmitOrder) == []


def test_executions_of_a_combination_are_shown_leg_by_leg(ready: Stage) -> None:
    def fill(number: int, sec_type: str, local: str):
        return ExecutionArrived(
            an_execution(exec_id=ExecId(f"a.0{number}.01"), sec_type=sec_type, local_symbol=local)
        )

    ready.events(fill(1, "BAG", "700000001"), fill(2, "OPT", "AAPL  270115C00200000"))
    names = {row.symbol for row in ready.window.messages.executions.values()}
    assert names == {"AAPL combination", "AAPL  270115C00200000"}


# -- ladders, targets, baskets, rolls -----------------------------------------------------------------


@pytest.fixture
def chosen(ready: Stage, menu):
    ready.window.choose_symbol("AAPL")
    return menu


def test_a_ladder_shows_its_orders_before_and_what_stops_them_after(
    ready: Stage, chosen, qtbot
) -> None:
    chosen.menus.by_name["ladder"].trigger()
    dialog = chosen.several.dialog
    dialog.quantity.set_value(Decimal(100))
    dialog.count.setValue(3)
    dialog.first.set_value(Decimal("187.00"))
    dialog.last.set_value(Decimal("186.00"))
    assert dialog.preview.text() == "34 at 187.00,  33 at 186.50,  33 at 186.00"
    press(dialog, qtbot)
    (sent,) = ready.commands.of(SubmitOrders)
    assert [(d.limit_price, d.quantity) for d in sent.orders.drafts] == [
        (Decimal("187.00"), 34), (Decimal("186.50"), 33), (Decimal("186.00"), 33),
    ]  # fmt: skip
    assert sent.orders.kind is FamilyKind.LADDER
    asks = OrderVerdict(NeedsAcknowledgement(FINDINGS), FINDINGS, Decimal(1))
    passes = OrderVerdict(None, (), Decimal(1))
    ready.commands.answer(SubmitOrders, OrdersPreviewed((passes, asks, asks), Decimal(1)))
    assert dialog.words.text().count(FINDINGS[0].text) == 1
    dialog.reason_edit.setText("in three parts")
    press(dialog, qtbot)
    again = ready.commands.of(SubmitOrders)[1]
    assert again.orders.family_id == sent.orders.family_id
    assert again.orders.acknowledged == accepted(FINDINGS, "in three parts")
    denied = OrderVerdict(Denied(DENIALS), DENIALS, None)
    ready.commands.answer(SubmitOrders, OrdersPreviewed((passes, asks, denied), Decimal(1)))
    assert "Not sent." in dialog.words.text()


def test_several_targets_split_the_quantity_into_brackets(ready: Stage, chosen, qtbot) -> None:
    chosen.menus.by_name["targets"].trigger()
    dialog = chosen.several.dialog
    press(dialog, qtbot)
    assert "at least two targets" in dialog.words.text()
    dialog.quantity.set_value(Decimal(101))
    for edit, price in (
        (dialog.entry, 187), (dialog.stop, 180), (dialog.targets[0], 190), (dialog.targets[2], 195),
    ):  # fmt: skip
        edit.set_value(Decimal(price))
    press(dialog, qtbot)
    (sent,) = ready.commands.of(SubmitOrders)
    parts = [(b.entry.quantity, b.target_price, b.stop_price) for b in sent.orders.drafts]
    assert parts == [(51, 190, 180), (50, 195, 180)]


def test_without_a_contract_in_the_ticket_no_ladder_opens(ready: Stage, menu) -> None:
    ready.window.state.details.clear()
    menu.menus.by_name["ladder"].trigger()
    assert menu.several.dialog is None


def a_basket(menu, folder, content: str):
    file = folder / "orders.csv"
    file.write_text(content)
    menu.several.open_basket(str(file))
    return menu.several.dialog


def test_a_basket_is_found_checked_and_only_what_passes_is_sent(
    ready: Stage, menu, qtbot, tmp_path
) -> None:
    content = (
        "side,quantity,symbol,limit\nbuy,10,AAPL,187\nbuy,x,MSFT,1\nsell,5,NOPE,1\nbuy,7,SPY,\n"
    )
    dialog = a_basket(menu, tmp_path, content)
    assert "not a number" in dialog.table.item(1, 8).text()
    assert not dialog.send_button.isEnabled()
    ready.commands.answer(Ask, Answered((a_contract("AAPL"),)))
    ready.commands.answer(Ask, Answered(()))
    ready.commands.answer(Ask, Answered((a_contract("SPY"),)))
    (prepared,) = ready.commands.of(PrepareContracts)
    assert prepared.con_ids == (CON_IDS["AAPL"], CON_IDS["SPY"])
    ready.commands.answer(PrepareContracts, Done())
    assert "no such US stock" in dialog.table.item(2, 8).text()
    qtbot.waitUntil(lambda: ready.commands.of(PreviewOrders) != [], timeout=10_000)
    passes = OrderVerdict(None, (), Decimal(1870))
    denied = OrderVerdict(Denied(DENIALS), DENIALS, None)
    ready.commands.answer(PreviewOrders, OrdersPreviewed((passes, denied), Decimal(1870)))
    assert dialog.table.item(0, 8).text() == "passes"
    assert dialog.table.item(3, 8).text().startswith("refused: ")
    assert "1 of 4 pass" in dialog.total.text()
    assert not dialog.send_button.isEnabled()

    dialog.only_passing.setChecked(True)
    press(dialog, qtbot)
    (sent,) = ready.commands.of(SubmitOrders)
    assert sent.only_passing
    assert [d.con_id for d in sent.orders.drafts] == [CON_IDS["AAPL"], CON_IDS["SPY"]]
    ready.commands.answer(SubmitOrders, Done("1 of 1 orders sent. 1 were left out."))
    assert menu.several.dialog is None
    assert ready.commands.of(PrepareContracts)[-1] == PrepareContracts(())


@pytest.mark.parametrize("content", ["", "\ufffd\0", "nothing,here\n1,2\n"])
def test_a_file_that_is_no_basket_says_so(menu, tmp_path, content: str) -> None:
    dialog = a_basket(menu, tmp_path, content)
    assert dialog.words.text()
    assert not dialog.send_button.isEnabled()
    dialog.reject()
    menu.several.open_basket(str(tmp_path / "gone.csv"))
    assert "cannot be read" in menu.several.dialog.words.text()
    menu.several.dialog.reject()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    menu.several.open_basket(str(tmp_path / "binary"))
    assert "no text" in menu.several.dialog.words.text()


def future(con_id: int, expiry: str, name: str) -> ContractDetails:
    contract = Contract(
        con_id=ConId(con_id), symbol="MES", sec_type="FUT", exchange="CME", expiry=expiry,
        local_symbol=name, trading_class="MES",
    )  # fmt: skip
    return ContractDetails(
        contract=contract, ladder=PriceLadder.of_tick(Decimal("0.25")), multiplier=Decimal(5)
    )


def test_a_short_future_is_rolled_into_the_month_that_is_chosen(ready: Stage, menu, qtbot) -> None:
    months = [future(11, "20261218", "MESZ6"), future(12, "20270319", "MESH7"),
              future(13, "20270618", "MESM7")]  # fmt: skip
    ready.events(ContractKnown(months[0]))
    position = a_position("MES", con_id=ConId(11), quantity=Decimal(-2))
    menu.several.roll(position)
    dialog = menu.several.dialog
    ready.commands.answer(Ask, Answered(tuple(reversed(months))))
    assert [dialog.months.itemText(n) for n in range(2)] == [
        "MESH7  20270319", "MESM7  20270618",
    ]  # fmt: skip
    ready.commands.answer(PrepareCombo, Done())
    ready.latest(
        a_quote(ConId(11), bid=6000.0, ask=6000.25), a_quote(ConId(12), bid=6050.0, ask=6050.5)
    )
    assert "bid 49.75   ask 50.50" in dialog.market.text()
    dialog.price.set_value(Decimal("49.75"))
    press(dialog, qtbot)
    (wish,) = ready.commands.of(RollPosition)
    assert (wish.quantity, wish.limit_price, wish.con_id) == (2, Decimal("49.75"), 11)
    assert [(leg.con_id, leg.ratio, leg.exchange) for leg in wish.legs] == [
        (12, 1, "CME"), (11, -1, "CME"),
    ]  # fmt: skip
    menu.several.roll(a_position())
    assert "only futures are rolled" in ready.window.status_line.currentMessage()
    assert menu.several.dialog is dialog
