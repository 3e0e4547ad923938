"""The rows of what positions are worth together, and of what protects each of them."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.coverage import Coverage
from workstation.domain.ids import ConId
from workstation.domain.limit_use import ExposureRow
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column
from workstation.ui.theme import paint

_SUM = "−10,000,000.00"
_KINDS = {"account": "All", "class": "Class", "currency": "Currency", "symbol": "Symbol"}


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
        text=lambda row: _KINDS.get(row.kind, text.one_line(row.kind, 16)),
        sort=lambda row: list(_KINDS).index(row.kind) if row.kind in _KINDS else len(_KINDS),
        sample="Currency",
        is_number=False,
    ),
    Column(key="name", title="Name", text=_name, sort=_name, sample="GOOGLE WW", is_number=False),
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
    """Market values by symbol, class, currency and of all; the key is (kind, name)."""

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


def _remarks(row: Coverage) -> str:
    parts = [
        ("NOTHING protects", row.uncovered, " of it"),
        ("would turn around by", row.over, ""),
        ("", row.lapses, " end with the day"),
        ("", row.sleeps, " sleep outside regular hours"),
        ("", row.closing, " being closed"),
        ("", row.unconfirmed, " not confirmed"),
    ]
    words = [f"{before} {text.size(each)}{after}".strip() for before, each, after in parts if each]
    if row.orphans:
        words.append(f"{text.count_of(row.orphans, 'exit')} without a position")
    return ", ".join(words)


def _symbol(row: Coverage) -> str:
    return text.one_line(row.symbol, 40)


COVERAGE_COLUMNS: tuple[Column[Coverage], ...] = (
    Column(
        key="symbol", title="Symbol", text=_symbol, sort=_symbol, sample="GOOGLE", is_number=False
    ),
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
    Column(
        key="remarks",
        title="Remarks",
        text=_remarks,
        sort=_remarks,
        sample="NOTHING protects 1,000 of it, 100 end with the day",
        is_number=False,
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
        doubtful = row.lapses or row.sleeps or row.unconfirmed
        return paint().warning if doubtful else None
