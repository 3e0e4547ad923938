"""Price alerts on the chart: set by key and menu, dragged, taken away, told when they fire."""

from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from tests.helpers.mouse import move_mouse
from tests.qt.chart_rig import at, let_go, take_hold
from tests.qt.fakes import AAPL, NOW, a_notice
from tests.qt.test_chart_panel import paint
from workstation.domain.alert import Direction, MoveAlert, PlaceAlert, PriceAlert, RemoveAlert
from workstation.domain.commands import Done, Failed
from workstation.domain.ids import ConId
from workstation.domain.messages import AlertsChanged, NoticeArrived
from workstation.domain.notice import Severity
from workstation.ui.chart.trading_tool import AlertWish

RISING = PriceAlert(
    number=3, con_id=AAPL, symbol="AAPL", price=Decimal("190.00"), direction=Direction.RISES
)


@pytest.fixture
def alert(ready, chart):
    ready.events(AlertsChanged((RISING,)))
    paint(chart)
    return RISING


def test_a_key_sets_an_alert_at_the_crosshair(chart, ready, qtbot) -> None:
    move_mouse(chart.canvas, at(chart, 189.0))
    qtbot.keyClick(chart.canvas, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    asked = ready.commands.of(PlaceAlert)
    assert [each.con_id for each in asked] == [AAPL]
    assert asked[0].price == pytest.approx(Decimal(189), abs=Decimal("0.06"))
    ready.commands.answer(PlaceAlert, Failed("there are too many"))
    assert "too many" in chart.orders.strip.headline.text()


def test_the_menu_sets_an_alert_at_its_price(chart, ready) -> None:
    assert chart.trading.context(at(chart, 189.0), QPointF(50, 50))
    menu = chart.trading._menu
    (action,) = [each for each in menu.actions() if isinstance(each.data(), AlertWish)]
    action.trigger()
    assert ready.commands.of(PlaceAlert) == [PlaceAlert(AAPL, action.data().price)]
    menu.close()


def test_an_alert_is_a_line_that_says_what_it_waits_for_and_where_it_is_watched(
    chart, ready
) -> None:
    plain = paint(chart)
    ready.events(AlertsChanged((RISING,)))
    assert paint(chart) != plain
    assert chart.alerts.label_of(RISING, RISING.price) == "Alert ≥ 190.00 · CLIENT-SIDE"
    other = PriceAlert(number=4, con_id=ConId(999), symbol="X", price=Decimal("190.00"))
    ready.events(AlertsChanged((other,)))
    assert paint(chart) == plain


def test_a_dragged_alert_is_moved_once_when_it_is_let_go(chart, alert, ready, qtbot) -> None:
    take_hold(chart, qtbot, 190.0, 188.0)
    assert ready.commands.of(MoveAlert) == []
    let_go(chart, qtbot, 188.0)
    moves = ready.commands.of(MoveAlert)
    assert [each.number for each in moves] == [3]
    assert moves[0].price == pytest.approx(Decimal(188), abs=Decimal("0.06"))
    ready.commands.answer(MoveAlert, Done())


def test_escape_and_a_click_leave_an_alert_where_it_is(chart, alert, ready, qtbot) -> None:
    take_hold(chart, qtbot, 190.0, 188.0)
    qtbot.keyClick(chart.canvas, Qt.Key.Key_Escape)
    let_go(chart, qtbot, 188.0)
    take_hold(chart, qtbot, 190.0, 190.0)
    let_go(chart, qtbot, 190.0)
    assert ready.commands.of(MoveAlert) == []


def test_an_alert_that_goes_while_it_is_dragged_is_not_moved(chart, alert, ready, qtbot) -> None:
    take_hold(chart, qtbot, 190.0, 188.0)
    ready.events(AlertsChanged(()))
    let_go(chart, qtbot, 188.0)
    assert ready.commands.of(MoveAlert) == []


def test_the_cross_takes_an_alert_away(chart, alert, ready, qtbot) -> None:
    cross = chart.alerts._shown[0].cross.center()
    qtbot.mouseClick(chart.canvas, Qt.MouseButton.LeftButton, pos=QPoint(cross))
    assert ready.commands.of(RemoveAlert) == [RemoveAlert(3)]


def test_an_alert_that_fired_says_when_and_stands_in_the_alarm_strip(chart, alert, ready) -> None:
    fired = RISING.seen(191.0, NOW)
    ready.events(
        AlertsChanged((fired,)),
        NoticeArrived(a_notice(Severity.ALARM, text="Price alert: AAPL rose to 191.0", code=None)),
    )
    paint(chart)
    assert "fired 18 Mar" in chart.alerts.label_of(fired, fired.price)
    assert ready.window.alarms.waiting == 1
    assert "AAPL rose to 191.0" in ready.window.alarms.text_label.text()
