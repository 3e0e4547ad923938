"""What the risk dock shows and mends, with the real gateway process on the other side."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.helpers.cores import ACCOUNT
from tests.helpers.gateway_rig import TradingRig
from tests.helpers.killable_core import AAPL
from workstation.desk.dry_run import dry_run
from workstation.desk.judge import SHORTABLE
from workstation.domain.commands import (
    ClosePosition,
    Done,
    Failed,
    PreviewOrder,
    SetTradingState,
    SubmitOrder,
    WatchSymbol,
)
from workstation.domain.coverage import Coverage, RepairKind, RepairProtection
from workstation.domain.finding import Level, RiskCode, Submitted, TradingState
from workstation.domain.limit_use import ApplyLimits, LockLimits, RiskView
from workstation.domain.order import OrderType, Side
from workstation.domain.order_status import Lifecycle
from workstation.risk.limits import TwoLevel
from workstation.storage.journal_reader import read_entries
from workstation.storage.limits_file import add_limits


def view(rig: TradingRig) -> RiskView | None:
    found = rig.window.latest.get(("RiskView", None))
    return found if isinstance(found, RiskView) else None


def cover(rig: TradingRig) -> Coverage | None:
    now = view(rig)
    return next((x for x in now.coverages if x.con_id == AAPL), None) if now else None


def test_a_bare_position_is_seen_mended_and_gone_with_its_stop(rig: TradingRig) -> None:
    assert isinstance(rig.ask(SubmitOrder(rig.draft())), Submitted)
    rig.until(lambda: (now := cover(rig)) is not None and now.uncovered == 20)
    bare = cover(rig)
    assert bare is not None
    assert bare.repair is RepairKind.PROTECT
    assert bare.suggested_stop is not None

    wish = RepairProtection(ACCOUNT, AAPL, RepairKind.PROTECT, bare.suggested_stop)
    assert isinstance(rig.ask(wish), Done)
    rig.until(lambda: rig.is_at(2, Lifecycle.HELD, Lifecycle.WORKING))
    stop = rig.order(2)
    assert (stop.order_type, stop.tif, stop.quantity) == ("STP", "GTC", 20)
    rig.until(lambda: (now := cover(rig)) is not None and now.covered == 20 and not now.repair)

    rig.until(lambda: "Technology" in sectors(rig))
    shown = view(rig)
    assert shown is not None
    assert {each.volatility for each in shown.scenarios} == {Decimal(x) for x in (-25, 0, 25, 50)}
    assert shown.unmodelled == ()
    rig.until(lambda: is_explained(checks(rig)))

    assert isinstance(rig.ask(ClosePosition(ACCOUNT, AAPL)), Done)
    rig.until(lambda: rig.position() == 0)
    rig.until(lambda: cover(rig) is None)


def sectors(rig: TradingRig) -> set[str]:
    now = view(rig)
    return {each.name for each in now.exposures if each.kind == "sector"} if now else set()


def checks(rig: TradingRig) -> list[tuple[str, str]]:
    now = view(rig)
    return [(each.symbol, each.reason) for each in now.pnl_checks] if now else []


def is_explained(found: list[tuple[str, str]]) -> bool:
    """Tell whether the results agree, but for the price that moved since the broker's figure."""
    return [symbol for symbol, _ in found] == ["AAPL"] and all(
        not reason or reason.startswith("price: ") for _, reason in found
    )


def test_recorded_orders_are_tried_under_other_limits_from_the_running_journal(
    rig: TradingRig, tmp_path: Path
) -> None:
    for limit in (rig.last - 100, rig.last - 101):
        draft = rig.draft(order_type=OrderType.LIMIT, limit_price=limit, source="ladder")
        assert isinstance(rig.ask(SubmitOrder(draft)), Submitted)
    rig.until(lambda: rig.is_at(2, Lifecycle.WORKING))
    limits = rig.desk.limits.of(ACCOUNT)
    assert limits is not None
    bound = TwoLevel(
        personal=(rig.last - 105) * 20, catastrophic=(rig.last - Decimal("100.5")) * 20
    )
    (journal,) = tmp_path.rglob("journal.sqlite")
    found = dry_run(
        read_entries(journal),
        replace(limits, order_size=bound),
        2,
        datetime.now(UTC) + timedelta(days=1),
    )
    assert found.headline.startswith("would have blocked 1 of 2 orders and asked about 1 more")


def test_locked_limits_get_tighter_and_not_looser(rig: TradingRig, tmp_path: Path) -> None:
    rig.until(lambda: rig.desk.limits.of(ACCOUNT) is not None)
    limits = rig.desk.limits.of(ACCOUNT)
    assert limits is not None
    assert limits.daily_loss is not None
    assert isinstance(rig.ask(LockLimits(ACCOUNT)), Done)
    rig.until(lambda: (now := view(rig)) is not None and now.locked_until is not None)
    path = rig.desk.limits._path
    for loss, kind in ((limits.daily_loss + 1, Failed), (limits.daily_loss - 1, Done)):
        path.unlink()
        add_limits(path, replace(limits, daily_loss=loss))
        assert isinstance(rig.ask(ApplyLimits(ACCOUNT)), kind)
    rig.desk.limits.lock.lock(ACCOUNT, "the day's loss reached 1.00 USD")
    assert isinstance(rig.ask(SetTradingState(TradingState.REDUCING)), Done)
    assert isinstance(rig.ask(SetTradingState(TradingState.ACTIVE)), Done)  # no time to cool down


def test_a_short_sale_knows_from_the_broker_whether_shares_can_be_borrowed(rig: TradingRig) -> None:
    expected = {"SIMNOSH": Level.HARD, "SIMHTB": Level.SOFT, "AAPL": Level.INFO}
    for symbol, level in expected.items():
        con_id = rig.ask(WatchSymbol(symbol)).con_id
        rig.until(lambda con_id=con_id: rig.desk.figures.quotes.number(con_id, SHORTABLE))
        limits = {"limit_price": Decimal(10_000), "order_type": OrderType.LIMIT}
        wish = rig.draft(con_id=con_id, side=Side.SELL, quantity=Decimal(1), **limits)
        shown = rig.ask(PreviewOrder(wish))
        found = [each.level for each in shown.findings if each.code is RiskCode.SHORT]
        assert found == [level], symbol
