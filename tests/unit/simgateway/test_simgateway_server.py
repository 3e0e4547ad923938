"""Deadlines of the server, on virtual time over real sockets."""

from collections.abc import Callable, Iterator

import pytest

from tests.unit.simgateway.gateway_support import RawClient, raw_client
from tests.unit.simgateway.virtual import World
from workstation.simgateway.server import Server, listen


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    made = Server(world.gateway, world.clock, listen(("127.0.0.1", 0)))
    yield made
    made.close()


def turn(server: Server, times: int = 5) -> None:
    for _ in range(times):
        server.step(0.01)


def is_open(client: RawClient) -> bool:
    client.socket.setblocking(False)
    try:
        return client.socket.recv(1) != b""
    except BlockingIOError:
        return True
    finally:
        client.socket.setblocking(True)


@pytest.mark.parametrize("sent", [b"", b"API\0", b"API\0\0\0\0\x09v100..200"])
def test_a_start_up_that_stalls_ends_after_five_seconds(
    world: World, server: Server, sent: bytes, expected_log: Callable[[str], None]
) -> None:
    expected_log("dropped a peer: the start-up took too long")
    with raw_client(server.port) as client:
        client.send(sent)
        turn(server)
        if len(sent) > 4:
            while client.socket.recv(64)[-1:] != b"\0":
                pass
        world.clock.seconds += 4.9
        turn(server)
        assert is_open(client)
        world.clock.seconds += 0.2
        turn(server)
        assert not is_open(client)


def test_orders_fill_and_survive_without_a_client(world: World, server: Server) -> None:
    client = world.client()
    quote = world.gateway.markets[265598].quote()
    client.place(1, "BUY", 100, str(quote.bid))
    client.session.close()
    for _ in range(600):
        world.clock.seconds += 1
        server.step(0)
        if not world.gateway.desk.live_orders():
            break

    (order,) = world.gateway.desk.orders.values()
    assert order.status == "Filled"
