"""Group, algorithm, conditions, adjustable stop and overnight session of the ticket's order."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.order import OrderTerms, OrderType, Side
from workstation.domain.order_extras import Conditions, OcaGroup, OcaType, conditions_words
from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.dialogs.order_conditions import ConditionsDialog
from workstation.ui.field_cells import cell
from workstation.ui.panels.ticket_adjust import TicketAdjust
from workstation.ui.panels.ticket_algo import TicketAlgo
from workstation.ui.plain_label import PlainLabel

_OCA_TYPES = (
    ("A fill cancels the rest", OcaType.CANCEL),
    ("A fill reduces the rest", OcaType.REDUCE),
    ("Reduces, all at the exchange", OcaType.REDUCE_UNBLOCKED),
)
_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAIL, OrderType.TRAIL_LIMIT})
_WORKED = frozenset({OrderType.MARKET, OrderType.LIMIT})


def _no_contracts() -> Mapping[ConId, ContractDetails]:
    return {}


class TicketExtras(QWidget):
    """What an order carries beside itself; hidden fields ask for nothing."""

    edited = Signal()
    """The user changed something; read `into`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.contracts: Callable[[], Mapping[ConId, ContractDetails]] = _no_contracts
        self.con_id: ConId | None = None
        self.conditions: Conditions | None = None
        self.dialog: ConditionsDialog | None = None
        self._kind = OrderType.LIMIT
        self._build()
        self._lay_out()
        self._connect()
        self.show_for(OrderType.LIMIT)

    def into(self, terms: OrderTerms, kind: OrderType) -> OrderTerms:
        """Return the terms with what stands in the fields."""
        name = self.group_edit.text().strip()
        oca_type = _OCA_TYPES[self.group_box.currentIndex()][1]
        return replace(
            terms,
            include_overnight=self.overnight_box.isChecked(),
            oca=OcaGroup(name=name, oca_type=oca_type) if name else None,
            algo=self.algo.algo if kind in _WORKED else None,
            conditions=self.conditions,
            adjustment=self.adjust.adjustment if kind in _STOPS else None,
        )

    @property
    def fault(self) -> str:
        """What is wrong with a visible field, empty where nothing is."""
        wrong = self.algo.fault if self._kind in _WORKED else ""
        return wrong or (self.adjust.fault if self._kind in _STOPS else "")

    def set_terms(self, terms: OrderTerms) -> None:
        """Put values into the fields without announcing each."""
        with QSignalBlocker(self):
            self.group_edit.setText("" if terms.oca is None else terms.oca.name)
            kinds = [kind for _words, kind in _OCA_TYPES]
            oca_type = OcaType.CANCEL if terms.oca is None else terms.oca.oca_type
            self.group_box.setCurrentIndex(kinds.index(oca_type))
            self.algo.set_algo(terms.algo)
            self.overnight_box.setChecked(terms.include_overnight)
            self.adjust.set_adjustment(terms.adjustment)
            self._take_conditions(terms.conditions)

    def show_for(self, kind: OrderType) -> None:
        """Show the fields that go with a kind of order."""
        self._kind = kind
        self.algo.setVisible(kind in _WORKED)
        self.adjust.setVisible(kind in _STOPS)
        self.overnight_box.setVisible(kind is OrderType.LIMIT)

    def lock_what_cannot_change(self, *, locked: bool) -> None:
        """Close what the broker does not revise of a working order, or open it again."""
        for widget in (self.group_edit, self.group_box, self.algo):
            widget.setEnabled(not locked)

    def set_ladder(self, ladder: PriceLadder | None) -> None:
        """Take the contract's price increments."""
        self.adjust.set_ladder(ladder)

    def set_reference(self, price: Decimal | None) -> None:
        """Take the price from which stepping begins in an empty field."""
        self.adjust.set_reference(price)

    def snap(self, side: Side) -> bool:
        """Move prices to the ladder; tell whether one moved."""
        return self.isVisible() and self._kind in _STOPS and self.adjust.snap(side)

    def focusable(self) -> list[QWidget]:
        """Return the fields in the order of the keyboard."""
        first = [self.group_edit, self.group_box, self.algo.box, self.conditions_button]
        return [*first, self.overnight_box, *self.adjust.focusable()]

    def _build(self) -> None:
        self.group_edit = QLineEdit(self)
        self.group_edit.setMaxLength(40)
        self.group_edit.setPlaceholderText("none")
        self.group_edit.setAccessibleName("Name of the one-cancels-all group")
        self.group_edit.setToolTip(
            text.tooltip(
                "Orders of one name are one group (OCA). The broker does not revise it: of a "
                "working order it stays as it is"
            )
        )
        self.group_box = QComboBox(self)
        self.group_box.addItems([words for words, _kind in _OCA_TYPES])
        self.group_box.setAccessibleName("What a fill does to the group")
        self.algo = TicketAlgo(self)
        self.conditions_button = QPushButton("Conditions…", self)
        self.conditions_label = PlainLabel("", self, wrap=True)
        self.overnight_box = QCheckBox("Overnight session too", self)
        self.adjust = TicketAdjust(self)

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addWidget(cell(self, "One-cancels-all group", self.group_edit, self.group_box))
        whole.addWidget(self.algo)
        whole.addWidget(self.conditions_button)
        whole.addWidget(self.conditions_label)
        whole.addWidget(self.overnight_box)
        whole.addWidget(self.adjust)
        self.conditions_label.hide()

    def _connect(self) -> None:
        self.group_edit.textEdited.connect(self.edited)
        self.group_box.currentIndexChanged.connect(self.edited)
        self.overnight_box.toggled.connect(self.edited)
        self.algo.edited.connect(self.edited)
        self.adjust.edited.connect(self.edited)
        self.conditions_button.clicked.connect(self._on_conditions)

    def _take_conditions(self, conditions: Conditions | None) -> None:
        self.conditions = conditions
        words = "" if conditions is None else conditions_words(conditions)
        self.conditions_label.show_text(words)
        self.conditions_label.setVisible(bool(words))

    @Slot()
    def _on_conditions(self) -> None:
        known = dict(self.contracts())
        self.dialog = ConditionsDialog(known, self.con_id, self.conditions, self.window())
        self.dialog.chosen.connect(self._on_conditions_chosen)
        self.dialog.open()

    @Slot(object)
    def _on_conditions_chosen(self, conditions: Conditions | None) -> None:
        self._take_conditions(conditions)
        self.edited.emit()
