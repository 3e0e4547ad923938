"""The tighter of two sets of limits, figure by figure: what holds where neither can be proven."""

from dataclasses import fields, replace

from workstation.risk.limits import Limits, TwoLevel
from workstation.risk.loosening import loosened


def tighter(known: Limits, other: Limits) -> Limits:
    """Return `known` with every figure of `other` that allows less.

    Of pairs the smaller of each level counts, of restricted symbols all of both. Where nobody
    can tell which allows less, the known one stays.
    """
    changed: dict[str, object] = {}
    for field in fields(Limits):
        mine, theirs = getattr(known, field.name), getattr(other, field.name)
        if field.name == "account" or mine == theirs:
            continue
        if isinstance(mine, TwoLevel) and isinstance(theirs, TwoLevel):
            changed[field.name] = mine.tighter(theirs)
        elif field.name == "restricted":
            changed[field.name] = (*mine, *(each for each in theirs if each not in mine))
        elif not loosened(known, replace(known, **{field.name: theirs})):
            changed[field.name] = theirs
    return replace(known, **changed)  # type: ignore[arg-type]
