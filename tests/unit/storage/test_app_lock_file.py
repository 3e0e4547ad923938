"""The lock's file: a slow, salted hash and never the PIN; what is wrong with it is said."""

from pathlib import Path

import pytest

from workstation.domain.errors import SettingsError
from workstation.storage.app_lock_file import (
    AppLockSettings,
    is_pin,
    read_app_lock,
    with_pin,
    write_app_lock,
)


def test_a_pin_is_kept_as_a_salted_hash_that_only_it_fits(tmp_path: Path) -> None:
    path = tmp_path / "lock.toml"
    settings = with_pin(AppLockSettings(idle_minutes=5), "4711é")
    write_app_lock(path, settings)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "4711" not in path.read_text()
    again = read_app_lock(path)
    assert (again, again.has_pin, again.idle_minutes) == (settings, True, 5)
    assert is_pin(again, "4711é")
    assert not is_pin(again, "4711")
    assert not is_pin(again, "")
    other = with_pin(AppLockSettings(), "4711é")
    assert other.pin_hash != settings.pin_hash  # another salt
    assert with_pin(settings, "") == AppLockSettings(idle_minutes=5)
    assert is_pin(AppLockSettings(), "anything")


def test_without_a_file_nothing_locks_and_a_wrong_one_is_said(tmp_path: Path) -> None:
    path = tmp_path / "lock.toml"
    assert read_app_lock(path) == AppLockSettings()
    for wrong in (
        "idle_minutes = -1", "idle_minutes = 481", 'salt = "zz"', "what = 1", "[a", "#" * 5000,
        'salt = "abc"',
    ):  # fmt: skip
        path.write_text(wrong)
        with pytest.raises(SettingsError):
            read_app_lock(path)
    path.write_bytes(b"\xff")
    with pytest.raises(SettingsError):
        read_app_lock(path)
