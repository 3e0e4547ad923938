"""Presets in the ticket: taken with the symbol, completed with the market, edited in a dialog."""

from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import CON_IDS, a_contract, a_link, a_quote, an_order
from workstation.app.preset_files import PresetFiles
from workstation.domain.commands import SubmitBracket, SubmitOrder
from workstation.domain.messages import ContractKnown, LinkChanged, OrderChanged
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.order_helpers import SizeMode
from workstation.domain.order_preset import (
    Anchor,
    Distance,
    DistanceUnit,
    OrderPreset,
    PresetLevel,
)

STOCKS = OrderPreset(
    level=PresetLevel.CLASS, sec_type="STK", size=Decimal(50), tif=Tif.GTC, limit_from=Anchor.FAR,
    limit_ticks=1, bracket=True, stop=Distance(Decimal(100), DistanceUnit.TICKS),
    target=Distance(Decimal(2), DistanceUnit.RISK),
)  # fmt: skip
IN_MONEY = OrderPreset(
    level=PresetLevel.SYMBOL, sec_type="STK", symbol="MSFT", size=Decimal(5000),
    size_mode=SizeMode.MONEY, bracket=False,
)  # fmt: skip


class Keeper:
    def __init__(self, *presets: OrderPreset) -> None:
        self.presets = presets

    def load(self) -> tuple[OrderPreset, ...]:
        return self.presets

    def save(self, presets: tuple[OrderPreset, ...]) -> None:
        self.presets = presets


@pytest.fixture
def keeper(ready: Stage) -> Keeper:
    keeper = Keeper(STOCKS, IN_MONEY)
    ready.window.board.presetting.use_keeper(keeper)
    return keeper


def test_the_ticket_takes_its_preset_with_the_symbol(ready: Stage, keeper: Keeper) -> None:
    ready.window.choose_symbol("NVDA")
    terms = ready.window.ticket.form.terms

    assert (terms.quantity, terms.tif, terms.limit_price) == (50, Tif.GTC, Decimal("187.21"))
    assert terms.exits is not None
    assert (terms.exits.stop, terms.exits.target) == (Decimal("186.21"), Decimal("189.21"))
    assert ready.window.board.presetting.label.text() == "Preset: STK"
    ready.window.ticket.submit_button.click()
    (sent,) = ready.commands.of(SubmitBracket)
    assert sent.bracket.entry.quantity == 50


def test_the_other_side_gets_its_own_prices_until_they_are_typed(ready: Stage, keeper) -> None:
    ready.window.choose_symbol("NVDA")
    form = ready.window.ticket.form
    form.sell_button.click()
    terms = form.terms
    assert (terms.side, terms.limit_price) == (Side.SELL, Decimal("187.17"))
    assert (terms.exits.stop, terms.exits.target) == (Decimal("188.17"), Decimal("185.17"))
    form.price_edit.set_value(Decimal(180))
    form.buy_button.click()

    assert form.terms.limit_price == 180
    assert form.terms.exits.stop == Decimal("188.17")


def test_a_symbols_preset_goes_before_its_class(ready: Stage, keeper: Keeper) -> None:
    ready.window.choose_symbol("MSFT")
    terms = ready.window.ticket.form.terms

    assert terms.exits is None
    assert terms.quantity == 26  # 5,000 at 187.21, rounded down
    assert ready.window.board.presetting.label.text() == "Preset: STK, MSFT STK"


def test_what_the_market_must_be_known_for_follows_with_the_quote(ready: Stage, keeper) -> None:
    ready.latest(a_quote(CON_IDS["NVDA"], bid=None, ask=None, last=None, close=None))
    ready.window.choose_symbol("NVDA")
    form = ready.window.ticket.form
    assert form.terms.quantity == 50
    assert form.terms.limit_price is None
    form.quantity_edit.set_value(Decimal(70))
    ready.latest(a_quote(CON_IDS["NVDA"], bid=99.0, ask=100.0))

    assert (form.terms.limit_price, form.terms.quantity) == (Decimal("100.01"), 70)
    assert form.terms.exits.stop == Decimal("99.01")
    ready.latest(a_quote(CON_IDS["NVDA"], bid=109.0, ask=110.0))
    assert form.terms.limit_price == Decimal("100.01")  # what is filled in stays


def test_nothing_that_was_typed_is_written_over(ready: Stage, keeper: Keeper) -> None:
    ready.latest(a_quote(CON_IDS["NVDA"], bid=None, ask=None, last=None, close=None))
    ready.window.choose_symbol("NVDA")
    form = ready.window.ticket.form
    form.price_edit.set_value(Decimal(42))
    ready.latest(a_quote(CON_IDS["NVDA"], bid=99.0, ask=100.0))

    assert form.terms.limit_price == 42


def test_a_contract_that_is_not_known_yet_is_filled_when_it_is(stage: Stage, qtbot) -> None:
    stage.window.board.presetting.use_keeper(Keeper(STOCKS))
    stage.events(LinkChanged(a_link()))
    stage.commands.answer_watches()
    stage.window.choose_symbol("NVDA")
    form = stage.window.ticket.form
    assert form.terms.quantity is None
    stage.events(ContractKnown(a_contract("NVDA")))

    assert form.terms.quantity == 50
    assert form.terms.exits is not None


def test_an_order_that_is_being_changed_is_left_alone(ready: Stage, keeper: Keeper) -> None:
    ready.latest(a_quote(CON_IDS["NVDA"], bid=None, ask=None, last=None, close=None))
    order = an_order(12, con_id=CON_IDS["NVDA"], symbol="NVDA", order_type="MKT", limit_price=None)
    ready.events(OrderChanged(order))
    ready.window.ticket.start_change(order)
    ready.latest(a_quote(CON_IDS["NVDA"], bid=99.0, ask=100.0))

    terms = ready.window.ticket.form.terms
    assert (terms.order_type, terms.quantity, terms.exits) == (OrderType.MARKET, 100, None)


def test_without_presets_the_ticket_is_as_ever(ready: Stage) -> None:
    ready.window.choose_symbol("NVDA")

    terms = ready.window.ticket.form.terms
    assert (terms.quantity, terms.limit_price, terms.side) == (None, None, Side.BUY)
    assert ready.window.board.presetting.label.isHidden()
    assert ready.commands.of(SubmitOrder) == []


def test_a_preset_is_made_from_the_ticket_and_kept(ready: Stage, keeper: Keeper, qtbot) -> None:
    ready.window.choose_symbol("MSFT")
    ready.window.choose_symbol("AAPL")
    form = ready.window.ticket.form
    form.quantity_edit.set_value(Decimal(33))
    ready.window.menu.menus.by_name["presets"].trigger()
    dialog = ready.window.board.presetting.dialog
    assert dialog.list.count() == 2
    qtbot.mouseClick(dialog.take_button, Qt.MouseButton.LeftButton)
    assert dialog.save_button.text() == "Save AAPL STK"
    dialog.size_edit.set_value(Decimal(-1))
    assert not dialog.save_button.isEnabled()
    assert "above 0" in dialog.fault_label.text()
    dialog.size_edit.set_value(Decimal(44))
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)

    kept = keeper.presets[-1]
    assert (kept.name, kept.size, kept.bracket) == ("AAPL STK", 44, True)
    assert kept.stop == Distance(Decimal("1.00"), DistanceUnit.PRICE)
    dialog.list.setCurrentRow(0)
    assert dialog.preset == STOCKS  # every field goes through the dialog and back
    qtbot.mouseClick(dialog.remove_button, Qt.MouseButton.LeftButton)
    assert STOCKS not in keeper.presets
    dialog.close()
    ready.window.choose_symbol("MSFT")
    ready.window.choose_symbol("AAPL")
    assert form.terms.quantity == 44


def test_a_broken_file_is_said_kept_beside_and_does_not_stop_the_ticket(tmp_path: Path) -> None:
    path = tmp_path / "presets.toml"
    path.write_text('version = 1\n[[preset]]\nsize = "x"\n[[preset]]\nsize = "7"\n')
    parent = QObject()
    files = PresetFiles(path, parent)
    said: list[str] = []
    files.faulted.connect(said.append)

    assert files.load() == (OrderPreset(size=Decimal(7)),)
    assert "skipped: preset 1" in said[0]
    assert 'size = "x"' in (tmp_path / "presets.damaged").read_text()
    path.write_text("nonsense")
    assert files.load() == ()
    assert "none is used" in said[1]
    assert not path.exists()
    files.save((OrderPreset(size=Decimal(8)),))
    assert files.load() == (OrderPreset(size=Decimal(8)),)
