"""The one symbol that all linked panels show."""

from typing import Protocol

from PySide6.QtCore import QObject

from workstation.domain.ids import ConId


class Follower(Protocol):
    """A panel that shows the selected contract."""

    def show_contract(self, con_id: ConId | None, symbol: str) -> None:
        """Show another contract, or none."""
        ...


class Selection(QObject):
    """Gives every follower the same contract."""

    def __init__(self, followers: tuple[Follower, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._followers = followers
        self.con_id: ConId | None = None
        self.symbol = ""

    def choose(self, con_id: ConId | None, symbol: str) -> bool:
        """Link all followers to a contract; False where they show it already."""
        is_new = (con_id, symbol) != (self.con_id, self.symbol)
        self.con_id, self.symbol = con_id, symbol
        for follower in self._followers:
            follower.show_contract(con_id, symbol)
        return is_new
