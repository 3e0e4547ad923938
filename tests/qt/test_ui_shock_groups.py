"""The groups of shocks in the scenario view: shown, and edited as their file has them."""

from dataclasses import replace
from decimal import Decimal

from tests.qt.conftest import Stage
from tests.qt.fakes import ACCOUNT
from workstation.domain.commands import Done, Failed
from workstation.domain.limit_use import RiskView, Scenario
from workstation.domain.shock_groups import (
    GroupScenario,
    ReadShockGroups,
    SetShockGroups,
    ShockGroupsText,
)
from workstation.ui.dialogs.text_dialog import TextDialog

D = Decimal


def a_view(fault: str = "") -> RiskView:
    chips = GroupScenario("chips", D("1.5"), D(2), ("AMD", "NVDA"), ((D(-20), D(-300)),))
    return RiskView(
        ACCOUNT,
        (),
        scenarios=(Scenario(D(-20), D(-500)),),
        shock_groups=(chips,),
        shock_fault=fault,
    )


def test_each_group_has_its_row_below_the_grid_and_is_named(ready: Stage) -> None:
    page = ready.window.board.risk.exposure
    ready.latest(a_view())
    rows = page.scenarios.values()
    assert [row.name for row in rows] == ["prices alone", "chips alone, ×1.5"]
    assert rows[1].results[0] == -300
    assert rows[1].results[4] is None
    assert "chips ×1.5 (vol ×2): 2 positions" in page.shock_label.text()
    assert "AMD, NVDA" in page.shock_label.toolTip()
    abroad = replace(
        a_view(), scenarios=(*a_view().scenarios, Scenario(D(-20), D(-600), D(0), D(-10)))
    )
    ready.latest(abroad)
    names = [row.name for row in page.scenarios.values()]
    assert names == ["prices alone", "chips alone, ×1.5", "FX −10 %"]
    ready.latest(replace(a_view(), scenarios=()))
    assert not page.scenarios.values()
    ready.latest(a_view("the groups cannot be used: line 1"))
    assert "line 1" in page.shock_label.text()


def test_the_groups_are_edited_kept_and_refused(ready: Stage) -> None:
    page = ready.window.board.risk.exposure
    page.groups_button.click()
    (dialog,) = [each for each in ready.window.findChildren(TextDialog) if each.isVisible()]
    assert not dialog.keep_button.isEnabled()
    ready.commands.answer(ReadShockGroups, ShockGroupsText("# nothing yet"))
    assert dialog.edit.toPlainText() == "# nothing yet"
    dialog.edit.setPlainText("[chips")
    dialog.keep_button.click()
    assert ready.commands.of(SetShockGroups) == [SetShockGroups("[chips")]
    ready.commands.answer(SetShockGroups, Failed("the groups cannot be used: line 1"))
    assert "line 1" in dialog.label.text()
    assert dialog.isVisible()
    dialog.keep_button.click()
    ready.commands.answer(SetShockGroups, Done())
    assert not dialog.isVisible()


def test_a_file_that_cannot_be_read_is_said_and_not_overwritten(ready: Stage) -> None:
    ready.window.board.risk.exposure.groups_button.click()
    (dialog,) = [each for each in ready.window.findChildren(TextDialog) if each.isVisible()]
    ready.commands.answer(ReadShockGroups, Failed("shocks.toml is too large"))
    assert "too large" in dialog.label.text()
    assert not dialog.keep_button.isEnabled()
