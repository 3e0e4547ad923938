"""Command line of the control channel: `main.py simgateway-control --port P COMMAND ...`."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from workstation.simgateway.control import send
from workstation.simgateway.fault_commands import COMMANDS

PROGRAM = "simgateway-control"


def main(argv: Sequence[str] | None = None) -> int:
    """Send one command and print the answer as JSON.

    Returns 0 when it was done, 1 when it was refused or no gateway is there, 2 for wrong options.
    """
    try:
        options = _parser().parse_args(argv)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 2
    command: dict[str, Any] = {"do": options.command}
    for word in options.arguments:
        name, equals, value = word.partition("=")
        if not equals:
            return _fail(2, f"{word!r} is not NAME=VALUE")
        command[name] = value
    try:
        answer = send(options.port, command)
    except FileNotFoundError:
        return _fail(1, f"no gateway with --control is on port {options.port}")
    except (OSError, ValueError, KeyError) as problem:
        return _fail(1, f"no answer: {problem}")
    if "error" in answer:
        return _fail(1, str(answer["error"]))
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


class _Parser(argparse.ArgumentParser):
    """Reports a wrong option in one line, without the usage text."""

    def error(self, message: str) -> None:  # type: ignore[override]  # argparse says NoReturn
        """Print the line and leave with code 2."""
        self.exit(2, f"{PROGRAM}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    lines = [f"  {name} {takes}".rstrip() for name, (_, takes) in COMMANDS.items()]
    parser = _Parser(
        prog=PROGRAM,
        description="Makes things go wrong in a running simulated gateway.",
        epilog="commands and what they take, as NAME=VALUE:\n" + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, required=True, help="the gateway's port")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("arguments", nargs="*", metavar="NAME=VALUE")
    return parser


def _fail(code: int, text: str) -> int:
    sys.stderr.write(f"{PROGRAM}: {' '.join(text.split())}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
