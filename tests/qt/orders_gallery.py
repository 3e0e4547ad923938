"""Grabs pictures of the order views: python -m tests.qt.orders_gallery FOLDER [SCENE ...]."""

import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.qt import gallery
from tests.qt.fakes import ACCOUNT, CON_IDS, NOW, FakeCommands, an_order
from tests.qt.past_orders import a_past_fill, a_past_order
from workstation.domain.family import Family, FamilyKind
from workstation.domain.ids import AccountId, FamilyId, IntentId
from workstation.domain.messages import FamilyKnown, OrderChanged
from workstation.domain.order import Side, Tif
from workstation.domain.order_preset import (
    Anchor,
    Distance,
    DistanceUnit,
    OrderPreset,
    PresetLevel,
)
from workstation.domain.order_status import Lifecycle
from workstation.domain.past_trades import HistoryKind, HistoryPage, HistoryWish
from workstation.domain.raw_message import RawMessage
from workstation.ui.main_window import MainWindow
from workstation.ui.models.order_rows import Grouping
from workstation.ui.theme import paint


def tree(window: MainWindow, commands: FakeCommands) -> None:
    gallery.connect(window, commands)
    gallery.fill(window)
    family = Family(family_id=FamilyId("f"), kind=FamilyKind.LADDER, title="3 buys of MSFT", account=ACCOUNT, intents=(IntentId("a"),))  # fmt: skip
    msft = {"con_id": CON_IDS["MSFT"], "symbol": "MSFT", "family": FamilyId("f")}
    rungs = [an_order(n, limit_price=Decimal(400 - n), quantity=Decimal(50), **msft) for n in (41, 42, 43)]  # fmt: skip
    rungs[0] = replace(rungs[0], lifecycle=Lifecycle.FILLED, filled=Decimal(50), average_price=Decimal(359))  # fmt: skip
    entry = an_order(50, lifecycle=Lifecycle.CANCELLED)
    exits = {"side": Side.SELL, "parent": entry.key, "parent_id": entry.order_id}
    stop = an_order(52, order_type="STP", limit_price=None, stop_price=Decimal(185), **exits)
    pair = {"oca_group": "exit-1", "side": Side.SELL, "con_id": CON_IDS["SPY"], "symbol": "SPY"}
    orders = [*rungs, entry, an_order(51, **exits), stop, an_order(60, **pair), an_order(61, **pair)]  # fmt: skip
    window.on_events((FamilyKnown(family), *[OrderChanged(order) for order in orders]))
    window.docks.focus("orders")


def grouped(window: MainWindow, commands: FakeCommands) -> None:
    tree(window, commands)
    window.orders.group_box.setCurrentText(Grouping.SYMBOL.value)
    window.messages.order_tree.fold("group AAPL")


def presets(window: MainWindow, commands: FakeCommands) -> None:
    gallery.connect(window, commands)
    gallery.fill(window)
    stop, target = Distance(Decimal(100), DistanceUnit.TICKS), Distance(Decimal(2), DistanceUnit.RISK)  # fmt: skip
    stocks = OrderPreset(level=PresetLevel.CLASS, sec_type="STK", size=Decimal(50), tif=Tif.GTC, limit_from=Anchor.FAR, limit_ticks=1, bracket=True, stop=stop, target=target)  # fmt: skip
    presetting = window.board.presetting
    presetting.keep((OrderPreset(outside_rth=False), stocks))
    window.choose_symbol("NVDA")
    presetting.open(window)
    presetting.dialog.list.setCurrentRow(1)
    gallery.settle()
    presetting.dialog.grab().save(str(FOLDER / f"presets-dialog-{paint().theme.name}.png"))


def toasts(window: MainWindow, commands: FakeCommands) -> None:
    gallery.connect(window, commands)
    gallery.fill(window)
    window.menu.notices.toasts.clear()
    window.on_events((OrderChanged(an_order(70)), OrderChanged(an_order(71, side=Side.SELL))))
    window.on_events((OrderChanged(an_order(70, lifecycle=Lifecycle.FILLED, filled=Decimal(100), last_fill_price=Decimal("187.19"))),))  # fmt: skip
    window.on_events((OrderChanged(an_order(71, side=Side.SELL, lifecycle=Lifecycle.REJECTED, note="201: Order rejected - reason: the contract is not available for short sale")),))  # fmt: skip


def raw_messages(window: MainWindow, commands: FakeCommands) -> None:
    gallery.connect(window, commands)
    gallery.fill(window)
    window.docks.focus("log")
    window.board.log_pages.setCurrentWidget(window.board.raw_messages)
    gallery.settle()
    texts = (("PLACE_ORDER", True, "3|17|265598|AAPL|STK||0.0|||SMART|NASDAQ|USD|AAPL|NMS|||BUY|100|LMT|187.2|"), ("OPEN_ORDER", False, "5|17|265598|AAPL|STK||0|?||SMART|USD|AAPL|NMS|BUY|100|LMT|187.2|0.0|DAY||*********|"), ("ORDER_STATUS", False, "3|17|Submitted|0|100|0|1234567017|0|0|7||0|"))  # fmt: skip
    window.board.raw_messages.model.append(RawMessage(n + 1, NOW, out, name, text) for n, (name, out, text) in enumerate(texts))  # fmt: skip


def own_keys(window: MainWindow, commands: FakeCommands) -> None:
    gallery.connect(window, commands)
    window.menu.hotkeys.change("halve", "F9")
    window.menu.hotkeys.open()
    gallery.settle()
    window.menu.hotkeys.dialog.grab().save(str(FOLDER / f"keys-dialog-{paint().theme.name}.png"))


def accounts(window: MainWindow, commands: FakeCommands) -> None:
    both = (ACCOUNT, AccountId("SIM0045678"))
    gallery.connect(window, commands, accounts=both)
    gallery.fill(window)
    window.choose_symbol("NVDA")
    form, box = window.ticket.form, window.ticket.account.box
    form.quantity_edit.set_value(Decimal(100))
    form.price_edit.set_value(Decimal("902.55"))
    if paint().theme.name == "dark":
        box.setCurrentIndex(2)  # the light picture asks for an account


def later_kinds(window: MainWindow, commands: FakeCommands) -> None:
    gallery.connect(window, commands)
    gallery.fill(window)
    window.choose_symbol("NVDA")
    form = window.ticket.form
    form.quantity_edit.set_value(Decimal(500))
    form.price_edit.set_value(Decimal("902.55"))
    form.type_box.setCurrentText("PEG BEST" if paint().theme.name == "dark" else "LMT")
    form.tif_box.setCurrentText("Minutes")
    form.special.minutes_edit.set_value(Decimal(30))
    form.special.ats.middle_box.setChecked(True)
    form.special.more_box.setChecked(True)
    form.special.sweep_box.setChecked(True)


def drafts(window: MainWindow, commands: FakeCommands) -> None:
    gallery.connect(window, commands)
    gallery.fill(window)
    drafting = window.menu.drafting
    for symbol, quantity, price, note in (
        ("NVDA", 100, "890.00", "only after the numbers"),
        ("AAPL", 500, "180.00", ""),
        ("MSFT", 50, "400.50", "second half of the position"),
    ):
        window.choose_symbol(symbol)
        window.ticket.form.quantity_edit.set_value(Decimal(quantity))
        window.ticket.form.price_edit.set_value(Decimal(price))
        drafting.keep()
        drafting.dialog.noted.emit((drafting.drafts[-1], note))
    gallery.settle()
    drafting.dialog.grab().save(str(FOLDER / f"drafts-dialog-{paint().theme.name}.png"))


def drafts_empty(window: MainWindow, commands: FakeCommands) -> None:
    gallery.connect(window, commands)
    window.menu.drafting.open_list()
    gallery.settle()
    window.menu.drafting.dialog.grab().save(
        str(FOLDER / f"drafts-empty-dialog-{paint().theme.name}.png")
    )


def _history(window: MainWindow, commands: FakeCommands, page: HistoryPage, **wish: Any) -> None:
    gallery.connect(window, commands)
    gallery.fill(window)
    window.docks.focus("history")
    gallery.settle()
    window.board.history.show_page(HistoryWish(**wish), page)


def history(window: MainWindow, commands: FakeCommands) -> None:
    orders = tuple(map(a_past_order, range(1, 40)))
    _history(window, commands, HistoryPage(total=1_239, orders=orders, accounts=(str(ACCOUNT),)))


def history_fills(window: MainWindow, commands: FakeCommands) -> None:
    fills = (*map(a_past_fill, range(1, 20)), a_past_fill(20, imported=True))
    _history(window, commands, HistoryPage(total=20, fills=fills), kind=HistoryKind.FILLS)


def history_newest(window: MainWindow, commands: FakeCommands) -> None:
    orders = tuple(map(a_past_order, range(1, 40)))
    _history(window, commands, HistoryPage(total=39, orders=orders, read=0.37))


def history_empty(window: MainWindow, commands: FakeCommands) -> None:
    _history(window, commands, HistoryPage())


def history_failed(window: MainWindow, commands: FakeCommands) -> None:
    fault = "the journal /home/somebody/journal.sqlite is damaged: database disk image is malformed"
    _history(window, commands, HistoryPage(fault=fault))


HISTORY = (history, history_fills, history_newest, history_empty, history_failed)
SCENES = (
    *HISTORY,
    drafts_empty,
    accounts,
    drafts,
    later_kinds,
    tree,
    grouped,
    presets,
    toasts,
    raw_messages,
    own_keys,
)


FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()

if __name__ == "__main__":
    gallery.SCENES = SCENES  # type: ignore[assignment]
    gallery.main(Path(sys.argv[1]), sys.argv[2:])
