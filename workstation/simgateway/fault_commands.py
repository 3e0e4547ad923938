"""The commands of the control channel and of scenario files: what they take, what they do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from workstation.simgateway.codec_text import Fields, to_text
from workstation.simgateway.faults import (
    FOREVER,
    IN,
    MESSAGE_FAULTS,
    OUT,
    Faults,
    MessageRule,
    StreamRule,
)
from workstation.simgateway.named_days import Action, Change, Halt, Move, Resume
from workstation.simgateway.order_request import PlaceRequest, read_contract

NOTICES = {
    1100: "Connectivity between IBKR and Trader Workstation has been lost.",
    1101: (
        "Connectivity between IBKR and Trader Workstation has been restored- data lost. "
        "All data is reset."
    ),
    1102: (
        "Connectivity between IBKR and Trader Workstation has been restored- data maintained. "
        "All data farms are connected: usfarm; ushmds; secdefil."
    ),
}
FARMS = {
    "usfarm": (2103, 2104, "Market data farm connection"),
    "ushmds": (2105, 2106, "HMDS data farm connection"),
    "secdefil": (2157, 2158, "Sec-def data farm connection"),
}
LARGEST = 1e15


class CommandError(ValueError):
    """A command cannot be done; the text says why."""


class Stage(Protocol):
    """What the commands act on; the server."""

    faults: Faults

    def monotonic(self) -> float:
        """Return monotonic seconds."""
        ...

    def hang_up(self, client: int | None, *, abruptly: bool) -> int:
        """Close connections of one client or of all and return how many."""
        ...

    def refuse(self, seconds: float) -> None:
        """Stop listening for some seconds."""
        ...

    def notify(self, code: int, text: str) -> None:
        """Send every client a message about the session."""
        ...

    def feed(self, *, flows: bool) -> None:
        """Stop or continue what streams."""
        ...

    def forget_subscriptions(self) -> None:
        """Lose every client's subscriptions."""
        ...

    def roll_back_ids(self, count: int) -> None:
        """Give out order ids again that were given out before."""
        ...

    def lose_order(self, perm_id: int | None) -> int:
        """End a living order, the newest if None, and tell nobody; return its perm_id."""
        ...

    def place_by_hand(self, request: PlaceRequest) -> None:
        """Place an order that no client sent."""
        ...

    def withhold_prices(self, fills: int) -> None:
        """Tell the next fills without their prices."""
        ...

    def act(self, action: Action) -> None:
        """Do something to the markets."""
        ...

    def correct(self, exec_id: str, price: Decimal | None) -> bool:
        """Give a fill another price, or take it back; return whether there is such a fill."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of a command, each checked as it is taken."""

    values: Mapping[str, Any]

    def integer(self, name: str, default: int | None = None, lowest: int = 0) -> int | None:
        """Return a whole number."""
        value = self.values.get(name, default)
        if value is None:
            return None
        return int(self._number(name, value, lowest, whole=True))

    def number(self, name: str, default: float, lowest: float = 0.0) -> float:
        """Return a number."""
        return self._number(name, self.values.get(name, default), lowest)

    def text(self, name: str, allowed: frozenset[str], default: str) -> str:
        """Return one of some words."""
        value = str(self.values.get(name, default))
        if value not in allowed:
            raise CommandError(f"{name} is one of {', '.join(sorted(allowed))}, not {value[:40]!r}")
        return value

    def ids(self, name: str) -> frozenset[int]:
        """Return message ids: a list, or numbers with commas between them."""
        value = self.values.get(name, [])
        if isinstance(value, str):
            value = [part for part in value.split(",") if part]
        if not isinstance(value, list):
            value = [value]
        return frozenset(int(self._number(name, part, 0, whole=True)) for part in value)

    @staticmethod
    def _number(name: str, value: Any, lowest: float, *, whole: bool = False) -> float:
        try:
            found = float(value)
        except (TypeError, ValueError):
            raise CommandError(f"{name} is a number, not {str(value)[:40]!r}") from None
        if not lowest <= found <= LARGEST or (whole and found != int(found)):
            raise CommandError(f"{name} cannot be {str(value)[:40]}")
        return found


Done = dict[str, Any]
Command = Callable[[Stage, Given], Done]


def run(stage: Stage, command: Mapping[str, Any]) -> Done:
    """Do one command and return what there is to say about it.

    Raises:
        CommandError: it is not a command, or cannot be done.
    """
    name = str(command.get("do", ""))
    if name not in COMMANDS:
        raise CommandError(f"no such command: {name[:40]!r}; there are {', '.join(COMMANDS)}")
    function, takes = COMMANDS[name]
    unknown = sorted(set(command) - {"do", *takes.split()})
    if unknown:
        raise CommandError(f"{name} takes no {unknown[0][:40]!r}; it takes {takes or 'nothing'}")
    return function(stage, Given(command))


def _message(stage: Stage, given: Given) -> Done:
    stage.faults.rules.append(
        MessageRule(
            kind=given.text("do", MESSAGE_FAULTS, ""),
            direction=given.text("direction", frozenset({OUT, IN}), OUT),
            messages=given.ids("messages"),
            client=given.integer("client"),
            count=given.integer("count", lowest=1) or FOREVER,
            probability=given.number("probability", 1.0),
            seconds=given.number("seconds", 1.0),
        )
    )
    return {}


def _split(stage: Stage, given: Given) -> Done:
    most = given.integer("bytes", 16, 1)
    stage.faults.streams.insert(0, StreamRule(client=given.integer("client"), split=most))
    return {}


def _coalesce(stage: Stage, given: Given) -> Done:
    rule = StreamRule(
        client=given.integer("client"),
        coalesce=given.integer("bytes", 4096, 1),
        coalesce_seconds=given.number("seconds", 1.5),
    )
    stage.faults.streams.insert(0, rule)
    return {}


def _slow_reader(stage: Stage, given: Given) -> Done:
    most = given.integer("bytes", 64, 1)
    stage.faults.streams.insert(0, StreamRule(client=given.integer("client"), slow=most))
    return {}


def _stall(stage: Stage, given: Given) -> Done:
    direction = given.text("direction", frozenset({OUT, IN}), OUT)
    until = stage.monotonic() + given.number("seconds", 5.0)
    stage.faults.stalls[direction, given.integer("client")] = until
    return {}


def _half_open(stage: Stage, given: Given) -> Done:
    for direction in (OUT, IN):
        stage.faults.stalls[direction, given.integer("client")] = FOREVER
    return {}


def _reset(stage: Stage, given: Given) -> Done:
    return {"closed": stage.hang_up(given.integer("client"), abruptly=True)}


def _close(stage: Stage, given: Given) -> Done:
    return {"closed": stage.hang_up(given.integer("client"), abruptly=False)}


def _refuse(stage: Stage, given: Given) -> Done:
    stage.refuse(given.number("seconds", 5.0))
    return {}


def _restart(stage: Stage, given: Given) -> Done:
    closed = stage.hang_up(None, abruptly=False)
    stage.refuse(given.number("seconds", 1.0))
    stage.roll_back_ids(given.integer("roll-back", 0) or 0)
    return {"closed": closed}


def _lose_order(stage: Stage, given: Given) -> Done:
    return {"perm_id": stage.lose_order(given.integer("perm-id"))}


def _connectivity(stage: Stage, given: Given) -> Done:
    code = given.integer("code", 1100) or 0
    if code not in NOTICES:
        raise CommandError(f"code is one of {', '.join(map(str, NOTICES))}")
    stage.feed(flows=code != 1100)
    if code == 1101:
        stage.forget_subscriptions()
    stage.notify(code, NOTICES[code])
    return {}


def _farm(stage: Stage, given: Given) -> Done:
    is_down = given.text("do", frozenset({"farm-down", "farm-up"}), "") == "farm-down"
    farm = given.text("farm", frozenset(FARMS), "usfarm")
    broken, working, name = FARMS[farm]
    if farm == "usfarm":
        stage.feed(flows=not is_down)
    state = "broken" if is_down else "OK"
    stage.notify(broken if is_down else working, f"{name} is {state}:{farm}")
    return {}


def _pacing(stage: Stage, given: Given) -> Done:
    stage.faults.most_a_second = given.integer("rate", 50) or 0
    return {}


def _id_in_use(stage: Stage, given: Given) -> Done:
    client = given.integer("client")
    if client is None:
        raise CommandError("id-in-use needs a client")
    stage.faults.ids_in_use.add(client)
    return {}


def _clear(stage: Stage, given: Given) -> Done:
    del given
    stage.faults.clear()
    stage.withhold_prices(0)
    stage.feed(flows=True)
    return {}


def _seed(stage: Stage, given: Given) -> Done:
    del given
    return {"seed": stage.faults.seed}


def _manual_order(stage: Stage, given: Given) -> Done:
    symbol = str(given.values.get("symbol", "AAPL"))[:20].upper()
    values: list[str] = ["0", symbol, "STK", *[""] * 4, "SMART", "", "USD", "", ""]
    limit, cash = given.number("limit", 0.0), given.number("cash", 0.0)
    units = 0 if cash else given.integer("quantity", 100, 1)
    request = PlaceRequest(order_id=0, contract=read_contract(Fields(values)), tif="DAY")
    request.side = given.text("side", frozenset({"BUY", "SELL"}), "BUY")
    numbers = Fields([to_text(each) for each in (units, limit, cash)])
    request.quantity, request.limit_price, request.cash_quantity = (
        numbers.decimal() or None for _ in range(3)
    )
    request.order_type = "LMT" if limit else "MKT"
    stage.place_by_hand(request)
    return {}


def _symbol(given: Given) -> str:
    return str(given.values.get("symbol", ""))[:20].upper()


def _halt(stage: Stage, given: Given) -> Done:
    is_halt = given.text("do", frozenset({"halt", "resume"}), "") == "halt"
    if not _symbol(given):
        raise CommandError("a symbol is needed")
    stage.act(Halt(_symbol(given)) if is_halt else Resume(_symbol(given)))
    return {}


def _move(stage: Stage, given: Given) -> Done:
    fraction = given.number("percent", 0.0, -50.0) / 100
    if fraction > 1:
        raise CommandError("percent is -50 to 100")
    seconds = max(0.1, given.number("seconds", 0.1))
    stage.act(Move(fraction, seconds, _symbol(given)))
    return {}


def _regime(stage: Stage, given: Given) -> Done:
    names = ("volatility", "activity", "spread", "depth")
    volatility, activity, spread, depth = (min(100.0, given.number(n, 1.0)) for n in names)
    stage.act(Change(volatility, activity, max(0.1, spread), max(0.01, depth), _symbol(given)))
    return {}


def _no_price(stage: Stage, given: Given) -> Done:
    stage.withhold_prices(given.integer("count", 1, 1) or 1)
    return {}


def _correct(stage: Stage, given: Given) -> Done:
    exec_id = str(given.values.get("exec-id", ""))[:80]
    price = None
    if given.text("do", frozenset({"correct", "bust"}), "") == "correct":
        price = Decimal(str(given.number("price", 0.0)))
        if not price:
            raise CommandError("a price is needed")
    if not stage.correct(exec_id, price):
        raise CommandError(f"no such execution: {exec_id!r}")
    return {}


_CHOICE = "direction messages client count probability"
COMMANDS: dict[str, tuple[Command, str]] = {
    "drop": (_message, _CHOICE),
    "delay": (_message, f"{_CHOICE} seconds"),
    "duplicate": (_message, _CHOICE),
    "reorder": (_message, _CHOICE),
    "corrupt": (_message, _CHOICE),
    "split": (_split, "bytes client"),
    "coalesce": (_coalesce, "bytes seconds client"),
    "slow-reader": (_slow_reader, "bytes client"),
    "stall": (_stall, "direction seconds client"),
    "half-open": (_half_open, "client"),
    "reset": (_reset, "client"),
    "close": (_close, "client"),
    "refuse": (_refuse, "seconds"),
    "restart": (_restart, "seconds roll-back"),
    "lose-order": (_lose_order, "perm-id"),
    "connectivity": (_connectivity, "code"),
    "farm-down": (_farm, "farm"),
    "farm-up": (_farm, "farm"),
    "pacing": (_pacing, "rate"),
    "id-in-use": (_id_in_use, "client"),
    "manual-order": (_manual_order, "side quantity cash symbol limit"),
    "halt": (_halt, "symbol"),
    "resume": (_halt, "symbol"),
    "move": (_move, "percent seconds symbol"),
    "regime": (_regime, "volatility activity spread depth symbol"),
    "no-price": (_no_price, "count"),
    "correct": (_correct, "exec-id price"),
    "bust": (_correct, "exec-id"),
    "clear": (_clear, ""),
    "seed": (_seed, ""),
}
"""Each command with the names of what it takes."""
