"""Puts orders together that belong together: brackets, groups, ladders, and what the user groups."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from workstation.domain.account import PositionView, masked
from workstation.domain.ids import AccountId, ConId, FamilyId, OrderKey
from workstation.domain.order_status import OrderView
from workstation.ui import text
from workstation.ui.models.order_rows import Grouping, OrderRow, RecordRow, Row
from workstation.ui.models.orders import OrdersModel
from workstation.ui.screen_state import ScreenState

DEEPEST = 8
"""No order hangs below more others; a chain of parents is not followed further."""

_GROUP_OF: dict[Grouping, Callable[[OrderView], str]] = {
    Grouping.SYMBOL: lambda order: order.symbol,
    Grouping.SIDE: lambda order: order.side.value,
    Grouping.STATE: lambda order: "Working" if order.is_working else order.display_state,
    Grouping.ACCOUNT: lambda order: masked(order.account),
}


class OrderTree(QObject):
    """Makes the rows of the order table; only those of the families that changed. GUI thread."""

    shape_changed = Signal()
    """Rows were folded or unfolded, or grouped another way: what is shown must be chosen anew."""

    def __init__(self, state: ScreenState, model: OrdersModel) -> None:
        super().__init__(model)
        self._state = state
        self._model = model
        self._members: dict[str, dict[OrderKey, None]] = {}
        self._root_of: dict[OrderKey, str] = {}
        self._children: dict[OrderKey, list[OrderKey]] = {}
        self._rows_of: dict[str, tuple[str, ...]] = {}
        self._signs: dict[tuple[AccountId, ConId], int] = {}
        self.grouping = Grouping.NOTHING

    def show(self, orders: Iterable[OrderView]) -> None:
        """Show orders that are new or changed, and whatever belongs to them."""
        changed: dict[str, None] = {}
        for order in orders:
            for each in (order.key, *self._children.get(order.key, ())):
                changed.update(dict.fromkeys(self._settle(each)))
        self._show_roots(changed)

    def positions_changed(self, positions: Iterable[PositionView]) -> None:
        """See again whether exits have something to close, where a position came, turned or went."""
        turned = set()
        for position in positions:
            place = (position.account, position.con_id)
            sign = (position.quantity > 0) - (position.quantity < 0)
            if self._signs.get(place) != sign:
                self._signs[place] = sign
                turned.add(place)
        if turned:
            orders = self._state.orders.values()
            self.show([o for o in orders if o.is_working and (o.account, o.con_id) in turned])

    @Slot(object)
    def fold(self, key: str) -> None:
        """Hide the parts of a row, or show them again."""
        folded = self._model.folded
        (folded.discard if key in folded else folded.add)(key)
        self._remake([key])

    @Slot(object)
    def fold_all(self, folded: bool) -> None:  # noqa: FBT001 -- Qt's signature
        """Hide the parts of every row that has some, or show them all."""
        with_parts = [key for key, row in self._rows() if isinstance(row, RecordRow) or row.parts]
        self._model.folded = set(with_parts) if folded else set()
        self._remake(with_parts)

    @Slot(object)
    def group(self, grouping: Grouping) -> None:
        """Put the rows together another way."""
        if grouping is not self.grouping:
            self.grouping = grouping
            self._model.folded.clear()
            self._show_roots(dict.fromkeys(self._members))
            self.shape_changed.emit()

    # -- where an order belongs ---------------------------------------------------------------

    def _settle(self, key: OrderKey) -> Iterator[str]:
        """Put an order among those it belongs to; yields the roots that are to be shown anew."""
        order = self._state.orders[key]
        if order.parent is not None:
            siblings = self._children.setdefault(order.parent, [])
            if key not in siblings:
                siblings.append(key)
        root, before = self._find_root(order), self._root_of.get(key)
        if before is not None and before != root:
            del self._members[before][key]
            yield before
        self._root_of[key] = root
        self._members.setdefault(root, {})[key] = None
        yield root
        if before != root:
            for child in self._children.get(key, ()):
                yield from self._settle(child)

    def _find_root(self, order: OrderView) -> str:
        top = order
        for _ in range(DEEPEST):
            above = None if top.parent is None else self._state.orders.get(top.parent)
            if above is None:
                break
            top = above
        if top.oca_group and top.parent is None:
            return f"oca {top.account} {top.oca_group}"
        if top.family is not None and top.family in self._state.families:
            return f"family {top.family}"
        return top.key

    # -- rows ---------------------------------------------------------------------------------

    def _rows(self) -> Iterator[tuple[str, Row]]:
        for row in self._model.values():
            yield (row.order.key if isinstance(row, OrderRow) else row.key), row

    def _remake(self, keys: Iterable[str]) -> None:
        """Mark rows as folded or not, and have what is shown chosen anew."""
        folded = self._model.folded
        found = ((key, self._model.value(key)) for key in keys)
        self._model.upsert(
            [(k, replace(row, is_folded=k in folded)) for k, row in found if row is not None]
        )
        self.shape_changed.emit()

    def _show_roots(self, roots: Iterable[str]) -> None:
        rows: dict[str, Row] = {}
        for root in roots:
            made = dict(self._rows_under(root))
            for gone in self._rows_of.get(root, ()):
                is_elsewhere = self._root_of.get(OrderKey(gone), root) != root
                if gone not in made and not is_elsewhere:
                    self._model.remove(gone)
            self._rows_of[root] = tuple(made)
            rows |= made
        self._model.upsert(rows.items())
        self._show_groupings()

    def _rows_under(self, root: str) -> Iterator[tuple[str, Row]]:
        """Make the record of a root, where it has one, and the rows of its orders below it."""
        found = (self._state.orders[key] for key in self._members.get(root, ()))
        orders = sorted(found, key=lambda order: (order.created_at, int(order.order_id)))
        if not orders:
            return
        path = self._group_path(orders[0])
        record = self._record(root, tuple(orders), path)
        if record is not None:
            yield record.key, record
            path = (*path, record.key)
        inside = {order.key for order in orders}
        for top in [order for order in orders if order.parent not in inside]:
            yield from self._branch(top, path)

    def _branch(self, order: OrderView, path: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
        keys = self._children.get(order.key, ()) if len(path) < DEEPEST else ()
        parts = tuple(self._state.orders[key] for key in keys)
        yield order.key, self._order_row(order, path, parts)
        for part in parts:
            yield from self._branch(part, (*path, order.key))

    def _order_row(
        self, order: OrderView, path: tuple[str, ...], parts: tuple[OrderView, ...]
    ) -> OrderRow:
        state = self._state
        parent = None if order.parent is None else state.orders.get(order.parent)
        return OrderRow(
            order,
            state.ladder(order.con_id),
            None if parent is None else parent.order_id,
            None if order.family is None else state.families.get(order.family),
            path,
            parts,
            order.key in self._model.folded,
            orphaned(order, parent, state),
        )

    def _record(
        self, root: str, orders: tuple[OrderView, ...], path: tuple[str, ...]
    ) -> RecordRow | None:
        """Return the row above orders that are one wish or one group; None for a single bracket."""
        kind, _, name = root.partition(" ")
        is_folded = root in self._model.folded
        if kind == "family":
            family = self._state.families[FamilyId(name)]
            title, shown = family.title, family.kind.value
            return RecordRow(root, shown, title, orders, family, path, is_folded)
        if kind == "oca" and len(orders) > 1:
            group = text.one_line(orders[0].oca_group, 40)
            working = [order for order in orders if order.is_working]
            alone = "orphan: the rest of the group has ended" if len(working) == 1 else ""
            return RecordRow(root, "OCA", group, orders, None, path, is_folded, orphan=alone)
        return None

    # -- what the user groups by --------------------------------------------------------------

    def _group_path(self, order: OrderView) -> tuple[str, ...]:
        name = self._group_name(order)
        return () if name is None else (f"group {name}",)

    def _group_name(self, order: OrderView) -> str | None:
        if self.grouping is Grouping.NOTHING:
            return None
        if self.grouping is Grouping.STRATEGY:
            family = None if order.family is None else self._state.families.get(order.family)
            return "single orders" if family is None else family.kind.value
        return _GROUP_OF[self.grouping](order)

    def _show_groupings(self) -> None:
        """Show a record for each group, and none for a group that has nothing any more."""
        found: dict[str, list[OrderView]] = {}
        if self.grouping is not Grouping.NOTHING:
            for row in self._model.values():
                if isinstance(row, OrderRow) and row.path:
                    found.setdefault(row.path[0], []).append(row.order)
        for key in [k for k, row in self._rows() if isinstance(row, RecordRow) and row.is_grouping]:
            if key not in found:
                self._model.remove(key)
        self._model.upsert((key, self._grouping_row(key, orders)) for key, orders in found.items())

    def _grouping_row(self, key: str, orders: list[OrderView]) -> RecordRow:
        name = text.one_line(key.removeprefix("group "), 40)
        oldest_first = tuple(sorted(orders, key=lambda order: order.created_at))
        is_folded = key in self._model.folded
        return RecordRow(key, "", name, oldest_first, is_folded=is_folded, is_grouping=True)


def orphaned(order: OrderView, parent: OrderView | None, state: ScreenState) -> str:
    """Say why an exit has lost what it hangs on; empty where it has not, or has ended itself."""
    hangs = order.parent is not None or order.parent_id is not None
    if not hangs or not order.is_working or order.terms.hedge is not None:
        return ""
    held = state.positions.get((order.account, order.con_id))
    closes = held is not None and order.side.sign * held.quantity < 0
    if parent is None:
        is_alone = state.was_ready and not closes
        return "orphan: neither its entry nor a position is known here" if is_alone else ""
    if parent.is_working:
        return ""
    if not parent.filled:
        return f"orphan: its entry {parent.order_id} ended without a fill"
    return "" if held is None or closes else "orphan: no position is left for it to close"
