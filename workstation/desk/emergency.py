"""Stop entries, cancel all, flatten: three actions, never mixed, by whatever way they come.

Source: orders-and-risk.md 1.4.
"""

from collections.abc import Callable
from decimal import Decimal

from workstation.desk.flatten import Flattener, FlattenParts
from workstation.domain.account import masked
from workstation.domain.commands import Done, Failed
from workstation.domain.control import ControlAction
from workstation.domain.finding import TradingState
from workstation.domain.ids import AccountId, ConId
from workstation.domain.notice import Severity
from workstation.domain.order import Side
from workstation.domain.order_status import OrderView
from workstation.risk.exposure import is_dormant


class Emergency:
    """Carries out what must work with the window asleep. Core thread."""

    def __init__(
        self,
        parts: FlattenParts,
        flattener: Flattener,
        accounts: Callable[[], tuple[AccountId, ...]],
    ) -> None:
        self._with = parts
        self._flattener = flattener
        self._accounts = accounts
        self.stop_sending: Callable[[str], None] = _nothing
        """Ends what of baskets and ladders is still to be sent; a desk tells how."""

    def act(self, action: ControlAction, account: str) -> Done | Failed:
        """Carry out what the control channel asks for, and say in the window that it did."""
        accounts = self._accounts()
        if account and account not in accounts:
            return Failed(f"{masked(AccountId(account))} is not an account of this session.")
        if action is ControlAction.STOP_ENTRIES:
            result: Done | Failed = self.stop_entries("stopped from the command line")
        elif action is ControlAction.FLATTEN:
            result = self._flatten(AccountId(account) if account else None)
        else:
            protection = action is ControlAction.CANCEL_ALL_AND_PROTECTION
            result = self.cancel(
                account=AccountId(account) if account else None, protection=protection
            )
        sentence = result.text if isinstance(result, Done) else result.reason
        words = action.name.lower().replace("_", " ")
        self._with.notify(Severity.WARNING, f"From the command line, {words}: {sentence}")
        return result

    def stop_entries(self, reason: str) -> Done:
        """Let nothing but exits leave; a state that lets less leave stays."""
        self._with.trading.restrict(TradingState.REDUCING, reason)
        self._with.publish_state()
        return Done(f"Entries are stopped; trading is {self._with.trading.state.value}.")

    def cancel(
        self,
        *,
        account: AccountId | None = None,
        con_id: ConId | None = None,
        side: Side | None = None,
        protection: bool = False,
    ) -> Done | Failed:
        """Cancel this client's orders of an account, contract and side, None for every one.

        What protects an open position, or will protect what an entry that stays may open, stays
        unless `protection` is asked for. The exits of an entry end with it at the broker; where
        protection is to end they are cancelled before it, for it may fill meanwhile.
        """
        self.stop_sending("orders were cancelled meanwhile")
        live = {each.key: each for each in self._with.orders.working()}
        chosen = [
            each
            for each in live.values()
            if account in {None, each.account}
            and con_id in {None, each.con_id}
            and side in {None, each.side}
        ]
        mine = [each for each in chosen if each.editable]
        keys = {each.key for each in mine}
        stay = [
            each
            for each in (() if protection else mine)
            if self._protects(each) or (is_dormant(each, live) and each.parent not in keys)
        ]
        ends = keys - {each.key for each in stay}
        results = [
            self._with.controller.cancel(each.key)
            for each in sorted(mine, key=lambda each: each.parent is None)
            if each.key in ends
            and (protection or not (is_dormant(each, live) and each.parent in ends))
        ]
        failed = [each for each in results if isinstance(each, Failed)]
        words = _words(len(results), len(failed), len(stay), len(chosen) - len(mine))
        return Failed(f"{words} {failed[0].reason}") if failed else Done(words)

    def cancel_globally(self) -> Done | Failed:
        """Have the broker cancel all of the login's orders; those of others end with ours."""
        self.stop_sending("everything was cancelled meanwhile")
        live = self._with.orders.working()
        mine = sum(1 for order in live if order.editable)
        result = self._with.controller.cancel_globally()
        if isinstance(result, Done):
            words = (
                f"A cancel of {mine} orders of this client and {len(live) - mine} of others left."
            )
            self._with.notify(Severity.WARNING, words)
        return result

    def _protects(self, order: OrderView) -> bool:
        """Tell whether an order closes, and stands for, a position that is open."""
        held = self._with.positions.held(order.account).get(order.con_id, Decimal(0))
        return order.is_protective and order.side.sign * held < 0

    def _flatten(self, account: AccountId | None) -> Done | Failed:
        accounts = self._accounts()
        if account is None and len(accounts) != 1:
            return Failed("Name the account to flatten." if accounts else "No account is known.")
        self.stop_sending("the account is being flattened")
        return self._flattener.start(account or accounts[0])


def _nothing(_reason: str) -> None:
    """Stand in where nothing is sent in parts."""


def _words(cancels: int, failed: int, stay: int, others: int) -> str:
    words = f"{cancels - failed} of {cancels} cancels are on their way."
    if stay:
        words += f" {stay} orders that protect a position stay."
    if others:
        words += f" {others} orders of other clients stay."
    return words
