"""`main.py journal dry-run`: what other limits would have done to the orders on record."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from workstation.desk.dry_run import dry_run, limits_for
from workstation.domain.account import masked, redacted
from workstation.domain.dry_run import DryRun
from workstation.domain.errors import SettingsError
from workstation.storage.journal_reader import read_entries
from workstation.storage.limits_file import read_limits

DRY_RUN_HELP = "try a limits file on the orders of the last days"

DAYS = 30


def add_dry_run(parser: argparse.ArgumentParser) -> None:
    """Take the file and the days."""
    parser.add_argument(
        "--limits", type=Path, metavar="FILE", help="limits to try; else the profile's own file"
    )
    parser.add_argument(
        "--days", type=_days, default=DAYS, metavar="N", help="how far to look back"
    )


def dry_run_command(journal: Path, given: argparse.Namespace) -> int:
    """Print the result for every account the file names. Raises WorkstationError."""
    path: Path = given.limits or journal.with_name("limits.toml")
    limits = read_limits(path)
    if not limits:
        raise SettingsError(f"there is no limits file {path}")
    for account in limits:
        other = limits_for(account, limits)
        assert other is not None  # it was named
        found = dry_run(read_entries(journal), other, given.days, datetime.now(UTC))
        sys.stdout.write(f"{masked(account)}, last {given.days} days: {found.headline}\n")
        _print(found)
    return 0


def _print(found: DryRun) -> None:
    if found.unknown:
        sys.stdout.write(f"  {found.unknown} older orders cannot be tried\n")
    for change in found.changes:
        sys.stdout.write(f"  tried {change}\n")
    for row in found.rows:
        at = row.time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        sys.stdout.write(redacted(f"  {at} {row.outcome.name:<7} {row.order}\n"))
        for each in row.findings:
            figures = " against ".join(filter(None, (each.measured, each.limit)))
            sys.stdout.write(
                redacted(f"      {each.code.value} {each.text} {figures}".rstrip()) + "\n"
            )


def _days(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 36500:
        raise argparse.ArgumentTypeError(f"{text} is not a number of days")
    return int(text)
