"""Grabs pictures of the connection dialog: python -m tests.qt.connection_gallery FOLDER."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.qt.fakes import a_link
from workstation.domain.account import Environment
from workstation.domain.link import LinkState
from workstation.domain.profile import PROFILES, Profile
from workstation.ui.dialogs.connection import ConnectionDialog
from workstation.ui.theme import apply_theme

OWN = Profile(
    "desk-2",
    "127.0.0.1",
    4002,
    Environment.PAPER,
    standby_host="127.0.0.1",
    standby_port=7497,
    command='/opt/ibgateway/1030/ibgateway "-J-DjtsConfigDir=/home/trader/Jts"',
    restarts=True,
)
PROFILES_HERE = {**PROFILES, "desk-2": OWN, "remote": replace(OWN, name="remote", host="10.0.0.9")}


def choose(dialog: ConnectionDialog, name: str) -> None:
    names = [dialog.list.item(row).text().split("  ")[0] for row in range(dialog.list.count())]
    dialog.list.setCurrentRow(names.index(name))


def simulated(dialog: ConnectionDialog) -> None:
    choose(dialog, "simulated")
    dialog.show_found((7497, 4002))


def refused(dialog: ConnectionDialog) -> None:
    dialog.show_found(())
    reason = "nothing answers at 127.0.0.1:7497 (ECONNREFUSED)"
    dialog.show_link(a_link(LinkState.DISCONNECTED, host="127.0.0.1", port=7497, reason=reason, environment=None, account=None))  # fmt: skip


def in_use(dialog: ConnectionDialog) -> None:
    dialog.show_found((7497,))
    dialog.show_link(a_link(LinkState.DISCONNECTED, host="127.0.0.1", port=7497, reason="another program uses this client id", environment=None, account=None))  # fmt: skip


def standby(dialog: ConnectionDialog) -> None:
    choose(dialog, "desk-2")
    dialog.tabs.setCurrentIndex(1)
    dialog.show_found((4002,))
    dialog.show_launch("ibgateway ended with code 1: Autologin failed. It is started again in 4 s.", running=False)  # fmt: skip


def live_start(dialog: ConnectionDialog) -> None:
    choose(dialog, "gateway-live")
    dialog.tabs.setCurrentIndex(1)
    dialog.show_found(())


def settings(dialog: ConnectionDialog) -> None:
    choose(dialog, "tws-paper")
    dialog.tabs.setCurrentIndex(2)
    dialog.show_found((7496, 7497, 4001, 4002))


def remote(dialog: ConnectionDialog) -> None:
    choose(dialog, "remote")
    dialog.show_found((7497,))


SCENES: tuple[Callable[[ConnectionDialog], None], ...] = (
    simulated, refused, in_use, standby, live_start, settings, remote,
)  # fmt: skip


def main(folder: Path) -> None:
    app = QApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    for theme in ("dark", "light"):
        apply_theme(app, theme)
        for scene in SCENES:
            dialog = ConnectionDialog(PROFILES_HERE, "tws-paper")
            dialog.show()
            scene(dialog)
            for _ in range(5):
                app.processEvents()
            dialog.grab().save(str(folder / f"{scene.__name__}-{theme}.png"))
            print(scene.__name__, theme, dialog.size().toTuple())
            dialog.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
