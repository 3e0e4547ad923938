"""How much of each limit is used, as the window shows it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, SPY, D, Door, execution, fill, notice, spy
from workstation.desk.account_risk import AccountRisk
from workstation.desk.portfolio_watch import PortfolioSources, portfolio_sources
from workstation.desk.risk_watch import RiskSources, RiskWatch
from workstation.desk.session_lock import SessionLock
from workstation.domain.bar import Bar, BarSize
from workstation.domain.commands import BarsAnswer, Failed
from workstation.domain.contract import Contract
from workstation.domain.execution import Commission
from workstation.domain.greeks import Greeks
from workstation.domain.ids import AccountId, ConId, ExecId, IntentId
from workstation.domain.limit_use import LimitUse, RiskView
from workstation.domain.messages import CommissionArrived
from workstation.domain.notice import Severity
from workstation.domain.order import Side
from workstation.domain.reports import CommissionReport, PositionReport
from workstation.portfolio.balances import Balances
from workstation.portfolio.shocks import Shocks


class Watched:
    """A watch over a door."""

    def __init__(self) -> None:
        self.door = door = Door()
        self.account: Any = ACCOUNT
        self.others: tuple[AccountId, ...] = ()
        self.limits: Any = LIMITS
        self.reduced: list[str] = []
        self.said: list[tuple[Severity, str]] = []
        self.pending: tuple[str, ...] = ()
        self.asked: list[tuple[ConId, Any]] = []
        self.risk = AccountRisk(
            door.clock,
            door.positions,
            door.quotes,
            door.contracts,
            door.orders,
            lambda _account: door.summary,
            lambda _account: self.limits,
        )
        self.lock = SessionLock(door.clock, door.journal, lambda _account: self.limits)
        self.watch = RiskWatch(
            RiskSources(
                account=lambda: self.account,
                accounts=lambda: (ACCOUNT, *self.others),
                account_risk=self.risk,
                pending_limits=lambda _account: self.pending,
                actions=lambda: door.desk.controller.actions,
                gate=door.desk.gate.use,
                efficiency=lambda: door.desk.efficiency,
                portfolio=PortfolioSources(
                    request_bars=lambda series, _before, answer: self.asked.append(
                        (series.con_id, answer)
                    )
                ),
                reduce_only=self.reduced.append,
                lock=self.lock,
                notify=self.notify,
            )
        )

    def notify(self, severity: Severity, text: str, **_more: Any) -> None:
        self.said.append((severity, text))

    def second(self) -> None:
        self.door.clock.seconds += 1
        self.watch.sweep()

    def view(self) -> RiskView:
        self.watch.sweep()
        (view,) = self.watch.take_changed()
        return view

    def uses(self) -> dict[str, LimitUse]:
        return {use.name: use for use in self.view().uses}

    def fill(
        self, quantity: int, side: Side = Side.BUY, price: str = "100.00", **more: Any
    ) -> None:
        """An execution of today, as the desk would hear of it."""
        number = len(self.door.positions._counted)
        each = execution(
            f"x{number}.1.01",
            quantity,
            side=side,
            price=D(price),
            time=self.door.clock.now(),
            **more,
        )
        self.door.positions.apply_execution(each)
        self.risk.take(each)
        self.watch.filled(each)


def test_every_limit_is_shown_with_its_use() -> None:
    watched = Watched()
    door = watched.door
    door.summary = replace(door.summary, initial_margin=D(123_456))  # type: ignore[type-var]
    door.hold(-200)
    door.quotes.set_price(SPY, 4, 100.0)
    for number in range(3):
        door.submit(intent_id=IntentId(str(number)), quantity=D(10 + number), source="ladder")
    door.submit(intent_id=IntentId("s"), side=Side.SELL, limit_price=D("101.00"))
    uses = watched.uses()

    assert {name: (use.used, use.personal, use.catastrophic) for name, use in uses.items()} == {
        "Order actions, 1 s": (D(4), None, D(10)),
        "Order actions, 1 min": (D(4), None, D(120)),
        "Working orders, one side": (D(3), D(15), D(20)),
        "Available funds": (D(0), D(900_000), D(1_000_000)),
        "Entries, 1 min": (D(10_100), None, D(2_000_000)),
        "Order efficiency, today": (D("4.00"), None, D(20)),
        "Option orders a day, month": (D("0.0"), None, D(390)),
        "Working orders, all": (D(4), None, None),
        "Largest position": (D(20_000), D(250_000), D(1_000_000)),
        "Gross exposure": (D("0.02"), D(2), D(4)),
        "Leverage, stocks": (D("0.02"), D(2), D(4)),
        "Concentration": (D(2), D(25), D(100)),
        "Initial margin": (D("12.35"), D(50), D(90)),
        "Day's loss": (D(0), None, None),
        "Fall from the day's best": (D(0), None, None),
    }
    assert uses["Largest position"].unit == "USD"
    assert uses["Working orders, one side"].unit == "orders"


def test_what_has_not_changed_is_not_shown_again() -> None:
    watched = Watched()
    assert not watched.watch.changed
    watched.uses()
    watched.watch.look()
    assert watched.watch.changed
    assert watched.watch.take_changed() == ()
    watched.door.submit()
    assert watched.uses()["Order actions, 1 s"].used == 1


def test_without_an_account_limits_or_figures_what_is_unknown_is_absent() -> None:
    watched = Watched()
    watched.account = None
    watched.watch.sweep()
    assert watched.watch.take_changed() == ()

    watched.account, watched.limits, watched.door.summary = ACCOUNT, None, None
    watched.door.hold(100)
    watched.door.quotes.forget(SPY)
    uses = watched.uses()
    assert "Available funds" not in uses
    assert uses["Largest position"] == LimitUse("Largest position", D(0), None, None, "")
    assert "Gross exposure" not in uses
    assert "Day's loss" not in uses
    assert uses["Order actions, 1 s"].catastrophic is None


def test_entries_are_forgotten_after_a_minute() -> None:
    watched = Watched()
    watched.door.submit()
    assert watched.uses()["Entries, 1 min"].used == D(10_000)
    watched.door.clock.seconds += 61

    assert watched.uses()["Entries, 1 min"].used == 0


def test_the_order_side_tells_when_orders_change() -> None:
    door = Door()
    told: list[int] = []
    door.desk.orders_changed = lambda: told.append(1)
    door.submit()
    door.apply(notice(2104, None))

    assert told == [1]


# -- alarms -----------------------------------------------------------------------------------------


def test_a_broken_limit_is_said_once_until_it_was_kept_again() -> None:
    watched = Watched()
    watched.door.hold(2_501)
    for _ in range(3):
        watched.second()
    assert watched.said == [
        (Severity.WARNING, "Largest position: 250,100.00 USD, your limit is 250,000.00."),
        (Severity.WARNING, "Concentration: 25.01 % of net liquidation, your limit is 25.00."),
    ]
    watched.door.hold(100)
    watched.second()
    watched.door.hold(10_001)
    watched.second()

    assert [severity for severity, _ in watched.said[2:]] == [Severity.ALARM, Severity.ALARM]
    assert watched.reduced == []


def test_the_days_loss_leaves_only_exits_once_it_is_reached() -> None:
    watched = Watched()
    watched.limits = replace(LIMITS, daily_loss=D(1000))
    watched.fill(100)
    watched.door.market(90.01, 90.03)
    watched.second()
    assert watched.reduced == []
    watched.door.market(89.99, 90.01)
    for _ in range(3):
        watched.second()

    assert watched.reduced == ["day's loss reached 1,000.00 USD"]
    assert [severity for severity, _ in watched.said] == [Severity.ALARM]


def test_the_fall_from_the_days_best_leaves_only_exits_too() -> None:
    watched = Watched()
    watched.limits = replace(LIMITS, drawdown=D(500))
    watched.fill(100)
    watched.door.market(109.99, 110.01)
    watched.second()
    watched.door.market(104.99, 105.01)
    watched.second()

    assert watched.reduced == ["fall from the day's best reached 500.00 USD"]


def test_bars_are_asked_for_one_by_one_and_once_a_day() -> None:
    watched = Watched()
    watched.door.hold(100)
    watched.second()
    watched.second()
    ((con_id, answer),) = watched.asked
    assert con_id == SPY
    start = datetime(2026, 6, 1, tzinfo=UTC)
    closes = [100 + (number % 10) for number in range(100)]
    bars = tuple(
        Bar(start + timedelta(days=number), close, close, close, close, 1)
        for number, close in enumerate(closes)
    )
    answer(BarsAnswer(SPY, BarSize.DAY_1, bars, complete=False))
    tail = watched.view().tail
    assert tail is not None
    assert (tail.days, tail.missing) == (99, 0)
    # nine days of ten gain a point, the tenth falls from 109 to 100
    assert tail.value_at_risk == tail.expected_shortfall == D("825.69")
    for _ in range(3):
        watched.second()
    assert len(watched.asked) == 1
    watched.door.clock.seconds += 86_400
    watched.second()
    assert len(watched.asked) == 2


def test_a_refused_series_is_asked_for_again_after_five_minutes() -> None:
    watched = Watched()
    watched.door.hold(100)
    watched.second()
    watched.asked[0][1](Failed("pacing"))
    watched.second()
    assert len(watched.asked) == 1
    watched.door.clock.seconds += 300
    watched.second()

    assert len(watched.asked) == 2
    assert watched.view().tail is None


def test_waiting_limits_and_protection_are_shown() -> None:
    watched = Watched()
    watched.pending = ("order_size: 1 / 2 -> 3 / 4",)
    watched.door.hold(100)
    view = watched.view()

    assert view.pending_limits == watched.pending
    (cover,) = view.coverages
    assert (cover.quantity, cover.covered, cover.uncovered) == (D(100), D(0), D(100))
    assert [(row.kind, row.name, row.long) for row in view.exposures] == [
        ("account", "", D(10_000)),
        ("class", "STK", D(10_000)),
        ("sector", "not told", D(10_000)),
        ("currency", "USD", D(10_000)),
        ("underlying", "SPY", D(10_000)),
        ("symbol", "SPY", D(10_000)),
        ("strategy", "no fills on record", D(10_000)),
    ]
    calm = {each.percent: each.result for each in view.scenarios if not each.volatility}
    assert calm[D(-10)] == D(-1000)


# -- commissions ------------------------------------------------------------------------------------


def commissions(door: Door) -> list[Commission]:
    return [each.commission for each in door.out.messages if isinstance(each, CommissionArrived)]


def test_a_commission_is_told_each_time_and_recorded_once() -> None:
    door = Door()
    door.working()
    door.apply(fill())
    cost = Commission(exec_id=ExecId("a.1.01"), commission=D(1), currency="USD", realized_pnl=D(5))
    for _ in range(2):
        door.apply(CommissionReport(commission=cost))

    assert commissions(door) == [cost, cost]
    assert door.journal.events.count("CommissionReport") == 1
    assert door.orders.commission(execution().exec_id) == cost
    assert door.restarted().orders.commission(execution().exec_id) == cost


def a_past(con_id: ConId) -> BarsAnswer:
    """A hundred days that go up and down by a percent."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    closes = [100.0 * (1.01 if n % 2 else 1.0) for n in range(100)]
    bars = tuple(Bar(start + timedelta(days=n), c, c, c, c, 1) for n, c in enumerate(closes))
    return BarsAnswer(con_id, BarSize.DAY_1, bars, complete=True)


def test_an_option_is_in_the_grid_by_its_model_and_in_the_tail_by_its_underlying() -> None:
    watched = Watched()
    door = watched.door
    below, needed = ConId(42), []
    contract = Contract(
        con_id=SPY, symbol="SPY", sec_type="OPT", strike=D(100), right="C", expiry="20270115",
        local_symbol="SPY C100",
    )  # fmt: skip
    door.contracts.known[SPY] = spy(contract=contract, multiplier=D(100), under_con_id=below)
    models: dict[ConId, Greeks] = {}
    watched.watch._portfolio._sources = replace(
        watched.watch._portfolio._sources, need=needed.append, greeks=models.get
    )
    watched.watch._portfolio._shocks = Shocks(door.clock, door.contracts.details, models.get)
    door.hold(2)
    assert watched.view().unmodelled == ("SPY C100",)
    assert needed == [below]

    models[SPY] = Greeks(
        implied_volatility=0.2, underlying_price=100.0, delta=0.5, gamma=0.02, vega=0.1
    )
    for _ in range(3):
        watched.second()
    assert [con_id for con_id, _ in watched.asked] == [SPY]
    watched.asked[0][1](Failed("no history of it"))
    watched.second()
    assert [con_id for con_id, _ in watched.asked] == [SPY, below]
    watched.asked[1][1](a_past(below))
    watched.second()
    view = watched.watch._rest
    assert view.unmodelled == ()
    assert view.tail is not None
    assert (view.tail.missing, view.tail.value_at_risk > 0) == (0, True)
    assert {row.name for row in view.exposures if row.kind == "symbol"} == {"SPY C100"}

    door.contracts.known[SPY] = replace(door.contracts.known[SPY], under_con_id=None)
    door.clock.seconds += 60
    watched.second()
    assert watched.watch._rest.tail is None


def test_the_desks_own_figures_feed_the_watch() -> None:
    door = Door()
    door.quotes.set_greeks(SPY, 13, Greeks(delta=0.25))

    class Figures:
        quotes = door.quotes
        balances = Balances(door.clock)

    class Questions:
        def bars(self, *_given: object) -> None: ...

        def ask(self, *_given: object) -> None: ...

    asked: list[object] = []
    sources = portfolio_sources(Questions(), asked.append, Figures())  # type: ignore[arg-type]
    assert sources.greeks(SPY) == Greeks(delta=0.25)
    assert sources.cash(ACCOUNT) == {}
    sources.need(SPY)
    assert asked == [SPY]


def test_an_account_that_is_not_shown_is_watched_all_the_same() -> None:
    watched = Watched()
    door, other = watched.door, AccountId("SIM0000002")
    watched.others = (other,)
    watched.limits = replace(LIMITS, daily_loss=D(1000))
    watched.fill(100, account=other)
    door.positions.apply_position(
        PositionReport(
            account=other, con_id=SPY, symbol="SPY", quantity=D(100), average_cost=D(100)
        )
    )
    door.market(79.99, 80.01)

    watched.second()

    assert any(text.startswith("S•••002: Day's loss") for _, text in watched.said)
    assert watched.reduced == ["S•••002: Day's loss reached 2,000.00 USD"]
    assert watched.view().account == ACCOUNT
