"""Orders that have been cancelled, to be sent anew as a one-cancels-all group."""

from dataclasses import replace

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
from workstation.ui.plain_label import PlainLabel
from workstation.ui.ticket_wishes import draft_of, terms_of

_TYPES = {
    "A fill cancels the rest": OcaType.CANCEL,
    "A fill reduces the rest": OcaType.REDUCE,
    "Reduces, all at the exchange": OcaType.REDUCE_UNBLOCKED,
}


class GroupDialog(OrderDialog):
    """Names the group and sends all of it or nothing, through every check."""

    def __init__(self, orders: tuple[OrderView, ...], name: str, parent: QWidget) -> None:
        super().__init__("One-cancels-all group", "Send the group", parent)
        self._orders = orders
        self.name_edit = QLineEdit(name, self)
        self.name_edit.setMaxLength(40)
        self.type_box = QComboBox(self)
        self.type_box.addItems(list(_TYPES))
        for order in orders:
            words = terms_of(order).in_words(order.symbol, None)
            left = f"{text.size(order.remaining)} left of {words}"
            self.form.addRow(f"Order {order.order_id}", PlainLabel(left, self))
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
        group = OcaGroup(name=name, oca_type=_TYPES[self.type_box.currentText()])
        drafts = tuple(self._draft(n, order, group) for n, order in enumerate(self._orders))
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

    def _draft(self, number: int, order: OrderView, group: OcaGroup) -> OrderDraft | None:
        terms = terms_of(order)
        terms = replace(terms, quantity=order.remaining, special=replace(terms.special, oca=group))
        intent = IntentId(f"{self.intent}/{number}")
        draft = draft_of(terms, intent, order.account, order.con_id)
        assert draft is None or isinstance(draft, OrderDraft)  # no exits were asked for
        return draft
