"""Every request id is answered; orders are refused with the codes of the real gateway."""

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.simgateway.contracts import contract
from tests.unit.simgateway.virtual import VirtualClient, World, place_fields
from workstation.simgateway.codec_text import to_text
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.named_days import NAMED_DAYS
from workstation.simgateway.proto_requests import REQUESTS
from workstation.simgateway.session import START_API

AAPL = 265598
STOCK = contract("AAPL")
OPTION = [0, "AAPL", "OPT", "20300118", 400, "C", 100, "SMART", "", "USD", "", ""]
NOTHING = object()
"""Marks a request that is taken without a word, as the real gateway takes it."""


def code(number: int) -> tuple[str, int]:
    return ("4", number)


REQUEST_TABLE: dict[int, tuple[list[Any], Any]] = {
    1: ([11, 77, *STOCK, 0, "", 0, 0, ""], "81"),
    2: ([2, 77], code(300)),
    3: (place_fields(77, "BUY", 10, "1")[1:], "5"),
    4: ([77, "", "", 2147483647], code(10147)),
    5: ([1], "53"),
    6: ([2, 1, ""], "6"),
    7: ([3, 77, 0, "", "", "", "", "", "", 2147483647, 0], "55"),
    8: ([1, 1], "9"),
    9: ([8, 77, *STOCK, 0, "", "", ""], "10"),
    10: ([5, 77, *STOCK, 5, 1, ""], code(2152)),
    11: ([1, 77, 1], code(310)),
    12: ([1, 1], NOTHING),
    13: ([1], NOTHING),
    14: ([1, 2], NOTHING),
    15: ([1, 1], code(327)),
    16: ([1], "53"),
    17: ([1], "15"),
    18: ([1, 1], code(321)),
    19: ([1, 1, "<a/>", 77], code(321)),
    20: ([77, *STOCK, 0, "", "1 day", "3 D", 1, "TRADES", 1, 0, ""], "17"),
    21: ([2, 77, *OPTION[:8], "USD", "", "", 1, 1, "", 0, "", "", 0], code(200)),
    22: ([77, 5, "STK", "STK.US.MAJOR", "TOP_PERC_GAIN"], "20"),
    23: ([1, 77], None),
    24: ([1], "19"),
    25: ([1, 77], None),
    49: ([1], "49"),
    50: ([3, 77, *STOCK, 5, "NONSENSE", 1, ""], code(321)),
    51: ([1, 77], code(300)),
    52: ([2, 77, AAPL, "AAPL", "STK"], code(430)),
    53: ([1, 77], code(300)),
    54: ([3, 77, *STOCK, 5, 5, ""], code(321)),
    55: ([3, 77, *STOCK, 5, 5, ""], code(321)),
    56: ([1, 77], NOTHING),
    57: ([1, 77], NOTHING),
    58: (["", 2147483647], NOTHING),
    59: ([1, 9], code(321)),
    61: ([1], "62"),
    62: ([1, 77, "All", "NetLiquidation"], "63"),
    63: ([1, 77], NOTHING),
    64: ([1], NOTHING),
    65: ([1, "app", "1"], code(321)),
    66: ([1, "data"], code(321)),
    67: ([1, 77], "67"),
    68: ([1, 77, 1], "68"),
    69: ([1, 77, "8314@SMART"], code(321)),
    70: ([1, 77], code(321)),
    72: ([1, "app", "1", "key"], code(321)),
    73: ([1, "data", "x"], code(321)),
    74: ([1, 77, "", ""], "72"),
    75: ([1, 77], NOTHING),
    76: ([1, 77, "", "", 1], "73"),
    77: ([1, 77], NOTHING),
    78: ([77, "AAPL", "", "STK", AAPL], "75"),
    79: ([77], "77"),
    80: ([], "78"),
    81: ([77, "AAP"], "79"),
    82: ([], "80"),
    83: ([77, "9c0001"], "82"),
    84: ([77, "SIMB", "none", ""], code(10172)),
    85: ([], "85"),
    86: ([77, AAPL, "SIMB", "", "", 3, ""], "87"),
    87: ([77, *STOCK, 0, 1, "TRADES", 1], "88"),
    88: ([77, *STOCK, 0, 1, "1 day"], "89"),
    89: ([77], NOTHING),
    90: ([77], NOTHING),
    91: ([26], "93"),
    92: ([77, "", ""], "94"),
    93: ([77], NOTHING),
    94: ([77, "", "", AAPL], "95"),
    95: ([77], NOTHING),
    96: ([77, *STOCK, 0, "", "20261120 09:59:00 US/Eastern", 5, "TRADES", 1, 0, ""], "98"),
    97: ([77, *STOCK, "Last", 0, 0], None),
    98: ([77], code(300)),
    99: ([0], "102"),
    100: ([77], "104"),
    101: ([77], NOTHING),
    102: ([77, AAPL, "", 0, 0, 0, "", "", 5], code(321)),
    103: ([77], NOTHING),
    104: ([77], "107"),
    105: ([], "109"),
    106: ([77], NOTHING),
    107: ([77], NOTHING),
    108: ([77], "110"),
    109: ([77], code(321)),
}
"""Fields of a request and what answers it: a message id, an error code, or nothing at all."""

STREAMS = {97}
"""Requests whose answer is a stream that begins with the next print."""


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture
def client() -> VirtualClient:
    return World().client()


def test_the_table_has_every_request_there_is() -> None:
    assert set(REQUEST_TABLE) >= set(REQUESTS) - {START_API}


@pytest.mark.parametrize("message_id", sorted(REQUEST_TABLE))
def test_every_request_is_served_or_refused(world: World, message_id: int) -> None:
    client = world.client(1000 + message_id)
    fields, wanted = REQUEST_TABLE[message_id]

    found = client.request(message_id, *fields)
    if message_id in STREAMS:
        world.run(20)
        found = client.of(99)
    client.session.close()

    if wanted is NOTHING:
        assert [m for m in found if m[0] == "4"] == []
        return
    if wanted is None:
        assert found
    elif isinstance(wanted, tuple):
        assert wanted[1] in [int(m[2]) for m in found if m[0] == "4"]
    else:
        assert wanted in {m[0] for m in found}, found
    with_id = [m for m in found if "77" in m]
    if "77" in [to_text(field) for field in fields]:
        assert with_id, found


def test_an_unknown_request_is_refused(client: VirtualClient) -> None:
    assert client.request(190, 1, 2)[-1][:3] == ["4", "-1", "320"]


# ---- codes of orders ---------------------------------------------------------------------


def placed(client: VirtualClient, order_id: int, **more: Any) -> list[int]:
    """Place an order and return the codes of what was said about it."""
    fields = {"side": "BUY", "quantity": 10, "limit": "1", **more}
    client.place(
        order_id, fields.pop("side"), fields.pop("quantity"), fields.pop("limit"), **fields
    )
    return client.errors(order_id)


def no_entitlement() -> str:
    return next(i.symbol for i in BY_CON_ID.values() if i.sec_type == "IND")


def test_110_a_price_off_the_increment(client: VirtualClient) -> None:
    assert placed(client, 1, limit="1.003") == [110]


def test_161_a_cancelled_order_is_not_cancelled_again(client: VirtualClient) -> None:
    placed(client, 1)
    client.request(4, 1, "", "", 2147483647)
    client.request(4, 1, "", "", 2147483647)
    (said,) = (m[3] for m in client.of(4) if m[2] == "161")

    assert said.startswith("Cancel attempted when order is not in a cancellable state.")
    assert said.rpartition("=")[2].isdecimal()


def test_200_no_such_contract(client: VirtualClient) -> None:
    assert placed(client, 1, symbol="NOSUCH") == [200]


def test_201_more_than_the_account_can_carry(client: VirtualClient) -> None:
    assert placed(client, 1, quantity=1_000_000, limit="400") == [201]
    assert client.statuses(1) == ["Inactive"]


def test_203_what_the_account_may_not_trade(client: VirtualClient) -> None:
    fields = place_fields(1, "BUY", 1)
    fields[2:14] = [0, no_entitlement(), "IND", "", "", "", "", "CBOE", "", "USD", "", ""]
    index = next(i for i in BY_CON_ID.values() if i.sec_type == "IND")
    fields[2] = index.con_id
    client.request(*fields)

    assert client.errors(1) == [203]


def test_321_a_request_that_makes_no_sense(client: VirtualClient) -> None:
    assert placed(client, 1, side="HOLD") == [321]


def test_387_a_type_this_exchange_does_not_have(client: VirtualClient) -> None:
    fields = place_fields(1, "BUY", 1, "5")
    fields[18] = "PEG STK"
    client.request(*fields)

    assert client.errors(1) == [387]


def test_399_an_order_that_waits_for_the_opening() -> None:
    client = World(day=NAMED_DAYS["gap"]).client()
    client.place(1, "BUY", 10)

    assert client.errors(1) == [399]
    assert client.statuses(1) == ["PreSubmitted"]


def test_404_a_short_sale_whose_shares_are_looked_for(client: VirtualClient) -> None:
    hard = next(
        i
        for i in BY_CON_ID.values()
        if i.sec_type == "STK" and i.borrow.shortable.value < 2.5 and i.borrow.shares > 0
    )
    placed(client, 1, side="SELL", quantity=10, limit="9999", symbol=hard.symbol)

    assert 404 in client.errors(1)
    assert any("locate" in m[10] for m in client.of(3))


def test_434_no_size(client: VirtualClient) -> None:
    assert placed(client, 1, quantity=0) == [434]


def test_10147_an_order_nobody_knows_or_of_another_client(client: VirtualClient) -> None:
    placed(client, 1)
    other = client.world.client(2)
    other.request(4, 1, "", "", 2147483647)
    (said,) = (m[3] for m in other.of(4) if m[2] == "10147")

    assert said == "OrderId 1 that needs to be cancelled is not found."
    assert client.statuses(1)[-1] == "Submitted"


def test_10148_a_filled_order_is_not_cancelled(client: VirtualClient) -> None:
    client.place(1, "BUY", 10)
    client.request(4, 1, "", "", 2147483647)
    (said,) = (m[3] for m in client.of(4) if m[2] == "10148")

    assert said == "OrderId 1 that needs to be cancelled can not be cancelled, state: Filled."


# ---- pacing ------------------------------------------------------------------------------


def test_one_search_a_second(client: VirtualClient) -> None:
    assert client.request(81, 1, "AAP")[0][0] == "79"
    assert client.request(81, 2, "AAP")[0][:3] == ["4", "2", "322"]
    other = client.world.client(2)
    assert other.request(81, 1, "AAP")[0][0] == "79"
    client.world.run(1.1)
    assert client.request(81, 3, "AAP")[0][0] == "79"


def test_the_same_single_ticks_wait_fifteen_seconds(client: VirtualClient) -> None:
    def ask(req_id: int, kind: str) -> None:
        client.request(97, req_id, *STOCK, kind, 0, 0)

    ask(1, "Last")
    ask(2, "BidAsk")
    client.request(98, 1)
    ask(3, "Last")
    assert client.errors(3) == [10189]
    assert client.errors(1) == client.errors(2) == []
    client.world.run(15.1)
    ask(4, "Last")
    assert client.errors(4) == []


@pytest.mark.parametrize(
    ("requests", "waits", "last"),
    [
        ([("AAPL", "TRADES", "1 secs")] * 2, 1, 162),
        ([("AAPL", "TRADES", "30 secs")] * 2, 15.1, None),
        ([("AAPL", "TRADES", "1 min")] * 2, 0, None),
    ],
)
def test_small_bars_are_not_asked_for_twice(
    client: VirtualClient, requests: list[tuple[str, str, str]], waits: float, last: int | None
) -> None:
    for number, (symbol, shows, size) in enumerate(requests, start=1):
        fields = [0, "", size, "60 S", 1, shows, 1, 0, ""]
        client.request(20, number, *contract(symbol), *fields)
        client.world.clock.seconds += waits
    assert client.errors(len(requests)) == ([] if last is None else [last])


def test_six_series_in_two_seconds_and_sixty_in_ten_minutes(client: VirtualClient) -> None:
    def ask(number: int, seconds: int, shows: str = "TRADES") -> list[int]:
        client.request(20, number, *STOCK, 0, "", "5 secs", f"{seconds} S", 1, shows, 1, 0, "")
        return client.errors(number)

    refused = [ask(number, 3600 + number) for number in range(1, 7)]
    assert refused == [[], [], [], [], [], [162]]
    number = 7
    served = 5
    while served < 60:
        client.world.clock.seconds += 3
        assert ask(number, 3600 + number) == []
        number, served = number + 1, served + 1
    client.world.clock.seconds += 3
    assert ask(number, 9000) == [162]
    client.world.clock.seconds += 600
    assert ask(number + 1, 9001) == []
    assert Decimal(served) == 60
