"""Which of the wanted streams run: counted by contract and kind, never more than there is room for.

No socket here: `plan()` says what to stop and what to start, and the desk does it.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from workstation.domain.subscription import Importance, StreamKey, StreamKind, StreamPhase
from workstation.marketdata.budgets import Budget


@dataclass(slots=True)
class Wish:
    """One wanted stream; `users` counts the widgets that show it, by name.

    `added` and `seen` are places in the order of events, 0 for never.
    """

    key: StreamKey
    added: int
    seen: int = 0
    users: Counter[str] = field(default_factory=Counter)
    phase: StreamPhase = StreamPhase.WAITING


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do next: first stop, then start, each in this order."""

    stop: tuple[StreamKey, ...]
    start: tuple[StreamKey, ...]


class Subscriptions:
    """Counts who wants which stream and decides which of them have room. Core thread.

    Where there is no room for all, the least important pause. Among equals running quotes
    stay, so that nothing flickers, and then what was seen last runs; of books and tapes the
    one opened last.
    """

    def __init__(
        self,
        budgets: dict[StreamKind, Budget],
        importance: Callable[[StreamKey], Importance],
        can_start: Callable[[StreamKey], bool],
    ) -> None:
        self.budgets = budgets
        self._importance = importance
        self._can_start = can_start
        self._wishes: dict[StreamKey, Wish] = {}
        self._orphans: list[StreamKey] = []
        self._order = itertools.count(1)

    def __iter__(self) -> Iterator[Wish]:
        return iter(self._wishes.values())

    def get(self, key: StreamKey) -> Wish | None:
        """Return a wish, None for a stream that nobody wants."""
        return self._wishes.get(key)

    def add(self, key: StreamKey, user: str, *, once: bool = False) -> None:
        """Count one more widget that shows a stream; a refused one is tried again.

        `once` counts this user a single time, however often it asks.
        """
        wish = self._wishes.get(key)
        if wish is None:
            wish = self._wishes[key] = Wish(key, next(self._order))
            if key in self._orphans:  # still running: nobody has told the broker yet
                self._orphans.remove(key)
                wish.phase = StreamPhase.RUNNING
        elif wish.phase is StreamPhase.REFUSED:
            wish.phase = StreamPhase.WAITING
        if not (once and wish.users[user]):
            wish.users[user] += 1
        if key.kind is not StreamKind.QUOTES:
            wish.seen = next(self._order)  # somebody has just opened it

    def drop(self, key: StreamKey, user: str) -> None:
        """Count one widget less; the last one ends the wish. Harmless where there is none."""
        wish = self._wishes.get(key)
        if wish is None or not wish.users[user]:
            return
        wish.users[user] -= 1
        wish.users += Counter()  # drops the zero
        if not wish.users:
            del self._wishes[key]
            if wish.phase is StreamPhase.RUNNING:
                self._orphans.append(key)

    def touch(self, key: StreamKey) -> None:
        """Note that somebody has just looked at a stream."""
        wish = self._wishes.get(key)
        if wish is not None:
            wish.seen = next(self._order)

    def running(self, kind: StreamKind) -> list[StreamKey]:
        """Return what runs of one kind."""
        return [w.key for w in self if w.key.kind is kind and w.phase is StreamPhase.RUNNING]

    def paused(self, kind: StreamKind) -> list[StreamKey]:
        """Return what has no room."""
        return [w.key for w in self if w.key.kind is kind and w.phase is StreamPhase.PAUSED]

    def ended(self, key: StreamKey, phase: StreamPhase = StreamPhase.WAITING) -> None:
        """Note that the broker has ended a stream by itself."""
        wish = self._wishes.get(key)
        if wish is not None:
            wish.phase = phase

    def session_down(self) -> None:
        """Nothing runs any more; what was refused may be given in the next session."""
        self._orphans.clear()
        for wish in self:
            wish.phase = StreamPhase.WAITING

    def refused(self, key: StreamKey, now: float) -> bool:
        """Learn from a refusal for want of room; True where the budget shrank."""
        self.ended(key, StreamPhase.PAUSED)
        return self.budgets[key.kind].refused(len(self.running(key.kind)), now)

    def plan(self) -> Plan:
        """Decide what runs, take it as done, and return what changes."""
        stop, self._orphans = self._orphans, []
        start: list[StreamKey] = []
        for kind in StreamKind:
            wishes = [wish for wish in self if wish.key.kind is kind]
            ranked = sorted(filter(self._may_run, wishes), key=self._rank)
            chosen = {wish.key for wish in ranked[: self.budgets[kind].most]}
            for wish in wishes:
                if wish.phase is StreamPhase.RUNNING and wish.key not in chosen:
                    stop.append(wish.key)
            start += [
                wish.key
                for wish in ranked
                if wish.key in chosen and wish.phase is not StreamPhase.RUNNING
            ]
            for wish in wishes:
                self._settle(wish, is_chosen=wish.key in chosen)
        return Plan(tuple(stop), tuple(start))

    def _settle(self, wish: Wish, *, is_chosen: bool) -> None:
        if is_chosen:
            wish.phase = StreamPhase.RUNNING
        elif wish.phase is not StreamPhase.REFUSED:
            can_start = self._can_start(wish.key)
            wish.phase = StreamPhase.PAUSED if can_start else StreamPhase.WAITING

    def _may_run(self, wish: Wish) -> bool:
        if wish.phase is StreamPhase.REFUSED or not self._can_start(wish.key):
            return False
        return self._importance(wish.key) is not Importance.HIDDEN

    def _rank(self, wish: Wish) -> tuple[int, bool, int, int]:
        is_quote = wish.key.kind is StreamKind.QUOTES
        waits = is_quote and wish.phase is not StreamPhase.RUNNING
        return self._importance(wish.key), waits, -wish.seen, wish.added
