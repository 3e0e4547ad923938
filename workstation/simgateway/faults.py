"""What can go wrong between the gateway and a client: messages, the stream, the connection.

Every decision comes from one seeded generator in the order of the traffic, so the same seed and
the same traffic meet the same faults.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

OUT, IN = "out", "in"
MESSAGE_FAULTS = frozenset({"drop", "delay", "duplicate", "reorder", "corrupt"})
FOREVER = float("inf")
_REORDER_SECONDS = 2.0
"""After which a message that waits for the next one goes alone."""

Noted = Callable[[str, int | None, list[str]], None]
"""Is told of each fault that happens: direction, client id and what it was."""


@dataclass(slots=True, kw_only=True)
class MessageRule:
    """A fault that befalls chosen messages.

    An empty set of messages or a client of None chooses all; count is how often it still happens.
    """

    kind: str
    direction: str = OUT
    messages: frozenset[int] = frozenset()
    client: int | None = None
    count: float = FOREVER
    probability: float = 1.0
    seconds: float = 1.0
    """How long a delayed message stays behind."""


@dataclass(slots=True, kw_only=True)
class StreamRule:
    """How the bytes of a client's stream flow; what is None is left alone."""

    client: int | None = None
    split: int | None = None
    """Most bytes the gateway sends at once; how many is drawn each time."""

    coalesce: int | None = None
    """Bytes leave in whole blocks of this size; the rest waits."""

    coalesce_seconds: float = 1.5
    """How long a rest that fills no block waits."""

    slow: int | None = None
    """Most bytes the gateway reads in a tenth of a second."""


class Faults:
    """The faults now in force; asked by every connection for every message."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(f"{seed}:faults")  # noqa: S311 to be repeated, not to be secret
        self.rules: list[MessageRule] = []
        self.streams: list[StreamRule] = []
        self.stalls: dict[tuple[str, int | None], float] = {}
        """Monotonic time until which a direction of a client, or of all, stands still."""

        self.ids_in_use: set[int] = set()
        """Client ids refused with 326 although nobody has them."""

        self.most_a_second = 0
        """Requests a client may send in a second before error 100; 0 for any number."""

        self.noted: Noted = lambda *_: None

    def clear(self) -> None:
        """End every fault."""
        self.rules.clear()
        self.streams.clear()
        self.stalls.clear()
        self.ids_in_use.clear()
        self.most_a_second = 0

    def rule_for(self, direction: str, client: int | None, message_id: int) -> MessageRule | None:
        """Return the fault a message meets, which is used up by one."""
        for rule in self.rules:
            if (
                rule.direction == direction
                and (not rule.messages or message_id in rule.messages)
                and rule.client in {None, client}
                and (rule.probability >= 1.0 or self.random.random() < rule.probability)
            ):
                rule.count -= 1
                if rule.count <= 0:
                    self.rules.remove(rule)
                self.noted(direction, client, [rule.kind, str(message_id)])
                return rule
        return None

    def stream_for(self, client: int | None) -> StreamRule | None:
        """Return how a client's stream flows."""
        return next((rule for rule in self.streams if rule.client in {None, client}), None)

    def stalled_until(self, direction: str, client: int | None) -> float:
        """Return the monotonic time until which a direction stands still, 0 when it flows."""
        if not self.stalls:
            return 0.0
        keys = ((direction, client), (direction, None))
        return max(self.stalls.get(key, 0.0) for key in keys)

    def corrupted(self, body: bytes) -> bytes:
        """Return a body with one of its bytes changed."""
        if not body:
            return body
        place = self.random.randrange(len(body))
        changed = body[place] ^ self.random.randint(1, 255)
        return body[:place] + bytes([changed]) + body[place + 1 :]


@dataclass(slots=True)
class Lane:
    """The messages of one direction of one connection on their way through the faults."""

    faults: Faults
    direction: str
    _late: list[tuple[float, bytes]] = field(default_factory=list)
    _swapped: deque[tuple[float, bytes]] = field(default_factory=deque)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is held back."""
        return not self._late and not self._swapped

    def put(self, client: int | None, message_id: int, body: bytes, now: float) -> Iterator[bytes]:
        """Take one message and yield what goes on at once, in order."""
        rule = (
            self.faults.rule_for(self.direction, client, message_id) if self.faults.rules else None
        )
        kind = rule.kind if rule else ""
        if kind == "reorder":
            self._swapped.append((now + _REORDER_SECONDS, body))
            return
        if rule and kind == "delay":
            self._late.append((now + rule.seconds, body))
        elif kind == "corrupt":
            yield self.faults.corrupted(body)
        elif kind != "drop":
            yield body
            if kind == "duplicate":
                yield body
        while self._swapped:
            yield self._swapped.popleft()[1]

    def due(self, now: float) -> list[bytes]:
        """Return what has been held back long enough."""
        ready = [body for at, body in self._late if at <= now]
        self._late = [(at, body) for at, body in self._late if at > now]
        while self._swapped and self._swapped[0][0] <= now:
            ready.append(self._swapped.popleft()[1])
        return ready

    def next_due(self) -> float:
        """Return the monotonic time at which due has something, infinite when nothing waits."""
        return min((at for at, _ in (*self._late, *self._swapped)), default=FOREVER)


MOST_VIOLATIONS = 3
"""Times a client may exceed the allowed rate; the last one ends its session."""


class Pace:
    """How fast a client sends."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()
        self._violations = 0

    def counted(self, now: float) -> int:
        """Count a request and return how many there were within the last second."""
        self._times.append(now)
        while self._times[0] <= now - 1.0:
            self._times.popleft()
        return len(self._times)

    def violate(self) -> int:
        """Note that the rate was exceeded, and return how often that is now."""
        self._times.clear()
        self._violations += 1
        return self._violations
