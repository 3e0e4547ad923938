"""How the fields of a text form and the fields of a message in protobuf map to each other.

A layout is the order of the text form: a word names a field, "x.y" one of a part (some parts
have a letter), "-" passes over one that protobuf lacks, "name~" is escaped in the text form,
"name!" is sent as the mark for unset (absent reads as 0 there),
"C" stands for the contract, "*name" and "*name(...)" for a count and that many values or
groups, "=1" for itself, "@name" for what the function of that name makes.

Source: tws-wire.md 2.6.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workstation.simgateway.codec_text import (
    UNSET_DOUBLE,
    UNSET_INT,
    UNSET_LONG,
    Field,
    decimal_text,
)

_PREFIXES = {
    "A": "api.settings",
    "B": "historicalDataBar",
    "D": "marketDepthData",
    "E": "execution",
    "F": "executionFilter",
    "S": "scannerSubscription",
}
_CONTRACT = (
    "conId symbol secType lastTradeDateOrContractMonth strike right multiplier exchange currency "
    "localSymbol tradingClass"
)
_WORD = re.compile(r"\*\w+\([^)]*\)|\S+")
_UNSET = frozenset({"", UNSET_INT, UNSET_DOUBLE, UNSET_LONG})
_INTEGERS = frozenset({3, 5})  # int64 and int32 of the descriptors
_DOUBLE, _BOOL, _STRING = 1, 8, 9


@dataclass(frozen=True, slots=True)
class Form:
    """A message in protobuf: its name, the first version that sends it so, its text order."""

    name: str
    since: int
    layout: str


def part(message: Any, word: str) -> tuple[Any, str]:
    """Return the part of a message a word points into, and the name of the field there."""
    *path, name = word.split(".")
    for word_part in path:
        for step in _PREFIXES.get(word_part, word_part).split("."):
            message = getattr(message, step)
    return message, name


class Walk:
    """Goes through the fields of a text form and puts them where the layout says."""

    def __init__(self, values: Sequence[Field]) -> None:
        self._values = values
        self._next = 0

    def take(self) -> Field:
        """Return the next field; those missing at the end read as unset."""
        self._next += 1
        return self._values[self._next - 1] if self._next <= len(self._values) else None

    def text(self) -> str:
        """Return the next field as text."""
        return _text(self.take())

    def count(self) -> int:
        """Return the next field as a number of repetitions."""
        return int(self.text() or 0)

    def put(self, message: Any, layout: str) -> None:
        """Set the fields a layout names from the next fields."""
        for word in _WORD.findall(layout):
            if word == "-":
                self.take()
            elif word == "C":
                self.put(message.contract, _CONTRACT)
            elif word.startswith("*"):
                self._repeat(message, word[1:])
            else:
                target, name = part(message, word.rstrip("~!"))
                value = self.take()
                if word.endswith("!") and value == UNSET_DOUBLE:
                    setattr(target, name, float(UNSET_DOUBLE))
                else:
                    _set(target, name, unescaped(_text(value)) if word.endswith("~") else value)

    def _repeat(self, message: Any, word: str) -> None:
        name, _, layout = word.removesuffix(")").partition("(")
        items = getattr(message, name)
        strings = message.DESCRIPTOR.fields_by_name[name].type == _STRING
        for _ in range(self.count()):
            if layout:
                self.put(items.add(), layout)
            else:
                items.append(self.text() if strings else float(self.text()))

    def tags(self, pairs: Any) -> None:
        """Read a count and that many tags with their values into a map."""
        for _ in range(self.count()):
            tag = self.text()
            pairs[tag] = self.text()


def unescaped(text: str) -> str:
    r"""Return text as it was before codec_text.escaped."""
    if "\\" not in text:
        return text
    return text.encode("ascii").decode("unicode-escape")


def _text(value: Field) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return decimal_text(value)
    return str(value)


def _set(message: Any, name: str, value: Field) -> None:
    """Set one field as its descriptor says; what is unset in text stays absent."""
    text = _text(value)
    kind = message.DESCRIPTOR.fields_by_name[name].type
    if text in _UNSET and not (kind == _STRING and text):
        return
    if kind in _INTEGERS:
        setattr(message, name, int(float(text)) if "." in text else int(text))
    elif kind == _DOUBLE:
        setattr(message, name, float(text))
    elif kind == _BOOL:
        setattr(message, name, text in {"1", "true"})
    elif text != UNSET_LONG:
        setattr(message, name, text)
