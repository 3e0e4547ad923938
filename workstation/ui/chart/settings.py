"""What the user chose for one chart, and how a layout keeps it."""

from dataclasses import asdict, dataclass, fields
from datetime import UTC, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workstation.domain.bar import Show

MOST_MARGIN = 80


class Style(StrEnum):
    """How bars are drawn."""

    CANDLES = "candles"
    FILLED = "filled"
    HOLLOW = "hollow"
    OHLC = "ohlc"
    HEIKIN_ASHI = "heikin-ashi"
    LINE = "line"
    AREA = "area"
    BASELINE = "baseline"

    @property
    def label(self) -> str:
        """The name in the menu."""
        return _TITLES[self]

    @property
    def is_line(self) -> bool:
        """Whether only the closes are drawn, joined."""
        return self in {Style.LINE, Style.AREA, Style.BASELINE}


_TITLES = {
    Style.CANDLES: "Candles",
    Style.FILLED: "Filled candles",
    Style.HOLLOW: "Hollow candles, coloured by the close before",
    Style.OHLC: "OHLC bars",
    Style.HEIKIN_ASHI: "Heikin-Ashi",
    Style.LINE: "Line",
    Style.AREA: "Area",
    Style.BASELINE: "Baseline",
}


class Zone(StrEnum):
    """Whose clocks the time axis shows."""

    LOCAL = "local"
    EXCHANGE = "exchange"
    UTC = "utc"


@dataclass(frozen=True, slots=True)
class ChartSettings:
    """Everything about a chart's looks but contract, bar size and place."""

    style: Style = Style.CANDLES
    zone: Zone = Zone.LOCAL
    log: bool = False
    percent: bool = False
    inverted: bool = False
    quotes: bool = True
    """Whether bid and ask are drawn as lines."""

    sessions: bool = True
    """Whether the time outside regular hours is shaded."""

    session_lines: bool = False
    """Whether vertical lines stand where regular sessions open and close."""

    data_box: bool = False
    """Whether the figures of the bar under the crosshair stand in a box, each on a line."""

    executions: bool = True
    """Whether the user's own fills and round trips are marked."""

    regular_only: bool = False
    """Whether bars outside regular hours are left out."""

    show: Show = Show.TRADES
    """Which prices of the contract."""

    margin: int = 6
    """Room to the right of the newest bar, in per cent of the width."""

    def plain(self) -> dict[str, object]:
        """Return what differs from a new chart, ready for JSON."""
        return {
            name: str(value) if isinstance(value, StrEnum) else value
            for name, value in asdict(self).items()
            if value != getattr(_NEW, name)
        }


def read_settings(state: object) -> ChartSettings:
    """Take plain() back; what is missing or not understood is as in a new chart."""
    if not isinstance(state, dict):
        return _NEW
    values = {
        field.name: state[field.name]
        for field in fields(ChartSettings)
        if isinstance(getattr(_NEW, field.name), bool) and isinstance(state.get(field.name), bool)
    }
    style, zone = state.get("style"), state.get("zone")
    if style in list(Style):
        values["style"] = Style(style)
    if zone in list(Zone):
        values["zone"] = Zone(zone)
    show, margin = state.get("show"), state.get("margin")
    if show in list(Show):
        values["show"] = Show(show)
    if isinstance(margin, int) and not isinstance(margin, bool) and 0 <= margin <= MOST_MARGIN:
        values["margin"] = margin
    return ChartSettings(**values)


_NEW = ChartSettings()


def zone_named(name: str) -> tzinfo | None:
    """Return the zone of a contract as the broker names it: US/Eastern, EST (Eastern Time)."""
    for candidate in (name, name.split(" ", maxsplit=1)[0]):
        try:
            return ZoneInfo(candidate) if candidate else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return None


def display_zone(zone: Zone, exchange: tzinfo | None) -> tzinfo | None:
    """Return whose clocks to show; None for this computer's own."""
    if zone is Zone.UTC:
        return UTC
    return exchange if zone is Zone.EXCHANGE else None
