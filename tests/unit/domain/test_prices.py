"""Price ladders: exact, by band, and never raising the offer's aggression."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.desk_fakes import D
from workstation.domain.prices import PriceBand, PriceLadder

BANDS = PriceLadder(
    (
        PriceBand(D(0), D("0.0001")),
        PriceBand(D(1), D("0.01")),
        PriceBand(D(100), D("0.05")),
    )
)
PRICES = st.decimals(min_value=-1000, max_value=1000, places=6)


@pytest.mark.parametrize(
    ("price", "allowed"),
    [
        ("0.0001", True), ("0.00005", False), ("0.9999", True), ("1.0000", True),
        ("1.0001", False), ("99.99", True), ("100.00", True), ("100.05", True),
        ("100.01", False), ("0", True), ("-0.0001", True), ("-1.005", False), ("-1.25", True),
    ],
)  # fmt: skip
def test_each_price_is_judged_by_its_own_band(price: str, allowed: bool) -> None:
    assert BANDS.allows(D(price)) is allowed


def test_binary_fractions_do_not_fool_it() -> None:
    assert PriceLadder.of_tick(D("0.1")).allows(D("0.3"))
    assert not PriceLadder.of_tick(D("0.1")).allows(D("0.30000000000000004"))


@given(PRICES)
def test_the_neighbours_are_allowed_and_enclose_the_price(price: D) -> None:
    down, up = BANDS.snap_down(price), BANDS.snap_up(price)

    assert down <= price <= up
    assert BANDS.allows(down)
    assert BANDS.allows(up)
    if BANDS.allows(price):
        assert down == price == up


@pytest.mark.parametrize("bands", [(), (PriceBand(D(0), D(0)),), (PriceBand(D(0), D(-1)),)])
def test_a_ladder_on_which_nothing_could_be_judged_is_refused(bands: tuple[PriceBand, ...]) -> None:
    with pytest.raises(ValueError, match="price ladder"):
        PriceLadder(bands)
