"""The trades that were imported, in a file beside the journal: for people only, no check reads them."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from workstation.domain.errors import SettingsError
from workstation.domain.past_trades import PastFill
from workstation.storage.files import write_private_file


def imports_file(journal: Path) -> Path:
    """Name the file of imported trades."""
    return journal.with_name("imported-trades.json")


def read_imports(journal: Path) -> dict[str, PastFill]:
    """Return the imported trades by the part of their ids that revisions share.

    Raises SettingsError.
    """
    path = imports_file(journal)
    try:
        found = msgspec.json.decode(path.read_bytes(), type=list[PastFill])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise SettingsError(f"The imported trades in {path} cannot be read: {error}") from error
    return {fill.base_id: fill for fill in found}


def add_imports(journal: Path, fills: Iterable[PastFill]) -> int:
    """Add trades, the later revision of each, and return how many were not there.

    Raises SettingsError and OSError.
    """
    known = read_imports(journal)
    count = len(known)
    for fill in fills:
        old = known.get(fill.base_id)
        if old is None or fill.exec_id > old.exec_id:
            known[fill.base_id] = fill
    write_private_file(imports_file(journal), msgspec.json.encode(list(known.values())))
    return len(known) - count
