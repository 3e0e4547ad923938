"""The risk dock's pages: what protects positions, and what the account is exposed to."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.qt.conftest import Stage
from tests.qt.fakes import ACCOUNT, HOSTILE, NOW, a_coverage, a_link, a_position, a_risk_view
from tests.qt.test_ui_account_panels import by_key
from workstation.domain.commands import Failed, PreviewMargin
from workstation.domain.coverage import RepairKind, RepairProtection
from workstation.domain.ids import AccountId, ConId
from workstation.domain.limit_use import ExposureRow
from workstation.domain.messages import LinkChanged
from workstation.domain.pnl_check import PnlCheck
from workstation.domain.preview import MarginPreview
from workstation.ui.models.exposures import CoveragesModel, ExposuresModel, survival_words
from workstation.ui.panels.exposure import tail_words
from workstation.ui.panels.protection import ProtectionPage
from workstation.ui.theme import paint

D = Decimal


def test_a_position_that_nothing_protects_is_seen_on_the_tab(ready: Stage) -> None:
    ready.latest(a_risk_view())
    panel = ready.window.board.risk

    assert panel.pages.tabText(1) == "Protection: 1 open"
    tsla = by_key(panel.protection.model, 1)
    assert (tsla["symbol"], tsla["uncovered"], tsla["covered"]) == ("TSLA", "300", "")
    assert tsla["remarks"] == "NOTHING protects 300 of it"
    assert panel.protection.model.cell(1, 3).colour == paint().error
    assert by_key(panel.protection.model, 0)["nearest_stop"] == "183.50"
    assert panel.protection.model.cell(0, 3).colour is None

    covered = replace(a_risk_view(), coverages=(a_coverage(),))
    ready.latest(covered)
    assert panel.pages.tabText(1) == "Protection"
    assert panel.protection.model.rowCount() == 1


@pytest.mark.parametrize(
    ("changes", "words", "tone"),
    [
        ({"over": D(50)}, "would turn around by 50", "error"),
        ({"lapses": D(100)}, "100 end with the day", "warning"),
        (
            {"lapses": D(100), "lapses_at": NOW},
            "100 end with the day (03-18 14:32)",
            "warning",
        ),
        (
            {"sleeps": D(300), "is_asleep": True, "wakes_at": NOW},
            "300 sleep NOW (03-18 14:32)",
            "warning",
        ),
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


BARE = {"con_id": ConId(104), "symbol": "TSLA", "covered": D(0), "nearest_stop": None}


def repairing(ready: Stage, qtbot: QtBot, **changes: Any) -> tuple[ProtectionPage, list[Any]]:
    """Show one position and click what mends it."""
    ready.latest(replace(a_risk_view(), coverages=(a_coverage(**changes),)))
    page = ready.window.board.risk.protection
    ready.window.docks.focus("risk")
    ready.window.board.risk.pages.setCurrentWidget(page)
    qtbot.mouseClick(page.repair_button, Qt.MouseButton.LeftButton)
    return page, [x for x in ready.commands.sent if isinstance(x, RepairProtection)]


def test_one_click_sends_the_stop_that_the_button_names(ready: Stage, qtbot: QtBot) -> None:
    page, sent = repairing(ready, qtbot, **BARE, suggested_stop=D("166.25"))
    assert page.repair_button.text() == "Send stop: SELL 300 TSLA at 166.25 GTC"
    assert sent == [RepairProtection(ACCOUNT, ConId(104), RepairKind.PROTECT, D("166.25"))]
    assert "NONE of 300 stay protected: a loss has no end." in page.words_label.text()


def test_a_price_typed_stays_while_the_suggestion_moves(ready: Stage, qtbot: QtBot) -> None:
    page, _ = repairing(ready, qtbot, **BARE, suggested_stop=D("166.25"))
    page.price_edit.set_value(D("160"))
    moved = a_coverage(**BARE, suggested_stop=D("165"))
    ready.latest(replace(a_risk_view(), coverages=(moved,)))
    assert page.price_edit.value == D("160")
    page.price_edit.set_value(None)
    assert not page.repair_button.isEnabled()


def test_too_many_stops_and_stray_exits_are_mended_with_one_click(
    ready: Stage, qtbot: QtBot
) -> None:
    page, sent = repairing(ready, qtbot, over=D(50))
    assert page.repair_button.text() == "Reduce stops of AAPL by 50"
    assert [each.kind for each in sent] == [RepairKind.REDUCE]
    assert ready.window.board.risk.pages.tabText(1) == "Protection: 1 wrong"
    page, sent = repairing(ready, qtbot, quantity=D(0), covered=D(0), orphans=2)
    assert page.repair_button.text() == "Cancel 2 exits of AAPL"
    assert [each.kind for each in sent][-1] is RepairKind.CANCEL


def test_nothing_is_offered_where_all_is_well_or_nothing_may_be_sent(
    ready: Stage, qtbot: QtBot
) -> None:
    page, _ = repairing(ready, qtbot)
    assert page.repair_button.isHidden()
    assert "300 of 300 stay protected by a stop at 183.50." in page.words_label.text()
    ready.window.board.risk.show_link(a_link(), read_only=True)
    page, _ = repairing(ready, qtbot, **BARE, suggested_stop=D(1))
    assert page.repair_button.isHidden()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lapses": D(100), "lapses_at": NOW}, "100 only until the close (03-18 14:32)."),
        ({"sleeps": D(300)}, "300 not outside the regular hours."),
        ({"sleeps": D(300), "is_asleep": True, "wakes_at": NOW}, "300 are asleep until (03-18"),
        ({"kept": D(300)}, "A split or another corporate action would cancel"),
        ({"over": D(5)}, "Stops close 5 too many"),
        ({"closing": D(5)}, "5 are being closed"),
        ({"unconfirmed": D(5)}, "Stops of 5 are not confirmed"),
        ({"quantity": D(0), "orphans": 1}, "1 exit stay at the broker and would open a position"),
    ],
)
def test_the_survival_view_says_each_weakness_in_words(changes: dict[str, Any], words: str) -> None:
    assert words in survival_words(a_coverage(**changes))


def test_stop_target_and_what_is_open_stand_beside_each_position(ready: Stage) -> None:
    ready.latest(a_position(), a_position(con_id=ConId(104), symbol="TSLA"))
    cover = a_coverage(nearest_target=D("199.00"))
    ready.latest(replace(a_risk_view(), coverages=(cover, a_coverage(**BARE))))
    model = ready.window.messages.positions
    first, second = by_key(model, 0), by_key(model, 1)
    assert (first["stop"], first["target"], first["uncovered"]) == ("183.50", "199.00", "")
    assert (second["stop"], second["uncovered"]) == ("", "300")
    ready.latest(a_position(mark=188.0))
    assert by_key(model, 0)["stop"] == "183.50"


def test_exposure_is_shown_with_what_a_move_and_a_bad_day_would_do(ready: Stage) -> None:
    ready.latest(a_risk_view())
    panel = ready.window.board.risk

    whole = by_key(panel.exposure.model, 0)
    assert (whole["kind"], whole["net"], whole["gross"]) == ("All", "38,899.00", "73,415.00")
    assert whole["unvalued"] == "1"
    assert "value at risk 812.10" in panel.exposure.tail_label.text()
    assert "1 position left out" in panel.exposure.tail_label.text()
    assert "left out: AAPL 261218C00200000." in panel.exposure.shock_label.text()


def test_the_grid_has_a_column_for_prices_and_a_row_for_volatility_and_currencies(
    ready: Stage,
) -> None:
    ready.latest(a_risk_view())
    grid = ready.window.board.risk.exposure.scenarios

    assert grid.rowCount() == 12
    rows = [by_key(grid, row) for row in range(grid.rowCount())]
    assert [row["moves"] for row in rows[:3]] == [
        "vol −25 %", "prices alone", "vol +25 %",
    ]  # fmt: skip
    assert (rows[1]["price-20"], rows[1]["price0"], rows[1]["price5"]) == ("−7,780", "0", "+1,945")
    assert rows[-1]["moves"] == "vol +50 %, FX +10 %"
    assert grid.cell(1, 1).colour == paint().down
    assert grid.cell(1, 9).colour is None


def test_one_kind_of_group_is_chosen_from_a_list(ready: Stage) -> None:
    ready.latest(a_risk_view())
    page = ready.window.board.risk.exposure
    page.kind_box.setCurrentIndex(page.kind_box.findData("strategy"))
    shown = [by_key(page.model, row)["name"] for row in range(page.model.rowCount())]
    assert shown == ["", "by hand", "strategy:gap"]
    page.kind_box.setCurrentIndex(0)
    assert page.model.rowCount() == 7


def test_figures_of_another_account_leave_every_page(ready: Stage) -> None:
    ready.latest(a_risk_view())
    ready.events(LinkChanged(a_link(account=AccountId("SIM9999999"))))
    panel = ready.window.board.risk
    assert panel.exposure.model.rowCount() == panel.protection.model.rowCount() == 0
    assert panel.exposure.scenarios.rowCount() == 0
    assert panel.exposure.tail_label.text() == ""
    assert panel.pages.tabText(1) == "Protection"


def test_without_positions_nothing_is_estimated() -> None:
    assert tail_words(None) == ""


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


def test_the_brokers_result_stands_beside_ours_with_the_reason(ready: Stage) -> None:
    fees = PnlCheck(
        con_id=ConId(104), symbol="TSLA", currency="USD", broker=D(105), ours=D(100), fees=D(5),
        reason="fees: the broker leaves out 5",
    )  # fmt: skip
    same = replace(fees, con_id=ConId(100), symbol="AAPL", broker=D(100), reason="")
    ready.latest(replace(a_risk_view(), pnl_checks=(fees, same)))
    page = ready.window.board.risk.pnl_check

    row = by_key(page.model, 0)
    assert (row["broker"], row["ours"], row["difference"]) == ("+105.00", "+100.00", "+5.00")
    assert row["reason"] == "fees: the broker leaves out 5"
    assert by_key(page.model, 1)["reason"] == "agrees"
    assert page.model.cell(0, 5).colour == paint().warning
    assert page.model.cell(1, 5).colour is None
    assert page.label.text().startswith("1 of 2 contracts agree")
    ready.latest(replace(a_risk_view(), pnl_checks=(same,)))
    assert page.label.text() == "1 of 1 contract agree with the broker."
    ready.latest(a_risk_view())
    assert (page.model.rowCount(), page.label.text()) == (0, "")


# -- margins ----------------------------------------------------------------------------------------


def a_margin(initial: str | None, after: str | None = None) -> MarginPreview:
    return MarginPreview(
        initial_margin_change=None if initial is None else D(initial),
        maintenance_margin_change=None if initial is None else D(initial) / 2,
        initial_margin_after=None if after is None else D(after),
        maintenance_margin_after=None,
        equity_after=None,
        commission=None,
        currency="USD",
    )


def test_margins_are_asked_one_position_after_the_other(ready: Stage, qtbot: QtBot) -> None:
    ready.latest(
        a_position(quantity=D(100)),
        a_position(con_id=ConId(104), symbol="TSLA", quantity=D(-5)),
        a_position(con_id=ConId(105), quantity=D(0)),
    )
    page = ready.window.board.risk.exposure
    ready.window.docks.focus("risk")
    ready.window.board.risk.pages.setCurrentWidget(page)
    qtbot.mouseClick(page.margin_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.margin_button, Qt.MouseButton.LeftButton)
    (asked,) = ready.commands.of(PreviewMargin)
    assert (asked.draft.side.value, asked.draft.quantity) == ("SELL", D(100))
    assert page.margin_label.text() == "Asking the broker: 0 of 2…"

    ready.commands.answer(PreviewMargin, a_margin("-3000", "1500"))
    qtbot.waitUntil(lambda: len(ready.commands.of(PreviewMargin)) == 2, timeout=10_000)
    second = ready.commands.of(PreviewMargin)[1]
    assert (second.draft.side.value, second.draft.quantity) == ("BUY", D(5))
    ready.commands.answer(PreviewMargin, Failed("no answer"))
    assert page.margin_label.text() == (
        "Estimate from 1 what-if: one by one 3,000.00 USD initial, 1,500.00 maintenance; "
        "together 4,500.00 initial; 1 position not known."
    )
    assert page.margin_button.isEnabled()


def test_without_positions_no_margin_is_asked_for(ready: Stage) -> None:
    page = ready.window.board.risk.exposure
    page.margins_requested.emit()
    assert page.margin_label.text() == "No positions."
    assert ready.commands.of(PreviewMargin) == []
