"""Text framing of the TWS protocol: frames of NUL-terminated fields, in and out.

Source: tws-wire.md 2.1 and 2.4.
"""

import struct
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

Field = str | int | float | Decimal | bool | None
"""What may stand in an outgoing message; None is an unset number, sent as an empty field."""

UNSET_DOUBLE = "1.7976931348623157E308"
UNSET_INT = "2147483647"
UNSET_LONG = "-9223372036854775808"

API_PREFIX = b"API\0"
MAX_INBOUND_FRAME = 64 * 1024
"""Bytes of one frame body a client may send."""

_LENGTH = struct.Struct("!I")
_HUGE = Decimal("1E+300")
_UNSET_DECIMAL = Decimal(2**127 - 1)
_MAX_NUMBER_TEXT = 48
_UNSET_INTEGER = int(UNSET_INT)


class BadFieldError(ValueError):
    """A field of a request does not read as what it should be."""


class BadFrameError(ValueError):
    """The byte stream is not framed as the protocol says; the connection is lost."""


def to_text(value: Field) -> str:
    """Return the wire form of one value; plain digits, booleans 0 and 1, ASCII only."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, str):
        return ascii_text(value)
    return str(value)


def decimal_text(value: Decimal) -> str:
    """Return a decimal without exponent and without trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def ascii_text(text: str) -> str:
    r"""Return text with every character outside ASCII as \uXXXX and without NUL bytes."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode("ascii", "backslashreplace").decode("ascii")


def escaped(text: str) -> str:
    r"""Return text for a field the client passes through unicode-escape (2.1.7).

    A literal backslash is doubled, so that it survives and never forms a broken escape.
    """
    return ascii_text(text.replace("\\", "\\\\"))


def frame(fields: Iterable[Field]) -> bytes:
    """Return one message as bytes: 4-byte big-endian length, then NUL-terminated fields."""
    body = body_of(fields)
    return _LENGTH.pack(len(body)) + body


def body_of(fields: Iterable[Field]) -> bytes:
    """Return fields, each with the NUL byte that ends it."""
    return "".join(to_text(field) + "\0" for field in fields).encode("ascii")


class FrameReader:
    """Cuts a client's byte stream into frame bodies, however the bytes were split."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Add received bytes and return the frame bodies that are now complete.

        Raises:
            BadFrameError: a frame is longer than a client may send.
        """
        self._buffer += data
        bodies: list[bytes] = []
        start = 0
        while len(self._buffer) - start >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._buffer, start)
            if size > MAX_INBOUND_FRAME:
                raise BadFrameError(f"frame of {size} bytes is over the limit")
            end = start + _LENGTH.size + size
            if len(self._buffer) < end:
                break
            bodies.append(bytes(self._buffer[start + _LENGTH.size : end]))
            start = end
        del self._buffer[:start]
        return bodies


def split_fields(body: bytes) -> list[str]:
    """Return the fields of a frame body; a missing last terminator is forgiven."""
    parts = body.decode("utf-8", "backslashreplace").split("\0")
    if parts and not parts[-1]:
        parts.pop()
    return parts


class Fields:
    """Reads the fields of one request in order; fields missing at the end read as empty."""

    def __init__(self, values: list[str]) -> None:
        self._values = values
        self._next = 0

    @property
    def remaining(self) -> int:
        """Number of fields not read yet."""
        return max(0, len(self._values) - self._next)

    def text(self) -> str:
        """Return the next field as it stands."""
        if self._next >= len(self._values):
            return ""
        value = self._values[self._next]
        self._next += 1
        return value

    def skip(self, count: int = 1) -> None:
        """Pass over fields nobody needs."""
        self._next += count

    def integer(self, default: int = 0) -> int:
        """Return the next field as an integer, or the default when it is empty."""
        text = self.text().strip()
        if not text:
            return default
        if len(text) > 20:
            raise BadFieldError(f"not an integer: {text[:24]!r}")
        try:
            return int(text)
        except ValueError:
            raise BadFieldError(f"not an integer: {text!r}") from None

    def optional_integer(self) -> int | None:
        """Return the next field as an integer; None when empty or the mark for unset."""
        value = self.integer(_UNSET_INTEGER)
        return None if value == _UNSET_INTEGER else value

    def peek(self) -> str:
        """Return the next field without passing it."""
        return self._values[self._next] if self._next < len(self._values) else ""

    def integer_at(self, index: int) -> int:
        """Return the field at an index, wherever reading stands; -1 when it is no integer."""
        try:
            return int(self._values[index])
        except (IndexError, ValueError):
            return -1

    def count(self, limit: int) -> int:
        """Return the next field as a number of repetitions from 0 to a limit."""
        value = self.integer()
        if not 0 <= value <= limit:
            raise BadFieldError(f"count {value} is outside 0..{limit}")
        return value

    def flag(self) -> bool:
        """Return the next field as a boolean."""
        return self.text().strip().lower() in {"1", "true"}

    def decimal(self) -> Decimal | None:
        """Return the next field as a finite decimal; None when empty or one of the unset marks."""
        text = self.text().strip()
        if not text:
            return None
        if len(text) > _MAX_NUMBER_TEXT:
            raise BadFieldError(f"not a number: {text[:24]!r}")
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise BadFieldError(f"not a number: {text!r}") from None
        if not value.is_finite():
            raise BadFieldError(f"not a finite number: {text!r}")
        if value > _HUGE or value == _UNSET_DECIMAL:
            return None
        if value and not -20 <= value.adjusted() <= 20:
            raise BadFieldError(f"number out of range: {text!r}")
        return value
