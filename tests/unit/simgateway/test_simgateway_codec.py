"""Framing and fields of the text protocol."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.simgateway.codec_text import (
    MAX_INBOUND_FRAME,
    BadFieldError,
    BadFrameError,
    Fields,
    FrameReader,
    escaped,
    frame,
    split_fields,
    to_text,
)

texts = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]))


@given(st.lists(st.lists(texts, max_size=5), max_size=5), st.lists(st.integers(1, 40)))
def test_any_split_of_the_stream_gives_the_same_frames(
    messages: list[list[str]], cuts: list[int]
) -> None:
    stream = b"".join(frame(message) for message in messages)
    reader, bodies = FrameReader(), []
    for cut in cuts:
        bodies += reader.feed(stream[:cut])
        stream = stream[cut:]
    bodies += reader.feed(stream)

    assert [split_fields(body) for body in bodies] == [
        [to_text(field) for field in message] for message in messages
    ]


def test_a_frame_over_the_limit_is_refused_before_it_has_come() -> None:
    with pytest.raises(BadFrameError):
        FrameReader().feed((MAX_INBOUND_FRAME + 1).to_bytes(4, "big"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "1"),
        (False, "0"),
        (Decimal("150.2500"), "150.25"),
        (Decimal("1E+2"), "100"),
        (Decimal("-0"), "0"),
        (Decimal("0E-8"), "0"),
        (430.47, "430.47"),
        ("Zürich €", r"Z\xfcrich \u20ac"),
        ("a\0b", "ab"),
    ],
)
def test_values_on_the_wire(value: object, text: str) -> None:
    assert to_text(value) == text


@given(texts)
def test_escaped_text_survives_the_clients_unescaping(text: str) -> None:
    assert escaped(text).encode().decode("unicode-escape") == text


def test_missing_fields_read_as_unset() -> None:
    fields = Fields(["7"])

    assert fields.integer() == 7
    assert (fields.text(), fields.integer(3), fields.decimal(), fields.flag()) == (
        "",
        3,
        None,
        False,
    )


@pytest.mark.parametrize(
    "text", ["1.7976931348623157E308", "1.7976931348623157e+308", str(2**127 - 1), ""]
)
def test_unset_marks_are_none(text: str) -> None:
    assert Fields([text]).decimal() is None


@pytest.mark.parametrize("text", ["abc", "NaN", "Infinity", "1E+99", "1E-9999", "9" * 60, "--1"])
def test_numbers_that_are_none(text: str) -> None:
    with pytest.raises(BadFieldError):
        Fields([text]).decimal()
    if text != "1E+99":
        with pytest.raises(BadFieldError):
            Fields([text]).integer()
