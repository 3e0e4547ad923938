"""Positions that stand without a stop on purpose: nobody is asked about them at the end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from workstation.domain.ids import AccountId, ConId
from workstation.domain.ports import JournalPort
from workstation.storage.journal_file import Entry

Key = tuple[AccountId, ConId]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChosen:
    """A position was marked as open on purpose, or no longer; `is_long` is its side."""

    account: AccountId
    con_id: ConId
    is_on: bool
    is_long: bool


class OpenByChoice:
    """Keeps the marks in the journal; one ends with its position, or when that turns. Core thread."""

    def __init__(self, journal: JournalPort | None = None) -> None:
        self._journal = journal
        self._marks: dict[Key, bool] = {}

    def remembering(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Pass the journal through, and take the newest mark of each position from it."""
        for entry in entries:
            if entry.event == OpenChosen.__name__:
                self._take(msgspec.json.decode(entry.body, type=OpenChosen))
            yield entry

    def holds(self, account: AccountId, con_id: ConId, quantity: Decimal) -> bool:
        """Tell whether a position as it is now was marked."""
        return bool(quantity) and self._marks.get((account, con_id)) is (quantity > 0)

    def choose(self, account: AccountId, con_id: ConId, quantity: Decimal, *, is_on: bool) -> None:
        """Mark a position, or take its mark away; the journal first. Raises JournalError."""
        mark = OpenChosen(account=account, con_id=con_id, is_on=is_on, is_long=quantity > 0)
        if self._journal is not None:
            self._journal.record(OpenChosen.__name__, mark, durable=True)
        self._take(mark)

    def ended(self, account: AccountId, con_id: ConId) -> None:
        """Forget the mark of a position that is flat: the next one begins without."""
        if (account, con_id) in self._marks:
            self.choose(account, con_id, Decimal(0), is_on=False)

    def _take(self, mark: OpenChosen) -> None:
        key = (mark.account, mark.con_id)
        if mark.is_on:
            self._marks[key] = mark.is_long
        else:
            self._marks.pop(key, None)
