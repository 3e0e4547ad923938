"""The state file: what it brings back and what it refuses."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.simgateway.virtual import World
from workstation.simgateway.state import StateFile, StateFileError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "gateway.state"


def traded(path: Path) -> World:
    """Return a world that has filled, resting, held and cancelled orders."""
    world = World(5, StateFile(path))
    client = world.client()
    client.place(1, "BUY", 100)
    client.place(2, "BUY", 100, "200")
    client.place(3, "SELL", 10, "900", symbol="META")
    client.request(4, 3, "", "", 2147483647)
    world.run(2)
    return world


def test_everything_comes_back(path: Path) -> None:
    before = traded(path)
    before.gateway.close()

    after = World(None, StateFile(path))

    assert after.gateway.desk.orders == before.gateway.desk.orders
    assert after.gateway.desk.executions == before.gateway.desk.executions
    assert after.gateway.account.state() == before.gateway.account.state()
    assert after.gateway.desk.numbers == before.gateway.desk.numbers
    assert after.gateway.seed == 5
    old, new = before.gateway.desk.marks(), after.gateway.desk.marks()
    assert all(abs(new[key] - old[key]) < Decimal("0.10") for key in old)
    book = after.gateway.markets[265598].book
    assert [r.owner for r in book.resting(buys=True) if r.owner] == [4_000_000_002]
    after.gateway.close()


def test_what_was_answered_is_on_the_disk(path: Path) -> None:
    before = traded(path)
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())  # as a crash would leave it: not closed

    after = World(None, StateFile(copy))

    assert after.gateway.desk.orders == before.gateway.desk.orders
    assert after.gateway.account.cash == before.gateway.account.cash
    before.gateway.close()
    after.gateway.close()


def test_a_line_cut_short_was_never_answered(path: Path) -> None:
    before = traded(path)
    copy = path.with_name("copy")
    data = path.read_bytes()
    last = data[:-1].rindex(b"\n") + 1
    for end in (last + 1, last + 40, len(data) - 1):
        copy.write_bytes(data[:end])
        after = World(None, StateFile(copy))
        assert len(after.gateway.desk.orders) == 3
        after.gateway.close()
    before.gateway.close()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"format":', b'"fromat":'),
        (b'"cash":"', b'"cash":"x'),
        (b'"cash":"', b'"cash":"NaN","x":"'),
        (b'"BUY"', b'"HOLD"'),
        (b"265598", b"265599"),
        (b'{"', b"\xff"),
        (b'"status":"', b'"status":"Odd'),
        (b'"filled":"100"', b'"filled":"101"'),
    ],
)
def test_a_corrupt_file_is_refused_by_name(path: Path, old: bytes, new: bytes) -> None:
    traded(path).gateway.close()
    data = path.read_bytes()
    assert old in data or old == b'"format":'
    path.write_bytes(data.replace(old, new, 1) if old in data else b'{"fromat":1}\n')

    with pytest.raises(StateFileError, match=r"gateway\.state: line"):
        World(None, StateFile(path))


def test_a_second_gateway_may_not_use_the_file(path: Path) -> None:
    world = World(5, StateFile(path))

    with pytest.raises(StateFileError, match="another gateway"):
        World(5, StateFile(path))
    world.gateway.close()


def test_an_order_id_is_never_valid_twice(path: Path) -> None:
    traded(path).gateway.close()
    after = World(None, StateFile(path))
    client = after.client()

    assert [m[2] for m in client.of(9)] == ["4"]
    client.place(3, "BUY", 1)
    assert client.errors(3) == [103]
    after.gateway.close()


def test_old_executions_and_orders_are_dropped_at_a_start(path: Path) -> None:
    traded(path).gateway.close()
    later = World(None, StateFile(path), seconds=8 * 86_400.0)

    assert [o.order_id for o in later.gateway.desk.orders.values()] == [2]
    assert later.gateway.desk.executions == {}
    assert later.gateway.account.position(265598).quantity == 100
    later.gateway.close()
