"""One view of all that the broker limits: day trades, orders, messages, data (A5)."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from workstation.domain.limit_use import RiskView
from workstation.domain.link import LinkState
from workstation.domain.subscription import DataUse
from workstation.ui.live_panel import LivePanel
from workstation.ui.messages import Messages
from workstation.ui.models.broker_limits import BrokerLimitsModel, broker_limits
from workstation.ui.screen_state import ScreenState
from workstation.ui.table_view import TableView

_DOWN = {LinkState.DISCONNECTED, LinkState.CONNECTING}
REFRESH_MS = 500


class BrokerLimitsPanel(LivePanel):
    """Shows each limit with its use; says of what it does not know that it is not known."""

    def __init__(
        self, state: ScreenState, messages: Messages, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._risk: RiskView | None = None
        self._use: DataUse | None = None
        self.model = BrokerLimitsModel(self)
        self.table = TableView(self.model, "No limits are known yet", self, is_arranged=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        messages.risk_arrived.connect(self.take_risk)
        messages.use_arrived.connect(self.take_use)
        messages.link_changed.connect(self._on_link_changed)
        self.refresh()

    @Slot(object)
    def take_risk(self, view: RiskView) -> None:
        """Keep the newest figures of the account."""
        self._risk = view

    @Slot(object)
    def take_use(self, use: DataUse) -> None:
        """Keep the newest figures of the session."""
        self._use = use

    @Slot()
    def refresh(self) -> None:
        """Show everything as it is now."""
        state = self._state
        is_down = state.link is None or state.link.state in _DOWN
        risk = self._risk if self._risk is None or self._risk.account == state.account else None
        self.model.show_rows(
            broker_limits(
                None if is_down else risk,
                None if is_down else self._use,
                None if state.doubt else state.orders.values(),
            )
        )

    @Slot(object)
    def _on_link_changed(self, _old: object) -> None:
        if self._state.link is None or self._state.link.state in _DOWN:
            self._use = None  # the next session counts anew
        self.refresh()

    @override
    def seen_changed(self, *, is_seen: bool) -> None:
        """Follow the figures only while somebody looks."""
        if is_seen:
            self.refresh()
            self._timer.start()
        else:
            self._timer.stop()
