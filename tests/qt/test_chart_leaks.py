"""Charts that were closed leave nothing behind. 500 of them: python -m tests.qt.leaked."""

import pytest

from tests.qt.leaked import grids, leaked, open_and_close, ours
from workstation.ui.chart import feed as chart_feed


@pytest.fixture(autouse=True)
def _at_once(monkeypatch) -> None:
    monkeypatch.setattr(chart_feed, "SETTLE_MS", 0)


def test_opening_and_closing_charts_leaves_no_object(qapp) -> None:
    assert leaked(50) == {}


def test_opening_and_closing_docks_of_charts_leaves_no_object(qapp) -> None:
    assert leaked(6, grids) == {}


def test_a_chart_that_is_held_is_found(qapp, monkeypatch) -> None:
    held = []
    init = chart_feed.BarFeed.__init__
    open_and_close(2)
    before = ours()

    def keep(self, *arguments, **named) -> None:
        init(self, *arguments, **named)
        held.append(self)

    monkeypatch.setattr(chart_feed.BarFeed, "__init__", keep)
    open_and_close(2)
    assert (ours() - before)["workstation.ui.chart.feed.BarFeed"] >= 2
