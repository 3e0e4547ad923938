"""Where the ticket's order goes: where the contract trades, or directly to one exchange."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QWidget

from workstation.domain.ats import ATS_ROUTE
from workstation.domain.contract import ContractDetails
from workstation.domain.order import OrderType
from workstation.ui import text

LONGEST = 24


class RouteBox(QComboBox):
    """The contract's own exchange first, then every other one that takes its orders."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Route: where the order goes")
        self.setToolTip(
            text.tooltip(
                "SMART lets the broker choose; else the order goes to that exchange only. IBKRATS "
                "is the broker's own network. TWS's preferences for dark pools cannot be asked "
                "for from here: the broker's interface has no field for them"
            )
        )
        self._offered: tuple[str, ...] = ()
        self._before: str | None = None
        self.addItem("SMART", "")

    @property
    def route(self) -> str:
        """The exchange that was chosen, empty for the contract's own."""
        return str(self.currentData() or "")

    def set_route(self, route: str) -> None:
        """Choose an exchange, also one that is not offered: the order has it."""
        place = self.findData(route)
        if place < 0:
            self.addItem(text.one_line(route, LONGEST), route)
            place = self.count() - 1
        self.setCurrentIndex(place)

    def follow(self, kind: OrderType) -> None:
        """Choose the one route of a kind that has one, and go back when another kind is chosen.

        A contract that does not trade there keeps its route; risk says why the order cannot go.
        """
        if kind is OrderType.PEG_BEST:
            if self.route != ATS_ROUTE and self.findData(ATS_ROUTE) >= 0:
                self._before = self.route
                self.set_route(ATS_ROUTE)
        elif self._before is not None:
            before, self._before = self._before, None
            if self.route == ATS_ROUTE:
                self.set_route(before)

    def set_contract(self, details: ContractDetails | None) -> None:
        """Offer what a contract offers; the choice stays where it still stands for something."""
        own = "SMART" if details is None else details.contract.exchange or "SMART"
        others = () if details is None or details.contract.legs else details.valid_exchanges
        offered = (own, *sorted(each for each in others if each != own))
        if offered == self._offered:
            return
        chosen, self._offered = self.route, offered
        with QSignalBlocker(self):
            self.clear()
            for place, name in enumerate(offered):
                self.addItem(text.one_line(name, LONGEST), name if place else "")
            self.set_route(chosen)
