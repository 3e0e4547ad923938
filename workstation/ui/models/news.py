"""The headlines' rows, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from typing_extensions import override

from workstation.domain.news import Headline
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column

MOST_HEADLINES = 300
"""Older headlines of one contract are not shown."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class HeadlineRow:
    """One headline."""

    headline: Headline


def key_of(headline: Headline) -> Key:
    """Name a headline: its provider and the provider's own id."""
    return (headline.provider, headline.article_id)


COLUMNS: tuple[Column[HeadlineRow], ...] = (
    Column(
        key="time",
        title="Time",
        text=lambda row: text.day_time(row.headline.time),
        sort=lambda row: row.headline.time.timestamp(),
        sample="12-31 23:59",
        is_left=True,
    ),
    Column(
        key="provider",
        title="Source",
        text=lambda row: text.one_line(row.headline.provider, 20),
        sort=lambda row: row.headline.provider,
        sample="BRFUPDN",
        is_number=False,
    ),
    Column(
        key="text",
        title="Headline",
        text=lambda row: text.one_line(row.headline.text, 300),
        sort=lambda row: row.headline.text,
        sample="W" * 20,
        is_number=False,
    ),
)


class NewsModel(KeyedTableModel[Key, HeadlineRow]):
    """Headlines of one contract, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    def take(self, headlines: Iterable[Headline]) -> None:
        """Add headlines and keep the newest on top."""
        self.upsert((key_of(each), HeadlineRow(each)) for each in headlines)
        order = sorted(self._keys, key=self._newest, reverse=True)
        self.reorder(order)
        if len(self._rows) > MOST_HEADLINES:
            self.remove_run(MOST_HEADLINES, len(self._rows) - MOST_HEADLINES)

    def providers(self) -> list[str]:
        """Return who wrote them, in order."""
        return sorted({row.headline.provider for row in self._rows})

    @override
    def tip(self, row: HeadlineRow, column: int) -> str:
        """Tell the whole headline."""
        return f"{text.full_time(row.headline.time)}\n{row.headline.text}"

    def _newest(self, key: Key) -> float:
        return self._rows[self._row_of[key]].headline.time.timestamp()
