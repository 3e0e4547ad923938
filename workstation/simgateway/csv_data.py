"""A user's own bars: one CSV file a stock, daily or shorter.

A line that is not a bar is reported as FILE:LINE: fault, and the rest still loads.
"""

import csv
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

from workstation.simgateway.bars import Bar, generated_bar
from workstation.simgateway.daily_data import ZONE, PastDay, Source, session_bar
from workstation.simgateway.instruments import BY_CON_ID, TICK, Instrument, by_symbol

MOST_FAULTS = 20
"""Faults reported of one file."""

MOST_BYTES = 64 * 1024 * 1024

_COLUMNS = ("date", "open", "high", "low", "close", "volume")
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,11}\Z")
_LARGEST_PRICE = Decimal(1_000_000)
_LARGEST_VOLUME = Decimal(10) ** 12
_FIRST_CON_ID = 900_000_000
_LONGEST_BAR = 14_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line; prices in ticks, volume in shares, time local to the exchange."""

    at: datetime
    is_day: bool
    prices: tuple[int, int, int, int]
    volume: int


@dataclass(slots=True)
class UserData:
    """What a folder holds: bars by symbol, and what was wrong."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class BadLineError(ValueError):
    """A line that is not a bar; the text is the fault."""


def read_folder(folder: Path, zone: ZoneInfo) -> UserData:
    """Read every CSV file of a folder; zone is that of times without one.

    Raises:
        OSError: the folder cannot be listed.
    """
    data = UserData()
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv":
            continue
        symbol = path.stem.upper()
        if not _SYMBOL.match(symbol):
            data.faults.append(f"{path}:1: {path.stem!r} is not a symbol")
            continue
        faults: list[tuple[int, str]] = []
        rows = _read_file(path, zone, faults)
        if rows:
            data.rows[symbol] = rows
        elif not faults:
            faults.append((1, "holds no bar"))
        data.faults += [f"{path}:{line}: {fault}" for line, fault in faults[:MOST_FAULTS]]
        if len(faults) > MOST_FAULTS:
            line = faults[MOST_FAULTS][0]
            data.faults.append(f"{path}:{line}: and {len(faults) - MOST_FAULTS} more faults")
    return data


def _read_file(path: Path, zone: ZoneInfo, faults: list[tuple[int, str]]) -> list[Row]:
    """Return the bars of one file in order of time."""
    found: dict[datetime, Row] = {}
    for line, values in _lines(path, faults):
        try:
            row = _row(values, zone)
        except BadLineError as problem:
            faults.append((line, str(problem)))
            continue
        if found and row.is_day != next(iter(found.values())).is_day:
            faults.append((line, "mixes days with bars that carry a time"))
        elif row.at in found:
            faults.append((line, "is the second bar of its time"))
        else:
            found[row.at] = row
    return [found[at] for at in sorted(found)]


def _lines(path: Path, faults: list[tuple[int, str]]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the named values of every line after the header."""
    number = 1
    try:
        if path.stat().st_size > MOST_BYTES:
            faults.append((1, f"is larger than {MOST_BYTES // 1024**2} MB"))
            return
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.reader(file)
            names = [name.strip().lower() for name in next(reader, [])]
            missing = [name for name in _COLUMNS if name not in names]
            if missing:
                faults.append((1, f"the header lacks {', '.join(missing)}"))
                return
            for values in reader:
                number = reader.line_num
                if any(value.strip() for value in values):
                    yield number, dict(zip(names, map(str.strip, values), strict=False))
    except (OSError, csv.Error) as problem:
        faults.append((number, f"cannot be read: {getattr(problem, 'strerror', '') or problem}"))


def _row(values: dict[str, str], zone: ZoneInfo) -> Row:
    missing = [name for name in _COLUMNS if not values.get(name)]
    if missing:
        raise BadLineError(f"lacks {', '.join(missing)}")
    at, is_day = _time(f"{values['date']} {values.get('time', '')}".strip(), zone)
    opened, high, low, close = (_price(name, values[name]) for name in _COLUMNS[1:5])
    if not low <= min(opened, close) <= max(opened, close) <= high:
        raise BadLineError("open or close is outside low to high")
    volume = _number("volume", values["volume"])
    if not 0 <= volume <= _LARGEST_VOLUME:
        raise BadLineError(f"volume is out of range: {values['volume'][:24]}")
    return Row(at=at, is_day=is_day, prices=(opened, high, low, close), volume=round(volume))


def _time(text: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    """Return a time local to the exchange, and whether it is a whole day."""
    is_day = re.fullmatch(r"\d{8}|\d{4}-\d{2}-\d{2}", text) is not None
    try:
        at = datetime.fromisoformat(text)
        if is_day:
            return at, True
        aware = at if at.tzinfo else at.replace(tzinfo=zone)
        local = aware.astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    except (ValueError, OverflowError):
        raise BadLineError(f"not a date: {text[:40]!r}") from None
    return local, False


def _price(name: str, text: str) -> int:
    price = _number(name, text)
    if not TICK <= price <= _LARGEST_PRICE:
        raise BadLineError(f"{name} is out of range: {text[:24]}")
    return round(price / TICK)


def _number(name: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise BadLineError(f"{name} is not a number: {text[:24]!r}")
    return value


# ---- as the gateway uses them ------------------------------------------------------------


def source_of(rows: Sequence[Row]) -> Source:
    """Return what gives a user's days.

    They move by whole weeks, so that the last one falls into the week before today.
    """

    def read(today: date) -> list[PastDay]:
        gap = today - timedelta(days=1) - rows[-1].at.date()
        shift = timedelta(days=gap.days // 7 * 7)
        days: dict[date, list[Bar]] = {}
        step = _step(rows)
        for row in rows:
            at = row.at + shift
            if row.is_day:
                bar = session_bar(at.date(), row.prices, row.volume)
            else:
                start = int(at.replace(tzinfo=ZONE).timestamp())
                bar = generated_bar(start, step, row.prices, row.volume)
            days.setdefault(at.date(), []).append(bar)
        return [(day, tuple(bars)) for day, bars in days.items()]

    return read


def _step(rows: Sequence[Row]) -> int:
    """Return the length of a file's bars: the shortest distance between two of a day."""
    gaps = [
        int((two.at - one.at).total_seconds())
        for one, two in pairwise(rows)
        if one.at.date() == two.at.date()
    ]
    return min([_LONGEST_BAR, *gaps])


def instrument_for(symbol: str, rows: Sequence[Row]) -> Instrument:
    """Return the stock a user's data are about: a known one, or a new one."""
    closes = {row.at.date(): row.prices[3] for row in rows}
    returns = [two / one - 1 for one, two in pairwise(closes.values())][-250:]
    spread = statistics.pstdev(returns) if len(returns) > 10 else 0.015
    price, volatility = rows[-1].prices[3] * TICK, max(0.003, min(0.04, spread))
    known = by_symbol(symbol)
    if known is not None:
        return replace(known, reference_price=price, daily_volatility=volatility)
    con_id = _FIRST_CON_ID + crc32(symbol.encode()) % 90_000_000
    while con_id in BY_CON_ID:
        con_id += 1
    return Instrument(
        con_id=con_id,
        symbol=symbol,
        long_name=f"{symbol} (OWN DATA)",
        primary_exchange="NASDAQ",
        market_name="NMS",
        industry="",
        category="",
        subcategory="",
        isin="",
        reference_price=price,
        daily_volatility=volatility,
    )
