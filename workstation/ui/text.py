"""Numbers, times and foreign text as they are shown; the one place where values become text."""

import html
import math
import re
from bisect import bisect_right
from datetime import datetime, tzinfo
from decimal import Decimal

from workstation.domain.prices import PriceLadder

ABSENT = "—"
"""Shown where a value is None."""

_VENUES = {
    "ISLAND": "NSDQ",
    "NASDAQ": "NSDQ",
    "DRCTEDGE": "EDGX",
    "EDGEA": "EDGA",
    "IBKRATS": "IBKR",
    "OVERNIGHT": "OVNT",
}

Number = float | int | Decimal

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def is_absent(value: Number | None) -> bool:
    """Tell whether there is nothing to show; NaN and infinities are nothing."""
    return value is None or not math.isfinite(value)


def ladder_decimals(value: Number, ladder: PriceLadder | None) -> int:
    """Return how many decimals a price of this size takes on its ladder; 2 without one."""
    if ladder is None:
        return 2
    known = _BANDS.get(id(ladder))
    if known is None or known[0] is not ladder:
        if len(_BANDS) >= _MOST_LADDERS:
            _BANDS.clear()
        edges = [float(band.low_edge) for band in ladder.bands]
        decimals = [decimals_of(band.increment) for band in ladder.bands]
        known = _BANDS[id(ladder)] = (ladder, edges, decimals)
    _, edges, decimals = known
    return decimals[max(0, bisect_right(edges, abs(float(value))) - 1)]


_MOST_LADDERS = 2_000
_BANDS: dict[int, tuple[PriceLadder, list[float], list[int]]] = {}
"""Edges and decimals of the ladders in use; the ladder itself is kept, so that its id is too."""


def decimals_of(value: Decimal) -> int:
    """Return the number of significant decimals, 0 for whole numbers."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def price(value: Number | None, ladder: PriceLadder | None = None) -> str:
    """Write a market price with the decimals of its ladder: 1,187.20."""
    if value is None or not math.isfinite(value):
        return ABSENT
    return f"{value:,.{ladder_decimals(value, ladder)}f}"


def exact_price(value: Decimal | None, ladder: PriceLadder | None = None) -> str:
    """Write an order's price; at least the ladder's decimals, never fewer than it has."""
    if value is None or not value.is_finite():
        return ABSENT
    decimals = max(ladder_decimals(value, ladder), decimals_of(value))
    return f"{value:,.{decimals}f}"


def plain_price(value: Decimal, ladder: PriceLadder | None = None) -> str:
    """Write an order's price for an edit field: no thousands separators."""
    decimals = max(ladder_decimals(value, ladder), decimals_of(value))
    return f"{value:.{decimals}f}"


def average_price(value: Decimal | None, ladder: PriceLadder | None = None) -> str:
    """Write an average, which may lie between two ticks: at most two decimals more."""
    if value is None or not value.is_finite():
        return ABSENT
    floor = ladder_decimals(value, ladder)
    decimals = min(max(floor, decimals_of(value)), floor + 2)
    return f"{value:,.{decimals}f}"


def middle_price(value: Number | None, ladder: PriceLadder | None = None) -> str:
    """Write a price that may lie half way between two ticks: one decimal more where it does."""
    if value is None or not math.isfinite(value):
        return ABSENT
    decimals = ladder_decimals(value, ladder)
    exact = round(Decimal(str(value)), decimals + 1)
    return f"{exact:,.{decimals if exact == round(exact, decimals) else decimals + 1}f}"


def price_change(value: Number | None, at: Number | None, ladder: PriceLadder | None = None) -> str:
    """Write a change with its sign and the decimals of the price it led to: +1.20."""
    if value is None or not math.isfinite(value):
        return ABSENT
    decimals = 2 if at is None else ladder_decimals(at, ladder)
    return _signed(f"{value:+,.{decimals}f}")


def distance(value: Number | None, at: Number, ladder: PriceLadder | None = None) -> str:
    """Write how far two prices are apart, with the decimals of one of them: 0.02."""
    if value is None or not math.isfinite(value):
        return ABSENT
    return f"{value:,.{ladder_decimals(at, ladder)}f}".replace("-", "−")


def percent(value: Number | None) -> str:
    """Write per cent with sign and an arrow, so that colour is not needed: ▲ +0.64 %."""
    if value is None or not math.isfinite(value):
        return ABSENT
    text = _signed(f"{value:+,.2f}")
    arrow = {"+": "▲ ", "−": "▼ "}.get(text[0], "")
    return f"{arrow}{text} %"


def points(value: Number | None) -> str:
    """Write basis points with their sign and one decimal: +12.5."""
    if value is None or not math.isfinite(value):
        return ABSENT
    return _signed(f"{value:+,.1f}")


def axis_percent(value: Number | None) -> str:
    """Write per cent with its sign for an axis: +1.25 %."""
    if value is None or not math.isfinite(value):
        return ABSENT
    return _signed(f"{value:+,.2f}") + " %"


def share(value: Number | None) -> str:
    """Write a share of one as per cent without sign: 73 %."""
    if value is None or not math.isfinite(value):
        return ABSENT
    return f"{100 * value:,.0f} %".replace("-", "−")


def quantity_with_unit(value: Decimal | None, unit: str) -> str:
    """Write an amount with its unit: whole where it is large, exact where it is small."""
    if value is None or not value.is_finite():
        return ABSENT
    decimals = 0 if abs(value) >= 1000 else min(decimals_of(value), 2)
    return f"{value:,.{decimals}f} {one_line(unit, 16)}".strip().replace("-", "−")


def size(value: Number | None) -> str:
    """Write a quantity, size or volume; decimals only where it has some: 1,250 or 0.5."""
    if value is None or not math.isfinite(value):
        return ABSENT
    if value == int(value):
        return f"{int(value):,}".replace("-", "−")
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    return f"{exact:,.{min(decimals_of(exact), 8)}f}".replace("-", "−")


def short_size(value: Number | None) -> str:
    """Write a volume for an axis in three or four digits: 950, 12.4K, 3.25M."""
    if value is None or not math.isfinite(value):
        return ABSENT
    amount = float(value)
    for unit, suffix in (1e9, "B"), (1e6, "M"), (1e3, "K"):
        if abs(amount) >= unit:
            short = amount / unit
            decimals = 2 if abs(short) < 10 else 1 if abs(short) < 100 else 0
            return f"{short:,.{decimals}f}{suffix}".replace("-", "−")
    return size(round(amount, 2))


def venue(foreign: str) -> str:
    """Write an exchange in four letters where it is a common one: ISLAND is NSDQ."""
    clean = one_line(foreign, 20)
    return _VENUES.get(clean, clean)


def plain_size(value: Decimal) -> str:
    """Write a quantity for an edit field: no separators, no trailing zeros."""
    return f"{value:.{decimals_of(value)}f}"


def money(value: Number | None, currency: str = "") -> str:
    """Write an amount with two decimals: 12,345.60 USD."""
    if value is None or not math.isfinite(value):
        return ABSENT
    amount = f"{value:,.2f}".replace("-", "−")
    return f"{amount} {one_line(currency)}" if currency else amount


def signed_money(value: Number | None, currency: str = "") -> str:
    """Write a profit or a loss, always with its sign: +12.30."""
    if value is None or not math.isfinite(value):
        return ABSENT
    amount = _signed(f"{value:+,.2f}")
    return f"{amount} {one_line(currency)}" if currency else amount


def pending(now: str, wanted: str | None) -> str:
    """Write a value and what it is about to become: 100 → 80."""
    return now if wanted is None or wanted == now else f"{now} → {wanted}"


def clock_time(moment: datetime | None, zone: tzinfo | None = None) -> str:
    """Write the time of day, local unless a zone is given: 14:05:09."""
    return ABSENT if moment is None else moment.astimezone(zone).strftime("%H:%M:%S")


def time_left(seconds: float) -> str:
    """Write how long something still takes: 4:05, 1:02:33, 3 d 0:04:05."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours}:{minutes:02}:{rest:02}"
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def zone_name(moment: datetime, zone: tzinfo | None = None) -> str:
    """Write the short name of the zone in force at that moment: CET, EDT."""
    return moment.astimezone(zone).strftime("%Z")


def full_time(moment: datetime) -> str:
    """Write date and time with zone, for tooltips and copies."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def precise_time(moment: datetime) -> str:
    """Write a time of this machine's zone to the millisecond, with its day."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def one_line(foreign: str, limit: int = 500) -> str:
    """Make foreign text safe for one line: no control or direction marks, of bounded length."""
    clean = _UNSAFE.sub(" ", foreign[: limit * 2]).strip()
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def paragraphs(foreign: str, limit: int = 100_000) -> str:
    """Make foreign text safe for many lines: line ends stay, other control marks go."""
    cut = foreign[:limit].replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(_UNSAFE.sub(" ", line).rstrip() for line in cut.split("\n"))


def day_time(moment: datetime) -> str:
    """Write day and time of day, local: 03-18 14:05."""
    return moment.astimezone().strftime("%m-%d %H:%M")


def button_text(foreign: str) -> str:
    """Write foreign text for buttons, menus and dock titles, where & underlines a letter."""
    return one_line(foreign).replace("&", "&&")


def tooltip(foreign: str, limit: int = 2000) -> str:
    """Write foreign text as a tooltip; tooltips read HTML, so everything is escaped."""
    lines = [one_line(line, limit) for line in foreign[:limit].splitlines()]
    return "<qt>" + "<br>".join(html.escape(line) for line in lines) + "</qt>" if foreign else ""


def count_of(number: int, singular: str) -> str:
    """Write a count with its noun: 1 order, 3 orders."""
    return f"{number:,} {singular}" if number == 1 else f"{number:,} {singular}s"


def _signed(text: str) -> str:
    if not text.strip("+-0.,"):
        return text.lstrip("+-")
    return text.replace("-", "−")
