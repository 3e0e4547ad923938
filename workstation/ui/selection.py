"""The one symbol that all linked panels show."""

from typing import Protocol

from PySide6.QtCore import QObject, Slot

from workstation.domain.ids import ConId


class Follower(Protocol):
    """A panel that shows the selected contract."""

    def show_contract(self, con_id: ConId | None, symbol: str) -> None:
        """Show another contract, or none."""
        ...


class Selection(QObject):
    """Gives every follower the same contract; charts may show another one."""

    def __init__(
        self, followers: tuple[Follower, ...], charts: Follower, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._followers, self._charts = followers, charts
        self.con_id: ConId | None = None
        self.symbol = ""
        self.wanted = ""
        """A symbol that is to be chosen once its contract is known; another choice ends the wish."""

    def choose(self, con_id: ConId | None, symbol: str) -> bool:
        """Link all followers to a contract; False where they show it already."""
        is_new = (con_id, symbol) != (self.con_id, self.symbol)
        self._charts.show_contract(con_id, symbol)
        self._show(con_id, symbol)
        return is_new

    def look_at(self, con_id: ConId, symbol: str) -> None:
        """Show the contract of a chart in everything else; the other charts stay as they are."""
        if con_id != self.con_id:
            self._show(con_id, symbol)

    @Slot(object)
    def on_looked_at(self, shown: tuple[ConId, str]) -> None:
        """Take what look_at() takes, from a chart."""
        self.look_at(*shown)

    @Slot(object)
    def on_chosen(self, chosen: tuple[ConId, str]) -> None:
        """Take what choose() takes, from a chart."""
        self.choose(*chosen)

    def _show(self, con_id: ConId | None, symbol: str) -> None:
        self.con_id, self.symbol = con_id, symbol
        self.wanted = self.wanted if con_id is None else ""
        for follower in self._followers:
            follower.show_contract(con_id, symbol)
