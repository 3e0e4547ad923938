"""Baskets read line by line with clear faults; ladders split by lots and snapped to increments."""

from decimal import Decimal

import pytest

from tests.helpers.desk_fakes import D, spy
from workstation.domain.basket import MOST_LINES, read_basket
from workstation.domain.order import OrderType, Side, Tif
from workstation.domain.prices import PriceLadder
from workstation.domain.scale_ladder import rungs

HEAD = "side,quantity,symbol,type,limit,stop,tif\n"


def test_a_basket_of_every_kind_is_read() -> None:
    basket = read_basket(
        "\ufeffSymbol;Action;Qty;Price;Stop Price;Time in force\n"
        "# a remark\n"
        "aapl;buy;100;;;\n"
        "\n"
        "brk b;SELL;5;412.5;;gtc\n"
        "MSFT;s;7;;390;DAY\n"
        "spy;B;1;500;501;\n"
    )
    assert basket.fault == ""
    found = [(x.number, x.side, x.quantity, x.symbol, x.order_type, x.limit_price, x.stop_price,
              x.tif) for x in basket.lines]  # fmt: skip
    assert found == [
        (3, Side.BUY, 100, "AAPL", OrderType.MARKET, None, None, Tif.DAY),
        (5, Side.SELL, 5, "BRK B", OrderType.LIMIT, D("412.5"), None, Tif.GTC),
        (6, Side.SELL, 7, "MSFT", OrderType.STOP, None, D(390), Tif.DAY),
        (7, Side.BUY, 1, "SPY", OrderType.STOP_LIMIT, D(500), D(501), Tif.DAY),
    ]
    assert not any(each.fault for each in basket.lines)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("hold,1,A,,,,", "none of BUY"),
        ("buy,,A,,,,", "quantity"),
        ("buy,0,A,,,,", "greater than 0"),
        ("buy,-5,A,,,,", "not a number"),
        ("buy,1e3,A,,,,", "not a number"),
        ("buy,NaN,A,,,,", "not a number"),
        ("buy,１２,A,,,,", "not a number"),
        ('buy,"1,000",A,,,,', "not a number"),
        ("buy,1,000,A,LMT,10,,DAY", "more cells than columns"),
        ("buy,1,,,,,", "symbol"),
        ("buy,1,=cmd|x,,,,", "symbol"),
        ("buy,1,A,LMT,,,", "needs a limit"),
        ("buy,1,A,MKT,5,,", "takes no limit"),
        ("buy,1,A,STP,,,", "needs a stop"),
        ("buy,1,A,WISH,,,", "none of MKT"),
        ("buy,1,A,LMT,abc,,", "limit"),
        ("buy,1,A,LMT,5,,FOREVER", "tif"),
    ],
)
def test_a_bad_line_says_what_is_wrong_and_the_others_stand(line: str, text: str) -> None:
    first, bad, last = read_basket(f"{HEAD}buy,1,A\n{line}\nsell,2,B\n").lines
    assert text in bad.fault
    assert bad.number == 3
    assert first.fault == last.fault == ""


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", "nothing"),
        ("buy,1,A\n", "missing: side, quantity, symbol"),
        ("side,quantity\nbuy,1\n", "missing: symbol"),
        (HEAD, "no orders"),
        ("side,quantity,symbol,price,limit\n", "twice"),
        (HEAD + "buy,1,A\n" * (MOST_LINES + 1), "at most"),
        ("a\0b", "no list"),
        ("x" * 300_000, "no list"),
        (HEAD + "buy,1," + "A" * 140_000, "nothing"),  # longer than a cell may be
        ("\r\n\r\n", "nothing"),
    ],
)
def test_what_is_no_basket_at_all_is_refused_as_a_whole(content: str, text: str) -> None:
    basket = read_basket(content)
    assert basket.lines == ()
    assert text in basket.fault


def test_a_ladder_goes_in_even_steps_and_odd_lots_to_the_first_rungs() -> None:
    found = rungs(spy(), Side.BUY, D(100), 3, D("100.00"), D("99.00"))
    assert not isinstance(found, str)
    assert [(each.price, each.quantity) for each in found] == [
        (D("100.00"), 34), (D("99.50"), 33), (D("99.00"), 33),
    ]  # fmt: skip


def test_prices_of_a_ladder_move_to_the_increment_away_from_the_market() -> None:
    nickel = spy(ladder=PriceLadder.of_tick(D("0.05")), size_increment=D(10), min_size=D(10))
    buys = rungs(nickel, Side.BUY, D(60), 4, D("10.00"), D("9.50"))
    sells = rungs(nickel, Side.SELL, D(60), 4, D("10.00"), D("10.50"))
    assert not isinstance(buys, str)
    assert not isinstance(sells, str)
    assert [each.price for each in buys] == [D("10.00"), D("9.80"), D("9.65"), D("9.50")]
    assert [each.price for each in sells] == [D("10.00"), D("10.20"), D("10.35"), D("10.50")]
    assert [each.quantity for each in buys] == [20, 20, 10, 10]


@pytest.mark.parametrize(
    ("total", "count", "first", "last", "text"),
    [
        ("100", 1, "10", "9", "rungs"),
        ("100", 21, "10", "9", "rungs"),
        ("100", 3, "10", "10", "differ"),
        ("100", 3, "NaN", "9", "differ"),
        ("0", 3, "10", "9", "multiple"),
        ("2.5", 2, "10", "9", "multiple"),
        ("NaN", 2, "10", "9", "multiple"),
        ("2", 3, "10", "9", "too few"),
        ("100", 5, "10.00", "9.98", "closer together"),
    ],
)
def test_a_ladder_that_cannot_be_says_why(
    total: str, count: int, first: str, last: str, text: str
) -> None:
    found = rungs(spy(), Side.BUY, Decimal(total), count, Decimal(first), Decimal(last))
    assert isinstance(found, str)
    assert text in found
