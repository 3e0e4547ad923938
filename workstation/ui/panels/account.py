"""The account: every figure of its money, its margin, and its profit and loss."""

from decimal import Decimal

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from workstation.domain.account import AccountPnl, AccountSummary, masked
from workstation.domain.ids import AccountId
from workstation.ui import text
from workstation.ui.plain_label import PlainLabel

GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Profit and loss",
        (
            ("daily", "Daily", "Since yesterday's close, as the broker counts it"),
            ("unrealized", "Unrealised", "Of open positions"),
            ("realized", "Realised", "Of what was closed today"),
        ),
    ),
    (
        "Money",
        (
            ("net_liquidation", "Net liquidation", "What the account is worth"),
            ("total_cash", "Total cash", ""),
            ("available_funds", "Available funds", "What new positions may use"),
            ("buying_power", "Buying power", ""),
        ),
    ),
    (
        "Margin",
        (
            ("initial_margin", "Initial margin", "Needed to open what is held"),
            ("maintenance_margin", "Maintenance margin", "Needed to keep what is held"),
            ("excess_liquidity", "Excess liquidity", "Distance to liquidation by the broker"),
            ("cushion", "Cushion", "Excess liquidity against net liquidation"),
        ),
    ),
)
"""Title of a group: name, title and explanation of its figures."""

_MONEY = tuple(name for _, figures in GROUPS[1:] for name, _, _ in figures if name != "cushion")


class AccountPanel(QWidget):
    """Shows the figures of the banner's account; a figure not reported is a dash."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.values: dict[str, PlainLabel] = {}
        self._account: AccountId | None = None
        self._tones: dict[str, str] = {}
        self._doubt = ""
        self.age_label = PlainLabel("", self)
        self.age_label.set_tone("muted")
        self.doubt_label = PlainLabel("", self)
        self.doubt_label.set_tone("warning")
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(2)
        for place, (title, figures) in enumerate(GROUPS):
            head = PlainLabel(title, self)
            font = head.font()
            font.setBold(True)
            head.setFont(font)
            grid.addWidget(head, 0, 3 * place, 1, 2)
            for row, (name, caption, tip) in enumerate(figures, start=1):
                self._add_figure(grid, (row, 3 * place), name, (caption, tip))
            grid.setColumnStretch(3 * place + 2, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 6)
        column.addLayout(grid)
        column.addWidget(self.age_label)
        column.addWidget(self.doubt_label)
        column.addStretch(1)

    def show_account(self, account: AccountId | None) -> None:
        """Show another account; figures of the one before are not kept on screen."""
        if account == self._account:
            return
        self._account = account
        for label in self.values.values():
            label.show_text(text.ABSENT)
        self._tones.clear()
        self._show_tones()
        self.age_label.show_text(f"Account {masked(account)}" if account else "No account")

    @Slot(object)
    def show_pnl(self, pnl: AccountPnl) -> None:
        """Show the newest profit and loss."""
        for name in ("daily", "unrealized", "realized"):
            value: float | None = getattr(pnl, name)
            self.values[name].show_text(text.signed_money(value))
            self._tones[name] = "" if not value else "up" if value > 0 else "down"
        self._show_tones()

    def show_doubt(self, doubt: str) -> None:
        """Say why the figures may not be so, and grey them; empty where nothing is in doubt."""
        self._doubt = doubt
        self.doubt_label.show_text(doubt)
        self._show_tones()

    def _show_tones(self) -> None:
        for name, label in self.values.items():
            label.set_tone("muted" if self._doubt else self._tones.get(name, ""))

    @Slot(object)
    def show_summary(self, summary: AccountSummary) -> None:
        """Show the newest money figures."""
        for name in _MONEY:
            value: Decimal | None = getattr(summary, name)
            self.values[name].show_text(text.money(value, summary.currency))
        self._show_cushion(summary)
        self.age_label.show_text(
            f"Account {masked(summary.account)}, as of {text.clock_time(summary.updated_at)}",
            text.full_time(summary.updated_at),
        )

    def _show_cushion(self, summary: AccountSummary) -> None:
        share = cushion(summary)
        self.values["cushion"].show_text(text.share(share))
        is_thin = share is not None and share < Decimal("0.1")
        self._tones["cushion"] = "error" if is_thin else ""
        self._show_tones()

    def _add_figure(
        self, grid: QGridLayout, place: tuple[int, int], name: str, words: tuple[str, str]
    ) -> None:
        row, column = place
        title, tip = words
        caption = PlainLabel("", self)
        caption.show_text(title, tip)
        caption.set_tone("muted")
        value = PlainLabel(text.ABSENT, self)
        value.setAlignment(value.alignment().AlignRight | value.alignment().AlignVCenter)
        value.setAccessibleName(title)
        grid.addWidget(caption, row, column)
        grid.addWidget(value, row, column + 1)
        self.values[name] = value


def cushion(summary: AccountSummary) -> Decimal | None:
    """Return excess liquidity as a share of net liquidation."""
    excess, worth = summary.excess_liquidity, summary.net_liquidation
    return None if excess is None or worth is None or worth <= 0 else excess / worth
