"""Why a session did not come up, as far as the sentence of its end tells."""

from enum import StrEnum


class LinkFault(StrEnum):
    """What went wrong; what to do about each is told by the window and on the command line."""

    UNKNOWN_HOST = "unknown host"
    NOTHING_LISTENS = "nothing listens"
    NO_ANSWER = "no answer from the host"
    SILENT = "accepted, then silent"
    NOT_TWS = "not the TWS protocol"
    WRONG_VERSION = "protocol version"
    CLIENT_ID_IN_USE = "client id in use"
    HUNG_UP = "closed before the start"
    LOST = "lost after the start"
    OTHER = "other"

    @property
    def may_pass(self) -> bool:
        """Whether the same attempt can succeed a moment later, once something has started."""
        return self in _MAY_PASS


_MAY_PASS = frozenset({LinkFault.NOTHING_LISTENS, LinkFault.NO_ANSWER})

_MARKS = (
    (LinkFault.UNKNOWN_HOST, ("cannot be found",)),
    (LinkFault.NOTHING_LISTENS, ("nothing answers at",)),
    (LinkFault.NO_ANSWER, ("did not answer within",)),
    (LinkFault.SILENT, ("but said nothing", "told neither accounts nor")),
    (
        LinkFault.NOT_TWS,
        ("does not speak the TWS protocol", "which cannot be", "a message stayed incomplete"),
    ),
    (LinkFault.WRONG_VERSION, ("offers protocol version",)),
    (LinkFault.CLIENT_ID_IN_USE, ("uses this client id", "is in use by another program")),
    (LinkFault.HUNG_UP, ("the other side closed", "the connection broke")),
)


def fault_of(reason: str, *, was_up: bool = False) -> LinkFault:
    """Tell the fault from the reason that a SessionEnded or a LinkView gives.

    After a session that `was_up` a closed connection says nothing about the settings.
    """
    for fault, marks in _MARKS:
        if any(mark in reason for mark in marks):
            return LinkFault.LOST if was_up and fault is not LinkFault.CLIENT_ID_IN_USE else fault
    return LinkFault.LOST if was_up else LinkFault.OTHER


def is_read_only_refusal(code: int | None, text: str) -> bool:
    """Tell whether a coded message says that 'Read-Only API' is on. Source: error 321."""
    return code == 321 and "read-only" in text.lower().replace(" ", "-")
