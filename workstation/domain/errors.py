"""Errors that cross package borders."""


class WorkstationError(Exception):
    """Base of all errors that carry a sentence for the user."""


class EncodingError(WorkstationError):
    """An order cannot be written in the broker's protocol; nothing was sent."""


class JournalError(WorkstationError):
    """The journal cannot be written or read; trading must lock."""


class JournalDamagedError(JournalError):
    """What the journal holds cannot be trusted; it must be set aside unchanged."""


class SettingsError(WorkstationError):
    """A settings or limits file cannot be used; names file, place and fault."""


class ExportError(WorkstationError):
    """A table cannot be written in the form that was chosen; says why."""


class RecordingError(WorkstationError):
    """A recording of a session cannot be read or written; names the file."""


def described(error: BaseException) -> str:
    """Name an error's kind and where it came from, for a sentence; never its own text.

    The text may hold anything, account names too; notes are written by this program.
    """
    notes = ", ".join(getattr(error, "__notes__", ()))
    return f"{type(error).__name__} in {notes}" if notes else type(error).__name__
