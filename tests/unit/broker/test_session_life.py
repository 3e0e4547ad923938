"""A session's beginning and end: within its time limits, with a reason, and nothing left over."""

import pytest

from tests.helpers.scripted_peer import (
    Rig,
    fields,
    framed,
    hello,
    message,
    open_rig,
    server_time,
    start_up,
    tick,
)
from workstation.broker.session import Phase
from workstation.domain.contract import Contract
from workstation.domain.ids import AccountId, ConId, OrderId, ReqId
from workstation.domain.ports import EncodedOrder
from workstation.domain.reports import (
    BrokerNotice,
    NextOrderId,
    OpenOrderReport,
    OrderBytesSent,
    ServerTime,
    SessionEnded,
    SessionStarted,
)

AAPL = Contract(con_id=ConId(265598), symbol="AAPL", primary_exchange="NASDAQ")


def an_order(number: int = 1, size: int = 700) -> EncodedOrder:
    return EncodedOrder(OrderId(number), framed(b"3\0" + b"o" * size), "")


# ---- beginning -------------------------------------------------------------------------------


def test_the_offer_names_the_range_of_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_rig(monkeypatch, max_server_version=176) as rig:
        rig.session.open("127.0.0.1", 4002)
        rig.loop.settle()
        assert rig.received_bytes() == b"API\0\0\0\0\x09v100..176"


def test_nothing_but_the_offer_is_sent_before_the_reply(rig: Rig) -> None:
    rig.connect()
    assert not rig.session.account.time()
    assert not rig.session.cancel_order(OrderId(1))
    rig.loop.pass_time(4)
    assert rig.received() == []

    rig.say(hello())
    assert rig.received() == [[b"71", b"2", b"5", b""]]


def test_a_peer_that_is_silent_in_the_handshake_is_left_after_5_s(rig: Rig) -> None:
    rig.connect()
    rig.loop.pass_time(4.9)
    assert rig.ended is None
    rig.loop.pass_time(0.2)

    assert rig.ended is not None
    assert "said nothing for 5 s" in rig.ended.reason
    assert rig.session.phase is Phase.CLOSED


@pytest.mark.parametrize("missing", [message(15, 1, "SIM0000001"), message(9, 1, 1), b""])
def test_a_start_up_that_does_not_complete_ends_after_10_s(rig: Rig, missing: bytes) -> None:
    rig.connect()
    rig.loop.pass_time(4)
    rig.say(hello() + missing)
    rig.loop.pass_time(9.9)
    assert rig.ended is None
    rig.loop.pass_time(0.2)

    assert rig.ended is not None
    assert "within 10 s" in rig.ended.reason


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (156, "version 156"),
        (201, "version 201"),
        (999, "version 999"),
        ("abc", "does not speak"),
        ("", "does not speak"),
        ("-200", "does not speak"),
        ("9" * 5000, "does not speak"),
        (b"\xff\xfe", "does not speak"),
    ],
)
def test_a_wrong_version_ends_the_session_at_once(rig: Rig, version: object, words: str) -> None:
    rig.connect()
    rig.say(hello(version))

    assert rig.ended is not None
    assert words in rig.ended.reason
    assert rig.received() == [], "startApi was sent all the same"


@pytest.mark.parametrize("version", [157, 176, 200])
def test_every_version_in_range_is_taken(rig: Rig, version: int) -> None:
    rig.connect()
    rig.say(hello(version) + start_up())

    assert rig.of(SessionStarted)[0].server_version == version
    assert rig.session.server_version == version


def test_a_web_server_is_told_apart(rig: Rig) -> None:
    rig.connect()
    rig.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    assert rig.ended is not None
    assert "cannot be" in rig.ended.reason


def test_orders_may_come_before_the_next_order_id(rig: Rig) -> None:
    rig.connect()
    rig.say(hello() + message(53, 1) + start_up())

    assert [type(report).__name__ for report in rig.reports] == ["ListEnded", "SessionStarted"]


def test_opening_twice_is_one_session(rig: Rig) -> None:
    rig.connect()
    rig.session.open("127.0.0.1", 4002)
    rig.loop.settle()
    assert len(rig.peers) == 1


def test_closing_while_it_connects_says_so_and_nothing_follows(rig: Rig) -> None:
    rig.session.open("127.0.0.1", 4002)
    rig.session.close("no longer wanted")
    rig.loop.pass_time(60)

    assert rig.reports == [SessionEnded(reason="no longer wanted")]


# ---- silence ---------------------------------------------------------------------------------


def test_a_half_open_connection_is_probed_after_5_s_and_ended_after_30_s(rig: Rig) -> None:
    rig.up()
    rig.loop.pass_time(4.5)
    assert rig.received() == []
    rig.loop.pass_time(1)
    assert rig.received() == [[b"49", b"1"]]
    assert rig.session.silent_for == pytest.approx(5.5)

    rig.loop.pass_time(3)
    assert rig.ended is None
    assert len(rig.received()) == 3, "one probe a second"
    rig.loop.pass_time(21)
    assert rig.ended is None
    rig.loop.pass_time(1)
    assert rig.ended is not None
    assert "silent for 30 s" in rig.ended.reason


def test_an_answered_probe_keeps_the_session(rig: Rig) -> None:
    rig.up()
    for _ in range(40):
        rig.loop.pass_time(3)
        if [b"49", b"1"] in rig.received():
            rig.say(server_time(1))

    assert rig.ended is None
    assert rig.session.silent_for < 10


# ---- bad messages ----------------------------------------------------------------------------

BAD = {
    "an empty message": b"",
    "a non-numeric id": fields("x", 1),
    "a binary id": b"\xff\xfe\0\x01\0",
    "no id at all": b"no separator",
    "an unknown id": fields(250, 1),
    "an id of zero": fields(0, 1),
    "a negative id": fields(-3, 1),
    "a truncated status": fields(3, 17, "Submitted", 0),
    "a truncated order": fields(5, 17, 265598, "AAPL", "STK"),
    "a wrong number of fields": fields(9, 1, 2, 3),
    "a malformed Decimal": fields(3, 17, "Submitted", "abc", 0, 0, 1, 0, 0, 5, "", 0),
    "a malformed size in a tick": fields(1, 6, 1_000_000_000, 1, 100.5, "abc", 0),
    "a malformed price in a tick": fields(1, 6, 1_000_000_000, 1, "abc", 100, 0),
    "a tick cut off": fields(1, 6, 1_000_000_000, 1, 100.5),
    "a tick without its end": b"2\0006\0001000000000\x000\x00100",
    "invalid UTF-8 in a number": fields(9, 1, b"\xc3\x28"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_message_is_skipped_and_the_fourth_in_a_minute_ends_the_session(
    rig: Rig, kind: str, expected_log
) -> None:
    if kind == "a wrong number of fields":
        expected_log("diff len fields and params")
    rig.up()
    for number in range(3):
        rig.say(framed(BAD[kind]) + server_time(number))
        assert [report.time.timestamp() for report in rig.of(ServerTime)][-1] == number

    assert rig.reports == rig.of(ServerTime), "a bad message was reported as something"
    assert rig.errors == []
    rig.say(framed(BAD[kind]))
    assert rig.ended is not None
    assert "too many unreadable messages" in rig.ended.reason


def test_what_the_library_drops_is_counted_also_beside_another_session(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, expected_log
) -> None:
    expected_log("diff len fields and params")
    rig.up()
    with open_rig(monkeypatch) as second:
        second.up()
        second.say(framed(BAD["a wrong number of fields"]))
        assert second.session.bad_messages.count == 1
        assert rig.session.bad_messages.count == 0


def test_bad_messages_further_apart_than_a_minute_are_forgiven(rig: Rig) -> None:
    rig.up()
    for _ in range(12):
        rig.say(framed(b"") + server_time(1))
        for _ in range(3):
            rig.loop.pass_time(7)
            rig.say(server_time(2))

    assert rig.ended is None


def test_a_new_session_begins_without_the_old_ones_bad_messages(rig: Rig) -> None:
    rig.up()
    rig.say(framed(b"") * 3)
    rig.session.close("next")
    rig.up()
    rig.say(framed(b"") * 3 + server_time(1))

    assert rig.ended is None


def test_invalid_utf8_and_escapes_in_texts_are_shown_not_feared(rig: Rig) -> None:
    rig.up()
    for text in (b"\xc3\x28", b"\\u20ac", b"\\ud83d\\ude00", b"\\ud83d", b"\\x4", b"\\"):
        rig.say(message(4, -1, 2104, text, "", 0))

    texts = [report.text for report in rig.of(BrokerNotice)]
    assert texts[1:4] == ["€", "\U0001f600", "\ufffd"]
    for text in texts:
        text.encode()  # the journal writes UTF-8


# ---- listeners that fail ---------------------------------------------------------------------


def test_an_exception_of_the_listener_goes_to_the_loop_and_is_no_bad_message(
    rig: Rig, expected_log
) -> None:
    expected_log("a callback of the core failed")
    rig.up()
    error = ZeroDivisionError("the listener is broken")

    def fail(report: object) -> None:
        raise error

    rig.on_report = fail
    for number in range(20):
        rig.say(server_time(number))
    rig.on_report = lambda report: None
    rig.say(server_time(99))

    assert rig.errors == [error] * 20
    assert rig.ended is None
    assert len(rig.of(ServerTime)) == 21


def test_an_exception_of_the_quotes_goes_to_the_loop_and_is_no_bad_message(
    rig: Rig, expected_log
) -> None:
    expected_log("a callback of the core failed")
    expected_log("marketDataType failed at")
    rig.up()
    req_id = rig.session.market.subscribe_quotes(AAPL)
    rig.ticks.error = ZeroDivisionError()
    for _ in range(10):
        rig.say(tick(req_id, 1, 100.5) + message(2, 6, req_id, 0, 5) + message(58, 1, req_id, 3))
    rig.ticks.error = None
    rig.say(server_time(1))

    assert len(rig.errors) == 30
    assert rig.ended is None


@pytest.mark.parametrize("kind", [OrderBytesSent, SessionEnded, SessionStarted, NextOrderId])
def test_no_report_can_hurt_the_one_who_caused_it(rig: Rig, kind: type, expected_log) -> None:
    expected_log("a callback of the core failed")

    def fail(report: object) -> None:
        if isinstance(report, kind):
            raise ZeroDivisionError

    rig.on_report = fail
    rig.connect()
    rig.say(hello() + start_up() + message(9, 1, 7))
    assert rig.session.phase is Phase.UP
    assert rig.session.write_order(an_order(), may_wait=False)
    rig.session.close("over")
    rig.loop.settle()

    assert [type(error) for error in rig.errors] == [ZeroDivisionError]
    assert rig.session.phase is Phase.CLOSED


def test_closing_inside_a_report_is_safe(rig: Rig) -> None:
    rig.up()

    def close(report: object) -> None:
        if isinstance(report, ServerTime):
            rig.session.close("by the listener")

    rig.on_report = close
    rig.say(server_time(1) + server_time(2))

    assert len(rig.of(ServerTime)) == 1
    assert [report.reason for report in rig.of(SessionEnded)] == ["by the listener"]


def test_opening_inside_the_end_begins_a_clean_session(rig: Rig) -> None:
    rig.up()

    def again(report: object) -> None:
        if isinstance(report, SessionEnded):
            rig.session.open("127.0.0.1", 4002)

    rig.on_report = again
    rig.session.close("restart")
    rig.loop.settle()
    rig.on_report = lambda report: None
    assert rig.session.phase is Phase.HANDSHAKE
    rig.say(hello(176) + start_up(next_id=9))

    assert rig.session.phase is Phase.UP
    assert rig.session.server_version == 176


# ---- orders ----------------------------------------------------------------------------------


def test_an_order_that_left_whole_is_reported(rig: Rig) -> None:
    rig.up()
    assert rig.session.write_order(an_order(3), may_wait=False)

    assert rig.reports == [OrderBytesSent(order_ids=(OrderId(3),))]
    assert rig.received()[0][0] == b"3"


def test_an_order_into_a_dead_connection_is_in_doubt_and_the_next_is_refused(rig: Rig) -> None:
    rig.up()
    rig.peer.close()
    assert rig.session.write_order(an_order(3), may_wait=False)
    assert rig.ended is None, "the end must not come while the order is being sent"
    assert not rig.session.write_order(an_order(4), may_wait=False)
    rig.loop.settle()

    assert rig.ended is not None
    assert rig.ended.orders_in_doubt == (3,)


def test_no_order_leaves_outside_a_session(rig: Rig) -> None:
    assert not rig.session.write_order(an_order(), may_wait=False)
    rig.connect()
    assert not rig.session.write_order(an_order(), may_wait=False)
    rig.say(hello())
    assert not rig.session.write_order(an_order(), may_wait=False)
    rig.say(start_up())
    rig.session.close("over")
    assert not rig.session.write_order(an_order(), may_wait=False)


# ---- what outlives a session -----------------------------------------------------------------


def test_nothing_of_a_session_reaches_the_next(rig: Rig) -> None:
    rig.up()
    old = rig.session.market.subscribe_quotes(AAPL)
    pnl = rig.session.account.pnl(AccountId("SIM0000001"))
    for _ in range(100):
        rig.session.account.time()
    rig.session.close("over")
    assert not rig.session.market.quotes_running(AAPL.con_id)
    assert rig.session.server_version is None
    rig.up()
    rig.ticks.calls.clear()
    rig.say(tick(old, 1, 100.5) + message(94, pnl, 1, 2, 3))
    rig.loop.pass_time(3)

    assert rig.ticks.calls == []
    assert rig.reports == []
    assert rig.received() == [], "requests of the old session were sent in the new one"


def test_requests_without_a_session_leave_no_trace(rig: Rig) -> None:
    rig.session.market.subscribe_quotes(AAPL)
    rig.session.account.pnl(AccountId("SIM0000001"))
    rig.session.account.summary()
    assert not rig.session.market.quotes_running(AAPL.con_id)
    rig.up()
    rig.session.account.summary()

    assert [each[0] for each in rig.received()] == [b"62"]


def test_subscribing_again_forgets_the_earlier_request(rig: Rig) -> None:
    rig.up()
    old = rig.session.market.subscribe_quotes(AAPL)
    new = rig.session.market.subscribe_quotes(AAPL)
    rig.say(tick(old, 1, 100.5) + tick(new, 1, 101.5))

    assert [call[3] for call in rig.ticks.calls if call[0] == "price"] == [101.5]


# ---- numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "next_id", [1, 499_999_999, 500_000_000, 999_999_999, 1_000_000_000, 2_100_000_000]
)
def test_request_numbers_keep_away_from_order_numbers(rig: Rig, next_id: int) -> None:
    rig.up(next_id=next_id)
    numbers = [rig.session.account.executions() for _ in range(3)]

    assert all(rig.session.is_request(number) for number in numbers)
    assert not any(rig.session.is_request(next_id + step) for step in range(1000))
    assert min(abs(number - next_id) for number in numbers) > 400_000_000


def test_order_ids_that_jump_into_the_requests_end_the_session(rig: Rig) -> None:
    rig.up()
    rig.say(message(9, 1, 1_500_000_000))
    assert rig.ended is not None
    assert "order ids" in rig.ended.reason
    rig.up(next_id=1_500_000_000)
    assert not rig.session.is_request(1_500_000_000)


def test_a_request_that_cannot_be_written_is_answered_and_sends_nothing(rig: Rig) -> None:
    rig.up()
    hostile = Contract(con_id=ConId(1), symbol="ÄÖ\0Ü", primary_exchange="")
    req_id = rig.session.market.subscribe_quotes(hostile)
    look_up = rig.session.market.look_up("\u20ac")
    assert rig.reports == [], "the answer came before the caller knew the number"
    rig.loop.settle()

    assert rig.received() == []
    notices = rig.of(BrokerNotice)
    assert [(each.subject, each.code) for each in notices] == [(req_id, 579), (look_up, 579)]
    assert not rig.session.market.quotes_running(ConId(1))


def test_a_position_is_looked_up_by_its_number_alone(rig: Rig) -> None:
    rig.up()
    rig.session.market.look_up_con_id(ConId(8314))
    (request,) = rig.received()

    assert request[:3] == [b"9", b"8", str(1_000_000_000).encode()]
    assert request[3] == b"8314"
    assert not any(request[4:8][i] for i in (0, 1))


def test_an_order_report_of_neither_side_is_no_sale(rig: Rig, expected_log) -> None:
    expected_log("neither a purchase nor a sale")
    expected_log("execDetails failed at")
    rig.up()
    rig.say(
        message(
            11, -1, 1, 265598, "AAPL", "STK", "", 0, "", "", "SMART", "USD", "AAPL", "NMS",
            "0001.01", "20261120 10:00:00 US/Eastern", "SIM0000001", "NASDAQ", "???", 100, 200.5,
            77, 5, 0, 100, 200.5, "", "", "", "", 1, 0, "",
        )
    )  # fmt: skip

    assert rig.of(OpenOrderReport) == []
    assert len(rig.errors) == 1
    assert ReqId(1) is not None
