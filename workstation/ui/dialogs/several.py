"""What the dialogs for several orders share, and the two that make them from one contract."""

from decimal import Decimal

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget
from typing_extensions import override

from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import Command, CommandResult
from workstation.domain.contract import ContractDetails
from workstation.domain.family import FamilyKind
from workstation.domain.finding import Denied, Finding, NeedsAcknowledgement
from workstation.domain.ids import AccountId, FamilyId, IntentId
from workstation.domain.order import OrderDraft, OrderType, Side, Tif
from workstation.domain.scale_ladder import MOST_RUNGS, rungs
from workstation.domain.several import OrdersDraft, OrdersPreviewed, SubmitOrders
from workstation.ui import text
from workstation.ui.decimal_edit import PriceEdit, QuantityEdit
from workstation.ui.dialogs.order_dialog import OrderDialog
from workstation.ui.plain_label import PlainLabel

MOST_TARGETS = 5


def as_one(previewed: OrdersPreviewed) -> Denied | NeedsAcknowledgement:
    """Return what stops several orders, or what must be accepted, each sentence once."""
    refusals = [each.answer for each in previewed.verdicts if each.answer is not None]
    denied = [each for each in refusals if isinstance(each, Denied)]
    findings = [f for each in (denied or refusals) for f in _findings(each)]
    shown = tuple({(each.code, each.text): each for each in findings}.values())
    return Denied(shown) if denied else NeedsAcknowledgement(shown)


class SeveralDialog(OrderDialog):
    """Asks for several orders of one contract; all of them are sent or none."""

    def __init__(
        self,
        title: str,
        account: AccountId,
        details: ContractDetails,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, "Send all", parent)
        self._account, self._details = account, details
        self.side = QComboBox(self)
        self.side.addItems(["Buy", "Sell"])
        self.quantity = QuantityEdit(self)
        self.quantity.set_step(details.size_increment)
        self.tif = QComboBox(self)
        self.tif.addItems([Tif.DAY.value, Tif.GTC.value])
        self.form.addRow("Contract", PlainLabel(text.one_line(details.contract.symbol, 40)))
        self.form.addRow("&Side", self.side)
        self.form.addRow("&Quantity in all", self.quantity)
        for box in (self.side, self.tif):
            box.currentIndexChanged.connect(self.form_changed)
        self.quantity.value_changed.connect(self.form_changed)

    @override
    def take_answer(self, result: CommandResult) -> None:
        """Show what stops the orders, or what must be accepted for all of them."""
        super().take_answer(as_one(result) if isinstance(result, OrdersPreviewed) else result)

    def _price_edit(self) -> PriceEdit:
        edit = PriceEdit(self)
        edit.set_ladder(self._details.ladder)
        edit.value_changed.connect(self.form_changed)
        return edit

    @property
    def _chosen_side(self) -> Side:
        return Side.BUY if self.side.currentIndex() == 0 else Side.SELL

    def _draft(self, number: int, quantity: Decimal, limit: Decimal, source: str) -> OrderDraft:
        return OrderDraft(
            intent_id=IntentId(f"{self.intent}/{number}"),
            account=self._account,
            con_id=self._details.contract.con_id,
            side=self._chosen_side,
            quantity=quantity,
            order_type=OrderType.LIMIT,
            limit_price=limit,
            tif=Tif(self.tif.currentText()),
            source=source,
        )

    def _orders(
        self, kind: FamilyKind, title: str, drafts: tuple[OrderDraft | BracketDraft, ...]
    ) -> Command:
        return SubmitOrders(
            OrdersDraft(
                family_id=FamilyId(self.intent),
                kind=kind,
                title=title,
                account=self._account,
                drafts=drafts,
                acknowledged=self.accepted_findings,
            )
        )


class LadderDialog(SeveralDialog):
    """Asks for a ladder of limits: how many, from which price to which."""

    def __init__(
        self, account: AccountId, details: ContractDetails, parent: QWidget | None = None
    ) -> None:
        super().__init__("Scale ladder", account, details, parent)
        self.count = QSpinBox(self)
        self.count.setRange(2, MOST_RUNGS)
        self.count.setValue(5)
        self.count.valueChanged.connect(self.form_changed)
        self.first, self.last = self._price_edit(), self._price_edit()
        self.preview = PlainLabel("", self, wrap=True)
        self.form.addRow("&Rungs", self.count)
        self.form.addRow("&First limit", self.first)
        self.form.addRow("&Last limit", self.last)
        self.form.addRow("Time in f&orce", self.tif)
        self.form.addRow("Orders", self.preview)

    @Slot()
    @override
    def form_changed(self) -> None:
        """Show the orders that these terms make."""
        super().form_changed()
        found = self._rungs()
        if isinstance(found, str):
            self.preview.show_text("")
            return
        ladder = self._details.ladder
        lines = (f"{text.size(q)} at {text.exact_price(p, ladder)}" for p, q in found)
        self.preview.show_text(",  ".join(lines))

    @override
    def command(self) -> Command | str:
        """Return the ladder, or what is missing."""
        for edit in (self.quantity, self.first, self.last):
            if edit.fault:
                return edit.fault
        found = self._rungs()
        if isinstance(found, str):
            return found
        drafts = tuple(
            self._draft(number, quantity, price, "scale ladder")
            for number, (price, quantity) in enumerate(found)
        )
        total, symbol = self.quantity.value, self._details.contract.symbol
        title = f"{self._chosen_side.value.lower()} {total:f} {symbol}"
        return self._orders(FamilyKind.LADDER, title, drafts)

    def _rungs(self) -> list[tuple[Decimal, Decimal]] | str:
        total, first, last = self.quantity.value, self.first.value, self.last.value
        if total is None or first is None or last is None:
            return "Enter a quantity and both limits."
        count = self.count.value()
        found = rungs(self._details, self._chosen_side, total, count, first, last)
        if isinstance(found, str):
            return found
        return [(each.price, each.quantity) for each in found]


class TargetsDialog(SeveralDialog):
    """Asks for one entry with several targets: each target is a bracket of its own."""

    def __init__(
        self, account: AccountId, details: ContractDetails, parent: QWidget | None = None
    ) -> None:
        super().__init__("Entry with several targets", account, details, parent)
        self.entry, self.stop = self._price_edit(), self._price_edit()
        self.targets = [self._price_edit() for _ in range(MOST_TARGETS)]
        self.form.addRow("&Entry limit", self.entry)
        self.form.addRow("S&top of all", self.stop)
        for number, edit in enumerate(self.targets, 1):
            self.form.addRow(f"Target &{number}", edit)
        self.form.addRow("Time in f&orce", self.tif)
        words = "The quantity is split evenly; each part has its own target and stop."
        self.form.addRow("", PlainLabel(words, self, wrap=True))

    @override
    def command(self) -> Command | str:
        """Return one bracket for each target, or what is missing."""
        for edit in (self.quantity, self.entry, self.stop, *self.targets):
            if edit.fault:
                return edit.fault
        entry, stop, total = self.entry.value, self.stop.value, self.quantity.value
        targets = [each.value for each in self.targets if each.value is not None]
        if entry is None or stop is None or total is None or len(targets) < 2:
            return "Enter a quantity, the entry, the stop and at least two targets."
        lot = self._details.size_increment
        lots = int(total // lot)
        if lots < len(targets) or total % lot:
            return f"{total:f} cannot be split into {len(targets)} parts of whole lots."
        each, more = divmod(lots, len(targets))
        drafts = tuple(
            BracketDraft(
                entry=self._draft(number, (each + (number < more)) * lot, entry, "targets"),
                target_price=target,
                stop_price=stop,
            )
            for number, target in enumerate(targets)
        )
        symbol = self._details.contract.symbol
        title = f"{self._chosen_side.value.lower()} {total:f} {symbol}, {len(targets)} targets"
        return self._orders(FamilyKind.TARGETS, title, drafts)


def _findings(answer: object) -> tuple[Finding, ...]:
    return answer.findings if isinstance(answer, Denied | NeedsAcknowledgement) else ()
