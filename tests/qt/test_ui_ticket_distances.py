"""Exits of a bracket by their distance: ticks, price, %, money, R."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage
from workstation.domain.commands import SubmitBracket


@pytest.fixture
def form(ready: Stage, qtbot):
    ready.window.choose_symbol("AAPL")
    form = ready.window.ticket.form
    form.quantity_edit.set_value(Decimal(100))
    form.price_edit.set_value(Decimal("187.20"))
    form.exits.box.click()
    assert form.distances.isHidden()
    form.distance_box.click()
    qtbot.waitUntil(form.distances.isVisible)
    return form


def ask(form, target: str, unit: str, stop: str = "", stop_unit: str = "Ticks") -> str:
    part = form.distances
    part.target_edit.set_value(Decimal(target) if target else None)
    part.target_box.setCurrentText(unit)
    part.stop_edit.set_value(Decimal(stop) if stop else None)
    part.stop_box.setCurrentText(stop_unit)
    return part.result_label.text()


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (("200", "Ticks", "100", "Ticks"), "= 189.20 / 186.20"),
        (("2", "Price", "1", "Price"), "= 189.20 / 186.20"),
        (("1", "%", "0.5", "%"), "= 189.08 / 186.26"),
        (("200", "Money", "100", "Money"), "= 189.20 / 186.20"),
        (("2", "R", "100", "Ticks"), "= 189.20 / 186.20"),
        (("", "Ticks", "100", "Ticks"), "= — / 186.20"),
        (("2", "R"), "R needs the stop"),
        (("1.5", "Ticks"), "Ticks are whole, at most 1000"),
        (("-1", "Price"), "A distance is above 0"),
        (("", "Ticks"), "Target and stop, by their distance"),
    ],
)
def test_a_distance_is_shown_as_prices_before_it_is_taken(form, asked, shown: str) -> None:
    assert ask(form, *asked) == shown
    assert form.exits.target_edit.value is None


def test_enter_takes_the_prices_and_sends_nothing(ready: Stage, form, qtbot) -> None:
    ask(form, "2", "R", "100", "Ticks")
    qtbot.keyClick(form.distances.stop_edit, Qt.Key.Key_Return)
    assert (form.terms.exits.target, form.terms.exits.stop) == (
        Decimal("189.20"),
        Decimal("186.20"),
    )
    assert ready.commands.of(SubmitBracket) == []
    ready.window.ticket.submit_button.click()

    (sent,) = ready.commands.of(SubmitBracket)
    assert (sent.bracket.target_price, sent.bracket.stop_price) == (
        Decimal("189.20"), Decimal("186.20"),
    )  # fmt: skip


def test_a_sale_has_its_exits_on_the_other_side_and_money_needs_a_size(form) -> None:
    form.sell_button.click()
    assert ask(form, "1", "Price", "0.50", "Price") == "= 186.20 / 187.70"
    form.quantity_edit.set_value(None)
    assert ask(form, "100", "Money") == "Money needs a quantity"


def test_without_a_bracket_there_are_no_distances(form, qtbot) -> None:
    form.exits.box.click()

    assert form.distances.isHidden()
