"""Streams: counted by contract and kind, never more than there is room for, and they come back."""

import random

import pytest

from tests.helpers.stream_rig import DEPTH, QUOTES, TAPE, StreamRig
from workstation.broker.session import Phase
from workstation.desk.streams import CHART
from workstation.domain.ids import ConId
from workstation.domain.quote import MarketDataType
from workstation.domain.reports import BrokerNotice
from workstation.domain.subscription import StreamKind, StreamPhase
from workstation.marketdata.budgets import PROBE_SECONDS, depth_slots, tape_slots

LIMITS = {QUOTES: 4, DEPTH: 3, TAPE: 3}
NAMES = {QUOTES: "quotes", DEPTH: "depth", TAPE: "tape"}


@pytest.fixture
def rig() -> StreamRig:
    return StreamRig()


# -- counting ---------------------------------------------------------------------------------


def test_two_widgets_share_one_stream_and_the_last_one_ends_it(rig: StreamRig) -> None:
    rig.want(DEPTH, 1, user="Depth")
    rig.want(DEPTH, 1, user="Ladder")
    rig.drop(DEPTH, 1, user="Depth")
    assert rig.wire.said == [("depth", 1)]

    rig.drop(DEPTH, 1, user="Ladder")
    assert rig.wire.said == [("depth", 1), ("-depth", 1)]
    rig.drop(DEPTH, 1, user="Ladder")
    assert len(rig.wire.said) == 2


def test_a_watchlist_counts_once_however_often_it_asks(rig: StreamRig) -> None:
    rig.watch(1)
    rig.watch(1)
    rig.drop(QUOTES, 1, user="Watchlist")
    assert rig.wire.said == [("quotes", 1), ("-quotes", 1)]


def test_a_widget_that_lets_go_and_takes_again_in_one_round_asks_the_broker_nothing(
    rig: StreamRig,
) -> None:
    rig.want(TAPE, 1)
    rig.streams.drop(ConId(1), TAPE, "widget")
    rig.want(TAPE, 1)
    assert rig.wire.said == [("tape", 1)]


# -- room -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "books", "tapes"), [(100, 3, 5), (40, 3, 3), (500, 5, 25), (9_000, 60, 450)]
)
def test_books_and_tapes_follow_from_the_lines(lines: int, books: int, tapes: int) -> None:
    assert (depth_slots(lines), tape_slots(lines)) == (books, tapes)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_wished_the_limits_hold_and_every_request_ends_once(seed: int) -> None:
    rng, rig = random.Random(seed), StreamRig()
    for _ in range(300):
        kind, con_id = rng.choice(list(StreamKind)), rng.randint(1, 10)
        match rng.randrange(8):
            case 0 | 1 | 2:
                rig.want(kind, con_id, user=rng.choice("ab"))
            case 3 | 4:
                rig.drop(kind, con_id, user=rng.choice("ab"))
            case 5:
                rig.look_at(*rng.sample(range(1, 11), 3), chosen=con_id, seen=rng.random() < 0.8)
            case 6:
                rig.wire.open.clear()
                rig.streams.session_down()
                rig.streams.session_up()
                rig.streams.settle()
            case 7:
                rig.streams.renew()
                rig.streams.settle()
        for each, most in LIMITS.items():
            running = rig.wire.running(NAMES[each])
            assert len(running) <= most
            assert len(running) == len(set(running))
            assert sorted(running) == sorted(key.con_id for key in rig.streams.running(each))


def test_the_least_important_pause_first_say_so_and_come_back(rig: StreamRig) -> None:
    rig.watch(1, 2, 3, 4, 5, 6)
    assert rig.wire.running("quotes") == [1, 2, 3, 4]
    assert rig.state(5).phase is StreamPhase.PAUSED
    assert "all 4 market-data lines are in use" in rig.state(5).text

    rig.look_at(5, 6)
    assert set(rig.wire.running("quotes")) >= {5, 6}
    paused = {1, 2, 3, 4} - set(rig.wire.running("quotes"))
    assert len(paused) == 2

    rig.drop(QUOTES, 5, 6, user="Watchlist")
    assert sorted(rig.wire.running("quotes")) == [1, 2, 3, 4]
    assert all(rig.state(each).text == "" for each in paused)


def test_what_is_traded_and_what_is_chosen_pauses_last(rig: StreamRig) -> None:
    rig.watch(*range(1, 9))
    rig.streams.traded = lambda: frozenset({ConId(7)})
    rig.sweep()
    rig.look_at(1, 2, 3, 4, 5, chosen=8)
    assert set(rig.wire.running("quotes")) > {7, 8}


def test_a_hidden_list_gives_its_lines_back_but_not_those_of_positions(rig: StreamRig) -> None:
    rig.watch(1, 2, 3)
    rig.streams.traded = lambda: frozenset({ConId(2)})
    rig.sweep()
    rig.look_at(chosen=3, seen=False)
    assert sorted(rig.wire.running("quotes")) == [2, 3]
    rig.look_at(1, 2, 3, chosen=3)
    assert sorted(rig.wire.running("quotes")) == [1, 2, 3]


def test_a_chart_keeps_its_quotes_when_the_list_is_hidden(rig: StreamRig) -> None:
    rig.watch(1, 2, 3)
    rig.want(QUOTES, 2, user=CHART)
    rig.look_at(chosen=3, seen=False)
    assert sorted(rig.wire.running("quotes")) == [2, 3]
    rig.drop(QUOTES, 2, user=CHART)
    assert rig.wire.running("quotes") == [3]


def test_a_paused_quote_is_no_market_any_more(rig: StreamRig) -> None:
    rig.watch(1)
    rig.tick(1)
    rig.look_at(seen=False)
    quote = rig.market.quotes.quote(ConId(1))
    assert quote is not None
    assert quote.stale


def test_the_book_opened_last_takes_the_slot_and_the_other_tells_who_holds_them(
    rig: StreamRig,
) -> None:
    rig.want(DEPTH, 1, 2, 3, user="Depth")
    rig.want(DEPTH, 4, user="Ladder")
    assert sorted(rig.wire.running("depth")) == [2, 3, 4]
    assert rig.state(1, DEPTH).phase is StreamPhase.PAUSED
    assert "S4 (Ladder)" in rig.state(1, DEPTH).text
    (book,) = [each for each in rig.market.books.take_changed(rig.clock.now()) if each.con_id == 1]
    assert "in use" in book.problem

    rig.drop(DEPTH, 4, user="Ladder")
    assert sorted(rig.wire.running("depth")) == [1, 2, 3]


def test_the_uses_tell_of_each_limit(rig: StreamRig) -> None:
    rig.watch(1, 2, 3, 4, 5)
    rig.want(TAPE, 1, user="Time and sales")
    lines, depth, tape = rig.streams.uses()
    assert (lines.used, lines.most, lines.waiting) == (4, 4, 1)
    assert (depth.used, depth.most) == (0, 3)
    assert (tape.used, tape.detail) == (1, "S1 (Time and sales)")


# -- what the broker says ---------------------------------------------------------------------


def test_the_budget_is_learned_from_101_and_probed_again_later(rig: StreamRig) -> None:
    rig.watch(1, 2, 3, 4)
    rig.refuse("quotes", 4, 101)
    rig.refuse("quotes", 3, 101)
    assert sorted(rig.wire.running("quotes")) == [1, 2]
    assert rig.streams.uses()[0].most == 2
    assert any("2 of 4" in text for text in rig.notices)
    assert rig.state(4).phase is StreamPhase.PAUSED

    rig.look_at(4)
    assert 4 in rig.wire.running("quotes"), "the more important one takes a line that stands"
    assert len(rig.wire.running("quotes")) == 2

    rig.sweep(PROBE_SECONDS + 1)
    assert len(rig.wire.running("quotes")) == 3


@pytest.mark.parametrize(("kind", "code"), [(DEPTH, 309), (TAPE, 10190)])
def test_slots_are_learned_too(rig: StreamRig, kind: StreamKind, code: int) -> None:
    rig.want(kind, 1, 2, 3)
    rig.refuse(NAMES[kind], 3, code)
    rig.want(kind, 4)
    assert len(rig.wire.running(NAMES[kind])) == 2
    assert 4 in rig.wire.running(NAMES[kind])


@pytest.mark.parametrize("code", [354, 10089, 10168, 10186, 200, 424242])
def test_what_is_refused_gives_its_line_to_the_next_and_is_not_asked_again(
    rig: StreamRig, code: int
) -> None:
    rig.watch(1, 2, 3, 4, 5)
    rig.refuse("quotes", 1, code, "no permission")
    assert sorted(rig.wire.running("quotes")) == [2, 3, 4, 5]
    assert rig.state(1).phase is StreamPhase.REFUSED
    assert rig.state(1).code == code
    assert rig.state(1).text
    rig.drop(QUOTES, 5, user="Watchlist")
    rig.sweep(PROBE_SECONDS)
    assert 1 not in rig.wire.running("quotes")


@pytest.mark.parametrize("code", [10090, 10167])
def test_a_stream_of_which_only_part_is_given_goes_on(rig: StreamRig, code: int) -> None:
    rig.watch(1)
    rig.refuse("quotes", 1, code)
    assert rig.wire.running("quotes") == [1]
    assert rig.state(1).code == code
    assert rig.state(1).phase is StreamPhase.RUNNING


def test_a_competing_session_is_told_until_the_next_tick(rig: StreamRig) -> None:
    rig.watch(1)
    rig.tick(1)
    rig.refuse("quotes", 1, 10197)
    assert "another session" in rig.state(1).text
    assert rig.market.quotes.is_stale(ConId(1))
    assert rig.wire.said == [("quotes", 1)], "it is not hammered"
    rig.tick(1)
    rig.sweep()
    assert rig.state(1).text == ""


def test_a_book_that_was_halted_is_asked_for_again_once_a_second(rig: StreamRig) -> None:
    rig.want(DEPTH, 1)
    rig.refuse("depth", 1, 316)
    assert rig.wire.running("depth") == []
    rig.sweep()
    assert rig.wire.said == [("depth", 1), ("depth", 1)]


def test_a_book_that_was_reset_begins_empty(rig: StreamRig) -> None:
    rig.want(DEPTH, 1)
    number = rig.wire.number("depth", 1)
    rig.market.books.apply_all(((number, 0, 0, 1, 10.0, 5.0, ""),))
    rig.refuse("depth", 1, 317)
    (book,) = rig.market.books.take_changed(rig.clock.now())
    assert book.bids == ()
    assert rig.wire.running("depth") == [1]


def test_a_message_about_something_else_is_left_to_others(rig: StreamRig) -> None:
    rig.watch(1)
    assert not rig.streams.on_notice(BrokerNotice(subject=5, code=354, text=""))
    assert not rig.streams.on_notice(BrokerNotice(subject=None, code=1100, text=""))


# -- types of market data ---------------------------------------------------------------------


def test_the_type_of_a_contract_is_asked_for_before_its_stream(rig: StreamRig) -> None:
    rig.watch(1, 2)
    rig.refuse("quotes", 2, 10089)
    rig.wire.said.clear()
    rig.streams.set_type(ConId(2), MarketDataType.DELAYED)
    rig.streams.settle()
    assert rig.wire.said == [("type", MarketDataType.DELAYED), ("quotes", 2)]
    rig.watch(3)
    assert rig.wire.said[2:] == [("type", MarketDataType.LIVE), ("quotes", 3)]


def test_a_new_session_begins_with_live_data(rig: StreamRig) -> None:
    rig.watch(1)
    rig.streams.set_type(ConId(1), MarketDataType.FROZEN)
    rig.streams.settle()
    rig.wire.open.clear()
    rig.streams.session_down()
    rig.wire.said.clear()
    rig.streams.session_up()
    rig.streams.settle()
    assert rig.wire.said == [("type", MarketDataType.FROZEN), ("quotes", 1)]


# -- interruptions ----------------------------------------------------------------------------


def test_in_a_new_session_everything_runs_again(rig: StreamRig) -> None:
    rig.watch(1, 2)
    rig.want(DEPTH, 1)
    rig.wire.open.clear()
    rig.wire.phase = Phase.CLOSED
    rig.streams.session_down()
    rig.streams.settle()
    rig.watch(3)
    assert rig.wire.open == {}
    rig.wire.phase = Phase.UP
    rig.streams.session_up()
    rig.streams.settle()
    assert rig.wire.running("quotes") == [1, 2, 3]
    assert rig.wire.running("depth") == [1]


def test_lost_data_are_asked_for_again_the_old_requests_given_back(rig: StreamRig) -> None:
    rig.watch(1, 2)
    rig.want(TAPE, 1)
    rig.wire.said.clear()
    rig.streams.renew()
    rig.streams.settle()
    said = [what for what, _ in rig.wire.said]
    assert said == ["-quotes", "-quotes", "-tape", "quotes", "quotes"]
    for _ in range(15):
        rig.sweep()
    assert rig.wire.running("tape") == [], "the broker takes one request in 15 s"
    assert "15 s" in rig.state(1, TAPE).text
    rig.sweep(4)
    assert rig.wire.running("tape") == [1]
    assert rig.state(1, TAPE).text == ""


def test_a_contract_that_is_not_known_yet_waits_for_it(rig: StreamRig) -> None:
    rig.watch(99)
    assert rig.state(99).phase is StreamPhase.WAITING
    assert rig.wire.said == []


def test_a_tape_refused_for_being_asked_too_soon_is_asked_again_later(rig: StreamRig) -> None:
    rig.want(TAPE, 1)
    rig.refuse("tape", 1, 10189, "Failed to request.Once in 15 seconds")
    for _ in range(10):
        rig.sweep()
    assert rig.wire.running("tape") == []
    rig.sweep(9)
    assert rig.wire.running("tape") == [1]
