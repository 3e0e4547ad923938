"""The log is written by a thread of its own, and loses nothing that led to a fault."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workstation.app.logs import BackgroundHandler, start_logging, stop_logging

log = logging.getLogger("tests.logs")


class Slow(logging.Handler):
    """A disk that takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()
        self.written: list[str] = []
        self.threads: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self.free.wait(20)
        self.written.append(self.format(record))
        self.threads.add(threading.current_thread().name)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def handler(slow: Slow) -> Iterator[BackgroundHandler]:
    handler = BackgroundHandler(slow)
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    slow.free.set()
    logger.removeHandler(handler)
    handler.close()


def wait_until(slow: Slow, count: int) -> None:
    end = time.monotonic() + 20
    while len(slow.written) < count and time.monotonic() < end:
        time.sleep(0.005)


@pytest.mark.usefixtures("handler")
def test_who_logs_does_not_wait_for_the_disk(slow: Slow) -> None:
    for number in range(100):
        log.info("line %d", number)
    assert slow.written == []  # the disk has not even begun

    slow.free.set()
    wait_until(slow, 100)

    assert slow.written == [f"line {number}" for number in range(100)]
    assert slow.threads == {"log"}


@pytest.mark.usefixtures("handler")
def test_words_are_fixed_when_they_are_said(slow: Slow) -> None:
    changing = [1]
    log.info("now %s", changing)
    changing.append(2)
    slow.free.set()
    wait_until(slow, 1)
    assert slow.written == ["now [1]"]


@pytest.mark.usefixtures("handler")
def test_an_error_is_written_with_all_before_it_when_the_call_returns(
    slow: Slow, expected_log: object
) -> None:
    expected_log("broken")  # type: ignore[operator]
    slow.free.set()
    for number in range(50):
        log.info("line %d", number)
    log.error("broken")
    assert slow.written == [*(f"line {number}" for number in range(50)), "broken"]


@pytest.mark.usefixtures("handler")
def test_threads_do_not_mix_up_each_others_lines(slow: Slow) -> None:
    slow.free.set()

    def talk(name: str) -> None:
        for number in range(200):
            log.info("%s %d", name, number)

    talkers = [threading.Thread(target=talk, args=(name,)) for name in "abc"]
    for each in talkers:
        each.start()
    for each in talkers:
        each.join()
    wait_until(slow, 600)
    for name in "abc":
        mine = [line for line in slow.written if line.startswith(name)]
        assert mine == [f"{name} {number}" for number in range(200)]


def test_closing_writes_the_rest_and_leaves_no_thread(tmp_path: Path) -> None:
    handler = start_logging(tmp_path)
    try:
        for number in range(500):
            log.info("line %d of DU1234567", number)
    finally:
        stop_logging(handler)

    lines = (tmp_path / "workstation.log").read_text().splitlines()
    assert len(lines) == 500
    assert lines[-1].endswith("line 499 of D•••567")
    assert "log" not in [thread.name for thread in threading.enumerate()]


ENDS = {
    "by an exception": "raise ValueError('oh')",
    "by os._exit after an error": "log.error('last'); os._exit(3)",
    "by SIGKILL after an error": "log.error('last'); os.kill(os.getpid(), 9)",
    "in order without closing": "pass",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_a_process_that_ends_leaves_its_last_lines(tmp_path: Path, end: str) -> None:
    program = (
        "import logging, os, sys\n"
        "from pathlib import Path\n"
        "from workstation.app.logs import start_logging\n"
        "log = logging.getLogger('x')\n"
        "start_logging(Path(sys.argv[1]))\n"
        "for number in range(300): log.info('line %d', number)\n"
        f"{end}\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).resolve().parents[3],
    )

    lines = (tmp_path / "workstation.log").read_text().splitlines()
    said = [line.rpartition(": ")[2] for line in lines]
    expected = [f"line {number}" for number in range(300)]
    assert said == [*expected, *(["last"] if "last" in end else [])]
