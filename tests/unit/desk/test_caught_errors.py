"""What the window shows of an error that the core has caught: where it was, and no more."""

from pathlib import Path

from tests.helpers.killable_core import Window, build
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.caught_errors import CaughtErrors
from workstation.domain.messages import NoticeArrived
from workstation.domain.notice import Severity
from workstation.domain.reports import ServerTime


def test_a_kind_of_error_is_told_at_once_and_then_once_a_minute() -> None:
    clock = VirtualClock()
    caught = CaughtErrors(clock)

    def failed(place: str, number: int) -> str:
        error = ValueError("SIM0000001")
        error.add_note(f"{place}, number {number} in this run")
        return caught.sentence(error)

    assert "tickPrice, number 1" in failed("tickPrice", 1)
    assert "openOrder" in failed("openOrder", 2)
    assert [failed("tickPrice", number) for number in range(3, 100)] == [""] * 97
    clock.seconds += 60
    assert "tickPrice, number 100" in failed("tickPrice", 100)


def test_a_failed_callback_is_named_in_the_log_panel_and_nothing_of_its_message(
    tmp_path: Path, expected_log
) -> None:
    expected_log("currentTime failed at")
    expected_log("a callback of the core failed")
    window = Window()
    core = build(tmp_path, window, "", fast=False)
    core.desk.start()
    session = core.desk.session

    def fail(report: object) -> None:
        assert not isinstance(report, ServerTime), "SIM0000001 has 100 shares"

    session._wrapper._sink = fail
    session._guard.currentTime(1_790_000_000)
    core.loop.run_once(0)
    core.loop.run_once(0)

    notices = [each.notice for each in window.messages if isinstance(each, NoticeArrived)]
    (alarm,) = [each for each in notices if each.severity is Severity.ALARM]
    assert alarm.text == (
        "An internal error was caught: AssertionError in currentTime, number 1 in this run."
    )
    assert "session goes on" in alarm.effect
    assert session._guard.caught == 1
    core.desk.stop()
    core.close()
