"""The controls of a replay below its chart: playing, practice orders, what came of them."""

from decimal import Decimal

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from workstation.domain.prices import PriceLadder
from workstation.ui import text
from workstation.ui.chart.replay.practice_desk import PracticeDesk
from workstation.ui.chart.replay.practice_words import NO_R, R_MEANS, r_words, summary_words
from workstation.ui.decimal_edit import DecimalEdit
from workstation.ui.plain_label import PlainLabel
from workstation.ui.theme import row_height

SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0)
"""Bars a second."""

_COLUMNS = ("Side", "Quantity", "Opened", "at", "Closed", "at", "Commission", "Result", "R")
_NUMBERS = frozenset({1, 3, 5, 6, 7, 8})
_MOST_TRIPS = 500
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ReplayStrip(QWidget):
    """Two rows of buttons and a table that can be opened. Asks, never acts. GUI thread."""

    play_requested = Signal()
    """Play, or pause."""

    step_requested = Signal()
    """Show the next bar."""

    restart_requested = Signal()
    """Begin again at the same bar, with an empty practice account."""

    stop_requested = Signal()
    """Show the live chart again."""

    speed_chosen = Signal()
    """Another speed was chosen; read `speed`."""

    market_requested = Signal(object)
    """A practice order at the market: True to buy, False to sell."""

    price_requested = Signal(object)
    """A practice order at the next click: True to buy, False to sell."""

    flat_requested = Signal()
    """Close the practice position and cancel the practice orders."""

    fee_requested = Signal()
    """The user wants to say what practice orders pay."""

    account_wanted = Signal()
    """The table was opened and wants its rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Bar replay")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._playing, self._trading = QToolBar(self), QToolBar(self)
        self._build_playing()
        self._build_trading()
        self.trips = QTableWidget(0, len(_COLUMNS), self)
        self._build_trips()
        self.result_label, self.summary_label = self._line(), self._line()
        self.summary_label.hide()
        lines = (self.result_label, self.summary_label)
        for part in (self._playing, self._trading, *lines, self.trips):
            column.addWidget(part)

    def _button(self, bar: QToolBar, title: str, tip: str) -> QPushButton:
        button = QPushButton(title, bar)
        button.setToolTip(text.tooltip(tip))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bar.addWidget(button)
        return button

    def _line(self) -> PlainLabel:
        """Make a line of words that is cut where the chart is narrow, and never widens it."""
        label = PlainLabel("", self)
        label.setIndent(6)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        return label

    def _build_playing(self) -> None:
        bar = self._playing
        bar.setMovable(False)
        self.badge = PlainLabel(" PRACTICE ", bar)
        self.badge.set_tone("warning")
        bar.addWidget(self.badge)
        self.play_button = self._button(bar, "Play", "Play or pause (Space)")
        self.step_button = self._button(bar, "Step", "Show the next bar (Shift+Right)")
        self.speed_box = QComboBox(bar)
        self.speed_box.setAccessibleName("Speed of the replay")
        self.speed_box.addItems([f"{speed:g} bars/s" for speed in SPEEDS])
        self.speed_box.setCurrentIndex(SPEEDS.index(1.0))
        self.speed_box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bar.addWidget(self.speed_box)
        self.restart_button = self._button(
            bar, "Restart", "Begin again at the same bar; practice orders and results are dropped"
        )
        self.stop_button = self._button(bar, "End replay", "Show the live chart again")
        self.place_label = PlainLabel("", bar)
        bar.addWidget(self.place_label)
        self.play_button.clicked.connect(self.play_requested)
        self.step_button.clicked.connect(self.step_requested)
        self.restart_button.clicked.connect(self.restart_requested)
        self.stop_button.clicked.connect(self.stop_requested)
        self.speed_box.currentIndexChanged.connect(self.speed_chosen)

    def _build_trading(self) -> None:
        bar = self._trading
        bar.setMovable(False)
        self.quantity_box = QSpinBox(bar)
        self.quantity_box.setRange(1, 10_000_000)
        self._usual = 100
        self.quantity_box.setValue(self._usual)
        self.quantity_box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.quantity_box.setAccessibleName("Quantity of practice orders")
        self.quantity_box.setFixedWidth(72)
        bar.addWidget(self.quantity_box)
        market, click = "at the market, in practice", "at the next click on the prices, in practice"
        self.buy_button = self._button(bar, "Buy", f"Buy {market}")
        self.sell_button = self._button(bar, "Sell", f"Sell {market}")
        self.buy_at_button = self._button(bar, "Buy at…", f"Buy {click} (Shift+B)")
        self.sell_at_button = self._button(bar, "Sell at…", f"Sell {click} (Shift+S)")
        self.exits_check = QCheckBox("Target", bar)
        self.exits_check.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.exits_check.setToolTip(text.tooltip("Give every entry a target and a stop"))
        bar.addWidget(self.exits_check)
        self.target_edit = self._distance("Distance of the target from the entry")
        bar.addWidget(PlainLabel(" Stop ", bar))
        self.stop_edit = self._distance("Distance of the stop from the entry")
        self.flat_button = self._button(
            bar, "Flat", "Close the practice position and cancel the practice orders"
        )
        self.trips_button = self._button(bar, "Round trips", "Show or hide the round trips")
        self.trips_button.setCheckable(True)
        self.fee_button = self._button(
            bar, "Commission…", "What practice orders pay; results are after commissions"
        )
        self.fee_button.clicked.connect(self.fee_requested)
        self.buy_button.clicked.connect(self._on_buy)
        self.sell_button.clicked.connect(self._on_sell)
        self.buy_at_button.clicked.connect(self._on_buy_at)
        self.sell_at_button.clicked.connect(self._on_sell_at)
        self.flat_button.clicked.connect(self.flat_requested)
        self.trips_button.toggled.connect(self._on_trips_toggled)

    def _distance(self, name: str) -> DecimalEdit:
        edit = DecimalEdit(self._trading)
        edit.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        edit.setFixedWidth(60)
        edit.setAccessibleName(name)
        edit.setToolTip(text.tooltip(f"{name}, in the price of the contract"))
        self._trading.addWidget(edit)
        return edit

    def _build_trips(self) -> None:
        self.trips.setHorizontalHeaderLabels(_COLUMNS)
        self.trips.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.trips.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.trips.setAccessibleName("Practice round trips")
        self.trips.verticalHeader().hide()
        self.trips.setWordWrap(False)
        header = self.trips.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.trips.setMaximumHeight(150)
        self.trips.hide()

    # -- what stands in it --------------------------------------------------------------------

    @property
    def speed(self) -> float:
        """Bars a second."""
        return SPEEDS[max(0, self.speed_box.currentIndex())]

    @property
    def exits(self) -> tuple[Decimal, Decimal] | None:
        """Distances of target and stop, None where an entry goes alone."""
        gain, loss = self.target_edit.value, self.stop_edit.value
        if not self.exits_check.isChecked() or gain is None or loss is None:
            return None
        return (gain, loss) if gain > 0 and loss > 0 else None

    def suggest(self, distance: Decimal, quantity: int) -> None:
        """Put first numbers in: the target twice as far as the stop, and what is usual to trade."""
        if self.quantity_box.value() == self._usual:
            self.quantity_box.setValue(quantity)  # unless the trader chose another
        self._usual = quantity
        self.stop_edit.set_value(distance)
        self.target_edit.set_value(2 * distance)

    def show_place(self, words: str, *, is_playing: bool, has_more: bool) -> None:
        """Tell where the replay stands."""
        self.place_label.show_text(f"  {words}")
        self.play_button.setText("Pause" if is_playing else "Play")
        self.play_button.setEnabled(has_more)
        self.step_button.setEnabled(has_more)

    def show_account(self, desk: PracticeDesk, ladder: PriceLadder | None) -> None:
        """Tell position, result and round trips."""
        size, average = desk.result.position, desk.average
        held = "flat"
        if average is not None:
            side = "long" if size > 0 else "short"
            held = f"{side} {text.size(abs(size))} @ {text.average_price(average, ladder)}"
        total = desk.realized + desk.unrealized
        open_gain = text.signed_money(desk.unrealized)
        words = f"{held}   open {open_gain}   closed {text.signed_money(desk.realized)}   "
        self.result_label.show_text(
            words + f"together {text.signed_money(total, desk.currency)}",
            "Practice results, after commissions",
        )
        self.result_label.set_tone("good" if total > 0 else "error" if total < 0 else "")
        words = summary_words(desk.summary, desk.currency)
        self.summary_label.show_text(words, words)
        self.summary_label.setVisible(bool(words))
        self.trips_button.setText(f"Round trips ({len(desk.summary.trips)})")
        if self.trips.isVisibleTo(self):
            self._show_trips(desk, ladder)

    def _show_trips(self, desk: PracticeDesk, ladder: PriceLadder | None) -> None:
        trips = desk.summary.trips[-_MOST_TRIPS:][::-1]
        self.trips.setRowCount(len(trips))
        self.trips.verticalHeader().setDefaultSectionSize(row_height(self.font()))
        for row, figures in enumerate(trips):
            trip = figures.trip
            cells = (
                "Long" if trip.opened.buys else "Short",
                text.size(trip.size),
                desk.time_text(trip.opened.time),
                text.exact_price(desk.price(trip.opened.price), ladder),
                desk.time_text(trip.closed.time),
                text.exact_price(desk.price(trip.closed.price), ladder),
                text.money(figures.commission, desk.currency),
                text.signed_money(figures.gain, desk.currency),
                r_words(figures.r),
            )
            for column, words in enumerate(cells):
                item = QTableWidgetItem(words)
                if column in _NUMBERS:
                    item.setTextAlignment(_RIGHT)
                if column == len(cells) - 1:
                    item.setToolTip(text.tooltip(R_MEANS if figures.r is not None else NO_R))
                self.trips.setItem(row, column, item)

    @Slot()
    def _on_buy(self) -> None:
        self.market_requested.emit(True)

    @Slot()
    def _on_sell(self) -> None:
        self.market_requested.emit(False)

    @Slot()
    def _on_buy_at(self) -> None:
        self.price_requested.emit(True)

    @Slot()
    def _on_sell_at(self) -> None:
        self.price_requested.emit(False)

    @Slot(bool)
    def _on_trips_toggled(self, shown: bool) -> None:  # noqa: FBT001 -- a slot takes what comes
        self.trips.setVisible(shown)
        self.account_wanted.emit()
