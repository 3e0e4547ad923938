"""Which positions a group of shocks takes."""

from workstation.domain.shock_groups import ShockGroup


def test_a_group_takes_by_symbol_underlying_or_sector_whatever_the_case() -> None:
    group = ShockGroup(name="g", symbols=("nvda",), underlyings=("SPX",), sectors=("energy",))
    assert group.takes(("NVDA", ""), "", "")
    assert group.takes(("X",), "spx", "")
    assert group.takes(("X",), "", "Energy")
    assert not group.takes(("X", ""), "", "")
    assert not group.takes(("SPX",), "nvda", "")
