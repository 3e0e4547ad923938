"""The command line: what may be said, and one clear line for what may not."""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from typing_extensions import override

from workstation import __version__
from workstation.domain.errors import SettingsError
from workstation.domain.profile import OWN_ENDPOINT, PROFILES, Profile
from workstation.domain.protocol import HIGHEST_SERVER_VERSION, LOWEST_SERVER_VERSION
from workstation.storage.paths import default_data_folder
from workstation.storage.settings import Settings, read_settings

SETTINGS_FILE = "settings.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One run of the program. Times are in seconds."""

    profile: Profile
    profiles: dict[str, Profile]
    settings_fault: str
    client_id: int
    max_server_version: int
    data_folder: Path
    read_only: bool
    offscreen: bool
    screenshot: Path | None
    exit_after: float | None
    seed: int
    frame_log: Path | None
    record: str


class _Parser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; ends the program with code 2 and one line if it cannot be meant.

    The settings file fills in what the command line leaves open; one that cannot be used is
    named in `settings_fault` and left out.
    """
    parser = _build_parser()
    given = parser.parse_args(arguments)
    data_folder: Path = given.data_dir or default_data_folder()
    settings, fault = Settings(), ""
    try:
        settings = read_settings(data_folder / SETTINGS_FILE)
    except SettingsError as error:
        fault = str(error)
    profile = _profile(parser, given, settings)
    if given.frame_log is not None and not profile.starts_gateway:
        parser.error("--frame-log records the simulated gateway; leave it out for a real one")
    if given.screenshot is not None and not given.screenshot.absolute().parent.is_dir():
        parser.error(f"argument --screenshot: no folder {given.screenshot.absolute().parent}")
    return Options(
        profile=profile,
        profiles=settings.all_profiles(),
        settings_fault=fault,
        client_id=settings.client_id if given.client_id is None else given.client_id,
        max_server_version=given.max_server_version or settings.max_server_version,
        data_folder=data_folder,
        read_only=given.read_only,
        offscreen=given.offscreen,
        screenshot=given.screenshot,
        exit_after=given.exit_after,
        seed=given.seed,
        frame_log=given.frame_log,
        record=given.record,
    )


def _profile(
    parser: argparse.ArgumentParser, given: argparse.Namespace, settings: Settings
) -> Profile:
    """Find the profile that is meant, with host and port as given."""
    own = given.host is not None or given.port is not None
    if given.demo and (own or given.profile not in {None, "simulated"}):
        parser.error("--demo runs its own gateway; leave out --host, --port and --profile")
    default = "simulated" if given.demo else OWN_ENDPOINT if own else settings.profile
    name = given.profile or default
    profiles = settings.all_profiles()
    if name not in profiles and name != OWN_ENDPOINT:
        parser.error(f"argument --profile: {name} is not one of {', '.join(profiles)}")
    if name == OWN_ENDPOINT and given.port is None:
        parser.error("--host needs a --port, or a --profile that names one")
    if name == "simulated" and own:
        parser.error("the simulated profile chooses its own host and port")
    known = profiles.get(name, Profile(OWN_ENDPOINT, "127.0.0.1", 0, None))
    if own:  # whoever names an endpoint means that one
        known = replace(known, standby_host="", standby_port=0)
    return replace(known, host=given.host or known.host, port=given.port or known.port)


_FIRST_WORDS = (
    "First words of their own: 'simgateway' runs the simulated gateway alone, 'journal' checks, shows "
    "and exports the record of orders, 'kill' ends trading in the running program, 'status' tells "
    "what the broker holds, 'replay' plays a recorded session back."
)


def _build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="workstation",
        description="A trading workstation for Interactive Brokers.",
        epilog=_FIRST_WORDS,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--demo", action="store_true", help="trade on a simulated gateway of its own")
    add("--host", type=_host, metavar="HOST", help="where TWS or a gateway listens")
    add("--port", type=_Number(1, 65535), metavar="PORT", help="port of TWS or a gateway")
    add(
        "--client-id",
        type=_Number(0, 2**31 - 1),
        metavar="N",
        help="API client number, 7 unless said here or in the settings",
    )
    add("--profile", metavar="NAME", help=f"one of {', '.join(PROFILES)}")
    add("--data-dir", type=Path, metavar="DIR", help="where journal, limits and layout are kept")
    add("--read-only", action="store_true", help="show everything, send no order")
    add("--offscreen", action="store_true", help="run without a display")
    add("--screenshot", type=Path, metavar="FILE", help="save a picture of the window, then exit")
    add("--exit-after", type=_seconds, metavar="SECONDS", help="close by itself after this time")
    add("--seed", type=_Number(0, 2**31 - 1), default=1, metavar="N", help="of the simulation")
    add(
        "--record",
        choices=("off", "orders", "everything"),
        default="off",
        help="keep the messages of the session in the profile's folder, at most 256 MiB",
    )
    add("--frame-log", type=Path, metavar="FILE", help="record the simulation's every message")
    add(
        "--max-server-version",
        type=_Number(LOWEST_SERVER_VERSION, HIGHEST_SERVER_VERSION),
        metavar="N",
        help="highest protocol version to offer",
    )
    add("--version", action="version", version=f"workstation {__version__}")
    return parser


class _Number:
    """Reads a whole number within bounds."""

    def __init__(self, low: int, high: int) -> None:
        self._low = low
        self._high = high

    def __call__(self, text: str) -> int:
        number = int(text) if text.strip().lstrip("-").isdecimal() else None
        if number is None or not self._low <= number <= self._high:
            raise argparse.ArgumentTypeError(
                f"{text} is not a whole number from {self._low} to {self._high}"
            )
        return number


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 86_400 * 7:
        raise argparse.ArgumentTypeError(f"{text} is not a time in seconds greater than 0")
    return seconds


def _host(text: str) -> str:
    if not text.strip() or any(mark.isspace() or mark == "/" for mark in text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a host name or address")
    return text
