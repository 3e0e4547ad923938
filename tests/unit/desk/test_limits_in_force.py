"""What is in force is what the journal says; an edited file waits to be confirmed."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, LIMITS, D, Door, MemoryJournal, a_draft
from tests.helpers.virtual_time import VirtualClock
from workstation.desk.limits import LimitsDesk
from workstation.desk.recent_previews import RecentPreviews
from workstation.domain.commands import Failed
from workstation.domain.errors import JournalError
from workstation.domain.ids import AccountId, IntentId
from workstation.domain.notice import Severity
from workstation.domain.preview import MarginPreview
from workstation.risk.limits import (
    Limits,
    Override,
    Restriction,
    RestrictionMode,
    TwoLevel,
    differences,
    proposed,
)
from workstation.storage.limits_file import add_limits, read_limits, written


class Kept:
    """A limits file with the desk that watches it; `start` begins anew with the journal."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "limits.toml"
        self.journal = MemoryJournal()
        self.said: list[tuple[Severity, str]] = []
        self.stamp = 1_000_000_000

    def start(self) -> LimitsDesk:
        desk = LimitsDesk(self.path, self.journal, self.notify, VirtualClock())
        list(desk.remembering(list(self.journal.entries)))
        desk.ensure(ACCOUNT, D(1_000_000))
        return desk

    def edit(self, limits: Limits) -> None:
        self.path.write_text(written(limits), "utf-8")
        self.stamp += 1
        os.utime(self.path, ns=(self.stamp, self.stamp))

    def notify(self, severity: Severity, text: str, **_more: Any) -> None:
        self.said.append((severity, text))


LOOSE = replace(LIMITS, order_size=TwoLevel(personal=D(900_000), catastrophic=D(900_000)))


def test_an_edited_file_waits_until_it_is_confirmed(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.edit(LIMITS)
    desk = kept.start()
    assert desk.of(ACCOUNT) == LIMITS
    assert desk.pending(ACCOUNT) == ()
    kept.edit(LOOSE)
    assert desk.pending(ACCOUNT) == ("order_size: 100000 / 500000 -> 900000 / 900000",)
    assert desk.of(ACCOUNT) == LIMITS

    assert desk.apply(ACCOUNT) == ""
    assert desk.of(ACCOUNT) == LOOSE
    assert desk.pending(ACCOUNT) == ()
    assert kept.journal.events == ["Limits", "Limits"]


def test_what_was_edited_while_closed_waits_too_and_is_told(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.edit(LIMITS)
    kept.start()
    kept.edit(LOOSE)
    kept.said.clear()
    desk = kept.start()

    assert desk.of(ACCOUNT) == LIMITS
    assert [severity for severity, _ in kept.said] == [Severity.INFO, Severity.WARNING]
    assert "900000" in kept.said[1][1]
    assert kept.journal.events == ["Limits"]
    desk.apply(ACCOUNT)
    assert kept.start().of(ACCOUNT) == LOOSE


def test_a_removed_section_or_file_loosens_nothing(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    tight = replace(LIMITS, order_size=TwoLevel(personal=D(1), catastrophic=D(2)))
    kept.edit(tight)
    kept.start()
    kept.path.unlink()

    assert kept.start().of(ACCOUNT) == tight
    assert read_limits(kept.path)[ACCOUNT] == tight


def test_what_the_journal_cannot_keep_does_not_count(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.edit(LIMITS)
    desk = kept.start()
    kept.edit(LOOSE)
    kept.journal.broken = True
    with pytest.raises(JournalError):
        desk.apply(ACCOUNT)

    assert desk.of(ACCOUNT) == LIMITS


def test_a_file_broken_by_an_edit_changes_nothing(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.edit(LIMITS)
    desk = kept.start()
    kept.path.write_text("[broken")
    assert desk.pending(ACCOUNT) == ()
    assert kept.said[-1][0] is Severity.WARNING
    assert "cannot be used" in desk.apply(ACCOUNT)
    kept.edit(replace(LIMITS, account=AccountId("SIM0000009")))
    assert "no section" in desk.apply(ACCOUNT)
    kept.path.unlink()
    assert desk.pending(ACCOUNT) == ()
    assert desk.of(ACCOUNT) == LIMITS


# -- limits of their own ----------------------------------------------------------------------------

WILD = Override(
    symbol="TSLA", order_size=TwoLevel(personal=D(10), catastrophic=D(20)), collar_percent=D(1)
)
BY_RULE = Override(
    source="rule:x", order_size=TwoLevel(personal=D(15), catastrophic=D(18)), collar_percent=D(2)
)


def test_an_override_is_for_its_own_orders_and_of_several_the_tightest_counts() -> None:
    limits = replace(LIMITS, overrides=(WILD, BY_RULE))

    assert limits.for_order("IBM", "STK", "ticket") is limits
    own = limits.for_order("TSLA", "STK", "ticket")
    assert (own.order_size, own.collar_percent) == (WILD.order_size, D(1))
    both = limits.for_order("TSLA", "STK", "rule:x")
    assert both.order_size == TwoLevel(personal=D(10), catastrophic=D(18))
    assert both.collar_percent == D(1)
    assert both.position == LIMITS.position


def test_one_that_names_nothing_is_refused() -> None:
    for make in (
        lambda: Override(order_size=LIMITS.order_size),
        lambda: Restriction(mode=RestrictionMode.NO_TRADE),
    ):
        with pytest.raises(ValueError, match="must name"):
            make()
    for text in ("NaN", "0", "-1", "1E+15"):
        with pytest.raises(ValueError, match="every limit"):
            Override(symbol="X", collar_percent=D(text))


def test_everything_a_file_can_say_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    lists = (Restriction(symbol='q"t', mode=RestrictionMode.SELL_ONLY),
             Restriction(con_id=5, sec_type="OPT", mode=RestrictionMode.EXITS_ONLY))  # fmt: skip
    full = replace(
        proposed(ACCOUNT, D(1_000_000)), restricted=lists, overrides=(WILD, BY_RULE),
        drawdown=D("12.5"), enabled_classes=("STK",),
    )  # fmt: skip
    add_limits(path, full)

    assert read_limits(path) == {ACCOUNT: full}
    assert differences(LIMITS, full) == (
        "daily_loss: off -> 20000", "drawdown: off -> 12.5",
        "enabled_classes: STK FUT OPT FOP CASH BAG -> STK",
        'restricted: none -> q"t OPT', "overrides: none -> TSLA rule:x",
    )  # fmt: skip


# -- previews ---------------------------------------------------------------------------------------


def test_a_preview_counts_for_half_a_minute_and_only_for_its_own_terms() -> None:
    door = Door()
    kept = RecentPreviews(door.clock)
    answer = MarginPreview(
        initial_margin_change=D(5), maintenance_margin_change=None, initial_margin_after=None,
        maintenance_margin_after=None, equity_after=None, commission=None, currency="USD",
    )  # fmt: skip
    kept.note(a_draft(), Failed("no"))
    assert kept.of(a_draft()) is None
    kept.note(a_draft(), answer)
    assert kept.of(a_draft(intent_id=IntentId("other"), source="ladder")) is answer
    assert kept.of(a_draft(quantity=D(101))) is None
    door.clock.seconds += 30.1
    assert kept.of(a_draft()) is None
