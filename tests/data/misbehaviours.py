"""Tests that each do one thing wrong, for tests/unit/test_guards.py; pytest collects it there."""

import asyncio
import contextlib
import gc
import logging
import socket
import subprocess
import sys
import threading
import time
import warnings

import pytest
from PySide6.QtCore import (
    QMetaObject,
    QObject,
    QRunnable,
    Qt,
    QThread,
    QThreadPool,
    Signal,
    Slot,
    qWarning,
)
from PySide6.QtNetwork import QHostAddress, QTcpServer

ELSEWHERE = ("192.0.2.1", 9)  # reserved for documentation: nobody is there
PROBE = ("192.0.2.1", 1)


class Thrower(QObject):
    asked = Signal()

    @Slot()
    def throw(self):
        raise RuntimeError("raised in a slot")


def a_guarded_socket(kind):
    """Return a socket only if the hook refuses: an unguarded test must send nothing."""
    sock = socket.socket(socket.AF_INET, kind)
    try:
        sys.audit("socket.connect", sock, PROBE)
    except OSError:
        return sock
    sock.close()
    pytest.exit("the audit hook is not installed", returncode=3)


def test_python_warning():
    warnings.warn("old ways", DeprecationWarning, stacklevel=1)


def test_warning_record():
    logging.getLogger("quotes").warning("late")


def test_record_of_a_silent_logger():
    logger = logging.getLogger("apart")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
    logger.error("lost")


def test_forgotten_task():
    async def fail():
        raise RuntimeError("nobody listens")

    async def forget():
        task = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(forget())


def test_qt_message():
    qWarning("careful")


def test_exception_in_a_slot():
    thrower = Thrower()
    thrower.asked.connect(thrower.throw)
    thrower.asked.emit()


def test_exception_in_a_queued_slot(qtbot):
    thrower = Thrower()
    QMetaObject.invokeMethod(thrower, "throw", Qt.ConnectionType.QueuedConnection)
    qtbot.wait(10)


def test_exception_in_a_thread():
    def fail():
        raise RuntimeError("raised in a thread")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def test_exception_in_qthread_run():
    class Failing(QThread):
        def run(self):
            raise RuntimeError("raised in QThread.run")

    thread = Failing()
    thread.start()
    thread.wait()


def test_thread_left_behind():
    threading.Thread(target=time.sleep, args=(6,), name="straggler", daemon=True).start()


def test_qthread_left_running():
    class Patient(QThread):
        def run(self):
            while not self.isInterruptionRequested():
                self.msleep(5)

    thread = Patient(objectName="straggler")
    thread.start()


def test_pool_job_left_running():
    class Job(QRunnable):
        def run(self):
            QThread.msleep(1500)

    QThreadPool.globalInstance().start(Job())


def test_connection_beyond_loopback():
    with a_guarded_socket(socket.SOCK_STREAM) as sock:
        sock.connect(ELSEWHERE)


def test_swallowed_connection():
    with a_guarded_socket(socket.SOCK_STREAM) as sock, contextlib.suppress(OSError):
        sock.connect(ELSEWHERE)


def test_datagram_beyond_loopback():
    with a_guarded_socket(socket.SOCK_DGRAM) as sock:
        sock.sendto(b"", ELSEWHERE)


def test_listening_to_everyone():
    with socket.socket() as sock:
        sock.bind(("", 0))


def test_asking_a_name_server():
    a_guarded_socket(socket.SOCK_STREAM).close()
    with contextlib.suppress(OSError):
        socket.getaddrinfo("example.invalid", 80)


@pytest.fixture
def server():
    server = QTcpServer()
    yield server
    server.close()


def test_qt_listening_to_everyone(server):
    assert server.listen(QHostAddress("0.0.0.0"), 0)


def test_child_listening_to_everyone(request):
    code = "import socket; s = socket.create_server(('', 0)); print('open', flush=True); input()"
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    request.addfinalizer(lambda: child.communicate(b"\n"))
    assert child.stdout.readline() == b"open\n"


def test_expectation_in_vain(expected_log):
    expected_log("never")


def test_expected_record(expected_log):
    expected_log("WARNING quotes: late")
    logging.getLogger("quotes").warning("late")


def test_expected_message_of_qt(expected_qt_message):
    expected_qt_message("careful")
    qWarning("careful")


def test_expected_error_in_a_slot(expected_error):
    expected_error("raised in a slot")
    test_exception_in_a_slot()


def test_loopback_is_allowed():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_finished_threads_are_fine():
    class Brief(QThread):
        def run(self):
            threading.current_thread()

    thread = Brief()
    thread.start()
    thread.wait()
    other = threading.Thread(target=int)
    other.start()
    other.join()
