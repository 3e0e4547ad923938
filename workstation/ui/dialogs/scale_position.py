"""Asks how much of a position is added or taken out, and at what price."""

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from workstation.domain.account import PositionView
from workstation.domain.commands import Command
from workstation.domain.contract import ContractDetails
from workstation.domain.order import Side
from workstation.domain.several import ScaleIn, ScaleOut
from workstation.ui import text
from workstation.ui.decimal_edit import PriceEdit, QuantityEdit
from workstation.ui.dialogs.order_dialog import OrderDialog
from workstation.ui.plain_label import PlainLabel


class ScaleDialog(OrderDialog):
    """Makes a ScaleIn or a ScaleOut of one position."""

    def __init__(
        self,
        position: PositionView,
        details: ContractDetails | None,
        *,
        grows: bool,
        parent: QWidget | None = None,
    ) -> None:
        title = "Add to the position" if grows else "Reduce the position"
        super().__init__(title, "Add" if grows else "Reduce", parent)
        self._position, self._grows, self._details = position, grows, details
        is_long = position.quantity > 0
        self._side = Side.BUY if is_long == grows else Side.SELL
        held = f"{text.size(abs(position.quantity))} {'long' if is_long else 'short'}"
        self.form.addRow("Position", PlainLabel(f"{text.one_line(position.symbol, 40)}, {held}"))
        self.quantity = QuantityEdit(self)
        self.limit = PriceEdit(self)
        if details is not None:
            self.quantity.set_step(details.size_increment)
            self.limit.set_ladder(details.ladder)
        word = self._side.value.title()
        self.form.addRow(f"{word} &quantity", self.quantity)
        self.form.addRow("&Limit (empty: now, through the market)", self.limit)
        after = (
            "Its stop, and what ends with it, grows by each fill; what was not protected before "
            "stays so."
            if grows
            else "Its stops and targets shrink by each fill, so that they never stand for more "
            "than is held."
        )
        self.form.addRow("Protection", PlainLabel(after, wrap=True))
        self.quantity.value_changed.connect(self.form_changed)
        self.limit.value_changed.connect(self.form_changed)
        self.quantity.setFocus()

    @override
    def command(self) -> Command | str:
        """Return the command; a price off the ladder moves to the nearest that is not worse."""
        if fault := self.quantity.fault or self.limit.fault:
            return fault
        quantity, position = self.quantity.value, self._position
        if quantity is None or quantity <= 0:
            return "Enter how many."
        intent = self.intent  # snapping the limit tells of a change
        accepted = self.accepted_findings
        if self.limit.snap(self._side):
            return "The limit was moved to the nearest allowed price; send again."
        if self._grows:
            return ScaleIn(
                intent_id=intent,
                account=position.account,
                con_id=position.con_id,
                quantity=quantity,
                limit_price=self.limit.value,
                acknowledged=accepted,
                side=self._side,
            )
        return ScaleOut(
            intent_id=intent,
            account=position.account,
            con_id=position.con_id,
            quantity=quantity,
            limit_price=self.limit.value,
            side=self._side,
        )
