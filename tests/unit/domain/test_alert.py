"""One price alert: what a last price makes of it."""

from datetime import UTC, datetime
from decimal import Decimal

from workstation.domain.alert import PriceAlert
from workstation.domain.ids import ConId

NOW = datetime(2026, 3, 18, 15, 0, tzinfo=UTC)


def test_what_has_fired_keeps_the_moment_and_the_price_of_that() -> None:
    waiting = PriceAlert(number=1, con_id=ConId(265598), symbol="AAPL", price=Decimal(100)).seen(
        99.0, NOW
    )
    fired = waiting.seen(100.5, NOW)

    assert (waiting.fired_at, fired.fired_at, fired.fired_last) == (None, NOW, 100.5)
    assert fired.seen(99.0, NOW) is fired
