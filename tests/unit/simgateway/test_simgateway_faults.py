"""Every fault between the gateway and a client, on virtual time over real sockets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.simgateway.fault_support import ACCOUNTS, IDS, TIME, Rig, Wire
from tests.unit.simgateway.gateway_support import RawClient
from tests.unit.simgateway.virtual import place_fields
from workstation.simgateway.fault_commands import CommandError, run


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path / "truth.jsonl")
    yield made
    made.server.close()


@pytest.fixture
def wire(rig: Rig) -> Iterator[Wire]:
    with rig.client() as made:
        yield made


# ---- messages out ------------------------------------------------------------------------


def test_a_dropped_message_does_not_come_and_the_next_does(rig: Rig, wire: Wire) -> None:
    rig.do("drop", messages=[49], count=1)

    assert wire.ask(TIME, ACCOUNTS, TIME) == ["15", "49"]
    assert rig.lines("fault") == [["out", "drop", "49"]]


def test_a_delayed_message_comes_later_and_others_overtake_it(rig: Rig, wire: Wire) -> None:
    rig.do("delay", messages="49", count=1, seconds=3)

    assert wire.ask(TIME, ACCOUNTS) == ["15"]
    rig.wait(2.8)
    assert wire.pull() == []
    rig.wait(0.3)
    assert [fields[0] for fields in wire.pull()] == ["49"]


def test_a_duplicated_message_comes_twice(rig: Rig, wire: Wire) -> None:
    rig.do("duplicate", messages=[49], count=1)

    assert wire.ask(TIME, TIME) == ["49", "49", "49"]


def test_a_reordered_message_comes_after_the_next(rig: Rig, wire: Wire) -> None:
    rig.do("reorder", messages=[49], count=1)

    assert wire.ask(TIME, ACCOUNTS, IDS) == ["15", "49", "9"]


def test_a_reordered_message_without_a_next_comes_alone(rig: Rig, wire: Wire) -> None:
    rig.do("reorder", messages=[49], count=1)

    assert wire.ask(TIME) == []
    rig.wait(2.1)
    assert [fields[0] for fields in wire.pull()] == ["49"]


def test_a_corrupted_message_differs_in_one_byte(rig: Rig, wire: Wire) -> None:
    wire.raw.request(ACCOUNTS, 1)
    (whole,) = wire.bodies()
    rig.do("corrupt", messages=[15], count=1)

    wire.raw.request(ACCOUNTS, 1)
    (corrupt,) = wire.bodies()

    assert len(corrupt) == len(whole)
    assert sum(a != b for a, b in zip(whole, corrupt, strict=True)) == 1


def test_faults_choose_their_client(rig: Rig, wire: Wire) -> None:
    rig.do("drop", client=2)
    with rig.client(2) as other:
        assert wire.ask(TIME) == ["49"]
        assert other.ask(TIME) == []


def test_the_same_seed_and_traffic_meet_the_same_faults(tmp_path: Path) -> None:
    heard = []
    for name in ("a", "b"):
        rig = Rig(tmp_path / name, seed=11)
        rig.do("drop", messages=[49], probability=0.5)
        rig.do("corrupt", messages=[15], probability=0.5)
        with rig.client() as wire:
            for message_id in (TIME, ACCOUNTS) * 20:
                wire.raw.request(message_id, 1, 1)
            heard.append(wire.bodies())
        rig.server.close()
        heard.append(rig.lines("fault"))
    assert heard[:2] == heard[2:]
    assert 10 < len(heard[1]) < 30


# ---- messages in -------------------------------------------------------------------------


def test_a_dropped_order_never_reaches_the_desk(rig: Rig, wire: Wire) -> None:
    rig.do("drop", messages=[3], direction="in", count=1)

    wire.raw.request(*place_fields(1, "BUY", 100, "1"))
    assert wire.pull() == []
    assert rig.world.gateway.desk.orders == {}
    wire.raw.request(*place_fields(1, "BUY", 100, "1"))
    assert "5" in [fields[0] for fields in wire.pull()]


def test_a_delayed_cancel_arrives_late(rig: Rig, wire: Wire) -> None:
    wire.raw.request(*place_fields(1, "BUY", 100, "1"))
    wire.pull()
    rig.do("delay", messages=[4], direction="in", seconds=2)
    wire.raw.request(4, 1, "", "", 2147483647)
    wire.pull()
    assert len(rig.world.gateway.desk.live_orders()) == 1

    rig.wait(2.1)

    assert rig.world.gateway.desk.live_orders() == []
    assert "Cancelled" in [f[2] for f in wire.pull() if f[0] == "3"]


def test_a_duplicated_request_is_answered_twice(rig: Rig, wire: Wire) -> None:
    rig.do("duplicate", messages=[49], direction="in", count=1)

    assert wire.ask(TIME) == ["49", "49"]


def test_a_reordered_request_is_answered_after_the_next(rig: Rig, wire: Wire) -> None:
    rig.do("reorder", messages=[49], direction="in", count=1)

    assert wire.ask(TIME, ACCOUNTS) == ["15", "49"]


def test_a_corrupted_request_harms_nobody_else(rig: Rig, wire: Wire) -> None:
    with rig.client(2) as other:
        rig.do("corrupt", direction="in", client=1, count=20)
        for _ in range(20):
            wire.raw.request(*place_fields(1, "BUY", 100, "1"))
            wire.received()
        assert other.ask(TIME) == ["49"]


# ---- the stream --------------------------------------------------------------------------


def test_split_sends_small_pieces(rig: Rig, wire: Wire) -> None:
    rig.do("split", bytes=3)
    wire.raw.request(ACCOUNTS, 1)
    pieces = []
    for _ in range(40):
        rig.server.step(0.01)
        wire.raw.socket.setblocking(False)
        try:
            pieces.append(wire.raw.socket.recv(64))
        except BlockingIOError:
            pass
        finally:
            wire.raw.socket.setblocking(True)
    assert b"".join(pieces)[4:] == b"15\x001\x00SIM0000001\x00"
    assert {len(piece) for piece in pieces} <= {1, 2, 3}


@pytest.mark.parametrize("block", [4096, 8192])
def test_coalesce_sends_whole_blocks_and_the_rest_after_a_pause(
    rig: Rig, wire: Wire, block: int
) -> None:
    rig.do("coalesce", bytes=block, seconds=1.2)
    for _ in range(40):
        wire.raw.request(82)  # some 400 bytes each
    first = wire.received()
    assert len(first) % block == 0
    assert first
    rig.wait(1.0)
    assert wire.received() == b""
    rig.wait(0.4)
    assert 0 < len(wire.received()) < block


def test_a_stall_holds_what_is_sent_and_lets_it_go(rig: Rig, wire: Wire) -> None:
    rig.do("stall", direction="out", seconds=5)

    assert wire.ask(TIME, ACCOUNTS) == []
    rig.wait(5.1)
    assert [fields[0] for fields in wire.pull()] == ["49", "15"]


def test_a_stall_of_requests_leaves_the_answers_alone(rig: Rig, wire: Wire) -> None:
    wire.raw.request(1, 11, 7, 0, "AAPL", "STK", "", "", "", "", "SMART", "", "USD", "", "", 0, "")
    wire.pull()
    rig.do("stall", direction="in", seconds=5)
    wire.raw.request(TIME, 1)
    rig.wait(3)
    ids = [fields[0] for fields in wire.pull()]
    assert "49" not in ids
    assert {"1", "2"} & set(ids)
    rig.wait(2.1)
    assert "49" in [fields[0] for fields in wire.pull()]


def test_a_slow_reader_takes_requests_bit_by_bit(rig: Rig, wire: Wire) -> None:
    rig.do("slow-reader", bytes=4)

    assert wire.ask(TIME) == []  # nine bytes and their length
    rig.wait(0.3)
    assert [fields[0] for fields in wire.pull()] == ["49"]


def test_half_open_says_nothing_and_stays_open(rig: Rig, wire: Wire) -> None:
    rig.do("half-open", client=1)

    assert wire.ask(TIME) == []
    rig.wait(60)
    assert wire.pull() == []
    assert not wire.closed
    rig.do("clear")
    rig.wait(0.2)
    assert [fields[0] for fields in wire.pull()] == ["49"]


# ---- the connection ----------------------------------------------------------------------


def test_a_reset_is_a_reset(rig: Rig, wire: Wire) -> None:
    assert rig.do("reset", client=1) == {"closed": 1}
    rig.turn()
    with pytest.raises(ConnectionResetError):
        wire.raw.socket.recv(64)


def test_a_close_is_an_end(rig: Rig, wire: Wire) -> None:
    with rig.client(2) as other:
        assert rig.do("close", client=2) == {"closed": 1}
        assert other.pull() == []
        assert other.closed
    assert wire.ask(TIME) == ["49"]


def test_refuse_refuses_for_a_while(rig: Rig, wire: Wire) -> None:
    rig.do("refuse", seconds=3)
    with pytest.raises(ConnectionRefusedError):
        RawClient(rig.server.port)
    assert wire.ask(TIME) == ["49"]
    rig.wait(3.1)
    with rig.client(2) as other:
        assert other.ask(TIME) == ["49"]


@pytest.mark.parametrize(("roll_back", "next_id"), [(0, "6"), (3, "3")])
def test_a_restart_ends_everybody_and_may_forget_order_ids(
    rig: Rig, wire: Wire, roll_back: int, next_id: str
) -> None:
    wire.raw.request(*place_fields(5, "BUY", 100, "1"))
    wire.pull()
    rig.do("restart", seconds=2, roll_back=roll_back)
    wire.pull()
    assert wire.closed
    with pytest.raises(ConnectionRefusedError):
        RawClient(rig.server.port)
    rig.wait(2.1)
    with rig.client() as again:
        assert [f[2] for f in again.greeting if f[0] == "9"] == [next_id]
        assert [f[0] for f in again.greeting][1:3] == ["5", "3"]  # the order has survived


def test_an_id_in_use_is_refused_with_326(rig: Rig) -> None:
    rig.do("id-in-use", client=7)
    with rig.client(7) as wire:
        assert [fields[:3] for fields in wire.greeting if fields[0] == "4"] == [["4", "-1", "326"]]
        assert wire.closed


def test_the_third_violation_of_the_rate_ends_the_session(rig: Rig, wire: Wire) -> None:
    rig.do("pacing", rate=10)
    for violation in (1, 2, 3):
        for _ in range(11):
            wire.raw.request(TIME, 1)
        heard = wire.pull()
        assert [f[0] for f in heard].count("49") == 10
        (refusal,) = (f for f in heard if f[0] == "4")
        assert refusal[1:3] == ["-1", "100"]
        assert refusal[3].endswith(f"({violation})")
        assert wire.closed == (violation == 3)


def test_a_slow_sender_never_violates_the_rate(rig: Rig, wire: Wire) -> None:
    rig.do("pacing", rate=10)
    for _ in range(5):
        assert wire.ask(*[TIME] * 9) == ["49"] * 9
        rig.wait(1.1)


# ---- the gateway's own troubles ----------------------------------------------------------


def quotes(wire: Wire) -> int:
    return sum(fields[0] in {"1", "2"} for fields in wire.pull())


def subscribe(wire: Wire) -> None:
    contract = [0, "AAPL", "STK", "", "", "", "", "SMART", "", "USD", "", ""]
    wire.raw.request(1, 11, 7, *contract, 0, "", 0, 0, "")
    assert quotes(wire) > 4


@pytest.mark.parametrize(("code", "resumes"), [(1101, False), (1102, True)])
def test_lost_and_restored_connectivity(rig: Rig, wire: Wire, code: int, resumes: bool) -> None:
    subscribe(wire)
    rig.do("connectivity", code=1100)
    assert [f[2] for f in wire.pull() if f[0] == "4"] == ["1100"]
    rig.wait(5)
    assert quotes(wire) == 0

    rig.do("connectivity", code=code)
    assert [f[2] for f in wire.pull() if f[0] == "4"] == [str(code)]
    rig.wait(5)

    assert (quotes(wire) > 0) == resumes
    if not resumes:
        subscribe(wire)


@pytest.mark.parametrize(
    ("farm", "codes"),
    [("usfarm", [2103, 2104]), ("ushmds", [2105, 2106]), ("secdefil", [2157, 2158])],
)
def test_farms_go_down_and_up(rig: Rig, wire: Wire, farm: str, codes: list[int]) -> None:
    rig.do("farm-down", farm=farm)
    rig.do("farm-up", farm=farm)

    said = [fields for fields in wire.pull() if fields[0] == "4"]
    assert [int(fields[2]) for fields in said] == codes
    assert [fields[3].rpartition(":")[2] for fields in said] == [farm] * 2
    assert "broken" in said[0][3]
    assert "OK" in said[1][3]


def test_a_lost_order_ends_without_a_word(rig: Rig, wire: Wire) -> None:
    for order_id in (1, 2):
        wire.raw.request(*place_fields(order_id, "BUY", 100, "1"))
    wire.pull()

    lost = rig.do("lose-order")["perm_id"]

    assert wire.pull() == []
    wire.raw.request(5, 1)
    assert {fields[1] for fields in wire.pull() if fields[0] == "5"} == {"1"}
    last = [fields for fields in rig.lines("truth") if fields[1] == str(lost)][-1]
    assert (last[0], last[3], last[8]) == ("order", "2", "Cancelled")
    with pytest.raises(CommandError, match="no such living order"):
        rig.do("lose-order", perm_id=lost)


def test_an_order_by_hand_is_everybodys_to_see(rig: Rig, wire: Wire) -> None:
    rig.do("manual-order", side="BUY", quantity=50, limit=1, symbol="ibm")

    wire.raw.request(16, 1)
    (shown,) = (fields for fields in wire.pull() if fields[0] == "5")
    assert (shown[1], shown[3], shown[13:15]) == ("0", "IBM", ["BUY", "50"])


# ---- commands ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ({"do": "explode"}, "no such command: 'explode'"),
        ({}, "no such command"),
        ({"do": "drop", "speed": 1}, "drop takes no 'speed'"),
        ({"do": "drop", "messages": "a"}, "messages is a number"),
        ({"do": "drop", "count": 0}, "count cannot be 0"),
        ({"do": "drop", "direction": "up"}, "direction is one of in, out"),
        ({"do": "stall", "seconds": "nan"}, "seconds cannot be nan"),
        ({"do": "stall", "seconds": -1}, "seconds cannot be -1"),
        ({"do": "connectivity", "code": 1}, "code is one of 1100"),
        ({"do": "farm-down", "farm": "x"}, "farm is one of"),
        ({"do": "id-in-use"}, "id-in-use needs a client"),
        ({"do": "split", "bytes": 1.5}, "bytes cannot be 1.5"),
    ],
)
def test_a_command_that_cannot_be_says_why(rig: Rig, command: dict[str, object], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run(rig.server, command)


def test_clear_ends_every_fault(rig: Rig, wire: Wire) -> None:
    for name in ("drop", "split", "stall", "pacing", "half-open"):
        rig.do(name)
    rig.do("id-in-use", client=7)
    rig.do("connectivity")
    rig.do("clear")

    assert wire.ask(TIME)[-1] == "49"
    subscribe(wire)
    with rig.client(7) as other:
        assert other.ask(TIME) == ["49"]
