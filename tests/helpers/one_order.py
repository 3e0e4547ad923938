"""One order of 100, sent as number 1, and everything that can be said about it."""

from typing import Any

from tests.helpers.desk_fakes import Door, bytes_sent, status
from workstation.domain.order_status import Lifecycle, Pending
from workstation.oms.events import ReconcileBegan, Reconciled


class OneOrder:
    """A door with one order of 100 sent as number 1."""

    def __init__(self, *, sent: bool = True, acknowledged: bool = False) -> None:
        self.door = Door()
        self.key = self.door.submit().key
        if sent or acknowledged:
            self.door.apply(bytes_sent())
        if acknowledged:
            self.hear(status("Submitted"))

    @property
    def order(self) -> Any:
        return self.door.order(self.key)

    @property
    def stands(self) -> tuple[Lifecycle, Pending, Pending]:
        return (self.order.lifecycle, self.order.cancel, self.order.replace)

    @property
    def alarms(self) -> list[str]:
        return [each.text for each in self.door.out.notices]

    def hear(self, *events: Any) -> "OneOrder":
        for event in events:
            self.door.apply(event)
        return self

    def change(self, **changes: Any) -> None:
        self.door.change(self.key, **changes)

    def cancel(self) -> None:
        self.door.cancel(self.key)

    def round(self, *named: Any, settled: bool = True) -> None:
        """One reconciliation whose lists hold these reports."""
        self.hear(ReconcileBegan(), *named)
        missing = () if named else (self.key,)
        self.hear(Reconciled(missing=missing, settled=settled))
