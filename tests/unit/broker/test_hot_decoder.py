"""The short way for quotes makes the same calls as the library's decoder."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.scripted_peer import RecordingTicks, fields
from workstation.broker.adapter import FrameDecoder
from workstation.broker.faults import CallbackGuard
from workstation.broker.hot_decoder import HotDecoder
from workstation.broker.requests import Subscriptions
from workstation.broker.wrapper import Wrapper
from workstation.domain.clock import SystemClock
from workstation.domain.ids import ConId, ReqId

UNSET_TEXTS = [
    "", "2147483647", "9223372036854775807", "-9223372036854775808", "1.7976931348623157E308",
    "170141183460469231731687303715884105727", "NaN", "Infinity", "-Infinity", "1e400",
]  # fmt: skip
numbers = st.one_of(
    st.sampled_from(
        [*UNSET_TEXTS, "-1", "-1.0", "0", "abc", "1,5", "0x10", " 5 ", "1_000", "\u0661"]
    ),
    st.decimals(allow_nan=False, allow_infinity=False, places=4).map(str),
    st.floats(allow_nan=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
)
ids = st.one_of(st.integers(0, 5).map(str), st.sampled_from(["", "x", "-1", "99"]))
kinds = st.one_of(st.integers(-1, 110).map(str), st.sampled_from(["", "x", "1.0"]))
versions = st.sampled_from(["6", "6", "6", "1", "", "x"])
masks = st.sampled_from(["0", "1", "7", "", "x"])
prices = st.tuples(st.just("1"), versions, ids, kinds, numbers, numbers, masks)
sizes = st.tuples(st.just("2"), versions, ids, kinds, numbers)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    parts = list(draw(st.one_of(prices, sizes)))
    change = draw(st.sampled_from(["", "", "", "cut", "more"]))
    if change == "more":
        parts.append(draw(numbers))
    body = fields(*parts)
    if change == "cut":
        return body[: draw(st.integers(2, len(body)))]
    return body


def subscribed() -> Subscriptions:
    subscriptions = Subscriptions()
    for number in range(5):
        subscriptions.add(ReqId(number), ConId(100 + number))
    return subscriptions


def library_calls(body: bytes, version: int) -> list[object]:
    """Return what the library's decoder does with a body, an error as its last call."""
    ticks = RecordingTicks()
    wrapper = Wrapper(
        lambda report: None,
        ticks,
        subscribed(),
        on_accounts=lambda accounts: None,
        on_next_id=lambda number: None,
        now=SystemClock().now,
    )

    class Reactor:
        def call_later(self, delay: float, call: object) -> None:
            raise AssertionError("a callback failed")

    decoder = FrameDecoder(CallbackGuard(wrapper, Reactor()), version)  # type: ignore[arg-type]
    try:
        decoder.feed(body)
    except Exception:
        return [*ticks.calls, "error"]
    return list(ticks.calls)


@settings(max_examples=500)
@given(body=bodies(), version=st.sampled_from([157, 176, 200]))
def test_the_short_way_equals_the_library(body: bytes, version: int) -> None:
    ticks = RecordingTicks()
    faults: list[Exception] = []
    taken = HotDecoder(ticks, subscribed(), on_fault=faults.append).feed(body)

    assert faults == []
    if taken:
        assert ticks.calls == library_calls(body, version)
    else:
        assert ticks.calls == [], "half a message was taken"


def test_plain_ticks_take_the_short_way() -> None:
    plain = [fields(1, 6, 3, kind, 100.25, 300, 0) for kind in range(110)]
    plain += [fields(2, 6, 3, kind, 300) for kind in range(110)]
    for body in plain:
        ticks = RecordingTicks()
        hot = HotDecoder(ticks, subscribed(), on_fault=lambda error: None)
        assert hot.feed(body)
        assert ticks.calls == library_calls(body, 200)


def test_unset_marks_and_wild_numbers_equal_the_library() -> None:
    for text in [*UNSET_TEXTS, "-1", "-1.0", "0", "abc", "1e301", "-1e301", " 5 ", "1_000"]:
        for body in (
            fields(1, 6, 3, 1, 100.25, text, 0),
            fields(1, 6, 3, 1, text, 300, 0),
            fields(2, 6, 3, 0, text),
        ):
            ticks = RecordingTicks()
            hot = HotDecoder(ticks, subscribed(), on_fault=lambda error: None)
            expected = library_calls(body, 200) if hot.feed(body) else []
            assert ticks.calls == expected, body


def test_everything_else_is_left_to_the_library() -> None:
    others = [b"", b"1", b"1\0", b"10\0006\0", b"12\0", fields(3, 1), b"\0\0\0\x01"]
    hot = HotDecoder(RecordingTicks(), subscribed(), on_fault=lambda error: None)
    assert not any(map(hot.feed, others))
