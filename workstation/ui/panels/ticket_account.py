"""Whose money the ticket's order moves: the only account, or the one that is chosen here."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from workstation.domain.account import masked
from workstation.domain.ids import AccountId, ConId
from workstation.ui import text
from workstation.ui.plain_label import PlainLabel
from workstation.ui.screen_state import ScreenState

GAP = "Choose an account"


class TicketAccount(QWidget):
    """Names the account; of several one must be chosen before anything is sent. GUI thread.

    Nothing is chosen at first, and a choice ends with the program: which account an order goes
    to is never a matter of what happened to be first in the broker's list.
    """

    chosen = Signal(object)
    """AccountId the user chose."""

    def __init__(self, state: ScreenState, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = state
        self._offered: tuple[AccountId, ...] = ()
        self._of_order: AccountId | None = None
        self.label = PlainLabel("", self)
        self.label.set_tone("muted")
        self.box = QComboBox(self)
        self.box.setAccessibleName("Account of the order")
        self.box.setToolTip(text.tooltip("The account that the order goes to (Alt+A)"))
        self.box.setMinimumHeight(24)
        self.box.currentIndexChanged.connect(self._on_index_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label)
        row.addWidget(self.box, 1)
        self.refresh(None)

    @property
    def account(self) -> AccountId | None:
        """The account of the order that is changed, else the one new orders go to."""
        return self._of_order or self._state.order_account

    def held(self, con_id: ConId | None) -> Decimal:
        """Return what this account holds of a contract, below 0 where it is short."""
        position = self._state.position(con_id, self.account)
        return Decimal(0) if position is None else position.quantity

    @property
    def gap(self) -> str:
        """What is missing before an order can be sent, empty for nothing."""
        missing = self._state.has_several_accounts and self.account is None
        return GAP if missing else ""

    @property
    def in_words(self) -> str:
        """Name the account where there are several, empty where there is no doubt."""
        if not self._state.has_several_accounts or self.account is None:
            return ""
        return f"ACCOUNT {self.names()[self.account]}"

    def names(self, more: Sequence[AccountId] = ()) -> dict[AccountId, str]:
        """Return how the accounts here, and `more` of them, are called: told apart, never whole."""
        return _names(tuple(dict.fromkeys((*self._known(), *more))))

    def choose(self, account: AccountId) -> bool:
        """Let new orders go to an account; False where the broker does not manage it here."""
        if account not in self.managed:
            return False
        if self._state.has_several_accounts and self._state.chosen_account != account:
            self._state.chosen_account = account
            self.refresh(self._of_order)
            self.chosen.emit(account)
        return True

    def refresh(self, of_order: AccountId | None) -> None:
        """Show how it stands; `of_order` is that of an order that is changed: it keeps its own."""
        self._of_order = of_order
        several = self._state.has_several_accounts
        account = self.account
        self.box.setVisible(several)
        self.box.setEnabled(of_order is None and not self._state.is_read_only)
        name = masked(account) if account is not None else text.ABSENT
        self.label.show_text("Account" if several else f"Account {name}", account or "")
        self._offer(self._known() if several else ())
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(max(self.box.findData(account), 0))

    @property
    def managed(self) -> tuple[AccountId, ...]:
        """The accounts that the broker manages for this connection, as it said last."""
        link = self._state.link
        return () if link is None else link.accounts

    def _known(self) -> tuple[AccountId, ...]:
        managed = self.managed
        own = self._of_order
        return managed if own is None or own in managed else (*managed, own)

    def _offer(self, accounts: tuple[AccountId, ...]) -> None:
        if accounts == self._offered:
            return
        self._offered = accounts
        with QSignalBlocker(self.box):
            self.box.clear()
            self.box.addItem(f"{GAP}…", None)
            for account, name in _names(accounts).items():
                self.box.addItem(name, account)
                tip = text.tooltip(text.one_line(account, 40))
                self.box.setItemData(self.box.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)

    @Slot()
    def _on_index_changed(self) -> None:
        account = self.box.currentData()
        self._state.chosen_account = account
        if account is not None:
            self.chosen.emit(account)


def _names(accounts: Sequence[AccountId]) -> dict[AccountId, str]:
    """Mask accounts, with as many of their last characters as it takes to tell them apart."""
    names = {each: masked(each) for each in accounts}
    for each in names:
        shown = 3
        while shown < len(each) and _alike(each, accounts, shown):
            shown += 1
        if shown > 3:
            names[each] = f"{each[:1]}•••{each[-shown:]}"
    return names


def _alike(account: AccountId, accounts: Sequence[AccountId], shown: int) -> bool:
    ending = (account[:1], account[-shown:])
    return any((x[:1], x[-shown:]) == ending for x in accounts if x != account)
