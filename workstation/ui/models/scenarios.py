"""The grid of shocks: a row for each move of volatility and currencies, a column for each price."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.limit_use import Scenario
from workstation.domain.shock_groups import GroupScenario
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column
from workstation.ui.theme import paint

PRICES = tuple(Decimal(percent) for percent in (-20, -10, -5, -2, 0, 2, 5, 10, 20))


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One move of volatility and currencies, with the result at each move of the prices."""

    volatility: Decimal
    currencies: Decimal
    results: tuple[Decimal | None, ...]
    group: GroupScenario | None = None
    """The group that alone moves, None where everything does."""

    @property
    def name(self) -> str:
        """Say what moves besides the prices."""
        if self.group is not None:
            return f"{text.one_line(self.group.name, 24)} alone, ×{self.group.price:f}"
        moves = [
            f"{words} {_percent(percent)}"
            for words, percent in (("vol", self.volatility), ("FX", self.currencies))
            if percent
        ]
        return ", ".join(moves) or "prices alone"


def _percent(percent: Decimal) -> str:
    return text.axis_percent(percent).replace(".00", "")


def _whole(result: Decimal) -> str:
    return text.signed_money(round(result)).removesuffix(".00")


def _column(place: int) -> Column[ScenarioRow]:
    def shown(row: ScenarioRow) -> str:
        result = row.results[place]
        return text.ABSENT if result is None else _whole(result)

    def key(row: ScenarioRow) -> float | None:
        result = row.results[place]
        return None if result is None else float(result)

    return Column(
        key=f"price{PRICES[place]}",
        title=_percent(PRICES[place]),
        text=shown,
        sort=key,
        sample="−100,000",
        tip="What the positions would win or lose if every price moved so far at once; estimate",
    )


COLUMNS: tuple[Column[ScenarioRow], ...] = (
    Column(
        key="moves",
        title="All prices move by",
        text=lambda row: row.name,
        sort=lambda row: float(row.currencies * 1000 + row.volatility),
        sample="vol +50 %, FX −10 % W",
        is_number=False,
    ),
    *(_column(place) for place in range(len(PRICES))),
)


def _alone(groups: Sequence[GroupScenario]) -> dict[str, ScenarioRow]:
    rows = {}
    for each in groups:
        at = dict(each.results)
        results = tuple(at.get(price) for price in PRICES)
        rows[each.name] = ScenarioRow(Decimal(0), Decimal(0), results, each)
    return rows


class ScenariosModel(KeyedTableModel[tuple[Decimal, Decimal] | str, ScenarioRow]):
    """The results of all shocks; the key is (currencies, volatility), or the name of a group."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    def show_rows(self, scenarios: Sequence[Scenario], alone: Sequence[GroupScenario] = ()) -> None:
        """Show these results and no others; what is unshocked comes first, groups before the currencies."""
        cells = {(x.currencies, x.volatility, x.percent): x.result for x in scenarios}
        groups = sorted({key[:2] for key in cells}, key=lambda key: (abs(key[0]), *key))
        rows: dict[tuple[Decimal, Decimal] | str, ScenarioRow] = {}
        for group in groups:
            if group[0] and not any(isinstance(key, str) for key in rows):
                rows.update(_alone(alone))
            results = tuple(cells.get((*group, price)) for price in PRICES)
            rows[group] = ScenarioRow(group[1], group[0], results)
        if rows:
            rows.update(_alone(alone))
        self.show_only(rows)
        self.reorder(list(rows))

    @override
    def colour(self, row: ScenarioRow, column: int) -> QColor | None:
        """Mark losses."""
        result = row.results[column - 1] if column else None
        return paint().down if result is not None and result < 0 else None
