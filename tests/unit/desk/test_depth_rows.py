from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.depth import DepthLevel
from workstation.domain.ids import ConId
from workstation.marketdata.depth_book import DELETE, INSERT, UPDATE, DepthRows, Row

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
Operation = tuple[int, int, int, Row]


def row(position: int, operation: int, price: float = 10.0, *, is_bid: bool = True) -> Operation:
    return position, operation, int(is_bid), (price, 100.0, "NYSE")


def test_rows_stand_best_first_on_both_sides() -> None:
    rows = DepthRows(ConId(1))
    for place, price in enumerate((10.0, 9.9)):
        rows.apply(*row(place, INSERT, price))
        rows.apply(*row(place, INSERT, 10.1 + place / 10, is_bid=False))

    book = rows.snapshot(NOW)

    assert book.bids == (DepthLevel(10.0, 100.0, "NYSE"), DepthLevel(9.9, 100.0, "NYSE"))
    assert [level.price for level in book.asks] == [10.1, 10.2]


def test_a_reset_empties_the_book() -> None:
    rows = DepthRows(ConId(1))
    rows.apply(*row(0, INSERT))

    rows.clear()

    assert rows.snapshot(NOW).bids == ()


def test_a_row_after_trouble_ends_it() -> None:
    rows = DepthRows(ConId(1))
    rows.problem, rows.stale = "halted", True

    rows.apply(*row(0, INSERT))

    book = rows.snapshot(NOW)
    assert (book.problem, book.stale) == ("", False)


operations = st.builds(
    row,
    st.integers(-5, 500),
    st.sampled_from((INSERT, UPDATE, DELETE, 7, -1)),
    st.floats(1, 100),
    is_bid=st.booleans(),
)


@given(st.lists(operations, max_size=80))
def test_no_sequence_of_operations_raises_or_grows_without_bound(
    reports: list[Operation],
) -> None:
    rows = DepthRows(ConId(1))
    for report in reports:
        rows.apply(*report)

    book = rows.snapshot(NOW)

    assert len(book.bids) <= 200
    assert len(book.asks) <= 200
    assert list(book.bids) == sorted(book.bids, key=lambda level: -level.price)


@given(st.data())
def test_correct_operations_keep_exactly_the_peer_s_book(data: st.DataObject) -> None:
    rows = DepthRows(ConId(1))
    peer: list[float] = []
    for _ in range(data.draw(st.integers(0, 40))):
        kind = data.draw(st.sampled_from((INSERT, DELETE) if peer else (INSERT,)))
        if kind == INSERT:
            price = data.draw(st.floats(1, 100).filter(lambda each: each not in peer))
            place = sum(1 for each in peer if each > price)
            peer.insert(place, price)
        else:
            place = data.draw(st.integers(0, len(peer) - 1))
            price = peer.pop(place)
        rows.apply(*row(place, kind, price))

    assert [level.price for level in rows.snapshot(NOW).bids] == peer
