"""`main.py kill` against the running program while its window does nothing at all."""

import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.end2end.conftest import Trader
from tests.helpers.gateway import ROOT
from workstation.domain.commands import SubmitOrder
from workstation.domain.finding import TradingState
from workstation.domain.ids import IntentId
from workstation.domain.order import OrderDraft, OrderType, Side

CANCEL_ORDER = 4
PLACE_ORDER = 3
SECONDS = 40


def asleep(process: subprocess.Popen[str]) -> None:
    """The GUI thread waits in the system; it holds nothing."""
    process.wait(timeout=SECONDS)


def busy_in_python(process: subprocess.Popen[str]) -> None:
    """The GUI thread runs Python without a pause."""
    end, number = time.monotonic() + SECONDS, 0
    while process.poll() is None and time.monotonic() < end:
        for _ in range(100_000):
            number += 1


def in_a_c_call(process: subprocess.Popen[str]) -> None:
    """The GUI thread is in one C call that keeps the interpreter for seconds, then sleeps.

    No other thread of the process runs during the call: the request waits in the core's socket
    and is carried out when the call ends, before the window has done anything.
    """
    sum(range(120_000_000))
    process.wait(timeout=SECONDS)


def kill(trader: Trader, word: str, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "main.py"), "kill", word, *more]
    command += ["--data-dir", str(trader.folder / "data"), "--profile", "simulated"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )


def result(process: subprocess.Popen[str]) -> tuple[int | None, str, str]:
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


def send(trader: Trader, kind: OrderType, limit: Decimal | None) -> None:
    con_id = trader.window.messages.quotes.value_at(0).con_id
    account = trader.window.state.link.account  # type: ignore[union-attr]
    answers: list[Any] = []
    draft = OrderDraft(
        intent_id=IntentId(f"wish {kind} {limit}"),
        account=account,  # type: ignore[arg-type]
        con_id=con_id,
        side=Side.BUY,
        quantity=Decimal(10),
        order_type=kind,
        limit_price=limit,
    )
    trader.program.commands.send(SubmitOrder(draft), answers.append)
    trader.until(lambda: answers)
    assert type(answers[0]).__name__ == "Submitted", answers


def working(trader: Trader) -> list[dict[str, str]]:
    return [row for row in trader.orders() if row["state"] in {"Working", "Held"}]


@pytest.mark.parametrize("window", [asleep, busy_in_python, in_a_c_call])
@pytest.mark.timeout(120)
def test_orders_end_while_the_window_is_gone(
    window: Callable[[subprocess.Popen[str]], None], start: Callable[[], Trader]
) -> None:
    trader = start()
    trader.until_ready()
    send(trader, OrderType.LIMIT, Decimal(1))
    trader.until(lambda: working(trader))
    assert trader.frames(CANCEL_ORDER) == []

    for word in ("--stop-entries", "--cancel-all"):
        process = kill(trader, word)
        window(process)  # the event loop of the window does not run from here ...
        code, out, err = result(process)
        assert (code, err) == (0, ""), err
        assert "cancels are on their way" in out or "Entries are stopped" in out
    assert trader.window.state.link.trading_state is TradingState.ACTIVE  # type: ignore[union-attr]
    end = time.monotonic() + SECONDS
    while not trader.frames(CANCEL_ORDER) and time.monotonic() < end:
        time.sleep(0.05)
    assert len(trader.frames(CANCEL_ORDER)) == 1  # ... to here

    trader.until(lambda: trader.window.state.link.trading_state is TradingState.REDUCING)  # type: ignore[union-attr]
    trader.until(lambda: not working(trader))


@pytest.mark.parametrize("window", [asleep, busy_in_python, in_a_c_call])
@pytest.mark.timeout(120)
def test_positions_are_closed_while_the_window_is_gone(
    window: Callable[[subprocess.Popen[str]], None], start: Callable[[], Trader]
) -> None:
    trader = start()
    trader.until_ready()
    send(trader, OrderType.MARKET, None)
    trader.until(trader.positions)
    placed = len(trader.frames(PLACE_ORDER))

    process = kill(trader, "--flatten")
    window(process)
    end = time.monotonic() + SECONDS
    while len(trader.frames(PLACE_ORDER)) == placed and time.monotonic() < end:
        time.sleep(0.05)
    code, _, err = result(process)
    assert (code, err) == (0, "")
    assert trader.frames(PLACE_ORDER)[placed][:1] == [str(PLACE_ORDER)]

    trader.until(lambda: trader.window.state.link.trading_state is TradingState.HALTED)  # type: ignore[union-attr]
    assert all(row["quantity"] in {"0", "—"} for row in trader.positions())


def test_without_a_program_it_says_so(tmp_path: Any) -> None:
    for word in ("--stop-entries", "--cancel-all", "--flatten"):
        found = subprocess.run(
            [sys.executable, str(ROOT / "main.py"), "kill", word, "--data-dir", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert found.returncode == 2
        assert "no program is running" in found.stderr
        assert found.stderr.count("\n") == 1
