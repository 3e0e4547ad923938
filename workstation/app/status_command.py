"""`main.py status`: what the broker holds, told on the terminal; no window, no order, no journal."""

import argparse
import logging
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from typing_extensions import override

from workstation.app.options import SETTINGS_FILE
from workstation.broker.session import SessionSettings
from workstation.desk.loop import CoreLoop
from workstation.desk.status import BrokerStatus, StatusDesk
from workstation.domain.account import AccountSummary, environment_of
from workstation.domain.clock import SystemClock
from workstation.domain.errors import SettingsError
from workstation.domain.ids import ClientId
from workstation.domain.link import LinkState
from workstation.domain.link_fault import is_read_only_refusal
from workstation.domain.notice import Severity
from workstation.domain.profile import is_loopback
from workstation.domain.protocol import HIGHEST_SERVER_VERSION, LOWEST_SERVER_VERSION
from workstation.storage.paths import default_data_folder
from workstation.storage.settings import read_settings
from workstation.ui.connection_advice import advice_on, read_only_advice
from workstation.ui.text import one_line

DONE, WRONG, NOT_CONNECTED, INTERRUPTED = 0, 2, 3, 130
CLIENT_ID = 97
"""Not the number of the window, so that both can be connected."""
LOOK_SECONDS = 20.0
_COLUMN_GAP = 2


class _Parser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"{self.prog}: {message}\n")


@dataclass(frozen=True, slots=True)
class _Endpoint:
    host: str
    port: int
    client_id: int


def main(arguments: Sequence[str]) -> int:
    """Look, print and return 0; 3 when it could not connect or the answer is not whole."""
    parser = _build_parser()
    given = parser.parse_args(arguments)
    logging.getLogger().addHandler(logging.NullHandler())  # the reasons are in the answer
    try:
        endpoint = _endpoint(parser, given)
        status = _look(endpoint, given)
    except SettingsError as error:
        sys.stderr.write(f"workstation status: {error}\n")
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    answer = _answer(status, endpoint)
    if given.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer)).decode() + "\n")
    elif status.fault is None:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(status, endpoint)))
    if status.fault is None:
        return DONE
    sys.stderr.write(f"workstation status: {_why(status, endpoint)}\n")
    return NOT_CONNECTED


def _look(endpoint: _Endpoint, given: argparse.Namespace) -> BrokerStatus:
    if not is_loopback(endpoint.host):
        sys.stderr.write("workstation status: the link to another computer is not encrypted\n")
    clock = SystemClock()
    loop = CoreLoop(clock)
    settings = SessionSettings(ClientId(endpoint.client_id), given.max_server_version)
    try:
        desk = StatusDesk(loop, clock, settings)
        seconds = LOOK_SECONDS if given.wait is None else given.wait
        return desk.look(endpoint.host, endpoint.port, seconds, patient=given.wait is not None)
    finally:
        loop.close()


def _endpoint(parser: argparse.ArgumentParser, given: argparse.Namespace) -> _Endpoint:
    """Find the endpoint that is meant: host and port as given, else those of a profile."""
    host, port = given.host or "127.0.0.1", given.port
    if port is None:
        settings = read_settings((given.data_dir or default_data_folder()) / SETTINGS_FILE)
        name = given.profile or settings.profile
        profile = settings.all_profiles().get(name)
        if profile is None:
            parser.error(f"argument --profile: {name} is not one of the profiles")
        if not profile.port:
            parser.error(f"give --port, or a --profile that names one; {name} has none of its own")
        host, port = given.host or profile.host, profile.port
    return _Endpoint(host, port, given.client_id)


# -- the answer -----------------------------------------------------------------------------------


def _answer(status: BrokerStatus, endpoint: _Endpoint) -> dict[str, Any]:
    """Put everything under the names that the values have in `domain`."""
    account = status.accounts[0] if status.accounts else None
    summaries = status.summaries
    orders = status.open_orders
    return {
        "connection": {
            "state": status.state,
            "reason": status.reason,
            "fault": status.fault,
            "host": endpoint.host,
            "port": endpoint.port,
            "client_id": endpoint.client_id,
            "server_version": status.server_version,
            "accounts": status.accounts,
            "account": account,
            "environment": None if account is None else environment_of(account),
            "clock_offset": status.clock_offset,
            "since": status.since,
        },
        "account": next((each for each in summaries or () if each.account == account), None),
        "accounts": summaries,
        "positions": status.positions,
        "open_orders": None
        if orders is None
        else [
            {
                **msgspec.to_builtins(order),
                "remaining": order.remaining,
                "display_state": order.display_state,
            }
            for order in orders
        ],
        "executions": status.executions,
        "commissions": status.commissions,
        "notices": [
            {**msgspec.to_builtins(notice), "severity": Severity(notice.severity).name}
            for notice in status.notices
        ],
    }


def _why(status: BrokerStatus, endpoint: _Endpoint) -> str:
    """Say in one line why not, and what to change."""
    assert status.fault is not None
    if any(is_read_only_refusal(each.code, each.text) for each in status.notices):
        return f"{status.reason}. {read_only_advice(endpoint.port)}"
    if status.server_version is not None and "did not complete" in status.reason:
        return f"{status.reason}. Give it longer with --wait."
    advice = advice_on(status.fault, endpoint.port, endpoint.client_id)
    return f"{one_line(status.reason)}. {advice}"


def _lines(status: BrokerStatus, endpoint: _Endpoint) -> Iterator[str]:
    """Write the status for people."""
    offset = "" if status.clock_offset is None else f", clock {status.clock_offset:+.1f} s"
    yield (
        f"{status.state} at {endpoint.host}:{endpoint.port}, client {endpoint.client_id}, "
        f"server version {status.server_version}{offset}"
    )
    if status.state is LinkState.DEGRADED:
        yield "TWS has lost its own link to the broker: what follows may be old."
    for summary in status.summaries or ():
        yield from ("", *_account_lines(summary))
    yield from _section(
        "Positions",
        ("account", "symbol", "quantity", "average cost"),
        [(p.account, p.symbol, p.quantity, p.average_cost) for p in status.positions or ()],
    )
    yield from _section(
        "Open orders",
        ("client", "order", "side", "quantity", "symbol", "type", "limit", "stop", "tif", "state"),
        [
            (
                *(order.client_id, order.order_id, order.side, order.remaining, order.symbol),
                *(order.order_type, order.limit_price, order.stop_price, order.tif),
                order.display_state,
            )
            for order in status.open_orders or ()
        ],
    )
    yield from _execution_lines(status)
    loud = [(n.code, n.severity.name, n.text) for n in status.notices if n.severity > Severity.INFO]
    yield from _section("Notices", ("code", "severity", "text"), loud)


def _execution_lines(status: BrokerStatus) -> Iterator[str]:
    yield from _section(
        "Executions of today",
        ("time (UTC)", "side", "quantity", "symbol", "price", "exchange", "client", "order"),
        [
            (
                *(f"{each.time:%Y-%m-%d %H:%M:%S}", each.side, each.quantity, each.symbol),
                *(
                    "not told" if each.price is None else each.price,
                    each.exchange,
                    each.client_id,
                    each.order_id,
                ),
            )
            for each in status.executions or ()
        ],
    )


def _account_lines(summary: AccountSummary) -> Iterator[str]:
    world = environment_of(summary.account).value
    yield f"Account {one_line(summary.account)} ({world}), in {one_line(summary.currency)}"
    for words, value in (
        ("net liquidation", summary.net_liquidation),
        ("cash", summary.total_cash),
        ("available funds", summary.available_funds),
        ("excess liquidity", summary.excess_liquidity),
        ("buying power", summary.buying_power),
        ("initial margin", summary.initial_margin),
        ("maintenance margin", summary.maintenance_margin),
    ):
        yield f"  {words:<20}{'-' if value is None else f'{value:,.2f}':>18}"


def _section(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    yield ""
    if not rows:
        yield f"{title}: none"
        return
    yield f"{title}: {len(rows)}"
    cells = [head, *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) + _COLUMN_GAP for column in zip(*cells, strict=True)]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield f"  {''.join(padded)}".rstrip()


def _cell(value: Any) -> str:
    return "-" if value is None else one_line(str(value), 120)


# -- options --------------------------------------------------------------------------------------


def _build_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="workstation status", allow_abbrev=False)
    parser.description = (
        "Connect without a window, have the broker tell account, positions, open orders and "
        "executions, print them and leave. Sends no order and writes no file; runs beside the "
        "program under a client id of its own."
    )
    parser.epilog = (
        "Exit codes: 0 all was told, 2 wrong options, 3 could not connect or not all was told in "
        "time (the reason is on the standard error, and in the JSON under connection.reason; a "
        "list that was not told whole is null)."
    )
    add = parser.add_argument
    add("--host", metavar="HOST", help="where TWS or a gateway listens, 127.0.0.1 unless said")
    add("--port", type=_Bounded(1, 65535), metavar="PORT", help="its port")
    add(
        "--client-id",
        type=_Bounded(0, 2**31 - 1),
        default=CLIENT_ID,
        metavar="N",
        help=f"API client number, {CLIENT_ID} unless said",
    )
    add(
        "--wait",
        type=_seconds,
        metavar="SECONDS",
        help="try again and wait for the answers so long at most; without it one attempt of "
        f"{LOOK_SECONDS:g} s",
    )
    add("--json", action="store_true", help="print JSON; decimals are strings, times are UTC")
    add("--profile", metavar="NAME", help="whose host and port, where no --port is given")
    add("--data-dir", type=Path, metavar="DIR", help="where the settings with profiles are")
    add(
        "--max-server-version",
        type=_Bounded(LOWEST_SERVER_VERSION, HIGHEST_SERVER_VERSION),
        default=HIGHEST_SERVER_VERSION,
        metavar="N",
        help="highest protocol version to offer",
    )
    return parser


class _Bounded:
    """Reads a whole number within bounds."""

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high

    def __call__(self, text: str) -> int:
        number = int(text) if text.strip().isdecimal() else None
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
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not a time in seconds greater than 0")
    return seconds
