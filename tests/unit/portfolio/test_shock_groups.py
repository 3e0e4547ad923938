"""Groups in the grid of shocks: what belongs to one, how far it moves, and their file."""

from pathlib import Path

import pytest

from tests.helpers.desk_fakes import SPY, D
from tests.unit.portfolio.test_shocks import World, at, holding
from workstation.desk.shock_groups import ShockGroups
from workstation.domain.commands import Done, Failed
from workstation.domain.errors import SettingsError
from workstation.domain.ids import ConId
from workstation.domain.shock_groups import (
    ReadShockGroups,
    SetShockGroups,
    ShockGroup,
    ShockGroupsText,
)
from workstation.portfolio.exposures import Holding
from workstation.portfolio.shocks import ShockGrid
from workstation.storage.shock_groups_file import EXAMPLE, parse_groups

CHIPS = ShockGroup(name="chips", price=D("1.5"), symbols=("s1", "AMD"))
TECH = ShockGroup(name="tech", price=D(2), sectors=("Technology",))
HEDGE = ShockGroup(name="hedge", price=D("-0.5"), underlyings=("VXX",))


def grid(world: World, *holdings: Holding, groups: tuple[ShockGroup, ...]) -> ShockGrid:
    return world.shocks.grid(holdings, "USD", world.rates.get, {}, groups)


def of(number: int, value: str, *, underlying: str = "", sector: str = "") -> Holding:
    name = f"S{number}"
    return Holding(ConId(number), name, "STK", "USD", D(1), D(value), name, underlying, sector)


def test_members_move_by_the_groups_factor_and_the_rest_as_the_grid_says() -> None:
    found = grid(World(), holding(1, "1000"), holding(2, "1000"), groups=(CHIPS,))
    assert at(found, -20) == -300 - 200
    assert at(found, 5) == 75 + 50
    (alone,) = found.groups
    assert (alone.name, alone.price, alone.members) == ("chips", D("1.5"), ("S1",))
    assert dict(alone.results)[D(-20)] == -300
    assert len(alone.results) == 9


def test_the_first_group_that_takes_a_position_counts_and_one_may_move_against_the_rest() -> None:
    both = of(1, "1000", sector="Technology")
    hedge = of(3, "500", underlying="VXX")
    found = grid(World(), both, hedge, groups=(CHIPS, TECH, HEDGE))
    assert at(found, -20) == -300 + 50
    assert [each.members for each in found.groups] == [("S1",), (), ("S3",)]
    assert dict(found.groups[2].results)[D(-20)] == 50
    again = grid(World(), both, hedge, groups=(TECH, CHIPS))
    assert at(again, -10) == -200 - 50


def test_nothing_falls_below_nothing() -> None:
    wild = ShockGroup(name="wild", price=D(10), volatility=D(10), symbols=("S1",))
    assert at(grid(World(), holding(1, "1000"), groups=(wild,)), -20) == -1000
    world = World()
    option = world.option(SPY)
    name = ShockGroup(name="wild", price=D(10), volatility=D(10), symbols=(option.symbol,))
    found = grid(world, option, groups=(name,))
    assert at(found, -20, -25) < 0  # the option is worth nothing, and no formula fails


def test_an_option_is_valued_anew_when_its_group_changes() -> None:
    world = World()
    option = world.option(SPY)
    plain = at(grid(world, option, groups=()), 10)
    double = ShockGroup(name="d", price=D(2), symbols=(option.symbol,))
    more = at(grid(world, option, groups=(double,)), 10)
    assert more == at(grid(world, option, groups=()), 20) > plain
    assert at(grid(world, option, groups=(double,)), 10) == more
    assert at(grid(world, option, groups=()), 10) == plain
    vol = ShockGroup(name="v", volatility=D(2), symbols=(option.symbol,))
    assert at(grid(world, option, groups=(vol,)), 0, 25) == at(
        grid(world, option, groups=()), 0, 50
    )


# -- the file ---------------------------------------------------------------------------------------

TEXT = """
[chips]
price = 1.5
symbols = ["NVDA"]
[rates]
price = -0.25
volatility = 2
underlyings = ["ZN"]
sectors = ["Utilities"]
"""


def test_the_text_is_read_and_the_example_holds_no_group() -> None:
    chips, rates = parse_groups(TEXT)
    assert (chips.name, chips.price, chips.volatility) == ("chips", D("1.5"), D(1))
    assert chips.symbols == ("NVDA",)
    assert (rates.price, rates.volatility) == (D("-0.25"), D(2))
    assert parse_groups(EXAMPLE) == ()
    assert len(parse_groups(EXAMPLE.replace("# [", "[").replace("# p", "p").replace("# v", "v")
                            .replace("# symb", "symb").replace("# sect", "sect")
                            .replace("# under", "under").replace("price and", "# price and"))) == 3  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        "[a]\nprice = 1.5\n", "[a]\nprice = 'much'\nsymbols = ['X']", "[a]\nfoo = 1\nsymbols=['X']",
        "[a]\nprice = 11\nsymbols = ['X']", "[a]\nprice = nan\nsymbols = ['X']",
        "[a]\nvolatility = -1\nsymbols = ['X']", "a = 1", "[a", "#" * 70_000,
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_as_a_whole(wrong: str) -> None:
    with pytest.raises(SettingsError):
        parse_groups(wrong)


def test_the_core_keeps_an_edited_text_and_sees_one_edited_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "shocks.toml"
    desk = ShockGroups(path)
    assert desk.now() == ()
    assert desk.read(ReadShockGroups()) == ShockGroupsText(EXAMPLE)
    assert isinstance(desk.keep(SetShockGroups(TEXT)), Done)
    assert [each.name for each in desk.now()] == ["chips", "rates"]
    assert desk.read(ReadShockGroups()) == ShockGroupsText(TEXT)
    assert path.stat().st_mode & 0o077 == 0
    refused = desk.keep(SetShockGroups("[a"))
    assert isinstance(refused, Failed)
    assert path.read_text() == TEXT
    path.write_text("[b]\nsymbols = ['X']\n")
    assert [each.name for each in desk.now()] == ["b"]
    path.write_text("[b")
    assert [each.name for each in desk.now()] == ["b"]
    assert "cannot be used" in desk.fault
    path.write_bytes(b"\xff" * 9)
    assert isinstance(desk.read(ReadShockGroups()), Failed)
    path.write_text("#" * 70_000)
    assert isinstance(desk.read(ReadShockGroups()), Failed)
    path.unlink()
    assert desk.now() == ()
    assert desk.fault == ""
    assert isinstance(desk.keep(SetShockGroups("")), Done)
