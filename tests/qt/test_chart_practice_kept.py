"""Practice sessions: written where a person can read them, gone on with, and told in figures."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.qt.fakes import AAPL, FakeCommands, a_contract
from tests.qt.test_chart_panel import MSFT, answer, bars, paint
from workstation.app.practice_files import PracticeFiles
from workstation.domain.commands import FollowBars, RequestBars
from workstation.matching.fees import Fee
from workstation.storage.paths import ProfileFiles
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.replay.practice_record import RecordError, plain_record, read_record
from workstation.ui.chart.replay.sessions_dialog import SessionsDialog


@pytest.fixture
def files(tmp_path: Path) -> PracticeFiles:
    return PracticeFiles(tmp_path / "practice")


@pytest.fixture
def practised(shown: ChartPanel, files: PracticeFiles) -> ChartPanel:
    """A chart on which something was bought with a stop, and one order still works."""
    shown.replay.keeping.use_store(files)
    practise(shown)
    return shown


def practise(panel: ChartPanel) -> None:
    replay = panel.replay
    replay.begin(299)
    paint(panel)
    replay.strip.exits_check.setChecked(True)
    replay.strip.target_edit.set_value(Decimal(20))
    replay.strip.stop_edit.set_value(Decimal(20))
    replay.strip.buy_button.click()
    replay.strip.exits_check.setChecked(False)
    replay.step()
    replay.place(buys=True, price=Decimal("150.00"))
    replay.step()


def standing(panel: ChartPanel) -> tuple[object, ...]:
    desk = panel.replay.desk
    orders = [(o.kind, o.buys, o.left, o.price, o.group, o.parent) for o in desk.orders]
    return desk.result.position, desk.average, desk.unrealized, desk.realized, orders


def again(
    panel: ChartPanel, files: PracticeFiles, qtbot, commands: FakeCommands, size: str = ""
) -> ChartPanel:
    """Return a chart of AAPL of a program started anew, which has asked for no bars yet."""
    fresh = ChartPanel(panel._state, commands)
    qtbot.addWidget(fresh)
    fresh.resize(900, 320)
    fresh.show()
    fresh.replay.keeping.use_store(files)
    if size:
        fresh.restore_chart({"size": size})
    fresh.show_contract(AAPL, "AAPL")
    commands.clear()
    return fresh


def test_a_session_is_a_file_that_a_person_can_read(practised, files, tmp_path) -> None:
    practised.replay.end()
    (path,) = (tmp_path / "practice").glob("session-*.json")
    content = path.read_text()
    assert content.count("\n") > 30, "a line for each thing"
    kept = json.loads(content)
    assert (kept["symbol"], kept["bars"], kept["position"]) == ("AAPL", "5m", 100)
    assert kept["moment"] == "2026-03-17T14:35:00+00:00"
    (fill,) = kept["fills"]
    assert (fill["side"], fill["quantity"]) == ("buy", 100)
    assert Decimal(fill["price"]) - Decimal(fill["stop"]) == 20
    assert [order["kind"] for order in kept["orders"]] == ["LMT", "STP", "LMT"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_practice_lies_apart_from_the_journal(tmp_path) -> None:
    files = ProfileFiles.of(tmp_path, "demo")
    assert files.practice.parent == files.journal.parent
    assert files.practice not in (files.journal, *files.journal.parents)


def test_a_replay_that_was_only_watched_is_not_kept(shown, files) -> None:
    shown.replay.keeping.use_store(files)
    shown.replay.begin(299)
    shown.replay.step()
    shown.replay.end()
    assert files.names() == []


@pytest.mark.parametrize("end", ["end", "contract", "retired"])
def test_however_a_replay_ends_its_session_is_kept(practised, files, end) -> None:
    before = standing(practised)
    if end == "end":
        practised.replay.strip.stop_button.click()
    elif end == "contract":
        practised._state.details[MSFT] = a_contract("MSFT")
        practised.show_contract(MSFT, "MSFT")
    else:
        practised.show_contract(None, "")
    (name,) = files.names()
    record = read_record(files.load(name) or {})
    assert (record.symbol, record.con_id, record.position) == ("AAPL", AAPL, before[0])


def test_a_session_under_way_is_written_within_a_second(practised, files, qtbot) -> None:
    qtbot.waitUntil(lambda: len(files.names()) == 1)
    assert practised.replay.is_on


def test_a_session_goes_on_where_it_was_in_a_program_started_anew(
    practised, files, qtbot, commands
) -> None:
    moment = practised.feed.bars.time(practised.feed.bars.end - 1)
    before = standing(practised)
    practised.replay.end()

    fresh = again(practised, files, qtbot, commands)
    fresh.feed.link_ready()
    commands.answer(FollowBars, answer(*bars(0, 600)))
    paint(fresh)
    fresh.replay.menu.show_sessions()
    dialog = fresh.replay.menu.sessions_dialog
    assert dialog.table.item(0, 0).text() == "AAPL"
    assert dialog.words.text() == ""
    dialog.resume_button.click()

    assert fresh.replay.is_on
    assert fresh.feed.bars.time(fresh.feed.bars.end - 1) == moment
    assert standing(fresh) == before
    for _ in range(3):
        fresh.replay.step()
    fresh.replay.strip.flat_button.click()
    fresh.replay.end()
    (name,) = files.names()
    record = read_record(files.load(name) or {})
    assert (record.position, len(record.standing.fills)) == (0, 2)
    assert record.moment == moment + 3 * 300


def test_bars_of_the_session_that_are_not_here_are_loaded_first(
    practised, files, qtbot, commands
) -> None:
    before = standing(practised)
    practised.replay.end()
    fresh = again(practised, files, qtbot, commands)
    fresh.feed.link_ready()
    commands.answer(FollowBars, answer(*bars(500, 600)))
    ((name, record),) = fresh.replay.keeping.sessions()
    fresh.replay.keeping.resume(name, record)
    assert not fresh.replay.is_on
    commands.answer(RequestBars, answer(*bars(350, 500)))
    assert not fresh.replay.is_on
    commands.answer(RequestBars, answer(*bars(100, 350)))
    assert fresh.replay.is_on
    assert standing(fresh) == before


def test_another_size_of_bars_is_chosen_by_going_on(practised, files, qtbot, commands) -> None:
    practised.replay.end()
    fresh = again(practised, files, qtbot, commands, size="1h")
    ((name, record),) = fresh.replay.keeping.sessions()
    fresh.replay.keeping.resume(name, record)
    assert fresh.data.timeframe.name == "5m"
    fresh.feed.link_ready()
    commands.answer(FollowBars, answer(*bars(0, 600)))
    assert fresh.replay.is_on


def test_a_session_of_another_contract_says_what_to_do(practised, files) -> None:
    practised.replay.end()
    practised._state.details[MSFT] = a_contract("MSFT")
    practised.show_contract(MSFT, "MSFT")
    dialog = SessionsDialog(practised.replay.keeping, practised)
    assert "Show AAPL on this chart first" in dialog.words.text()
    assert not dialog.resume_button.isEnabled()


def test_sessions_are_told_in_figures_and_deleted(practised, files) -> None:
    replay = practised.replay
    replay.strip.flat_button.click()
    replay.end()
    dialog = SessionsDialog(replay.keeping, practised)
    row = [dialog.table.item(0, column).text() for column in range(dialog.table.columnCount())]
    assert row[:2] == ["AAPL", "5m"]
    assert row[5] == "1"
    assert row[6] in {"0 of 1, 0.0 %", "1 of 1, 100.0 %"}
    assert row[7].endswith(" R")
    assert row[8] == "2.00 USD"
    dialog.delete_button.click()
    assert dialog.table.rowCount() == 0
    assert files.names() == []
    assert "No practice sessions yet" in dialog.words.text()


def test_the_session_under_way_is_not_deleted(practised, files) -> None:
    practised.replay.keeping.save()
    dialog = SessionsDialog(practised.replay.keeping, practised)
    dialog.delete_button.click()
    assert len(files.names()) == 1
    assert "under way" in dialog.words.text()


def test_beginning_again_is_another_session(practised, files) -> None:
    practised.replay.strip.restart_button.click()
    practised.replay.strip.buy_button.click()
    practised.replay.end()
    assert len(files.names()) == 2


def test_the_commission_is_set_for_a_kind_of_contract_and_remembered(
    practised, files, qtbot, commands
) -> None:
    replay = practised.replay
    assert replay.desk.fee == Fee(Decimal("0.005"), Decimal(0), Decimal("1.00"))
    before = replay.desk.realized
    replay.strip.fee_button.click()
    dialog = replay.menu.fee_dialog
    dialog.least_edit.set_value(Decimal(-1))
    assert not dialog.ok_button.isEnabled()
    dialog.least_edit.set_value(Decimal("7.5"))
    dialog.ok_button.click()
    assert replay.desk.realized == before - Decimal("6.50")
    fresh = again(practised, files, qtbot, commands)
    assert fresh.replay.keeping.fee.least == Decimal("7.5")


def test_the_usual_rates_come_back(practised) -> None:
    practised.replay.menu.ask_fee()
    dialog = practised.replay.menu.fee_dialog
    dialog.part_edit.set_value(Decimal("0.5"))
    assert dialog.fee.part == Decimal("0.005")
    dialog.usual_button.click()
    assert dialog.fee == practised.replay.keeping.usual
    dialog.reject()


def changed(state: dict[str, object], place: str, value: object) -> dict[str, object]:
    return {**state, place: value}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("practice", 2), ("price step", "0"), ("price step", "NaN"), ("fills", "none"),
        ("fills", [{"time": "2026-03-16T13:30:00", "order": 1}]), ("prices", "GUESSED"),
        ("moment", "yesterday"), ("contract", "AAPL"), ("orders", [{"number": 1}]),
        ("queue", [[1]]),
    ],
)  # fmt: skip
def test_a_file_that_somebody_changed_is_refused_and_not_shown(
    practised, files, place, value
) -> None:
    practised.replay.end()
    (name,) = files.names()
    state = changed(files.load(name) or {}, place, value)
    with pytest.raises(RecordError):
        read_record(state)
    files.save(name, state)
    assert practised.replay.keeping.sessions() == []


def test_what_is_written_is_read_back_the_same(practised, files) -> None:
    practised.replay.end()
    (name,) = files.names()
    state = files.load(name) or {}
    assert plain_record(read_record(state)) == state


def test_a_file_that_is_no_json_is_passed_over(practised, files, tmp_path) -> None:
    practised.replay.end()
    (path,) = (tmp_path / "practice").glob("session-*.json")
    path.write_bytes(b"\xff{")
    assert practised.replay.keeping.sessions() == []
