"""When order actions were taken, for the rate and duplicate checks (R15, R17)."""

import math
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from workstation.domain.clock import Clock
from workstation.domain.ids import AccountId, ConId
from workstation.domain.order import OrderDraft, Side

SECONDS = 60
"""So long an action is remembered."""

Kind = tuple[AccountId, ConId, Side]
Same = tuple[object, ...]


@dataclass(slots=True)
class Actions:
    """Counts actions, and remembers the orders of the last minute. Core thread.

    All is kept in the order of time, so that it is found from the end and forgotten from the
    beginning, however many actions a minute has.
    """

    clock: Clock
    times: list[float] = field(default_factory=list)
    last_same: defaultdict[Kind, dict[Same, float]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def count(self, seconds: float) -> int:
        """Return the actions of the last so many seconds, up to a minute."""
        return len(self.times) - bisect_right(self.times, self.clock.monotonic() - seconds)

    def since_same(self, draft: OrderDraft) -> float | None:
        """Return the seconds since an equal order was sent, None for not in the last minute."""
        recent = self.last_same.get(_kind(draft))
        if not recent or not _is_hashable(draft):
            return None
        last = recent.get(_sameness(draft))
        seconds = math.inf if last is None else self.clock.monotonic() - last
        return seconds if seconds < SECONDS else None

    def limits_sent(self, draft: OrderDraft) -> tuple[Decimal, ...]:
        """Return the limits of the last minute's orders of a draft's kind, the oldest first.

        Of its kind are those of its account, contract and side.
        """
        now = self.clock.monotonic()
        recent = self.last_same.get(_kind(draft), {})
        limits = (same[0] for same, at in recent.items() if at > now - SECONDS)
        return tuple(limit for limit in limits if isinstance(limit, Decimal))

    def note(self, draft: OrderDraft | None) -> None:
        """Count one action, and remember the order if it was one."""
        now = self.clock.monotonic()
        del self.times[: bisect_right(self.times, now - SECONDS)]
        self.times.append(now)
        if draft is not None:
            recent, same = self.last_same[_kind(draft)], _sameness(draft)
            for old in [each for each, at in recent.items() if at <= now - SECONDS]:
                del recent[old]
            recent.pop(same, None)  # it is the newest now
            recent[same] = now


def _kind(draft: OrderDraft) -> Kind:
    return draft.account, draft.con_id, draft.side


def _sameness(draft: OrderDraft) -> Same:
    return (
        draft.limit_price,
        draft.stop_price,
        draft.quantity,
        draft.order_type,
        draft.tif,
        draft.terms,
    )


def _is_hashable(draft: OrderDraft) -> bool:
    """Tell whether an order can have been sent before: no signalling NaN ever was."""
    prices = (draft.limit_price or Decimal(0), draft.stop_price or Decimal(0))
    numbers = (draft.quantity, *prices, *draft.terms.numbers.values())
    return not any(number.is_snan() for number in numbers)
