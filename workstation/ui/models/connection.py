"""Rows of the connection panel: the broker's data farms, and the use of the session's limits."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.farm import Farm, FarmPurpose, FarmStatus
from workstation.domain.subscription import DataUse, Use
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Bar, Column, word_column
from workstation.ui.theme import paint

FARM_COLUMNS: tuple[Column[Farm], ...] = (
    Column(
        key="farm",
        title="Data farm",
        text=lambda row: text.one_line(row.name, 40),
        sort=lambda row: row.name,
        sample="usfarm.nj.WW",
        is_number=False,
    ),
    word_column("purpose", "Purpose", lambda row: row.purpose.value, "contract details"),
    word_column(
        "status",
        "Status",
        lambda row: row.status.value,
        "connecting",
        tip="On demand: TWS links it as soon as something is asked of it",
    ),
    Column(
        key="since",
        title="Since",
        text=lambda row: text.clock_time(row.since),
        sort=lambda row: row.since.timestamp(),
        sample="00:00:00",
    ),
)
_STATUS = 2

USE_COLUMNS: tuple[Column[Use], ...] = (
    Column(
        key="limit",
        title="Limit",
        text=lambda row: row.name.capitalize(),
        sort=lambda row: row.name,
        sample="Tick-by-tick streams",
        is_number=False,
    ),
    Column(
        key="use",
        title="Use",
        text=lambda row: f"{row.used:,} of {row.most:,}",
        sort=lambda row: row.used / row.most if row.most else 0.0,
        sample="100 of 100 WW",
    ),
    Column(
        key="paused",
        title="Paused",
        text=lambda row: f"{row.waiting:,}" if row.waiting else "",
        sort=lambda row: row.waiting,
        sample="Paused",
        tip="What waits for room; it comes back by itself",
    ),
    Column(
        key="detail",
        title="Held by",
        text=lambda row: text.one_line(row.detail, 200),
        sort=lambda row: row.detail,
        sample="AAPL (Depth)",
        is_number=False,
        tip="Which contract and which panel hold the few slots, and what the broker taught",
    ),
)
_USE, _PAUSED = 1, 2


class FarmsModel(KeyedTableModel[tuple[FarmPurpose, str], Farm]):
    """Every farm that TWS has named in this session."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(FARM_COLUMNS, parent)

    def show_farms(self, farms: Iterable[Farm]) -> None:
        """Show these farms and no others."""
        self.show_only({(farm.purpose, farm.name): farm for farm in farms})

    @override
    def colour(self, row: Farm, column: int) -> QColor | None:
        """Colour the status."""
        colours = paint()
        if column != _STATUS:
            return None
        return {FarmStatus.BROKEN: colours.error, FarmStatus.CONNECTING: colours.warning}.get(
            row.status
        )


class UsesModel(KeyedTableModel[str, Use]):
    """Every limit of the session."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(USE_COLUMNS, parent)

    def show_use(self, use: DataUse) -> None:
        """Show the newest use."""
        self.upsert((each.name, each) for each in use.all)

    @override
    def colour(self, row: Use, column: int) -> QColor | None:
        """Colour what is paused."""
        return paint().warning if column == _PAUSED and row.waiting else None

    @override
    def bars(self, row: Use) -> Sequence[Bar]:
        """Draw the use as a bar in its own cell."""
        if not row.used or not row.most:
            return ()
        colours = paint()
        colour = colours.warning_bar if row.waiting else colours.good_bar
        return (Bar(_USE, _USE, min(row.used / row.most, 1.0), colour),)
