"""How many streams of each kind the account may have. Source: tws-wire.md 3.1."""

from workstation.domain.subscription import StreamKind

LINES = 100
"""Market-data lines of an account without quote boosters."""

MOST_BOOKS = 60
FEWEST_BOOKS = 3
FEWEST_TAPES = 3
PROBE_SECONDS = 600.0
"""So long after a refusal one more stream is tried: TWS itself may use fewer by then."""


def depth_slots(lines: int) -> int:
    """Return how many order books an account with so many lines may watch."""
    return min(max(FEWEST_BOOKS, lines // 100), MOST_BOOKS)


def tape_slots(lines: int) -> int:
    """Return how many tick-by-tick streams it may have: a twentieth of its lines."""
    return max(FEWEST_TAPES, lines // 20)


class Budget:
    """The limit of one kind: what the account has by rule, less what refusals taught.

    Times are monotonic seconds.
    """

    def __init__(self, granted: int) -> None:
        self.granted = granted
        self.most = granted
        self._refused_at = 0.0

    @property
    def is_learned(self) -> bool:
        """Whether the broker gave less than the account's rule says."""
        return self.most < self.granted

    def refused(self, running: int, now: float) -> bool:
        """Learn from a refusal while so many ran; True where the limit shrank."""
        shrank = running < self.most
        self.most = min(self.most, running)
        self._refused_at = now
        return shrank

    def probe(self, now: float) -> bool:
        """Allow one more after a long time without a refusal; True where that was due."""
        if not self.is_learned or now - self._refused_at < PROBE_SECONDS:
            return False
        self.most += 1
        self._refused_at = now
        return True

    def forget(self) -> None:
        """Believe the account's rule again: another account or endpoint."""
        self.most = self.granted


def budgets(lines: int) -> dict[StreamKind, Budget]:
    """Return the budgets of an account with so many market-data lines."""
    return {
        StreamKind.QUOTES: Budget(lines),
        StreamKind.DEPTH: Budget(depth_slots(lines)),
        StreamKind.TAPE: Budget(tape_slots(lines)),
    }
