"""Templates of charts: indicators, style and axes under a name, and one for each kind of contract."""

import json
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from workstation.ui import text
from workstation.ui.chart.chart_panel import ChartPanel

LONGEST_NAME = 40
MOST_TEMPLATES = 100
LARGEST = 32 * 1024
"""A template of more bytes is neither kept nor read."""

VERSION = 1

KINDS = {
    "STK": "stocks and funds",
    "FUT": "futures",
    "CASH": "currencies",
    "IND": "indices",
    "OPT": "options",
    "CRYPTO": "crypto",
    "": "everything else",
}
"""Kinds of contracts that can have a default, by the broker's word for them."""

_SAME = {"CONTFUT": "FUT", "FOP": "OPT", "WAR": "OPT"}
_OF_THE_CONTRACT = ("compare", "formula", "continuous")
_SIZE = "size"

Template = dict[str, object]


class TemplateStore(Protocol):
    """Where templates outlive the program."""

    def load(self) -> dict[str, object]:
        """Return what was saved last, nothing where there is none."""
        ...

    def save(self, state: dict[str, object]) -> None:
        """Keep all templates."""
        ...


def kind_of(sec_type: str) -> str:
    """Return which of KINDS a contract is of."""
    kind = _SAME.get(sec_type, sec_type)
    return kind if kind in KINDS else ""


def template_of(panel: ChartPanel, *, sized: bool) -> Template:
    """Return what a template keeps of a chart; `sized` keeps the size of bars too."""
    left_out = (*_OF_THE_CONTRACT, *(() if sized else (_SIZE,)))
    return {name: each for name, each in panel.chart_state().items() if name not in left_out}


def apply_template(panel: ChartPanel, template: Template) -> None:
    """Let a chart look as the template; contract, comparisons and formula stay."""
    now = panel.chart_state()
    kept = {name: now[name] for name in _OF_THE_CONTRACT if name in now}
    panel.restore_chart({_SIZE: now[_SIZE], **template, **kept})


class Templates(QObject):
    """Every template by name, in the order they were made. GUI thread.

    Several programs of one user share the store: it is read again before it is changed.
    """

    changed = Signal()
    """Templates, or defaults, are others."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store: TemplateStore | None = None
        self._all: dict[str, Template] = {}
        self._defaults: dict[str, str] = {}

    def use_store(self, store: TemplateStore) -> None:
        """Keep templates there from now on."""
        self._store = store
        self.look()

    def look(self) -> None:
        """Take what is kept now; another program may have changed it."""
        if self._store is not None:
            self._read(self._store.load())

    @property
    def names(self) -> list[str]:
        """Every name."""
        return list(self._all)

    def get(self, name: object) -> Template | None:
        """Return a template, None where there is none of this name."""
        found = self._all.get(name) if isinstance(name, str) else None
        return None if found is None else dict(found)

    def default_name(self, kind: str) -> str:
        """Return the name of the default of a kind of contracts, empty for none."""
        return self._defaults.get(kind, "")

    def default(self, sec_type: str) -> Template | None:
        """Return what new charts of such a contract begin with, None for nothing."""
        return self.get(self.default_name(kind_of(sec_type)))

    def save(self, name: object, template: Template) -> bool:
        """Keep a template, in place of one of this name; False where it cannot be kept."""
        self.look()
        clean = clean_name(name)
        is_new = clean not in self._all
        if not clean or _is_too_large(template) or (is_new and len(self._all) >= MOST_TEMPLATES):
            return False
        self._all[clean] = dict(template)
        self._keep()
        return True

    def rename(self, old: object, new: object) -> bool:
        """Give a template another name, unless that is taken."""
        self.look()
        clean = clean_name(new)
        if old not in self._all or not clean or clean in self._all:
            return False
        self._all = {clean if name == old else name: each for name, each in self._all.items()}
        kept = self._defaults.items()
        self._defaults = {kind: clean if name == old else name for kind, name in kept}
        self._keep()
        return True

    def delete(self, name: object) -> bool:
        """Forget a template; what it was the default of has none."""
        self.look()
        if not isinstance(name, str) or self._all.pop(name, None) is None:
            return False
        self._defaults = {kind: each for kind, each in self._defaults.items() if each != name}
        self._keep()
        return True

    def set_default(self, kind: str, name: str) -> None:
        """Let new charts of a kind of contracts begin so; an empty name for nothing."""
        self.look()
        self._defaults.pop(kind, None)
        if kind in KINDS and name in self._all:
            self._defaults[kind] = name
        self._keep()

    def _keep(self) -> None:
        if self._store is not None:
            state: dict[str, object] = {"version": VERSION}
            self._store.save(state | {"templates": self._all, "defaults": self._defaults})
        self.changed.emit()

    def _read(self, state: dict[str, object]) -> None:
        found, defaults = state.get("templates"), state.get("defaults")
        self._all = {}
        for name, each in list(found.items())[:MOST_TEMPLATES] if isinstance(found, dict) else ():
            if clean_name(name) and isinstance(each, dict) and not _is_too_large(each):
                self._all[clean_name(name)] = each
        self._defaults = {
            kind: name
            for kind, name in (defaults.items() if isinstance(defaults, dict) else ())
            if kind in KINDS and isinstance(name, str) and name in self._all
        }


def clean_name(name: object) -> str:
    """Return a name as it is kept; empty where it is none."""
    return text.one_line(name, LONGEST_NAME).strip() if isinstance(name, str) else ""


def _is_too_large(template: Template) -> bool:
    try:
        return len(json.dumps(template)) > LARGEST
    except (TypeError, ValueError, RecursionError):
        return True
