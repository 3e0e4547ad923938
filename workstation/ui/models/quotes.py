"""The watchlist's rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.ids import ConId
from workstation.domain.prices import PriceLadder
from workstation.domain.quote import MarketDataType, Quote
from workstation.domain.subscription import StreamPhase, StreamState
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column, word_column
from workstation.ui.theme import paint

FLASH_SECONDS = 0.3
"""How long a changed price stays lit."""

CHIPS = {
    MarketDataType.LIVE: "L",
    MarketDataType.FROZEN: "F",
    MarketDataType.DELAYED: "D",
    MarketDataType.DELAYED_FROZEN: "DF",
}
"""How the type of market data is shown beside each symbol."""

CHIP_WORDS = {
    MarketDataType.LIVE: "Live market data",
    MarketDataType.FROZEN: "Frozen market data: the last of a closed market",
    MarketDataType.DELAYED: "Delayed market data, by 15 minutes or so",
    MarketDataType.DELAYED_FROZEN: "Delayed market data of a closed market",
}

SWEEP_SECONDS = 0.1
"""Lit prices are put out at most this often, all that are due in one pass."""


@dataclass(slots=True)
class WatchRow:
    """One watched symbol; `problem` says why it has no quotes."""

    symbol: str
    con_id: ConId | None = None
    quote: Quote | None = None
    ladder: PriceLadder | None = None
    long_name: str = ""
    problem: str = ""
    link_down: bool = False
    stream: StreamState | None = None
    flashes: dict[int, tuple[bool, float]] = field(default_factory=dict)

    @property
    def is_stale(self) -> bool:
        """Whether the figures are history."""
        return self.link_down or (self.quote is not None and self.quote.stale)

    @property
    def label(self) -> str:
        """The symbol, and in a word what is odd about its figures."""
        return f"{text.one_line(self.symbol, 40)}{self._oddity()}"

    @property
    def change(self) -> float | None:
        """Last price against the close before."""
        quote = self.quote
        if quote is None or quote.last is None or quote.close is None:
            return None
        return quote.last - quote.close

    @property
    def change_percent(self) -> float | None:
        """The change in per cent of the close before."""
        change, quote = self.change, self.quote
        if change is None or quote is None or not quote.close:
            return None
        return 100 * change / quote.close

    def figure(self, name: str) -> float | None:
        """Return one figure of the quote by its field's name."""
        return None if self.quote is None else getattr(self.quote, name)

    def _oddity(self) -> str:
        if self.problem:
            return f"  {text.one_line(self.problem.partition(':')[0], 40)}"
        if self.con_id is None:
            return "  looking up"
        if self.stream is not None and self.stream.text and not self.link_down:
            return f"  {text.one_line(self.stream.text.partition(':')[0], 40)}"
        if self.quote is None:
            return "  no quote yet"
        if self.is_stale:
            return "  stale"
        return "" if self.quote.data_type is MarketDataType.LIVE else f"  {self.chip}"

    @property
    def chip(self) -> str:
        """The type of the market data in a letter or two, empty where there are none."""
        stands = self.stream is None or self.stream.phase is StreamPhase.RUNNING
        return CHIPS[self.quote.data_type] if self.quote is not None and stands else ""


def _price_column(name: str, title: str, tip: str) -> Column[WatchRow]:
    def show(row: WatchRow) -> str:
        return text.price(row.figure(name), row.ladder)

    def order(row: WatchRow) -> float | None:
        return row.figure(name)

    return Column(key=name, title=title, text=show, sort=order, sample="999.00", tip=tip)


def _size_column(name: str, title: str, tip: str, sample: str = "99,999") -> Column[WatchRow]:
    def show(row: WatchRow) -> str:
        return text.size(row.figure(name))

    def order(row: WatchRow) -> float | None:
        return row.figure(name)

    return Column(key=name, title=title, text=show, sort=order, sample=sample, tip=tip)


COLUMNS: tuple[Column[WatchRow], ...] = (
    Column(
        key="symbol",
        title="Symbol",
        text=lambda row: row.label,
        sort=lambda row: row.symbol.upper(),
        sample="GOOGL  stale",
        is_number=False,
    ),
    _price_column("last", "Last", "Price of the last trade"),
    _price_column("bid", "Bid", "Best price anyone pays"),
    _price_column("ask", "Ask", "Best price anyone asks"),
    word_column(
        "data",
        "Data",
        lambda row: row.chip,
        "DF",
        tip="L live, D delayed, F frozen, DF delayed and frozen; right-click a row to choose",
    ),
    Column(
        key="change_percent",
        title="Change %",
        text=lambda row: text.percent(row.change_percent),
        sort=lambda row: row.change_percent,
        sample="▲ +1.00 %",
        tip="Last against the previous close, in per cent",
    ),
    _size_column("bid_size", "Bid size", "Shares or lots wanted at the bid"),
    _size_column("ask_size", "Ask size", "Shares or lots offered at the ask"),
    Column(
        key="change",
        title="Change",
        text=lambda row: text.price_change(row.change, row.figure("last"), row.ladder),
        sort=lambda row: row.change,
        sample="+1,000.00",
        tip="Last against the previous close",
    ),
    _price_column("high", "High", "Highest price of the day"),
    _price_column("low", "Low", "Lowest price of the day"),
    _size_column("volume", "Volume", "Shares or lots traded today", "999,999,999"),
)

_NUMBER = {column.key: number for number, column in enumerate(COLUMNS)}
_FLASHING = tuple((_NUMBER[name], name) for name in ("bid", "ask", "last"))
_DATA = _NUMBER["data"]
_SIGNED = frozenset({_NUMBER["change"], _NUMBER["change_percent"]})
_ALL = (1 << len(COLUMNS)) - 1


def _mask(*names: str) -> int:
    return sum(1 << _NUMBER[name] for name in names)


_SHOWN_IN = {
    **{name: _mask(name) for name in ("bid", "ask", "bid_size", "ask_size", "high", "low")},
    "last": _mask("last", "change", "change_percent"),
    "close": _mask("change", "change_percent"),
    "volume": _mask("volume"),
}
"""Figure of a quote: the columns that show it."""

_figures = attrgetter(*_SHOWN_IN)
_MASKS = tuple(_SHOWN_IN.values())


def changed_columns(old: Quote | None, new: Quote) -> int:
    """Return a mask of the columns in which a quote differs from the one before."""
    if old is None or old.stale is not new.stale or old.data_type is not new.data_type:
        return _ALL
    mask = 0
    for before, after, shown in zip(_figures(old), _figures(new), _MASKS, strict=True):
        if before != after:
            mask |= shown
    return mask


class QuotesModel(KeyedTableModel[str, WatchRow]):
    """Watched symbols with their newest quotes; the key is the symbol in capitals."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)
        self._symbol_of: dict[ConId, str] = {}
        self._streams: dict[ConId, StreamState] = {}
        self._lit: set[str] = set()
        self._swept_at = 0.0

    def add(self, symbol: str) -> bool:
        """Add a symbol that waits for its contract; False where it is there already."""
        return bool(self.upsert([(symbol, WatchRow(symbol))])) if symbol not in self else False

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._row_of

    @override
    def remove(self, key: str) -> None:
        """Take a symbol out."""
        row = self.value(key)
        if row is not None and row.con_id is not None:
            self._symbol_of.pop(row.con_id, None)
        self._lit.discard(key)
        super().remove(key)

    def symbol_of(self, con_id: ConId) -> str | None:
        """Return the symbol under which a contract is watched."""
        return self._symbol_of.get(con_id)

    def resolve(self, symbol: str, con_id: ConId, quote: Quote | None) -> None:
        """Give a row its contract."""
        if (row := self.value(symbol)) is not None:
            row.con_id, row.quote, row.problem = con_id, quote, ""
            row.stream = self._streams.get(con_id)
            self._symbol_of[con_id] = symbol
            self._touch([symbol])

    def set_problem(self, symbol: str, problem: str) -> None:
        """Say why a row has no contract."""
        if (row := self.value(symbol)) is not None:
            row.problem = problem
            self._touch([symbol])

    def set_rules(self, con_id: ConId, ladder: PriceLadder, long_name: str) -> None:
        """Give a row the decimals of its prices."""
        symbol = self._symbol_of.get(con_id)
        if symbol is not None and (row := self.value(symbol)) is not None:
            row.ladder, row.long_name = ladder, long_name
            self._touch([symbol])

    def set_stream(self, state: StreamState) -> None:
        """Take how the stream of a row stands."""
        symbol = self._symbol_of.get(state.con_id)
        self._streams[state.con_id] = state
        if symbol is not None and (row := self.value(symbol)) is not None:
            row.stream = state
            self._touch([symbol])

    def set_link_down(self, *, down: bool) -> None:
        """Grey or ungrey all figures."""
        touched = [row.symbol for row in self._rows if row.link_down is not down]
        for row in self._rows:
            row.link_down = down
            if down:
                row.flashes.clear()
        self._touch(touched)

    def set_quotes(self, quotes: Iterable[Quote], now: float) -> None:
        """Take the newest quotes; `now` is monotonic seconds."""
        touched: dict[int, int] = {}
        for quote in quotes:
            symbol = self._symbol_of.get(quote.con_id)
            place = None if symbol is None else self._row_of.get(symbol)
            if place is None:
                continue
            row = self._rows[place]
            mask = changed_columns(row.quote, quote)
            if quote.stale:
                row.flashes.clear()
            elif row.quote is not None and mask:
                self._flash(row, row.quote, quote, now)
            row.quote = quote
            if mask:
                touched[place] = mask
        self.announce_columns(touched)

    def expire_flashes(self, now: float) -> None:
        """Put out what has been lit long enough. Called on the frame beat."""
        if not self._lit or 0 <= now - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = now
        touched: dict[int, int] = {}
        for symbol in tuple(self._lit):
            place = self._row_of[symbol]
            flashes = self._rows[place].flashes
            due = [column for column, (_, until) in flashes.items() if until <= now]
            for column in due:
                del flashes[column]
            if not flashes:
                self._lit.discard(symbol)
            if due:
                touched[place] = sum(1 << column for column in due)
        self.announce_columns(touched)

    @override
    def colour(self, row: WatchRow, column: int) -> QColor | None:
        """Grey what is stale; the change by its sign."""
        colours = paint()
        if row.problem or (column == 0 and row.stream is not None and row.stream.text):
            return colours.warning
        if row.is_stale or row.quote is None:
            return colours.muted
        if column == _DATA:
            is_live = row.quote.data_type is MarketDataType.LIVE
            return colours.muted if is_live else colours.warning
        if column in _SIGNED:
            change = row.change
            return None if not change else colours.up if change > 0 else colours.down
        return None

    @override
    def background(self, row: WatchRow, column: int) -> QColor | None:
        """Light up what has just changed."""
        flash = row.flashes.get(column) if row.flashes else None
        if flash is None:
            return None
        return paint().flash_up if flash[0] else paint().flash_down

    @override
    def tip(self, row: WatchRow, column: int) -> str:
        """Tell the long name, what is wrong and how old the figures are."""
        if column == _DATA and row.chip and row.quote is not None:
            return CHIP_WORDS[row.quote.data_type]
        if column != 0:
            return ""
        lines = [row.long_name, row.problem]
        if row.stream is not None:
            lines += [row.stream.text, row.stream.advice]
        if row.is_stale:
            lines.append("Stale: these figures are history, not a market.")
        if row.quote is not None:
            lines.append(f"Received {text.full_time(row.quote.received_at)}")
        return "\n".join(line for line in lines if line)

    def _flash(self, row: WatchRow, old: Quote, new: Quote, now: float) -> None:
        for column, name in _FLASHING:
            before, after = getattr(old, name), getattr(new, name)
            if before is None or after is None or before == after or column in row.flashes:
                continue
            row.flashes[column] = (after > before, now + FLASH_SECONDS)
            self._lit.add(row.symbol)

    def _touch(self, symbols: Iterable[str]) -> None:
        self.announce(self._row_of[symbol] for symbol in symbols)
