"""Drafts: kept from the ticket, listed, noted, put back, deleted, and kept over restarts."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.qt.conftest import Stage
from tests.qt.fakes import (
    AAPL,
    ACCOUNT,
    CON_IDS,
    NOW,
    SYMBOLS,
    FakeCommands,
    a_link,
    an_order,
)
from workstation.app.draft_files import DraftFiles
from workstation.domain.account import masked
from workstation.domain.commands import ShowAccount, SubmitBracket, SubmitOrder
from workstation.domain.finding import Denied, Submitted
from workstation.domain.ids import AccountId, ConId, OrderId, OrderKey
from workstation.domain.kept_draft import KeptDraft
from workstation.domain.messages import LinkChanged
from workstation.domain.order import OrderTerms, OrderType, Side, Tif
from workstation.domain.order_extras import Condition, ConditionKind, Conditions, TriggerMethod
from workstation.storage.draft_file import MOST_DRAFTS, read_drafts, write_drafts
from workstation.ui.drafting import Drafting, draft_of, terms_of
from workstation.ui.main_window import MainWindow
from workstation.ui.ticket_rules import Exits

D = Decimal
FULL = KeptDraft(
    kept_at=NOW,
    con_id=AAPL,
    symbol="AAPL",
    side=Side.SELL,
    order_type=OrderType.STOP_LIMIT,
    tif=Tif.MINUTES,
    quantity=D("1E+2"),
    limit_price=D("180.10"),
    stop_price=D("181.00"),
    outside_rth=True,
    route="ARCA",
    terms=OrderTerms(
        minutes=D(30),
        trigger_method=TriggerMethod.LAST,
        good_after=NOW + timedelta(hours=1),
        conditions=Conditions(
            each=(Condition(kind=ConditionKind.MARGIN, value=D(20), is_more=False),)
        ),
    ),
    bracket=True,
    target_price=D("170.00"),
    exit_stop_price=D("190.00"),
    exit_tif=Tif.DAY,
    note="wait for the numbers",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "drafts.toml"


@pytest.fixture
def drafting(ready: Stage, path: Path) -> Drafting:
    found = ready.window.menu.drafting
    found.clock = lambda: NOW
    found.use_keeper(DraftFiles(path, ready.window))
    ready.window.choose_symbol("AAPL")
    ready.commands.clear()
    return found


def fill_in(stage: Stage, quantity: str = "100") -> None:
    form = stage.window.ticket.form
    form.quantity_edit.set_value(D(quantity))
    form.price_edit.set_value(D("187.20"))


MASKED = masked(ACCOUNT)
OTHER = AccountId("SIM0045678")


def orders(stage: Stage) -> list[object]:
    return [*stage.commands.of(SubmitOrder), *stage.commands.of(SubmitBracket)]


def test_a_draft_is_kept_shown_and_put_back_and_nothing_is_sent(
    ready: Stage, drafting: Drafting, qtbot
) -> None:
    ticket = ready.window.ticket
    fill_in(ready)
    before = ticket.form.terms
    ready.window.menu.menus.by_name["keep_draft"].trigger()
    dialog = drafting.dialog
    assert dialog is not None
    row = [dialog.table.item(0, n).text() for n in range(dialog.table.columnCount())]
    assert row[1:] == ["AAPL", "BUY", "100", "LMT 187.20", "DAY", MASKED, "", ""]
    dialog.note_edit.setText("on a dip\x00 only")
    QTest.keyClick(dialog.note_edit, Qt.Key.Key_Return)
    assert dialog.table.item(0, 8).text().startswith("on a dip")
    dialog.reject()

    ready.window.choose_symbol("MSFT")
    ready.window.menu.menus.by_name["drafts"].trigger()
    dialog = drafting.dialog
    QTest.keyClick(dialog.table, Qt.Key.Key_Return)
    assert (ticket.symbol, ticket.con_id) == ("AAPL", AAPL)
    assert ticket.form.terms == before
    assert "draft" in ticket.strip.headline.text()
    assert orders(ready) == []
    ticket.submit_button.click()
    (sent,) = ready.commands.of(SubmitOrder)
    assert (sent.draft.quantity, sent.draft.limit_price) == (100, D("187.20"))
    assert [each.sent_order for each in drafting.drafts] == [None], "the broker's word is awaited"


def sent(stage: Stage, number: int = 12) -> None:
    """Send what stands in the ticket, and let the core say that it left."""
    stage.window.ticket.submit_button.click()
    stage.commands.answer(SubmitOrder, Submitted(OrderId(number), OrderKey(f"o{number}")))


def rows(drafting: Drafting) -> list[tuple[str, str]]:
    """Symbol and what was sent, of each row of the list."""
    drafting.open_list()
    dialog = drafting.dialog
    assert dialog is not None
    found = range(dialog.table.rowCount())
    listed = [(dialog.table.item(n, 1).text(), dialog.table.item(n, 7).text()) for n in found]
    dialog.reject()
    return listed


def test_a_draft_that_was_sent_says_so_with_its_order(
    ready: Stage, drafting: Drafting, path: Path, qtbot
) -> None:
    write_drafts(path, (replace(FULL, bracket=False, symbol="MSFT", con_id=CON_IDS["MSFT"]),))
    drafting.use_keeper(DraftFiles(path, ready.window))
    fill_in(ready)
    drafting.clock = lambda: NOW + timedelta(minutes=1)
    drafting.keep()
    drafting.dialog.reject()
    drafting.load(drafting.drafts[-1])
    form = ready.window.ticket.form
    form.quantity_edit.set_value(D(50))  # still that draft
    sent(ready)
    (first, then) = rows(drafting)
    assert first == ("MSFT", ""), "what is open stands first"
    assert then[0] == "AAPL"
    assert then[1].startswith("order 12, ")
    assert read_drafts(path) == (drafting.drafts, ())

    sent(ready, 13)  # the ticket again: no draft any more
    assert drafting.drafts[-1].sent_order == 12
    drafting.load(drafting.drafts[-1])
    assert "was sent before: order 12" in ready.window.ticket.strip.headline.text()
    drafting.open_list()
    drafting.dialog.clear_button.click()
    assert [each.symbol for each in drafting.drafts] == ["MSFT"]
    assert not drafting.dialog.clear_button.isVisible()
    drafting.dialog.reject()


def test_another_order_does_not_mark_a_draft(ready: Stage, drafting: Drafting) -> None:
    fill_in(ready)
    drafting.keep()
    drafting.dialog.reject()
    ticket = ready.window.ticket
    drafting.load(drafting.drafts[0])
    ticket._on_escape()  # the fields are empty: what is written now is something else
    fill_in(ready, "70")
    sent(ready)
    assert drafting.drafts[0].sent_order is None
    drafting.load(drafting.drafts[0])
    ticket.submit_button.click()
    ready.commands.answer(SubmitOrder, Denied(()))
    assert drafting.drafts[0].sent_order is None
    sent(ready, 14)
    assert drafting.drafts[0].sent_order == 14


# -- the account ----------------------------------------------------------------------------------


def test_a_draft_keeps_its_account_and_chooses_it_again(
    ready: Stage, drafting: Drafting, path: Path
) -> None:
    ready.events(LinkChanged(a_link(accounts=(ACCOUNT, OTHER))))
    accounts = ready.window.ticket.account
    accounts.choose(OTHER)
    fill_in(ready)
    drafting.keep()
    drafting.dialog.reject()
    assert read_drafts(path)[0][0].account == OTHER
    accounts.choose(ACCOUNT)
    ready.commands.clear()
    drafting.load(drafting.drafts[0])
    assert accounts.account == OTHER
    assert ready.commands.of(ShowAccount) == [ShowAccount(OTHER)]
    assert "ACCOUNT S•••678, which is chosen now" in ready.window.ticket.strip.headline.text()
    drafting.load(drafting.drafts[0])
    assert "chosen now" not in ready.window.ticket.strip.headline.text()
    sent(ready)
    assert [each.draft.account for each in ready.commands.of(SubmitOrder)] == [OTHER]


def test_a_draft_of_an_account_that_is_not_here_is_refused(
    ready: Stage, drafting: Drafting
) -> None:
    said: list[tuple[str, str]] = []
    ready.window.ordering.failed.connect(said.append)
    before = ready.window.ticket.form.terms
    drafting.drafts = (replace(FULL, account=OTHER),)
    assert rows(drafting) == [("AAPL", "")]
    drafting.load(drafting.drafts[0])
    assert said == [
        ("The draft", "it is for account S•••678, which this connection does not manage")
    ]
    assert ready.window.ticket.form.terms == before


def test_a_draft_of_an_earlier_version_names_no_account(
    ready: Stage, drafting: Drafting, path: Path
) -> None:
    write_drafts(path, (replace(FULL, bracket=False),))
    assert "account" not in path.read_text("utf-8")
    drafting.use_keeper(DraftFiles(path, ready.window))
    drafting.load(drafting.drafts[0])
    assert "without an account" in ready.window.ticket.strip.headline.text()


def test_drafts_outlive_the_program(ready: Stage, drafting: Drafting, path: Path, qtbot) -> None:
    fill_in(ready)
    drafting.keep()
    drafting.keep()  # at the same moment: another draft all the same
    other = MainWindow(FakeCommands(), read_only=False, symbols=SYMBOLS, clock=lambda: NOW)
    qtbot.addWidget(other)
    other.menu.drafting.use_keeper(DraftFiles(path, other))
    assert other.menu.drafting.drafts == drafting.drafts
    assert len(drafting.drafts) == 2
    QTest.keyClick(drafting.dialog.table, Qt.Key.Key_Delete)
    assert len(drafting.drafts) == 1
    assert read_drafts(path) == (drafting.drafts, ())


def test_what_is_no_draft_is_not_kept(ready: Stage, drafting: Drafting) -> None:
    said: list[tuple[str, str]] = []
    ready.window.ordering.failed.connect(said.append)
    ready.window.ticket.start_change(an_order(5))
    drafting.keep()
    assert "change" in said[-1][1]
    ready.window.ticket.show_contract(None, "")
    drafting.keep()
    assert "symbol" in said[-1][1]
    ready.window.choose_symbol("MSFT")
    drafting.drafts = (FULL,) * MOST_DRAFTS
    drafting.keep()
    assert "delete some" in said[-1][1]
    assert drafting.dialog is None


def test_every_field_comes_back_from_the_file(path: Path) -> None:
    whole = replace(FULL, account=OTHER, sent_order=OrderId(12), sent_at=NOW)
    write_drafts(path, (whole,))
    assert read_drafts(path) == ((whole,), ())
    (entry,) = tomllib.loads(path.read_text("utf-8"))["draft"]
    assert (entry["quantity"], entry["limit_price"], entry["side"]) == ("100", "180.10", "SELL")
    assert "route" in entry
    assert "legs" not in entry
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_ticket_and_a_draft_say_the_same() -> None:
    terms = terms_of(FULL)
    assert replace(draft_of(terms, AAPL, "AAPL", NOW), note=FULL.note) == FULL
    assert terms.exits == Exits(target=D("170.00"), stop=D("190.00"), tif=Tif.DAY)
    assert terms_of(replace(FULL, bracket=False)).exits is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"symbol": ""}, "no symbol"),
        ({"symbol": "A\nB"}, "no symbol"),
        ({"con_id": ConId(0)}, "no number"),
        ({"con_id": ConId(2**40)}, "no number"),
        ({"quantity": D("NaN")}, "is none"),
        ({"note": "x" * 201}, "note"),
        ({"kept_at": datetime(2026, 1, 1)}, "zone"),  # noqa: DTZ001
        ({"sent_at": datetime(2026, 1, 1)}, "zone"),  # noqa: DTZ001
        ({"account": AccountId("U1 ")}, "no account"),
        ({"account": AccountId("")}, "no account"),
    ],
)
def test_what_cannot_be_is_said(change: dict[str, object], why: str) -> None:
    assert FULL.fault == ""
    assert why in replace(FULL, **change).fault  # type: ignore[arg-type]


BROKEN = (
    "not toml [",
    "version = 2",
    'version = 1\ndraft = "x"',
)


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_file_is_said_and_kept_beside(
    ready: Stage, path: Path, content: str, qtbot
) -> None:
    path.write_text(content)
    files, said = DraftFiles(path, ready.window), []
    files.faulted.connect(said.append)
    assert files.load() == ()
    assert "cannot be read" in said[0]
    assert path.with_suffix(".damaged").read_text() == content


def test_only_what_is_broken_is_skipped(ready: Stage, path: Path) -> None:
    write_drafts(path, (FULL, replace(FULL, kept_at=NOW + timedelta(seconds=1))))
    text = path.read_text("utf-8")
    path.write_text(text.replace('quantity = "100"', 'quantity = "many"', 1))
    drafts, faults = read_drafts(path)
    assert [each.kept_at for each in drafts] == [NOW + timedelta(seconds=1)]
    assert len(faults) == 1
    path.write_text(text.replace('route = "ARCA"', 'colour = "red"', 1))
    assert "colour" in read_drafts(path)[1][0]
    write_drafts(path, (FULL, FULL))
    assert "is there twice" in read_drafts(path)[1][0]
    files, said = DraftFiles(path, ready.window), []
    files.faulted.connect(said.append)
    assert len(files.load()) == 1
    assert "skipped" in said[0]
    assert files.save((FULL,))
    assert not DraftFiles(path / "no folder", ready.window).save((FULL,))


def test_the_time_it_was_kept_is_aware(drafting: Drafting, ready: Stage) -> None:
    assert Drafting(ready.window, ready.window).clock().tzinfo is UTC


def test_quantities_stand_right_and_words_left_as_their_headings_do(
    ready: Stage, drafting: Drafting
) -> None:
    fill_in(ready)
    drafting.keep()
    table = drafting.dialog.table
    for column in range(table.columnCount()):
        heading = table.horizontalHeaderItem(column)
        sides = {
            bool(each.textAlignment() & Qt.AlignmentFlag.AlignRight)
            for each in (heading, table.item(0, column))
        }
        assert sides == {heading.text() == "Quantity"}
