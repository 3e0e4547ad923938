"""The rows of what positions are worth together, and of what protects each of them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.coverage import Coverage
from workstation.domain.ids import ConId
from workstation.domain.limit_use import ExposureRow
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column, word_column
from workstation.ui.theme import paint

_SUM = "−10,000,000.00"
KINDS = {
    "account": "All",
    "class": "Class",
    "sector": "Sector",
    "currency": "Currency",
    "strategy": "Strategy",
    "underlying": "Underlying",
    "symbol": "Symbol",
}
"""What groups positions, in the order shown."""


def _name(row: ExposureRow) -> str:
    return text.one_line(row.name, 40)


def _sum(key: str, of: Callable[[ExposureRow], Decimal], tip: str) -> Column[ExposureRow]:
    return Column(
        key=key,
        title=key.capitalize(),
        text=lambda row: text.money(of(row)),
        sort=lambda row: float(of(row)),
        sample=_SUM,
        tip=f"{tip}, in the account's currency",
    )


EXPOSURE_COLUMNS: tuple[Column[ExposureRow], ...] = (
    Column(
        key="kind",
        title="Group",
        text=lambda row: KINDS.get(row.kind, text.one_line(row.kind, 16)),
        sort=lambda row: list(KINDS).index(row.kind) if row.kind in KINDS else len(KINDS),
        sample="Underlying",
        is_number=False,
    ),
    word_column("name", "Name", _name, "GOOGLE WW"),
    _sum("long", lambda row: row.long, "Market value of long positions"),
    _sum("short", lambda row: row.short, "Market value of short positions"),
    _sum("net", lambda row: row.net, "Long less short"),
    _sum("gross", lambda row: row.gross, "Long plus short"),
    Column(
        key="unvalued",
        title="Without value",
        text=lambda row: text.size(row.unvalued) if row.unvalued else "",
        sort=lambda row: row.unvalued,
        sample="100",
        tip="Positions without a price or an exchange rate; they are missing in the sums",
    ),
)


class ExposuresModel(KeyedTableModel[tuple[str, str], ExposureRow]):
    """Market values of every kind of group and of all; the key is (kind, name)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(EXPOSURE_COLUMNS, parent)

    def show_rows(self, rows: Sequence[ExposureRow]) -> None:
        """Show these groups and no others."""
        self.show_only({(row.kind, row.name): row for row in rows})

    @override
    def colour(self, row: ExposureRow, column: int) -> QColor | None:
        """Mark sums that lack positions."""
        is_lacking = row.unvalued and self.columns[column].key == "unvalued"
        return paint().warning if is_lacking else None


def _quantity(value: Decimal) -> str:
    return text.size(value) if value else ""


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f" ({text.day_time(moment)})"


def _remarks(row: Coverage) -> str:
    sleeps = " sleep NOW" if row.is_asleep else " sleep outside regular hours"
    parts = [
        ("NOTHING protects", row.uncovered, " of it"),
        ("would turn around by", row.over, ""),
        ("", row.lapses, f" end with the day{_moment(row.lapses_at)}"),
        ("", row.sleeps, sleeps + (_moment(row.wakes_at) if row.is_asleep else "")),
        ("", row.closing, " being closed"),
        ("", row.unconfirmed, " not confirmed"),
    ]
    words = [f"{before} {text.size(each)}{after}".strip() for before, each, after in parts if each]
    if row.kept and row.split_day is not None:
        words.append(f"split on {row.split_day:%Y-%m-%d} cancels {text.size(row.kept)}")
    if row.is_by_choice and row.uncovered:
        words.append("open by choice")
    if row.orphans:
        words.append(f"{text.count_of(row.orphans, 'exit')} without a position")
    return ", ".join(words)


def survival_words(row: Coverage) -> str:
    """Say what becomes of a position if this machine dies now: what stays, and until when."""
    symbol, size = text.one_line(row.symbol, 40), text.size(abs(row.quantity))
    if not row.quantity:
        exits = text.count_of(row.orphans, "exit")
        return f"{symbol}: {exits} stay at the broker and would open a position."
    words = [f"{symbol}: if this computer died now, {_kept(row)} of {size} stay protected"]
    if row.covered and row.nearest_stop is not None:
        words[0] += f" by a stop at {text.exact_price(row.nearest_stop)}"
    words[0] += "." if row.covered else ": a loss has no end."
    if row.lapses:
        words.append(f"{text.size(row.lapses)} only until the close{_moment(row.lapses_at)}.")
    if row.sleeps and row.is_asleep:
        words.append(f"{text.size(row.sleeps)} are asleep until{_moment(row.wakes_at)}.")
    elif row.sleeps:
        words.append(f"{text.size(row.sleeps)} not outside the regular hours.")
    if row.kept:
        words.append(_split_words(row))
    if row.over:
        words.append(f"Stops close {text.size(row.over)} too many: the position would turn around.")
    if row.closing:
        words.append(f"{text.size(row.closing)} are being closed by an order at the broker.")
    if row.unconfirmed:
        words.append(f"Stops of {text.size(row.unconfirmed)} are not confirmed and count as none.")
    return " ".join(words)


def _split_words(row: Coverage) -> str:
    if row.split_day is None:
        return "A split or another corporate action would cancel what is good till cancelled."
    return (
        f"The split on {row.split_day:%Y-%m-%d} will cancel the stops of {text.size(row.kept)} "
        "that are good till cancelled."
    )


def _kept(row: Coverage) -> str:
    return text.size(row.covered) if row.covered else "NONE"


def _symbol(row: Coverage) -> str:
    return text.one_line(row.symbol, 40)


COVERAGE_COLUMNS: tuple[Column[Coverage], ...] = (
    word_column("symbol", "Symbol", _symbol, "GOOGLE"),
    Column(
        key="quantity",
        title="Position",
        text=lambda row: text.size(row.quantity),
        sort=lambda row: float(row.quantity),
        sample="100,000",
        tip="Quantity without a sign",
    ),
    Column(
        key="covered",
        title="Stops cover",
        text=lambda row: _quantity(row.covered),
        sort=lambda row: float(row.covered),
        sample="100,000",
        tip="What stops at the broker would close, even if this machine died",
    ),
    Column(
        key="uncovered",
        title="Open",
        text=lambda row: _quantity(row.uncovered),
        sort=lambda row: float(row.uncovered),
        sample="100,000",
        tip="What no stop at the broker would close",
    ),
    Column(
        key="nearest_stop",
        title="Nearest stop",
        text=lambda row: text.exact_price(row.nearest_stop),
        sort=lambda row: None if row.nearest_stop is None else float(row.nearest_stop),
        sample="10,000.00",
    ),
    word_column(
        "remarks", "Remarks", _remarks, "NOTHING protects 1,000 of it, 100 end with the day"
    ),
)


class CoveragesModel(KeyedTableModel[ConId, Coverage]):
    """What protects each position at the broker; the key is the contract."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COVERAGE_COLUMNS, parent)

    def show_rows(self, rows: Sequence[Coverage]) -> None:
        """Show these positions and no others."""
        self.show_only({row.con_id: row for row in rows})

    @override
    def colour(self, row: Coverage, column: int) -> QColor | None:
        """Colour what is open, and what would do too much."""
        if self.columns[column].key not in {"uncovered", "remarks"}:
            return None
        if row.uncovered or row.orphans or row.over:
            return paint().error
        doubtful = row.lapses or row.sleeps or row.unconfirmed or row.split_day is not None
        return paint().warning if doubtful else None
