"""Messages as text that may be shown and kept: without the names of accounts."""

import re
from collections.abc import Iterable

_MOST_SHOWN = 600
_ACCOUNT = re.compile(rb"(?<![A-Za-z0-9])(?:D?[UFI]|SIM)\d{5,12}(?![A-Za-z0-9])")
"""Account names as the broker writes them, live and paper, single, advisor and friends."""


def hide_accounts(body: bytes, accounts: Iterable[str] = ()) -> bytes:
    """Put stars over account names, as many as there were signs: lengths stay true."""
    for name in accounts:
        if name:
            body = body.replace(name.encode(), b"*" * len(name.encode()))
    return _ACCOUNT.sub(lambda match: b"*" * len(match[0]), body)


def readable(body: bytes, accounts: Iterable[str] = ()) -> str:
    """Return the beginning of a message for a log; NULs become bars."""
    shown = hide_accounts(body, accounts).replace(b"\0", b"|")
    text = shown[:_MOST_SHOWN].decode("ascii", "backslashreplace")
    text = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)
    return text if len(shown) <= _MOST_SHOWN else f"{text}... ({len(body)} bytes)"
