"""One place of a grid: a chart, whose symbol it shows, and a frame while it has the keys."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from workstation.domain.ids import ConId
from workstation.ui import text, theme
from workstation.ui.chart.chart_link import (
    SYMBOL_LENGTH,
    Link,
    LinkMenu,
    SymbolKey,
    check_typed,
    clean_typed,
    read_link,
)
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.line_entry import LineEntry
from workstation.ui.chart.template_menu import TemplateMenu
from workstation.ui.chart.templates import Templates

FRAME = 2
"""Width of the frame around a chart that is not alone, in pixels."""


class ChartCell(QWidget):
    """Holds a chart; its row of buttons stands elsewhere. GUI thread."""

    focused = Signal()
    """The user turned to this chart."""

    symbol_entered = Signal(object)
    """The user typed another symbol: str, in capitals."""

    link_chosen = Signal(object)
    """The user wants another link: Link."""

    def __init__(self, panel: ChartPanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel = panel
        self.link = Link.WINDOW
        self._is_framed = self._is_active = False
        self.entry = LineEntry(panel.canvas, "Symbol of this chart", "AAPL", check_typed)
        self.entry.entered.connect(self._on_entered)
        panel.canvas.tools.insert(0, SymbolKey(self.entry))
        self.link_menu = LinkMenu(panel)
        panel.header.insertWidget(panel.header.actions()[0], self.link_menu.button)
        self.link_menu.chosen.connect(self.link_chosen)
        self.link_menu.symbol_requested.connect(self._on_symbol_requested)
        panel.canvas.focused.connect(self.focused)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel)
        self.setFocusProxy(panel.canvas)

    def use_templates(self, templates: Templates) -> None:
        """Offer these templates in the row of buttons."""
        self.templates = TemplateMenu(self.panel, templates)
        self.panel.header.addWidget(self.templates.button)

    def use_link(self, link: Link) -> None:
        """Show the symbol of this link from now on; which one that is comes with the next."""
        self.link = link
        self.panel.canvas.words.mark = link.colour
        self._tell()
        self.panel.canvas.update()

    def show_contract(self, con_id: ConId | None, symbol: str) -> None:
        """Show another contract, or none."""
        self.panel.show_contract(con_id, symbol)
        self._tell()

    def ask_symbol(self) -> None:
        """Let the user type a symbol."""
        self.entry.begin("")

    def show_active(self, *, framed: bool, active: bool) -> None:
        """Frame the chart where it is not alone; the active one stands out."""
        self._is_framed, self._is_active = framed, active
        edge = FRAME if framed else 0
        self.setContentsMargins(edge, edge, edge, edge)
        self._tell()
        self.update()

    def plain(self) -> dict[str, object]:
        """Return what a layout remembers of the place and its chart, ready for JSON."""
        state = self.panel.chart_state()
        if self.link is not Link.WINDOW:
            state |= {"link": self.link.value, "symbol": self.panel.symbol}
            state |= {"con_id": self.panel.con_id or 0}
        return state

    def restore(self, state: object) -> None:
        """Take plain() back; what is not understood is as in a new chart."""
        known = state if isinstance(state, dict) else {}
        link = read_link(known.get("link"))
        if link is not Link.WINDOW:
            self.show_contract(*_contract_of(known))
        self.use_link(link)
        self.panel.restore_chart(known)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._is_framed:
            colours = theme.paint().theme
            painter = QPainter(self)
            colour = colours.accent if self._is_active else colours.window
            painter.fillRect(self.rect(), QColor(colour))
            painter.end()

    def _tell(self) -> None:
        self.link_menu.show_link(self.link, self.panel.symbol)
        self.panel.orders.name = self.panel.symbol if self._is_framed else ""

    @Slot()
    def _on_symbol_requested(self) -> None:
        self.ask_symbol()

    @Slot(object)
    def _on_entered(self, typed: str) -> None:
        self.symbol_entered.emit(clean_typed(typed))


def _contract_of(state: dict[object, object]) -> tuple[ConId | None, str]:
    """Return the contract that a layout names, and what it is called; none where it names none."""
    con_id, symbol = state.get("con_id"), state.get("symbol")
    if not isinstance(con_id, int) or isinstance(con_id, bool) or not 0 < con_id < 2**31:
        return None, ""
    return ConId(con_id), text.one_line(symbol, SYMBOL_LENGTH) if isinstance(symbol, str) else ""
