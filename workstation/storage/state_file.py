"""The latched trading state on disk: what may leave, also after a restart."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from workstation.domain.finding import TradingState
from workstation.storage.files import write_private_file


class Latch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The state, why it was set and when."""

    state: TradingState
    reason: str
    since: Annotated[datetime, msgspec.Meta(tz=True)]


def read_latch(path: Path, now: datetime, *, first_run: bool) -> Latch:
    """Return the latch; a missing or unreadable one means HALTED, except on the first run.

    Source: orders-and-risk.md 1.4.
    """
    try:
        latch = msgspec.json.decode(path.read_bytes(), type=Latch)
    except FileNotFoundError:
        if first_run:
            return Latch(state=TradingState.ACTIVE, reason="", since=now)
        reason = "the file with the trading state is missing"
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        reason = f"the file with the trading state cannot be read ({error})"
    else:
        return latch
    return Latch(state=TradingState.HALTED, reason=reason, since=now)


def write_latch(path: Path, latch: Latch) -> None:
    """Write the latch durably. Raises OSError."""
    write_private_file(path, msgspec.json.encode(latch))
