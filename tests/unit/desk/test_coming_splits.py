"""Splits that will cancel stops: asked of the calendar, said once, shown in the coverage."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.helpers.desk_fakes import NOON, SPY, D, spy
from tests.unit.desk.test_naked_guard import STOP, Guarded
from workstation.desk.coming_splits import RETRY_SECONDS, ComingSplits
from workstation.desk.naked_guard import NakedGuard
from workstation.domain.contract import Contract
from workstation.domain.ids import ConId
from workstation.domain.notice import Severity
from workstation.domain.order import Tif
from workstation.domain.queries import WshEvents, WshMeta
from workstation.domain.query import FailureKind, RequestFailure

QQQ = ConId(320227571)
NO_ANSWER = RequestFailure(
    kind=FailureKind.NOT_CONNECTED, text="no link", meaning="nothing", advice="wait"
)


def calendar(*days: int, kind: str = "wshe_splits") -> str:
    """The broker's answer with splits so many days from noon of the tests."""
    return json.dumps([
        {"event_type": kind, "data": {"ex_date": f"{NOON + timedelta(days=day):%Y%m%d}",
                                      "ratio": "3:1", "wshe_split_status": "APPROVED"}}
        for day in days
    ])  # fmt: skip


class Broker:
    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.asked: list[tuple[Any, Callable[[Any], None]]] = []
        self.splits = ComingSplits(clock, self.ask)

    def ask(self, query: Any, answer: Callable[[Any], None]) -> None:
        self.asked.append((query, answer))

    def answer(self, content: Any) -> None:
        self.asked.pop()[1](content)

    def knows(self, content: str, con_id: ConId = SPY) -> None:
        self.splits.look(con_id)
        if isinstance(self.asked[-1][0], WshMeta):
            self.answer("{}")
            self.splits.look(con_id)
        assert isinstance(self.asked[-1][0], WshEvents)
        self.answer(content)


def test_the_kinds_are_asked_for_first_and_a_share_once_a_day() -> None:
    guarded = Guarded()
    broker = Broker(guarded.door.clock)
    broker.splits.look(SPY)
    broker.splits.look(SPY)
    ((kinds, _),) = broker.asked
    assert kinds == WshMeta()
    broker.answer("{}")
    broker.splits.look(SPY)
    broker.splits.look(QQQ)  # one at a time
    ((query, _),) = broker.asked
    assert (query.con_id, query.event_type) == (SPY, "wshe_splits")
    broker.answer(calendar(9, 40))
    assert broker.splits.day_of(SPY) == (NOON + timedelta(days=9)).date()
    broker.splits.look(SPY)
    assert broker.asked == []
    broker.splits.look(QQQ)
    broker.answer("[]")
    assert broker.splits.day_of(QQQ) is None
    broker.clock.seconds += 24 * 3600
    broker.knows("")
    assert broker.splits.day_of(SPY) is None  # it was called off


def test_a_day_that_is_over_is_none_that_comes() -> None:
    guarded = Guarded()
    broker = Broker(guarded.door.clock)
    broker.knows(calendar(2))
    broker.clock.seconds += 2 * 24 * 3600
    assert broker.splits.day_of(SPY) is not None
    broker.clock.seconds += 24 * 3600
    assert broker.splits.day_of(SPY) is None


def test_what_is_no_answer_is_asked_again_after_a_while_with_its_kinds() -> None:
    guarded = Guarded()
    broker = Broker(guarded.door.clock)
    broker.splits.look(SPY)
    broker.answer(NO_ANSWER)
    broker.splits.look(SPY)
    assert broker.asked == []
    broker.clock.seconds += RETRY_SECONDS
    broker.splits.look(SPY)
    broker.answer("{}")
    broker.splits.look(SPY)
    broker.answer(NO_ANSWER)
    broker.clock.seconds += RETRY_SECONDS
    broker.splits.look(SPY)
    assert broker.asked.pop()[0] == WshMeta()
    other = Broker(guarded.door.clock)
    other.knows("no JSON at all")
    other.knows(calendar(3, kind="wshe_ed"), QQQ)
    assert (other.splits.day_of(SPY), other.splits.day_of(QQQ)) == (None, None)


def guarded_by(broker: Broker, guarded: Guarded) -> Guarded:
    door = guarded.door
    guarded.guard = NakedGuard(
        door.clock, door.orders, door.positions, door.quotes, door.contracts, guarded.notify,
        broker.splits,
    )  # fmt: skip
    return guarded


def test_the_guard_says_once_which_stops_a_split_will_cancel_and_when() -> None:
    guarded = Guarded()
    broker = Broker(guarded.door.clock)
    guarded_by(broker, guarded)
    guarded.door.hold(100)
    guarded.door.working(**{**STOP, "quantity": D(60)})
    guarded.door.working(**{**STOP, "quantity": D(40), "tif": Tif.DAY, "stop_price": D("96.00")})
    guarded.seconds(1)
    broker.answer("{}")
    guarded.seconds(1)
    broker.answer(calendar(9))
    guarded.seconds(5)
    day = (NOON + timedelta(days=9)).date()
    assert (guarded.cover().split_day, guarded.cover().kept) == (day, D(60))
    said = [text for severity, text in guarded.said if severity is Severity.WARNING]
    assert said == [
        f"SPY: the split on {day:%Y-%m-%d} will cancel the stops of 60 that are good till cancelled."
    ]


def test_nobody_is_asked_where_no_split_could_matter() -> None:
    for tif, sec_type in ((Tif.DAY, "STK"), (Tif.GTC, "FUT")):
        guarded = Guarded()
        broker = Broker(guarded.door.clock)
        guarded_by(broker, guarded)
        known = spy()
        contract: Contract = replace(known.contract, sec_type=sec_type)
        guarded.door.contracts.known[SPY] = replace(known, contract=contract)
        guarded.door.hold(10)
        guarded.door.working(**{**STOP, "quantity": D(10), "tif": tif})
        guarded.seconds(2)
        assert broker.asked == [], sec_type
        assert guarded.cover().split_day is None
