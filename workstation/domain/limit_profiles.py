"""Named sets of limits: kept beside the limits file, chosen by one recorded action (RK24)."""

from dataclasses import dataclass
from enum import StrEnum

from workstation.domain.ids import AccountId


class ProfileAct(StrEnum):
    """What is wished of the named sets of limits."""

    LIST = "LIST"
    """Answered by LimitProfiles or Failed."""

    READ = "READ"
    """Answered by LimitProfileText or Failed."""

    KEEP = "KEEP"
    """Keep `text`, or the limits in force where it is empty, under a new name."""

    RENAME = "RENAME"
    COPY = "COPY"
    DELETE = "DELETE"

    USE = "USE"
    """Put it in force for the account, on record, unless a lock holds against it."""


@dataclass(frozen=True, slots=True)
class LimitProfileWish:
    """One act on the set `name`; `other` is the new name. Answered by Done or Failed."""

    account: AccountId
    act: ProfileAct
    name: str = ""
    other: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class LimitProfile:
    """One named set beside the limits in force of an account.

    `changes` names each figure that choosing it would change, none where it is what is in force;
    `fault` says why it cannot be chosen.
    """

    name: str
    changes: tuple[str, ...] = ()
    fault: str = ""

    @property
    def is_in_force(self) -> bool:
        """Whether the account trades under these limits now."""
        return not self.changes and not self.fault


@dataclass(frozen=True, slots=True)
class LimitProfiles:
    """Every named set, by name."""

    profiles: tuple[LimitProfile, ...]


@dataclass(frozen=True, slots=True)
class LimitProfileText:
    """A set as its file has it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitProfileChosen:
    """The limits that the journal holds next were chosen by the name of their set."""

    account: AccountId
    name: str
