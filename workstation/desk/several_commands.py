"""Carries out the commands for orders of several parts."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from workstation.desk.rolling import roll
from workstation.domain.commands import CommandResult
from workstation.domain.several import (
    CancelFamily,
    PreviewOrders,
    RollPosition,
    ScaleIn,
    ScaleOut,
    SubmitHedged,
    SubmitOrders,
)

if TYPE_CHECKING:
    from workstation.desk.desk import Desk


def several_handlers(desk: "Desk") -> dict[type, Callable[[Any], CommandResult]]:
    """Return who carries out which of these commands. Core thread."""
    return {
        ScaleIn: desk.exits.moves.scale_in,
        ScaleOut: desk.exits.moves.scale_out,
        RollPosition: partial(roll, desk.exits.moves),
        SubmitHedged: lambda command: desk.order_desk.submit_hedged(command.wish),
        CancelFamily: partial(_cancel, desk),
        PreviewOrders: lambda command: desk.several.preview(command.orders),
        SubmitOrders: lambda command: desk.several.submit(
            command.orders, only_passing=command.only_passing
        ),
    }


def _cancel(desk: "Desk", command: CancelFamily) -> CommandResult:
    desk.several.stop(command.family_id)
    return desk.order_desk.families.cancel(command.family_id)
