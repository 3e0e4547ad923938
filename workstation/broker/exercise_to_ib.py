"""From a wish to exercise options to the broker's request."""

from ibapi.client import EClient

from workstation.broker.to_ib import ib_contract
from workstation.domain.contract import Contract
from workstation.domain.exercise import ExerciseAction, ExerciseOption
from workstation.domain.ids import OrderId

_ACTIONS = {ExerciseAction.EXERCISE: 1, ExerciseAction.LAPSE: 2}


def ask_to_exercise(
    order_id: OrderId, contract: Contract, wish: ExerciseOption, client: EClient
) -> None:
    """Write exerciseOptions; what it takes for other people's accounts stays empty."""
    client.exerciseOptions(
        order_id,
        ib_contract(contract),
        _ACTIONS[wish.action],
        int(wish.quantity),
        wish.account,
        int(wish.override),
        "",
        "",
        False,
    )
