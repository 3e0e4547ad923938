"""The one view of the broker's limits: every figure of A5, coloured, and never a made-up nought."""

from dataclasses import replace
from decimal import Decimal

from tests.qt.conftest import Stage
from tests.qt.fakes import ACCOUNT, CON_IDS, a_link, an_order
from tests.qt.test_ui_feed import use
from workstation.domain.ids import ClientId
from workstation.domain.limit_use import (
    DAY_TRADES,
    OPTION_ORDERS,
    ORDER_EFFICIENCY,
    LimitUse,
    RiskView,
)
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged, OrderChanged
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.subscription import Use
from workstation.ui.models.broker_limits import NOT_KNOWN
from workstation.ui.theme import paint

D = Decimal


def shown(stage: Stage) -> dict[str, str]:
    panel = stage.window.board.broker_limits
    panel.refresh()
    return {row.name: row.words for row in panel.model.values()}


def uses(*, efficiency: str = "4.25", options: str = "12.0", trades: int | None = 1) -> RiskView:
    found = [
        LimitUse(ORDER_EFFICIENCY, D(efficiency), None, D(20), "a fill"),
        LimitUse(OPTION_ORDERS, D(options), None, D(390), "orders"),
    ]
    if trades is not None:
        found.append(LimitUse(DAY_TRADES, D(trades), None, D(3), "trades"))
    return RiskView(ACCOUNT, tuple(found))


def test_everything_stands_in_one_dock_with_a_key(ready: Stage) -> None:
    window = ready.window
    window.menu.menus.by_name["go_broker_limits"].trigger()
    assert window.board.broker_limits.table.hasFocus()
    ready.latest(uses(), use(tokens=Use(name="tokens", used=7, most=60)))
    assert shown(ready) == {
        "Day trades, of 5 days": "2 of 3 left",
        "Order efficiency ratio, today": "4.25 of 20",
        "390 rule: option orders a day": "12.0 of 390",
        "Active orders, one contract and side": "0 of 20",
        "Messages a second": "12 of 45",
        "Market data lines": "11 of 100",
        "Depth slots": "1 of 3",
        "Tick-by-tick streams": "1 of 5",
        "History requests, open": "2 of 50",
        "History tokens, 10 minutes": "7 of 60",
    }


def test_what_nobody_told_is_not_known_and_never_nought(stage: Stage) -> None:
    assert set(shown(stage).values()) == {NOT_KNOWN}
    stage.make_ready()
    now = shown(stage)
    assert now.pop("Active orders, one contract and side") == "0 of 20"
    assert set(now.values()) == {NOT_KNOWN}
    stage.latest(uses(trades=None), use())
    assert shown(stage)["Day trades, of 5 days"] == NOT_KNOWN
    assert shown(stage)["History tokens, 10 minutes"] == NOT_KNOWN
    free = LimitUse(DAY_TRADES, D(0), None, None, "no limit")
    stage.latest(RiskView(ACCOUNT, (free,)))
    assert shown(stage)["Day trades, of 5 days"] == "no limit"
    stage.events(LinkChanged(a_link(LinkState.DISCONNECTED, reason="TWS is gone")))
    assert set(shown(stage).values()) == {NOT_KNOWN}
    stage.events(LinkChanged(a_link()))
    assert shown(stage)["Market data lines"] == NOT_KNOWN  # the new session has not told yet


def test_the_fullest_contract_and_side_counts_whoever_sent_the_orders(ready: Stage) -> None:
    orders = [an_order(number) for number in range(1, 15)]
    orders += [an_order(number, side=Side.SELL) for number in range(20, 23)]
    orders += [an_order(30, client_id=ClientId(0), editable=False)]
    orders += [an_order(40, lifecycle=Lifecycle.FILLED)]
    orders += [an_order(41, con_id=CON_IDS["MSFT"], symbol="MSFT")]
    ready.events(*map(OrderChanged, orders))
    assert shown(ready)["Active orders, one contract and side"] == "15 of 20"
    row = ready.window.board.broker_limits.model.value("Active orders, one contract and side")
    assert row.detail == "AAPL BUY 15, AAPL SELL 3, MSFT BUY 1"


def test_bars_are_coloured_from_seventy_and_ninety_per_cent_on(ready: Stage) -> None:
    colours = paint()
    model = ready.window.board.broker_limits.model
    for ratio, bar, ink in (
        ("13.99", colours.good_bar, None),
        ("14.00", colours.warning_bar, colours.warning),
        ("18.00", colours.error_bar, colours.error),
        ("25.00", colours.error_bar, colours.error),
    ):
        ready.latest(uses(efficiency=ratio))
        shown(ready)
        row = model.value("Order efficiency ratio, today")
        (drawn,) = model.bars(row)
        assert drawn.colour == bar, ratio
        assert drawn.fraction <= 1
        assert model.colour(row, 1) == ink
        assert model.colour(row, 0) is None
    unknown = model.value("Market data lines")
    assert model.bars(unknown) == ()
    assert model.colour(unknown, 1) == colours.muted


def test_figures_of_another_account_are_not_shown(ready: Stage) -> None:
    ready.latest(uses())
    assert shown(ready)["Order efficiency ratio, today"] == "4.25 of 20"
    other = replace(a_link(), account="SIM0099999")
    ready.events(LinkChanged(other))
    assert shown(ready)["Order efficiency ratio, today"] == NOT_KNOWN
