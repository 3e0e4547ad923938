"""A session of ours with a simulated gateway in this process, both on one virtual time."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.helpers.scripted_peer import RecordingTicks
from tests.helpers.virtual_time import VirtualLoop
from tests.unit.simgateway.virtual import World
from workstation.broker.request_engine import Question
from workstation.broker.session import Phase, Session, SessionSettings
from workstation.domain.ids import ClientId
from workstation.domain.query import Query
from workstation.domain.reports import BrokerNotice, Report
from workstation.simgateway.fault_commands import run
from workstation.simgateway.frame_log import FrameLog
from workstation.simgateway.server import Server, listen

STEP = 0.05
PATIENCE = 240.0
"""Real seconds after which a test has failed."""


class AskedGateway:
    """Asks questions of a gateway and lets time pass until they are answered."""

    def __init__(self, folder: Path, version: int = 200) -> None:
        self.loop = VirtualLoop()
        self.errors: list[Exception] = []
        self.loop.on_error = self.errors.append
        self.world = World(seed=5)
        self.log = folder / "frames.jsonl"
        self.server = Server(
            self.world.gateway,
            self.world.clock,
            listen(("127.0.0.1", 0)),
            highest_version=version,
            frame_log=FrameLog(self.log, self.world.clock),
        )
        self.reports: list[Report] = []
        self.session = Session(
            self.loop,
            self.loop.clock,
            SessionSettings(ClientId(5), version),
            self.reports.append,
            RecordingTicks().sinks,
        )
        self.connect()

    @property
    def engine(self) -> Any:
        return self.session.requests

    def connect(self) -> None:
        self.session.open("127.0.0.1", self.server.port)
        self.until(lambda: self.session.phase is Phase.UP)

    def do(self, name: str, **arguments: Any) -> None:
        """Do a fault command; underscores stand for dashes."""
        named = {key.replace("_", "-"): value for key, value in arguments.items()}
        run(self.server, {"do": name, **named})

    def drop_requests(self, *messages: int) -> None:
        """Let requests of these kinds never arrive."""
        self.do("drop", direction="in", messages=list(messages))

    def turn(self) -> None:
        """Let both sides do what can be done now."""
        for _ in range(3):
            self.server.step(0)
            self.loop.settle()

    def step(self) -> None:
        """Let a twentieth of a second pass."""
        self.loop.pass_time(STEP)
        self.world.clock.seconds = self.loop.clock.seconds - 1000
        self.turn()

    def until(self, ready: Callable[[], object], seconds: float = 120.0) -> None:
        """Let time pass until something is so."""
        limit, patience = self.loop.clock.seconds + seconds, time.monotonic() + PATIENCE
        while not ready():
            assert self.loop.clock.seconds < limit, "it did not come in time"
            assert time.monotonic() < patience
            self.step()

    def put(self, query: Query[Any]) -> tuple[Question | None, list[Any]]:
        """Put a question; its answer will stand in the list."""
        answers: list[Any] = []
        return self.engine.ask(query, answers.append), answers

    def ask(self, query: Query[Any]) -> Any:
        """Put a question and return its answer."""
        _, answers = self.put(query)
        self.until(lambda: answers)
        assert len(answers) == 1
        return answers[0]

    def reports_of_requests(self) -> list[BrokerNotice]:
        """Return the coded messages about requests that went on to the desk."""
        notices = [each for each in self.reports if isinstance(each, BrokerNotice)]
        return [each for each in notices if each.subject is not None]

    def frames(self, direction: str = "in") -> list[list[str]]:
        """Return the fields of what went over the wire."""
        found = (json.loads(line) for line in self.log.read_text().splitlines())
        return [line["fields"] for line in found if line["direction"] == direction]

    def written(self, message_id: int) -> list[list[str]]:
        """Return the requests of one kind that the gateway got."""
        return [fields for fields in self.frames() if fields[:1] == [str(message_id)]]

    def close(self) -> None:
        self.session.close("the test is over")
        self.turn()
        self.server.close()
        self.loop.close()
