"""Instruments that are calculated from others: AAPL/MSFT, ES-10*MES. A small parser, no eval."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workstation.ui.chart.bar_table import Floats

MOST_LETTERS = 200
MOST_SYMBOLS = 6
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)"
    r'|(?P<symbol>[A-Za-z][A-Za-z0-9.]*|"[A-Za-z0-9. ]{1,24}")'
    r"|(?P<sign>[-+*/()]))"
)


class FormulaError(ValueError):
    """What was typed cannot be calculated; the sentence says where and why."""


@dataclass(frozen=True, slots=True)
class _Number:
    value: float


@dataclass(frozen=True, slots=True)
class _Symbol:
    name: str


@dataclass(frozen=True, slots=True)
class _Negative:
    inner: "_Node"


@dataclass(frozen=True, slots=True)
class _Pair:
    sign: str
    left: "_Node"
    right: "_Node"


_Node = _Number | _Symbol | _Negative | _Pair


@dataclass(frozen=True, slots=True)
class Formula:
    """A calculation with the prices of other instruments."""

    text: str
    symbols: tuple[str, ...]
    """Every instrument once, in the order of appearance."""

    root: _Node

    def value(self, prices: Mapping[str, Floats]) -> Floats:
        """Return the result for arrays of one length; not a number where it has none."""
        with np.errstate(all="ignore"):
            result = np.asarray(_value(self.root, prices), np.float64)
        shape = next(iter(prices.values())).shape
        found: Floats = np.where(np.isfinite(result), result, np.nan) * np.ones(shape)
        return found


def _value(node: _Node, prices: Mapping[str, Floats]) -> Floats | float:
    match node:
        case _Number(value):
            return value
        case _Symbol(name):
            return prices[name]
        case _Negative(inner):
            return -_value(inner, prices)
        case _Pair(sign, left, right):
            first, second = _value(left, prices), np.asarray(_value(right, prices))
            if sign == "+":
                return first + second
            if sign == "-":
                return first - second
            return first * second if sign == "*" else first / second


def read_formula(text: str) -> Formula:
    """Read a formula of symbols, numbers, + - * / and brackets.

    A symbol with a blank stands in quotes: "BRK B". Raises FormulaError with a sentence.
    """
    typed = text.strip()
    if len(typed) > MOST_LETTERS:
        raise FormulaError(f"A formula has at most {MOST_LETTERS} letters.")
    parser = _Parser(typed)
    root = parser.whole()
    symbols = tuple(dict.fromkeys(parser.symbols))
    if not symbols:
        raise FormulaError("A formula needs at least one symbol, as in AAPL/MSFT.")
    if len(symbols) > MOST_SYMBOLS:
        raise FormulaError(f"A formula takes at most {MOST_SYMBOLS} symbols.")
    return Formula(typed, symbols, root)


class _Parser:
    """Reads from left to right; * and / bind closer than + and -."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str, int]] = []
        self._place = 0
        self.symbols: list[str] = []
        place = 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None or found.lastgroup is None:
                rest = text[place:].lstrip()
                at = len(text) - len(rest) + 1
                raise FormulaError(f"“{rest[:1]}” at place {at} means nothing in a formula.")
            kind = found.lastgroup
            self._tokens.append((kind, found[kind], found.start(kind) + 1))
            place = found.end()

    def whole(self) -> _Node:
        """Read everything there is."""
        node = self._sum()
        if self._place < len(self._tokens):
            _, word, at = self._tokens[self._place]
            raise FormulaError(f"“{word}” at place {at} stands where a sign such as + belongs.")
        return node

    def _sum(self) -> _Node:
        node = self._product()
        while (sign := self._sign("+-")) is not None:
            node = _Pair(sign, node, self._product())
        return node

    def _product(self) -> _Node:
        node = self._single()
        while (sign := self._sign("*/")) is not None:
            node = _Pair(sign, node, self._single())
        return node

    def _single(self) -> _Node:
        if self._sign("-") is not None:
            return _Negative(self._single())
        if self._place >= len(self._tokens):
            raise FormulaError("The formula ends where a symbol, a number or a bracket belongs.")
        kind, word, at = self._tokens[self._place]
        self._place += 1
        if kind == "number":
            return _Number(float(word))
        if kind == "symbol":
            name = word.strip('"').upper()
            self.symbols.append(name)
            return _Symbol(name)
        if word != "(":
            raise FormulaError(f"“{word}” at place {at} stands where a symbol or number belongs.")
        node = self._sum()
        if self._sign(")") is None:
            raise FormulaError(f"The bracket at place {at} is not closed.")
        return node

    def _sign(self, signs: str) -> str | None:
        if self._place < len(self._tokens):
            kind, word, _ = self._tokens[self._place]
            if kind == "sign" and word in signs:
                self._place += 1
                return word
        return None
