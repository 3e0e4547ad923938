"""Commands about what the watch over the account shows and keeps."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workstation.domain.commands import CommandResult
from workstation.domain.shock_groups import ReadShockGroups, SetShockGroups

if TYPE_CHECKING:
    from workstation.desk.desk import Desk


def watch_handlers(desk: "Desk") -> dict[type, Callable[[Any], CommandResult]]:
    """Return who carries out which of these commands. Core thread."""
    limits = desk.limits
    return {
        ReadShockGroups: limits.groups.read,
        SetShockGroups: limits.groups.keep,
    }
