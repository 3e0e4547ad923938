"""Grabs pictures of the views of risk: python -m tests.qt.risk_gallery FOLDER [SCENE ...]."""

import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tests.qt import gallery
from tests.qt.fakes import FakeCommands, a_risk_view
from workstation.domain.limit_profiles import LimitProfile
from workstation.domain.shock_groups import GroupScenario
from workstation.ui.main_window import MainWindow


def broker_limits(window: MainWindow, commands: FakeCommands) -> None:
    gallery.connection_tab(window, commands)
    window.docks.focus("broker_limits")
    gallery.settle()
    window.board.broker_limits.refresh()


class _Keeper:
    """A PIN, in a file of a long path."""

    idle_minutes, has_pin = 0, True
    file = "/home/somebody/.local/share/workstation/profiles/live/lock.toml"

    def check(self, pin: str, answer: Callable[[bool], None]) -> None:
        answer(bool(pin))

    def save(self, minutes: int, pin: str | None, answer: Callable[[str], None]) -> None:
        answer("")


def app_locked(window: MainWindow, commands: FakeCommands) -> None:
    gallery.busy(window, commands)
    window.menu.locking.use_keeper(_Keeper())
    window.menu.locking.lock()
    gallery.settle()


def profiles_page(window: MainWindow, commands: FakeCommands) -> None:
    gallery.busy(window, commands)
    risk = window.board.risk
    window.docks.focus("risk")
    risk.pages.setCurrentWidget(risk.profiles)
    gallery.settle()
    risk.profiles.show_profiles(
        (
            LimitProfile(
                "Bold",
                ("daily_loss: 1000 -> 9000",),
                "The limits are locked until 2026-03-19 04:00 UTC",
            ),
            LimitProfile(
                "Careful, after a bad week",
                ("daily_loss: 1000 -> 100", "order_size: 100000 / 500000 -> 20000 / 100000"),
            ),
            LimitProfile("Usual"),
        )
    )
    risk.profiles.table.selectRow(1)


def shock_groups(window: MainWindow, commands: FakeCommands) -> None:
    gallery.busy(window, commands)
    risk = window.board.risk
    window.docks.focus("risk")
    risk.pages.setCurrentWidget(risk.exposure)
    gallery.settle()
    chips = GroupScenario(
        "chips",
        Decimal("1.5"),
        Decimal(1),
        ("AMD", "NVDA"),
        tuple((Decimal(p), Decimal(p * 450)) for p in (-20, -10, -5, -2, 0, 2, 5, 10, 20)),
    )
    window.on_latest((replace(a_risk_view(), shock_groups=(chips,)),))


SCENES = (broker_limits, app_locked, profiles_page, shock_groups)


if __name__ == "__main__":
    gallery.SCENES = SCENES  # type: ignore[assignment]
    gallery.main(Path(sys.argv[1]), sys.argv[2:])
