"""The limits' rows: what is used of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.limit_use import LimitUse, RiskView
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Bar, Column
from workstation.ui.theme import paint

WARN_AT, ALARM_AT = 0.7, 0.9
"""Shares of a limit from which its use is coloured."""


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit; its use is measured against the first level that exists."""

    use: LimitUse

    @property
    def share(self) -> float | None:
        """Use against the personal limit, else the catastrophic one; None without either."""
        level = self.use.personal if self.use.personal is not None else self.use.catastrophic
        if level is None or not level.is_finite() or not self.use.used.is_finite():
            return None
        if level <= 0:
            return 1.0 if self.use.used > 0 else 0.0
        return float(self.use.used / level)


def _amount(value: Decimal | None, unit: str) -> str:
    return text.quantity_with_unit(value, unit)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


COLUMNS: tuple[Column[LimitRow], ...] = (
    Column(
        key="name",
        title="Limit",
        text=lambda row: text.one_line(row.use.name, 60),
        sort=lambda row: row.use.name,
        sample="Open orders of GOOGL, sell",
        is_number=False,
    ),
    Column(
        key="share",
        title="Use",
        text=lambda row: text.share(row.share),
        sort=lambda row: row.share,
        sample="100 % WWWWW",
        tip="Use against the personal limit; coloured from 70 % and 90 % on",
    ),
    Column(
        key="used",
        title="Used",
        text=lambda row: _amount(row.use.used, row.use.unit),
        sort=lambda row: _float(row.use.used),
        sample="10,000,000 USD",
    ),
    Column(
        key="personal",
        title="Personal",
        text=lambda row: _amount(row.use.personal, row.use.unit),
        sort=lambda row: _float(row.use.personal),
        sample="10,000,000 USD",
        tip="Above it an entry asks for one confirmation",
    ),
    Column(
        key="catastrophic",
        title="Catastrophic",
        text=lambda row: _amount(row.use.catastrophic, row.use.unit),
        sort=lambda row: _float(row.use.catastrophic),
        sample="10,000,000 USD",
        tip="Above it an entry is denied",
    ),
)
_SHARE = 1


class LimitsModel(KeyedTableModel[str, LimitRow]):
    """Every limit of an account; the key is its name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    def show_view(self, view: RiskView) -> None:
        """Show these limits and no others."""
        self.show_only({use.name: LimitRow(use) for use in view.uses})

    @override
    def colour(self, row: LimitRow, column: int) -> QColor | None:
        """Colour the use from 70 % and 90 % on."""
        colours, share = paint(), row.share
        if column != _SHARE or share is None or share < WARN_AT:
            return None
        return colours.error if share >= ALARM_AT else colours.warning

    @override
    def bars(self, row: LimitRow) -> Sequence[Bar]:
        """Draw the use as a bar in its own cell."""
        colours, share = paint(), row.share
        if not share:
            return ()
        colour = colours.good_bar
        if share >= WARN_AT:
            colour = colours.error_bar if share >= ALARM_AT else colours.warning_bar
        return (Bar(_SHARE, _SHARE, share, colour),)
