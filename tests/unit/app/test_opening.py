from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.cores import ACCOUNT
from workstation.app import opening
from workstation.app.opening import build_halted_if_damaged
from workstation.app.options import parse
from workstation.bridge.commands import CommandQueue
from workstation.desk.core import Core
from workstation.desk.salvage import LossAcknowledged, RecordLost
from workstation.domain.clock import SystemClock
from workstation.domain.commands import (
    AcknowledgeLoss,
    Command,
    CommandResult,
    Failed,
    SetTradingState,
)
from workstation.domain.errors import JournalError
from workstation.domain.finding import TradingState
from workstation.domain.messages import EventMessage, LatestMessage
from workstation.risk.limits import proposed
from workstation.storage.limits_file import add_limits
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


# -- a damaged journal loosens nothing ---------------------------------------------------------------

TIGHT = replace(proposed(ACCOUNT, Decimal(100_000)), weekly_loss=Decimal(500))
LOOSE = replace(TIGHT, weekly_loss=None, daily_loss=Decimal(90_000))


def do(core: Core, command: Command) -> CommandResult:
    return core.commands._handlers[type(command)](command)


def damage(path: Path, word: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[content.rindex(word)] ^= 1
    path.write_bytes(content)


@pytest.fixture
def limited(files: ProfileFiles, tmp_path: Path) -> ProfileFiles:
    """A journal with limits and a lock, damaged behind them; the file was made looser since."""
    add_limits(files.limits, TIGHT)
    core, _ = opened(files, tmp_path)
    list(core.desk.limits.remembering([]))
    core.desk.limits.ensure(ACCOUNT, Decimal(100_000))
    core.desk.limits.lock.lock(ACCOUNT, "locked by choice")
    core.journal.record("Something", {"a": 1}, durable=True)
    core.close()
    files.limits.unlink()
    add_limits(files.limits, LOOSE)
    damage(files.journal, b"Something")
    return files


def started(files: ProfileFiles, data: Path) -> Core:
    core, _ = opened(files, data)
    core.desk.start()
    return core


def check_tight(core: Core) -> None:
    limits = core.desk.limits
    assert limits.of(ACCOUNT) == TIGHT
    assert "locked until" in limits.apply(ACCOUNT)
    assert core.desk.trading.state is TradingState.HALTED


def test_limits_and_lock_of_a_damaged_journal_stay_and_the_loss_is_acknowledged(
    limited: ProfileFiles, tmp_path: Path
) -> None:
    core = started(limited, tmp_path)
    check_tight(core)
    active = SetTradingState(TradingState.ACTIVE)

    answer = do(core, active)
    assert isinstance(answer, Failed)
    assert "acknowledge" in answer.reason
    words = core.desk.standing.link_view().record_loss
    assert "as they could be read" in words
    assert str(ACCOUNT) not in words
    core.close()
    again = started(limited, tmp_path)  # a restart changes nothing of it
    check_tight(again)
    assert isinstance(do(again, active), Failed)
    assert not isinstance(do(again, AcknowledgeLoss()), Failed)
    assert isinstance(do(again, AcknowledgeLoss()), Failed)  # there is no second one
    assert not isinstance(do(again, active), Failed)
    events = [entry.event for entry in again.journal.entries()]
    assert events.count(LossAcknowledged.__name__) == events.count(RecordLost.__name__) == 1
    again.close()
    third = started(limited, tmp_path)
    assert third.desk.standing.link_view().record_loss == ""
    assert third.desk.limits.of(ACCOUNT) == TIGHT
    third.close()


class KilledError(Exception):
    """The program ends here."""


def _dies(*_args: Any, **_more: Any) -> None:
    raise KilledError


@pytest.mark.parametrize(
    "place",
    ["set_aside", "build_core"],
)
def test_an_end_between_two_journals_loosens_nothing(
    limited: ProfileFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with monkeypatch.context() as patch:
        real: Callable[..., Any] = getattr(opening, place)
        calls = [real, _dies] if place == "build_core" else [_dies]

        def run(*args: Any, **more: Any) -> Any:
            return calls.pop(0)(*args, **more)

        patch.setattr(opening, place, run)
        with pytest.raises(KilledError):
            opened(limited, tmp_path)

    core = started(limited, tmp_path)
    check_tight(core)
    assert isinstance(do(core, SetTradingState(TradingState.ACTIVE)), Failed)
    assert not (limited.folder / "salvaged.json").exists()
    core.close()


def test_saved_limits_are_taken_in_once_even_if_the_file_stays(
    limited: ProfileFiles, tmp_path: Path
) -> None:
    core = started(limited, tmp_path)
    core.close()
    aside = next(limited.folder.glob("damaged-*-journal.sqlite"))
    for path in list(limited.folder.glob("journal*")):
        path.unlink()
    aside.rename(limited.journal)
    opening.keep_salvage(limited.journal, "again")
    saved = (limited.folder / "salvaged.json").read_bytes()
    limited.journal.unlink()
    first = started(limited, tmp_path)
    count = first.journal.last_seq
    first.close()
    (limited.folder / "salvaged.json").write_bytes(saved)
    second = started(limited, tmp_path)

    assert second.journal.last_seq == count + 1  # the note of its start alone
    second.close()


def test_a_saved_file_that_cannot_be_read_stops_entries(
    files: ProfileFiles, tmp_path: Path
) -> None:
    files.journal.parent.mkdir(parents=True, exist_ok=True)
    (files.folder / "salvaged.json").write_bytes(b"{")
    core = started(files, tmp_path)

    assert core.desk.trading.state is TradingState.HALTED
    assert "No limits could be read" in core.desk.standing.link_view().record_loss
    assert isinstance(do(core, SetTradingState(TradingState.ACTIVE)), Failed)
    core.close()


def test_damage_found_while_trading_keeps_what_is_known(
    files: ProfileFiles, tmp_path: Path
) -> None:
    add_limits(files.limits, TIGHT)
    core = started(files, tmp_path)
    core.desk.limits.ensure(ACCOUNT, Decimal(100_000))
    core.desk.limits.lock.lock(ACCOUNT, "locked by choice")
    core.keeper._set_aside("workstation: the journal is damaged after entry 1")
    core.close()
    files.limits.unlink()
    add_limits(files.limits, LOOSE)

    again = started(files, tmp_path)
    check_tight(again)
    assert again.desk.standing.link_view().record_loss == ""  # all of it was known
    assert len(list(files.folder.glob("damaged-*-journal.sqlite"))) == 1
    again.close()
