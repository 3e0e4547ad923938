"""Daily bars of what is held, for the estimate of a bad day; asked for once a day each."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from workstation.domain.bar import BarSize, SeriesKey
from workstation.domain.clock import Clock
from workstation.domain.commands import BarsAnswer, CommandResult
from workstation.domain.ids import ConId
from workstation.portfolio.scenarios import Returns, daily_returns

RequestBars = Callable[[SeriesKey, datetime | None, Callable[[CommandResult], None]], None]
RETRY_SECONDS = 300.0
"""How long after a refusal it is asked again: the broker paces requests for history."""


class DailyBars:
    """Asks for one series at a time, so that charts never wait for it. Core thread."""

    def __init__(self, clock: Clock, request: RequestBars) -> None:
        self._clock = clock
        self._request = request
        self._returns: dict[ConId, Returns] = {}
        self._got: dict[ConId, date] = {}
        self._asked_at: dict[ConId, float] = {}
        self._waiting: ConId | None = None

    @property
    def returns(self) -> Mapping[ConId, Returns]:
        """The daily returns of every series that came."""
        return self._returns

    def ask(self, wanted: Iterable[ConId]) -> None:
        """Ask for the first series that is missing or of another day."""
        today, now = self._clock.now().date(), self._clock.monotonic()
        if self._waiting is not None and now - self._asked_at[self._waiting] < RETRY_SECONDS:
            return
        for con_id in wanted:
            asked = self._asked_at.get(con_id)
            if self._got.get(con_id) == today:
                continue
            if asked is not None and now - asked < RETRY_SECONDS:
                continue
            self._waiting, self._asked_at[con_id] = con_id, now
            self._request(SeriesKey(con_id, BarSize.DAY_1), None, self._take)
            return

    def _take(self, answer: CommandResult) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and isinstance(answer, BarsAnswer) and answer.bars:
            self._returns[waiting] = daily_returns(answer.bars)
            self._got[waiting] = self._clock.now().date()
