"""Grabs pictures of the chart in many states: python -m tests.qt.chart_gallery FOLDER [SCENE ...]."""

import json
import math
import random
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication

from tests.helpers.mouse import move_mouse
from tests.qt.fakes import (
    AAPL,
    CON_IDS,
    FINDINGS,
    FakeCommands,
    a_commission,
    a_contract,
    a_link,
    a_position,
    a_quote,
    an_execution,
    an_order,
)
from workstation.app.indicator_library import load_indicators
from workstation.domain.alert import Direction, PriceAlert
from workstation.domain.bar import Bar, BarSize
from workstation.domain.commands import (
    Answered,
    Ask,
    BarsAnswer,
    Done,
    FollowBars,
    FollowTape,
    HeadlinesAnswer,
    Previewed,
    RequestHeadlines,
    SubmitOrder,
)
from workstation.domain.company_events import DividendOutlook, EventKind
from workstation.domain.finding import Denied, NeedsAcknowledgement
from workstation.domain.ids import ExecId, OrderKey
from workstation.domain.news import Headline
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle, Pending
from workstation.domain.reference import PastTrade
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.drawings import Point, Tool, finished
from workstation.ui.chart.dry_judge import verdict_of
from workstation.ui.chart.order_lines import nearest_price
from workstation.ui.chart.settings import Style
from workstation.ui.chart.trading_tool import StageWish
from workstation.ui.screen_state import ScreenState
from workstation.ui.theme import apply_theme

SIZE = BarSize.MINUTE_5
START = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
HOURS = "20260316:0930-20260316:1600;20260317:0930-20260317:1600;20260318:0930-20260318:1600"

Scene = Callable[[ChartPanel], None]


def made_bars(days: int = 5) -> list[Bar]:
    rng, close, bars = random.Random(3), 186.0, []
    for day in range(days):
        for number in range(16 * 12):
            time = START + timedelta(days=day, minutes=5 * number)
            regular = 66 <= number < 144
            spread = 0.16 if regular else 0.05
            opened = close
            close += rng.gauss(0, spread) + 0.04 * math.sin((day * 192 + number) / 40)
            high = max(opened, close) + abs(rng.gauss(0, spread / 2))
            low = min(opened, close) - abs(rng.gauss(0, spread / 2))
            volume = rng.gammavariate(2, 40_000 if regular else 2_000)
            bars.append(
                Bar(time, *(round(p, 2) for p in (opened, high, low, close)), round(volume))
            )
    return bars


def new_panel(commands: FakeCommands) -> ChartPanel:
    state = ScreenState(read_only=False)
    state.link = a_link()
    state.details[AAPL] = replace(a_contract(), time_zone_id="US/Eastern", liquid_hours=HOURS)
    panel = ChartPanel(state, commands)
    panel.use_indicators(load_indicators)
    panel.resize(1000, 560)
    panel.show()
    panel.show_contract(AAPL, "AAPL")
    bars = made_bars()
    commands.answer(FollowBars, BarsAnswer(AAPL, SIZE, tuple(bars), complete=False))
    last = bars[-1].close
    state.quotes[AAPL] = a_quote(bid=round(last - 0.02, 2), ask=round(last + 0.03, 2), last=last)
    panel.quotes.on_changed(frozenset({AAPL}))
    panel.canvas.words.countdown = "3:42"
    return panel


def in_style(style: Style) -> Scene:
    def scene(panel: ChartPanel) -> None:
        panel.restore_chart({"size": "5m", "style": style.value})

    scene.__name__ = style.value
    return scene


def exchange_time(panel: ChartPanel) -> None:
    panel.restore_chart({"size": "5m", "zone": "exchange"})
    move_mouse(panel.canvas, QPoint(400, 200))


def percent_inverted(panel: ChartPanel) -> None:
    panel.restore_chart({"size": "5m", "percent": True, "inverted": True, "zone": "utc"})


def log_far(panel: ChartPanel) -> None:
    panel.restore_chart({"size": "5m", "log": True, "style": "line"})
    panel.canvas.view.zoom(-9, 900)


def indicators(panel: ChartPanel) -> None:
    studies = [
        {"key": "SMA", "timeperiod": 20},
        {"key": "BBANDS"},
        {"key": "VWAP bands"},
        {"key": "RSI"},
        {"key": "MACD"},
    ]
    panel.restore_chart({"size": "5m", "zone": "exchange", "studies": studies})
    move_mouse(panel.canvas, QPoint(400, 200))


def levels(panel: ChartPanel) -> None:
    keys = ("SAR", "Pivots", "Opening range", "CDLENGULFING", "STOCH", "OBV", "NOSUCH")
    panel.restore_chart({"size": "5m", "studies": [{"key": key} for key in keys]})


def trading(panel: ChartPanel) -> None:
    state = panel._state
    orders = (
        an_order(21, side=Side.SELL, quantity=Decimal(300), order_type="STP", limit_price=None, stop_price=Decimal("184.40")),
        an_order(22, side=Side.SELL, quantity=Decimal(300), limit_price=Decimal("187.30")),
        an_order(23, limit_price=Decimal("184.70")),
        an_order(24, limit_price=Decimal("184.68"), replace=Pending.REQUESTED),
    )  # fmt: skip
    state.orders.update({order.key: order for order in orders})
    position = a_position(average_cost=Decimal("185.10"), unrealized_pnl=-72.0)
    state.positions[position.account, position.con_id] = position
    panel.on_orders_changed()
    panel.canvas.view.prices.show_range(184.0, 187.6)
    panel.canvas.grab()
    place = QPoint(300, panel.canvas.view.prices.y_of(187.3))
    ratio = panel.canvas.view.layout.ratio
    panel.trading.press(place, Qt.KeyboardModifier.NoModifier)
    panel.trading.drag(QPoint(300, place.y() + round(60 * ratio)))


def trading_verdict(panel: ChartPanel) -> None:
    trading(panel)
    verdict = Previewed(NeedsAcknowledgement(FINDINGS), FINDINGS)
    panel.trading._judge.verdict = verdict_of(verdict)


def drag_ended(panel: ChartPanel) -> None:
    trading(panel)
    stop = panel._state.orders[OrderKey("7:22")]
    panel._state.orders[stop.key] = replace(stop, lifecycle=Lifecycle.FILLED)
    panel.on_orders_changed()


def bracket(panel: ChartPanel) -> None:
    panel.trade_menu.quantity_edit.set_value(Decimal(100))
    price = nearest_price(panel.canvas.view.last_close, panel.canvas.view.ladder)
    panel.staging.stage(StageWish(Side.BUY, price - Decimal("0.2"), exits=True))
    panel.staging._judge.verdict = verdict_of(Previewed(None))


def single_order(panel: ChartPanel) -> None:
    panel.trade_menu.quantity_edit.set_value(Decimal(100))
    price = nearest_price(panel.canvas.view.last_close, panel.canvas.view.ladder)
    panel.staging.stage(StageWish(Side.SELL, price + Decimal("0.3"), exits=False))
    panel.staging._judge.verdict = verdict_of(Previewed(Denied(FINDINGS), FINDINGS))


def chart_question(panel: ChartPanel) -> None:
    panel.trade_menu.quantity_edit.set_value(Decimal(100))
    panel.staging.one_click = True
    panel.staging.place(Side.BUY, Decimal("184.80"))
    commands = panel.feed._commands
    assert isinstance(commands, FakeCommands)
    commands.answer(SubmitOrder, NeedsAcknowledgement(FINDINGS))


def fills(panel: ChartPanel) -> None:
    end = panel.canvas.view.bars.end
    trades = ((90, Side.BUY, "185.90"), (72, Side.SELL, "186.45"), (60, Side.SELL, "186.60"), (36, Side.BUY, "185.60"), (30, Side.BUY, "185.15"), (14, Side.SELL, "184.80"))  # fmt: skip
    for number, (back, side, price) in enumerate(trades):
        moment = datetime.fromtimestamp(panel.canvas.view.seconds_at(end - back) + 70, UTC)
        name = ExecId(f"f{number}.01")
        fill = an_execution(
            exec_id=name, side=side, quantity=Decimal(100), price=Decimal(price), time=moment
        )
        panel.fills.take_execution(fill)
        panel.fills.take_commission(a_commission(exec_id=name, realized_pnl=None))
    panel.canvas.grab()
    ratio = panel.canvas.view.layout.ratio
    place = panel.fills._shown[3].place.center()
    move_mouse(panel.canvas, QPoint(round(place.x() / ratio), round(place.y() / ratio)))


def what_asks_first(panel: ChartPanel) -> None:
    panel.confirming.open()


def alerts(panel: ChartPanel) -> None:
    waits = {"con_id": AAPL, "symbol": "AAPL"}
    fired_at = START + timedelta(days=4, hours=14)
    panel._state.alerts = (
        PriceAlert(number=1, price=Decimal("186.40"), direction=Direction.RISES, **waits),
        PriceAlert(number=2, price=Decimal("184.70"), direction=Direction.FALLS, **waits),
        PriceAlert(number=3, price=Decimal("185.40"), direction=Direction.FALLS, fired_at=fired_at, fired_last=185.38, **waits),
    )  # fmt: skip
    panel.alerts.refresh()


def data_box(panel: ChartPanel) -> None:
    studies = [{"key": "SMA", "timeperiod": 20}, {"key": "BBANDS"}, {"key": "MACD"}]
    panel.restore_chart({"size": "5m", "data_box": True, "studies": studies})
    panel.canvas.grab()
    move_mouse(panel.canvas, QPoint(400, 200))


def linked_crosshair(panel: ChartPanel) -> None:
    view = panel.canvas.view
    panel.canvas.show_elsewhere(view.bars.time(view.bars.end - 50))


def box_zoom(panel: ChartPanel) -> None:
    canvas, ratio = panel.canvas, panel.canvas.view.layout.ratio
    canvas._box = QRect(
        round(300 * ratio), round(90 * ratio), round(220 * ratio), round(160 * ratio)
    )


def drawings(panel: ChartPanel) -> None:
    view, book = panel.canvas.view, panel.drawing.book
    end = view.bars.end

    def point(back: int, price: float) -> Point:
        return Point(view.seconds_at(end - back), price)

    made = (
        (Tool.TREND, ((95, 186.9), (40, 185.3)), ""),
        (Tool.RAY, ((100, 186.1), (60, 186.6)), ""),
        (Tool.HORIZONTAL, ((10, 185.0),), ""),
        (Tool.VERTICAL, ((48, 185.0),), ""),
        (Tool.RECTANGLE, ((90, 186.4), (80, 185.9)), ""),
        (Tool.RETRACEMENT, ((85, 186.8), (28, 184.7)), ""),
        (Tool.LONG, ((24, 185.2), (12, 184.9)), ""),
        (Tool.MEASURE, ((40, 185.9), (30, 186.5)), ""),
        (Tool.TEXT, ((70, 186.9),), "lower high"),
    )
    for tool, points, words in made:
        book.add(finished(tool, tuple(point(*each) for each in points), words))
    panel.drawing.selected = 1


def replay_start(panel: ChartPanel) -> None:
    panel.replay.choose()


def replay(panel: ChartPanel) -> None:
    panel.restore_chart({"size": "5m", "studies": [{"key": "EMA", "timeperiod": 20}]})
    replaying, view = panel.replay, panel.canvas.view
    replaying.begin(view.bars.end - 60)
    replaying.strip.trips_button.setChecked(True)
    replaying.strip.exits_check.setChecked(True)
    for number in range(36):
        if number in {4, 20}:
            replaying.strip.buy_button.click()
        if number == 16:
            replaying.strip.flat_button.click()
        replaying.step()
    last = nearest_price(view.last_close, view.ladder)
    replaying.place(buys=True, price=last - Decimal("0.25"))


def longer_bars(panel: ChartPanel) -> None:
    looks = [{"colour": "#ff9e64", "width": 3}]
    studies = [
        {"key": "EMA", "timeperiod": 20, "computed on": "1h", "drawn as": looks},
        {"key": "BBANDS", "drawn as": [{"style": "dashed"}, {}, {"style": "dashed"}]},
        {"key": "RSI", "computed on": "30m"},
    ]
    panel.restore_chart(
        {"size": "5m", "zone": "exchange", "studies": studies, "session_lines": True}
    )
    panel.canvas.grab()
    panel.canvas.view.zoom(-3, 900)


def study_form(panel: ChartPanel) -> None:
    longer_bars(panel)
    panel.study_menu.open_form(panel.canvas.view.studies.all[1])


def _told(panel: ChartPanel) -> FakeCommands:
    commands = panel.feed._commands
    assert isinstance(commands, FakeCommands)
    return commands


def comparison(panel: ChartPanel) -> None:
    for seed, symbol in enumerate(("MSFT", "NVDA", "SPY", "NOPE")):
        panel.extras._on_symbol(symbol)
        if symbol == "NOPE":
            for _ in range(3):
                _told(panel).answer(Ask, Answered(()))
            continue
        _told(panel).answer(Ask, Answered((a_contract(symbol),)))
        rng, factor, rows = random.Random(seed), 2.0 + seed, []
        for number, bar in enumerate(made_bars()):
            factor *= 1 + rng.gauss(0, 0.0006)
            if not (seed == 1 and 900 < number < 915):
                rows.append(replace(bar, close=bar.close * factor))
        page = BarsAnswer(CON_IDS[symbol], SIZE, tuple(rows), complete=False)
        _told(panel).answer(FollowBars, page)


def formula(panel: ChartPanel) -> None:
    panel.extras._on_formula("MSFT/NVDA")
    for symbol, factor in (("MSFT", 2.0), ("NVDA", 1.3)):
        _told(panel).answer(Ask, Answered((a_contract(symbol),)))
        rng, level, rows = random.Random(symbol), factor, []
        for bar in made_bars():
            rows.append(replace(bar, open=bar.open * level, close=bar.close * level))
            level *= 1 + rng.gauss(0, 0.0006)
        page = BarsAnswer(CON_IDS[symbol], SIZE, tuple(rows), complete=False)
        _told(panel).answer(FollowBars, page)


def events(panel: ChartPanel) -> None:
    panel.restore_chart(
        {"size": "5m", "zone": "exchange", "margin": 30, "events": [str(k) for k in EventKind]}
    )
    commands = _told(panel)
    news = [
        Headline(AAPL, START + timedelta(days=4, hours=hours), "SIMB", f"{hours}", content)
        for hours, content in ((3, "AAPL raises its outlook"), (9, "AAPL opens a plant"))
    ]
    commands.answer(RequestHeadlines, HeadlinesAnswer(AAPL, tuple(news)))
    commands.answer(Ask, Answered(DividendOutlook(next_day=date(2026, 3, 17), next_amount=0.26)))
    commands.answer(Ask, Answered("{}"))
    commands.answer(Ask, Answered("[]"))
    commands.answer(Ask, Answered("[]"))
    found = {"earnings_date": "20260316", "quarter": "Q1", "fiscal_year": 2026}
    late = {"earnings_date": "20260317", "wshe_earnings_date_status": "INFERRED", "quarter": "Q2"}
    rows = [{"event_type": "wshe_ed", "data": data} for data in (found, late)]
    commands.answer(Ask, Answered(json.dumps(rows)))
    panel.canvas.view.zoom(-3, 900)
    panel.canvas.grab()
    area = next(area for area, shown in panel.extras.events._placed if shown[0].notes == ())
    move_mouse(panel.canvas, area.center().toPoint())


def size_entry(panel: ChartPanel) -> None:
    panel.restore_chart({"size": "45s"})
    panel.sizes.entry.begin("7x")


def ticks(panel: ChartPanel) -> None:
    panel.restore_chart({"size": "20T"})
    rng, price, rows = random.Random(5), 186.0, []
    for number in range(4000):
        price = round(price + rng.choice((-0.02, -0.01, 0, 0, 0.01, 0.02)), 2)
        time = START + timedelta(seconds=number // 2)
        rows.append(PastTrade(time, price, 100.0 * rng.randint(1, 9), "ARCA", "", False, False))
    _told(panel).answer(FollowTape, Done())
    _told(panel).answer(Ask, Answered(tuple(rows)))


SCENES: tuple[Scene, ...] = (
    comparison,
    formula,
    events,
    size_entry,
    ticks,
    *(in_style(style) for style in Style),
    exchange_time,
    indicators,
    levels,
    trading,
    trading_verdict,
    drag_ended,
    bracket,
    single_order,
    chart_question,
    fills,
    what_asks_first,
    alerts,
    data_box,
    linked_crosshair,
    box_zoom,
    drawings,
    replay_start,
    replay,
    longer_bars,
    study_form,
    percent_inverted,
    log_far,
)


def main(folder: Path, names: list[str]) -> None:
    app = QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    scale = round(100 * app.primaryScreen().devicePixelRatio())
    for theme in ("dark", "light"):
        apply_theme(app, theme)
        for scene in SCENES:
            if names and scene.__name__ not in names:
                continue
            panel = new_panel(FakeCommands())
            scene(panel)
            panel.canvas.refresh()
            for _ in range(3):
                app.processEvents()
            target = panel.confirming.dialog or panel.study_menu.form or panel
            target.grab().save(str(folder / f"{scene.__name__}-{theme}-{scale}.png"))
            panel.deleteLater()
            app.processEvents()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
