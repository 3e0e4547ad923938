"""The risk dock's pages: what protects positions, and what the account is exposed to."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.qt.conftest import Stage
from tests.qt.fakes import HOSTILE, a_coverage, a_link, a_risk_view
from tests.qt.test_ui_account_panels import by_key
from workstation.domain.ids import AccountId
from workstation.domain.limit_use import ExposureRow
from workstation.domain.messages import LinkChanged
from workstation.ui.models.exposures import CoveragesModel, ExposuresModel
from workstation.ui.panels.risk import scenario_words, tail_words
from workstation.ui.theme import paint

D = Decimal


def test_a_position_that_nothing_protects_is_seen_on_the_tab(ready: Stage) -> None:
    ready.latest(a_risk_view())
    panel = ready.window.board.risk

    assert panel.pages.tabText(1) == "Protection: 1 open"
    tsla = by_key(panel.coverages, 1)
    assert (tsla["symbol"], tsla["uncovered"], tsla["covered"]) == ("TSLA", "300", "")
    assert tsla["remarks"] == "NOTHING protects 300 of it"
    assert panel.coverages.cell(1, 3).colour == paint().error
    assert by_key(panel.coverages, 0)["nearest_stop"] == "183.50"
    assert panel.coverages.cell(0, 3).colour is None

    covered = replace(a_risk_view(), coverages=(a_coverage(),))
    ready.latest(covered)
    assert panel.pages.tabText(1) == "Protection"
    assert panel.coverages.rowCount() == 1


@pytest.mark.parametrize(
    ("changes", "words", "tone"),
    [
        ({"over": D(50)}, "would turn around by 50", "error"),
        ({"lapses": D(100)}, "100 end with the day", "warning"),
        ({"sleeps": D(300)}, "300 sleep outside regular hours", "warning"),
        ({"unconfirmed": D(5)}, "5 not confirmed", "warning"),
        ({"closing": D(20)}, "20 being closed", None),
        ({"orphans": 2}, "2 exits without a position", "error"),
    ],
)
def test_weak_protection_says_why(qapp, changes, words: str, tone: str | None) -> None:
    model = CoveragesModel()
    model.show_rows((a_coverage(**changes),))
    assert by_key(model, 0)["remarks"] == words
    colour = model.cell(0, 5).colour
    assert colour == (getattr(paint(), tone) if tone else None)


def test_exposure_is_shown_with_what_a_move_and_a_bad_day_would_do(ready: Stage) -> None:
    ready.latest(a_risk_view())
    panel = ready.window.board.risk

    whole = by_key(panel.exposures, 0)
    assert (whole["kind"], whole["net"], whole["gross"]) == ("All", "38,899.00", "73,415.00")
    assert whole["unvalued"] == "1"
    assert "−10 %: −3,889.90   +5 %: +1,944.00" in panel.scenario_label.text()
    assert "value at risk 812.10" in panel.tail_label.text()
    assert "1 position left out" in panel.tail_label.text()


def test_figures_of_another_account_leave_every_page(ready: Stage) -> None:
    ready.latest(a_risk_view())
    ready.events(LinkChanged(a_link(account=AccountId("SIM9999999"))))
    panel = ready.window.board.risk
    assert panel.exposures.rowCount() == panel.coverages.rowCount() == 0
    assert panel.scenario_label.text() == panel.tail_label.text() == ""
    assert panel.pages.tabText(1) == "Protection"


def test_without_positions_nothing_is_estimated() -> None:
    assert scenario_words(()) == tail_words(None) == ""


@pytest.mark.parametrize("foreign", HOSTILE)
def test_foreign_names_are_plain(qapp, foreign: str) -> None:
    exposures, coverages = ExposuresModel(), CoveragesModel()
    exposures.show_rows((ExposureRow(foreign, foreign, D(1), D(0)),))
    coverages.show_rows((a_coverage(symbol=foreign),))
    for model in (exposures, coverages):
        for column in range(model.columnCount()):
            shown = model.index(0, column).data()
            assert "\n" not in shown
            assert "\x00" not in shown
