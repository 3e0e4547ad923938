"""Prints, quotes, depth, bars, profit and loss and volume agree with each other at every moment.

Everything is compared as one client sees it: ticks of a line, a tape of trades, a book built from
depth messages, bars that are asked for, and the figures of the account.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.simgateway.contracts import contract
from tests.unit.simgateway.test_simgateway_depth import held
from tests.unit.simgateway.virtual import VirtualClient, World, place_fields
from workstation.simgateway.instruments import BY_CON_ID
from workstation.simgateway.named_days import NAMED_DAYS

STOCK = contract("AAPL")
LONDON = contract("VOD", exchange="LSE", currency="GBP")
FUTURE = contract("ES", "FUT", "CME", expiry="202612")
OPTION = contract("AAPL", "OPT", expiry="20261218", strike="430", right="C")
COIN = contract("BTC", "CRYPTO", "PAXOS")
MANY = 500
LINE, TAPE, BOOK = 11, 12, 13


@dataclass
class View:
    """What one client knows of one contract."""

    world: World
    client: VirtualClient
    contract: list[Any]
    con_id: int = 0
    read: int = 0
    ticks: dict[int, float] = field(default_factory=dict)
    volumes: list[tuple[float, float]] = field(default_factory=list)
    """Price and the day's volume of each RTVolume tick."""

    traded: Decimal = Decimal(0)
    """Sum of the tape's sizes since it was opened."""

    last_trade: float = 0.0

    def open(self) -> None:
        """Subscribe to everything."""
        self.client.request(9, 8, 7, *self.contract, 0, "", "", "")
        self.con_id = int(self.client.of(10)[-1][13])
        self.client.request(1, 11, LINE, *self.contract, 0, "233", 0, 0, "")
        if self.contract[2] != "OPT":
            self.client.request(97, TAPE, *self.contract, "AllLast", 0, 0)
        smart = int(self.contract[7] == "SMART")
        if self.contract[2] != "OPT" and self.contract[7] != "LSE":  # there is no depth of these
            self.client.request(10, 5, BOOK, *self.contract, MANY, smart, "")

    def update(self) -> None:
        """Take in what has come."""
        for message in self.client.messages[self.read :]:
            if message[0] in {"1", "2"} and message[2] == str(LINE):
                self._tick(message)
            elif message[0] == "46" and message[2:4] == [str(LINE), "48"]:
                price, _, _, volume, *_ = message[4].split(";")
                self.volumes.append((float(price), float(volume)))
            elif message[0] == "99" and message[1] == str(TAPE):
                self.last_trade = float(message[4])
                self.traded += Decimal(message[5])
        self.read = len(self.client.messages)

    def _tick(self, message: list[str]) -> None:
        tick = int(message[3])
        self.ticks[tick] = float(message[4])
        if message[0] == "1":
            sizes = {1: 0, 2: 3, 4: 5}
            if tick in sizes and message[5]:
                self.ticks[sizes[tick]] = float(message[5])

    def bars(self, size: str, length: str) -> list[list[float]]:
        """Return open, high, low, close and volume of bars of today."""
        shows = "AGGTRADES" if self.contract[2] == "CRYPTO" else "TRADES"
        asked = [*self.contract, 0, "", size, length, 0, shows, 2, 0, ""]
        answer = self.client.request(20, 40, *asked)
        (rows,) = (m for m in answer if m[0] == "17")
        every = [rows[3 + i * 8 : 11 + i * 8] for i in range(int(rows[2]))]
        midnight = self.world.gateway.markets[self.con_id].day.midnight
        today = f"{self.world.gateway.local_time(midnight):%Y%m%d}"
        kept = [r for r in every if r[0] == today or (len(r[0]) > 8 and int(r[0]) >= midnight)]
        return [[float(x) for x in row[1:6]] for row in kept]


def check_quotes(view: View) -> None:
    book = held(view.client, BOOK, MANY)
    if view.contract[2] == "OPT" or view.contract[7] == "LSE":
        market = view.world.gateway.markets[view.con_id]
        book = {
            side: [
                (str(market.instrument.quoted(one.price)), "", str(one.size))
                for one in market.book.resting(buys=side == "1")
            ]
            for side in ("0", "1")
        }
    for side, price_tick, size_tick in (("1", 1, 0), ("0", 2, 3)):
        rows = [(float(price), float(size)) for price, _, size in book[side]]
        if not rows:
            assert view.ticks.get(price_tick, -1.0) == -1.0
            continue
        best = rows[0][0]
        assert view.ticks[price_tick] == best
        assert view.ticks[size_tick] == pytest.approx(sum(s for p, s in rows if p == best))
        prices = [price for price, _ in rows]
        assert prices == sorted(prices, reverse=side == "1")
    if book["0"] and book["1"]:
        assert float(book["1"][0][0]) < float(book["0"][0][0])


def check_trades(view: View, began: float) -> None:
    instrument = BY_CON_ID[view.con_id]
    quote = view.world.gateway.markets[view.con_id].quote()
    volume = float(instrument.size(quote.volume))
    last = view.ticks[4]
    assert last == quote.last
    assert view.ticks[7] <= last <= view.ticks[6]
    if view.volumes:
        assert view.volumes[-1] == (last, pytest.approx(volume))
    if view.last_trade:
        assert view.last_trade == last
        assert float(view.traded) == pytest.approx(volume - began)


def check_bars(view: View, turn: int) -> None:
    quote = view.world.gateway.markets[view.con_id].quote()
    volume = float(BY_CON_ID[view.con_id].size(quote.volume))
    (day,) = view.bars("1 day", "1 D")
    assert day[:4] == [quote.open, quote.high, quote.low, quote.last]
    assert day[:3] == [view.ticks[tick] for tick in (14, 6, 7)]
    assert day[4] == pytest.approx(volume)
    for size in ("1 min", "5 mins", "1 hour"):
        small = view.bars(size, "1 D")
        assert (small[0][0], small[-1][3]) == (quote.open, quote.last)
        assert max(b[1] for b in small) == quote.high
        assert min(b[2] for b in small) == quote.low
        assert sum(b[4] for b in small) == pytest.approx(volume)
    assert view.bars("5 secs", f"{60 + turn} S")[-1][3] == quote.last


def check_money(view: View) -> None:
    account = view.world.gateway.account
    position = account.position(view.con_id)
    view.client.request(94, 50, account.name, "", view.con_id)
    row = view.client.of(95)[-1]
    view.client.request(95, 50)
    quantity, daily, unrealized, _, value = map(Decimal, row[2:7])
    instrument = BY_CON_ID[view.con_id]
    each = instrument.money(Decimal(1))
    mark = value / quantity / each
    low, high = (Decimal(str(view.ticks.get(tick, -1))) for tick in (1, 2))
    if low > 0 and high > 0:
        assert low <= mark <= high
    assert quantity == position.quantity
    assert unrealized == pytest.approx(value - position.cost, abs=Decimal("0.00001"))
    bought = sum(
        (e.shares * e.price * each + e.commission) * (1 if e.side == "BUY" else -1)
        if e.side == "BUY"
        else -(e.shares * e.price * each - e.commission)
        for e in view.world.gateway.desk.executions.values()
        if e.con_id == view.con_id
    )
    assert daily == pytest.approx(value - bought, abs=Decimal("0.00001"))
    balances = view.world.gateway.balances(account.name)
    if instrument.currency == "USD":
        assert balances.daily == pytest.approx(balances.equity - 1_000_000, abs=Decimal("0.0001"))


def trade(view: View, order_id: int, side: str, quantity: Any, limit: Any = "") -> None:
    fields = place_fields(order_id, side, quantity, limit)
    fields[2:14] = view.contract
    view.client.request(*fields)


@pytest.mark.parametrize(
    ("wanted", "quantity", "day"),
    [
        (STOCK, 700, "ordinary"),
        (STOCK, 700, "thin"),
        (LONDON, 300, "volatile"),
        (FUTURE, 7, "volatile"),
        (OPTION, 4, "ordinary"),
        (COIN, "0.8", "volatile"),
    ],
    ids=["stock", "thin stock", "pence", "future", "option", "coin"],
)
def test_everything_a_client_is_told_agrees(day: str, wanted: list[Any], quantity: Any) -> None:
    world = World(day=NAMED_DAYS.get(day))
    view = View(world, world.client(), wanted)
    view.open()
    instrument = BY_CON_ID[view.con_id]
    began = float(instrument.size(world.gateway.markets[view.con_id].quote().volume))
    trade(view, 1, "BUY", quantity)
    for turn in range(24):
        if turn % 3 == 1:
            rest = world.gateway.markets[view.con_id]
            price = rest.book.best_bid() if turn % 2 else rest.book.best_ask()
            if price is not None:
                side = "BUY" if turn % 2 else "SELL"
                size = Decimal(str(quantity)) / (10 if instrument.sec_type == "CRYPTO" else 1)
                trade(view, turn + 2, side, size, rest.instrument.price(price))
        world.run(1.3)
        view.update()
        check_quotes(view)
        check_trades(view, began)
        if world.gateway.account.position(view.con_id).quantity:
            check_money(view)
        if turn % 8 == 7:
            check_bars(view, turn)
    assert world.gateway.desk.executions
