"""What a client hears, on virtual time."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.simgateway.virtual import World, place_fields
from workstation.simgateway.session import ProtocolError, Session


@pytest.fixture
def world() -> World:
    return World()


def best(world: World, side: str, con_id: int = 265598) -> Decimal:
    quote = world.gateway.markets[con_id].quote()
    price = quote.bid if side == "BUY" else quote.ask
    return Decimal(str(price))


def test_a_resting_order_waits_its_turn_and_fills_in_parts(world: World) -> None:
    client = world.client()
    client.place(1, "BUY", 3000, best(world, "BUY"))
    assert client.statuses(1) == ["PreSubmitted", "Submitted", "Submitted"]
    assert client.of(11) == []

    for _ in range(600):
        world.run(1)
        if "Filled" in client.statuses(1):
            break
    fills = client.of(11)
    assert client.statuses(1)[-1] == "Filled"
    assert len(fills) > 2
    assert sum(int(f[19]) for f in fills) == 3000
    assert {f[-3] for f in fills} == {"1"}  # added liquidity
    filled = [int(m[3]) for m in client.of(3)]
    assert filled == sorted(filled)
    assert sum(Decimal(m[3]) for m in client.of(59)) == Decimal(15)


def test_reducing_to_what_is_filled_completes_the_order(world: World) -> None:
    client = world.client()
    price = best(world, "SELL")
    client.place(1, "BUY", 90_00, price)
    filled = int(client.of(3)[-1][3])
    assert 0 < filled < 9000

    client.place(1, "BUY", max(1, filled - 5), price)

    assert client.of(3)[-1][2:5] == ["Filled", str(filled), "0"]
    client.place(1, "BUY", 9000, price)
    assert client.errors(1) == [104]


def test_a_smaller_quantity_keeps_the_place_in_the_queue(world: World) -> None:
    client = world.client()
    price = best(world, "BUY") - 3
    client.place(1, "BUY", 100, price)
    client.place(2, "BUY", 100, price)
    client.place(1, "BUY", 60, price)
    book = world.gateway.markets[265598].book

    queue = [(r.owner % 10, r.size) for r in book.resting(buys=True) if r.owner]
    assert queue == [(1, 60), (2, 100)]
    client.place(1, "BUY", 80, price)
    queue = [(r.owner % 10, r.size) for r in book.resting(buys=True) if r.owner]
    assert queue == [(2, 100), (1, 80)]


def test_side_and_contract_cannot_change(world: World) -> None:
    client = world.client()
    client.place(1, "BUY", 100, best(world, "BUY") - 3)
    client.place(1, "SELL", 100, best(world, "BUY") + 3)
    client.place(1, "BUY", 100, "100", symbol="IBM")

    assert client.errors(1) == [105, 105]
    assert len(world.gateway.desk.live_orders()) == 1


def test_a_refused_change_leaves_the_order_as_it_was(world: World) -> None:
    client = world.client()
    client.place(1, "BUY", 100, "200")
    client.place(1, "BUY", 1_000_000, "200")
    client.place(1, "BUY", 100, "200.001")

    assert client.errors(1) == [201, 110]
    (order,) = world.gateway.desk.live_orders()
    assert (order.terms.quantity, order.terms.limit_price) == (100, 200)


def test_an_exit_is_never_refused_for_margin(world: World) -> None:
    client = world.client()
    client.place(1, "BUY", 12_000, symbol="IBM")
    while "Filled" not in client.statuses(1):
        world.run(1)
    world.gateway.account.cash -= 950_000
    client.place(2, "BUY", 100)
    client.place(3, "SELL", 12_000, symbol="IBM")

    assert client.errors(2) == [201]
    assert client.errors(3) == []


def test_a_market_order_larger_than_the_book_goes_on_as_it_refills(world: World) -> None:
    client = world.client()
    client.place(1, "SELL", 14_000, symbol="IBM")
    shown = client.of(3)[-1]
    assert shown[2] == "Submitted"

    world.run(30)

    assert client.statuses(1)[-1] == "Filled"


def test_quotes_prints_and_volume_agree(world: World) -> None:
    client = world.client()
    contract = [0, "AAPL", "STK", "", "", "", "", "SMART", "", "USD", "", ""]
    client.request(1, 11, 7, *contract, 0, "233", 0, 0, "")
    before = world.gateway.markets[265598].quote()
    client.place(1, "BUY", 100)
    fill = client.of(11)[-1]
    world.run(0.1)

    prices = {m[3]: m[4] for m in client.of(1)}
    sizes = {m[3]: m[4] for m in client.of(2)}
    quote = world.gateway.markets[265598].quote()
    assert prices == {
        "1": str(quote.bid),
        "2": str(quote.ask),
        "4": str(quote.last),
        "6": str(quote.high),
        "7": str(quote.low),
        "9": "430.47",
        "14": str(quote.open),
    }
    assert sizes["8"] == str(quote.volume // 100)
    assert quote.volume >= before.volume + 100
    assert float(fill[20]) <= quote.high


def test_sizes_were_round_lots_before_159(world: World) -> None:
    contract = [265598, "", "", "", "", "", "", "SMART", "", "", "", ""]
    old, new = world.client(1, 158), world.client(2, 159)
    for client in (old, new):
        client.request(1, 11, 7, *contract, 0, "", 1, 0, "")

    assert int(old.of(2)[0][4]) == int(new.of(2)[0][4]) // 100


def test_a_negative_client_id_is_no_client(world: World) -> None:
    with pytest.raises(ProtocolError, match="no client"):
        world.client(-1)


def test_nothing_is_said_before_the_start(world: World) -> None:
    written: list[object] = []
    session = Session(world.gateway, 200, written.append, lambda _: None)
    session.feed(b"API\0\0\0\0\x09v100..200")
    assert written == [[200, "20261120 10:00:00 EST"]]

    with pytest.raises(ProtocolError):
        session.feed(b"\0\0\0\x0549\x001\0")
    assert len(written) == 1


@pytest.mark.parametrize(
    ("offer", "chosen"),
    [(b"v157", 157), (b"v100..226", 200), (b"v100..178 +PACEAPI", 178), (b"v193..200", 193)],
)
def test_version_negotiation(world: World, offer: bytes, chosen: int) -> None:
    written: list[list[object]] = []
    highest = 193 if offer == b"v193..200" else 200
    session = Session(world.gateway, highest, written.append, lambda _: None)
    session.feed(b"API\0" + len(offer).to_bytes(4, "big") + offer)

    assert written[0][0] == chosen


@pytest.mark.parametrize("offer", [b"v100..156", b"v201..226", b"hello", b""])
def test_no_common_version(world: World, offer: bytes) -> None:
    session = Session(world.gateway, 200, lambda _: None, lambda _: None)

    with pytest.raises(ProtocolError):
        session.feed(b"API\0" + len(offer).to_bytes(4, "big") + offer)


REQUESTS = [*range(1, 26), *range(49, 100), *range(100, 108), 200, 999, -1]


@pytest.mark.parametrize("message_id", REQUESTS)
@pytest.mark.parametrize("version", [157, 200])
def test_no_request_is_harmful_whatever_it_holds(message_id: int, version: int) -> None:
    client = World().client(1, version)
    for filler in ("", "1", "-1", "x", "NaN", "9" * 30, "1E999999", "\u20ac", "1.5"):
        client.request(message_id, *[filler] * 140)
        client.request(message_id, *[filler] * 3)
    client.request(message_id)
    client.request(49, 1)

    assert client.messages[-1][0] == "49"


field = st.one_of(st.text(max_size=5), st.integers(-10, 2**40), st.sampled_from(["STK", "BAG"]))


@settings(max_examples=150)
@given(st.sampled_from(REQUESTS), st.lists(field, max_size=30), st.data())
def test_mutated_requests_are_answered_or_refused(message_id, values, data) -> None:
    client = shared_client
    client.request(message_id, *values)
    order = place_fields(5, "BUY", 100, "200")
    order[data.draw(st.integers(1, len(order) - 1))] = data.draw(field)
    client.request(*order)
    client.request(49, 1)
    assert client.messages[-1][0] == "49"
    del client.messages[:]


shared_client = World().client()


def test_every_request_with_an_id_is_answered() -> None:
    contract = [0, "AAPL", "STK", "", "", "", "", "SMART", "", "USD", "", ""]
    requests = {
        10: [5, 77, *contract, 5, 0, ""],
        20: [77, *contract, 0, "", "1 day", "1 D", 1, "TRADES", 1, 0, ""],
        50: [3, 77, *contract, 5, "BID_ASK", 1, ""],
        52: [2, 77, 0, "AAPL"],
        54: [3, 77, *contract],
        78: [77, "AAPL", "", "STK", 265598],
        79: [77],
        83: [77, "9c0001"],
        84: [77, "BRFG", "x", ""],
        86: [77, 265598, "BRFG", "", "", 10, ""],
        87: [77, *contract],
        88: [77, *contract],
        96: [77, *contract],
        97: [77, *contract, "BidAsk", 0, 0],
        100: [77],
    }
    client = World().client()
    for message_id, fields in requests.items():
        answers = client.request(message_id, *fields)
        assert answers, message_id
        assert "77" in answers[0], answers


def test_executions_need_two_more_fields_from_200_on(world: World) -> None:
    client = world.client()
    client.request(7, 3, 8, 0, "", "", "", "", "", "")
    assert client.errors(8) == [320]
    client.place(1, "BUY", 10)
    client.request(7, 3, 9, 0, "", "20261120-09:00:00", "", "", "", "", 2147483647, 0)
    client.request(7, 3, 10, 0, "", "20261120 11:00:00 US/Eastern", "", "", "", "", 2147483647, 0)

    assert len([m for m in client.of(11) if m[1] == "9"]) == 1
    assert [m for m in client.of(11) if m[1] == "10"] == []
    assert [m[2] for m in client.of(55)] == ["9", "10"]


def test_a_new_day_starts_daily_figures_over(world: World) -> None:
    client = world.client()
    client.place(1, "BUY", 100)
    world.run(5)
    world.clock.start = world.clock.start.replace(day=21)
    world.run(1)
    account = world.gateway.account

    assert account.day == "20261121"
    held = account.position(265598)
    assert (held.day_flow, held.realized) == (0, 0)
    assert held.day_value == pytest.approx(Decimal(43047), abs=4000)
    client.request(99, 0)
    assert [m[0] for m in client.messages[-1:]] == ["102"]


def test_account_values_of_a_multi_subscription_come_again(world: World) -> None:
    client = world.client()
    first = client.request(76, 1, 8, "SIM0000001", "", 0)
    assert {m[0] for m in first} == {"73", "74"}
    world.clock.seconds += 181
    world.run(0.2)
    assert len(client.of(73)) == 2 * (len(first) - 1)
    client.request(77, 1, 8)
    world.clock.seconds += 181
    world.run(0.2)
    assert len(client.of(73)) == 2 * (len(first) - 1)
