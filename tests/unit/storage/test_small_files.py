"""Limits, trading state and locks: read exactly, or not trusted at all."""

import errno
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, D
from workstation.domain.errors import SettingsError
from workstation.domain.finding import TradingState
from workstation.domain.ids import AccountId
from workstation.risk.limits import TwoLevel, proposed
from workstation.storage import files
from workstation.storage.files import make_private_folder, write_private_file
from workstation.storage.limits_file import add_limits, read_limits
from workstation.storage.lock import FolderInUseError, FolderLock
from workstation.storage.paths import ProfileFiles
from workstation.storage.state_file import Latch, read_latch, write_latch

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]


# -- limits -----------------------------------------------------------------------------------------


def test_limits_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    other = proposed(AccountId("DU7654321"), D("98765.43"))
    pair = TwoLevel(personal=D("1000.5"), catastrophic=D(5000))
    special = proposed(AccountId('od"d\\'), D(5))
    for limits in (LIMITS, other, special):
        add_limits(path, limits)
    more = type(LIMITS)(
        account=AccountId("U1"), order_size=pair, position=pair, quantity=pair,
        collar_percent=D("2.50"), duplicate_seconds=D("1.5"),
    )  # fmt: skip
    add_limits(path, more)

    assert read_limits(path) == {each.account: each for each in (LIMITS, other, special, more)}


def test_a_missing_file_is_a_first_start_and_an_empty_one_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"

    assert read_limits(path) == {}
    for content in ("", "# only a comment\n"):
        path.write_text(content)
        with pytest.raises(SettingsError, match="empty"):
            read_limits(path)


def a_file(path: Path) -> str:
    add_limits(path, LIMITS)
    return path.read_text("utf-8")


HOSTILE = [
    ("personal = 100000", "personal = nan"),
    ("personal = 100000", "personal = inf"),
    ("personal = 100000", "personal = -inf"),
    ("personal = 100000", "personal = -1"),
    ("personal = 100000", "personal = 0"),
    ("personal = 100000", "personal = 500001"),
    ("personal = 100000", "personal = true"),
    ("personal = 100000", 'personal = "lots"'),
    ("personal = 100000, ", ""),
    ("catastrophic = 500000", "catastrophic = 1e999999"),
    ("catastrophic = 500000", "catastrophic = 1e99999999999999999999"),
    ("catastrophic = 500000", "catastrophic = " + "9" * 5000),
    ("catastrophic = 500000", "catastrophic = 1000000000000000"),
    ("collar_percent = 3", "collar_percent = nan"),
    ("collar_percent = 3", "collar_percent = 0"),
    ("collar_percent = 3", "colar_percent = 3"),
    ("collar_percent = 3", ""),
    ("actions_per_second = 10", "actions_per_second = 10.5"),
    ("actions_per_second = 10", "actions_per_second = 0"),
    ("actions_per_second = 10", "actions_per_second = inf"),
    ("duplicate_seconds = 3", "duplicate_seconds = -1"),
    ("funds_buffer_percent = 10", "funds_buffer_percent = 100"),
    ("final_gate_factor = 4", "final_gate_factor = inf"),
    ('quantity = "order_size"', 'quantity = "unlimited"'),
    ('quantity = "order_size"', "quantity = 100"),
    ("collar_percent = 3", "collar_percent = 3\nextra = 1"),
    ("collar_percent = 3", "collar_percent = " + "[" * 5000),
    ('["SIM0000001"]', ""),
    ("collar_percent = 3", "collar_percent = 3\ncollar_percent = 4"),
]


def test_no_hostile_figure_becomes_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    good = a_file(path)
    for old, new in HOSTILE:
        assert old in good
        path.write_text(good.replace(old, new, 1), "utf-8")
        with pytest.raises(SettingsError, match=r"limits\.toml"):
            read_limits(path)


def test_bytes_that_are_no_text_and_a_folder_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError):
        read_limits(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(SettingsError):
        read_limits(path)


def test_every_cut_of_the_file_is_refused_or_loses_nothing_silently(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    good = a_file(path).replace("final_gate_factor = 4\n", "final_gate_factor = 12\n")
    last = good.index("final_gate_factor")
    taken = []
    for length in (*range(0, last, 7), *range(last, len(good))):
        path.write_text(good[:length], "utf-8")
        try:
            limits = read_limits(path)[ACCOUNT]
        except SettingsError:
            continue
        # cut inside the last figure: it can only have become smaller
        taken.append(limits.final_gate_factor)
        assert replace(limits, final_gate_factor=LIMITS.final_gate_factor) == LIMITS
    assert taken == [1, 12]  # and without the end of its last line


# -- trading state ----------------------------------------------------------------------------------


def test_the_latch_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "trading-state.json"
    for state in TradingState:
        latch = Latch(state=state, reason="set by hand", since=NOW)
        write_latch(path, latch)
        assert read_latch(path, NOW, first_run=False) == latch


def test_a_missing_latch_halts_except_at_the_first_start(tmp_path: Path) -> None:
    path = tmp_path / "trading-state.json"

    assert read_latch(path, NOW, first_run=True).state is TradingState.ACTIVE
    latch = read_latch(path, NOW, first_run=False)
    assert (latch.state, "missing" in latch.reason) == (TradingState.HALTED, True)


def test_a_corrupt_latch_halts_even_at_the_first_start(tmp_path: Path) -> None:
    path = tmp_path / "trading-state.json"
    write_latch(path, Latch(state=TradingState.ACTIVE, reason="", since=NOW))
    good = path.read_bytes()
    hostile = [
        b"", b"\xff", b"null", b"[]", b"{}", b"[" * 5000, good[:-1], good + b"x",
        good.replace(b"ACTIVE", b"active"), good.replace(b"ACTIVE", b"LOOSE"),
        good.replace(b"Z", b""), good.replace(b"reason", b"raeson"),
        good[:-1] + b',"armed":true}',
    ]  # fmt: skip
    for data in hostile:
        path.write_bytes(data)
        latch = read_latch(path, NOW, first_run=True)
        assert latch.state is TradingState.HALTED, data
    path.unlink()
    path.mkdir()
    assert read_latch(path, NOW, first_run=True).state is TradingState.HALTED


# -- small files --------------------------------------------------------------------------------------


def test_a_disk_that_takes_half_a_file_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_private_file(path, b"old")
    calls: list[int] = []

    def half(descriptor: int, data: Any) -> int:
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, bytes(data)[: len(data) // 2])

    real = os.write
    monkeypatch.setattr(files.os, "write", half)
    with pytest.raises(OSError, match="No space"):
        write_private_file(path, b"new content")
    assert path.read_bytes() == b"old"


def test_a_write_in_pieces_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(files.os, "write", lambda fd, data: real(fd, bytes(data)[:3]))
    write_private_file(tmp_path / "file", b"piece by piece")

    assert (tmp_path / "file").read_bytes() == b"piece by piece"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_private_folders_are_private_and_real(tmp_path: Path) -> None:
    kept = ProfileFiles.of(tmp_path / "data", "simulated")
    assert kept.folder.stat().st_mode & 0o777 == 0o700
    names = {kept.journal, kept.trading_state, kept.limits, kept.layout, kept.gateway_state}
    assert len(names | {kept.logs}) == 6
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(OSError, match="symbolic link"):
        make_private_folder(tmp_path / "link")


CHILD = """
import sys
from pathlib import Path
from workstation.storage.lock import FolderInUseError, FolderLock
try:
    FolderLock(Path(sys.argv[1]))
except FolderInUseError as error:
    print("locked out:", error)
"""


def test_a_second_program_is_locked_out_until_the_first_ends(tmp_path: Path) -> None:
    def second() -> str:
        command = [sys.executable, "-c", CHILD, str(tmp_path)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    lock = FolderLock(tmp_path)
    assert "already running" in second()
    with pytest.raises(FolderInUseError):
        FolderLock(tmp_path)
    lock.release()
    assert second() == ""
