"""How one output of an indicator is drawn: colour, width and style, as the user chose."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from workstation.indicators.definition import Kind

WIDTHS = (1, 2, 3, 4, 5)
_COLOUR = re.compile(r"#[0-9a-f]{6}")


class Style(StrEnum):
    """How the values are joined."""

    USUAL = "usual"
    LINE = "line"
    DASHED = "dashed"
    HISTOGRAM = "histogram"
    DOTS = "dots"
    LEVELS = "levels"
    HIDDEN = "hidden"

    @property
    def label(self) -> str:
        """The name in the form."""
        return {"usual": "As usual", "levels": "Steps, not joined", "hidden": "Not shown"}.get(
            self.value, self.value.capitalize()
        )


_KINDS = {
    Style.LINE: Kind.LINE,
    Style.DASHED: Kind.DASHED,
    Style.HISTOGRAM: Kind.HISTOGRAM,
    Style.DOTS: Kind.DOTS,
    Style.LEVELS: Kind.LEVEL,
}


@dataclass(frozen=True, slots=True)
class Look:
    """Empty, 0 and USUAL are what the indicator has by itself."""

    colour: str = ""
    """Like #5aa9ff; the same in the dark and the light theme."""

    width: int = 0
    """In logical pixels."""

    style: Style = Style.USUAL

    def kind(self, usual: Kind) -> Kind | None:
        """Return how to draw an output that is usually drawn so; None for not at all."""
        if self.style is Style.HIDDEN:
            return None
        return _KINDS.get(self.style, usual)

    def plain(self) -> dict[str, object]:
        """Return what differs from the usual, ready for JSON."""
        found = {"colour": self.colour, "width": self.width, "style": self.style.value}
        usual = {"colour": "", "width": 0, "style": "usual"}
        return {name: value for name, value in found.items() if value != usual[name]}


USUAL = Look()


def read_look(state: object) -> Look:
    """Take plain() back; what is not understood is as usual."""
    known = state if isinstance(state, dict) else {}
    colour, width, style = known.get("colour"), known.get("width"), known.get("style")
    is_colour = isinstance(colour, str) and _COLOUR.fullmatch(colour)
    return Look(
        colour if isinstance(colour, str) and is_colour else "",
        width if isinstance(width, int) and width in WIDTHS else 0,
        Style(style) if style in list(Style) else Style.USUAL,
    )


def read_looks(state: object, count: int) -> tuple[Look, ...]:
    """Take a list of plain() back, one for each output."""
    listed = state[:count] if isinstance(state, list) else []
    found = [read_look(each) for each in listed]
    return (*found, *([USUAL] * (count - len(found))))


def plain_looks(looks: Sequence[Look]) -> list[dict[str, object]]:
    """Return looks ready for JSON; nothing where all are usual."""
    plain = [look.plain() for look in looks]
    return plain if any(plain) else []
