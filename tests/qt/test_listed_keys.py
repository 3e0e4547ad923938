"""The keys that F1 lists, that README names, and that the window has, are the same."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence, QShortcut

from tests.qt.conftest import Stage
from workstation.ui.actions import SHORTCUTS

README = Path(__file__).resolve().parents[2] / "README.md"
PLACE = re.compile(r" \((?P<place>\w+)\)$")
PARTED = re.compile(r", | or | and | (?=[←→↑↓])")
SPELLED = {
    "Delete": "Del", "Enter": "Return", "Page Up": "PgUp", "Page Down": "PgDown", "−": "-",
    "←": "Left", "→": "Right", "↑": "Up", "↓": "Down",
}  # fmt: skip
NO_KEY = {"wheel", "double-click", "with Ctrl"}
NAMED = re.compile(r"(?:(?:Ctrl|Alt|Shift)\+)+[A-Z0-9][a-z]*(?:, (?:Down|[A-Z])\b)*|\bF\d{1,2}\b")
"""A key with a modifier, the same modifiers' further keys after commas, or a function key."""


def written(keys: str) -> str:
    modifiers, plus, key = keys.rpartition("+") if len(keys) > 1 else ("", "", keys)
    return QKeySequence(modifiers + plus + SPELLED.get(key, key)).toString()


def each_of(words: str) -> Iterator[str]:
    """Yield every key that a line of the list means; dots stand for the digits between two."""
    for part in PARTED.split(words):
        first, _, last = part.partition(" … ")
        if first in NO_KEY:
            continue
        yield written(first)
        if last:
            digits = range(int(first[-1]), (int(last[-1]) or 10) + 1)
            yield from (written(f"{first[:-1]}{digit % 10}") for digit in digits)


def listed(place: str | None) -> set[str]:
    """Return the keys of the list that work in one place, or everywhere where it is None."""
    found: set[str] = set()
    for words, _ in SHORTCUTS:
        match = PLACE.search(words)
        if (match.group("place") if match else None) == place:
            found.update(each_of(PLACE.sub("", words)))
    return found


def of_menus(stage: Stage) -> set[str]:
    actions = stage.window.menu.menus.by_name.values()
    return {action.shortcut().toString() for action in actions} - {""}


def test_the_list_names_the_keys_of_the_menus_and_no_others(ready: Stage) -> None:
    assert listed(None) == of_menus(ready)


def test_no_two_actions_have_one_key(ready: Stage) -> None:
    actions = ready.window.menu.menus.by_name.values()
    keys = sorted(action.shortcut().toString() for action in actions)
    assert [one for one, other in pairwise(keys) if one == other != ""] == []


def test_the_list_names_the_keys_of_the_ticket(ready: Stage) -> None:
    has = {each.key().toString() for each in ready.window.ticket.findChildren(QShortcut)}
    assert has
    assert has <= listed("ticket")
    assert {keys for keys in listed("ticket") if keys.startswith("Alt")} == has


@pytest.mark.parametrize("place", ["ticket", "orders", "rules", "watchlist", "chart"])
def test_no_action_takes_a_key_that_means_something_in_a_panel(ready: Stage, place: str) -> None:
    hotkeys = ready.window.menu.hotkeys
    keys = listed(place)
    assert keys
    assert not keys & of_menus(ready)
    assert [each for each in sorted(keys) if not hotkeys.fault("halve", each)] == []


def named_in_readme() -> set[str]:
    """Return the keys of README; of `Ctrl+Shift+L, G, B` all three."""
    found: set[str] = set()
    for match in NAMED.finditer(README.read_text(encoding="utf-8")):
        first, *others = match.group().split(", ")
        modifiers = first.rpartition("+")[0]
        found.add(written(first))
        found.update(written(f"{modifiers}+{each}") for each in others)
    return found


def test_readme_names_keys_that_the_list_names() -> None:
    places = [None, "ticket", "orders", "watchlist", "chart", "rules", "news"]
    every = set().union(*(listed(place) for place in places))
    named = named_in_readme()
    assert {"F1", "Ctrl+Shift+G", "Ctrl+Shift+Down", "Shift+S", "Alt+P"} <= named
    assert named - every == set()
