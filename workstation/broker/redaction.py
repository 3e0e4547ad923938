"""Messages as text that may be shown and kept: without the names of accounts."""

import re
from collections.abc import Iterable, Iterator

_MOST_SHOWN = 600
_ACCOUNT = re.compile(rb"(?<![A-Za-z0-9])(?:D[UF][A-Z]?|[UFI]|SIM)\d{5,12}(?![A-Za-z0-9])")
"""Account names as the broker writes them, live and paper, single, advisor and friends."""

_SHORTEST_NAME = 5
_PROTOBUF_OFFSET = 200
_ID_BYTES = 4
_DEEPEST = 16
"""Messages nest three deep; more is no message."""


def hide_accounts(body: bytes, accounts: Iterable[str] = ()) -> bytes:
    """Put stars over account names, as many as there were signs: lengths stay true.

    In protobuf only texts are looked at, each by itself: the octets around one are lengths and
    tags, which may look like letters, and must stay what they are.
    """
    for name in accounts:
        if name:
            body = body.replace(name.encode(), b"*" * len(name.encode()))
    if body[:1] == b"\0" and int.from_bytes(body[:_ID_BYTES], "big") > _PROTOBUF_OFFSET:
        return body[:_ID_BYTES] + _hide_in_fields(body[_ID_BYTES:])
    return _ACCOUNT.sub(_stars, body)


def accounts_told(body: bytes) -> set[str]:
    """Return the names that a managedAccounts message tells, in either framing."""
    if body[:1] != b"\0":
        texts = body.split(b"\0")[2:]
    elif int.from_bytes(body[:_ID_BYTES], "big") > _PROTOBUF_OFFSET:
        texts = [body[4:][start:stop] for start, stop in _length_delimited(body[4:])]
    else:
        texts = body[_ID_BYTES:].split(b"\0")[1:]
    names = b",".join(texts).decode("utf-8", "replace").split(",")
    return {name.strip() for name in names if len(name.strip()) >= _SHORTEST_NAME}


def readable(body: bytes, accounts: Iterable[str] = ()) -> str:
    """Return the beginning of a message for a log; NULs become bars."""
    shown = hide_accounts(body, accounts).replace(b"\0", b"|")
    text = shown[:_MOST_SHOWN].decode("ascii", "backslashreplace")
    text = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)
    return text if len(shown) <= _MOST_SHOWN else f"{text}... ({len(body)} bytes)"


def _stars(match: re.Match[bytes]) -> bytes:
    return b"*" * len(match[0])


def _hide_in_fields(message: bytes, depth: int = 0) -> bytes:
    """Hide accounts in the texts of a protobuf message; in what is none, as in a text."""
    try:
        places = list(_length_delimited(message))
    except ValueError:
        return _ACCOUNT.sub(_stars, message)
    hidden = bytearray(message)
    for start, stop in places:
        inner = message[start:stop]
        if depth < _DEEPEST:
            inner = _hide_in_fields(inner, depth + 1)
        if _is_text(inner):
            inner = _ACCOUNT.sub(_stars, inner)
        hidden[start:stop] = inner
    return bytes(hidden)


def _is_text(octets: bytes) -> bool:
    try:
        return octets.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def _length_delimited(message: bytes) -> Iterator[tuple[int, int]]:
    """Find the fields that hold texts or messages. Raises ValueError where the wire format ends."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        kind = tag & 7
        if tag >> 3 == 0 or kind not in {0, 1, 2, 5}:
            raise ValueError("no protobuf")
        if kind == 0:
            _, place = _varint(message, place)
        elif kind == 2:
            length, place = _varint(message, place)
            yield place, place + length
            place += length
        else:
            place += 8 if kind == 1 else 4
    if place > len(message):
        raise ValueError("a field is cut off")


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """Read a number and return it with the place behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            raise ValueError("a number is cut off")
        octet = message[place]
        place += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value, place
    raise ValueError("a number is too long")
