"""Figures of practice as words, for the strip below the chart and the list of sessions."""

from decimal import Decimal

from workstation.matching.practice_summary import PracticeSummary
from workstation.ui import text

_TENTH, _HUNDREDTH = Decimal("0.1"), Decimal("0.01")

R_MEANS = "The result in parts of what was at risk from the entry's price to where its stop stood at first"
NO_R = (
    "No R: the entry was sent without a stop, or filled beyond it, so that nothing says what was "
    "at risk. With Target ticked every entry gets a stop."
)


def r_words(value: Decimal | None) -> str:
    """Write a gain in parts of the risk: +1.85 R; a dash without a stop."""
    return "—" if value is None else f"{value.quantize(_HUNDREDTH):+} R".replace("-", "\u2212")


def rate_words(summary: PracticeSummary) -> str:
    """Write how many round trips won: 2 of 3, 66.7 %; a dash without any."""
    rate = summary.win_rate
    if rate is None:
        return "—"
    return f"{summary.won} of {len(summary.trips)}, {rate.quantize(_TENTH)} %"


def summary_words(summary: PracticeSummary, currency: str) -> str:
    """Tell win rate, average R and commissions in a line; empty before the first round trip."""
    if not summary.trips:
        return ""
    known = f" ({summary.with_r} with a stop)" if summary.with_r < len(summary.trips) else ""
    average = f"average {r_words(summary.average_r)}{known}" if summary.with_r else "no R: no stops"
    paid = f"commissions {text.money(summary.commission, currency)}"
    return f"Won {rate_words(summary)}  ·  {average}  ·  {paid}"
