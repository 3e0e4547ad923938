"""The state of the connection to the broker."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workstation.domain.account import Environment
from workstation.domain.finding import TradingState
from workstation.domain.ids import AccountId, ClientId


class LinkState(StrEnum):
    """How far the link to the broker has come."""

    DISCONNECTED = "DISCONNECTED"
    CONNECTING = "CONNECTING"
    SYNCING = "SYNCING"
    READY = "READY"
    DEGRADED = "DEGRADED"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """What the banner shows: link, account, world and what may be traded.

    `reason` says why the link is not READY, `next_step` what follows or what the user can do.
    `only_farms` marks a DEGRADED link of which nothing but a data farm is down: requests and
    orders work.
    `retry_at` is when the next attempt begins, None
    where none is planned. `is_silent` tells that nothing came for so long that what is on screen
    may be old. `is_standby` tells that host and port are those of the second endpoint.
    `clock_offset` is the broker's time minus ours in seconds, None before the broker
    told its time. `knows_exits` tells that positions and open orders were received, which is all
    that an order needs that closes something. `record_loss` is what may be missing of a damaged record of orders, until
    the trader has acknowledged it: no entry is allowed before.
    """

    state: LinkState
    client_id: ClientId
    reason: str = ""
    next_step: str = ""
    only_farms: bool = False
    retry_at: datetime | None = None
    is_silent: bool = False
    host: str = ""
    port: int = 0
    is_standby: bool = False
    server_version: int | None = None
    accounts: tuple[AccountId, ...] = ()
    account: AccountId | None = None
    environment: Environment | None = None
    read_only: bool = False
    trading_state: TradingState = TradingState.ACTIVE
    trading_reason: str = ""
    armed: bool = False
    clock_offset: float | None = None
    since: datetime
    knows_exits: bool = False
    record_loss: str = ""

    @property
    def serves(self) -> bool:
        """Whether orders and requests are taken: compared with the broker, and no link is lost."""
        return self.state is LinkState.READY or self.only_farms
