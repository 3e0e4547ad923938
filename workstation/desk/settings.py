"""What a desk is built for, and what it knows of its own standing."""

from dataclasses import dataclass
from pathlib import Path

from workstation.broker.session import SessionSettings
from workstation.domain.account import Environment
from workstation.domain.ids import AccountId
from workstation.marketdata.budgets import LINES
from workstation.storage.files import sha256_of, user_name


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """What a desk is built for.

    `environment` None takes the world of the account as it is; a profile that names one
    refuses orders for any other. `install` marks this installation's orders. Without a
    `control_file` there is no control channel. `lines` is how many market-data lines the
    account has.
    """

    session: SessionSettings
    install: str
    trading_state_file: Path
    limits_file: Path
    alerts_file: Path | None = None
    environment: Environment | None = None
    read_only: bool = False
    first_run: bool = False
    control_file: Path | None = None
    lines: int = LINES


@dataclass(slots=True)
class Presence:
    """Who we are at the broker in this session, and how far to believe it."""

    accounts: tuple[AccountId, ...] = ()
    account: AccountId | None = None
    synced: bool = False
    farm_lost: bool = False
    orders_refused: bool = False
    clock_offset: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Who runs what with which limits; the journal's entries of this run share its boot."""

    client_id: int
    environment: Environment | None
    install: str
    limits_sha256: str
    read_only: bool
    user: str


def started(settings: DeskSettings) -> Started:
    """Describe a start for the journal."""
    return Started(
        client_id=settings.session.client_id,
        environment=settings.environment,
        install=settings.install,
        limits_sha256=sha256_of(settings.limits_file),
        read_only=settings.read_only,
        user=user_name(),
    )
