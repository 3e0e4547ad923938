"""The page that tries other limits on recorded orders: edited, read, judged, and told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, NOON, D, Door
from tests.helpers.virtual_time import VirtualClock
from workstation.app import dry_runs
from workstation.app.dry_runs import DryRuns
from workstation.app.journal_command import main as journal_command
from workstation.app.limit_profile_files import MOST_BYTES
from workstation.domain.ids import AccountId, IntentId
from workstation.storage.journal import Journal
from workstation.storage.limits_file import add_limits, parse_limits, put_limits, read_limits
from workstation.ui.panels.dry_run import DryRunPage


class Noon:
    """A calendar that stands still where the orders were recorded."""

    @staticmethod
    def now(_zone: object) -> object:
        return NOON


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A profile whose journal holds three orders of 100, 300 and 700 shares."""
    folder = tmp_path / "profiles" / "simulated"
    folder.mkdir(parents=True)
    clock = VirtualClock()
    journal = Journal(folder / "journal.sqlite", clock)
    journal.record("Limits", LIMITS, durable=True)
    door = Door(clock=clock, journal=journal)
    for quantity in (100, 300, 700):
        clock.seconds += 1
        door.submit(intent_id=IntentId(str(quantity)), quantity=D(quantity), source="ladder")
    door.desk.write_notes()
    journal.close()
    add_limits(folder / "limits.toml", LIMITS)
    return folder


@pytest.fixture
def page(folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[DryRunPage]:
    monkeypatch.setattr(dry_runs, "datetime", Noon)
    page = DryRunPage()
    qtbot.addWidget(page)
    runs = DryRuns(folder / "journal.sqlite", folder / "limits.toml", page)
    page.resize(1200, 260)
    page.show_account(ACCOUNT)
    page.show()
    qtbot.waitUntil(lambda: "order_size" in page.limits_edit.toPlainText(), timeout=10_000)
    yield page
    runs.wait()


def edit(page: DryRunPage, before: str, after: str) -> None:
    limits = page.limits_edit.toPlainText()
    assert before in limits
    page.limits_edit.setPlainText(limits.replace(before, after))


def test_limits_are_kept_as_a_profile_and_taken_into_the_file_of_an_account(
    page: DryRunPage, folder: Path, qtbot: QtBot
) -> None:
    file, profile = folder / "limits.toml", folder / "careful.toml"
    file.write_text(file.read_text("utf-8") + "# my own words\n", "utf-8")
    edit(page, "actions_per_second = 10", "actions_per_second = 3")
    page._on_save_selected(str(profile))
    qtbot.waitUntil(lambda: "Kept in careful.toml" in page.label.text(), timeout=10_000)
    assert parse_limits(profile.read_text("utf-8"), "it")[ACCOUNT].actions_per_second == 3
    assert read_limits(file)[ACCOUNT] == LIMITS

    qtbot.mouseClick(page.adopt_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "They stand in limits.toml" in page.label.text(), timeout=10_000)
    assert read_limits(file)[ACCOUNT] == replace(LIMITS, actions_per_second=3)
    assert "# my own words" in (folder / "limits.toml.before").read_text("utf-8")


@pytest.mark.parametrize("which", ["kept", "adopted"])
def test_what_is_no_set_of_limits_is_neither_kept_nor_taken(
    page: DryRunPage, folder: Path, qtbot: QtBot, which: str
) -> None:
    file, profile = folder / "limits.toml", folder / "careful.toml"
    edit(page, "actions_per_second = 10", "actions_per_second = 0")
    if which == "kept":
        page._on_save_selected(str(profile))
    else:
        qtbot.mouseClick(page.adopt_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "every limit" in page.label.text(), timeout=10_000)
    assert not profile.exists()
    assert read_limits(file)[ACCOUNT] == LIMITS


def test_the_sections_of_other_accounts_stay(folder: Path) -> None:
    other = replace(LIMITS, account=AccountId("SIM0000002"))
    file = folder / "limits.toml"
    add_limits(file, other)
    put_limits(file, replace(LIMITS, actions_per_second=3))
    found = read_limits(file)
    assert (found[other.account], found[ACCOUNT].actions_per_second) == (other, 3)
    fresh = folder / "fresh.toml"
    put_limits(fresh, LIMITS)
    assert read_limits(fresh) == {ACCOUNT: LIMITS}


def run(page: DryRunPage, qtbot: QtBot) -> list[list[str]]:
    qtbot.mouseClick(page.run_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.run_button.isEnabled, timeout=10_000)
    model = page.model
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_edited_limits_are_tried_with_one_click(page: DryRunPage, qtbot: QtBot) -> None:
    edit(page, "personal = 100000, catastrophic = 500000", "personal = 20000, catastrophic = 50000")
    rows = run(page, qtbot)

    assert [row[1:3] for row in rows] == [
        ["blocked", "BUY 700 SPY LMT 100.00"],
        ["asked", "BUY 300 SPY LMT 100.00"],
    ]
    assert "catastrophic limit. 70,000 USD against 50,000 USD" in rows[0][3]
    assert "would have blocked 1 of 3 orders and asked about 1 more." in page.label.text()
    assert "order_size: 100000 / 500000 -&gt; 20000 / 50000" in page.label.toolTip()


def test_the_limits_in_force_change_nothing_and_say_so(page: DryRunPage, qtbot: QtBot) -> None:
    assert run(page, qtbot) == []
    assert "would have blocked 0 of 3 orders. They are the limits in force." in page.label.text()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ("", "these limits is empty"),
        ("[broken", "these limits cannot be used"),
        ('["SIM0000001"]\nversion = 2\n', "these limits cannot be used"),
    ],
)
def test_limits_that_cannot_be_used_are_named(
    page: DryRunPage, qtbot: QtBot, limits: str, words: str
) -> None:
    page.limits_edit.setPlainText(limits)
    assert run(page, qtbot) == []
    assert words in page.label.text()


def test_another_file_is_read_and_what_is_none_is_refused(
    page: DryRunPage, qtbot: QtBot, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    add_limits(other, replace(LIMITS, account=AccountId("SIM0000009"), collar_percent=D("1.25")))
    page.file_chosen.emit(other)
    qtbot.waitUntil(lambda: "1.25" in page.limits_edit.toPlainText(), timeout=10_000)
    assert run(page, qtbot) == []
    assert "would have blocked 0 of 3" in page.label.text()

    binary = tmp_path / "picture.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    page.file_chosen.emit(binary)
    qtbot.waitUntil(lambda: "is no text" in page.label.text(), timeout=10_000)
    large = tmp_path / "large.toml"
    large.write_bytes(b" " * (MOST_BYTES + 1))
    page.file_chosen.emit(large)
    qtbot.waitUntil(lambda: "too large" in page.label.text(), timeout=10_000)


def test_the_limits_of_another_account_are_put_away(page: DryRunPage, qtbot: QtBot) -> None:
    page.show_account(AccountId("SIM0000002"))
    qtbot.waitUntil(lambda: "has no section" in page.label.text(), timeout=10_000)
    assert page.limits_edit.toPlainText() == ""
    page.show_account(None)
    assert not page.run_button.isEnabled()


def test_the_command_tells_the_same(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "tight.toml"
    size = replace(LIMITS.order_size, personal=D(20_000), catastrophic=D(50_000))
    add_limits(other, replace(LIMITS, order_size=size))
    data = ["--data-dir", str(tmp_path), "--profile", "simulated"]
    command = ["dry-run", *data, "--days", "36500", "--limits", str(other)]

    assert journal_command(command) == 0
    shown = capsys.readouterr().out
    assert "would have blocked 1 of 3 orders and asked about 1 more" in shown
    assert "BLOCKED BUY 700 SPY LMT 100.00" in shown
    assert "R05_ORDER_SIZE" in shown
    assert ACCOUNT not in shown

    assert journal_command([*command[:-1], str(tmp_path / "none.toml")]) == 2
    assert "there is no limits file" in capsys.readouterr().err
