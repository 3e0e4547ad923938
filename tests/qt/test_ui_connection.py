from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.qt.fakes import a_link
from workstation.domain.account import Environment
from workstation.domain.link import LinkState
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


# ---- what to do at the broker's side -------------------------------------------------------------

FAILURES = [
    ("nothing answers at 127.0.0.1:7497 (ECONNREFUSED)", "Enable ActiveX and Socket Clients"),
    ("another program uses this client id", "client id 7"),
    ("the broker accepted the connection but said nothing for 5 s", "asking whether to accept"),
    ("the other side closed the connection", "Trusted IPs"),
    ("what answers there does not speak the TWS protocol", "Socket port"),
    ("the broker offers protocol version 100; this program speaks 157 to 200", "update it"),
    ("the host tws.invalid cannot be found: unknown", "Correct the host"),
    ("127.0.0.1:7497 did not answer within 5 s", "firewall"),
]


@pytest.fixture
def paper(qtbot: QtBot) -> ConnectionDialog:
    dialog = ConnectionDialog({**PROFILES, "mine": OWN}, "tws-paper")
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def down(reason: str, **more: Any) -> Any:
    return a_link(
        LinkState.DISCONNECTED,
        reason=reason,
        host="127.0.0.1",
        port=7497,
        account=None,
        environment=None,
        **more,
    )


@pytest.mark.parametrize(("reason", "cure"), FAILURES)
def test_each_failure_names_the_setting(paper: ConnectionDialog, reason: str, cure: str) -> None:
    paper.show_link(down(reason))

    assert reason in paper.state_label.text()
    assert cure in paper.advice_label.text()


def test_a_link_that_is_up_gets_no_advice(paper: ConnectionDialog) -> None:
    paper.show_link(a_link(environment=Environment.PAPER))
    assert "Now READY at 127.0.0.1:7497" in paper.state_label.text()
    assert paper.advice_label.text() == ""


def test_the_standby_is_called_so(paper: ConnectionDialog) -> None:
    paper.show_link(a_link(environment=Environment.PAPER, port=4002, is_standby=True))
    assert "127.0.0.1:4002, the standby" in paper.state_label.text()


def test_lists_that_do_not_come_point_at_read_only(paper: ConnectionDialog) -> None:
    paper.show_link(a_link(LinkState.SYNCING, environment=Environment.PAPER))
    assert "switch off 'Read-Only API'" in paper.advice_label.text()


def test_a_live_account_on_a_paper_profile_is_said(paper: ConnectionDialog) -> None:
    paper.show_link(a_link(environment=Environment.LIVE))
    assert "The account is LIVE, this profile says PAPER" in paper.advice_label.text()


def test_the_advice_fits_the_program_of_the_port(paper: ConnectionDialog) -> None:
    choose(paper, "gateway-paper")
    assert "IB Gateway" in paper.advice_label.text()
    assert "ActiveX" not in paper.advice_label.text()
    assert "4002" in paper.advice_label.text()
    choose(paper, "tws-live")
    assert "7496" in paper.advice_label.text()
    assert "ActiveX" in paper.advice_label.text()


def test_what_surprises_later_is_listed_with_the_client_id(paper: ConnectionDialog) -> None:
    paper.client_edit.setValue(12)

    wanted = {setting.name: setting.wanted for setting in paper.setup_list.settings}
    whole = " ".join(setting.why for setting in paper.setup_list.settings)

    assert wanted["Master API client ID"] == "12"
    assert wanted["Read-Only API"] == "off to trade"
    assert "Bypass Order Precautions for API Orders" in wanted
    assert "Reject messages above maximum allowed rate" in wanted
    for mark in ("3 %", "500 shares", "code 451", "API stops", "50 messages", "321"):
        assert mark in whole


# ---- ports, standby, command ---------------------------------------------------------------------


def test_it_looks_at_the_ports_when_it_is_seen_and_on_demand(qtbot: QtBot) -> None:
    dialog = ConnectionDialog(PROFILES, "simulated")
    qtbot.addWidget(dialog)
    asked: list[object] = []
    dialog.look_requested.connect(lambda: asked.append(1))
    dialog.show()
    assert len(asked) == 1
    qtbot.mouseClick(dialog.found.again_button, Qt.MouseButton.LeftButton)
    assert len(asked) == 2


def test_a_found_port_chooses_its_profile(qtbot: QtBot, dialog: ConnectionDialog) -> None:
    dialog.show_found((7497, 4001))
    assert [button.text() for button in dialog.found.buttons] == [
        "7497   tws-paper",
        "4001   gateway-live",
    ]
    asked: list[object] = []
    dialog.profile_requested.connect(asked.append)

    qtbot.mouseClick(dialog.found.buttons[1], Qt.MouseButton.LeftButton)

    assert asked == []  # choosing does not connect
    qtbot.keyClick(dialog.connect_button, Qt.Key.Key_Return)
    assert asked == ["gateway-live"]


def test_no_port_is_said(dialog: ConnectionDialog) -> None:
    dialog.show_found(())
    assert dialog.found.buttons == []
    assert "Neither TWS nor IB Gateway" in dialog.found.label.text()


def test_a_built_in_profile_takes_a_standby_and_a_command(dialog: ConnectionDialog) -> None:
    saved: list[Profile] = []
    dialog.profile_saved.connect(saved.append)
    choose(dialog, "tws-paper")
    assert not dialog.save_button.isEnabled()

    dialog.extras.standby_port_edit.setValue(4002)
    dialog.extras.command_edit.setText("/opt/tws/tws")
    dialog.extras.restarts_box.setChecked(True)
    assert not dialog.connect_button.isEnabled()
    dialog.save_button.click()

    (profile,) = saved
    assert (profile.host, profile.port, profile.environment) == (
        "127.0.0.1",
        7497,
        Environment.PAPER,
    )
    assert (profile.standby_host, profile.standby_port) == ("127.0.0.1", 4002)
    assert (profile.command, profile.restarts) == ("/opt/tws/tws", True)
    assert dialog.connect_button.isEnabled()


def test_a_standby_must_be_another_endpoint(dialog: ConnectionDialog) -> None:
    choose(dialog, "tws-paper")
    dialog.extras.standby_port_edit.setValue(7497)
    assert "itself" in dialog.fault_label.text()
    assert not dialog.save_button.isEnabled()


@pytest.mark.parametrize("name", ["tws-live", "gateway-live", "simulated"])
def test_only_paper_starts_by_itself(dialog: ConnectionDialog, name: str) -> None:
    choose(dialog, "tws-paper")
    assert dialog.extras.restarts_box.isEnabled()
    choose(dialog, name)
    assert not dialog.extras.restarts_box.isEnabled()


def test_an_own_profile_that_becomes_live_starts_no_more_by_itself(
    dialog: ConnectionDialog,
) -> None:
    choose(dialog, "mine")
    assert dialog.extras.restarts_box.isEnabled()
    dialog.world_box.setCurrentText("LIVE")
    assert not dialog.extras.restarts_box.isEnabled()


def test_start_is_offered_while_nothing_runs_and_its_end_is_shown(
    dialog: ConnectionDialog,
) -> None:
    asked: list[Profile] = []
    dialog.start_requested.connect(asked.append)
    choose(dialog, "gateway-live")
    assert not dialog.start_button.isEnabled()
    dialog.extras.command_edit.setText("gateway --live")
    dialog.start_button.click()
    assert asked[0].command == "gateway --live"

    dialog.show_launch("gateway runs since 10:00:00.", running=True)
    assert not dialog.start_button.isEnabled()
    dialog.show_launch("gateway ended with code 3.", running=False)
    assert dialog.start_button.isEnabled()
    assert "code 3" in dialog.launch_label.text()


def test_another_client_id_is_told_before_connecting(dialog: ConnectionDialog) -> None:
    told: list[object] = []
    dialog.client_id_chosen.connect(told.append)
    dialog.profile_requested.connect(told.append)
    dialog.client_edit.setValue(8)
    dialog.connect_button.click()
    assert told == [8, "simulated"]


def test_it_is_driven_by_keys_alone(qtbot: QtBot, dialog: ConnectionDialog) -> None:
    asked: list[object] = []
    saved: list[Profile] = []
    dialog.profile_requested.connect(asked.append)
    dialog.profile_saved.connect(saved.append)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    alt = Qt.KeyboardModifier.AltModifier

    dialog.list.setFocus()
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    assert dialog.name_edit.text() == "tws-paper"
    for key, page in ((Qt.Key.Key_Y, 1), (Qt.Key.Key_G, 2), (Qt.Key.Key_E, 0), (Qt.Key.Key_Y, 1)):
        QTest.keyClick(dialog, key, alt)
        assert dialog.tabs.currentIndex() == page
    QTest.keyClick(dialog, Qt.Key.Key_O, alt)
    qtbot.waitUntil(dialog.extras.standby_port_edit.hasFocus)
    QTest.keyClicks(QApplication.focusWidget(), "4002")
    QTest.keyClick(dialog, Qt.Key.Key_V, alt)
    qtbot.waitUntil(lambda: [profile.standby_port for profile in saved] == [4002])
    QTest.keyClick(dialog, Qt.Key.Key_T, alt)

    qtbot.waitUntil(lambda: asked == ["tws-paper"])
    assert not dialog.isVisible()


def test_where_the_client_id_is_in_use_another_stands_ready(dialog: ConnectionDialog) -> None:
    told: list[object] = []
    dialog.client_id_chosen.connect(told.append)
    reason = "another program uses this client id, 7"
    dialog.show_link(a_link(LinkState.DISCONNECTED, reason=reason))
    assert dialog.client_edit.value() == 8
    dialog.client_edit.setValue(12)
    dialog.show_link(a_link(LinkState.CONNECTING, reason=reason))
    assert dialog.client_edit.value() == 12  # what the user typed stays
    dialog.connect_button.click()
    assert told == [12]
