"""Command line of the simulated gateway."""

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from workstation.domain.clock import SystemClock
from workstation.simgateway.accounts import ACCOUNT, ACCOUNTS
from workstation.simgateway.control import Control
from workstation.simgateway.csv_data import instrument_for, read_folder, source_of
from workstation.simgateway.daily_data import Source
from workstation.simgateway.frame_log import FrameLog
from workstation.simgateway.gateway import Gateway
from workstation.simgateway.instruments import TIME_ZONE, list_stock
from workstation.simgateway.market_clock import FASTEST
from workstation.simgateway.named_days import NAMED_DAYS, ORDINARY, NamedDay
from workstation.simgateway.scenario_file import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    Scenario,
    ScenarioError,
    read_scenario,
)
from workstation.simgateway.server import Server, listen
from workstation.simgateway.session import DEFAULT_VERSION, HIGHEST_VERSION, LOWEST_VERSION
from workstation.simgateway.state import StateFile, StateFileError

PROGRAM = "simgateway"
_ZONE_HELP = f"zone of the times in --data, {TIME_ZONE} if not given"
_MASTER_HELP = "client that hears of the orders and executions of every other"
_SPEED_HELP = f"how many times as fast as real time the exchange runs, {FASTEST:g} at most"
_BEGIN_HELP = 'time in New York at which the exchange begins, as "2026-10-30 09:25"'
LOOPBACK = ("127.0.0.1", "::1")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the gateway until it is told to end; return the process's exit code.

    2 means that the options or the state file cannot be used, 1 that something failed
    later; the reason is one line on the standard error.
    """
    logging.basicConfig(
        level=logging.WARNING, format=f"{PROGRAM}: %(levelname)s: %(message)s", force=False
    )
    try:
        options = _parser().parse_args(argv)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 2
    try:
        server, control = _build(options)
    except (ScenarioError, StateFileError, OSError) as problem:
        return _fail(2, f"{_WHY_NOT.get(type(problem), 'cannot start')}: {problem}")
    try:
        _end_on_signals(server)
        _announce(server, options.ready_file)
        if options.supervised:
            threading.Thread(target=_watch_input, args=(server,), daemon=True).start()
        server.serve()
    except KeyboardInterrupt:
        return 0
    except OSError as problem:
        return _fail(1, f"stopped: {problem}")
    finally:
        with suppress(OSError):
            if control:
                control.close()
            server.close()
    return 0


_WHY_NOT: dict[type[BaseException], str] = {
    ScenarioError: "the scenario cannot be used",
    StateFileError: "the state file cannot be used",
}


class _Parser(argparse.ArgumentParser):
    """Reports a wrong option in one line, without the usage text."""

    def error(self, message: str) -> None:  # type: ignore[override]  # argparse says NoReturn
        """Print the line and leave with code 2."""
        self.exit(2, f"{PROGRAM}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description="A simulated TWS gateway on this machine.")
    parser.add_argument("--host", type=_loopback, default=LOOPBACK[0], help="127.0.0.1 or ::1")
    parser.add_argument("--port", type=_between(0, 65_535), default=0, help="0 picks a free one")
    parser.add_argument("--seed", type=int, help="number the market is generated from")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep orders and money here")
    parser.add_argument("--ready-file", type=Path, metavar="FILE", help="write the port here")
    parser.add_argument("--supervised", action="store_true", help="end with the standard input")
    parser.add_argument(
        "--frame-log", type=Path, metavar="FILE", help="log frames, faults, orders here"
    )
    parser.add_argument(
        "--master-client-id", type=_between(0, 2**31 - 1), metavar="ID", help=_MASTER_HELP
    )
    parser.add_argument("--speed", type=_speed, help=_SPEED_HELP)
    parser.add_argument(
        "--accounts", type=_between(1, len(ACCOUNTS)), default=1, help="number of accounts"
    )
    parser.add_argument("--day", choices=sorted(NAMED_DAYS), help="a day the market may have")
    parser.add_argument("--real-hours", action="store_true", help="open and close as exchanges do")
    parser.add_argument("--begin", type=_begin, metavar="TIME", help=_BEGIN_HELP)
    parser.add_argument("--control", action="store_true", help="take simgateway-control commands")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="faults at given moments")
    parser.add_argument("--data", type=Path, metavar="DIR", help="own bars, SYMBOL.csv a stock")
    parser.add_argument(
        "--data-zone", type=_zone, default=ZoneInfo(TIME_ZONE), metavar="ZONE", help=_ZONE_HELP
    )
    parser.add_argument(
        "--max-server-version",
        type=_between(LOWEST_VERSION, HIGHEST_VERSION),
        default=DEFAULT_VERSION,
        help=f"{LOWEST_VERSION} to {HIGHEST_VERSION}, {DEFAULT_VERSION} if not given",
    )
    return parser


class _between:  # noqa: N801 reads as a type in the option table
    """Parses an integer within bounds."""

    def __init__(self, lowest: int, highest: int) -> None:
        self._lowest, self._highest = lowest, highest

    def __call__(self, text: str) -> int:
        """Return the number, or raise what argparse reports."""
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not self._lowest <= value <= self._highest:
            raise argparse.ArgumentTypeError(f"{value} is not {self._lowest} to {self._highest}")
        return value


def _loopback(text: str) -> str:
    if text not in LOOPBACK:
        raise argparse.ArgumentTypeError(f"{text!r} is not a loopback address: 127.0.0.1 or ::1")
    return text


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0.01 <= speed <= FASTEST:
        raise argparse.ArgumentTypeError(f"{text} is not 0.01 to {FASTEST:g}")
    return speed


def _begin(text: str) -> datetime:
    try:
        begins = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(TIME_ZONE))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time: 2026-10-30 09:25") from None
    if not EARLIEST_YEAR <= begins.year <= LATEST_YEAR:
        raise argparse.ArgumentTypeError(f"{text} is not {EARLIEST_YEAR} to {LATEST_YEAR}")
    return begins.astimezone(UTC)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ValueError, KeyError, OSError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time zone") from None


def _own_sources(options: argparse.Namespace) -> dict[str, Source]:
    """Read the user's bars, report what is wrong with them, and list their stocks."""
    if options.data is None:
        return {}
    data = read_folder(options.data, options.data_zone)
    for fault in data.faults:
        sys.stderr.write(f"{' '.join(fault.split())}\n")
    for symbol, rows in data.rows.items():
        list_stock(instrument_for(symbol, rows))
    return {symbol: source_of(rows) for symbol, rows in data.rows.items()}


def _day(options: argparse.Namespace, scenario: Scenario) -> NamedDay:
    """Return the day that is named, in its hours and from its moment; the options go first."""
    named = NAMED_DAYS.get(options.day or scenario.day or "", ORDINARY)
    begins = options.begin or scenario.begin
    return replace(
        named,
        real_hours=named.real_hours or options.real_hours or scenario.real_hours,
        begins_at=begins.astimezone(UTC) if begins else named.begins_at,
    )


def _build(options: argparse.Namespace) -> tuple[Server, Control | None]:
    clock = SystemClock()
    scenario = read_scenario(options.scenario) if options.scenario else Scenario()
    seed = scenario.seed if options.seed is None else options.seed
    listener = listen((options.host, options.port))  # before the state file is touched
    sources = _own_sources(options)
    state_file = StateFile(options.state) if options.state else None
    frame_log = FrameLog(options.frame_log, clock) if options.frame_log else None
    gateway = Gateway(
        clock,
        seed,
        state_file,
        sources,
        master_client_id=options.master_client_id,
        speed=options.speed or scenario.speed or 1.0,
        day=_day(options, scenario),
        accounts=options.accounts,
    )
    server = Server(
        gateway,
        clock,
        listener,
        highest_version=options.max_server_version,
        frame_log=frame_log,
        steps=scenario.steps,
    )
    return server, Control(server, listen((LOOPBACK[0], 0))) if options.control else None


def _announce(server: Server, ready_file: Path | None) -> None:
    facts = {"listening": server.port, "account": ACCOUNT, "seed": server.gateway.seed}
    line = json.dumps(facts) + "\n"
    if ready_file:
        temporary = ready_file.with_name(ready_file.name + ".tmp")
        temporary.write_text(line, encoding="ascii")
        temporary.replace(ready_file)
    if sys.stdout is not None:
        with suppress(OSError):
            sys.stdout.write(line)
            sys.stdout.flush()


def _end_on_signals(server: Server) -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())


def _watch_input(server: Server) -> None:
    """End the server when the standard input closes; runs in a thread of its own.

    A thread, because Windows cannot select on a pipe.
    """
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    server.stop()


def _fail(code: int, text: str) -> int:
    sys.stderr.write(f"{PROGRAM}: {' '.join(text.split())}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
