import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from workstation.domain.account import Environment
from workstation.domain.profile import PROFILES, Profile
from workstation.ui.dialogs.connection import ConnectionDialog

OWN = Profile("mine", "localhost", 4002, Environment.PAPER)


@pytest.fixture
def dialog(qtbot: QtBot) -> ConnectionDialog:
    dialog = ConnectionDialog({**PROFILES, "mine": OWN}, "simulated")
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def choose(dialog: ConnectionDialog, name: str) -> None:
    rows = [
        dialog.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(dialog.list.count())
    ]
    dialog.list.setCurrentRow(rows.index(name))


def test_the_profile_in_use_is_marked_and_chosen(dialog: ConnectionDialog) -> None:
    assert dialog.list.currentItem().text() == "simulated  (in use)"
    assert not dialog.host_edit.isEnabled()
    assert "No account" in dialog.advice_label.text()


def test_connect_asks_for_the_chosen_profile(qtbot: QtBot, dialog: ConnectionDialog) -> None:
    choose(dialog, "tws-paper")
    asked: list[object] = []
    dialog.profile_requested.connect(asked.append)

    qtbot.mouseClick(dialog.connect_button, Qt.MouseButton.LeftButton)

    assert asked == ["tws-paper"]


def test_built_in_profiles_cannot_be_changed_or_removed(dialog: ConnectionDialog) -> None:
    choose(dialog, "tws-live")

    assert not dialog.save_button.isEnabled()
    assert not dialog.remove_button.isEnabled()
    assert not dialog.port_edit.isEnabled()


def test_a_new_profile_is_saved_and_then_used(qtbot: QtBot, dialog: ConnectionDialog) -> None:
    saved: list[object] = []
    asked: list[object] = []
    dialog.profile_saved.connect(saved.append)
    dialog.profile_requested.connect(asked.append)
    qtbot.mouseClick(dialog.new_button, Qt.MouseButton.LeftButton)
    assert not dialog.connect_button.isEnabled()
    qtbot.keyClicks(dialog.name_edit, "desk-2")
    dialog.port_edit.setValue(4001)
    dialog.world_box.setCurrentText("LIVE")

    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.connect_button, Qt.MouseButton.LeftButton)

    assert saved == [Profile("desk-2", "127.0.0.1", 4001, Environment.LIVE)]
    assert asked == ["desk-2"]


def test_an_unsaved_change_cannot_be_connected_with(dialog: ConnectionDialog) -> None:
    choose(dialog, "mine")
    assert dialog.connect_button.isEnabled()

    dialog.port_edit.setValue(4003)

    assert not dialog.connect_button.isEnabled()
    assert dialog.save_button.isEnabled()


@pytest.mark.parametrize("name", ["", "two words", "../up", "tws-live", "-x", "ü"])
def test_a_name_that_cannot_be_is_explained(dialog: ConnectionDialog, name: str) -> None:
    choose(dialog, "mine")

    dialog.name_edit.setText(name)

    assert dialog.fault_label.text()
    assert not dialog.save_button.isEnabled()


def test_another_computer_is_warned_about(dialog: ConnectionDialog) -> None:
    choose(dialog, "mine")

    dialog.host_edit.setText("10.0.0.9")

    assert "not encrypted" in dialog.fault_label.text()
    assert dialog.save_button.isEnabled()


def test_removing_forgets_an_own_profile(qtbot: QtBot, dialog: ConnectionDialog) -> None:
    removed: list[object] = []
    dialog.profile_removed.connect(removed.append)
    choose(dialog, "mine")

    qtbot.mouseClick(dialog.remove_button, Qt.MouseButton.LeftButton)

    assert removed == ["mine"]
    assert dialog.list.count() == len(PROFILES)
