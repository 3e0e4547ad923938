"""The grid of shocks over stocks, futures and options, and the formula under it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_fakes import SPY, D, spy
from tests.helpers.virtual_time import VirtualClock
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.greeks import Greeks
from workstation.domain.ids import ConId
from workstation.portfolio.exposures import Holding
from workstation.portfolio.option_model import option_value
from workstation.portfolio.shocks import AT_A_TIME, ShockGrid, Shocks, option_now

CLOCK = VirtualClock()
EXPIRY = f"{CLOCK.now() + timedelta(days=90):%Y%m%d}"
GREEKS = Greeks(implied_volatility=0.2, underlying_price=100.0, delta=0.5)


def holding(
    number: int, value: str | None, sec_type: str = "STK", currency: str = "USD", quantity: int = 1
) -> Holding:
    worth = None if value is None else D(value)
    name = f"S{number}"
    return Holding(ConId(number), name, sec_type, currency, D(quantity), worth, name)


def call(**changes: Any) -> ContractDetails:
    terms: dict[str, Any] = {"strike": D(100), "right": "C", "expiry": EXPIRY, **changes}
    contract = Contract(con_id=SPY, symbol="SPY", sec_type="OPT", **terms)
    return spy(multiplier=D(100), contract=contract)


class World:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.details: dict[ConId, ContractDetails] = {}
        self.greeks: dict[ConId, Greeks] = {}
        self.rates = {"EUR": D("1.10")}
        self.shocks = Shocks(self.clock, self.details.get, self.greeks.get)

    def option(self, number: int, **changes: Any) -> Holding:
        self.details[ConId(number)] = call(**changes)
        self.greeks[ConId(number)] = GREEKS
        return holding(number, "399", "OPT", changes.pop("currency", "USD"))

    def grid(self, *holdings: Holding, cash: dict[str, Decimal] | None = None) -> ShockGrid:
        return self.shocks.grid(holdings, "USD", self.rates.get, cash or {})


def at(grid: ShockGrid, price: int, volatility: int = 0, currencies: int = 0) -> Decimal:
    wanted = (D(price), D(volatility), D(currencies))
    (found,) = [
        x.result for x in grid.scenarios if (x.percent, x.volatility, x.currencies) == wanted
    ]
    return found


# -- the formula ------------------------------------------------------------------------------------


def test_the_formula_gives_the_values_of_the_textbook() -> None:
    """Hull, Options, Futures, and Other Derivatives: S 42, K 40, r 10 %, 20 %, half a year."""
    assert round(option_value("C", 42, 40, 0.5, 0.2, 0.1), 2) == 4.76
    assert round(option_value("P", 42, 40, 0.5, 0.2, 0.1), 2) == 0.81


def test_calls_and_puts_keep_their_parity_and_black_is_its_case_without_interest() -> None:
    for spot in (80.0, 100.0, 130.0):
        gap = option_value("C", spot, 100, 0.7, 0.3) - option_value("P", spot, 100, 0.7, 0.3)
        assert gap == pytest.approx(spot - 100)
    assert round(option_value("P", 20, 20, 4 / 12, 0.25) * 0.970446, 2) == 1.12  # Hull, 18.8


@pytest.mark.parametrize(
    ("right", "spot", "years", "volatility", "worth"),
    [
        ("C", 110, 0, 0.2, 10),
        ("P", 110, 0, 0.2, 0),
        ("C", 110, 1, 0, 10),
        ("P", 0, 1, 0.2, 100),
        ("P", 90, -1, 0.2, 10),
    ],
)
def test_at_its_end_and_without_volatility_an_option_is_worth_its_exercise(
    right: str, spot: float, years: float, volatility: float, worth: float
) -> None:
    assert option_value(right, spot, 100, years, volatility) == worth


# -- the grid ---------------------------------------------------------------------------------------


def test_stocks_and_futures_follow_their_price_and_know_no_volatility() -> None:
    grid = World().grid(holding(1, "1000"), holding(2, "-400", "FUT"))
    for price in (-20, -10, -5, -2, 0, 2, 5, 10, 20):
        for volatility in (-25, 0, 25, 50):
            assert at(grid, price, volatility) == D(600) * price / 100
    assert grid.unmodelled == ()
    assert {each.currencies for each in grid.scenarios} == {D(0)}


def test_an_option_is_valued_anew_by_price_and_volatility() -> None:
    world = World()
    held = world.option(1)
    grid = world.grid(held)
    now = option_now(call(), GREEKS, world.clock.now())
    assert now is not None

    def worth(price: float, volatility: float) -> float:
        return 100 * option_value("C", price, 100, now.years, volatility)

    assert at(grid, 0) == 0
    assert float(at(grid, 10)) == pytest.approx(worth(110, 0.2) - worth(100, 0.2), abs=0.01)
    assert float(at(grid, -20, 50)) == pytest.approx(worth(80, 0.3) - worth(100, 0.2), abs=0.01)
    assert at(grid, 0, 25) > 0 > at(grid, 0, -25)
    assert at(grid, -20) > D("-399")  # no more than it cost


def test_a_written_put_loses_and_what_covers_it_wins() -> None:
    world = World()
    world.option(1, right="P")
    short = holding(1, "-399", "OPT", quantity=-1)
    alone, hedged = world.grid(short), world.grid(short, holding(2, "-5000"))
    assert at(alone, -20) < -1000
    assert at(hedged, -20) == at(alone, -20) + 1000


@pytest.mark.parametrize(
    ("details", "greeks"),
    [
        (None, GREEKS),
        (call(), None),
        (call(strike=None), GREEKS),
        (call(expiry="202612"), GREEKS),
        (call(right=""), GREEKS),
        (call(), Greeks(underlying_price=100.0)),
        (call(), Greeks(implied_volatility=0.2)),
        (call(), Greeks(implied_volatility=0.0, underlying_price=100.0)),
        (call(), Greeks(implied_volatility=0.2, underlying_price=-1.0)),
    ],
)
def test_an_option_without_a_model_is_named_and_left_out(
    details: ContractDetails | None, greeks: Greeks | None
) -> None:
    world = World()
    if details is not None:
        world.details[ConId(1)] = details
    if greeks is not None:
        world.greeks[ConId(1)] = greeks
    grid = world.grid(holding(1, "399", "OPT"), holding(2, "1000"), holding(3, None, "STK"))
    assert grid.unmodelled == ("S1", "S3")
    assert at(grid, 10) == 100
    assert world.grid(holding(1, "399", "OPT")).scenarios == ()
    assert world.grid(holding(4, "10", "BAG")).unmodelled == ("S4",)


def test_other_currencies_move_what_is_worth_something_in_them() -> None:
    grid = World().grid(holding(1, "1100", "STK", "EUR"), cash={"EUR": D(100), "USD": D(5000)})
    assert at(grid, 0, 0, 10) == D("121.00")  # 1100 and 110 of cash
    assert at(grid, 10, 0, -10) == D("-22.00")  # 110 gained, less a tenth of 1320
    assert at(grid, 10) == 110


def test_of_a_future_only_what_it_gains_is_in_its_currency_and_of_a_pair_its_cash() -> None:
    world = World()
    future = world.grid(holding(1, "10000", "FUT", "EUR"))
    assert (at(future, 0, 0, 10), at(future, 10, 0, 10)) == (0, 1100)
    pair = world.grid(holding(2, "5500", "CASH"), cash={"EUR": D(5000), "JPY": D(1)})
    assert at(pair, 10) == 0
    assert at(pair, 0, 0, -10) == -550


def test_an_option_in_another_currency_needs_its_rate() -> None:
    world = World()
    world.option(1)
    world.option(2)
    grid = world.grid(
        holding(1, "399", "OPT", "EUR"), holding(2, "399", "OPT", "JPY"), holding(3, "5")
    )
    assert grid.unmodelled == ("S2",)
    home = World()
    home.option(1)
    assert float(at(grid, 10) - D("0.5")) == pytest.approx(
        1.1 * float(at(home.grid(holding(1, "399", "OPT")), 10)), abs=0.02
    )


def test_options_that_moved_are_valued_some_at_a_time() -> None:
    world = World()
    held = [world.option(number) for number in range(AT_A_TIME + 5)]
    world.grid(*held)
    before = dict(world.shocks._known)
    for each in held:
        world.greeks[each.con_id] = Greeks(implied_volatility=0.4, underlying_price=100.0)
    world.grid(*held)
    renewed = [key for key, known in world.shocks._known.items() if known is not before[key]]
    assert len(renewed) == AT_A_TIME
    world.grid(*held)
    assert all(known is not before[key] for key, known in world.shocks._known.items())
    same = dict(world.shocks._known)
    world.grid(*held)
    assert all(known is same[key] for key, known in world.shocks._known.items())


@pytest.mark.parametrize("step", [timedelta(hours=2), timedelta(0)])
def test_time_passes_for_options_too(step: timedelta) -> None:
    world = World()
    held = world.option(1)
    world.grid(held)
    before = world.shocks._known[held.con_id]
    world.clock.seconds += step.total_seconds()
    world.grid(held)
    assert (world.shocks._known[held.con_id] is before) is not bool(step)


def test_an_option_past_its_day_has_no_time_left() -> None:
    details: Callable[..., ContractDetails] = call
    now = option_now(details(expiry="20200117"), GREEKS, CLOCK.now())
    assert now is not None
    assert now.years == 0


def test_without_positions_there_is_no_grid() -> None:
    assert World().grid() == ShockGrid()
