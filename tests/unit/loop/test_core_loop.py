"""The core's loop: order, isolation, and wake-ups that are never lost."""

import itertools
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.helpers.virtual_time import VirtualLoop
from workstation.desk.loop import CoreLoop, LoopTimer
from workstation.domain.clock import SystemClock


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


# ---- timers ----------------------------------------------------------------------------------


def test_timers_run_in_the_order_of_their_time_then_of_their_making(loop: VirtualLoop) -> None:
    ran: list[str] = []
    for name, delay in (("c", 2.0), ("a", 1.0), ("d", 2.0), ("b", 1.0), ("now", 0.0)):
        loop.call_later(delay, lambda name=name: ran.append(name))
    loop.pass_time(3)
    assert ran == ["now", "a", "b", "c", "d"]


def test_a_cancelled_timer_does_not_run_even_in_its_own_round(loop: VirtualLoop) -> None:
    ran: list[str] = []
    second = loop.call_later(1, lambda: ran.append("second"))
    third = loop.call_later(1, lambda: ran.append("third"))
    second.cancel()
    loop.call_later(0.5, lambda: (third.cancel(), third.cancel()))
    fifth = loop.call_later(2, lambda: ran.append("fifth"))
    loop.call_later(1.5, fifth.cancel)
    loop.pass_time(3)
    assert ran == []


def test_a_timer_may_cancel_one_that_is_due_with_it(loop: VirtualLoop) -> None:
    ran: list[str] = []
    timers: list[LoopTimer] = []

    def cancel_the_other() -> None:
        timers[0].cancel()

    loop.call_later(1, cancel_the_other)
    timers.append(loop.call_later(1, lambda: ran.append("later")))
    loop.pass_time(2)
    assert ran == []


def test_timers_may_add_timers(loop: VirtualLoop) -> None:
    ran: list[float] = []

    def tick() -> None:
        ran.append(round(loop.clock.seconds - 1000, 6))
        loop.call_later(0.5, tick)

    loop.call_later(0.5, tick)
    loop.pass_time(2.1)
    assert ran == [0.5, 1.0, 1.5, 2.0]


def test_a_timer_without_delay_inside_a_timer_lets_sockets_in_between(
    loop: VirtualLoop, pair: tuple[socket.socket, socket.socket]
) -> None:
    ran: list[str] = []

    def again() -> None:
        ran.append("timer")
        loop.call_later(0, again)

    loop.call_later(0, again)
    loop.watch(pair[0], lambda readable, writable: ran.append(pair[0].recv(9).decode()))
    pair[1].send(b"socket")
    for _ in range(3):
        loop.run_once()
    loop.unwatch(pair[0])
    assert ran == ["socket", "timer", "timer", "timer"]


def test_cancelled_timers_are_not_kept(loop: VirtualLoop) -> None:
    ran: list[int] = []
    kept = [loop.call_later(50, lambda n=n: ran.append(n)) for n in range(10)]
    for _ in range(100_000):
        loop.call_later(60, lambda: None).cancel()
    assert len(loop._timers) < 3000
    assert len(kept) == 10
    loop.pass_time(61)
    assert ran == list(range(10))


# ---- isolation -------------------------------------------------------------------------------


def test_exceptions_end_nothing_and_are_handed_on(
    loop: VirtualLoop, pair: tuple[socket.socket, socket.socket], expected_log
) -> None:
    expected_log("a callback of the core failed")
    errors: list[str] = []
    loop.on_error = lambda error: errors.append(str(error))

    def fail(name: str) -> None:
        raise ZeroDivisionError(name)

    def on_ready(_readable: bool, _writable: bool) -> None:
        pair[0].recv(9)
        fail("socket")

    loop.on_woken = lambda: fail("wake")
    loop.after_pass = lambda: fail("pass")
    loop.call_later(0, lambda: fail("timer"))
    loop.watch(pair[0], on_ready)
    pair[1].send(b"x")
    loop.wake()
    loop.run_once()
    loop.unwatch(pair[0])
    assert sorted(errors) == ["pass", "socket", "timer", "wake"]


def test_a_command_waits_for_one_callback_and_not_for_the_round(loop: VirtualLoop) -> None:
    ran: list[str] = []

    def first() -> None:
        loop.wake()
        ran.append("first")

    loop.on_woken = lambda: ran.append("command")
    loop.after_pass = lambda: ran.append("pass")
    loop.call_later(0, first)
    loop.call_later(0, lambda: ran.append("second"))
    loop.run_once()
    assert ran == ["first", "command", "second", "pass"]
    loop.run_once(0)
    assert ran.count("command") == 1


def test_a_command_comes_in_between_where_a_long_callback_gives_way(loop: VirtualLoop) -> None:
    ran: list[str] = []

    def burst() -> None:
        for number in range(3):
            ran.append(f"message {number}")
            if number == 1:
                loop.wake()
            loop.give_way()

    loop.on_woken = lambda: ran.append("command")
    loop.call_later(0, burst)
    loop.run_once()
    assert ran == ["message 0", "message 1", "command", "message 2"]


def test_an_exception_while_one_is_told_ends_nothing_either(
    loop: VirtualLoop, expected_log
) -> None:
    expected_log("a callback of the core failed")
    expected_log("the answer to a failed callback failed as well")
    ran: list[int] = []

    def fail(_error: Exception) -> None:
        raise ZeroDivisionError

    loop.on_error = fail
    loop.call_later(0, lambda: fail(ValueError()))
    loop.call_later(1, lambda: ran.append(1))
    loop.pass_time(2)
    assert ran == [1]


# ---- sockets ---------------------------------------------------------------------------------


def test_a_socket_closed_in_the_same_round_is_not_called(loop: VirtualLoop) -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    called: list[int] = []

    def ready(number: int) -> None:
        called.append(number)
        for ours, _ in pairs:
            loop.unwatch(ours)
            ours.close()

    for number, (ours, theirs) in enumerate(pairs):
        loop.watch(ours, lambda r, w, number=number: ready(number))
        theirs.send(b"x")
    loop.settle()
    assert len(called) == 1
    for _, theirs in pairs:
        theirs.close()


def test_a_number_that_is_used_again_in_the_same_round_is_a_new_socket(loop: VirtualLoop) -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    made: list[tuple[socket.socket, socket.socket]] = []
    called: list[str] = []

    def callback(name: str) -> None:
        called.append(name)
        if not made:
            freed = {ours.fileno() for ours, _ in pairs}
            for ours, _ in pairs:
                loop.unwatch(ours)
                ours.close()
            made.extend(socket.socketpair() for _ in range(2))
            assert freed & {each.fileno() for new in made for each in new}, "nothing was reused"
            for new in made:
                for each in new:
                    loop.watch(each, lambda r, w: callback("new"))

    for name, (ours, theirs) in zip("ab", pairs, strict=True):
        loop.watch(ours, lambda r, w, name=name: callback(name))
        theirs.send(b"x")
    loop.settle()
    assert len(called) == 1
    assert called != ["new"]
    for each in itertools.chain(*made):
        loop.unwatch(each)
        each.close()
    for _, theirs in pairs:
        theirs.close()


def test_writing_is_told_only_while_it_is_wanted(
    loop: VirtualLoop, pair: tuple[socket.socket, socket.socket]
) -> None:
    calls: list[tuple[bool, bool]] = []
    loop.watch(pair[0], lambda r, w: calls.append((r, w)))
    loop.run_once(0)
    assert calls == []
    loop.want_write(pair[0], wanted=True)
    loop.want_write(pair[0], wanted=True)
    loop.run_once(0)
    loop.want_write(pair[0], wanted=False)
    loop.run_once(0)
    assert calls == [(False, True)]
    loop.unwatch(pair[0])
    loop.unwatch(pair[0])


# ---- other threads ---------------------------------------------------------------------------


def real_loop() -> tuple[CoreLoop, threading.Thread]:
    made = CoreLoop(SystemClock())
    return made, threading.Thread(target=made.run, name="core under test", daemon=True)


def test_no_wake_up_is_lost_under_stress() -> None:
    loop, thread = real_loop()
    waiting: list[int] = []
    taken: list[int] = []
    all_taken = threading.Event()
    count = 4 * 5000

    def drain() -> None:
        while waiting:
            taken.append(waiting.pop())
        if len(taken) == count:
            all_taken.set()

    def send() -> None:
        for number in range(5000):
            waiting.append(number)
            loop.wake()

    loop.on_woken = drain
    thread.start()
    senders = [threading.Thread(target=send) for _ in range(4)]
    for each in senders:
        each.start()
    for each in senders:
        each.join(10)
    assert all_taken.wait(10), f"{len(taken)} of {count}"
    loop.stop_after(loop.stop)
    thread.join(10)
    assert not thread.is_alive()
    loop.close()


def test_one_wake_up_at_a_time_is_never_missed() -> None:
    loop, thread = real_loop()
    heard = threading.Event()
    loop.on_woken = heard.set
    thread.start()
    for _ in range(500):
        heard.clear()
        loop.wake()
        assert heard.wait(5)
    loop.stop_after(loop.stop)
    thread.join(10)
    loop.close()


def test_a_stop_from_another_thread_runs_the_last_call_once() -> None:
    loop, thread = real_loop()
    ran: list[str] = []
    thread.start()
    loop.stop_after(lambda: ran.append(threading.current_thread().name))
    thread.join(10)
    assert not thread.is_alive()
    assert ran == ["core under test"]
    loop.close()


def test_a_last_call_that_fails_ends_the_loop_all_the_same(expected_log) -> None:
    expected_log("a callback of the core failed")
    loop, thread = real_loop()

    def fail() -> None:
        raise ZeroDivisionError

    thread.start()
    loop.stop_after(fail)
    thread.join(10)
    assert not thread.is_alive()
    loop.close()


def test_a_stop_before_the_start_is_kept() -> None:
    loop = CoreLoop(SystemClock())
    ran: list[str] = []
    loop.stop_after(lambda: ran.append("the last call"))
    loop.run()
    assert ran == ["the last call"]
    loop.close()


def test_waking_a_closed_or_flooded_loop_is_harmless() -> None:
    loop = CoreLoop(SystemClock())
    woken: list[int] = []
    loop.on_woken = lambda: woken.append(1)
    for _ in range(300_000):
        loop.wake()
    for _ in range(20):
        loop.run_once(0)
    heard = len(woken)
    assert 1 <= heard < 20, "what was sent too often is taken up at once"
    loop.wake()
    loop.run_once(0)
    assert len(woken) == heard + 1
    loop.close()
    loop.wake()
    assert len(woken) == heard + 1


def test_an_idle_loop_does_not_spin() -> None:
    loop, thread = real_loop()
    passes: list[int] = []
    loop.after_pass = lambda: passes.append(1)
    thread.start()
    threading.Event().wait(0.2)
    loop.stop_after(loop.stop)
    thread.join(10)
    assert len(passes) <= 2
    loop.close()
