"""How tests and benchmarks build a trading core: one place for the settings that all share."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from workstation.broker.session import SessionSettings
from workstation.desk.core import Core, build_core
from workstation.desk.loop import Wait, select
from workstation.desk.settings import DeskSettings
from workstation.domain.account import Environment
from workstation.domain.clock import Clock
from workstation.domain.commands import Command
from workstation.domain.ids import AccountId, ClientId
from workstation.domain.ports import Checkpoint, Publisher, no_checkpoint
from workstation.risk.limits import TwoLevel, proposed
from workstation.storage.limits_file import add_limits

ACCOUNT = AccountId("SIM0000001")
SESSION = SessionSettings(ClientId(5))


def core_in(
    folder: Path,
    publisher: Publisher,
    take_command: Callable[[], tuple[int, Command] | None],
    clock: Clock,
    *,
    session: SessionSettings = SESSION,
    wait: Wait = select,
    checkpoint: Checkpoint = no_checkpoint,
) -> Core:
    """Build a core of the simulated world that keeps its files in a folder.

    It is a first run where the folder holds no journal yet.
    """
    journal = folder / "journal.sqlite"
    settings = DeskSettings(
        session=session,
        install="kill0000",
        trading_state_file=folder / "trading-state.json",
        limits_file=folder / "limits.toml",
        environment=Environment.SIMULATED,
        first_run=not journal.exists(),
    )
    return build_core(
        settings, journal, publisher, take_command, clock, wait=wait, checkpoint=checkpoint
    )


def raise_limits(folder: Path) -> None:
    """Let a benchmark or a storm send as many orders as it likes."""
    many = TwoLevel(personal=Decimal(10_000), catastrophic=Decimal(10_000))
    limits = replace(
        proposed(ACCOUNT, Decimal(100_000_000)),
        actions_per_second=1000,
        actions_per_minute=100_000,
        working_orders=many,
        chase_orders=10_000,
    )
    add_limits(folder / "limits.toml", limits)
