"""Own indicators from the folder to the chart: they appear, reload, break alone and go."""

import math
from pathlib import Path

import pytest

from tests.qt.test_chart_panel import paint, panel, shown
from tests.qt.test_chart_studies import LIBRARY
from workstation.app.own_indicators import OwnIndicators
from workstation.indicators import plugin
from workstation.ui.chart.chart_panel import ChartPanel

__all__ = ["panel", "shown"]  # fixtures

LONG = 30_000


@pytest.fixture
def own(shown: ChartPanel, tmp_path: Path):
    shown.use_indicators(lambda: LIBRARY)
    watcher = OwnIndicators(tmp_path / "indicators")
    shown.kit.use_own_folder(watcher.folder)
    watcher.changed.connect(shown.kit.on_own_changed)
    watcher.start()
    yield watcher
    watcher.close()


def save(own: OwnIndicators, name: str, body: str) -> None:
    path = own.folder / name
    path.with_suffix(".tmp").write_text(f"def compute(bars):\n    {body}\n")
    path.with_suffix(".tmp").replace(path)


def offered(panel: ChartPanel) -> dict[str, object]:
    panel.study_menu._on_opening()
    found = {}
    for action in panel.study_menu.menu.actions():
        if action.menu() is not None and action.text() == "My indicators":
            action.menu().aboutToShow.emit()
            found = {each.data()[1]: each for each in action.menu().actions()}
    return found


def test_a_saved_file_appears_reloads_breaks_alone_and_goes(shown, own, qtbot) -> None:
    assert offered(shown) == {}
    shown.restore_chart({"size": "5m", "studies": [{"key": "my.one"}, {"key": "SMA"}]})
    assert shown.chart_state()["studies"] == [{"key": "SMA", **sma(shown)}, {"key": "my.one"}]

    save(own, "one.py", "return bars.closes + 1")
    save(own, "two.py", "return bars.closes + 2")
    qtbot.waitUntil(lambda: set(offered(shown)) == {"my.one", "my.two"}, timeout=LONG)
    studies = shown.canvas.view.studies
    assert [study.indicator.key for study in studies.all] == ["SMA", "my.one"]
    close = float(shown.feed.bars.closes(599, 600)[0])
    qtbot.waitUntil(lambda: latest(shown, 1) == pytest.approx(close + 1), timeout=LONG)

    save(own, "one.py", "return bars.closes + 100")
    qtbot.waitUntil(lambda: latest(shown, 1) == pytest.approx(close + 100), timeout=LONG)
    offered(shown)["my.two"].trigger()
    save(own, "one.py", "return bars.closes / bars.none")
    qtbot.waitUntil(lambda: bool(fault(shown, 1)), timeout=LONG)
    assert fault(shown, 1).startswith("one.py, line 2: AttributeError")
    qtbot.waitUntil(lambda: latest(shown, 2) == pytest.approx(close + 2), timeout=LONG)
    assert fault(shown, 0) == fault(shown, 2) == ""

    save(own, "one.py", "return (")
    qtbot.waitUntil(lambda: "SyntaxError" in fault(shown, 1), timeout=LONG)
    (own.folder / "one.py").unlink()
    qtbot.waitUntil(lambda: set(offered(shown)) == {"my.two"}, timeout=LONG)
    assert fault(shown, 1) == "its file is gone"
    assert shown.kit.folder_action in shown.study_menu.menu.actions()


def test_a_hanging_indicator_keeps_neither_the_chart_nor_the_others_and_is_stopped(
    shown, own, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr(plugin, "LIMIT", 600.0)  # whoever waited would wait longer than the test
    save(own, "hang.py", "while True: pass")
    save(own, "quick.py", "return bars.closes + 1")
    shown.restore_chart({"size": "5m", "studies": [{"key": "my.hang"}, {"key": "my.quick"}]})
    close = float(shown.feed.bars.closes(599, 600)[0])
    waits = shown.canvas.view.studies.all
    qtbot.waitUntil(lambda: len(waits) == 2, timeout=LONG)
    qtbot.waitUntil(
        lambda: latest(shown, place(shown, "my.quick")) == pytest.approx(close + 1), timeout=LONG
    )
    hanging = waits[place(shown, "my.hang")].running
    assert hanging.is_waiting
    assert math.isnan(hanging.at(599)[0])

    (own.folder / "hang.py").unlink()  # ends its process in the middle of its computation
    qtbot.waitUntil(lambda: hanging.fault == "its file is gone", timeout=LONG)
    assert latest(shown, place(shown, "my.quick")) == pytest.approx(close + 1)


def test_what_takes_longer_than_its_limit_is_disabled_with_a_message(
    shown, own, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr(plugin, "LIMIT", 0.3)
    save(own, "hang.py", "while True: pass")
    shown.restore_chart({"size": "5m", "studies": [{"key": "my.hang"}]})
    studies = shown.canvas.view.studies.all
    qtbot.waitUntil(lambda: bool(studies and fault(shown, 0)), timeout=LONG)
    said = "hang.py took longer than 0.3 seconds and was stopped; save it to try again"
    assert fault(shown, 0) == said


def test_a_file_that_never_loads_does_not_keep_the_program(own, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(plugin, "START_LIMIT", 600.0)  # longer than this test may take
    (own.folder / "endless.py").write_text("while True:\n    pass\n")
    (own.folder / "next.py").write_text("while True:\n    pass\n")
    qtbot.waitUntil(lambda: bool(own._loading), timeout=LONG)
    (held,) = own._loading
    own.close()
    assert held._process.poll() is not None
    assert own._loading == []


def sma(panel: ChartPanel) -> dict[str, float]:
    return dict(panel.canvas.view.studies.all[0].running.values)


def place(panel: ChartPanel, key: str) -> int:
    return [each.indicator.key for each in panel.canvas.view.studies.all].index(key)


def latest(panel: ChartPanel, number: int) -> float:
    paint(panel)
    return panel.canvas.view.studies.all[number].running.at(599)[0]


def fault(panel: ChartPanel, number: int) -> str:
    paint(panel)
    return panel.canvas.view.studies.all[number].running.fault
