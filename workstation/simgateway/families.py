"""Which orders belong together: parents and children, and one-cancels-all groups."""

from workstation.simgateway.orders import FILLED, HELD_BACK, LIVE, Order

CANCEL_THE_REST = 1
"""OCA type: a fill cancels the others; 2 and 3 reduce them by what was filled."""


class Families:
    """Finds the relatives of an order by its client's numbers; knows orders by perm_id."""

    def __init__(self, orders: dict[int, Order]) -> None:
        self._orders = orders
        self._children: dict[tuple[int, int], dict[int, None]] = {}
        self._groups: dict[tuple[int, str], dict[int, None]] = {}

    def add(self, order: Order) -> None:
        """Take note of an order, new or changed."""
        terms = order.terms
        if terms.parent_id:
            family = self._children.setdefault((order.client_id, terms.parent_id), {})
            family[order.perm_id] = None
        if terms.oca_group:
            group = self._groups.setdefault((order.client_id, terms.oca_group), {})
            group[order.perm_id] = None

    def children(self, order: Order) -> list[Order]:
        """Return the children that still live or wait to be transmitted."""
        found = self._children.get((order.client_id, order.order_id), ())
        return [child for child in map(self._orders.__getitem__, found) if _is_alive(child)]

    def siblings(self, order: Order) -> list[Order]:
        """Return the living others of an order's one-cancels-all group."""
        return [other for other in self._others(order) if _is_alive(other)]

    def group_is_filled(self, order: Order) -> bool:
        """Return whether another of the group has filled already."""
        return any(other.status == FILLED for other in self._others(order))

    def _others(self, order: Order) -> list[Order]:
        if not order.terms.oca_group:
            return []
        found = self._groups.get((order.client_id, order.terms.oca_group), ())
        return [self._orders[perm_id] for perm_id in found if perm_id != order.perm_id]

    def held_descendants(self, order: Order) -> list[Order]:
        """Return the children that wait to be transmitted, and theirs, parents first."""
        found: list[Order] = []
        for child in self.children(order):
            if child.status == HELD_BACK:
                found += [child, *self.held_descendants(child)]
        return found


def _is_alive(order: Order) -> bool:
    return order.status in LIVE or order.status == HELD_BACK
