"""Every named fault comes by scenario file and by the control channel, and does the same."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from ibapi.decoder import Decoder
from ibapi.wrapper import EWrapper

from tests.unit.simgateway.fault_support import Rig
from tests.unit.simgateway.test_simgateway_order_echo import VERSIONS
from tests.unit.simgateway.virtual import World, place_fields
from workstation.simgateway.codec_proto import FIRST_RAW, PROTO_OFFSET, encode
from workstation.simgateway.codec_text import split_fields
from workstation.simgateway.fault_commands import COMMANDS
from workstation.simgateway.order_messages import (
    commission_report,
    execution_details,
    order_bound,
)
from workstation.simgateway.scenario_file import read_scenario

AAPL = 265598

WAYS: dict[str, dict[str, Any]] = {
    "drop": {"messages": [3], "count": 2, "direction": "in", "client": 1},
    "delay": {"messages": [3], "seconds": 2.5},
    "duplicate": {"messages": [9], "probability": 0.5},
    "reorder": {"messages": [9], "count": 1},
    "corrupt": {"messages": [15]},
    "split": {"bytes": 3, "client": 1},
    "coalesce": {"bytes": 512, "seconds": 0.5},
    "slow-reader": {"bytes": 8},
    "stall": {"direction": "out", "seconds": 3.0},
    "half-open": {"client": 1},
    "reset": {"client": 1},
    "close": {"client": 1},
    "refuse": {"seconds": 3.0},
    "restart": {"seconds": 3.0, "roll-back": 2},
    "lose-order": {},
    "connectivity": {"code": 1100},
    "farm-down": {"farm": "usfarm"},
    "farm-up": {"farm": "usfarm"},
    "pacing": {"rate": 20},
    "id-in-use": {"client": 7},
    "manual-order": {"side": "BUY", "quantity": 10, "symbol": "AAPL", "limit": 5.0},
    "halt": {"symbol": "AAPL"},
    "resume": {"symbol": "AAPL"},
    "move": {"percent": 5.0, "symbol": "AAPL", "seconds": 1.0},
    "regime": {"volatility": 3.0, "symbol": "AAPL"},
    "no-price": {"count": 2},
    "correct": {"exec-id": "0000e0d5.6a000001.01.01", "price": 100.0},
    "bust": {"exec-id": "0000e0d5.6a000001.01.01"},
    "clear": {},
    "seed": {},
}
"""Arguments of each command; those it needs, and one of those it may have."""

SAYS_NOTHING_NEW = {"seed", "farm-up", "clear", "resume"}
"""Commands that change nothing of a gateway in order."""


def toml(at: float, name: str, arguments: dict[str, Any]) -> str:
    lines = "".join(f"{key} = {value!r}\n" for key, value in arguments.items())
    return f'[[step]]\nat = {at}\ndo = "{name}"\n' + lines.replace("'", '"')


def state(rig: Rig, heard: list[list[str]], *, closed: bool) -> dict[str, Any]:
    """Return everything a fault may change, as one value."""
    faults, gateway = rig.server.faults, rig.world.gateway
    market = gateway.markets[AAPL]
    return {
        "rules": [str(rule) for rule in faults.rules],
        "streams": [str(rule) for rule in faults.streams],
        "stalls": dict(faults.stalls),
        "ids": sorted(faults.ids_in_use),
        "rate": faults.most_a_second,
        "flows": gateway.data_flows,
        "unpriced": gateway.desk.floor.unpriced_fills,
        "last_ids": dict(gateway.desk.numbers.last_order_ids),
        "orders": [(o.perm_id, o.status, o.filled) for o in gateway.desk.orders.values()],
        "fills": [(e.exec_id, e.shares, e.price) for e in gateway.desk.executions.values()],
        "halted": market.is_halted,
        "regime": str(market.regime),
        "fair": market.fair_price(),
        "away": rig.server._listener is None,
        "closed": closed,
        "notices": [m[2] for m in heard if m[0] == "4" and m[1] == "-1"],
    }


def lived(tmp_path: Path, name: str, way: str) -> dict[str, Any]:
    """Return how a gateway stands after a client has traded and a fault came one way."""
    arguments = WAYS[name]
    path = tmp_path / f"{way}.toml"
    path.write_text(toml(1.0, name, arguments) if way == "scenario" else "seed = 5\n")
    rig = Rig(steps=read_scenario(path).steps)
    try:
        with rig.client(1) as wire:
            gateway = rig.world.gateway
            wire.raw.request(*_market_order(1))
            wire.raw.request(*_market_order(2, "1.50"))
            wire.pull()
            rig.wait(0.5)
            wire.pull()
            if way == "control":
                rig.wait(0.4)
                rig.do(name, **{key.replace("-", "_"): v for key, v in arguments.items()})
                rig.wait(0.6)
            else:
                rig.wait(1.0)
            heard = wire.pull()
            assert gateway.desk.orders
            return state(rig, heard, closed=wire.closed)
    finally:
        rig.server.close()


@cache
def quiet_day() -> dict[str, Any]:
    """Return how a gateway stands to which nothing happened."""
    with TemporaryDirectory() as folder:
        return lived(Path(folder), "seed", "control")


def _market_order(order_id: int, limit: str = "") -> list[Any]:
    return place_fields(order_id, "BUY", 10, limit)


def test_the_table_has_every_command() -> None:
    assert set(WAYS) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(WAYS))
def test_both_ways_do_the_same(tmp_path: Path, name: str) -> None:
    by_file, by_hand = lived(tmp_path, name, "scenario"), lived(tmp_path, name, "control")
    nothing = quiet_day()

    for part in by_file:
        if part not in {"fair", "stalls"}:  # these follow the moment, which differs by a step
            assert by_file[part] == by_hand[part], part
    assert set(by_file["stalls"]) == set(by_hand["stalls"])
    if name not in SAYS_NOTHING_NEW:
        assert by_hand != nothing
    if name == "move":
        assert min(by_file["fair"], by_hand["fair"]) > nothing["fair"] * 1.01


# ---- what only some days bring -----------------------------------------------------------


def calls_of(version: int, message: list[Any]) -> list[tuple[str, tuple[Any, ...]]]:
    """Return the callbacks stock ibapi makes of a message."""
    calls: list[tuple[str, tuple[Any, ...]]] = []

    class Wrapper(EWrapper):
        def __getattribute__(self, name: str) -> Any:
            if name.startswith("_") or name.endswith("ProtoBuf"):
                return super().__getattribute__(name)
            return lambda *args: calls.append((name, args))

    body = encode(version, message)[4:]
    decoder = Decoder(Wrapper(), version)
    if version < FIRST_RAW:
        message_id, *fields = (text.encode() for text in split_fields(body))
        decoder.interpret(tuple(fields), int(message_id))
    else:
        number = int.from_bytes(body[:4], "big")
        if number > PROTO_OFFSET:
            decoder.processProtoBuf(body[4:], number - PROTO_OFFSET)
        else:
            decoder.interpret(tuple(t.encode() for t in split_fields(body[4:])), number)
    return [call for call in calls if call[0] != "logAnswer"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_fill_its_correction_and_its_bust(version: int) -> None:
    world = World()
    client = world.client()
    client.place(1, "BUY", 10)
    desk = world.gateway.desk
    (first,) = desk.executions.values()
    desk.corrections.correct(first.exec_id, Decimal(100))
    (second,) = desk.executions.values()
    desk.corrections.bust(second.exec_id)
    (third,) = desk.executions.values()
    seen = []
    for one in (first, second, third):
        ((name, (req_id, contract, fill)),) = calls_of(
            version, execution_details(version, -1, one, "20261120 10:00:00 US/Eastern")
        )
        ((_, (report,)),) = calls_of(version, commission_report(one))
        assert (name, req_id, contract.conId) == ("execDetails", -1, AAPL)
        assert report.execId == fill.execId
        seen.append((fill.execId.rpartition("."), fill.shares, report.commissionAndFees))

    assert [base for (base, *_), _, _ in seen] == [seen[0][0][0]] * 3
    assert [last for (*_, last), _, _ in seen] == ["01", "02", "03"]
    assert [(shares, fee) for _, shares, fee in seen] == [(10, 1.0), (10, 1.0), (0, 0.0)]
    told = [m for m in client.of(11) if m[1] == "-1"]
    assert len(told) == 3  # and the client heard of each at once


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_that_is_bound(version: int) -> None:
    world = World()
    world.client().place(1, "BUY", 10, "5")
    (order,) = world.gateway.desk.orders.values()

    ((name, args),) = calls_of(version, order_bound(version, order))

    shown = order.perm_id if version >= 191 else order.perm_id - 2**31
    assert (name, args) == ("orderBound", (shown, 1, 1))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("message", "callback", "args"),
    [
        ([14, 1, 5, 1, "news", "NYSE"], "updateNewsBulletin", (5, 1, "news", "NYSE")),
        ([67, 1, 5, "1|2"], "displayGroupList", (5, "1|2")),
        ([68, 1, 5, "8314@SMART"], "displayGroupUpdated", (5, "8314@SMART")),
        ([92, 5, AAPL, "SMART"], "rerouteMktDepthReq", (5, AAPL, "SMART")),
        ([87, 5, True], "historicalNewsEnd", (5, True)),
        ([107, 5, ""], "userInfo", (5, "")),
        ([72, 1, 5], "positionMultiEnd", (5,)),
        ([57, 1, 5], "tickSnapshotEnd", (5,)),
    ],
)
def test_short_messages(
    version: int, message: list[Any], callback: str, args: tuple[Any, ...]
) -> None:
    assert calls_of(version, message) == [(callback, args)]


def test_fills_are_told_twice_as_the_real_one_does() -> None:
    client = World().client()
    client.place(1, "BUY", 10)

    order = [m[0] for m in client.messages if m[0] in {"3", "5", "11", "59"}]
    assert order == ["5", "3", "11", "5", "3", "5", "3", "59"]
    shown = client.of(3)
    assert shown[-1] == shown[-2]
    resting = client.world.client(2)
    resting.place(1, "BUY", 10, "5")
    assert resting.statuses(1) == ["PreSubmitted", "Submitted", "Submitted"]
