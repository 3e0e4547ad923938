"""Requests the gateway does not serve yet, each with an answer the real one could give.

Source of codes: tws-wire.md 3.3.
"""

from collections.abc import Callable
from dataclasses import dataclass

from workstation.simgateway.client import Client
from workstation.simgateway.codec_text import Field, Fields


@dataclass(frozen=True, slots=True)
class Refused:
    """An error in answer; the request id is the field after the skipped ones."""

    skip: int
    code: int
    text: str

    def __call__(self, client: Client, fields: Fields) -> None:
        """Answer a request with the error."""
        fields.skip(self.skip)
        req_id = fields.integer(-1)
        client.error(req_id, self.code, self.text.replace("{id}", str(req_id)))


@dataclass(frozen=True, slots=True)
class Empty:
    """An answer without rows; takes_id says whether it carries the request's id."""

    message_id: int
    takes_id: bool
    tail: tuple[Field, ...] = ()

    def __call__(self, client: Client, fields: Fields) -> None:
        """Answer a request with nothing."""
        head: list[Field] = [self.message_id]
        if self.takes_id:
            head.append(fields.integer())
        client.write([*head, *self.tail])


def no_id(client: Client, fields: Fields) -> None:
    """Refuse a request that carries no id."""
    del fields
    client.error(-1, 321, "Error validating request.-'bV' : cause - The request is not supported")


def no_advisor(client: Client, fields: Fields) -> None:
    """Refuse requestFA (18): these are no accounts of an advisor."""
    del fields
    client.error(-1, 321, _NO_ADVISOR)


_NO_ADVISOR = (
    "Error validating request.-'bV' : cause - FA data operations ignored for non FA customers."
)
HANDLERS: dict[int, Callable[[Client, Fields], None]] = {
    18: no_advisor,
    19: Refused(3, 321, _NO_ADVISOR),
    52: Refused(
        1,
        430,
        "We are sorry, but fundamentals data for the security specified is not available.Not allowed",
    ),
    53: Refused(1, 300, "Can't find EId with tickerId:{id}"),
    65: no_id,
    66: no_id,
    72: no_id,
    73: no_id,
    79: Empty(77, takes_id=True, tail=(0,)),
}
