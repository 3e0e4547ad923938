from pathlib import Path

import pytest

from workstation.app.opening import build_halted_if_damaged
from workstation.app.options import parse
from workstation.bridge.commands import CommandQueue
from workstation.desk.core import Core
from workstation.domain.clock import SystemClock
from workstation.domain.errors import JournalError
from workstation.domain.finding import TradingState
from workstation.domain.messages import EventMessage, LatestMessage
from workstation.storage.paths import ProfileFiles


class Deaf:
    def post(self, message: EventMessage) -> None:
        pass

    def post_latest(self, message: LatestMessage) -> None:
        pass


@pytest.fixture
def files(tmp_path: Path) -> ProfileFiles:
    return ProfileFiles.of(tmp_path, "simulated")


def opened(files: ProfileFiles, data: Path) -> tuple[Core, str]:
    options = parse(["--data-dir", str(data)])
    return build_halted_if_damaged(options, files, Deaf(), CommandQueue(), SystemClock())


@pytest.fixture
def used(files: ProfileFiles, tmp_path: Path) -> ProfileFiles:
    first, _ = opened(files, tmp_path)
    assert first.desk.trading.state is TradingState.ACTIVE
    first.journal.record("Something", {"a": 1}, durable=True)
    first.close()
    return files


def test_the_same_folder_opens_again(used: ProfileFiles, tmp_path: Path) -> None:
    again, fault = opened(used, tmp_path)

    assert fault == ""
    assert again.desk.trading.state is TradingState.ACTIVE
    again.close()


def test_a_damaged_journal_is_set_aside_unchanged_and_trading_halts(
    used: ProfileFiles, tmp_path: Path
) -> None:
    content = bytearray(used.journal.read_bytes())
    place = content.index(b"Something")
    content[place] ^= 1
    used.journal.write_bytes(content)

    again, fault = opened(used, tmp_path)

    assert "damaged" in fault
    assert again.desk.trading.state is TradingState.HALTED
    assert again.journal.last_seq >= 0
    kept = list(used.folder.glob("damaged-*-journal.sqlite"))
    assert [path.read_bytes() for path in kept] == [bytes(content)]
    again.close()


def test_a_journal_that_cannot_be_opened_now_stays_where_it_is(
    used: ProfileFiles, tmp_path: Path
) -> None:
    content = used.journal.read_bytes()
    used.journal.unlink()
    used.journal.mkdir()  # as unreadable as a failing disk

    with pytest.raises(JournalError):
        opened(used, tmp_path)

    assert used.journal.is_dir()
    assert list(used.folder.glob("damaged-*")) == []
    used.journal.rmdir()
    used.journal.write_bytes(content)
    opened(used, tmp_path)[0].close()
