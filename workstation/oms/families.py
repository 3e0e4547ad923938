"""What several orders are together: the parent record, written before any of them leaves."""

from collections.abc import Callable, Iterator

from workstation.domain.commands import Done, Failed
from workstation.domain.errors import JournalError
from workstation.domain.family import Family, FamilyEnded, FamilyKind
from workstation.domain.ids import FamilyId
from workstation.domain.order_status import Pending
from workstation.oms.controller import Controller
from workstation.oms.managed_order import ManagedOrder
from workstation.oms.outlet import Collaborators

SENT_AS_MANY = frozenset(
    {FamilyKind.LADDER, FamilyKind.BASKET, FamilyKind.TARGETS, FamilyKind.GROUP}
)
"""Kinds whose orders leave one after another."""


class Families:
    """Knows every wish for several orders, from this run and from the journal. Core thread."""

    def __init__(
        self, with_: Collaborators, controller: Controller, show: Callable[[Family], None]
    ) -> None:
        self._with = with_
        self._controller = controller
        self._show = show
        self._known: dict[FamilyId, Family] = {}
        self._ended: set[FamilyId] = set()

    def begin(self, family: Family) -> str:
        """Put a wish on record durably; where that fails, say why: then nothing may leave."""
        try:
            self._with.journal.record(Family.__name__, family, durable=True)
        except JournalError as error:
            self._with.lock(str(error))
            return str(error)
        self.take(family)
        return ""

    def take(self, family: Family) -> None:
        """Know a family that the journal holds."""
        self._known[family.family_id] = family
        self._show(family)

    def end(self, ended: FamilyEnded) -> None:
        """Put on record that nothing more of a family will be sent."""
        self._ended.add(ended.family_id)
        try:
            self._with.journal.record(FamilyEnded.__name__, ended, durable=True)
        except JournalError as error:
            self._with.lock(str(error))

    def take_end(self, ended: FamilyEnded) -> None:
        """Know of an end that the journal holds."""
        self._ended.add(ended.family_id)

    def broken_off(self) -> list[Family]:
        """Return the families whose sending never came to an end, and take them as ended."""
        found = [each for key, each in self._known.items() if key not in self._ended]
        self._ended |= {each.family_id for each in found}
        return [each for each in found if each.kind in SENT_AS_MANY]

    def get(self, family_id: FamilyId | None) -> Family | None:
        """Return one family, or None."""
        return None if family_id is None else self._known.get(family_id)

    def members(self, family_id: FamilyId) -> Iterator[ManagedOrder]:
        """Yield the orders that came of a family, in the order of their sending."""
        family = self._known.get(family_id)
        for intent in () if family is None else family.intents:
            if order := self._with.orders.of_intent(intent):
                yield order
                yield from self._with.orders.children(order.key)

    def cancel(self, family_id: FamilyId) -> Done | Failed:
        """Cancel whatever of a family still works; refused by no check."""
        family = self._known.get(family_id)
        if family is None:
            return Failed("These orders are not known as one.")
        live = [each for each in self.members(family_id) if not each.lifecycle.is_terminal]
        results = [
            self._controller.cancel(each.key) for each in live if each.cancel is Pending.NONE
        ]
        failed = [each.reason for each in results if isinstance(each, Failed)]
        if failed:
            return Failed(f"{len(failed)} of {len(results)} cancels did not leave: {failed[0]}")
        if not live:
            return Failed("None of these orders is working any more.")
        return Done(f"{len(results)} cancels of the {family.kind} are on their way.")
