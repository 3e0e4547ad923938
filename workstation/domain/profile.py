"""Connection profiles: where to connect, and whose money is meant to be there."""

import ipaddress
from dataclasses import dataclass

from workstation.domain.account import Environment


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to connect.

    `environment` is what its accounts must be; None takes the account as it is. `starts_gateway`
    tells that the program runs the other side itself. Port 0 of the standby means that there is
    none. `command` starts TWS or a Gateway, "" where the user does that; with `restarts` it is also
    started when nothing listens and again after a crash, but never for live accounts.
    """

    name: str
    host: str
    port: int
    environment: Environment | None
    starts_gateway: bool = False
    standby_host: str = ""
    standby_port: int = 0
    command: str = ""
    restarts: bool = False

    @property
    def may_restart(self) -> bool:
        """Whether the program may start the command without being told each time."""
        return self.restarts and bool(self.command) and self.environment is Environment.PAPER

    @property
    def remote_hosts(self) -> tuple[str, ...]:
        """The hosts of this profile that are other computers: the link there is not encrypted."""
        hosts = (self.host, self.standby_host if self.standby_port else "")
        return tuple(dict.fromkeys(host for host in hosts if host and not is_loopback(host)))


def is_loopback(host: str) -> bool:
    """Tell whether a host is this computer itself; a name other than localhost may be any."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("simulated", "127.0.0.1", 0, Environment.SIMULATED, starts_gateway=True),
        Profile("tws-paper", "127.0.0.1", 7497, Environment.PAPER),
        Profile("tws-live", "127.0.0.1", 7496, Environment.LIVE),
        Profile("gateway-paper", "127.0.0.1", 4002, Environment.PAPER),
        Profile("gateway-live", "127.0.0.1", 4001, Environment.LIVE),
    )
}
"""Ports are the defaults of TWS and IB Gateway. Source: tws-wire.md 3.4 (ports)."""

OWN_ENDPOINT = "own"
"""Name of the profile that --host and --port make."""
