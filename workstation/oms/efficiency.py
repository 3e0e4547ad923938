"""What the broker counts of a client's orders: efficiency, and orders in options (A5)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from workstation.domain.ids import ClientId, ConId, OrderId
from workstation.domain.reports import ExecutionReport
from workstation.oms.events import CancelIntent, ChangeIntent, Intent, NotSent, OmsEvent

DAY_ZONE = ZoneInfo("America/New_York")
_FRIDAY = 4


@dataclass(slots=True)
class _Day:
    sent: int = 0
    filled: set[OrderId] = field(default_factory=set)
    by_contract: Counter[ConId] = field(default_factory=Counter)


class _KeptDay(msgspec.Struct, forbid_unknown_fields=True):
    day: date
    sent: int
    filled: list[OrderId]
    by_contract: list[tuple[ConId, int]]


class OrderEfficiency:
    """Counts what left and what filled by day, from the journal and live. Core thread.

    The ratio is (orders + changes + cancels) / (orders with a fill + 1) of a day, as the
    broker works out its own; it sees other clients too. An average of more than 390 orders in
    options a day makes a professional customer of a private one. Only this month is kept.
    """

    def __init__(self, client_id: ClientId) -> None:
        self.client_id = client_id
        self._days: dict[date, _Day] = {}

    def take(self, event: OmsEvent, at: datetime) -> None:
        """Count one event of the order book; `at` is aware."""
        if not isinstance(event, Intent | ChangeIntent | CancelIntent | NotSent | ExecutionReport):
            return
        if isinstance(event, ExecutionReport):
            fill = event.execution
            if fill.client_id == self.client_id:
                self._day(fill.time).filled.add(fill.order_id)
            return
        day = self._day(at)
        if isinstance(event, NotSent):
            day.sent -= 1
        else:
            day.sent += 1
            if isinstance(event, Intent):
                day.by_contract[event.con_id] += 1

    def ratio(self, now: datetime) -> tuple[int, int]:
        """Return how many messages left today, and how many orders of today filled."""
        day = self._days.get(_day_of(now), _Day())
        return max(day.sent, 0), len(day.filled)

    def option_orders_a_day(self, is_option: Callable[[ConId], bool], now: datetime) -> float:
        """Return this month's orders in options by day on which the market was open so far."""
        today = _day_of(now)
        total = sum(
            count
            for day, counted in self._days.items()
            if (day.year, day.month) == (today.year, today.month)
            for con_id, count in counted.by_contract.items()
            if is_option(con_id)
        )
        days = sum(
            today.replace(day=number).weekday() <= _FRIDAY for number in range(1, today.day + 1)
        )
        return total / max(days, 1)

    def lines(self) -> Iterator[bytes]:
        """Yield what is counted, a line of JSON for each day."""
        for day, counted in self._days.items():
            by_contract = list(counted.by_contract.items())
            kept = _KeptDay(day, counted.sent, sorted(counted.filled), by_contract)
            yield msgspec.json.encode(kept)

    def take_lines(self, lines: Iterable[bytes]) -> None:
        """Begin with what such lines say. Raises ValueError; nothing was changed then."""
        days: dict[date, _Day] = {}
        for line in lines:
            kept = msgspec.json.decode(line, type=_KeptDay)
            days[kept.day] = _Day(kept.sent, set(kept.filled), Counter(dict(kept.by_contract)))
        self._days = days

    def _day(self, at: datetime) -> _Day:
        day = _day_of(at)
        if day not in self._days:
            for old in [x for x in self._days if (x.year, x.month) != (day.year, day.month)]:
                if old < day:
                    del self._days[old]
            self._days[day] = _Day()
        return self._days[day]


def _day_of(moment: datetime) -> date:
    return moment.astimezone(DAY_ZONE).date()
