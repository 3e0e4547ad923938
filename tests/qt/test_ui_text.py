from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.qt.fakes import HOSTILE, LADDER
from workstation.domain.prices import PriceLadder
from workstation.ui import text


@pytest.mark.parametrize(
    ("value", "ladder", "shown"),
    [
        (187.2, LADDER, "187.20"),
        (0.1234, LADDER, "0.1234"),
        (1187.2, LADDER, "1,187.20"),
        (4312.25, PriceLadder.of_tick(Decimal("0.25")), "4,312.25"),
        (38.0, PriceLadder.of_tick(Decimal(1)), "38"),
        (1.5, PriceLadder.of_tick(Decimal(10)), "2"),
        (0, None, "0.00"),
        (None, LADDER, "—"),
        (float("nan"), LADDER, "—"),
        (float("inf"), None, "—"),
    ],
)
def test_a_price_has_the_decimals_of_its_ladder(value, ladder, shown) -> None:
    assert text.price(value, ladder) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("187.2"), "187.20"),
        (Decimal("187.205"), "187.205"),
        (Decimal("1E+3"), "1,000.00"),
        (None, "—"),
        (Decimal("NaN"), "—"),
    ],
)
def test_an_order_price_never_loses_a_digit(value, shown) -> None:
    assert text.exact_price(value, LADDER) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (100.0, "100"),
        (12_345_678, "12,345,678"),
        (Decimal("0.5"), "0.5"),
        (Decimal("1E+2"), "100"),
        (-50, "−50"),
        (0, "0"),
        (None, "—"),
        (float("nan"), "—"),
    ],
)
def test_a_size_has_separators_and_only_needed_decimals(value, shown) -> None:
    assert text.size(value) == shown


def test_profit_and_loss_always_have_a_sign() -> None:
    assert text.signed_money(12.3) == "+12.30"
    assert text.signed_money(-1234.5) == "−1,234.50"
    assert text.signed_money(0.0) == "0.00"
    assert text.signed_money(-0.001) == "0.00"
    assert text.signed_money(None) == "—"


def test_a_change_is_told_by_sign_and_arrow() -> None:
    assert text.percent(0.641) == "▲ +0.64 %"
    assert text.percent(-0.641) == "▼ −0.64 %"
    assert text.percent(0.0) == "0.00 %"
    assert text.price_change(0.35, 415.3, LADDER) == "+0.35"
    assert text.price_change(-0.0012, 0.5, LADDER) == "−0.0012"


def test_a_pending_value_shows_both_terms() -> None:
    assert text.pending("100", "80") == "100 → 80"
    assert text.pending("100", None) == "100"
    assert text.pending("100", "100") == "100"


def test_times_are_shown_in_the_wanted_zone() -> None:
    moment = datetime(2026, 3, 18, 14, 32, 5, tzinfo=UTC)

    assert text.clock_time(moment, ZoneInfo("America/New_York")) == "10:32:05"
    assert text.zone_name(moment, ZoneInfo("America/New_York")) == "EDT"
    assert text.clock_time(None) == "—"


@pytest.mark.parametrize("foreign", HOSTILE)
def test_foreign_text_stays_on_one_line_without_control_characters(foreign: str) -> None:
    shown = text.one_line(foreign)

    assert len(shown) <= 500
    assert not any(ord(letter) < 32 or letter in "\u202e\u202c" for letter in shown)


@pytest.mark.parametrize("foreign", HOSTILE)
def test_a_tooltip_contains_no_tag_of_the_foreign_text(foreign: str) -> None:
    inner = text.tooltip(foreign).removeprefix("<qt>").removesuffix("</qt>")

    assert "<" not in inner.replace("<br>", "")
