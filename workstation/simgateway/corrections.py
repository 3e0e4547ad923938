"""Fills that the exchange changes or takes back after the fact.

Source: tws-wire.md 3.4: a correction has the same execution id but for what follows the last dot.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from workstation.simgateway.accounts import ZERO, Account
from workstation.simgateway.order_store import OrderStore
from workstation.simgateway.orders import CommissionShown, Execution, ExecutionShown


class Corrections:
    """Corrects and busts fills of the present run or an earlier one."""

    def __init__(self, store: OrderStore, accounts: Mapping[str, Account]) -> None:
        self._store = store
        self._accounts = accounts

    def correct(self, exec_id: str, price: Decimal) -> None:
        """Give a fill another price.

        Raises:
            KeyError: there is no such execution, or it is one of a combination's.
        """
        old = self._known(exec_id)
        signed = old.shares if old.side == "BUY" else -old.shares
        account = self._accounts[old.account]
        account.correct(old.con_id, signed, old.price, price)
        self._replace(old, old.shares, price, old.commission)

    def bust(self, exec_id: str) -> None:
        """Take a fill back, its commission included: it comes again with no shares.

        Raises:
            KeyError: there is no such execution, or it is one of a combination's.
        """
        old = self._known(exec_id)
        signed = old.shares if old.side == "BUY" else -old.shares
        account = self._accounts[old.account]
        account.apply_fill(old.con_id, -signed, old.price, -old.commission)
        self._replace(old, ZERO, old.price, ZERO)

    def _known(self, exec_id: str) -> Execution:
        execution = self._store.executions[exec_id]
        if self._store.orders[execution.perm_id].terms.legs:
            raise KeyError(exec_id)
        return execution

    def _replace(self, old: Execution, shares: Decimal, price: Decimal, fee: Decimal) -> None:
        order = self._store.orders[old.perm_id]
        value = shares * price - old.shares * old.price
        order = self._store.put(
            replace(
                order,
                filled=order.filled + shares - old.shares,
                filled_value=order.filled_value + value,
                commission=order.commission + fee - old.commission,
            )
        )
        new = replace(
            old,
            exec_id=next_id(old.exec_id),
            shares=shares,
            price=price,
            cumulative=order.filled,
            average_price=order.average_price,
            commission=fee,
            tells_price=True,
        )
        del self._store.executions[old.exec_id]
        self._store.add_execution(new)
        self._store.emit(ExecutionShown(new))
        self._store.emit(CommissionShown(new))


def next_id(exec_id: str) -> str:
    """Return the id of an execution's next version."""
    base, _, version = exec_id.rpartition(".")
    return f"{base}.{int(version) + 1:02d}"


def newest(executions: Iterable[Execution]) -> list[Execution]:
    """Return the last version of each execution, in order."""
    found: dict[str, Execution] = {}
    for execution in executions:
        base = execution.exec_id.rpartition(".")[0]
        old = found.get(base)
        if old is None or old.exec_id < execution.exec_id:
            found[base] = execution
    return list(found.values())
