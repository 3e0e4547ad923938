"""The ground-truth log: every frame, fault, order, fill and position, one JSON line each."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from workstation.domain.clock import Clock
from workstation.simgateway.accounts import Account
from workstation.simgateway.codec_text import Field, to_text
from workstation.simgateway.order_records import Changes

TRUTH, FAULT = "truth", "fault"


class FrameLog:
    """Appends lines and hands each to the system at once.

    A line holds monotonic seconds, the client id (null before startApi and for what is no
    client's), a direction and fields. "in" is from the client and "out" what the gateway says,
    both with the fields of the text form; "fault" is what became of a message; "truth" is an
    order, a fill or a position as the gateway itself has it:

        order perm_id client_id order_id con_id side quantity order_type status filled average
        fill exec_id perm_id con_id side shares price commission
        position con_id quantity average_cost account
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = path.open("ab", buffering=0)
        self._clock = clock

    def add(self, client_id: int | None, direction: str, fields: Sequence[Field]) -> None:
        """Write one line."""
        line = {
            "t": self._clock.monotonic(),
            "client": client_id,
            "direction": direction,
            "fields": [to_text(field) for field in fields],
        }
        self._file.write(json.dumps(line).encode("ascii") + b"\n")

    def fault(self, direction: str, client_id: int | None, what: list[str]) -> None:
        """Write what became of a message on its way in or out."""
        self.add(client_id, FAULT, [direction, *what])

    def truth(self, changes: Changes, accounts: Mapping[str, Account]) -> None:
        """Write the orders and fills of a transaction, and the positions that changed."""
        for o in changes.orders.values():
            terms = o.terms
            names: list[Field] = [o.perm_id, o.client_id, o.order_id, terms.con_id, terms.side]
            how: list[Field] = [
                terms.quantity,
                terms.order_type,
                o.status,
                o.filled,
                o.average_price,
            ]
            self.add(o.client_id, TRUTH, ["order", *names, *how])
        for e in changes.executions.values():
            what: list[Field] = [e.exec_id, e.perm_id, e.con_id, e.side, e.shares, e.price]
            self.add(e.client_id, TRUTH, ["fill", *what, e.commission])
        for account, con_id in changes.positions:
            held = accounts[account].position(con_id)
            shown: list[Field] = [con_id, held.quantity, held.average_cost, account]
            self.add(None, TRUTH, ["position", *shown])

    def close(self) -> None:
        """Close the file."""
        self._file.close()
