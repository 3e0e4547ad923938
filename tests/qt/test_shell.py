"""What the program around the window connects to, keeps, and starts."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.helpers.network import free_port
from tests.qt.fakes import FakeCommands, a_link
from workstation.app import launcher as launcher_module
from workstation.app.options import SETTINGS_FILE, parse
from workstation.app.shell import OUTPUT_FILE, Shell
from workstation.domain.account import Environment
from workstation.domain.commands import Reconnect, UseEndpoint
from workstation.domain.link import LinkState
from workstation.storage.settings import (
    Extras,
    OwnProfile,
    Settings,
    read_settings,
    write_settings,
)

FAR = OwnProfile(host="10.0.0.9", port=4002, environment=Environment.PAPER)


class Rig:
    def __init__(self, folder: Path, window: QWidget, profile: str) -> None:
        self.folder = folder
        self.commands = FakeCommands()
        options = parse(["--data-dir", str(folder), "--profile", profile])
        link = a_link(LinkState.DISCONNECTED, reason="nothing answers at 127.0.0.1:7497 (X)")
        self.shell = Shell(options, self.commands, window, folder, lambda: link)
        self.restarts: list[Any] = []
        self.shell.restart_requested.connect(self.restarts.append)

    @property
    def endpoints(self) -> list[UseEndpoint]:
        return self.commands.of(UseEndpoint)

    @property
    def settings(self) -> Settings:
        return read_settings(self.folder / SETTINGS_FILE)

    def dialog(self) -> Any:
        self.shell.open_connection()
        assert self.shell.dialog is not None
        return self.shell.dialog


@pytest.fixture
def rig(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Rig]]:
    monkeypatch.setattr(launcher_module, "WATCH_MS", 20)
    made: list[Rig] = []

    def build(profile: str, **settings: Any) -> Rig:
        write_settings(tmp_path / SETTINGS_FILE, Settings(**settings))
        window = QWidget()
        qtbot.addWidget(window)
        window.show()
        made.append(Rig(tmp_path, window, profile))
        return made[-1]

    yield build
    for each in made:
        each.shell.leave()


def choose(dialog: Any, name: str) -> None:
    names = [dialog.list.item(row).text().split("  ")[0] for row in range(dialog.list.count())]
    dialog.list.setCurrentRow(names.index(name))


# ---- where it connects ---------------------------------------------------------------------------


def test_this_computer_is_connected_to_at_once_with_the_standby(rig: Any) -> None:
    extras = Extras(standby_host="localhost", standby_port=4002)
    shell = rig("tws-paper", built_in={"tws-paper": extras})

    shell.shell.connect_first()

    assert shell.endpoints == [UseEndpoint("127.0.0.1", 7497, "localhost", 4002)]
    assert shell.shell.question is None


def test_another_computer_is_asked_about_and_the_answer_is_kept(rig: Any) -> None:
    first = rig("far", profiles={"far": FAR})
    first.shell.connect_first()
    question = first.shell.question
    assert question is not None
    assert first.endpoints == []
    assert "10.0.0.9 is not encrypted" in question.label.text()
    assert question.buttons["stay"].isDefault()

    question.buttons["connect"].click()

    assert first.endpoints == [UseEndpoint("10.0.0.9", 4002)]
    assert first.settings.unencrypted_hosts == ("10.0.0.9",)
    assert "far" in first.settings.profiles

    again = Rig(first.folder, first.shell.parent(), "far")
    again.shell.connect_first()
    assert again.shell.question is None
    assert again.endpoints == [UseEndpoint("10.0.0.9", 4002)]


def test_without_the_users_word_nothing_leaves_this_computer(rig: Any) -> None:
    shell = rig("far", profiles={"far": FAR})
    shell.shell.connect_first()
    shell.shell.question.buttons["stay"].click()
    assert shell.endpoints == []
    assert shell.settings.unencrypted_hosts == ()

    dialog = shell.dialog()
    dialog.connect_button.click()  # the user tries again, and is asked again
    assert shell.endpoints == []
    assert shell.shell.question is not None


def test_a_standby_elsewhere_is_asked_about_too(rig: Any) -> None:
    extras = Extras(standby_host="10.0.0.9", standby_port=4002)
    shell = rig("tws-paper", built_in={"tws-paper": extras})
    shell.shell.connect_first()
    assert shell.shell.question is not None
    assert shell.endpoints == []


# ---- the dialog ----------------------------------------------------------------------------------


def test_a_new_standby_of_the_profile_in_use_is_used_at_once(rig: Any) -> None:
    shell = rig("tws-paper")
    dialog = shell.dialog()
    dialog.extras.standby_port_edit.setValue(4002)
    dialog.save_button.click()
    dialog.connect_button.click()

    assert shell.endpoints == [UseEndpoint("127.0.0.1", 7497, "127.0.0.1", 4002)]
    assert shell.restarts == []
    assert shell.settings.built_in["tws-paper"].standby_port == 4002


def test_a_simulated_profile_in_use_is_only_reconnected(rig: Any) -> None:
    shell = rig("simulated")
    shell.dialog().connect_button.click()
    assert shell.commands.sent == [Reconnect()]


def test_another_client_id_is_kept_and_wants_a_new_start(rig: Any) -> None:
    shell = rig("tws-paper", client_id=7)
    dialog = shell.dialog()
    dialog.client_edit.setValue(8)
    dialog.connect_button.click()
    assert shell.settings.client_id == 8
    assert shell.restarts == ["tws-paper"]

    dialog = shell.dialog()
    assert dialog.client_edit.value() == 8
    dialog.client_edit.setValue(7)
    dialog.connect_button.click()
    assert shell.settings.client_id == 7
    assert shell.restarts == ["tws-paper"]
    assert len(shell.endpoints) == 1


def test_it_shows_why_the_link_is_down(rig: Any) -> None:
    dialog = rig("tws-paper").dialog()
    assert "nothing answers" in dialog.state_label.text()


def test_ports_are_found_without_a_handshake(rig: Any, qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        own = OwnProfile(host="localhost", port=port, environment=Environment.PAPER)
        dialog = rig("tws-paper", profiles={"mine": own}).dialog()
        qtbot.waitUntil(
            lambda: f"{port}   mine" in [button.text() for button in dialog.found.buttons],
            timeout=20_000,
        )


# ---- what it starts ------------------------------------------------------------------------------


def own_with(command: str, port: int, **more: Any) -> dict[str, OwnProfile]:
    values = {"host": "127.0.0.1", "environment": Environment.PAPER, **more}
    return {"mine": OwnProfile(command=command, port=port, **values)}


def test_a_paper_gateway_is_started_when_nothing_listens(
    rig: Any, qtbot: QtBot, tmp_path: Path
) -> None:
    shell = rig("mine", profiles=own_with("echo started it", free_port(), restarts=True))
    ended: list[str] = []
    shell.shell.launch_ended.connect(ended.append)
    shell.shell.connect_first()

    qtbot.waitUntil(lambda: bool(ended), timeout=20_000)

    assert ended == ["echo ended with code 0: started it."]
    assert (tmp_path / OUTPUT_FILE).read_text() == "started it\n"


@pytest.mark.parametrize("environment", [Environment.LIVE, Environment.PAPER])
def test_nothing_is_started_without_being_asked(
    rig: Any, qtbot: QtBot, environment: Environment
) -> None:
    restarts = environment is Environment.LIVE  # ticked before it became live
    profiles = own_with("echo x", free_port(), restarts=restarts, environment=environment)
    shell = rig("mine", profiles=profiles)
    shell.shell.connect_first()
    qtbot.wait(200)
    assert shell.shell.launcher is None


def test_nothing_is_started_where_something_listens(rig: Any, qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        profiles = own_with("echo x", server.getsockname()[1], restarts=True)
        shell = rig("mine", profiles=profiles)
        shell.shell.connect_first()
        with qtbot.waitSignal(shell.shell._probe.found, timeout=20_000):
            pass
    assert shell.shell.launcher is None


def test_a_live_gateway_starts_by_the_button_once(rig: Any, qtbot: QtBot) -> None:
    profiles = own_with("false", free_port(), restarts=True, environment=Environment.LIVE)
    shell = rig("mine", profiles=profiles)
    dialog = shell.dialog()
    dialog.tabs.setCurrentIndex(1)
    dialog.start_button.click()

    qtbot.waitUntil(lambda: "ended with code 1" in dialog.launch_label.text(), timeout=20_000)

    assert "again" not in dialog.launch_label.text()
    assert dialog.start_button.isEnabled()
