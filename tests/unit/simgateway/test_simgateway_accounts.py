"""The accounts: currencies, margin by kind of contract, short sales, corrections, restarts."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simgateway.virtual import VirtualClient, World
from workstation.simgateway.account_values import summary_values
from workstation.simgateway.accounts import ACCOUNTS, STARTING_CASH, Account, Position
from workstation.simgateway.instruments import BY_CON_ID, ContractQuery, Instrument, Shortable
from workstation.simgateway.order_request import PlaceRequest
from workstation.simgateway.orders import Order
from workstation.simgateway.requirements import margin_of
from workstation.simgateway.state import StateFile

AAPL = 265598
FIRST, SECOND = ACCOUNTS


class Book:
    """A world with one client that trades any contract."""

    def __init__(self, **options: Any) -> None:
        self.world = World(**options)
        self.client: VirtualClient = self.world.client()
        self._id = 0

    def trade(self, instrument: Instrument, quantity: object, **more: Any) -> Order | None:
        """Place a market order; negative quantities sell."""
        size = Decimal(str(quantity))
        self._id += 1
        request = PlaceRequest(
            order_id=self._id,
            contract=query(instrument),
            side="BUY" if size > 0 else "SELL",
            quantity=abs(size),
            order_type=more.pop("kind", "MKT"),
            **more,
        )
        self.world.gateway.desk.place(1, request)
        self.world.gateway.commit()
        return self.world.gateway.desk.store.find(1, self._id)

    @property
    def account(self) -> Account:
        return self.world.gateway.account

    def refusals(self) -> list[int]:
        return self.client.errors(self._id)

    def check(self) -> None:
        """Equity is what was put in and what was made of it, as long as all of it is USD."""
        balances = self.world.gateway.balances(self.account.name)
        made = self.account.realized + balances.unrealized
        assert balances.equity == STARTING_CASH + made
        assert balances.daily == balances.equity - STARTING_CASH


def query(instrument: Instrument) -> ContractQuery:
    return ContractQuery(
        con_id=instrument.con_id,
        sec_type=instrument.sec_type,
        exchange=instrument.exchanges[0],
        currency=instrument.currency,
    )


def listed(sec_type: str, symbol: str, currency: str = "USD") -> Instrument:
    return next(
        i
        for i in BY_CON_ID.values()
        if (i.sec_type, i.symbol, i.currency) == (sec_type, symbol, currency)
    )


@pytest.fixture
def book() -> Book:
    return Book()


def test_a_future_is_not_paid_for_and_what_it_makes_is_cash_at_the_end(book: Book) -> None:
    future = listed("FUT", "ES")
    order = book.trade(future, 2)
    assert order is not None
    assert order.status == "Filled"
    assert order.commission == Decimal("4.50")
    assert book.account.cash == STARTING_CASH
    held = book.account.position(future.con_id)
    assert held.cost == order.average_price * 50 * 2 + Decimal("4.50")
    balances = book.world.gateway.balances(FIRST)
    notional = book.world.gateway.desk.marks()[future.con_id] * 2
    assert balances.initial_margin == notional * Decimal("0.08")
    book.check()

    book.world.run(20)
    book.check()
    book.trade(future, -2)
    assert book.account.cash == STARTING_CASH + book.account.realized
    book.check()


def test_bought_currency_is_cash_at_the_rate_of_its_market(book: Book) -> None:
    pair = listed("CASH", "EUR")
    order = book.trade(pair, 50_000)
    assert order is not None
    assert order.status == "Filled"
    assert book.account.foreign == {"EUR": Decimal(50_000)}
    paid = order.filled_value + order.commission
    assert book.account.cash == STARTING_CASH - paid
    balances = book.world.gateway.balances(FIRST)
    rate = book.world.gateway.markets[pair.con_id].mark()
    assert balances.equity == STARTING_CASH - paid + 50_000 * rate
    rows = book.client.request(62, 1, 7, "All", "$LEDGER:ALL")
    euro = {row[4]: row[5] for row in rows if row[0] == "63" and row[6] == "EUR"}
    assert euro["CashBalance"] == "50000.00"
    assert Decimal(euro["ExchangeRate"]) == rate
    base = {row[4]: row[5] for row in rows if row[0] == "63" and row[6] == "BASE"}
    assert Decimal(base["NetLiquidationByCurrency"]) == round(balances.equity, 2)


def test_a_part_of_a_coin_can_be_traded(book: Book) -> None:
    coin = listed("CRYPTO", "BTC")
    order = book.trade(coin, "0.0125")
    assert order is not None
    assert order.filled == Decimal("0.0125")
    assert book.account.position(coin.con_id).quantity == Decimal("0.0125")
    book.check()
    book.trade(coin, "0.00005")
    assert book.refusals() == [10243]


def test_requirements_follow_the_kind_of_contract() -> None:
    stock = BY_CON_ID[AAPL]
    mark = Decimal(400)
    long = margin_of(stock, Decimal(100), mark, {})
    short = margin_of(stock, Decimal(-100), mark, {})
    assert (long.initial, long.maintenance) == (10_000, 8_000)
    assert (short.initial, short.maintenance) == (12_000, 12_000)
    assert margin_of(stock, Decimal(0), mark, {}).initial == 0


def test_short_sales_need_shares_to_borrow(book: Book) -> None:
    hard = next(i for i in BY_CON_ID.values() if i.borrow.shortable is Shortable.LOCATE)
    none = next(i for i in BY_CON_ID.values() if i.borrow.shortable is Shortable.NONE)
    order = book.trade(none, -100)
    assert order is not None
    assert order.status == "Inactive"
    assert book.refusals() == [201]

    order = book.trade(hard, -100)
    assert order is not None
    assert book.refusals() == [404]
    assert (order.status, order.why_held) == ("PreSubmitted", "locate")
    book.world.run(21)
    found = book.world.gateway.desk.orders[order.perm_id]
    assert found.status == "Filled"
    too_many = book.trade(hard, -5000)
    assert too_many is not None
    assert too_many.status == "Inactive"
    bought = book.trade(hard, 100)
    assert bought is not None
    assert bought.status == "Filled"
    book.check()


def test_a_second_account_trades_apart_from_the_first() -> None:
    book = Book(accounts=2)
    assert book.client.of(15)[0][2] == f"{FIRST},{SECOND}"
    stock = BY_CON_ID[AAPL]
    book.trade(stock, 100, account=SECOND)
    book.trade(stock, 30)
    accounts = book.world.gateway.accounts
    assert accounts[SECOND].position(AAPL).quantity == 100
    assert accounts[FIRST].position(AAPL).quantity == 30
    rows = book.client.request(61, 1)
    assert {(row[2], row[14]) for row in rows if row[0] == "61"} == {
        (FIRST, "30"),
        (SECOND, "100"),
    }
    rows = book.client.request(62, 1, 7, "All", "NetLiquidation")
    assert [row[3] for row in rows if row[0] == "63"] == [FIRST, SECOND]
    rows = book.client.request(62, 1, 7, SECOND, "NetLiquidation")
    assert [row[3] for row in rows if row[0] == "63"] == [SECOND]
    rows = book.client.request(7, 3, 9, 0, SECOND, "", "", "", "", "", 2147483647, 0)
    assert [row[16] for row in rows if row[0] == "11"] == [SECOND]


@pytest.mark.parametrize(("sec_type", "symbol"), [("BOND", "IBM"), ("IND", "SPX")])
def test_what_is_only_quoted_cannot_be_traded(book: Book, sec_type: str, symbol: str) -> None:
    assert book.trade(listed(sec_type, symbol), 1) is None
    assert book.refusals() == [203]


def test_an_account_close_to_liquidation_says_so() -> None:
    account = Account(cash=Decimal(-3_300_000))
    account.positions[AAPL] = Position(con_id=AAPL, quantity=Decimal(10_000))
    shown = []
    for mark in (420, 415, 400, 600):
        values = summary_values(account.balances({AAPL: Decimal(mark)}))
        shown.append(values["HighestSeverity"][0])
    assert shown == ["1", "2", "3", "0"]


def test_one_account_refuses_the_name_of_another(book: Book) -> None:
    assert book.trade(BY_CON_ID[AAPL], 100, account=SECOND) is None
    assert book.refusals() == [321]


@pytest.mark.parametrize("closes", [False, True])
def test_a_corrected_fill_changes_money_and_keeps_its_id_but_for_the_end(
    book: Book, closes: bool
) -> None:
    stock = BY_CON_ID[AAPL]
    book.trade(stock, 100)
    first = next(iter(book.world.gateway.desk.executions.values()))
    if closes:
        book.trade(stock, -100)
    cash = book.account.cash
    book.world.gateway.desk.corrections.correct(first.exec_id, first.price + 1)
    assert book.account.cash == cash - first.shares
    book.check()
    shown = book.client.of(11)[-1]
    assert shown[14] == first.exec_id[:-2] + "02"
    (new,) = [e for e in book.world.gateway.desk.executions.values() if e.exec_id.endswith(".02")]
    assert new.exec_id[:-2] == first.exec_id[:-2]
    assert new.price == first.price + 1


def test_a_busted_fill_leaves_nothing(book: Book) -> None:
    order = book.trade(BY_CON_ID[AAPL], 50)
    assert order is not None
    for exec_id in list(book.world.gateway.desk.executions):
        book.world.gateway.desk.corrections.bust(exec_id)
    assert book.account.position(AAPL).quantity == 0
    assert book.account.cash == STARTING_CASH
    assert book.world.gateway.desk.orders[order.perm_id].filled == 0
    book.check()


def test_accounts_and_waiting_orders_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = Book(accounts=2, state_file=StateFile(path))
    first.trade(BY_CON_ID[AAPL], 100, account=SECOND)
    first.trade(listed("CASH", "EUR"), 30_000)
    mark = first.world.gateway.markets[AAPL].mark()
    trailing = first.trade(
        BY_CON_ID[AAPL], -100, kind="TRAIL", stop_price=Decimal(5), account=SECOND
    )
    assert trailing is not None
    first.world.run(2)
    stop = first.world.gateway.desk.orders[trailing.perm_id].stop_now
    assert stop is not None
    states = [account.state() for account in first.world.gateway.accounts.values()]
    first.world.gateway.desk.corrections.correct(
        next(iter(first.world.gateway.desk.executions)), mark
    )
    states = [account.state() for account in first.world.gateway.accounts.values()]
    first.world.gateway.commit()
    first.world.gateway.close()

    second = Book(state_file=StateFile(path), seconds=3)
    found = [account.state() for account in second.world.gateway.accounts.values()]
    assert found == states
    order = second.world.gateway.desk.orders[trailing.perm_id]
    assert order.stop_now == stop
    ends = [e.exec_id[-2:] for e in second.world.gateway.desk.executions.values()]
    assert ends.count("02") == 1
    second.world.gateway.desk.jump(AAPL, -800)
    second.world.run(6)
    assert second.world.gateway.desk.orders[trailing.perm_id].status == "Filled"
    second.world.gateway.close()
