"""Where a start begins to read: behind the snapshot, or at the first entry."""

from collections.abc import Iterator
from itertools import chain

from workstation.desk.order_desk import OrderDesk
from workstation.desk.past import PastError, read_past
from workstation.oms.orders import OrderBook
from workstation.storage.journal import Journal
from workstation.storage.journal_file import Entry


def begin_past(
    journal: Journal, orders: OrderBook, order_desk: OrderDesk
) -> tuple[int, Iterator[Entry]]:
    """Fill the order book from the snapshot, if one may stand for the journal.

    Returns up to which entry the book knows all, and the entries that are still to be read by
    all others: those the snapshot kept, then those behind it. Raises JournalError.
    """
    lines = journal.snapshot_lines()
    if lines is not None:
        efficiency, ids = order_desk.efficiency, order_desk.controller.ids
        try:
            kept = read_past(lines, efficiency.client_id, orders, efficiency, ids)
        except PastError as error:
            journal.distrust(str(error))
        else:
            known = journal.sealed_seq
            return known, chain(kept, journal.entries(known))
    return 0, journal.entries()
