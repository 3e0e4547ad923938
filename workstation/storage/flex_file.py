"""Reads trades from a Flex statement of the broker: XML that anybody may have written.

Only start tags and their attributes are read, by the standard library's own parser as it goes. A
document type is refused before any entity of it is, so that nothing outside the file is opened
and nothing in it can grow. Source: the broker's Flex Queries, sections Trades and Trade
Confirmations.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat
from zoneinfo import ZoneInfo

from workstation.domain.errors import WorkstationError
from workstation.domain.ids import AccountId, ConId, ExecId
from workstation.domain.order import Side
from workstation.domain.past_trades import Origin, PastFill

LARGEST = 256 * 1024 * 1024
"""Bytes of a statement at most."""

MOST_TRADES = 500_000

_PIECE = 1 << 20
_ZONE = ZoneInfo("America/New_York")
"""Times in a statement are the broker's, unless they name their zone."""

_ZONES = {"EST": ZoneInfo("Etc/GMT+5"), "EDT": ZoneInfo("Etc/GMT+4"), "UTC": UTC, "GMT": UTC}
_FORMS = ("%Y%m%d%H%M%S", "%Y-%m-%d%H:%M:%S", "%Y%m%d%H:%M:%S", "%Y-%m-%d%H%M%S")
_BETWEEN = re.compile(r"[;,]|(?<=\d)T(?=\d)")
_SIDES = {"BUY": Side.BUY, "BOT": Side.BUY, "SELL": Side.SELL, "SLD": Side.SELL}
_IDS = {"Trade": "ibExecID", "TradeConfirm": "execID"}
_PRICES = {"Trade": "tradePrice", "TradeConfirm": "price"}
_COSTS = {
    "Trade": ("ibCommission", "ibCommissionCurrency"),
    "TradeConfirm": ("commission", "commissionCurrency"),
}


class FlexError(WorkstationError):
    """A statement that cannot be used; says why and where."""


class _Reader:
    """Hears the parser's start tags."""

    def __init__(self) -> None:
        self.trades: dict[str, PastFill] = {}
        self.is_statement = False
        self.without_id = 0
        self._parser = expat.ParserCreate()
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.ExternalEntityRefHandler = self._refuse
        self._parser.StartElementHandler = self._on_start

    def feed(self, piece: bytes, *, is_last: bool) -> None:
        """Read on. Raises FlexError."""
        try:
            self._parser.Parse(piece, is_last)
        except expat.ExpatError as error:
            raise FlexError(f"It is no whole XML file: {error}.") from error

    @property
    def line(self) -> int:
        """Where it reads now."""
        return self._parser.CurrentLineNumber

    def _refuse(self, *_anything: object) -> NoReturn:
        raise FlexError("It holds a document type or entities, which no statement needs.")

    def _on_start(self, name: str, given: dict[str, str]) -> None:
        if name == "FlexQueryResponse":
            self.is_statement = True
        if name not in _IDS or given.get("levelOfDetail", "EXECUTION") != "EXECUTION":
            return
        if not given.get(_IDS[name]):
            self.without_id += 1
            return
        if len(self.trades) >= MOST_TRADES:
            raise FlexError(f"It holds more than {MOST_TRADES:,} trades: ask for fewer days.")
        fill = _fill(name, given, self.line)
        known = self.trades.get(fill.base_id)
        if known is None or fill.exec_id > known.exec_id:
            self.trades[fill.base_id] = fill


def read_flex(path: Path) -> tuple[tuple[PastFill, ...], int]:
    """Return the trades of a statement, and how many have no execution id and were left out.

    Raises FlexError and OSError.
    """
    if path.stat().st_size > LARGEST:
        raise FlexError(f"It is larger than {LARGEST // 1024 // 1024} MB: ask for fewer days.")
    reader = _Reader()
    with path.open("rb") as file:
        for piece in _pieces(file.read(_PIECE), file):
            reader.feed(piece, is_last=not piece)
    if not reader.is_statement:
        raise FlexError("It is no Flex statement: FlexQueryResponse is missing.")
    return tuple(reader.trades.values()), reader.without_id


def _pieces(piece: bytes, file: object) -> Iterator[bytes]:
    while piece:
        yield piece
        piece = file.read(_PIECE)  # type: ignore[attr-defined]
    yield b""


def _fill(name: str, given: dict[str, str], line: int) -> PastFill:
    """Return one trade. Raises FlexError where a figure of it is none."""
    side = _SIDES.get(given.get("buySell", "").partition(" ")[0].upper())
    if side is None:
        raise FlexError(f"Line {line}: the side {given.get('buySell', '')!r} is not known.")
    paid, currency = _COSTS[name]
    cost = _number(given, paid, line)
    price = _number(given, _PRICES[name], line)
    quantity = _number(given, "quantity", line)
    if price is None or quantity is None:
        raise FlexError(f"Line {line}: a trade without price or quantity.")
    con_id = given.get("conid", "")
    return PastFill(
        exec_id=ExecId(given[_IDS[name]]),
        key=None,
        time=_time(given.get("dateTime", ""), line),
        account=AccountId(given.get("accountId", "")),
        con_id=ConId(int(con_id) if con_id.isdecimal() else 0),
        symbol=given.get("symbol", ""),
        side=side,
        quantity=abs(quantity),
        price=price,
        exchange=given.get("exchange", ""),
        commission=None if cost is None else -cost,  # a statement writes costs below 0
        currency=given.get(currency, "") or given.get("currency", ""),
        realized_pnl=_number(given, "fifoPnlRealized", line),
        origin=Origin.IMPORTED,
    )


def _number(given: dict[str, str], name: str, line: int) -> Decimal | None:
    text = given.get(name, "").replace(",", "")
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise FlexError(f"Line {line}: {name} {text[:40]!r} is no number.") from error
    if not found.is_finite() or abs(found) >= Decimal(10) ** 15:
        raise FlexError(f"Line {line}: {name} {text[:40]!r} is no figure of a trade.")
    return found


def _time(text: str, line: int) -> datetime:
    """Read a time as 20261120;093512, with or without separators and a zone."""
    words = _BETWEEN.sub(" ", text).split()
    zone = _ZONES.get(words.pop()) if words and words[-1] in _ZONES else _ZONE
    joined = "".join(words)
    for form in _FORMS:
        try:
            return datetime.strptime(joined, form).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
    raise FlexError(f"Line {line}: the time {text[:40]!r} cannot be read.")
