"""However a number is held, the broker reads plain digits."""

import pytest

from tests.helpers.desk_fakes import CLIENT, D, a_draft, spy
from workstation.broker.adapter import Encoder
from workstation.broker.to_ib import ib_contract, ib_order
from workstation.domain.ids import OrderId, OrderRef


@pytest.mark.parametrize(
    ("quantity", "price", "expected"),
    [
        ("1E+3", "1E+2", (b"1000", b"100.0")),
        ("100.000", "100.00", (b"100.000", b"100.0")),
        ("0.0001", "0.0001", (b"0.0001", b"0.0001")),
    ],
)
def test_quantity_and_price_are_written_in_plain_digits(
    quantity: str, price: str, expected: tuple[bytes, bytes]
) -> None:
    draft = a_draft(quantity=D(quantity), limit_price=D(price))
    order = ib_order(OrderRef("WS:x:1"), draft)
    frame = Encoder(200, CLIENT).order(OrderId(1), ib_contract(spy().contract), order)

    fields = frame.split(b"\0")
    assert set(expected) <= set(fields)
    assert not any(b"E+" in field for field in fields)
