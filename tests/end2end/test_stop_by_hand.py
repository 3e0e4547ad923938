"""Stop entries, cancel all, flatten: by button and by key, with the window gone right after it."""

import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.end2end.conftest import Trader
from tests.end2end.test_kill_switch import CANCEL_ORDER, PLACE_ORDER, working
from workstation.domain.commands import SetTradingState, SubmitOrder
from workstation.domain.finding import Submitted, TradingState
from workstation.domain.ids import IntentId
from workstation.domain.order import OrderDraft, OrderType, Side

SECONDS = 40
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

Done = Callable[[], bool]


def asleep(done: Done) -> None:
    """The GUI thread waits in the system; it holds nothing."""
    end = time.monotonic() + SECONDS
    while not done() and time.monotonic() < end:
        time.sleep(0.05)


def busy_in_python(done: Done) -> None:
    """The GUI thread runs Python without a pause."""
    end, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        for _ in range(200_000):
            number += 1
        if done():
            return


def in_a_c_call(done: Done) -> None:
    """The GUI thread keeps the interpreter in one C call for a second or more, then sleeps.

    The wish was posted before: the core carries it out as soon as the call lets go.
    """
    sum(range(30_000_000))
    asleep(done)


class Hands:
    """A trader with a position and a working order, and the ways to stop."""

    def __init__(self, trader: Trader, gone: Callable[[Done], None]) -> None:
        self.trader, self.gone = trader, gone
        self.risk = trader.window.board.risk
        trader.until_ready()
        trader.window.activateWindow()
        trader.window.docks.focus("risk")
        self.count = 0

    def resume(self) -> None:
        self.dismiss()
        self.trader.program.commands.send(SetTradingState(TradingState.ACTIVE))
        self.trader.until(lambda: self.shown() is TradingState.ACTIVE)

    def dismiss(self) -> None:
        """Leave what is working, where the window asks about it."""
        if (dialog := self.trader.window.controls.dialog) is not None:
            dialog.close()
        self.trader.window.activateWindow()

    def shown(self) -> TradingState | None:
        link = self.trader.window.state.link
        return None if link is None else link.trading_state

    def latched(self, state: TradingState) -> bool:
        """Tell whether the core has put the state on disk; the window need not know."""
        (file,) = (self.trader.folder / "data").glob("profiles/*/trading-state.json")
        return state.value in file.read_text()

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.trader.window, key, CONTROL | SHIFT)

    def send(self, kind: OrderType, limit: Decimal | None) -> None:
        """Buy ten of the first symbol, once the link is healthy again."""
        trader = self.trader
        trader.until(lambda: trader.window.state.is_ready)
        self.count += 1
        draft = OrderDraft(
            intent_id=IntentId(f"wish {self.count}"),
            account=trader.window.state.link.account,  # type: ignore[union-attr, arg-type]
            con_id=trader.window.messages.quotes.value_at(0).con_id,
            side=Side.BUY,
            quantity=Decimal(10),
            order_type=kind,
            limit_price=limit,
            source="ladder",
        )
        answers: list[object] = []
        trader.program.commands.send(SubmitOrder(draft), answers.append)
        trader.until(lambda: answers)
        assert isinstance(answers[0], Submitted), answers

    def work(self) -> int:
        """Have one order work that cannot fill; return how many cancels left before."""
        self.send(OrderType.LIMIT, Decimal(self.count + 1))
        self.trader.until(lambda: working(self.trader))
        return len(self.trader.frames(CANCEL_ORDER))

    def hold(self) -> int:
        """Have a position; return how many orders left before."""
        self.send(OrderType.MARKET, None)
        self.trader.until(lambda: [x for x in self.trader.positions() if x["quantity"] == "10"])
        return len(self.trader.frames(PLACE_ORDER))

    def flatten(self, begin: Callable[[], None]) -> None:
        """Hold the button until it counts, and let the window be gone from there on."""
        before = self.hold()
        left: list[bool] = []

        def when_held() -> None:
            self.gone(lambda: len(self.trader.frames(PLACE_ORDER)) > before)
            left.append(len(self.trader.frames(PLACE_ORDER)) > before)

        self.risk.flatten_button.held.connect(when_held)
        begin()
        self.trader.until(lambda: left)
        self.risk.flatten_button.held.disconnect(when_held)
        assert left == [True]
        self.trader.until(lambda: self.shown() is TradingState.HALTED)
        assert all(row["quantity"] in {"0", "—"} for row in self.trader.positions())


@pytest.mark.parametrize("gone", [asleep, busy_in_python, in_a_c_call])
@pytest.mark.timeout(240)
def test_each_way_to_stop_works_while_the_window_is_gone(
    gone: Callable[[Done], None], start: Callable[[], Trader]
) -> None:
    hands = Hands(start(), gone)
    trader, risk = hands.trader, hands.risk

    for stop in (lambda: trader.click(risk.stop_button), lambda: hands.key(Qt.Key.Key_E)):
        stop()
        gone(lambda: hands.latched(TradingState.REDUCING))
        assert hands.latched(TradingState.REDUCING)
        assert hands.shown() is TradingState.ACTIVE  # the window has not run since
        trader.until(lambda: hands.shown() is TradingState.REDUCING)
        hands.resume()

    for cancel in (lambda: trader.click(risk.cancel_button), lambda: hands.key(Qt.Key.Key_X)):
        before = hands.work()
        cancel()
        gone(lambda before=before: len(trader.frames(CANCEL_ORDER)) > before)  # type: ignore[misc]
        assert len(trader.frames(CANCEL_ORDER)) == before + 1
        trader.until(lambda: not working(trader))

    button = risk.flatten_button
    hands.flatten(lambda: QTest.mousePress(button, Qt.MouseButton.LeftButton))
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    hands.resume()
    hands.key(Qt.Key.Key_F)
    trader.until(button.hasFocus)
    hands.flatten(lambda: QTest.keyPress(button, Qt.Key.Key_Space))
    QTest.keyRelease(button, Qt.Key.Key_Space)
