"""Grabs pictures of the rules: python -m tests.qt.rules_gallery FOLDER [SCENE ...]."""

import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from tests.qt import gallery
from tests.qt.fakes import ACCOUNT, CON_IDS, FINDINGS, NOW, FakeCommands, an_order
from workstation.domain.alert import Direction
from workstation.domain.exit_rule import ExitKind, ExitRule, Reach, ReachUnit
from workstation.domain.finding import NeedsAcknowledgement
from workstation.domain.ids import RuleId
from workstation.domain.messages import OrderChanged, RulesChanged
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle, OrderView
from workstation.domain.rule import (
    ActionKind,
    MakeRule,
    Rule,
    RuleAction,
    RuleRecord,
    RuleState,
    RuleView,
)
from workstation.domain.rule_conditions import RuleCondition, Watched
from workstation.ui.main_window import MainWindow
from workstation.ui.theme import paint

D = Decimal


def a_stop(number: int = 50, **changes: object) -> OrderView:
    terms = {"side": Side.SELL, "order_type": "STP", "limit_price": None, "stop_price": D("180.00"),
             "quantity": D(300), "lifecycle": Lifecycle.HELD, "tif": "GTC"}  # fmt: skip
    return an_order(number, **{**terms, **changes})


def an_exit(stop: OrderView, kind: ExitKind = ExitKind.BREAKEVEN, **changes: object) -> ExitRule:
    base = {"stop": stop.key, "con_id": stop.con_id, "symbol": stop.symbol, "side": stop.side,
            "first_stop": D("176.50"), "begins": Reach(D(1), ReachUnit.RISK),
            "reach": Reach(D(2), ReachUnit.TICKS)}  # fmt: skip
    return ExitRule(kind=kind, **{**base, **changes})


def last(symbol: str, to: str, way: Direction = Direction.RISES, **more: object) -> RuleCondition:
    return RuleCondition(watches=Watched.LAST, con_id=CON_IDS[symbol], name=symbol, value=D(to),
                         direction=way, **more)  # fmt: skip


def a_view(number: int, state: RuleState = RuleState.ARMED, *, waits: str = "", note: str = "", findings: tuple = (), **rule: object) -> RuleView:  # fmt: skip
    made = Rule(rule_id=RuleId(f"r{number}"), account=ACCOUNT, **rule)
    record = RuleRecord(rule=made, state=state, at=NOW, note=note, findings=findings)
    return RuleView(record, waits)


def some_rules() -> tuple[RuleView, ...]:
    stop = a_stop()
    at = RuleCondition(watches=Watched.TIME, time=NOW + timedelta(days=400))
    send = RuleAction(kind=ActionKind.SEND, words="BUY 100 NVDA LMT 905.00")
    flat = RuleAction(kind=ActionKind.FLATTEN, con_id=CON_IDS["TSLA"], words="TSLA")
    tell = RuleAction(kind=ActionKind.ALERT)
    change = RuleCondition(watches=Watched.CHANGE, con_id=CON_IDS["SPY"], name="SPY", value=D("-2"),
                           direction=Direction.FALLS)  # fmt: skip
    trail = an_exit(stop, ExitKind.TRAIL, reach=Reach(D("1.5"), ReachUnit.PERCENT))
    return (
        a_view(1, exit=an_exit(stop, begins=Reach(D(3), ReachUnit.RISK))),
        a_view(2, exit=trail, waits="moves at most each 15 s (11 messages for each fill today)"),
        a_view(3, conditions=(last("NVDA", "904.50"), change), action=send, group="breakout"),
        a_view(4, conditions=(last("NVDA", "890", Direction.FALLS),), action=tell, group="breakout"),
        a_view(5, conditions=(at,), action=flat),
        a_view(6, RuleState.PAUSED, note="paused since the restart", conditions=(last("MSFT", "420"),), action=tell),
        a_view(7, RuleState.HELD, note="nothing was sent yet: the position would be 28 % of equity", conditions=(last("META", "515"),), action=replace(send, words="BUY 400 META MKT"), findings=FINDINGS),
        a_view(8, RuleState.REFUSED, note="nothing was sent: live trading is not armed", conditions=(last("AAPL", "187"),), action=replace(send, words="BUY 100 AAPL MKT")),
        a_view(9, RuleState.WAITING, conditions=(RuleCondition(watches=Watched.ORDER),), after=RuleId("r3"), action=replace(send, words="SELL 100 NVDA LMT 930.00")),
        a_view(10, RuleState.DONE, note="order 44 was sent", conditions=(last("F", "12.40", Direction.FALLS),), action=replace(send, words="BUY 500 F LMT 12.41")),
    )  # fmt: skip


def rules(window: MainWindow, commands: FakeCommands) -> None:
    gallery.busy(window, commands)
    window.on_events((OrderChanged(a_stop()), RulesChanged(some_rules())))
    window.docks.focus("rules")


def if_then(window: MainWindow, commands: FakeCommands) -> None:
    rules(window, commands)
    window.menu.ruling.make()
    dialog = window.menu.ruling.dialog
    dialog.rows[0].value_edit.set_value(D("188.50"))
    dialog.add().show_condition(RuleCondition(watches=Watched.TIME, time=NOW))
    dialog.group_edit.setText("breakout")
    dialog.send_button.click()
    if commands.of(MakeRule):
        commands.answer(MakeRule, NeedsAcknowledgement(FINDINGS))
    gallery.settle()
    dialog.grab().save(str(FOLDER / f"if-then-dialog-{paint().theme.name}.png"))


def exit_rule(window: MainWindow, commands: FakeCommands) -> None:
    rules(window, commands)
    window.menu.ruling.exit_rule()
    gallery.settle()
    window.menu.ruling.dialog.grab().save(str(FOLDER / f"exit-dialog-{paint().theme.name}.png"))


def exit_after(window: MainWindow, commands: FakeCommands) -> None:
    """Draw a trail of a stop that waits until its breakeven stands."""
    rules(window, commands)
    window.menu.ruling.exit_rule()
    dialog = window.menu.ruling.dialog
    dialog.kind_box.setCurrentIndex(1)
    dialog.reach.set_value(D("1.5"))
    dialog.reach_unit.setCurrentIndex(2)
    dialog.before.box.setCurrentIndex(1)
    gallery.settle()
    dialog.grab().save(str(FOLDER / f"exit-after-{paint().theme.name}.png"))


SCENES = (rules, if_then, exit_rule, exit_after)

FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()

if __name__ == "__main__":
    gallery.SCENES = SCENES  # type: ignore[assignment]
    gallery.main(Path(sys.argv[1]), sys.argv[2:])
