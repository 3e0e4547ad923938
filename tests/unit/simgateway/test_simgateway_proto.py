"""Framing above version 200, and that no bytes of a client do harm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.simgateway.virtual import World
from workstation.simgateway.codec_proto import decode, encode
from workstation.simgateway.codec_text import BadFieldError
from workstation.simgateway.proto_replies import REPLIES
from workstation.simgateway.proto_requests import REQUESTS
from workstation.simgateway.session import ProtocolError, Session


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


def test_the_greeting_is_text_and_ids_are_raw_after_it() -> None:
    assert encode(0, [213, "now"]) == framed(b"213\0now\0")
    assert encode(201, [9, 1, 5]) == framed(b"\0\0\0\x091\x005\0")  # moved at 213
    assert encode(213, [9, 1, 5]) == framed(b"\0\0\0\xd1\x08\x05")


@pytest.mark.parametrize("message_id", sorted(REPLIES))
def test_an_answer_moves_to_protobuf_at_its_version(message_id: int) -> None:
    since = REPLIES[message_id].since
    heads = {
        version: int.from_bytes(encode(version, [message_id])[4:8], "big")
        for version in range(201, 227)
    }

    assert heads == {v: message_id + (200 if v >= since else 0) for v in heads}


def test_text_requests_are_read_above_200_too() -> None:
    assert decode(213, b"\0\0\0\x311\0") == ["49", "1"]


@pytest.mark.parametrize("body", [b"", b"\0\0\0", b"\0\0\0\xf9\xff"])
def test_a_body_that_is_no_message_is_an_error(body: bytes) -> None:
    with pytest.raises(BadFieldError):
        decode(226, body)


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(REQUESTS)),
    st.sampled_from([201, 203, 213, 226]),
    st.binary(max_size=80),
)
def test_no_bytes_do_harm(message_id: int, version: int, rest: bytes) -> None:
    world, said = WORLD, []
    session = Session(world.gateway, version, said.append, lambda _: None)
    offer = f"v100..{version}".encode()
    session.feed(b"API\0" + framed(offer))
    start = b"\0\0\x01\x0f\x08\x63" if version >= 213 else b"\0\0\0\x472\x0099\0\0"
    session.feed(framed(start))
    assert session.client_id == 99
    try:
        session.feed(framed((message_id + 200).to_bytes(4, "big") + rest))
        before = len(said)
        session.feed(framed(b"\0\0\0\x311\0"))
        assert said[before][0] == 49
    except ProtocolError:
        pass
    finally:
        session.close()
        for message in said[1:]:
            encode(version, message)


WORLD = World()
