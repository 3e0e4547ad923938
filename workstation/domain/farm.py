"""The broker's data farms, as TWS reports them one by one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FarmStatus(StrEnum):
    """How TWS says that it is linked to a farm."""

    OK = "OK"
    INACTIVE = "on demand"
    """Not linked, but TWS links it as soon as something is asked of it: no fault."""

    CONNECTING = "connecting"
    BROKEN = "broken"


class FarmPurpose(StrEnum):
    """What a farm serves."""

    QUOTES = "quotes"
    HISTORY = "history"
    CONTRACTS = "contract details"


@dataclass(frozen=True, slots=True, kw_only=True)
class Farm:
    """One farm; `since` is aware UTC, the moment its status was first told."""

    name: str
    purpose: FarmPurpose
    status: FarmStatus
    since: datetime


@dataclass(frozen=True, slots=True)
class FarmsView:
    """Every farm that TWS has named in this session, by name."""

    farms: tuple[Farm, ...]
