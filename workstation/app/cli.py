"""Where the program begins: the command line, before anything heavy is imported."""

import sys
from collections.abc import Sequence

from workstation.app.memory import look_seldom
from workstation.app.options import parse
from workstation.app.preflight import fault


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program, or the gateway, its control or another command, by the first word.

    They are imported lazily: the gateway starts without Qt, the window without the
    gateway, and a wrong option answers at once.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if (code := _command(given[:1], given[1:])) is not None:
        return code
    options = parse(given)
    if problem := fault():
        sys.stderr.write(f"workstation: {problem}\n")
        return 1
    look_seldom()
    from workstation.app.program import run

    return run(options)


def _command(word: Sequence[str], rest: Sequence[str]) -> int | None:
    """Run the command that the first word names and return its code; None where it names none."""
    code = None
    if word == ["simgateway"]:
        from workstation.simgateway.__main__ import main as run_gateway

        code = run_gateway(list(rest))
    elif word == ["indicator"]:
        from workstation.indicators.plugin_worker import main as serve_indicator

        code = serve_indicator(rest)
    elif word == ["journal"]:
        from workstation.app.journal_command import main as run_journal

        code = run_journal(list(rest))
    elif word == ["history"]:
        from workstation.app.history_server import main as serve_history

        code = serve_history(rest)
    elif word == ["simgateway-control"]:
        from workstation.simgateway.control_main import main as control_gateway

        code = control_gateway(list(rest))
    elif word == ["kill"]:
        from workstation.app.kill_command import main as run_kill

        code = run_kill(list(rest))
    elif word == ["status"]:
        from workstation.app.status_command import main as run_status

        code = run_status(rest)
    elif word == ["replay"]:
        from workstation.app.replay_command import main as run_replay

        code = run_replay(rest)
    return code
