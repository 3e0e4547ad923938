"""Orders that have been cancelled, to be sent anew as a one-cancels-all group."""

from dataclasses import replace
from decimal import Decimal

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from typing_extensions import override

from workstation.domain.commands import Command, CommandResult
from workstation.domain.family import FamilyKind
from workstation.domain.ids import FamilyId, IntentId
from workstation.domain.order import OrderDraft
from workstation.domain.order_extras import OcaGroup, OcaType
from workstation.domain.order_status import OrderView
from workstation.domain.several import OrdersDraft, OrdersPreviewed, SubmitOrders
from workstation.ui import text
from workstation.ui.dialogs.order_dialog import OrderDialog
from workstation.ui.dialogs.several import as_one
from workstation.ui.exit_sizes import ExitSizes
from workstation.ui.plain_label import PlainLabel
from workstation.ui.ticket_wishes import draft_of, terms_of

_TYPES = {
    "A fill cancels the rest": OcaType.CANCEL,
    "A fill reduces the rest": OcaType.REDUCE,
    "Reduces, all at the exchange": OcaType.REDUCE_UNBLOCKED,
}


class GroupDialog(OrderDialog):
    """Names the group and sends all of it or nothing, through every check.

    An exit is no larger than what is held when it is sent. Where that changed since it was shown,
    the new sizes are shown and nothing is sent by that click.
    """

    def __init__(
        self, orders: tuple[OrderView, ...], name: str, sizes: ExitSizes, parent: QWidget
    ) -> None:
        super().__init__("One-cancels-all group", "Send the group", parent)
        self._orders, self._sizes = orders, sizes
        self.name_edit = QLineEdit(name, self)
        self.name_edit.setMaxLength(40)
        self.type_box = QComboBox(self)
        self.type_box.addItems(list(_TYPES))
        self.lines = [PlainLabel("", self, wrap=True) for _ in orders]
        for order, line in zip(orders, self.lines, strict=True):
            self.form.addRow(f"Order {order.order_id}", line)
        self._shown = self._show_sizes()
        self.form.addRow("&Group", self.name_edit)
        self.form.addRow("&When one fills", self.type_box)
        self.name_edit.textEdited.connect(self.form_changed)
        self.type_box.currentIndexChanged.connect(self.form_changed)
        self.say("The old orders are cancelled. Until you send the group there is no order.")

    @override
    def command(self) -> Command | str:
        """Return the group as one wish, or what is missing."""
        name = self.name_edit.text().strip()
        if not name:
            return "Give the group a name."
        if self._shown != self._left():
            self._shown = self._show_sizes()
            self.form_changed()  # another wish: nothing that was accepted holds for it
            return "The position has changed, and the sizes with it: look at them and send again."
        group = OcaGroup(name=name, oca_type=_TYPES[self.type_box.currentText()])
        drafts = tuple(self._draft(n, group) for n, left in enumerate(self._shown) if left)
        if len(drafts) < 2:
            return "Fewer than two orders are left: there is no group to send."
        return SubmitOrders(
            OrdersDraft(
                family_id=FamilyId(self.intent),
                kind=FamilyKind.GROUP,
                title=f"{len(drafts)} orders of {name}",
                account=self._orders[0].account,
                drafts=tuple(draft for draft in drafts if draft is not None),
                acknowledged=self.accepted_findings,
            )
        )

    @override
    def take_answer(self, result: CommandResult) -> None:
        """Show what stops the group, or what must be accepted for it."""
        super().take_answer(as_one(result) if isinstance(result, OrdersPreviewed) else result)

    def _left(self) -> list[Decimal]:
        return [self._sizes.left(order) for order in self._orders]

    def _show_sizes(self) -> list[Decimal]:
        """Write for how much each order is sent, and why for no more; return the sizes."""
        left = self._left()
        for order, line, size in zip(self._orders, self.lines, left, strict=True):
            words = terms_of(order).in_words(order.symbol, None)
            why = self._sizes.words(order)
            line.show_text(f"{text.size(size)} left of {words}{f': {why}' if why else ''}")
        return left

    def _draft(self, number: int, group: OcaGroup) -> OrderDraft | None:
        order = self._orders[number]
        terms = terms_of(order)
        special = replace(terms.special, oca=group)
        terms = replace(terms, quantity=self._shown[number], special=special)
        intent = IntentId(f"{self.intent}/{number}")
        draft = draft_of(terms, intent, order.account, order.con_id)
        assert draft is None or isinstance(draft, OrderDraft)  # no exits were asked for
        return draft
