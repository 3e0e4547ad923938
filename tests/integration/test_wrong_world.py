"""A profile that says paper, at a TWS that holds a live account: looked at, never traded."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.killable_core import Window, run_until
from tests.helpers.scripted_peer import Peer, hello, message, scripted_server, start_up
from workstation.broker.session import SessionSettings
from workstation.desk.core import Core, build_core
from workstation.desk.settings import DeskSettings
from workstation.domain.account import Environment
from workstation.domain.clock import SystemClock
from workstation.domain.commands import Done, Failed, SetArmed, UseEndpoint
from workstation.domain.ids import ClientId
from workstation.domain.messages import CommandAnswered

SETTINGS = DeskSettings(
    session=SessionSettings(ClientId(5), 200),
    install="test0000",
    trading_state_file=Path(),
    limits_file=Path(),
    first_run=True,
)


class Rig:
    def __init__(self, folder: Path, profile: Environment | None) -> None:
        self.window = Window()
        settings = replace(
            SETTINGS,
            trading_state_file=folder / "trading-state.json",
            limits_file=folder / "limits.toml",
            environment=profile,
        )
        self.core: Core = build_core(
            settings, folder / "journal.sqlite", self.window, self.window.take, SystemClock()
        )
        self.core.desk.start()

    def ask(self, command: Any) -> Any:
        before = len(self.window.messages)
        self.window.send(self.core, command)

        def answers() -> list[Any]:
            news = self.window.messages[before:]
            return [each.result for each in news if isinstance(each, CommandAnswered)]

        run_until(self.core, answers)
        return answers()[0]

    @property
    def armed(self) -> bool:
        return self.core.desk.trading.armed


@pytest.fixture
def rigs(tmp_path: Path) -> Iterator[Any]:
    made: list[Rig] = []

    def rig(account: str, profile: Environment | None) -> Rig:
        def serve(peer: Peer, over: threading.Event) -> None:
            peer.read_offer()
            peer.say(hello())
            peer.read_message()
            peer.say(start_up(account) + message(4, 2, -1, 2104, "farm", ""))
            over.wait(20)

        rig = Rig(tmp_path, profile)
        made.append(rig)
        server = scripted_server(serve)
        servers.append(server)
        rig.ask(UseEndpoint("127.0.0.1", server.__enter__()))
        run_until(rig.core, lambda: rig.core.desk.standing.link_view().accounts)
        return rig

    servers: list[Any] = []
    yield rig
    for each in made:
        each.core.desk.stop()
        each.core.close()
    for server in servers:
        server.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("account", "profile"),
    [
        ("U1234567", Environment.PAPER),
        ("U1234567", Environment.SIMULATED),
        ("DU1234567", Environment.LIVE),
        ("SIM0000001", Environment.PAPER),
        ("DU1234567,U7654321", Environment.PAPER),
    ],
)
def test_it_refuses_to_arm(rigs: Any, account: str, profile: Environment) -> None:
    rig = rigs(account, profile)

    answer = rig.ask(SetArmed(armed=True))

    assert isinstance(answer, Failed)
    assert f"the profile is {profile.value}" in answer.reason
    assert not rig.armed
    assert rig.core.desk.standing.environment_fault()
    assert rig.ask(SetArmed(armed=False)) == Done()


@pytest.mark.parametrize("profile", [Environment.LIVE, None])
def test_it_arms_where_the_world_fits(rigs: Any, profile: Environment | None) -> None:
    rig = rigs("U1234567", profile)

    assert rig.ask(SetArmed(armed=True)) == Done()
    assert rig.armed


def test_nothing_is_armed_before_an_account_is_known(tmp_path: Path) -> None:
    rig = Rig(tmp_path, Environment.LIVE)
    try:
        assert isinstance(rig.ask(SetArmed(armed=True)), Failed)
    finally:
        rig.core.close()
