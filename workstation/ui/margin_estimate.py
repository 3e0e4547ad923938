"""What margin each position claims, from one what-if a position: a labelled estimate (RK23)."""

import uuid
from collections import deque
from dataclasses import dataclass, replace
from decimal import Decimal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workstation.bridge.commands import CommandPort
from workstation.domain.account import PositionView
from workstation.domain.commands import CommandResult, PreviewMargin
from workstation.domain.ids import IntentId
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.domain.preview import MarginPreview
from workstation.ui.screen_state import ScreenState

PAUSE_MS = 250
"""Between two questions: they share the wire with orders."""


@dataclass(frozen=True, slots=True)
class MarginEstimate:
    """The margins that closing each position would free, in the account's currency.

    `whole` is the initial margin of the account as it stands, None where not told. `alone` is
    the sum of the parts: what offsets each other makes it differ from the whole. `unknown`
    positions had no answer; `asked` of `total` have been asked.
    """

    total: int = 0
    asked: int = 0
    unknown: int = 0
    alone: Decimal = Decimal(0)
    maintenance: Decimal = Decimal(0)
    whole: Decimal | None = None
    currency: str = ""

    @property
    def is_running(self) -> bool:
        """Whether questions are left."""
        return self.asked < self.total


class MarginQuestions(QObject):
    """Asks one position after the other. GUI thread."""

    changed = Signal(object)
    """MarginEstimate, after each answer."""

    def __init__(self, state: ScreenState, commands: CommandPort, parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self._commands = commands
        self._left: deque[PositionView] = deque()
        self._estimate = MarginEstimate()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_over)

    @Slot()
    def start(self) -> None:
        """Ask about every position of the account; nothing while it is being asked."""
        if self._estimate.is_running:
            return
        account = self._state.account
        held = [
            each
            for (owner, _), each in self._state.positions.items()
            if owner == account and each.quantity
        ]
        self._left = deque(held)
        self._estimate = MarginEstimate(total=len(held))
        self.changed.emit(self._estimate)
        self._on_pause_over()

    @Slot()
    def _on_pause_over(self) -> None:
        if self._left:
            self._commands.send(PreviewMargin(_closing(self._left.popleft())), self._take)

    def _take(self, answer: CommandResult) -> None:
        now = replace(self._estimate, asked=self._estimate.asked + 1)
        change = answer.initial_margin_change if isinstance(answer, MarginPreview) else None
        if change is None or not isinstance(answer, MarginPreview):
            now = replace(now, unknown=now.unknown + 1)
        else:
            kept = answer.maintenance_margin_change or Decimal(0)
            after = answer.initial_margin_after
            now = replace(
                now,
                alone=now.alone - change,
                maintenance=now.maintenance - kept,
                whole=now.whole if after is None else after - change,
                currency=answer.currency or now.currency,
            )
        self._estimate = now
        self.changed.emit(now)
        self._pause.start()


def _closing(position: PositionView) -> OrderDraft:
    """Return the order that would close a position; it is only asked about, never sent."""
    return OrderDraft(
        intent_id=IntentId(uuid.uuid4().hex),
        account=position.account,
        con_id=position.con_id,
        side=Side.SELL if position.quantity > 0 else Side.BUY,
        quantity=abs(position.quantity),
        order_type=OrderType.MARKET,
        source="margin",
    )
