"""A server in this process on virtual time, and raw clients whose bytes are all looked at."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.unit.simgateway.gateway_support import RawClient, raw_client
from tests.unit.simgateway.virtual import World
from workstation.simgateway.fault_commands import run
from workstation.simgateway.frame_log import FrameLog
from workstation.simgateway.scenario_file import Step
from workstation.simgateway.server import Server, listen

TIME, ACCOUNTS, IDS = 49, 17, 8
"""Requests with one short answer each: ids 49, 15 and 9."""


class Rig:
    """A server and its virtual time."""

    def __init__(
        self, log: Path | None = None, seed: int = 5, steps: tuple[Step, ...] = ()
    ) -> None:
        self.world = World(seed)
        self.log = log
        frame_log = FrameLog(log, self.world.clock) if log else None
        self.server = Server(
            self.world.gateway,
            self.world.clock,
            listen(("127.0.0.1", 0)),
            frame_log=frame_log,
            steps=steps,
        )

    def do(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Do a fault command; underscores stand for dashes."""
        named = {key.replace("_", "-"): value for key, value in arguments.items()}
        return run(self.server, {"do": name, **named})

    def turn(self, times: int = 4) -> None:
        for _ in range(times):
            self.server.step(0.01)

    def wait(self, seconds: float) -> None:
        """Let virtual time pass in steps of a tenth of a second."""
        for _ in range(round(seconds * 10)):
            self.world.clock.seconds += 0.1
            self.server.step(0)
        self.turn(2)

    @contextmanager
    def client(self, client_id: int = 1) -> Iterator["Wire"]:
        with raw_client(self.server.port) as raw:
            yield Wire(self, raw, client_id)

    def lines(self, direction: str) -> list[list[str]]:
        assert self.log is not None
        found = (json.loads(line) for line in self.log.read_text().splitlines())
        return [line["fields"] for line in found if line["direction"] == direction]


class Wire:
    """A raw client past its start-up."""

    def __init__(self, rig: Rig, raw: RawClient, client_id: int) -> None:
        self.rig, self.raw = rig, raw
        self.closed = False
        raw.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or requests wait
        offer = b"v100..200"
        raw.send(b"API\0" + len(offer).to_bytes(4, "big") + offer)
        rig.turn()
        raw.request(71, 2, client_id, "")
        self.greeting = self.pull()

    def received(self) -> bytes:
        """Turn the server and return the bytes that have come; closed tells of an end."""
        self.rig.turn()
        data = b""
        self.raw.socket.setblocking(False)
        try:
            while part := self.raw.socket.recv(1 << 20):
                data += part
            self.closed = True
        except BlockingIOError:
            pass
        except ConnectionError:
            self.closed = True
        finally:
            self.raw.socket.setblocking(True)
        return data

    def bodies(self) -> list[bytes]:
        """Return the whole messages that have come."""
        self.raw.buffer += self.received()
        found = []
        while len(self.raw.buffer) >= 4:
            end = 4 + int.from_bytes(self.raw.buffer[:4], "big")
            if len(self.raw.buffer) < end:
                break
            found.append(self.raw.buffer[4:end])
            self.raw.buffer = self.raw.buffer[end:]
        return found

    def pull(self) -> list[list[str]]:
        """Return the fields of the messages that have come."""
        return [body.decode("latin-1").split("\0")[:-1] for body in self.bodies()]

    def ask(self, *message_ids: int) -> list[str]:
        """Send short requests one after the other and return the ids of what is answered."""
        for message_id in message_ids:
            self.raw.request(message_id, 1, 1)
            self.rig.turn()
        return [fields[0] for fields in self.pull()]
