import socket
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tests.helpers.network import free_port
from workstation.app.port_probe import LONGEST_LOOKS, LOOK_MS, PortProbe


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        yield listening


@pytest.fixture
def owner() -> Iterator[QObject]:
    owner = QObject()
    yield owner
    owner.deleteLater()


def found(qtbot: QtBot, probe: PortProbe, ports: tuple[int, ...]) -> tuple[int, ...]:
    with qtbot.waitSignal(probe.found, timeout=20 * LOOK_MS * LONGEST_LOOKS) as waiting:
        probe.look(ports)
    answer: tuple[int, ...] = waiting.args[0]
    return answer


def test_it_tells_who_listens_and_who_does_not(
    qtbot: QtBot, owner: QObject, server: socket.socket
) -> None:
    port, nobody = server.getsockname()[1], free_port()

    assert found(qtbot, PortProbe(owner), (nobody, port, nobody)) == (port,)


def test_it_says_nothing_and_hangs_up(qtbot: QtBot, owner: QObject, server: socket.socket) -> None:
    assert found(qtbot, PortProbe(owner), (server.getsockname()[1],))

    peer, _ = server.accept()
    with peer:
        peer.settimeout(5)
        assert peer.recv(100) == b""


def test_no_port_is_an_answer_too(qtbot: QtBot, owner: QObject) -> None:
    assert found(qtbot, PortProbe(owner), ()) == ()


def test_it_can_look_again_at_once(qtbot: QtBot, owner: QObject, server: socket.socket) -> None:
    probe = PortProbe(owner)
    answers: list[object] = []
    probe.found.connect(answers.append)
    probe.look((free_port(),))

    assert found(qtbot, probe, (server.getsockname()[1],))
    assert len(answers) == 1


def test_a_look_that_is_given_up_leaves_nothing(
    qtbot: QtBot, owner: QObject, server: socket.socket
) -> None:
    probe = PortProbe(owner)
    answers: list[object] = []
    probe.found.connect(answers.append)
    probe.look((server.getsockname()[1],))
    probe.stop()
    qtbot.wait(3 * LOOK_MS)
    assert answers == []
