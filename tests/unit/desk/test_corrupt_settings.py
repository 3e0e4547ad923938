"""F16: a thousand damaged files: no crash, no limit looser than before, nothing armed."""

import random
from datetime import UTC, datetime
from pathlib import Path

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, MemoryJournal
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.limits import LimitsDesk
from workstation.domain.account import Environment
from workstation.domain.errors import SettingsError
from workstation.domain.finding import TradingState
from workstation.storage.limits_file import written
from workstation.storage.settings import Settings, read_settings
from workstation.storage.state_file import Latch, read_latch, write_latch

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
MUTATIONS = 1000
SETTINGS = """
profile = "mine"

[profiles.mine]
host = "10.0.0.2"
port = 7496
environment = "live"
"""


def damaged(random_: random.Random, text: bytes) -> bytes:
    """Flip, cut, double or swap a piece, as disks, editors and people do."""
    at, end = sorted(random_.choices(range(len(text) + 1), k=2))
    way = random_.randrange(5)
    if way == 0 and at < len(text):
        return text[:at] + bytes([text[at] ^ random_.randint(1, 255)]) + text[at + 1 :]
    if way == 1:
        return text[:at]
    if way == 2:
        return text[:at] + text[end:]
    if way == 3:
        return text[:end] + text[at:end] + text[end:]
    return text[:at] + random_.choice((b"9", b"0", b"-", b"inf", b"\0", b"\xff", b"=")) + text[at:]


def test_no_damage_loosens_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    whole = written(LIMITS).encode()
    journal = MemoryJournal()
    path.write_bytes(whole)
    first = LimitsDesk(path, journal, lambda *_, **__: None, VirtualClock())
    first.ensure(ACCOUNT, LIMITS.order_size.catastrophic)
    known = list(journal.entries)
    random_ = random.Random(16)
    refused = 0
    for number in range(MUTATIONS):
        path.write_bytes(damaged(random_, whole))
        desk = LimitsDesk(path, MemoryJournal(), lambda *_, **__: None, VirtualClock())
        list(desk.remembering(known))
        desk.ensure(ACCOUNT, LIMITS.order_size.catastrophic * 1000)
        desk.pending(ACCOUNT)
        in_force = desk.of(ACCOUNT)
        assert in_force in {None, LIMITS}, f"damage {number} changed what is in force"
        refused += in_force is None
    assert 0 < refused < MUTATIONS  # some damage was found out, some was only a comment


def test_no_damage_lets_a_halted_program_trade(tmp_path: Path) -> None:
    path = tmp_path / "trading-state.json"
    for state in (TradingState.REDUCING, TradingState.HALTED):
        write_latch(path, Latch(state=state, reason="the day's loss", since=NOW))
        whole = path.read_bytes()
        random_ = random.Random(17)
        for number in range(MUTATIONS // 2):
            path.write_bytes(damaged(random_, whole))
            latch = read_latch(path, NOW, first_run=False)
            assert latch.state in {state, TradingState.HALTED, TradingState.LOCKED}, number


def test_no_damage_of_the_settings_crashes_or_makes_real_money_look_like_paper(
    tmp_path: Path,
) -> None:
    path = tmp_path / "settings.toml"
    assert not any("arm" in name for name in Settings.__struct_fields__)  # no file can arm
    random_ = random.Random(18)
    taken = 0
    for _ in range(MUTATIONS):
        path.write_bytes(damaged(random_, SETTINGS.encode()))
        try:
            found = read_settings(path)
        except SettingsError:
            continue
        taken += 1
        mine = found.all_profiles().get("mine")
        assert mine is None or mine.environment in {Environment.LIVE, None}
    assert 0 < taken < MUTATIONS
