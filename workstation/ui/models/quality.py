"""The rows of execution quality: one for each fill, and one for each group of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from typing_extensions import override

from workstation.domain.execution_quality import HORIZONS, NO_PRICE, NO_VWAP, FillQuality
from workstation.domain.order import Side
from workstation.domain.prices import PriceLadder
from workstation.domain.trading_costs import (
    FillCosts,
    Mean,
    QualityGroup,
    basis_points,
    costs_of,
    money_of,
)
from workstation.ui import text
from workstation.ui.models.keyed import KeyedTableModel
from workstation.ui.models.table import Column, word_column
from workstation.ui.theme import paint

PENDING = "…"
"""Shown where a look at the market is still to come."""

_POINTS = "in basis points (hundredths of a per cent) of the fill's price"


@dataclass(frozen=True, slots=True)
class QualityRow:
    """A fill and what it cost."""

    fill: FillQuality
    costs: FillCosts
    ladder: PriceLadder | None = None

    @property
    def price(self) -> float | None:
        """The price of the fill, None where the broker told none."""
        return self.fill.price

    def points(self, value: float | None) -> float | None:
        """Return a cost in basis points of the price."""
        return basis_points(value, self.price)

    def mark_out(self, place: int) -> str:
        """Write a mark-out, or that it is still to come."""
        mark = self.fill.mark(HORIZONS[place])
        if mark is None and not self.fill.mark_fault(HORIZONS[place]):
            return PENDING
        return text.points(self.points(self.costs.mark_outs[place]))


Cost = Callable[[FillCosts], float | None]
Row = TypeVar("Row")


def _cost(key: str, title: str, of: Cost, tip: str) -> Column[QualityRow]:
    return Column(
        key=key,
        title=title,
        text=lambda row: text.points(row.points(of(row.costs))),
        sort=lambda row: row.points(of(row.costs)),
        sample="+1,000.0",
        tip=f"{tip}, {_POINTS}; above 0 was paid",
    )


def _mark_out(place: int) -> Column[QualityRow]:
    seconds = HORIZONS[place]
    return Column(
        key=f"mark_out_{seconds}",
        title=f"{seconds} s",
        text=lambda row: row.mark_out(place),
        sort=lambda row: row.points(row.costs.mark_outs[place]),
        sample="+1,000.0",
        tip=f"Gained {seconds} s after the fill against the middle of then, {_POINTS}",
    )


def _slippage_column(of: Callable[[Row], float | None], sample: str, which: str) -> Column[Row]:
    return Column(
        key="slippage",
        title="Slippage",
        text=lambda row: text.signed_money(of(row)),
        sort=of,
        sample=sample,
        tip=f"Slippage against arrival as money, {which}; above 0 was paid",
    )


def _type(row: QualityRow) -> str:
    return "" if row.fill.market is None else text.one_line(row.fill.market.order_type, 20)


def _algo(row: QualityRow) -> str:
    return "" if row.fill.market is None else text.one_line(row.fill.market.algo, 20)


def _arrival(row: QualityRow) -> float | None:
    return None if row.fill.market is None else row.fill.market.arrival.mid


def _slippage(row: QualityRow) -> float | None:
    return money_of(row.fill, row.costs.against_arrival)


def _commission(row: QualityRow) -> str:
    paid = row.fill.commission
    return text.ABSENT if paid is None else text.money(paid.commission, paid.currency)


COLUMNS: tuple[Column[QualityRow], ...] = (
    Column(
        key="time",
        title="Time",
        text=lambda row: text.clock_time(row.fill.execution.time),
        sort=lambda row: row.fill.execution.time.timestamp(),
        sample="23:59:59",
        is_left=True,
    ),
    word_column(
        "symbol", "Symbol", lambda row: text.one_line(row.fill.execution.symbol, 40), "GOOGL W"
    ),
    word_column("side", "Side", lambda row: row.fill.execution.side.value, "SELL"),
    Column(
        key="quantity",
        title="Quantity",
        text=lambda row: text.size(row.fill.execution.quantity),
        sort=lambda row: float(row.fill.execution.quantity),
        sample="10,000",
    ),
    Column(
        key="price",
        title="Price",
        text=lambda row: text.exact_price(row.fill.execution.price, row.ladder),
        sort=lambda row: row.price,
        sample="10,000.00",
    ),
    word_column("type", "Type", _type, "STP LMT"),
    word_column("algo", "Algo", _algo, "Adaptive"),
    word_column("venue", "Venue", lambda row: text.venue(row.fill.execution.exchange), "NSDQ W"),
    Column(
        key="arrival",
        title="Arrival",
        text=lambda row: text.middle_price(_arrival(row), row.ladder),
        sort=_arrival,
        sample="10,000.000",
        tip="Middle of bid and ask when the order's command came",
    ),
    _cost("against_arrival", "vs arrival", lambda c: c.against_arrival, "Slippage against arrival"),
    _slippage_column(_slippage, "+10,000.00", "in the contract's currency"),
    _cost("effective", "Eff. spread", lambda c: c.effective, "Twice the way to the middle"),
    _cost("realized", "Real. spread", lambda c: c.realized, "The same against the middle 300 s on"),
    _cost("against_vwap", "vs VWAP", lambda c: c.against_vwap, "Against our own prints' average"),
    *map(_mark_out, range(len(HORIZONS))),
    Column(
        key="commission",
        title="Commission",
        text=_commission,
        sort=lambda row: float(row.fill.commission.commission) if row.fill.commission else None,
        sample="1,000.00 USD",
    ),
)


def _at_fill_fault(fill: FillQuality) -> str:
    if fill.price is None:
        return NO_PRICE
    return fill.market.at_fill.fault if fill.market else ""


def _arrival_fault(fill: FillQuality) -> str:
    if fill.price is None:
        return NO_PRICE
    return fill.market.arrival.fault if fill.market else ""


_FAULTS: dict[str, Callable[[FillQuality], str]] = {
    "arrival": lambda fill: fill.market.arrival.fault if fill.market else "",
    "against_arrival": _arrival_fault,
    "slippage": _arrival_fault,
    "effective": _at_fill_fault,
    "realized": lambda fill: fill.mark_fault(HORIZONS[-1]),
    "against_vwap": lambda fill: NO_VWAP if fill.mark(HORIZONS[0]) is not None else "",
    **{f"mark_out_{each}": lambda fill, each=each: fill.mark_fault(each) for each in HORIZONS},  # type: ignore[misc]
}
_GAINS = frozenset(f"mark_out_{each}" for each in HORIZONS)


class QualityModel(KeyedTableModel[str, QualityRow]):
    """Fills with their costs; the key is the part of the id that revisions share."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(COLUMNS, parent)

    def take(self, fill: FillQuality, ladder: PriceLadder | None) -> None:
        """Show a fill, or what is known more of it."""
        row = QualityRow(fill, costs_of(fill), ladder)
        self.upsert([(fill.execution.base_id, row)])

    def fills(self) -> tuple[FillQuality, ...]:
        """Return the fills that are shown."""
        return tuple(row.fill for row in self.values())

    @override
    def colour(self, row: QualityRow, column: int) -> QColor | None:
        """Colour the side, gains and costs."""
        key, colours = self.columns[column].key, paint()
        if key == "side":
            return colours.buy if row.fill.execution.side is Side.BUY else colours.sell
        value = self.columns[column].sort(row) if key in _FAULTS and key != "arrival" else None
        if not isinstance(value, float) or not value:
            return None
        return colours.up if (value > 0) is (key in _GAINS) else colours.down

    @override
    def tip(self, row: QualityRow, column: int) -> str:
        """Say why a figure is missing, else when the fill was and what it met."""
        key = self.columns[column].key
        if key in _FAULTS and self.columns[column].sort(row) is None:
            return _FAULTS[key](row.fill).capitalize()
        market = row.fill.market
        lines = [text.full_time(row.fill.execution.time)]
        if market is not None and market.at_fill.mid is not None:
            bid, ask = market.at_fill.bid, market.at_fill.ask
            lines.append(f"Bid {text.price(bid, row.ladder)}, ask {text.price(ask, row.ladder)}")
        return "\n".join(lines)


def _mean(
    key: str, title: str, of: Callable[[QualityGroup], Mean], tip: str
) -> Column[QualityGroup]:
    return Column(
        key=key,
        title=title,
        text=lambda group: text.points(of(group).points),
        sort=lambda group: of(group).points,
        sample="+1,000.0",
        tip=f"{tip}, weighted by value, in basis points of it",
    )


def _mean_mark_out(place: int) -> Column[QualityGroup]:
    seconds = HORIZONS[place]
    return _mean(
        f"mark_out_{seconds}",
        f"{seconds} s",
        lambda group: group.mark_outs[place],
        f"Gained {seconds} s after the fills",
    )


GROUP_COLUMNS: tuple[Column[QualityGroup], ...] = (
    Column(
        key="name",
        title="Group",
        text=lambda group: text.one_line(group.name, 40),
        sort=lambda group: group.name,
        sample="NASDAQ WWWW",
        is_number=False,
    ),
    Column(
        key="fills",
        title="Fills",
        text=lambda group: text.size(group.fills),
        sort=lambda group: float(group.fills),
        sample="10,000",
    ),
    Column(
        key="quantity",
        title="Quantity",
        text=lambda group: text.size(group.quantity),
        sort=lambda group: float(group.quantity),
        sample="1,000,000",
    ),
    Column(
        key="value",
        title="Value",
        text=lambda group: text.money(group.value, group.currency),
        sort=lambda group: group.value,
        sample="10,000,000.00 USD",
    ),
    _mean("against_arrival", "vs arrival", lambda g: g.against_arrival, "Slippage against arrival"),
    _slippage_column(lambda group: group.against_arrival.money, "+100,000.00", "of all fills"),
    _mean("effective", "Eff. spread", lambda group: group.effective, "Effective spread"),
    _mean("realized", "Real. spread", lambda group: group.realized, "Realised spread, 300 s"),
    _mean("against_vwap", "vs VWAP", lambda group: group.against_vwap, "Against our own prints"),
    *map(_mean_mark_out, range(len(HORIZONS))),
    Column(
        key="commission",
        title="Commission",
        text=lambda group: text.money(group.commission),
        sort=lambda group: float(group.commission),
        sample="10,000.00",
    ),
    Column(
        key="measured",
        title="Measured",
        text=lambda group: f"{group.against_arrival.fills} of {group.fills}",
        sort=lambda group: float(group.against_arrival.fills),
        sample="1,000 of 1,000",
        tip="Fills whose arrival is known",
    ),
)


class QualityGroupsModel(KeyedTableModel[tuple[str, str], QualityGroup]):
    """Fills together; the key is (name, currency)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(GROUP_COLUMNS, parent)

    def show_groups(self, groups: Sequence[QualityGroup]) -> None:
        """Show these groups and no others."""
        self.show_only({(group.name, group.currency): group for group in groups})


def rows_of(
    fills: Iterable[FillQuality], ladder_of: Callable[[FillQuality], PriceLadder | None]
) -> dict[str, QualityRow]:
    """Return fills as rows under their keys."""
    return {
        fill.execution.base_id: QualityRow(fill, costs_of(fill), ladder_of(fill)) for fill in fills
    }
