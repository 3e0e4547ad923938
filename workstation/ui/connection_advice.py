"""What to set at the broker's side: so that a session comes up, and so that it then does no harm.

The words are those on the screens of TWS and IB Gateway. Plain text: the command line uses it too.
Source: tws-wire.md 3.1, 3.3 and 3.4; features.md G2.
"""

from dataclasses import dataclass

from workstation.domain.account import Environment
from workstation.domain.link import LinkState, LinkView
from workstation.domain.link_fault import LinkFault, fault_of
from workstation.domain.profile import PROFILES

TWS_SETTINGS = "File, Global Configuration, API, Settings"
TWS_PRECAUTIONS = "File, Global Configuration, API, Precautions"
TWS_PRESETS = "File, Global Configuration, Presets, Stocks, Precautionary Settings"
GATEWAY_SETTINGS = "Configure, Settings, API, Settings"
GATEWAY_PRECAUTIONS = "Configure, Settings, API, Precautions"

_SIMULATED = "A simulated market that the program runs itself. No account and no TWS are needed."
_PROGRAMS = {"tws": "TWS", "gateway": "IB Gateway"}
_EITHER = "TWS or IB Gateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting at the broker's side: its name there, where it is, and what it should be."""

    name: str
    where: str
    wanted: str
    why: str


def program_at(port: int) -> str:
    """Name the program whose default port this is, either one for any other port."""
    kind = next((p.name.split("-")[0] for p in PROFILES.values() if p.port == port), "")
    return _PROGRAMS.get(kind, _EITHER)


def advice_for(profile: str) -> str:
    """Return where the switches are in the program that a profile connects to."""
    kind = profile.split("-", maxsplit=1)[0]
    if kind == "simulated":
        return _SIMULATED
    return advice_on(
        LinkFault.NOTHING_LISTENS, PROFILES[profile].port if profile in PROFILES else 0
    )


def first_steps(link: LinkView | None) -> tuple[str, str]:
    """Return in a sentence, and then at length, what to do about a link that never came up.

    Both are empty where the program runs the other side itself.
    """
    if link is None or not link.port or link.environment is Environment.SIMULATED:
        return "", ""
    fault = fault_of(link.reason)
    if link.state is not LinkState.DISCONNECTED:
        fault = LinkFault.NOTHING_LISTENS
    return _headline(fault, link.port), advice_on(fault, link.port, link.client_id)


def advice_on_link(link: LinkView, wanted: Environment | None) -> str:
    """Say what to change about the link of the profile in use, whose accounts should be `wanted`."""
    if link.account is not None and wanted is not None and link.environment is not wanted:
        world = "unknown" if link.environment is None else link.environment.value
        return (
            f"The account is {world}, this profile says {wanted.value}: nothing can be armed or "
            "traded. Log in to the other account there, or choose the profile that fits."
        )
    if link.state is LinkState.DISCONNECTED:
        return advice_on(fault_of(link.reason), link.port, link.client_id)
    if link.state is LinkState.SYNCING:
        return (
            "Entries are denied until every list has come. If that does not end, the lists of "
            f"orders are refused: {read_only_advice(link.port)}"
        )
    return ""


def _headline(fault: LinkFault, port: int) -> str:
    program = program_at(port)
    return {
        LinkFault.UNKNOWN_HOST: "Correct the host's name",
        LinkFault.SILENT: f"Look whether {program} asks to accept the connection",
        LinkFault.NOT_TWS: f"Compare the port with 'Socket port' in {program}",
        LinkFault.WRONG_VERSION: f"Update {program}",
        LinkFault.CLIENT_ID_IN_USE: "Choose another client id (File, Connection)",
        LinkFault.HUNG_UP: f"Add this computer to 'Trusted IPs' in {program}",
    }.get(fault, f"Start {program} and switch on its API")


def advice_on(fault: LinkFault, port: int, client_id: int | None = None) -> str:
    """Say which setting to change, where it is, and to what, for this failure at this port."""
    program = program_at(port)
    where = _where(program)
    wanted = f"'Socket port' to {port}" if port else "'Socket port' to the port above"
    enable = (
        f"set {wanted}"
        if program == "IB Gateway"
        else f"switch on 'Enable ActiveX and Socket Clients' and set {wanted}"
    )
    number = "this client id" if client_id is None else f"client id {client_id}"
    known = _advice_at_large(program, where)
    known[LinkFault.CLIENT_ID_IN_USE] = (
        f"Another program is connected with {number}. Close it, or use another client id. An "
        "order can be changed and cancelled only under the client id that placed it."
    )
    return known.get(fault, f"Start {program} and log in. In {where}: {enable}.")


def _advice_at_large(program: str, where: str) -> dict[LinkFault, str]:
    return {
        LinkFault.UNKNOWN_HOST: (
            "Correct the host, or write its address as numbers. For a program on this computer "
            "the host is 127.0.0.1."
        ),
        LinkFault.NO_ANSWER: (
            f"The computer is off, or a firewall drops the connection. Open the port in its "
            f"firewall. In {program}, {where}: switch off 'Allow connections from localhost only' "
            "and add this computer to 'Trusted IPs'."
        ),
        LinkFault.SILENT: (
            f"{program} may be asking whether to accept the connection: answer Yes there. To be "
            f"asked no more: {where}, add this computer to 'Trusted IPs' (127.0.0.1 where both "
            "run on one computer). If it shows no question, restart it."
        ),
        LinkFault.NOT_TWS: (
            f"Another program listens on this port. In {program}, {where}: compare 'Socket port' "
            "with the port used here."
        ),
        LinkFault.WRONG_VERSION: (
            f"{program} is too old, or offers a newer protocol than it was asked for: update it. "
            "If --max-server-version was given or is in the settings file, leave it out."
        ),
        LinkFault.HUNG_UP: (
            f"{program} closed the connection at once: it does not trust this computer. In "
            f"{where}: add its address to 'Trusted IPs' (127.0.0.1 where both run on one "
            "computer), or for another computer switch off 'Allow connections from localhost only'."
        ),
        LinkFault.LOST: f"{program} ended or restarted. The connection is tried again by itself.",
    }


def _where(program: str) -> str:
    return {
        "TWS": TWS_SETTINGS,
        "IB Gateway": GATEWAY_SETTINGS,
        _EITHER: f"{TWS_SETTINGS} (in IB Gateway {GATEWAY_SETTINGS})",
    }[program]


def read_only_advice(port: int) -> str:
    """Say how to switch 'Read-Only API' off."""
    program = program_at(port)
    return f"In {program}, {_where(program)}: switch off 'Read-Only API', then connect again."


def check_list(port: int, client_id: int) -> tuple[Setting, ...]:
    """Return every setting worth a look, those that stop a session first."""
    gateway = program_at(port) == "IB Gateway"
    where = GATEWAY_SETTINGS if gateway else TWS_SETTINGS
    precautions = GATEWAY_PRECAUTIONS if gateway else TWS_PRECAUTIONS
    first = (
        ()
        if gateway
        else (
            Setting(
                name="Enable ActiveX and Socket Clients",
                where=where,
                wanted="on",
                why="Without it nothing listens.",
            ),
        )
    )
    return (*first, *_to_connect(where, port), *_surprises(where, precautions, client_id))


def _to_connect(where: str, port: int) -> tuple[Setting, ...]:
    return (
        Setting(
            name="Socket port",
            where=where,
            wanted=str(port or "the port of this profile"),
            why="TWS has 7496 live and 7497 paper, IB Gateway 4001 and 4002.",
        ),
        Setting(
            name="Read-Only API",
            where=where,
            wanted="off to trade",
            why="On, every order is refused with code 321, and so are the lists of orders: the "
            "program then cannot compare them and denies entries.",
        ),
        Setting(
            name="Trusted IPs",
            where=where,
            wanted="127.0.0.1, or this computer's address",
            why="An address that is not listed is asked about at each connection, or refused.",
        ),
        Setting(
            name="Allow connections from localhost only",
            where=where,
            wanted="on",
            why="The link is not encrypted. Off only behind a tunnel.",
        ),
    )


def _surprises(where: str, precautions: str, client_id: int) -> tuple[Setting, ...]:
    return (
        Setting(
            name="Master API client ID",
            where=where,
            wanted=str(client_id),
            why="The master hears at once of the orders of other clients, of TWS and of the mobile "
            "program. Without it they are asked for every half minute.",
        ),
        Setting(
            name="Percentage and size limits",
            where=TWS_PRESETS,
            wanted="as you trade",
            why="TWS refuses prices further than 3 % from the market (code 163 or 109) and more "
            "than 500 shares (code 451 or 383) unless they are changed. API stops are refused "
            "as well, so a position can stay without its stop.",
        ),
        Setting(
            name="Bypass Order Precautions for API Orders",
            where=precautions,
            wanted="on, if this program's limits suffice",
            why="Off, TWS may hold an API order until somebody confirms it there; the order stays "
            "inactive meanwhile. This program's own limits work either way.",
        ),
        Setting(
            name="Reject messages above maximum allowed rate",
            where=where,
            wanted="off",
            why="50 messages a second with 100 market-data lines. This program sends 45 at most, "
            "but other clients count too: on, the third excess ends the connection (code 100).",
        ),
        Setting(
            name="Auto restart",
            where=f"{where.rsplit(', API', 1)[0]}, Lock and Exit",
            wanted="a time when you do not trade",
            why="TWS and IB Gateway end once a day. Auto restart needs no log-in until Sunday.",
        ),
    )
