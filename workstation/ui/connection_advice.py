"""What to switch on at the broker's side so that the program can connect."""

from workstation.domain.account import Environment
from workstation.domain.link import LinkView
from workstation.domain.profile import PROFILES

_ADVICE = {
    "simulated": "A simulated market that the program runs itself. No account and no TWS are needed.",
    "tws": (
        "In TWS: Configure, API, Settings. Switch on 'Enable ActiveX and Socket Clients', keep "
        "'Allow connections from localhost only', and compare the socket port."
    ),
    "gateway": (
        "In IB Gateway: Configure, Settings, API. Compare the socket port; switch 'Read-Only API' "
        "off if you want to trade."
    ),
}

_PROGRAMS = {"tws": "TWS", "gateway": "IB Gateway"}


def advice_for(profile: str) -> str:
    """Return where the switches are in the program that a profile connects to."""
    return _ADVICE.get(profile.split("-", maxsplit=1)[0], _ADVICE["tws"])


def first_steps(link: LinkView | None) -> tuple[str, str]:
    """Return in a sentence, and then at length, what to do about a link that never came up.

    Both are empty where the program runs the other side itself.
    """
    if link is None or not link.port or link.environment is Environment.SIMULATED:
        return "", ""
    kind = next((p.name.split("-")[0] for p in PROFILES.values() if p.port == link.port), "tws")
    program = _PROGRAMS.get(kind, "TWS")
    return f"Start {program} and switch on its API", advice_for(kind)
