"""Each guard bites: an inner pytest runs tests that misbehave, and each of them must fail."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.helpers import network

ROOT = Path(__file__).resolve().parents[2]
MISBEHAVIOURS = ROOT / "tests" / "data" / "misbehaviours.py"

FAILURES = {
    "python_warning": "DeprecationWarning: old ways",
    "warning_record": "log record: WARNING quotes: late",
    "record_of_a_silent_logger": "log record: ERROR apart: lost",
    "forgotten_task": "log record: ERROR asyncio: Task exception was never retrieved",
    "qt_message": "Qt message: QtWarningMsg default: careful",
    "exception_in_a_slot": "exception: Traceback",
    "exception_in_a_queued_slot": "RuntimeError: raised in a slot",
    "exception_in_a_thread": "RuntimeError: raised in a thread",
    "exception_in_qthread_run": "RuntimeError: raised in QThread.run",
    "thread_left_behind": "thread left behind: straggler",
    "qthread_left_running": "thread left behind: QThread 'straggler'",
    "pool_job_left_running": "jobs in Qt's global thread pool",
    "connection_beyond_loopback": "BeyondLoopbackError: socket.connect to 192.0.2.1 port 9",
    "swallowed_connection": "connection beyond loopback: socket.connect to 192.0.2.1 port 9",
    "datagram_beyond_loopback": "BeyondLoopbackError: socket.sendto to 192.0.2.1 port 9",
    "listening_to_everyone": "BeyondLoopbackError: socket.bind to every interface",
    "asking_a_name_server": "connection beyond loopback: socket.getaddrinfo of 'example.invalid'",
    "qt_listening_to_everyone": "open to others on 0.0.0.0",
    "child_listening_to_everyone": "open to others on 0.0.0.0",
    "expectation_in_vain": "expected log record did not come: never",
}
GOOD = (
    "expected_record",
    "expected_message_of_qt",
    "expected_error_in_a_slot",
    "loopback_is_allowed",
    "finished_threads_are_fine",
)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The failure text of each inner test, empty where it passed."""
    folder = tmp_path_factory.mktemp("inner")
    test_file = folder / "test_misbehaviours.py"
    test_file.write_text(MISBEHAVIOURS.read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.helpers.guards", "-p", "no:randomly"]
    command += ["-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), f"--rootdir={folder}"]
    environment = dict(os.environ, PYTHONPATH=str(ROOT), QT_QPA_PLATFORM="offscreen")
    run = subprocess.run(
        [*command, f"--junitxml={folder}/report.xml", str(test_file)],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    texts: dict[str, str] = {}
    for case in ET.parse(folder / "report.xml").iter("testcase"):
        name = case.attrib["name"].removeprefix("test_")
        parts = [part.attrib["message"] + (part.text or "") for part in case]
        texts[name] = texts.get(name, "") + "".join(parts)
    return texts


@pytest.mark.parametrize("name", FAILURES)
def test_misbehaviour_fails_the_test(outcomes: Mapping[str, str], name: str) -> None:
    assert FAILURES[name] in outcomes[name]


@pytest.mark.parametrize("name", GOOD)
def test_good_behaviour_passes(outcomes: Mapping[str, str], name: str) -> None:
    assert outcomes[name] == ""


def test_every_inner_test_is_looked_at(outcomes: Mapping[str, str]) -> None:
    assert set(outcomes) == {*FAILURES, *GOOD}


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ("0: 0100007F:1D4D 00000000:0000 0A 0:0 0:0 0 0 0 77", None),
        ("0: 0100007F:1D4D 0100007F:C350 01 0:0 0:0 0 0 0 77", None),
        ("0: 00000000:1D4D 00000000:0000 0A 0:0 0:0 0 0 0 77", "open to others on 0.0.0.0"),
        ("0: 0F02000A:C350 010200C0:0009 02 0:0 0:0 0 0 0 77", "connection to 192.0.2.1 port 9"),
        (f"0: {'0' * 32}:0016 {'0' * 32}:0000 0A 0:0 0:0 0 0 0 77", "open to others on ::"),
    ],
)
def test_the_kernels_table_is_read(row: str, finding: str | None) -> None:
    found = network.beyond_loopback("tcp", [row])

    assert bool(found) == (finding is not None)
    assert finding is None or finding in found["77"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost", "::ffff:127.0.0.1"])
def test_loopback_is_recognised(host: str) -> None:
    assert network.is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "10.0.0.1", "192.0.2.1", "example.invalid"])
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not network.is_loopback(host)
