"""A pytest plugin: what goes wrong beside a test fails that test.

Watched are log records from WARNING up, messages of Qt, exceptions in slots and threads, threads
and QThreads left behind, and sockets beyond loopback. Python's own warnings are errors by
pyproject.toml. A test that means one of them says so first:

    def test_a_lost_line_is_logged(expected_log):
        expected_log("connection lost")
        ...

An announced record, message or exception that does not come fails the test as well.
"""

import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from types import TracebackType

import pytest
import shiboken6
from PySide6.QtCore import (
    QMessageLogContext,
    QThread,
    QThreadPool,
    QtMsgType,
    qInstallMessageHandler,
)

from tests.helpers import network

LOG = "log record"
QT_MESSAGE = "Qt message"
ERROR = "exception"
THREAD = "thread left behind"
NETWORK = "connection beyond loopback"

PATIENCE = 1.0
"""Seconds that a thread which is ending may take."""

HARMLESS_QT_MESSAGES = re.compile(
    r"This plugin does not support (propagateSizeHints\(\)|raise\(\)|grabbing the (keyboard|mouse))"
)
"""What the offscreen platform says of things no test needs."""

Expect = Callable[[str], None]


@dataclass(slots=True)
class Expectation:
    """A problem that a test has announced."""

    kind: str
    pattern: str
    came: bool = False


@dataclass(slots=True)
class Watch:
    """What has gone wrong since the present test began."""

    problems: list[tuple[str, str]] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)
    threads_before: set[threading.Thread] = field(default_factory=set)
    long_lived: set[threading.Thread] = field(default_factory=set)
    qthreads: list[QThread] = field(default_factory=list)

    def report(self, kind: str, text: str) -> None:
        """Take a problem from any thread."""
        for expectation in self.expectations:
            if expectation.kind == kind and re.search(expectation.pattern, text):
                expectation.came = True
                return
        self.problems.append((kind, text))

    def take_problems(self) -> str:
        """Return the problems so far as one text, and forget them."""
        taken, self.problems = self.problems, []
        return "\n".join(f"{kind}: {text}" for kind, text in taken)


watch = Watch()


def keep_thread(thread: threading.Thread) -> None:
    """Allow a thread of a session-wide fixture to outlive the test that started it."""
    watch.long_lived.add(thread)


# ---- what tests use --------------------------------------------------------------------------


def _announcer(kind: str) -> Expect:
    return lambda pattern: watch.expectations.append(Expectation(kind, pattern))


@pytest.fixture
def expected_log() -> Expect:
    """Announce a log record of WARNING or above: a pattern of "LEVEL logger: message"."""
    return _announcer(LOG)


@pytest.fixture
def expected_qt_message() -> Expect:
    """Announce a message of Qt: a pattern of "type category: message"."""
    return _announcer(QT_MESSAGE)


@pytest.fixture
def expected_error() -> Expect:
    """Announce an exception in a slot or a thread: a pattern of its traceback."""
    return _announcer(ERROR)


# ---- the sources -----------------------------------------------------------------------------


def _record(*args: object, **kwargs: object) -> logging.LogRecord:
    """Make a log record; the one place that sees those of every logger, propagating or not."""
    record = logging.LogRecord(*args, **kwargs)  # type: ignore[arg-type]
    if isinstance(record.levelno, int) and record.levelno >= logging.WARNING:
        text = f"{record.levelname} {record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[0]:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info))
        watch.report(LOG, text)
    return record


def _qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    if kind == QtMsgType.QtFatalMsg and sys.__stderr__:
        sys.__stderr__.write(f"\nQt is ending the process: {message}\n")
    if not HARMLESS_QT_MESSAGES.search(message):
        watch.report(QT_MESSAGE, f"{kind.name} {context.category}: {message}")


def _exception(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    watch.report(ERROR, "".join(traceback.format_exception(kind, error, trace)))


def _thread_exception(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is not SystemExit:
        _exception(args.exc_type, args.exc_value, args.exc_traceback)


def _install_sources() -> None:
    logging.setLogRecordFactory(_record)
    sys.excepthook = _exception
    threading.excepthook = _thread_exception
    qInstallMessageHandler(_qt_message)


def _track_qthreads() -> None:
    """Note every QThread that starts: Python's own list keeps or forgets them at random."""
    start = QThread.start

    def tracked_start(thread: QThread, *args: object) -> None:
        watch.qthreads.append(thread)
        start(thread, *args)  # type: ignore[call-overload]

    QThread.start = tracked_start  # type: ignore[method-assign, assignment]


# ---- threads left behind ---------------------------------------------------------------------


def _report_threads() -> None:
    deadline = time.monotonic() + PATIENCE
    for thread in set(threading.enumerate()) - watch.threads_before - watch.long_lived:
        if isinstance(thread, threading._DummyThread):
            continue  # a thread of Qt that ran Python once; on 3.11 it stays listed for good
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            watch.report(THREAD, f"{thread.name} ({thread})")
    for qthread in watch.qthreads:
        _report_qthread(qthread, deadline)
    watch.qthreads = []
    pool = QThreadPool.globalInstance()
    if not pool.waitForDone(int(1000 * PATIENCE)):
        watch.report(THREAD, f"{pool.activeThreadCount()} jobs in Qt's global thread pool")


def _report_qthread(thread: QThread, deadline: float) -> None:
    if not shiboken6.isValid(thread) or thread.isFinished():
        return
    if not thread.wait(int(1000 * max(0.0, deadline - time.monotonic()))):
        watch.report(THREAD, f"QThread {thread.objectName()!r} ({type(thread).__name__})")
        thread.requestInterruption()
        thread.quit()
        if not thread.wait(int(1000 * PATIENCE)):
            _abandoned.append(thread)  # Qt aborts if a running one is destroyed


_abandoned: list[QThread] = []


# ---- pytest's hooks --------------------------------------------------------------------------


def pytest_configure() -> None:
    """Install what stays for the session."""
    network.install_audit_hook(lambda text: watch.report(NETWORK, text))
    _track_qthreads()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup() -> Generator[None]:
    """Begin the watch of one test."""
    watch.expectations = []
    watch.threads_before = set(threading.enumerate())
    _install_sources()
    yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail the test for what went wrong beside it."""
    try:
        yield
    except BaseException:
        _look_at_sockets()
        if problems := watch.take_problems():
            item.add_report_section("call", "guards", problems)
        raise
    _look_at_sockets()
    if problems := watch.take_problems():
        pytest.fail(problems, pytrace=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None]:
    """Fail the test for what its fixtures left behind and for what it announced in vain."""
    yield
    _look_at_sockets()
    _report_threads()
    problems = watch.take_problems().splitlines()
    for expectation in watch.expectations:
        if not expectation.came:
            problems.append(f"expected {expectation.kind} did not come: {expectation.pattern}")
    watch.expectations = []
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the session for what came after the last test; give the hooks back."""
    sys.excepthook = sys.__excepthook__
    qInstallMessageHandler(None)
    logging.setLogRecordFactory(logging.LogRecord)
    if problems := watch.take_problems():
        print(f"\nafter the last test:\n{problems}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _look_at_sockets() -> None:
    for text in network.own_sockets_beyond_loopback():
        watch.report(NETWORK, text)
