"""The broker's latest answers to what an order would cost, for the checks of that very order."""

from dataclasses import replace

from workstation.domain.clock import Clock
from workstation.domain.commands import CommandResult
from workstation.domain.ids import IntentId
from workstation.domain.order import OrderDraft, Tif
from workstation.domain.preview import MarginPreview

FRESH_SECONDS = 30.0
"""How old an answer may be. Source: orders-and-risk.md R10."""


class RecentPreviews:
    """Keeps one answer for each set of terms. Core thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[OrderDraft, tuple[float, MarginPreview]] = {}

    def note(self, draft: OrderDraft, answer: CommandResult) -> None:
        """Keep an answer with figures; forget what is too old to be used."""
        if isinstance(answer, MarginPreview):
            now = self._clock.monotonic()
            fresh = {key: x for key, x in self._known.items() if now - x[0] <= FRESH_SECONDS}
            self._known = {**fresh, _terms(draft): (now, answer)}

    def of(self, draft: OrderDraft) -> MarginPreview | None:
        """Return the answer about these very terms, None where none is fresh."""
        if not self._known:
            return None
        known = self._known.get(_terms(draft))
        if known is None or self._clock.monotonic() - known[0] > FRESH_SECONDS:
            return None
        return known[1]


def _terms(draft: OrderDraft) -> OrderDraft:
    """Leave out what does not change the cost: who asked, under which name, with what accepted.

    Nor does how long it stands, which the dead-man timer shortens on the way.
    """
    terms = replace(draft.terms, good_till=None)
    tif = Tif.DAY if draft.tif in {Tif.GTC, Tif.GTD} else draft.tif
    return replace(
        draft, intent_id=IntentId(""), source="", acknowledged=frozenset(), tif=tif, terms=terms
    )
