"""The page of named limits: shown, chosen after one question, kept, renamed, in and out of files."""

from pathlib import Path

import pytest

from tests.qt.conftest import Stage
from tests.qt.fakes import ACCOUNT
from workstation.app.limit_profile_files import LimitProfileFiles
from workstation.domain.commands import Done, Failed
from workstation.domain.limit_profiles import (
    LimitProfile,
    LimitProfiles,
    LimitProfileText,
    LimitProfileWish,
    ProfileAct,
)
from workstation.ui.panels.limit_profiles import LimitProfilesPage

KNOWN = LimitProfiles((
    LimitProfile("Bold", ("daily_loss: 1000 -> 9000",), "The limits are locked"),
    LimitProfile("Careful", ("daily_loss: 1000 -> 100",)),
    LimitProfile("Usual"),
))  # fmt: skip


@pytest.fixture
def page(ready: Stage) -> LimitProfilesPage:
    risk = ready.window.board.risk
    ready.window.docks.focus("risk")
    risk.pages.setCurrentWidget(risk.profiles)
    ready.commands.answer(LimitProfileWish, KNOWN)
    ready.commands.sent.clear()
    return risk.profiles


def wishes(ready: Stage) -> list[tuple[ProfileAct, str, str, str]]:
    found = ready.commands.of(LimitProfileWish)
    assert all(each.account == ACCOUNT for each in found)
    return [(each.act, each.name, each.other, each.text) for each in found]


def test_each_set_says_whether_it_is_in_force_and_what_it_would_change(ready, page) -> None:
    rows = {
        row.name: [column.text(row) for column in page.model.columns] for row in page.model.values()
    }
    assert rows["Usual"][1] == "in force"
    assert rows["Careful"][1:] == ["1 figure differs", "daily_loss: 1000 -> 100"]
    assert rows["Bold"][1:] == ["cannot be chosen", "The limits are locked"]
    for number, can_use in ((0, False), (1, True), (2, False)):
        page.table.selectRow(number)
        assert page.buttons["use"].isEnabled() is can_use
        assert page.buttons["rename"].isEnabled()


def test_a_set_is_chosen_after_one_question(ready, page) -> None:
    page.table.selectRow(1)
    page.buttons["use"].click()
    assert "daily_loss: 1000 -> 100" in page.dialog.label.text()
    page.dialog.buttons["use"].click()
    assert wishes(ready) == [(ProfileAct.USE, "Careful", "", "")]
    ready.commands.answer(LimitProfileWish, Done("in force, on record"))
    assert "on record" in page.label.text()
    assert wishes(ready)[-1][0] is ProfileAct.LIST


def test_sets_are_made_copied_renamed_and_deleted(ready, page) -> None:
    page.buttons["new"].click()
    page.dialog.edit.setText("Mine")
    page.dialog.ok_button.click()
    page.table.selectRow(1)
    for button, name in (("copy", "Twin"), ("rename", "Calm")):
        page.buttons[button].click()
        page.dialog.edit.setText(name)
        page.dialog.ok_button.click()
    page.buttons["delete"].click()
    page.dialog.buttons["delete"].click()
    assert wishes(ready) == [
        (ProfileAct.KEEP, "Mine", "", ""),
        (ProfileAct.COPY, "Careful", "Twin", ""),
        (ProfileAct.RENAME, "Careful", "Calm", ""),
        (ProfileAct.DELETE, "Careful", "", ""),
    ]
    ready.commands.answer(LimitProfileWish, Failed("there are limits named Mine already"))
    assert "already" in page.label.text()


def test_sets_go_to_files_and_come_from_them(ready, page, qtbot, tmp_path: Path) -> None:
    link = ready.window.board.limit_profiles
    files = LimitProfileFiles(link)
    page.table.selectRow(1)
    page.buttons["export"].click()
    target = tmp_path / "careful.toml"
    link.files.fileSelected.emit(str(target))
    assert wishes(ready) == [(ProfileAct.READ, "Careful", "", "")]
    ready.commands.answer(LimitProfileWish, LimitProfileText("Careful", "[U1]\n"))
    qtbot.waitUntil(lambda: "Written to careful.toml" in page.label.text())
    assert target.read_text() == "[U1]\n"
    page.buttons["import"].click()
    link.files.fileSelected.emit(str(target))
    qtbot.waitUntil(
        lambda: page.dialog is not None and page.dialog.windowTitle() == "Import limits"
    )
    assert page.dialog.name == "careful"
    page.dialog.ok_button.click()
    assert wishes(ready)[-1] == (ProfileAct.KEEP, "careful", "", "[U1]\n")
    page.buttons["import"].click()
    link.files.fileSelected.emit(str(tmp_path / "missing.toml"))
    qtbot.waitUntil(lambda: "missing.toml" in page.label.text())
    files.wait()
