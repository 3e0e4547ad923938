"""Random entries of every kind that the journal holds, made from the types of the records."""

import dataclasses
import enum
import random
import types
import typing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from tests.helpers.desk_fakes import ACCOUNT, CLIENT, NOON
from workstation.desk.dead_man import SOURCE, Rolling
from workstation.desk.exercising import ExerciseDenied, ExerciseEnded, ExerciseIntent
from workstation.desk.session_lock import LimitsLocked
from workstation.desk.settings import Started
from workstation.domain.commands import UseConfirmations
from workstation.domain.execution_quality import FillMarket, MarkOut
from workstation.domain.family import Family, FamilyEnded
from workstation.domain.timeline import Judged, MarketSeen
from workstation.oms.events import EVENT_TYPES, ChangeIntent, WhatIf
from workstation.oms.outlet import Decision
from workstation.portfolio.day_result import DayBest
from workstation.portfolio.periods import DaySoFar
from workstation.risk.limits import Limits, proposed
from workstation.storage.journal_file import Entry
from workstation.storage.snapshot_file import SnapshotSealed

WORDS = (
    *("ApiPending", "PendingSubmit", "PreSubmitted", "Submitted", "Submitted", "PendingCancel"),
    *("ApiCancelled", "Cancelled", "Filled", "Inactive", "Nonsense"),
)
CODES = (100, 103, 104, 110, 135, 161, 201, 202, 399, 404, 10147, 10148, 77)
AMOUNTS = tuple(map(Decimal, ("0", "1", "10", "30", "70", "100", "100.00", "1.10", "1E+2", "-1")))
TEXTS = ("", "plain", 'a "quote" \\ and \n a line', "Zürich ☃ \u2028", '"terms":{}', "x" * 300)

POOLS: dict[str, tuple[Any, ...]] = {
    "order_id": (1, 2, 3, 4, 0, -3),
    "parent_id": (1, 2, None, None),
    "client_id": (CLIENT, CLIENT, CLIENT, 0),
    "perm_id": (None, 9001, 9002, 9003, 5),
    "order_ref": tuple(f"WS:test:{number}" for number in range(5)),
    "key": (*(f"WS:test:{number}" for number in range(5)), "perm:9001", "id:0:2", "nobody's"),
    "parent": (None, "WS:test:0", "id:7:1"),
    "missing": ((), ("WS:test:0",), ("WS:test:1", "WS:test:2")),
    "intent_id": (*(f"wish {number}" for number in range(6)), f"{SOURCE}:1"),
    "intents": (("wish 0",), ("wish 1", "wish 2")),
    "family_id": (None, "family 1", "family 2"),
    "family": (None, "family 1"),
    "exec_id": tuple(f"{base}.0{revision}" for base in "abcd" for revision in (1, 2)),
    "fill": ("a", "b", "c", "d"),
    "horizon": (1, 10, 60, 300),
    "account": (ACCOUNT, ACCOUNT, "SIM0000002"),
    "con_id": (756733, 265598),
    "symbol": ("SPY", "AAPL"),
    "sec_type": ("", "STK", "BAG", "OPT"),
    "status": WORDS,
    "code": CODES,
    "subject": (None, 1, 2, 3),
    "order_ids": ((1,), (2, 3), ()),
    "about": ("Intent", "ExecutionReport"),
    "source": ("ticket", SOURCE),
    "tif": ("DAY", "GTC"),
}
"""Few names, so that records meet; by the name of the field, for whatever holds text or numbers."""

NOTES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        *(
            WhatIf,
            Limits,
            LimitsLocked,
            DayBest,
            DaySoFar,
            ExerciseIntent,
            ExerciseEnded,
            ExerciseDenied,
            Rolling,
        ),
        *(UseConfirmations, Family, FamilyEnded, MarketSeen, Judged, Decision, FillMarket),
        *(MarkOut, Started, SnapshotSealed),
    )
}
PLAIN_NOTES = ("RiskInputs", "Repeated", "Stopped", "TradingState", "Continued", "Recovered")
KINDS = (*EVENT_TYPES, *NOTES, *PLAIN_NOTES, "OfANewerVersion")


class RandomRecords:
    """Makes one entry after the other from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.at = NOON - timedelta(hours=20)

    def body(self, event: str) -> Any:
        """Return a record of a kind."""
        if event == Limits.__name__:
            return proposed(ACCOUNT, Decimal(self.random.randint(10_000, 1_000_000)))
        kind = EVENT_TYPES.get(event) or NOTES.get(event)
        return {"a": self.random.random()} if kind is None else self.value(kind, "")

    def entries(self, count: int) -> list[tuple[datetime, str, Any]]:
        """Return so many records with their times; each kind is among the first."""
        events = list(KINDS)
        self.random.shuffle(events)
        while len(events) < count:
            events.append(self.random.choice((*EVENT_TYPES, *EVENT_TYPES, *KINDS)))
        made = []
        for event in events[:count]:
            self.at += timedelta(microseconds=self.random.randint(1, 200_000_000))
            made.append((self.at, event, self.body(event)))
        return made

    def value(self, kind: Any, name: str) -> Any:
        """Return a random value of a type, for a field of this name."""
        if name in POOLS and not dataclasses.is_dataclass(kind):
            found = self.random.choice(POOLS[name])
            return self._fitting(kind, found)
        if isinstance(kind, typing.NewType):
            return self.value(kind.__supertype__, name)
        if dataclasses.is_dataclass(kind):
            return self._record(kind)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            return self.random.choice(list(kind))
        if typing.get_origin(kind) is not None:
            return self._generic(kind, name)
        return self._plain(kind)

    def _fitting(self, kind: Any, found: Any) -> Any:
        """Give a name of a pool the type of its field."""
        options = typing.get_args(kind) if typing.get_origin(kind) in UNIONS else (kind,)
        if found is None and type(None) not in options:
            return self.value(options[0], "")
        for each in options:
            if isinstance(each, type) and issubclass(each, enum.Enum):
                return each(found) if found in [one.value for one in each] else next(iter(each))
        return found

    def _record(self, kind: Any) -> Any:
        hints = typing.get_type_hints(kind)
        for _ in range(20):
            try:
                return kind(
                    **{
                        each.name: self.value(hints[each.name], each.name)
                        for each in dataclasses.fields(kind)
                        if each.init and (not _has_default(each) or self.random.random() < 0.6)
                    }
                )
            except (ValueError, TypeError, ArithmeticError):
                continue  # a record that cannot be
        raise AssertionError(f"no {kind.__name__} could be made")

    def _generic(self, kind: Any, name: str) -> Any:
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin in UNIONS:
            return self.value(self.random.choice(inner), name)
        if origin is tuple and inner[-1] is not Ellipsis:
            return tuple(self.value(each, "") for each in inner)
        count = self.random.randint(0, 2)
        if origin is dict:
            return {self.value(inner[0], ""): self.value(inner[1], "") for _ in range(count)}
        if origin is typing.Literal:
            return self.random.choice(inner)
        return origin([self.value(inner[0], "") for _ in range(count)])

    def _plain(self, kind: Any) -> Any:
        moment = self.at.astimezone(UTC) - timedelta(seconds=self.random.choice((0, 1, 5, 90_000)))
        pools: dict[Any, tuple[Any, ...]] = {
            types.NoneType: (None,),
            bool: (True, False),
            int: (0, 1, 2, 300, 2**40),
            float: (0.1, 100.0, -0.25, 1e-9),
            Decimal: AMOUNTS,
            datetime: (moment,),
            date: (moment.date(),),
            bytes: (b"bytes",),
        }
        return self.random.choice(pools.get(kind, TEXTS))


UNIONS = (typing.Union, types.UnionType)


def _has_default(field: Any) -> bool:
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing


def entries_of(made: list[tuple[datetime, str, Any]]) -> list[Entry]:
    """Return records as the journal would."""
    return [
        Entry(
            number,
            at.isoformat(timespec="microseconds"),
            event,
            msgspec.json.encode(body, order="sorted"),
        )
        for number, (at, event, body) in enumerate(made, 1)
    ]


def renewals(made: list[tuple[datetime, str, Any]]) -> int:
    """Count the renewals of the dead-man timer among records."""
    return sum(
        event == ChangeIntent.__name__ and SOURCE in msgspec.json.encode(body).decode()
        for _, event, body in made
    )
