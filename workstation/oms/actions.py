"""When order actions were taken, for the rate and duplicate checks (R15, R17)."""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal

from workstation.domain.clock import Clock
from workstation.domain.order import OrderDraft


@dataclass(slots=True)
class Actions:
    """Counts actions, and remembers the orders of the last minute. Core thread."""

    clock: Clock
    times: deque[float] = field(default_factory=deque)
    last_same: dict[tuple[object, ...], float] = field(default_factory=dict)

    def count(self, seconds: float) -> int:
        """Return the actions of the last so many seconds, up to a minute."""
        now = self.clock.monotonic()
        while self.times and self.times[0] <= now - 60:
            self.times.popleft()
        return sum(1 for each in self.times if each > now - seconds)

    def since_same(self, draft: OrderDraft) -> float | None:
        """Return the seconds since an equal order was sent, None for never."""
        last = self.last_same.get(_sameness(draft)) if _is_hashable(draft) else None
        return None if last is None else self.clock.monotonic() - last

    def limits_sent(self, draft: OrderDraft) -> tuple[Decimal, ...]:
        """Return the limits of the last minute's orders of a draft's kind, the oldest first.

        Of its kind are those of its account, contract and side.
        """
        now, kind = self.clock.monotonic(), _sameness(draft)[:3]
        recent = sorted(
            (at, number, same[5])
            for number, (same, at) in enumerate(self.last_same.items())
            if at > now - 60 and same[:3] == kind
        )
        return tuple(limit for _, _, limit in recent if isinstance(limit, Decimal))

    def note(self, draft: OrderDraft | None) -> None:
        """Count one action, and remember the order if it was one."""
        now = self.clock.monotonic()
        self.times.append(now)
        if draft is not None:
            recent = {same: at for same, at in self.last_same.items() if at > now - 60}
            self.last_same = {**recent, _sameness(draft): now}


def _sameness(draft: OrderDraft) -> tuple[object, ...]:
    return (
        draft.account,
        draft.con_id,
        draft.side,
        draft.quantity,
        draft.order_type,
        draft.limit_price,
        draft.stop_price,
        draft.tif,
        draft.terms,
    )


def _is_hashable(draft: OrderDraft) -> bool:
    """Tell whether an order can have been sent before: no signalling NaN ever was."""
    prices = (draft.limit_price or Decimal(0), draft.stop_price or Decimal(0))
    numbers = (draft.quantity, *prices, *draft.terms.numbers.values())
    return not any(number.is_snan() for number in numbers)
