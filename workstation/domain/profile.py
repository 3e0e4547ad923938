"""Connection profiles: where to connect, and whose money is meant to be there."""

from dataclasses import dataclass

from workstation.domain.account import Environment


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to connect.

    `environment` is what its accounts must be; None takes the account as it is. `starts_gateway`
    tells that the program runs the other side itself.
    """

    name: str
    host: str
    port: int
    environment: Environment | None
    starts_gateway: bool = False


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
