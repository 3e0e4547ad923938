"""The what-if that runs by itself, and what a change is said to change before it is sent."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt

from tests.qt.conftest import Stage, clock
from tests.qt.fakes import SYMBOLS, FakeCommands, a_link, an_order
from workstation.domain.commands import ChangeOrder, Failed, PreviewMargin, SubmitOrder
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged, OrderChanged
from workstation.domain.order import OrderTerms, Tif, TriggerMethod
from workstation.domain.preview import MarginPreview
from workstation.domain.query import FailureKind
from workstation.ui.change_words import change_in_words
from workstation.ui.main_window import MainWindow
from workstation.ui.ticket_wishes import terms_of

D = Decimal
LATER_MS = 10_000

ANSWER = MarginPreview(
    initial_margin_change=D("4680.25"),
    maintenance_margin_change=D("4000.00"),
    initial_margin_after=D("9360.50"),
    maintenance_margin_after=D("8000.00"),
    equity_after=D("100000"),
    commission=D("1.25"),
    currency="USD",
)


@pytest.fixture
def ticket(ready: Stage, qtbot):
    ready.window.choose_symbol("AAPL")
    return ready.window.ticket


def fill_in(ticket, quantity: str = "100", price: str = "187.20") -> None:
    ticket.form.quantity_edit.set_value(D(quantity))
    ticket.form.price_edit.set_value(D(price))


def asked(ready: Stage, qtbot, number: int = 1) -> None:
    qtbot.waitUntil(lambda: len(ready.commands.of(PreviewMargin)) == number, timeout=LATER_MS)


def settle(ready: Stage, ticket, qtbot) -> None:
    """Wait until the ticket has rested once more: what it would ask by itself is asked."""
    with qtbot.waitSignal(ticket.preview_requested, timeout=LATER_MS):
        ticket.refresh()


def test_the_cost_is_asked_once_after_the_last_change(ready: Stage, ticket, qtbot) -> None:
    assert ready.commands.of(PreviewMargin) == []
    fill_in(ticket, "100")
    fill_in(ticket, "200")
    fill_in(ticket, "300")
    assert ready.commands.of(PreviewMargin) == []  # not while it is typed
    asked(ready, qtbot)

    assert [one.draft.quantity for one in ready.commands.of(PreviewMargin)] == [D(300)]
    ready.commands.answer(PreviewMargin, ANSWER)
    shown = ticket.cost.label
    assert shown.text() == "What-if: margin +4,680.25, commission 1.25 USD"
    assert "Equity with loan 100,000.00 USD" in shown.toolTip()
    assert not ticket.strip.headline.text().startswith("What-if")  # the strip is left alone

    settle(ready, ticket, qtbot)
    asked(ready, qtbot)  # the answer to these terms stands
    assert ready.commands.of(SubmitOrder) == []


def test_figures_of_other_terms_go_at_once(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    asked(ready, qtbot)
    ready.commands.answer(PreviewMargin, ANSWER)
    ticket.form.quantity_edit.set_value(D(200))

    assert "4,680.25" not in ticket.cost.label.text()
    ticket.form.quantity_edit.set_value(None)
    settle_text = ticket.cost.label.text()
    assert settle_text == "What-if: —"


def test_never_two_questions_are_under_way(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket, "100")
    asked(ready, qtbot)
    for quantity in ("200", "300"):
        fill_in(ticket, quantity)
        settle(ready, ticket, qtbot)
    qtbot.mouseClick(ticket.margin_button, Qt.MouseButton.LeftButton)
    assert len(ready.commands.of(PreviewMargin)) == 1

    ready.commands.answer(PreviewMargin, ANSWER)
    assert "4,680.25" not in ticket.cost.label.text()  # it was about 100
    assert [one.draft.quantity for one in ready.commands.of(PreviewMargin)] == [D(100), D(300)]
    ready.commands.answer(PreviewMargin, ANSWER)
    assert "4,680.25" in ticket.cost.label.text()
    assert "Initial margin" in ticket.strip.headline.text()  # that one was asked by hand


def test_asked_by_hand_while_the_same_is_under_way_one_answer_serves_both(
    ready: Stage, ticket, qtbot
) -> None:
    fill_in(ticket)
    asked(ready, qtbot)
    qtbot.mouseClick(ticket.margin_button, Qt.MouseButton.LeftButton)
    ready.commands.answer(PreviewMargin, ANSWER)

    assert "4,680.25" in ticket.cost.label.text()
    assert "Initial margin" in ticket.strip.headline.text()
    assert len(ready.commands.of(PreviewMargin)) == 1


def test_that_there_is_no_answer_is_said_and_not_asked_again(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    asked(ready, qtbot)
    ready.commands.answer(PreviewMargin, Failed("<b>No</b> what-if here"))

    assert ticket.cost.label.text() == "What-if not available: <b>No</b> what-if here"
    settle(ready, ticket, qtbot)
    asked(ready, qtbot, 1)


def test_silence_is_asked_again(ready: Stage, ticket, qtbot) -> None:
    fill_in(ticket)
    asked(ready, qtbot)
    ready.commands.answer(PreviewMargin, Failed("No answer", kind=FailureKind.TIMED_OUT))

    settle(ready, ticket, qtbot)
    asked(ready, qtbot, 2)


def test_without_a_link_nothing_is_asked(ready: Stage, ticket, qtbot) -> None:
    ready.events(LinkChanged(a_link(LinkState.DISCONNECTED)))
    fill_in(ticket)
    settle(ready, ticket, qtbot)

    assert ready.commands.of(PreviewMargin) == []
    assert ticket.cost.label.text() == "What-if not available: the link is not ready"
    ready.events(LinkChanged(a_link()))
    asked(ready, qtbot)


def test_switched_off_it_asks_only_by_hand(ready: Stage, ticket, qtbot) -> None:
    qtbot.mouseClick(ticket.cost.box, Qt.MouseButton.LeftButton)
    assert not ticket.cost.box.isChecked()
    fill_in(ticket)
    settle(ready, ticket, qtbot)

    assert ready.commands.of(PreviewMargin) == []
    qtbot.mouseClick(ticket.margin_button, Qt.MouseButton.LeftButton)
    asked(ready, qtbot)
    ready.commands.answer(PreviewMargin, ANSWER)
    assert "Initial margin" in ticket.strip.headline.text()


def test_a_change_is_shown_old_to_new_before_it_is_sent(ready: Stage, ticket, qtbot) -> None:
    order = an_order(12, quantity=D(100), limit_price=D("187.20"))
    ready.events(OrderChanged(order))
    ticket.start_change(order)
    assert ticket.cost.label.text() == "Changes nothing yet"

    fill_in(ticket, "80", "186.50")
    assert ticket.cost.label.text() == "Changes quantity 100 → 80, limit 187.20 → 186.50"
    ticket.form.quantity_edit.set_value(D(100))
    assert ticket.cost.label.text() == "Changes limit 187.20 → 186.50"
    assert ready.commands.of(PreviewMargin) == []
    assert ready.commands.of(ChangeOrder) == []

    qtbot.keyClick(ticket.form.price_edit, Qt.Key.Key_Escape)
    assert ticket.cost.label.text() == "What-if: —"


def test_every_kind_of_changed_term_is_named() -> None:
    order = an_order(12, quantity=D(100), limit_price=D("187.20"))
    before = terms_of(order)
    special = OrderTerms(
        display_size=D(20), hidden=True, trigger_method=TriggerMethod.LAST, trail_stop=None
    )
    after = replace(before, tif=Tif.GTC, outside_rth=True, special=special)

    said = change_in_words(after, order, before, None)
    assert said is not None
    for part in (
        "time in force DAY → GTC",
        "outside hours no → yes",
        "display size none → 20",
        "hidden no → yes",
        "trigger method default → last",
    ):
        assert part in said.split(", ")
    assert change_in_words(before, order, before, None) == ""
    assert change_in_words(before, None, before, None) is None


def test_whether_it_asks_by_itself_is_kept_between_runs(ready: Stage, ticket, qtbot) -> None:
    ticket.cost.box.setChecked(False)
    kept = json.loads(json.dumps(ready.window.layout_state()))
    other = MainWindow(FakeCommands(), read_only=False, symbols=SYMBOLS, clock=clock)
    qtbot.addWidget(other)
    assert other.ticket.cost.box.isChecked()
    other.restore_layout(kept)
    assert not other.ticket.cost.box.isChecked()

    for broken in (None, [], {}, {"asks": 1}, {"asks": "yes"}):
        other.ticket.cost.restore(broken)
        assert not other.ticket.cost.box.isChecked()
    other.ticket.cost.restore({"asks": True})
    assert other.ticket.cost.box.isChecked()
