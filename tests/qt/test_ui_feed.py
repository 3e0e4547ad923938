"""What is streamed, in what type, what is paused and why: rows, meter and connection panel."""

from datetime import timedelta

import pytest

from tests.qt.conftest import Stage
from tests.qt.fakes import CON_IDS, NOW, a_book, a_link, a_quote
from workstation.domain.account import Environment
from workstation.domain.commands import AttendQuotes, ChooseDataType
from workstation.domain.farm import Farm, FarmPurpose, FarmStatus, FarmsView
from workstation.domain.link import LinkState
from workstation.domain.messages import LinkChanged
from workstation.domain.quote import MarketDataType
from workstation.domain.subscription import (
    DataUse,
    StreamKind,
    StreamPhase,
    StreamState,
    Use,
)
from workstation.ui.models.quotes import COLUMNS

DATA = next(n for n, column in enumerate(COLUMNS) if column.key == "data")
AAPL = CON_IDS["AAPL"]


def paused(kind: StreamKind = StreamKind.QUOTES, **changes: object) -> StreamState:
    values: dict[str, object] = {
        "con_id": AAPL,
        "kind": kind,
        "phase": StreamPhase.PAUSED,
        "text": "paused: all 100 lines are in use",
        "advice": "It comes back by itself.",
    }
    return StreamState(**{**values, **changes})  # type: ignore[arg-type]


def use(**changes: object) -> DataUse:
    values: dict[str, object] = {
        "lines": Use(name="market-data lines", used=11, most=100),
        "depth": Use(name="order books", used=1, most=3, detail="AAPL (Depth)"),
        "tape": Use(name="tick-by-tick streams", used=1, most=5),
        "messages": Use(name="messages a second", used=12, most=45),
        "history": Use(name="history requests", used=2, most=50),
    }
    return DataUse(**{**values, **changes})  # type: ignore[arg-type]


def watch_row(ready: Stage) -> object:
    return ready.window.messages.quotes.value("AAPL")


@pytest.mark.parametrize(
    ("kind", "chip"),
    [
        (MarketDataType.LIVE, "L"),
        (MarketDataType.FROZEN, "F"),
        (MarketDataType.DELAYED, "D"),
        (MarketDataType.DELAYED_FROZEN, "DF"),
    ],
)
def test_each_row_shows_the_type_of_its_data(ready: Stage, kind: MarketDataType, chip: str) -> None:
    ready.latest(a_quote(AAPL, data_type=kind))
    row = watch_row(ready)
    assert COLUMNS[DATA].text(row) == chip
    assert row.label == ("AAPL" if chip == "L" else f"AAPL  {chip}")


def test_a_paused_row_says_so_and_then_no_longer(ready: Stage) -> None:
    ready.latest(paused(), a_quote(AAPL, stale=True))
    row = watch_row(ready)
    assert row.label == "AAPL  paused"
    assert row.chip == ""
    tip = ready.window.messages.quotes.tip(row, 0)
    assert "all 100 lines" in tip
    assert "by itself" in tip

    ready.latest(paused(phase=StreamPhase.RUNNING, text="", advice=""), a_quote(AAPL))
    assert watch_row(ready).label == "AAPL"


def test_a_refused_row_names_the_reason_and_the_way_to_delayed_data(ready: Stage) -> None:
    ready.latest(
        paused(phase=StreamPhase.REFUSED, text="no subscription", advice="Right-click", code=354)
    )
    assert watch_row(ready).label == "AAPL  no subscription"


def test_the_user_chooses_the_type_of_a_row(ready: Stage) -> None:
    panel = ready.window.watchlist
    panel.table.selectRow(0)
    panel.table.customContextMenuRequested.emit(panel.table.viewport().rect().center())
    (types,) = [a.menu() for a in panel._menu.actions() if a.menu() is not None]
    delayed = next(a for a in types.actions() if a.text().startswith("Delayed\t"))
    delayed.trigger()
    panel._menu.close()
    assert ready.commands.of(ChooseDataType) == [ChooseDataType(AAPL, MarketDataType.DELAYED)]


def test_the_core_hears_what_can_be_seen_and_that_the_list_is_hidden(ready: Stage, qtbot) -> None:
    window = ready.window
    window.attention.look()
    told = ready.commands.of(AttendQuotes)[-1]
    assert told.list_is_seen
    assert told.chosen == window.selection.con_id
    assert AAPL in told.visible

    window.docks.by_name["watchlist"].hide()
    qtbot.waitUntil(lambda: not ready.commands.of(AttendQuotes)[-1].list_is_seen)
    assert ready.commands.of(AttendQuotes)[-1].visible == frozenset()
    window.docks.by_name["watchlist"].show()
    qtbot.waitUntil(lambda: ready.commands.of(AttendQuotes)[-1].list_is_seen)


def test_rows_out_of_sight_are_not_called_visible(ready: Stage, qtbot) -> None:
    window = ready.window
    window.docks.by_name["watchlist"].setFloating(True)
    window.docks.by_name["watchlist"].resize(300, 120)
    window.watchlist.resize(300, 120)
    qtbot.waitUntil(lambda: 0 < len(window.watchlist.visible_contracts()) < 8)
    before = window.watchlist.visible_contracts()
    window.watchlist.table.scrollToBottom()
    assert window.watchlist.visible_contracts() != before


def test_a_tape_and_a_book_without_a_slot_say_who_holds_them(ready: Stage, qtbot) -> None:
    window = ready.window
    window.choose_symbol("AAPL")
    window.docks.focus("tape")
    qtbot.waitUntil(lambda: window.board.tape.is_seen and window.board.depth.is_seen)
    text = "paused: all 3 order books are in use by MSFT (Ladder)"
    ready.latest(paused(StreamKind.TAPE, text=text), paused(StreamKind.DEPTH, text=text))
    ready.latest(a_book(bids=(), asks=(), problem=text))
    assert window.board.tape.pause_label.text() == "No slot"
    assert "MSFT (Ladder)" in window.board.tape.table.empty_text
    assert window.board.depth.state_label.text() == "No slot"
    assert "MSFT (Ladder)" in window.board.depth.table.empty_text


def test_the_meter_shows_every_limit_and_leads_to_the_connection(ready: Stage, qtbot) -> None:
    window = ready.window
    window.status_line.meter.show_use(use())
    meter = window.status_line.meter
    assert meter.text() == "Lines 11/100   Depth 1/3   Tape 1/5   Msg/s 12/45   History 2/50"
    assert "AAPL (Depth)" in meter.toolTip()
    assert meter.property("tone") == "muted"

    full = Use(name="market-data lines", used=100, most=100, waiting=7)
    meter.show_use(use(lines=full))
    assert meter.text().endswith("7 paused")
    assert meter.property("tone") == "warning"

    meter.clicked.emit()
    qtbot.waitUntil(lambda: window.board.connection.is_seen)


def test_a_farm_that_is_down_degrades_the_link_and_stops_nobody(ready: Stage) -> None:
    window = ready.window
    farms = (
        Farm(name="usfarm", purpose=FarmPurpose.QUOTES, status=FarmStatus.BROKEN, since=NOW),
        Farm(name="ushmds", purpose=FarmPurpose.HISTORY, status=FarmStatus.OK, since=NOW),
    )
    ready.latest(FarmsView(farms))
    reason = "data farm down: usfarm (quotes)"
    ready.events(LinkChanged(a_link(LinkState.DEGRADED, reason=reason, only_farms=True)))
    panel = window.board.connection
    assert [row.name for row in panel.farms.values()] == ["usfarm", "ushmds"]
    assert panel.state_label.text() == "DEGRADED"
    assert "usfarm" in panel.reason_label.text()
    assert window.state.is_ready
    assert window.state.has_market

    ready.latest(FarmsView(()))
    assert list(panel.farms.values()) == []


def test_a_lost_link_tells_cause_next_step_and_the_next_attempt(ready: Stage) -> None:
    ready.events(
        LinkChanged(
            a_link(
                LinkState.DISCONNECTED,
                environment=Environment.PAPER,
                reason="nothing answers at 127.0.0.1:7497",
                next_step="It is tried again by itself.",
                retry_at=NOW + timedelta(seconds=42),
            )
        )
    )
    panel = ready.window.board.connection
    assert "othing answers" in panel.reason_label.text()
    assert "tried again by itself" in panel.step_label.text()
    assert "next attempt in 0:42" in panel.since_label.text()
    assert "nightly reset" in panel.hours_label.text()
    assert "Sunday, 1:00 New York" in panel.hours_label.text()
