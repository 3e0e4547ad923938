"""A gateway in this process, on virtual time, with clients that are lists."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from workstation.simgateway.codec_text import frame, to_text
from workstation.simgateway.gateway import Gateway
from workstation.simgateway.named_days import ORDINARY, NamedDay
from workstation.simgateway.session import Session
from workstation.simgateway.state import StateFile


class VirtualClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.start = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)


class World:
    """A gateway and its virtual clients."""

    def __init__(
        self,
        seed: int | None = 5,
        state_file: StateFile | None = None,
        seconds: float = 0.0,
        master_client_id: int | None = None,
        speed: float = 1.0,
        day: NamedDay | None = None,
        accounts: int = 1,
        begin: datetime | None = None,
        real_hours: bool = False,
    ) -> None:
        self.clock = VirtualClock()
        self.clock.seconds = seconds
        self.gateway = Gateway(
            self.clock,
            seed,
            state_file,
            master_client_id=master_client_id,
            speed=speed,
            day=replace(
                day or ORDINARY,
                begins_at=begin,
                real_hours=real_hours or (day is not None and day.real_hours),
            ),
            accounts=accounts,
        )

    def run(self, seconds: float) -> None:
        """Let time pass, as the server would."""
        for _ in range(round(seconds * 10)):
            self.clock.seconds += 0.1
            self.gateway.advance()
            self.gateway.commit()

    def client(self, client_id: int = 1, version: int = 200) -> "VirtualClient":
        return VirtualClient(self, client_id, version)


class VirtualClient:
    """Collects what a session writes, field by field as text."""

    def __init__(self, world: World, client_id: int, version: int) -> None:
        self.messages: list[list[str]] = []
        self.world = world
        self.session = Session(world.gateway, version, self._take, lambda _: None)
        offer = f"v100..{version}".encode()
        self.session.feed(b"API\0" + len(offer).to_bytes(4, "big") + offer)
        self.request(71, 2, client_id, "")

    def _take(self, message: Any) -> None:
        self.messages.append([to_text(field) for field in message])

    def request(self, *fields: Any) -> list[list[str]]:
        """Send a request and return what it was answered with at once."""
        before = len(self.messages)
        self.session.feed(frame(fields))
        self.world.gateway.commit()
        return self.messages[before:]

    def place(self, order_id: int, side: str, quantity: Any, limit: Any = "", **more: Any) -> Any:
        return self.request(*place_fields(order_id, side, quantity, limit, **more))

    def of(self, message_id: int) -> list[list[str]]:
        return [message for message in self.messages if message[0] == str(message_id)]

    def statuses(self, order_id: int) -> list[str]:
        return [m[2] for m in self.of(3) if m[1] == str(order_id)]

    def errors(self, req_id: int) -> list[int]:
        return [int(m[2]) for m in self.of(4) if m[1] == str(req_id)]


def place_fields(
    order_id: int,
    side: str,
    quantity: Any,
    limit: Any = "",
    *,
    symbol: str = "AAPL",
    tif: str = "DAY",
    what_if: int = 0,
    stop: Any = "",
    parent: int = 0,
    transmit: int = 1,
    oca: tuple[str, int] = ("", 0),
) -> list[Any]:
    """Return a placeOrder request of version 200."""
    contract = [0, symbol, "STK", "", "", "", "", "SMART", "", "USD", "", ""]
    kind = "MKT" if limit == "" else "LMT"
    if stop != "":
        kind = "STP" if limit == "" else "STP LMT"
    head = [3, order_id, *contract, "", "", side, quantity, kind, limit, stop]
    main = [tif, oca[0], "", "", 0, "", transmit, parent, 0, 0, 0, 0, 0, 0]
    extended = ["", 0, "", "", "", "", "", "", 0, "", -1, oca[1], "", "", 0, "", "", 0, 0, "", 0]
    box = ["", "", "", "", "", 0, "", "", "", "", 0, "", "", "", "", "", "", "", "", ""]
    algo = ["", 0, "", "", 0, 0, "", "", what_if, "", 0, 0, 0, 0]
    tail = ["", "", "", "", "", "", 0, "", "", "", 0, "", "", "", "", 0, 0, 0, "", 2147483647]
    return [*head, *main, *extended, *box, *algo, *tail, 2147483647, 0, "", "", 0, 0, 2147483647, 0]
