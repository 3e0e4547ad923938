"""Where the program begins: the command line, before anything heavy is imported."""

import sys
from collections.abc import Sequence

from workstation.app.options import parse
from workstation.app.preflight import fault


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program, or the gateway, its control or another command, by the first word.

    They are imported lazily: the gateway starts without Qt, the window without the
    gateway, and a wrong option answers at once.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["simgateway"]:
        from workstation.simgateway.__main__ import main as run_gateway

        return run_gateway(given[1:])
    if given[:1] == ["journal"]:
        from workstation.app.journal_command import main as run_journal

        return run_journal(given[1:])
    if given[:1] == ["simgateway-control"]:
        from workstation.simgateway.control_main import main as control_gateway

        return control_gateway(given[1:])
    if given[:1] == ["kill"]:
        from workstation.app.kill_command import main as run_kill

        return run_kill(given[1:])
    if given[:1] == ["replay"]:
        from workstation.app.replay_command import main as run_replay

        return run_replay(given[1:])
    options = parse(given)
    if problem := fault():
        sys.stderr.write(f"workstation: {problem}\n")
        return 1
    from workstation.app.program import run

    return run(options)
