"""Clients nobody here wrote: how Java, JavaScript and asyncio re-implementations write a frame.

Each frame stands as those clients send it: what they leave empty, leave out, or write as another
spelling of the same. Source: tws-wire.md 2.1, 2.2 and 2.4.
"""

from typing import Any

import pytest

from tests.unit.simgateway.virtual import World, place_fields
from workstation.simgateway.codec_text import frame
from workstation.simgateway.messages import Message
from workstation.simgateway.session import ProtocolError, Session

AAPL = 265598
UNSET_INT, UNSET_DOUBLE = 2147483647, "1.7976931348623157E308"


class Foreign:
    """A raw session that may begin as it likes."""

    def __init__(self, world: World) -> None:
        self.heard: list[Message] = []
        self.session = Session(world.gateway, 200, self.heard.append, lambda _: None)

    def begin(self, offer: bytes, start: bytes | None) -> None:
        self.session.feed(b"API\0" + len(offer).to_bytes(4, "big") + offer)
        if start is not None:
            self.session.feed(len(start).to_bytes(4, "big") + start)

    def say(self, *fields: Any) -> list[Message]:
        before = len(self.heard)
        self.session.feed(frame(fields))
        return self.heard[before:]


@pytest.fixture
def world() -> World:
    return World()


# ---- start-up ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offer", "version"),
    [
        (b"v100..157", 157),  # ibapi 9.81
        (b"v157..176", 176),  # an asyncio client that refuses less
        (b"v157..178", 178),
        (b"v100..177", 177),  # Java
        (b"v100..193", 193),  # JavaScript
        (b"v100..226", 200),
        (b"v157", 157),  # one version alone
        (b"v100..200 +PACEAPI", 200),
        (b"v100..200 ", 200),
        (b"v100..200\0", 200),  # with the end of a field
        (b"v100..999", 200),
    ],
)
@pytest.mark.parametrize(
    "start",
    [
        b"71\x002\x0041\0\0",  # all four fields
        b"71\x002\x0041\0",  # no optional capabilities
        b"71\x002\x0041",  # nor the end of the last field
        b"71\x002\x0041\0;PARTITION=2\0",  # capabilities
        b"71\x002\x0041\0\0\0",  # a field too many
    ],
)
def test_greetings(world: World, offer: bytes, version: int, start: bytes) -> None:
    client = Foreign(world)
    client.begin(offer, start)

    assert client.heard[0][0] == version
    assert client.session.client_id == 41
    assert [m[0] for m in client.heard[1:3]] == [15, 9]
    client.session.close()


def test_the_prefix_the_length_and_the_offer_may_come_apart(world: World) -> None:
    client = Foreign(world)
    for byte in b"API\0" + b"\0\0\0\x09" + b"v100..193":
        client.session.feed(bytes([byte]))
    for byte in frame([71, 2, 41, ""]):
        client.session.feed(bytes([byte]))

    assert client.session.client_id == 41


@pytest.mark.parametrize(
    "offer", [b"63", b"v", b"v100..", b"100..200", b"v100..200..300", b"v90..156"]
)
def test_greetings_of_none(world: World, offer: bytes) -> None:
    with pytest.raises(ProtocolError):
        Foreign(world).begin(offer, None)


# ---- contracts ---------------------------------------------------------------------------

CONTRACTS = {
    "official": [0, "AAPL", "STK", "", "", "", "", "SMART", "", "USD", "", ""],
    "no strike is 0.0": [0, "AAPL", "STK", "", "0.0", "", "", "SMART", "", "USD", "", ""],
    "no strike is 0": [0, "AAPL", "STK", "", 0, "", "", "SMART", "", "USD", "", ""],
    "the right is a nought": [0, "AAPL", "STK", "", "0.0", "0", "", "SMART", "", "USD", "", ""],
    "the right is a question mark": [0, "AAPL", "STK", "", 0, "?", "", "SMART", "", "USD", "", ""],
    "unset strike": [0, "AAPL", "STK", "", UNSET_DOUBLE, "", "", "SMART", "", "USD", "", ""],
    "only the number": [AAPL, "", "", "", "0.0", "", "", "SMART", "", "", "", ""],
    "primary exchange": [0, "AAPL", "STK", "", "", "", "", "SMART", "NASDAQ", "USD", "", ""],
    "everything that came back": [
        AAPL, "AAPL", "STK", "", "0.0", "?", "", "SMART", "NASDAQ", "USD", "AAPL", "NMS",
    ],
}  # fmt: skip


@pytest.mark.parametrize("form", sorted(CONTRACTS))
@pytest.mark.parametrize("version", [157, 176, 178, 193, 200])
def test_every_way_to_write_a_share(world: World, form: str, version: int) -> None:
    client = world.client(1, version)
    contract = CONTRACTS[form]

    details = client.request(9, 8, 5, *contract, 0, "", "", "")
    assert [m[0] for m in details] == ["10", "52"]
    assert str(AAPL) in details[0]
    quotes = client.request(1, 11, 6, *contract, 0, "", 0, 0, "")
    assert quotes[0][0] == "81"
    bars = client.request(20, 7, *contract, 0, "", "1 day", "2 D", 1, "TRADES", 1, 0, "")
    assert bars[0][0] == "17"
    client.session.close()


# ---- requests cut short ------------------------------------------------------------------

SHORT: dict[str, tuple[list[Any], str]] = {
    "quotes without options": ([1, 11, 5, *CONTRACTS["official"], 0, "", 0, 0], "81"),
    "quotes without regulatory snapshot": ([1, 11, 5, *CONTRACTS["official"], 0, "", 0], "81"),
    "quotes that end at generic ticks": ([1, 11, 5, *CONTRACTS["official"], 0, "233"], "81"),
    "bars without chart options": (
        [20, 5, *CONTRACTS["official"], 0, "", "1 day", "2 D", 1, "TRADES", 1, 0],
        "17",
    ),
    "bars with flags in words": (
        [20, 5, *CONTRACTS["official"], "false", "", "1 day", "2 D", "true", "TRADES", 1, "false"],
        "17",
    ),
    "details without security ids": ([9, 8, 5, *CONTRACTS["official"], 0], "10"),
    "details without expired": ([9, 8, 5, *CONTRACTS["official"]], "10"),
    "depth without options": ([10, 5, 5, *CONTRACTS["official"], 5, 1], "13"),
    "live bars without options": ([50, 3, 5, *CONTRACTS["official"], 5, "TRADES", 1], ""),
    "a scan without options": ([22, 5, -1, "STK", "STK.US.MAJOR", "TOP_PERC_GAIN"], "20"),
    "histogram without a period's plural": ([88, 5, *CONTRACTS["official"], 1, 0, "3 day"], "89"),
    "open orders without a version": ([5], "53"),
    "positions without a version": ([61], "62"),
    "current time without a version": ([49], "49"),
    "account updates without an account": ([6, 2, 1], "6"),
    "account updates with a word": ([6, 2, "true", ""], "6"),
    "ids without a number": ([8, 1], "9"),
    "head time stamp": ([87, 5, *CONTRACTS["official"], 0, 1, "TRADES", 1], "88"),
    "completed orders without a flag": ([99], "102"),
    "p&l without a model": ([92, 5, "SIM0000001"], "94"),
    "market rule as a real number": ([91, "26"], "93"),
}


@pytest.mark.parametrize("form", sorted(SHORT))
def test_requests_cut_short_are_read_with_defaults(world: World, form: str) -> None:
    client = world.client(1, 178)
    fields, wanted = SHORT[form]

    found = client.request(*fields)

    assert not [m for m in found if m[0] == "4" and m[2] in {"320", "321", "200"}], found
    assert not wanted or wanted in {m[0] for m in found}
    client.session.close()


# ---- orders ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["official", "asyncio", "java", "javascript"])
def test_an_order_of_each_client_works_is_changed_and_cancelled(world: World, name: str) -> None:
    client = world.client(1, 200)
    fields = place_fields(1, "BUY", 100, "10.5")
    position = {"strike": 6, "side": 16, "quantity": 17, "aux": 20}
    if name == "asyncio":
        fields[position["strike"]] = "0.0"
        fields[position["aux"]] = "0.0"
    elif name == "java":
        fields[position["strike"]] = UNSET_DOUBLE
        fields[position["aux"]] = UNSET_DOUBLE
    elif name == "javascript":
        fields[position["side"]] = "buy"
        fields[position["quantity"]] = "100.0"
    client.request(*fields)
    assert client.statuses(1)[-1] == "Submitted", client.messages
    fields[19] = "10.6"
    client.request(*fields)
    shown = client.of(5)[-1]
    assert "10.6" in shown
    client.request(4, 1, "", "", UNSET_INT)
    assert client.statuses(1)[-1] == "Cancelled"
    client.session.close()


@pytest.mark.parametrize("missing", range(1, 30, 4))
def test_an_order_without_its_last_fields_is_one_with_defaults(world: World, missing: int) -> None:
    client = world.client(1, 200)
    order_id = client.world.gateway.desk.numbers.next_order_id(1)
    fields = place_fields(order_id, "BUY", 100, "10.5")

    client.request(*fields[:-missing])

    assert client.statuses(order_id)[-1] == "Submitted"
    client.session.close()


@pytest.mark.parametrize(
    ("version", "fields"),
    [
        (157, [4, 1, 1]),
        (168, [4, 1, 1]),
        (169, [4, 1, 1, ""]),
        (178, [4, 1, 1]),  # an asyncio client that leaves the time out
        (191, [4, 1, 1, ""]),
        (192, [4, 1, "", "", UNSET_INT]),
        (193, [4, 1, "", "", ""]),
        (200, [4, 1]),
    ],
)
def test_a_cancel_of_each_version(version: int, fields: list[Any]) -> None:
    world = World()
    client = world.client(1, version)
    desk = world.gateway.desk
    whole = world.client(2, 200)
    whole.place(1, "BUY", 100, "10")
    order = desk.store.find(2, 1)
    assert order is not None
    desk.rebind(order, 1, 1)
    client.request(*fields)

    assert client.statuses(1)[-1] == "Cancelled"


@pytest.mark.parametrize(
    ("version", "fields"),
    [(157, [58, 1]), (191, [58, 1]), (192, [58, "", UNSET_INT]), (200, [58]), (200, [58, "", ""])],
)
def test_a_global_cancel_of_each_version(version: int, fields: list[Any]) -> None:
    world = World()
    world.client(2, 200).place(1, "BUY", 100, "10")
    world.client(1, version).request(*fields)

    assert not world.gateway.desk.live_orders()


def test_executions_of_an_asyncio_client_below_200_need_no_days(world: World) -> None:
    client = world.client(1, 178)

    found = client.request(7, 3, 5, 0, "", "", "", "", "", "")

    assert [m[0] for m in found] == ["55"]
    client.session.close()


# ---- counts of fields the clients check --------------------------------------------------

EXACT = {157: {"11": 31, "3": 12, "59": 8, "1": 7}, 178: {"11": 32}, 200: {"11": 33, "3": 12}}


@pytest.mark.parametrize("version", sorted(EXACT))
def test_what_is_read_by_signature_has_its_exact_count(version: int) -> None:
    client = World().client(1, version)
    whole = client.world.client(2, 200)
    whole.place(1, "BUY", 10)
    client.request(1, 11, 6, *CONTRACTS["official"], 0, "", 0, 0, "")
    client.request(7, 3, 5, 0, "", "", "", "", "", "", UNSET_INT, 0)
    client.request(16, 1)
    whole.place(2, "BUY", 10, "5")
    client.request(16, 1)
    counts = {m[0]: {len(one) for one in client.of(int(m[0]))} for m in client.messages}

    for message_id, count in EXACT[version].items():
        assert counts[message_id] == {count}, (message_id, counts)
