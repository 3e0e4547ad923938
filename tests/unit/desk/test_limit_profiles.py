"""Named sets of limits: kept, copied, renamed, deleted, chosen on record and against locks."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, D, MemoryJournal
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.limit_profiles import LimitProfilesDesk
from workstation.desk.limits import LimitsDesk
from workstation.desk.limits_log import limit_changes
from workstation.domain.commands import Done, Failed
from workstation.domain.errors import JournalError
from workstation.domain.ids import AccountId
from workstation.domain.limit_profiles import (
    LimitProfile,
    LimitProfiles,
    LimitProfileText,
    LimitProfileWish,
    ProfileAct,
)
from workstation.storage.limits_file import add_limits, read_limits, written

CAREFUL = written(replace(LIMITS, daily_loss=D(100)))
BOLD = written(replace(LIMITS, daily_loss=D(90_000)))


class Desk:
    def __init__(self, folder: Path) -> None:
        self.journal, self.clock = MemoryJournal(), VirtualClock()
        self.said: list[str] = []
        self.path = folder / "limits.toml"
        add_limits(self.path, replace(LIMITS, daily_loss=D(1000)))
        self.limits = LimitsDesk(self.path, self.journal, self.notify, self.clock)
        self.limits.ensure(ACCOUNT, D(1_000_000))
        self.folder = folder / "limit-profiles"
        self.profiles = LimitProfilesDesk(self.folder, self.limits)

    def notify(self, _severity: Any, text: str, **_more: Any) -> None:
        self.said.append(text)

    def act(self, act: ProfileAct, name: str = "", other: str = "", text: str = "") -> Any:
        return self.profiles.carry_out(LimitProfileWish(ACCOUNT, act, name, other, text))

    def listed(self) -> dict[str, LimitProfile]:
        found = self.act(ProfileAct.LIST)
        assert isinstance(found, LimitProfiles)
        return {each.name: each for each in found.profiles}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_set_is_kept_compared_chosen_and_stands_in_journal_and_file(desk: Desk) -> None:
    assert desk.listed() == {}
    assert isinstance(desk.act(ProfileAct.KEEP, "Usual"), Done)
    assert isinstance(desk.act(ProfileAct.KEEP, "Careful", text=CAREFUL), Done)
    shown = desk.listed()
    assert shown["Usual"].is_in_force
    assert shown["Careful"].changes == ("daily_loss: 1000 -> 100",)
    assert not shown["Careful"].is_in_force
    before = len(desk.journal.events)

    assert isinstance(desk.act(ProfileAct.USE, "Careful"), Done)

    assert desk.limits.of(ACCOUNT).daily_loss == 100  # type: ignore[union-attr]
    assert desk.journal.events[before:] == ["LimitProfileChosen", "Limits"]
    assert read_limits(desk.path)[ACCOUNT].daily_loss == 100
    assert desk.limits.pending(ACCOUNT) == ()
    assert desk.listed()["Careful"].is_in_force
    newest = limit_changes(desk.journal.entries)[0]
    assert (newest.figure, newest.old, newest.new) == ("daily_loss", "1000", "100")
    assert newest.who == "chosen by hand: the limits “Careful”"


def test_the_next_start_has_the_chosen_limits(desk: Desk, tmp_path: Path) -> None:
    desk.act(ProfileAct.KEEP, "Careful", text=CAREFUL)
    desk.act(ProfileAct.USE, "Careful")
    again = LimitsDesk(tmp_path / "none.toml", desk.journal, desk.notify, desk.clock)
    list(again.remembering(list(desk.journal.entries)))
    assert again.of(ACCOUNT).daily_loss == 100  # type: ignore[union-attr]


def test_while_locked_a_looser_set_is_refused_and_a_tighter_one_taken(desk: Desk) -> None:
    desk.act(ProfileAct.KEEP, "Careful", text=CAREFUL)
    desk.act(ProfileAct.KEEP, "Bold", text=BOLD)
    desk.limits.lock.lock(ACCOUNT, "locked by choice")
    shown = desk.listed()
    assert "would loosen" in shown["Bold"].fault
    assert shown["Careful"].fault == ""
    refused = desk.act(ProfileAct.USE, "Bold")
    assert isinstance(refused, Failed)
    assert "locked until" in refused.reason
    assert desk.limits.of(ACCOUNT).daily_loss == 1000  # type: ignore[union-attr]
    assert isinstance(desk.act(ProfileAct.USE, "Careful"), Done)


def test_copies_names_and_deletions(desk: Desk) -> None:
    desk.act(ProfileAct.KEEP, "Usual")
    assert isinstance(desk.act(ProfileAct.COPY, "Usual", "Spare"), Done)
    assert isinstance(desk.act(ProfileAct.RENAME, "Spare", "Spare (old)"), Done)
    assert set(desk.listed()) == {"Usual", "Spare (old)"}
    text = desk.act(ProfileAct.READ, "Usual")
    assert isinstance(text, LimitProfileText)
    assert "order_size" in text.text
    for refused in (
        desk.act(ProfileAct.KEEP, "Usual"),
        desk.act(ProfileAct.COPY, "Usual", "Spare (old)"),
        desk.act(ProfileAct.RENAME, "Usual", "Spare (old)"),
        desk.act(ProfileAct.DELETE, "Nothing"),
        desk.act(ProfileAct.USE, "Nothing"),
        desk.act(ProfileAct.KEEP, "Wrong", text="[a\n"),
        *(
            desk.act(ProfileAct.KEEP, name)
            for name in ("", "../x", ".x", "a/b", "x" * 41, "x.", " x")
        ),
    ):
        assert isinstance(refused, Failed)
    assert isinstance(desk.act(ProfileAct.DELETE, "Spare (old)"), Done)
    assert set(desk.listed()) == {"Usual"}
    assert desk.folder.stat().st_mode & 0o077 == 0
    assert (desk.folder / "Usual.toml").stat().st_mode & 0o077 == 0


def test_what_cannot_be_chosen_says_why(desk: Desk) -> None:
    desk.act(ProfileAct.KEEP, "Usual")
    (desk.folder / "Broken.toml").write_text("[a")
    (desk.folder / "Huge.toml").write_text("#" * 300_000)
    (desk.folder / "Bytes.toml").write_bytes(b"\xff\xfe")
    two = written(replace(LIMITS, account=AccountId("U1"))) + written(
        replace(LIMITS, account=AccountId("U2"))
    )
    desk.act(ProfileAct.KEEP, "Two", text=two)
    desk.act(ProfileAct.KEEP, "Other", text=written(replace(LIMITS, account=AccountId("U1"))))
    shown = desk.listed()
    assert all(shown[name].fault for name in ("Broken", "Huge", "Bytes", "Two"))
    assert shown["Other"].fault == ""  # one section alone is meant for whichever account
    stranger = LimitProfileWish(AccountId("SIM0000009"), ProfileAct.LIST)
    others = desk.profiles.carry_out(stranger)
    assert isinstance(others, LimitProfiles)
    assert all(each.fault for each in others.profiles)
    for act in (ProfileAct.KEEP, ProfileAct.USE):
        answer = desk.profiles.carry_out(
            replace(stranger, act=act, name="Other" if act is ProfileAct.USE else "New")
        )
        assert isinstance(answer, Failed)


def test_what_the_journal_cannot_hold_is_not_in_force(desk: Desk) -> None:
    desk.act(ProfileAct.KEEP, "Careful", text=CAREFUL)
    desk.journal.broken = True
    with pytest.raises(JournalError):
        desk.act(ProfileAct.USE, "Careful")
    assert desk.limits.of(ACCOUNT).daily_loss == 1000  # type: ignore[union-attr]


def test_a_file_that_cannot_follow_is_said(desk: Desk) -> None:
    desk.act(ProfileAct.KEEP, "Careful", text=CAREFUL)
    desk.path.unlink()
    desk.path.mkdir()
    assert isinstance(desk.act(ProfileAct.USE, "Careful"), Done)
    assert desk.limits.of(ACCOUNT).daily_loss == 100  # type: ignore[union-attr]
    assert "could not be brought up to date" in desk.said[-1]
