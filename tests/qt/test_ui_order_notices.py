"""Messages and sounds on what happens to orders."""

import io
import wave
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt

from tests.qt.conftest import Stage
from tests.qt.fakes import FakeCommands, a_link, an_order
from workstation.app.order_sounds import TONES, OrderSounds, tone
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged, OrderChanged
from workstation.domain.order_status import Lifecycle
from workstation.ui.main_window import MainWindow
from workstation.ui.order_events import OrderHappening
from workstation.ui.toasts import MOST_SHOWN, OrderNotices


@pytest.fixture
def notices(ready: Stage) -> OrderNotices:
    return ready.window.menu.notices


@pytest.fixture
def heard(notices: OrderNotices) -> list[OrderHappening]:
    found: list[OrderHappening] = []
    notices.sound_wanted.connect(found.append)
    return found


def tell(stage: Stage, *orders) -> None:
    stage.events(*[OrderChanged(order) for order in orders])


def shown(notices: OrderNotices) -> list[str]:
    lines = notices.toasts.lines
    return [title.text() for title, _ in lines if not title.isHidden()]


def test_the_life_of_an_order_is_shown_and_heard(ready, notices, heard, qtbot) -> None:
    order = an_order(5, lifecycle=Lifecycle.SENDING)
    tell(ready, order)
    assert notices.toasts.isHidden()
    tell(ready, replace(order, lifecycle=Lifecycle.SENT))
    tell(ready, replace(order, lifecycle=Lifecycle.WORKING))
    assert shown(notices) == ["Sent  BUY 100 AAPL LMT 187.20"]
    part = replace(
        order, lifecycle=Lifecycle.WORKING, filled=Decimal(40), last_fill_price=Decimal("187.19")
    )
    tell(ready, part)
    assert shown(notices)[0] == "Filled  BUY 40 AAPL at 187.19, 60 left"
    tell(ready, replace(part, lifecycle=Lifecycle.FILLED, filled=Decimal(100)))
    assert shown(notices)[0] == "Filled  BUY 60 AAPL at 187.19"
    qtbot.waitUntil(lambda: heard == [OrderHappening.SENT, OrderHappening.FILLED])


def test_a_refusal_says_why_and_a_cancel_and_an_expiry_are_told_apart(ready, notices) -> None:
    tell(ready, an_order(5), an_order(6), an_order(7))
    tell(ready, an_order(5, lifecycle=Lifecycle.REJECTED, note="201: <b>no</b> margin"))
    title, reason = notices.toasts.lines[0]
    assert (title.text(), reason.text()) == (
        "Rejected  BUY 100 AAPL LMT 187.20", "201: <b>no</b> margin",
    )  # fmt: skip
    assert reason.textFormat() is Qt.TextFormat.PlainText
    tell(ready, an_order(6, lifecycle=Lifecycle.CANCELLED))
    tell(ready, an_order(7, lifecycle=Lifecycle.EXPIRED))
    assert [line.split()[0] for line in shown(notices)[:3]] == ["Expired", "Cancelled", "Rejected"]


def test_what_was_there_before_is_no_news_but_what_happened_meanwhile_is(stage: Stage) -> None:
    notices = stage.window.menu.notices
    tell(stage, an_order(5), an_order(6, lifecycle=Lifecycle.CANCELLED))
    stage.events(LinkChanged(a_link()))
    assert notices.toasts.isHidden()
    stage.events(LinkChanged(a_link(LinkState.DISCONNECTED)))
    tell(stage, an_order(5, lifecycle=Lifecycle.FILLED, filled=Decimal(100)))

    assert shown(notices) == ["Filled  BUY 100 AAPL at —"]
    tell(stage, an_order(5, lifecycle=Lifecycle.FILLED, filled=Decimal(100), note="late word"))
    assert len(shown(notices)) == 1


def test_many_at_once_are_counted_and_the_most_urgent_is_heard(
    ready, notices, heard, qtbot
) -> None:
    tell(ready, *[an_order(n) for n in range(1, 9)])
    tell(ready, an_order(3, lifecycle=Lifecycle.CANCELLED))
    tell(ready, an_order(4, lifecycle=Lifecycle.REJECTED))

    assert len(shown(notices)) == MOST_SHOWN
    assert notices.toasts.more_label.text() == "and 6 more: see Orders"
    qtbot.waitUntil(lambda: heard == [OrderHappening.SENT, OrderHappening.REJECTED])
    notices.toasts.clear()
    assert notices.toasts.isHidden()


def test_messages_never_take_a_click_or_the_keyboard(ready, notices, qtbot) -> None:
    edit = ready.window.ticket.form.quantity_edit
    edit.setFocus()
    tell(ready, an_order(5))

    assert edit.hasFocus()
    assert notices.toasts.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    place = notices.toasts.geometry()
    assert ready.window.rect().contains(place)
    ready.window.resize(900, 640)
    qtbot.waitUntil(lambda: ready.window.rect().contains(notices.toasts.geometry()))


def test_the_user_switches_them_off_and_the_choice_is_kept(ready, notices, heard) -> None:
    notices.show_action.setChecked(False)
    notices.sound_action.setChecked(False)
    tell(ready, an_order(5))
    assert notices.toasts.isHidden()
    assert heard == []

    other = MainWindow(FakeCommands(), read_only=False, symbols=(), clock=ready.window._clock)
    other.restore_layout(ready.window.layout_state())
    assert not other.menu.notices.show_action.isChecked()
    assert not other.menu.notices.sound_action.isChecked()
    other.menu.notices.restore({"shown": "yes", "heard": 1})
    other.menu.notices.restore(None)
    assert not other.menu.notices.show_action.isChecked()


@pytest.mark.parametrize("what", list(OrderHappening))
def test_every_tone_is_a_sound_file(what: OrderHappening) -> None:
    with wave.open(io.BytesIO(tone(TONES[what]))) as file:
        assert 0.05 < file.getnframes() / file.getframerate() < 0.6
        assert any(file.readframes(file.getnframes()))


def test_a_tone_is_played_from_the_users_folder_by_the_systems_player(
    tmp_path: Path, qtbot
) -> None:
    parent = QObject()
    sounds = OrderSounds(tmp_path / "sounds", parent)
    said = tmp_path / "said"
    player = tmp_path / "player"
    player.write_text(f'#!/bin/sh\necho "$1" >> {said}\n')
    player.chmod(0o700)
    sounds._player = (str(player),)
    sounds.play(OrderHappening.FILLED)
    qtbot.waitUntil(lambda: said.exists() and said.read_text().endswith("\n"))

    assert said.read_text().strip() == str(tmp_path / "sounds" / "filled.wav")
    sounds.close()
    (tmp_path / "sounds" / "filled.wav").write_bytes(b"mine")
    sounds._player = ()
    sounds.play(OrderHappening.FILLED)  # beeps, and leaves the user's own file alone
    assert (tmp_path / "sounds" / "filled.wav").read_bytes() == b"mine"
    sounds._player = (str(tmp_path / "nothing"),)
    sounds.play(OrderHappening.FILLED)
    qtbot.waitUntil(lambda: sounds._player == ())
