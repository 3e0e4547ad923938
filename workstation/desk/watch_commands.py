"""Commands about what the watch over the account shows and keeps."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workstation.desk.limit_profiles import FOLDER, LimitProfilesDesk
from workstation.domain.commands import CommandResult, Done, Failed
from workstation.domain.coverage import LeaveOpen
from workstation.domain.limit_profiles import LimitProfileWish, ProfileAct
from workstation.domain.shock_groups import ReadShockGroups, SetShockGroups

if TYPE_CHECKING:
    from workstation.desk.desk import Desk


def watch_handlers(desk: "Desk") -> dict[type, Callable[[Any], CommandResult]]:
    """Return who carries out which of these commands. Core thread."""
    limits = desk.limits
    profiles = LimitProfilesDesk(limits.file.with_name(FOLDER), limits)

    def of_profiles(wish: LimitProfileWish) -> CommandResult:
        result = profiles.carry_out(wish)
        if wish.act is ProfileAct.USE and isinstance(result, Done):
            desk.order_desk.set_gate_limit(limits.of(wish.account))
            desk.risk.recount(wish.account)
        return result

    def leave_open(wish: LeaveOpen) -> CommandResult:
        quantity = desk.figures.positions.quantity(wish.account, wish.con_id)
        if wish.is_on and not quantity:
            return Failed("There is no position to leave open.")
        limits.choices.choose(wish.account, wish.con_id, quantity, is_on=wish.is_on)
        return Done("noted on record")

    return {
        LeaveOpen: leave_open,
        LimitProfileWish: of_profiles,
        ReadShockGroups: limits.groups.read,
        SetShockGroups: limits.groups.keep,
    }
