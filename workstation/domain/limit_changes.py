"""What became of an account's limits, change by change."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChange:
    """One figure that changed, or one lock of all of them.

    `seq` is the number of the journal's entry, `time` aware UTC. `account` is masked. `who` says
    whose act it was, `figure` is the name in the limits file; `old` and `new` are as a person reads
    them, `old` "" where there was nothing before.
    """

    seq: int
    time: datetime
    account: str
    who: str
    figure: str
    old: str
    new: str
