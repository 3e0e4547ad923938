"""The newest messages, readable, without accounts, and never without end."""

from tests.helpers.virtual_time import VirtualClock
from workstation.broker import raw_log
from workstation.broker.raw_log import MOST_BODY, MOST_KEPT, MOST_READ, RawLog


def text(*fields: object) -> bytes:
    return b"".join(str(each).encode() + b"\0" for each in fields)


def test_messages_are_named_numbered_and_read_from_where_one_stopped() -> None:
    log = RawLog(VirtualClock())
    log.take_out(text(3, 17, 265598, "AAPL", "BUY"))
    log.take_in(text(5, 17, 265598, "DU1234567"))
    log.take_in((204).to_bytes(4, "big") + b"\x08\x11")
    first, second, third = log.read(0)

    assert (first.number, first.is_out, first.name) == (1, True, "PLACE_ORDER")
    assert (second.is_out, second.name, third.name) == (False, "OPEN_ORDER", "ERR_MSG")
    assert first.text == "3|17|265598|AAPL|BUY|"
    assert "DU1234567" not in second.text
    assert log.read(2) == (third,)
    assert log.read(3) == ()
    assert log.read(99) == ()


def test_only_the_newest_are_kept_and_handed_out() -> None:
    log = RawLog(VirtualClock())
    for number in range(MOST_KEPT + 10):
        log.take_in(text(4, number))
    found = log.read(0)

    assert len(found) == MOST_READ
    assert found[-1].text == f"4|{MOST_KEPT + 9}|"
    assert found[-1].number == MOST_KEPT + 10


def test_a_long_message_keeps_its_beginning_and_nonsense_is_shown_as_it_is() -> None:
    log = RawLog(VirtualClock())
    log.take_in(text(5, "x" * 100_000))
    log.take_in(b"")
    log.take_in(b"\xff\xfe\x00")
    log.take_in(text(99_999_999, "?"))
    assert max(len(each[3]) for each in log._kept) == MOST_BODY
    names = [each.name for each in log.read(0)]

    assert names[0] == "OPEN_ORDER"
    assert set(names[1:]) <= {"greeting", "?"}
    assert raw_log._NAMES_OUT[4] == "CANCEL_ORDER"
