"""Reads baskets from comma-separated text: each line becomes an order, or says what is wrong.

The first line names the columns: side (or action), quantity, symbol, and if wanted type, limit,
stop and tif, in any order. Empty lines and those that begin with # are skipped.
"""

import csv
import io
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from workstation.domain.order import OrderType, Side, Tif

MOST_LINES = 200
MOST_CHARACTERS = 200_000

_NAMES = {
    "action": "side", "side": "side", "quantity": "quantity", "qty": "quantity",
    "shares": "quantity", "symbol": "symbol", "ticker": "symbol", "type": "type",
    "order type": "type", "limit": "limit", "limit price": "limit", "price": "limit",
    "stop": "stop", "stop price": "stop", "tif": "tif", "time in force": "tif",
}  # fmt: skip
_NEEDED = ("side", "quantity", "symbol")
_SIDES = {"BUY": Side.BUY, "B": Side.BUY, "SELL": Side.SELL, "S": Side.SELL}
_TYPES = {each.value: each for each in
          (OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT)}  # fmt: skip
_TIFS = {each.value: each for each in (Tif.DAY, Tif.GTC, Tif.OPG, Tif.IOC)}
_Kind = TypeVar("_Kind")
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,10})?")
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9 .\-]{0,23}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """One line; where `fault` is not empty, the rest may be missing."""

    number: int
    text: str
    fault: str = ""
    side: Side = Side.BUY
    quantity: Decimal = Decimal(0)
    symbol: str = ""
    order_type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    tif: Tif = Tif.DAY


@dataclass(frozen=True, slots=True)
class Basket:
    """What a text holds; `fault` is about the whole, and then there are no lines."""

    lines: tuple[BasketLine, ...] = ()
    fault: str = ""


class _LineError(Exception):
    """What is wrong with one line."""


def read_basket(content: str) -> Basket:
    """Read a whole text; never raises."""
    if len(content) > MOST_CHARACTERS or "\0" in content:
        return Basket(fault="This is no list of orders.")
    rows = _rows(content.removeprefix("\ufeff"))
    if not rows:
        return Basket(fault="There is nothing in it that can be read.")
    head = [_NAMES.get(cell.strip().lower(), "") for cell in rows[0][1]]
    if fault := _whole_fault(head, len(rows) - 1):
        return Basket(fault=fault)
    return Basket(tuple(_line(number, cells, head) for number, cells in rows[1:]))


def _whole_fault(head: list[str], count: int) -> str:
    missing = [name for name in _NEEDED if name not in head]
    if missing:
        return (
            f"The first line must name the columns; missing: {', '.join(missing)}. "
            "For example: side,quantity,symbol,type,limit"
        )
    twice = [name for name in set(head) if name and head.count(name) > 1]
    if twice:
        return f"The column {twice[0]} is there twice."
    if count > MOST_LINES:
        return f"A basket has at most {MOST_LINES} orders; this has {count}."
    return "" if count else "There are no orders below the line of names."


def _rows(content: str) -> list[tuple[int, list[str]]]:
    delimiter = ";" if content.partition("\n")[0].count(";") else ","
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    try:
        return [
            (reader.line_num, cells)
            for cells in reader
            if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#")
        ]
    except csv.Error:
        return []


def _line(number: int, cells: list[str], head: list[str]) -> BasketLine:
    text = ",".join(cells)
    if any(cell.strip() for cell in cells[len(head) :]):
        fault = "more cells than columns; write numbers without thousands commas"
        return BasketLine(number=number, text=text, fault=fault)
    try:
        values = {name: cell.strip() for name, cell in zip(head, cells, strict=False) if name}
        return _read(number, text, values)
    except _LineError as error:
        return BasketLine(number=number, text=text, fault=str(error))


def _read(number: int, text: str, values: dict[str, str]) -> BasketLine:
    limit, stop = _price(values, "limit"), _price(values, "stop")
    word = values.get("type", "").upper()
    if not word:
        order_type = {
            (False, False): OrderType.MARKET, (True, False): OrderType.LIMIT,
            (False, True): OrderType.STOP, (True, True): OrderType.STOP_LIMIT,
        }[limit is not None, stop is not None]  # fmt: skip
    else:
        order_type = _one_of(_TYPES, word, "type")
    for name, price, taken in (
        ("limit", limit, order_type.takes_limit), ("stop", stop, order_type.takes_stop),
    ):  # fmt: skip
        if taken and price is None:
            raise _LineError(f"a {order_type.value} order needs a {name}")
        if price is not None and not taken:
            raise _LineError(f"a {order_type.value} order takes no {name}")
    quantity = _number(values.get("quantity", ""), "quantity")
    if quantity <= 0:
        raise _LineError("the quantity must be greater than 0")
    symbol = values.get("symbol", "").upper()
    if not _SYMBOL.fullmatch(symbol):
        raise _LineError("the symbol is missing or has signs that none has")
    return BasketLine(
        number=number,
        text=text,
        side=_one_of(_SIDES, values.get("side", "").upper(), "side"),
        quantity=quantity,
        symbol=symbol,
        order_type=order_type,
        limit_price=limit,
        stop_price=stop,
        tif=_one_of(_TIFS, values.get("tif", "").upper() or "DAY", "tif"),
    )


def _one_of(known: dict[str, _Kind], word: str, name: str) -> _Kind:
    if word not in known:
        raise _LineError(f"{name} “{word[:16]}” is none of {', '.join(known)}")
    return known[word]


def _price(values: dict[str, str], name: str) -> Decimal | None:
    word = values.get(name, "")
    return _number(word, name) if word else None


def _number(word: str, name: str) -> Decimal:
    if not word.isascii() or not _NUMBER.fullmatch(word):
        raise _LineError(f"the {name} “{word[:16]}” is not a number such as 1250.50")
    return Decimal(word)
