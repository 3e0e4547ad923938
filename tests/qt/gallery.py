"""Grabs pictures of the window in many states: python -m tests.qt.gallery FOLDER [SCENE ...]."""

import math
import random
import sys
import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.helpers.desk_fakes import LIMITS
from tests.qt.fakes import (
    CON_IDS,
    DENIALS,
    FINDINGS,
    NOW,
    SYMBOLS,
    FakeCommands,
    a_book,
    a_commission,
    a_contract,
    a_dry_run,
    a_headline,
    a_link,
    a_notice,
    a_pnl,
    a_position,
    a_quote,
    a_risk_view,
    a_summary,
    a_trade,
    an_execution,
    an_order,
)
from tests.qt.quality_fills import many_fills
from workstation.domain.account import Environment
from workstation.domain.bar import Bar, BarSize
from workstation.domain.commands import (
    BarsAnswer,
    Failed,
    FollowBars,
    FollowDepth,
    HeadlinesAnswer,
    PreviewMargin,
    RequestArticle,
    RequestHeadlines,
    SubmitOrder,
)
from workstation.domain.farm import Farm, FarmPurpose, FarmStatus, FarmsView
from workstation.domain.finding import Denied, NeedsAcknowledgement, TradingState
from workstation.domain.ids import AccountId, ClientId
from workstation.domain.limit_changes import LimitChange
from workstation.domain.link import LinkState
from workstation.domain.messages import (
    CommissionArrived,
    ContractKnown,
    ExecutionArrived,
    FillMeasured,
    LinkChanged,
    NoticeArrived,
    OrderChanged,
    TradesArrived,
)
from workstation.domain.news import Article
from workstation.domain.notice import Severity
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle, OrderFlag, Pending
from workstation.domain.preview import MarginPreview
from workstation.domain.quote import MarketDataType
from workstation.domain.subscription import DataUse, StreamKind, StreamPhase, StreamState, Use
from workstation.storage.limits_file import written
from workstation.ui.dialogs.limits_log import LimitsLogDialog
from workstation.ui.main_window import MainWindow
from workstation.ui.theme import apply_theme

SIZES = ((1280, 720), (1920, 1080))
ARTICLE = """<h2>Outlook lifted</h2><p>The company said it expects <b>revenue of 92 to 95 billion</b>,
against 89 billion before.</p><ul><li>Margin near 46 %</li><li>Buy-backs go on</li></ul>
<img src="http://example.invalid/pixel.png"><script>alert(1)</script>
<p>More at <a href="https://www.example.com/story/42">the wire</a> and
<a href="javascript:alert(1)">here</a>.</p>"""
PRICES = (187.19, 415.3, 902.55, 171.02, 186.5, 512.9, 172.63, 518.7, 441.2, 408.77, 12.41)


def new_window(
    size: tuple[int, int], *, read_only: bool = False
) -> tuple[MainWindow, FakeCommands]:
    commands = FakeCommands()
    window = MainWindow(
        commands, read_only=read_only, symbols=(*SYMBOLS, "XYZZY"), clock=lambda: NOW
    )
    window.resize(*size)
    window.docks.place_all()
    window.show()
    return window, commands


def connect(window: MainWindow, commands: FakeCommands, **changes: object) -> None:
    window.on_events((LinkChanged(a_link(**changes)),))
    for symbol in SYMBOLS:
        window.on_events((ContractKnown(a_contract(symbol)),))
    commands.answer_watches()
    row = window.messages.quotes.value("XYZZY")
    row.con_id = None
    window.messages.quotes.set_problem("XYZZY", "not found: no security definition")


def quotes(seed: int) -> list[object]:
    rng = random.Random(seed)
    made = []
    for symbol, price in zip(SYMBOLS, PRICES, strict=True):
        last = round(price * (1 + rng.uniform(-0.0004, 0.0004)), 2)
        made.append(
            a_quote(
                CON_IDS[symbol],
                bid=round(last - 0.01, 2),
                ask=round(last + 0.01, 2),
                last=last,
                bid_size=rng.randrange(1, 60) * 100,
                ask_size=rng.randrange(1, 60) * 100,
                close=round(price * (1 + random.Random(symbol).uniform(-0.03, 0.03)), 2),
                high=round(price * 1.011, 2),
                low=round(price * 0.986, 2),
                volume=rng.randrange(1_000_000, 90_000_000),
                data_type=MarketDataType.DELAYED if symbol == "QQQ" else MarketDataType.LIVE,
                stale=symbol == "BRK B",
                received_at=NOW - timedelta(milliseconds=18),
            )
        )
    return made


def fill(window: MainWindow) -> None:
    account = window.state.account
    window.on_latest(tuple(quotes(1)))
    window.on_latest(tuple(quotes(2)))
    window.on_events(
        (
            OrderChanged(an_order(12)),
            OrderChanged(
                an_order(13, side=Side.SELL, filled=Decimal(40), average_price=Decimal("187.215"), limit_price=Decimal("187.21"))
            ),
            OrderChanged(an_order(14, con_id=CON_IDS["MSFT"], symbol="MSFT", quantity=Decimal(1000), limit_price=Decimal("415.00"), replace=Pending.REQUESTED, pending_quantity=Decimal(800), pending_limit=Decimal("414.90"))),
            OrderChanged(an_order(15, con_id=CON_IDS["TSLA"], symbol="TSLA", side=Side.SELL, lifecycle=Lifecycle.FILLED, filled=Decimal(100), average_price=Decimal("172.63"), order_type="MKT", limit_price=None)),
            OrderChanged(an_order(16, con_id=CON_IDS["SPY"], symbol="SPY", cancel=Pending.REQUESTED, limit_price=Decimal("512.00"), tif="GTC")),
            OrderChanged(an_order(17, con_id=CON_IDS["NVDA"], symbol="NVDA", lifecycle=Lifecycle.REJECTED, limit_price=Decimal("901.00"), note="201: Order rejected - reason: insufficient margin")),
            OrderChanged(an_order(18, lifecycle=Lifecycle.UNKNOWN, note="the link broke before the broker confirmed it")),
            OrderChanged(an_order(-3, client_id=ClientId(0), con_id=CON_IDS["F"], symbol="F", editable=False, quantity=Decimal(5000), limit_price=Decimal("12.40"), tif="GTC", lifecycle=Lifecycle.HELD)),
            OrderChanged(an_order(19, con_id=CON_IDS["META"], symbol="META", lifecycle=Lifecycle.CANCELLED, limit_price=Decimal("510.00"), filled=Decimal(25), average_price=Decimal("509.98"), flags=frozenset({OrderFlag.LATE_FILL}))),
            ExecutionArrived(an_execution()),
            NoticeArrived(a_notice()),
            NoticeArrived(a_notice(Severity.WARNING, code=2105, text="HMDS data farm connection is broken: ushmds", effect="Charts may have gaps. Orders are not touched.", advice="Nothing; it comes back by itself.")),
            NoticeArrived(a_notice(Severity.ERROR, code=201, text="Order 17 rejected - reason: insufficient margin", effect="Order 17 is not at the exchange.", advice="Reduce the quantity or free margin.")),
        )
    )  # fmt: skip
    window.on_latest(
        (
            a_position(account=account),
            a_position("TSLA", account=account, quantity=Decimal(-50), average_cost=Decimal("175.10"), mark=172.63, market_value=-8631.5, unrealized_pnl=123.5, realized_pnl=-41.2, daily_pnl=-88.05),
            a_position("F", account=account, quantity=Decimal(12_000), average_cost=Decimal("12.6"), mark=12.41, market_value=148_920.0, unrealized_pnl=-2_280.0, daily_pnl=None, realized_pnl=None),
            a_position("MSFT", account=account, quantity=Decimal(0), average_cost=None, mark=415.3, market_value=0.0, unrealized_pnl=None, realized_pnl=812.4, daily_pnl=812.4),
            a_summary(account=account),
            a_pnl(account=account),
        )
    )  # fmt: skip
    window.choose_symbol("AAPL")
    window.ticket.form.quantity_edit.set_value(Decimal(100))
    window.ticket.form.take_ask()


def settle(seconds: float = 0.3) -> None:
    """Let the timers of hidden and shown panels run out."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()


def bars(count: int = 300) -> tuple[Bar, ...]:
    rng, price, made = random.Random(5), 186.0, []
    for number in range(count):
        opened = price
        price += rng.gauss(0.01, 0.12) + 0.05 * math.sin(number / 17)
        high, low = max(opened, price) + abs(rng.gauss(0, 0.05)), min(opened, price) - 0.05
        start = NOW - timedelta(minutes=5 * (count - number))
        made.append(Bar(start, opened, high, low, price, float(rng.randrange(5_000, 90_000))))
    return tuple(made)


def market(window: MainWindow, commands: FakeCommands, *, stale: bool = False) -> None:
    """Fill chart, book, tape, limits and executions of the chosen symbol."""
    settle()
    for follow in commands.of(FollowBars)[-1:]:
        commands.answer(
            FollowBars, BarsAnswer(follow.con_id, BarSize.MINUTE_5, bars(), complete=False)
        )
    window.on_latest((a_book(stale=stale), a_risk_view(window.state.account)))
    window.on_events((TradesArrived(tuple(a_trade(number) for number in range(60))),))
    for number in range(1, 9):
        fill_id = f"0000e0d5.65{number:02}.01.01"
        window.on_events((ExecutionArrived(an_execution(exec_id=fill_id, quantity=Decimal(10 * number))), CommissionArrived(a_commission(exec_id=fill_id, realized_pnl=Decimal(37 * number - 160)))))  # fmt: skip


def busy(window: MainWindow, commands: FakeCommands) -> None:
    connect(window, commands)
    fill(window)
    market(window, commands)
    window.on_latest(tuple(quotes(3)))


def log_tab(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.docks.focus("log")


def tab(name: str):
    def scene(window: MainWindow, commands: FakeCommands) -> None:
        busy(window, commands)
        window.docks.focus(name)

    scene.__name__ = f"{name}_tab"
    return scene


def news_tab(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.docks.focus("news")
    settle()
    found = tuple(a_headline(number) for number in range(12))
    commands.answer(RequestHeadlines, HeadlinesAnswer(CON_IDS["AAPL"], found))
    panel = window.board.news
    panel.table.clicked.emit(panel.table.proxy.index(0, 0))
    commands.answer(RequestArticle, Article(found[0].provider, found[0].article_id, ARTICLE, True))


def helpers(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    form = window.ticket.form
    form.exits.box.click()
    form.helpers.size_button.click()
    form.helpers.size_line.mode_box.setCurrentIndex(3)
    form.helpers.size_line.amount_edit.set_value(Decimal(500))
    form.helpers.stop_edit.set_value(Decimal("185.00"))
    form.helpers.price_button.click()
    form.helpers.price_line.amount_edit.set_value(Decimal(2))


def quality(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.on_events(tuple(FillMeasured(each) for each in many_fills()))
    window.docks.focus("quality")


def quality_groups(window: MainWindow, commands: FakeCommands) -> None:
    quality(window, commands)
    window.board.quality.view_box.setCurrentIndex(3)


def refused(window: MainWindow, commands: FakeCommands) -> None:
    connect(window, commands)
    fill(window)
    settle()
    commands.answer(FollowBars, Failed("HMDS query returned no data"))
    commands.answer(
        FollowDepth, Failed("309: Max number (3) of market depth requests has been reached")
    )
    window.docks.focus("risk")


def empty(window: MainWindow, commands: FakeCommands) -> None:
    window.watching.replace_all(())
    window.on_events((LinkChanged(a_link()),))


def disconnected(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.on_events((LinkChanged(a_link(LinkState.DISCONNECTED, reason="TWS closed the connection; next try in 5 s", clock_offset=None)),))  # fmt: skip
    window.on_latest(tuple(replace(q, stale=True) for q in quotes(3)))
    window.on_latest((a_book(stale=True),))


def reading_journal(window: MainWindow, commands: FakeCommands) -> None:
    window.banner.show_start("reading the journal, 43 % of 1,000,000 entries")


def read_only(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)


def live(window: MainWindow, commands: FakeCommands) -> None:
    connect(window, commands, account=AccountId("U1234321"), environment=Environment.LIVE)
    fill(window)


def live_armed(window: MainWindow, commands: FakeCommands) -> None:
    live(window, commands)
    connect(
        window, commands, account=AccountId("U1234321"), environment=Environment.LIVE, armed=True
    )


def denied(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.ticket.form.quantity_edit.set_value(Decimal(10_000))
    window.ticket.form.price_edit.set_value(Decimal("214.00"))
    window.ticket.submit_button.click()
    commands.answer(SubmitOrder, Denied(DENIALS))


def asked(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.ticket.form.quantity_edit.set_value(Decimal(1_000))
    window.ticket.form.sell_button.click()
    window.ticket.submit_button.click()
    commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))


def risk_page(name: str, page: int):
    def scene(window: MainWindow, commands: FakeCommands) -> None:
        busy(window, commands)
        window.docks.focus("risk")
        window.board.risk.pages.setCurrentIndex(page)

    scene.__name__ = name
    return scene


def limits_locked(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.docks.focus("risk")
    until = NOW + timedelta(hours=9)
    view = a_risk_view(window.state.account)
    reason = "the day's loss reached 20,040.00 USD"
    window.on_latest((replace(view, locked_until=until, lock_reason=reason),))


def limits_log(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.docks.focus("risk")
    dialog = LimitsLogDialog(window)
    told = {"account": "S•••321", "time": NOW, "seq": 214}
    locked = LimitChange(figure="lock until the next session", old="", new="only tighter until 2026-03-18 21:00 UTC", who="the user locked them", **told)  # fmt: skip
    wider = LimitChange(figure="order_size", old="100000 / 500000", new="120000 / 500000", who="confirmed by hand", **told)  # fmt: skip
    first = LimitChange(figure="daily_loss", old="", new="20000", who="first limits of the account", **told)  # fmt: skip
    dialog.show_changes((locked, wider, first))
    window.leaving.dialog = dialog


def dry_run(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.docks.focus("risk")
    page = window.board.risk.dry_run
    window.board.risk.pages.setCurrentWidget(page)
    page.show_limits(written(LIMITS).strip())
    page.show_result(a_dry_run())


def trailing(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    form = window.ticket.form
    form.sell_button.click()
    form.type_box.setCurrentText("TRAIL LIMIT")
    form.tif_box.setCurrentText("GTD")
    form.quantity_edit.set_value(Decimal(100))
    form.special.trail_edit.set_value(Decimal("0.50"))
    form.special.first_stop_edit.set_value(Decimal("186.10"))
    form.special.offset_edit.set_value(Decimal("0.05"))
    form.special.more_box.click()


def extras(window: MainWindow, commands: FakeCommands) -> None:
    """The further terms of an order, all at once."""
    busy(window, commands)
    form = window.ticket.form
    form.special.more_box.click()
    form.special.extras.group_edit.setText("pair")
    form.special.extras.algo.box.setCurrentText("VWAP")
    form.special.extras.conditions_button.click()
    dialog = form.special.extras.dialog
    assert dialog is not None
    dialog.rows[0].value_edit.set_value(Decimal("190.00"))
    dialog.add().kind_box.setCurrentText("Time")
    dialog.use_button.click()


def bracket(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    entry = an_order(30, lifecycle=Lifecycle.FILLED, filled=Decimal(100), average_price=Decimal("187.20"))  # fmt: skip
    exits = {"side": Side.SELL, "tif": "GTC", "parent": entry.key}
    window.on_events(
        (
            OrderChanged(entry),
            OrderChanged(an_order(31, limit_price=Decimal("190.00"), **exits)),
            OrderChanged(an_order(32, order_type="STP", limit_price=None, stop_price=Decimal("185.00"), lifecycle=Lifecycle.HELD, note="waits for its trigger price", **exits)),
        )
    )  # fmt: skip
    form = window.ticket.form
    form.exits.box.click()
    form.exits.target_edit.set_value(Decimal("190.00"))
    form.exits.stop_edit.set_value(Decimal("185.00"))


def what_if(window: MainWindow, commands: FakeCommands) -> None:
    bracket(window, commands)
    window.ticket.margin_button.click()
    commands.answer(PreviewMargin, MarginPreview(initial_margin_change=Decimal("4680.25"), maintenance_margin_change=Decimal("4212.00"), initial_margin_after=Decimal("119360.50"), maintenance_margin_after=Decimal("109360.50"), equity_after=Decimal("1000999.00"), commission=Decimal("1.00"), currency="USD"))  # fmt: skip


def changing(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.ticket.start_change(an_order(12))
    window.ticket.form.quantity_edit.set_value(Decimal(80))


def alarm(window: MainWindow, commands: FakeCommands) -> None:
    connect(window, commands, environment=Environment.PAPER, account=AccountId("DU1234567"), trading_state=TradingState.REDUCING, trading_reason="daily loss limit reached")  # fmt: skip
    fill(window)
    window.on_events((NoticeArrived(a_notice(Severity.ALARM, code=None, text="Order 18 has been without an answer for 30 s.", effect="It may be working at the broker.", advice="Look at it in TWS.")),))  # fmt: skip


def leaving(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.close()


def connection_tab(window: MainWindow, commands: FakeCommands) -> None:
    busy(window, commands)
    window.docks.focus("connection")
    settle()
    at = NOW - timedelta(minutes=42)
    window.on_latest(
        (
            FarmsView((
                Farm(name="usfarm", purpose=FarmPurpose.QUOTES, status=FarmStatus.BROKEN, since=NOW),
                Farm(name="usfarm.nj", purpose=FarmPurpose.QUOTES, status=FarmStatus.OK, since=at),
                Farm(name="ushmds", purpose=FarmPurpose.HISTORY, status=FarmStatus.INACTIVE, since=at),
                Farm(name="secdefil", purpose=FarmPurpose.CONTRACTS, status=FarmStatus.OK, since=at),
            )),
            DataUse(
                lines=Use(name="market-data lines", used=97, most=97, waiting=14, detail="the broker gives 97 of 100"),
                depth=Use(name="order books", used=1, most=3, detail="AAPL (Depth)"),
                tape=Use(name="tick-by-tick streams", used=1, most=5, detail="AAPL (Time and sales)"),
                messages=Use(name="messages a second", used=12, most=45),
                history=Use(name="history requests", used=3, most=50),
            ),
            StreamState(con_id=CON_IDS["TSLA"], kind=StreamKind.QUOTES, phase=StreamPhase.PAUSED, text="paused: all 97 market-data lines are in use", advice="It comes back by itself when one is free."),
            StreamState(con_id=CON_IDS["META"], kind=StreamKind.QUOTES, phase=StreamPhase.REFUSED, text="no subscription", advice="Right-click the row, Market data, Delayed; or subscribe at the broker.", code=354),
        )
    )  # fmt: skip
    window.on_events((LinkChanged(a_link(LinkState.DEGRADED, reason="data farm down: usfarm (quotes)", next_step="Its quotes are stale. TWS restores the farm by itself.", only_farms=True, environment=Environment.PAPER, account=AccountId("DU1234567"))),))  # fmt: skip
    time.sleep(1.1)
    window.on_frame()


TABS = tuple(tab(name) for name in ("positions", "executions", "account", "risk"))
RISK_PAGES = (risk_page("protection", 1), risk_page("exposure", 2))
SCENES = (busy, *TABS, helpers, quality, quality_groups, *RISK_PAGES, limits_locked, limits_log, dry_run, connection_tab, news_tab, refused, log_tab, empty, disconnected, reading_journal, read_only, live, live_armed, denied, asked, bracket, what_if, trailing, extras, changing, alarm, leaving)  # fmt: skip


def main(folder: Path, names: list[str]) -> None:
    app = QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    scale = round(100 * app.primaryScreen().devicePixelRatio())
    chosen = [scene for scene in SCENES if not names or scene.__name__ in names]
    for theme in ("dark", "light"):
        apply_theme(app, theme)
        for scene in chosen:
            for width, height in SIZES:
                if scale != 100 and width > 1280:
                    continue
                window, commands = new_window((width, height), read_only=scene is read_only)
                app.processEvents()
                scene(window, commands)
                window.on_frame()
                for _ in range(5):
                    app.processEvents()
                name = f"{scene.__name__}-{theme}-{width}-{scale}.png"
                window.grab().save(str(folder / name))
                if window.leaving.dialog is not None:
                    window.leaving.dialog.grab().save(str(folder / f"dialog-{name}"))
                window.force_close()
                window.deleteLater()
    print(f"{len(list(folder.iterdir()))} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
