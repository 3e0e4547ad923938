"""Positions count each fill exactly once, before the broker's own figure and after it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.desk_fakes import ACCOUNT, SPY, D, execution
from tests.helpers.virtual_time import VirtualClock
from workstation.domain.ids import AccountId, ConId
from workstation.domain.order import Side
from workstation.domain.reports import AccountValueReport, PnlReport, PositionReport
from workstation.marketdata.quotes import Quotes
from workstation.portfolio.balances import Balances
from workstation.portfolio.positions import MOST_LATE, Positions

OTHER = ConId(1)


class Book:
    """Positions in SPY, and the broker's word about them."""

    def __init__(self, quantity: int | None = None) -> None:
        self.positions = Positions(Quotes(VirtualClock()))
        if quantity is not None:
            self.reported(quantity)
            self.seconds_later()

    def reported(self, quantity: int, con_id: ConId = SPY) -> None:
        self.positions.apply_position(
            PositionReport(
                account=ACCOUNT, con_id=con_id, symbol="SPY", quantity=D(quantity),
                average_cost=D(100),
            )
        )  # fmt: skip

    def seconds_later(self) -> None:
        self.positions.forget_early()
        self.positions.forget_early()

    def sold(self, name: str, quantity: int, **changes: Any) -> None:
        self.positions.apply_execution(execution(name, quantity, side=Side.SELL, **changes))

    def bought(self, name: str, quantity: int, **changes: Any) -> None:
        self.positions.apply_execution(execution(name, quantity, **changes))

    @property
    def quantity(self) -> int:
        return int(self.positions.quantity(ACCOUNT, SPY))


def test_a_fill_counts_at_once_and_not_twice() -> None:
    book = Book(100)
    book.sold("a.1.01", 60)
    assert book.quantity == 40
    book.reported(40)
    assert book.quantity == 40


def test_a_report_between_two_fills_drops_the_first_alone() -> None:
    book = Book(200)
    book.sold("a.1.01", 100)
    book.sold("b.1.01", 100)
    book.reported(100)
    assert book.quantity == 0
    book.reported(0)
    assert book.quantity == 0


def test_a_repeated_report_does_not_swallow_a_fill() -> None:
    book = Book(100)
    book.sold("a.1.01", 100)
    book.reported(100)
    assert book.quantity == 0


def test_a_report_that_no_fill_explains_is_believed() -> None:
    book = Book(100)
    book.sold("a.1.01", 50)
    book.reported(500)
    assert book.quantity == 500


def test_fills_that_undo_each_other_leave_with_the_report_that_follows() -> None:
    book = Book(100)
    book.sold("a.1.01", 50)
    book.bought("b.1.01", 50)
    book.reported(100)
    book.bought("c.1.01", 10)
    book.reported(110)
    assert book.quantity == 110


def test_a_correction_counts_only_what_it_changes() -> None:
    book = Book(0)
    book.bought("a.1.01", 100)
    book.bought("a.1.02", 90)
    book.bought("a.1.01", 100)
    assert book.quantity == 90
    book.reported(90)
    book.bought("a.1.03", 0)  # busted after all
    assert book.quantity == 0


def test_the_same_fill_again_never_counts() -> None:
    book = Book(0)
    book.bought("a.1.01", 100)
    book.reported(100)
    book.bought("a.1.01", 100)
    assert book.quantity == 100


def test_what_a_complete_list_does_not_name_is_flat() -> None:
    book = Book(100)
    book.reported(7, OTHER)
    book.positions.begin_refresh()
    book.reported(7, OTHER)
    book.positions.end_refresh()

    assert book.quantity == 0
    assert book.positions.quantity(ACCOUNT, OTHER) == 7


def test_a_fill_during_the_list_is_not_lost() -> None:
    book = Book(100)
    book.positions.begin_refresh()
    book.sold("a.1.01", 100)
    assert book.quantity == 0
    book.reported(100)  # written before the fill
    book.positions.end_refresh()
    assert book.quantity == 0
    book.reported(0)
    assert book.quantity == 0


def test_fills_of_before_the_list_are_in_it() -> None:
    book = Book(100)
    book.bought("x.1.01", 5, con_id=OTHER)  # its report was lost with the link
    book.sold("a.1.01", 100)
    book.positions.begin_refresh()
    book.reported(100)  # bought back meanwhile, elsewhere
    book.positions.end_refresh()

    assert book.quantity == 100
    assert book.positions.quantity(ACCOUNT, OTHER) == 0


def test_a_second_list_asked_for_meanwhile_flattens_nothing_that_was_named() -> None:
    book = Book(100)
    book.reported(7, OTHER)
    book.positions.begin_refresh()
    book.reported(100)
    book.positions.begin_refresh()
    book.reported(7, OTHER)
    book.positions.end_refresh()  # the end of the first

    assert book.quantity == 100


def test_a_list_that_a_lost_link_cut_short_says_nothing() -> None:
    book = Book(100)
    book.reported(7, OTHER)
    book.positions.begin_refresh()
    book.reported(100)
    book.positions.forget_refresh()
    assert book.positions.quantity(ACCOUNT, OTHER) == 7
    book.positions.begin_refresh()
    book.reported(7, OTHER)
    book.positions.end_refresh()
    assert book.quantity == 0


@pytest.mark.parametrize("told_before", [1, 2])
def test_a_fill_that_follows_the_position_it_made_counts_once(told_before: int) -> None:
    book = Book(100)
    if told_before == 1:
        book.sold("a.1.01", 30)
    book.reported(40)  # after both, before the news of the last or of either
    if told_before == 2:
        book.sold("a.1.01", 30)
    book.sold("b.1.01", 30)
    assert book.quantity == 40
    book.sold("c.1.01", 10)  # nothing of it is in the report
    assert book.quantity == 30
    book.reported(30)
    assert book.quantity == 30


def test_what_was_transferred_does_not_swallow_a_later_fill() -> None:
    book = Book(100)
    book.reported(40)
    book.seconds_later()
    book.sold("a.1.01", 30)
    assert book.quantity == 10
    book.reported(10)
    assert book.quantity == 10


def at(second: int) -> datetime:
    return datetime(2026, 11, 20, 17, 0, second, tzinfo=UTC)


class Told(Book):
    """A book that knows the broker's time."""

    def __init__(self, quantity: int) -> None:
        super().__init__()
        self.second = 0
        self.positions.broker_now = lambda: at(self.second)
        self.reported(quantity)
        self.seconds_later()


def test_a_fill_told_long_after_its_position_counts_once_by_the_broker_s_time() -> None:
    book = Told(100)
    book.second = 10
    book.reported(40)
    book.seconds_later()
    book.sold("a.1.01", 40, time=at(9))
    book.sold("b.1.01", 20, time=at(10))
    assert book.quantity == 40  # both are in the position
    book.sold("c.1.01", 20, time=at(10))
    assert book.quantity == 20  # the position has no room for it


def test_a_fill_made_after_the_position_counts_however_late_it_is_told() -> None:
    book = Told(100)
    book.second = 10
    book.reported(40)  # transferred away
    book.seconds_later()
    book.sold("a.1.01", 30, time=at(11))
    assert book.quantity == 10
    book.bought("b.1.01", 30, time=at(9))
    assert book.quantity == 40


def test_positions_that_come_one_after_the_other_before_their_fills_count_them_once() -> None:
    book = Told(100)
    book.second = 10
    book.reported(70)
    book.second = 11
    book.reported(40)
    book.sold("a.1.01", 30, time=at(9))
    book.sold("b.1.01", 30, time=at(11))
    assert book.quantity == 40


def test_a_complete_list_forgets_what_was_early() -> None:
    book = Told(100)
    book.reported(40)
    book.seconds_later()
    book.positions.begin_refresh()
    book.reported(40)
    book.positions.end_refresh()
    book.sold("a.1.01", 30, time=at(0))
    assert book.quantity == 10


def test_of_many_moves_without_a_fill_the_newest_are_remembered() -> None:
    book = Told(100)
    for number in range(1, 31):
        book.second = number
        book.reported(100 - number)
    book.seconds_later()
    assert len(book.positions._late[ACCOUNT, SPY]) == MOST_LATE


def test_a_fill_the_other_way_or_larger_than_what_moved_is_none_of_it() -> None:
    book = Book(100)
    book.reported(90)
    book.bought("a.1.01", 5)
    book.sold("b.1.01", 20)
    assert book.quantity == 75


def test_a_list_that_was_asked_for_explains_itself() -> None:
    book = Book(100)
    book.positions.begin_refresh()
    book.reported(40)
    book.positions.end_refresh()
    book.sold("a.1.01", 30)
    assert book.quantity == 10


@given(st.lists(st.integers(-5, 5).filter(bool), max_size=8), st.data())
def test_late_reports_of_every_fill_never_move_the_position(moves: list[int], data: Any) -> None:
    book = Book(10)
    held, told = 10, 0
    for number, move in enumerate(moves):
        trade = book.bought if move > 0 else book.sold
        trade(f"{number}.1.01", abs(move))
        held += move
        assert book.quantity == held
        if data.draw(st.booleans()):
            told = number + 1
            book.reported(10 + sum(moves[:told]))
            assert book.quantity == held


def test_profit_and_loss_and_marks_reach_the_view() -> None:
    book = Book(100)
    pnl = PnlReport(
        account=ACCOUNT, con_id=SPY, daily=1.0, unrealized=2.0, realized=None, value=3.0
    )
    book.positions.apply_pnl(pnl)
    (view,) = book.positions.take_changed()
    assert (view.daily_pnl, view.unrealized_pnl, view.realized_pnl, view.market_value) == (
        1.0, 2.0, None, 3.0,
    )  # fmt: skip
    assert not book.positions.changed
    book.positions.mark_quoted(OTHER)
    assert not book.positions.changed
    book.positions.mark_quoted(SPY)
    assert book.positions.changed


def test_profit_and_loss_of_nothing_we_hold_is_ignored() -> None:
    book = Book()
    for con_id in (None, SPY):
        book.positions.apply_pnl(
            PnlReport(account=ACCOUNT, con_id=con_id, daily=1.0, unrealized=None, realized=None)
        )
    assert not book.positions.changed


# -- balances -----------------------------------------------------------------------------------------


def balances_with(*values: tuple[str, str]) -> Balances:
    balances = Balances(VirtualClock())
    for tag, value in values:
        balances.apply(AccountValueReport(account=ACCOUNT, tag=tag, value=value, currency="EUR"))
    return balances


def test_an_unreadable_figure_is_absent_and_never_zero() -> None:
    for text in ("", "n/a", "NaN", "Infinity", "1.7976931348623157E308", "1E400"):
        balances = balances_with(("NetLiquidation", "5"), ("NetLiquidation", text))
        summary = balances.summary(ACCOUNT)

        assert summary is not None
        assert summary.net_liquidation is None
        assert summary.currency == "EUR"


def test_figures_are_collected_and_handed_out_once() -> None:
    balances = balances_with(("NetLiquidation", "5.25"), ("AvailableFunds", "-1"), ("Colour", "7"))

    (summary,) = balances.take_changed()
    assert (summary.net_liquidation, summary.available_funds) == (D("5.25"), D(-1))
    assert not balances.changed
    assert balances.summary(AccountId("DU1")) is None


def test_a_position_named_without_its_number_is_not_taken_for_flat() -> None:
    book = Book(100)
    book.positions.begin_refresh()
    book.positions.apply_position(
        PositionReport(
            account=ACCOUNT, con_id=SPY, symbol="SPY", quantity=None, average_cost=None
        )
    )  # fmt: skip
    book.positions.end_refresh()
    assert book.quantity == 100
