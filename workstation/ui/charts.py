"""Every chart of the program: what each hears, whose symbol it shows, and what all share."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from workstation.bridge.commands import CommandPort
from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId
from workstation.domain.link import LinkView
from workstation.domain.order_status import OrderView
from workstation.ui.chart.bar_keeper import BarKeeper
from workstation.ui.chart.chart_cell import ChartCell
from workstation.ui.chart.chart_link import Link
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.crosshair import CrosshairLink
from workstation.ui.chart.drawing_store import DrawingStore
from workstation.ui.chart.drawings import DrawingBook
from workstation.ui.chart.replay.practice_record import PracticeStore
from workstation.ui.chart.studies import Library
from workstation.ui.chart.template_offer import TemplateOffer
from workstation.ui.chart.templates import Templates, apply_template
from workstation.ui.messages import Messages
from workstation.ui.screen_state import ScreenState
from workstation.ui.selection import Selection

Shown = tuple[ConId | None, str]
"""A contract and what it is called."""


class Charts(QObject):
    """Makes charts and lets go of them; gives all the same news, drawings and crosshair.

    GUI thread. A chart shows the window's symbol, one of its own, or that of its group.
    """

    looked_at = Signal(object)
    """The user turned to a chart of this contract: tuple[ConId, str]. Other charts stay."""

    contract_chosen = Signal(object)
    """The user chose this contract for the window on a chart: tuple[ConId, str]."""

    quotes_wanted = Signal(object)
    """A share is shown whose quotes the list should bring: its symbol, str."""

    price_requested = Signal(object)
    """The user wants an order at a price in the ticket, which shows the contract: PriceWish."""

    cancel_requested = Signal(object)
    """The cross of an order's line was pressed: tuple[OrderView, ...]."""

    def __init__(
        self, state: ScreenState, commands: CommandPort, messages: Messages, window: QWidget
    ) -> None:
        super().__init__(window)
        self._state, self._commands, self._messages = state, commands, messages
        self._window = window
        self.cells: list[ChartCell] = []
        self.crosshair = CrosshairLink(self)
        self.templates = Templates(self)
        self.offer = TemplateOffer(self.templates, lambda: self.panels, window)
        self._fresh: list[ChartCell] = []
        """New charts that wait for their contract, to begin as the default of its kind."""

        self._chosen: Shown = (None, "")
        self._load: Callable[[], Library] | None = None
        self._store: DrawingStore | None = None
        self._keeper: BarKeeper | None = None
        self._practice: PracticeStore | None = None
        self._own: Library = {}
        self._folder: Path | None = None

    @property
    def panels(self) -> list[ChartPanel]:
        """Return every chart."""
        return [cell.panel for cell in self.cells]

    def serve(
        self,
        selection: Selection,
        cancel: Callable[[tuple[OrderView, ...]], object],
        watch: Callable[[str], object],
    ) -> None:
        """Hand on what the user chooses on charts, and what it needs."""
        self.looked_at.connect(selection.on_looked_at)
        self.contract_chosen.connect(selection.on_chosen)
        self.cancel_requested.connect(cancel)
        self.quotes_wanted.connect(watch)

    # -- what all share -----------------------------------------------------------------------

    def use_indicators(self, load: Callable[[], Library]) -> None:
        """Take what describes the indicators; it is called once, when the first one is wanted."""
        self._load = cache(load)
        for panel in self.panels:
            panel.use_indicators(self._load)

    def use_drawings(self, store: DrawingStore) -> None:
        """Keep drawings there from now on."""
        self._store = store
        for panel in self.panels:
            panel.use_drawings(store)

    def use_keeper(self, keeper: BarKeeper) -> None:
        """Show the bars that are kept there first from now on, and keep what comes."""
        self._keeper = keeper
        for panel in self.panels:
            panel.use_keeper(keeper)

    def use_practice(self, store: PracticeStore) -> None:
        """Keep what is practised on replayed charts there from now on."""
        self._practice = store
        for panel in self.panels:
            panel.replay.keeping.use_store(store)

    def use_own_folder(self, folder: Path) -> None:
        """Offer the folder where the user's own indicators are."""
        self._folder = folder
        for panel in self.panels:
            panel.kit.use_own_folder(folder)

    @Slot(object)
    def on_own_changed(self, own: Library) -> None:
        """Take the user's own indicators anew."""
        self._own = own
        for panel in self.panels:
            panel.kit.on_own_changed(own)

    def keep(self) -> None:
        """Hand what came live to whoever keeps bars, and practice to whoever keeps that."""
        for panel in self.panels:
            panel.feed.keep()
            panel.replay.keeping.save()

    # -- making and closing -------------------------------------------------------------------

    def new_cell(self) -> ChartCell:
        """Make a chart that follows the window's symbol."""
        panel = ChartPanel(self._state, self._commands, self._window)
        cell = ChartCell(panel, self._window)
        cell.use_templates(self.templates)
        if self._load is not None:
            panel.use_indicators(self._load)
        if self._store is not None:
            panel.use_drawings(self._store)
        if self._keeper is not None:
            panel.use_keeper(self._keeper)
        if self._practice is not None:
            panel.replay.keeping.use_store(self._practice)
        if self._folder is not None:
            panel.kit.use_own_folder(self._folder)
        if self._own:
            panel.kit.on_own_changed(self._own)
        panel.trade_menu.set_read_only(read_only=self._state.is_read_only)
        self.cells.append(cell)
        self.crosshair.join(panel.canvas)
        self._connect(cell, panel)
        cell.show_contract(*self._chosen)
        return cell

    def _connect(self, cell: ChartCell, panel: ChartPanel) -> None:
        messages = self._messages
        messages.bars_arrived.connect(panel.take_updates)
        messages.trades_arrived.connect(panel.take_trades)
        messages.quotes_changed.connect(panel.quotes.on_changed)
        messages.orders_changed.connect(panel.on_orders_changed)
        messages.positions_changed.connect(panel.on_orders_changed)
        messages.alerts_changed.connect(panel.alerts.refresh)
        messages.execution_arrived.connect(panel.fills.take_execution)
        messages.commission_arrived.connect(panel.fills.take_commission)
        messages.headline_arrived.connect(panel.extras.events.take_headline)
        panel.drawings_changed.connect(self._on_drawings_changed)
        panel.trading.cancel_requested.connect(self.cancel_requested)
        panel.trading.price_requested.connect(self._on_price_requested)
        cell.symbol_entered.connect(self._on_symbol_entered)
        cell.link_chosen.connect(self._on_link_chosen)
        cell.templates.all_requested.connect(self.offer.apply_to_all)
        cell.templates.default_changed.connect(self.offer.offer)

    def retire(self, cell: ChartCell) -> None:
        """Let go of a chart: what it followed ends, and what waits for an answer is dropped."""
        panel = cell.panel
        self.cells.remove(cell)
        self._fresh = [each for each in self._fresh if each is not cell]
        self.crosshair.leave(panel.canvas)
        panel.orders.give_up()
        panel.extras.comparison.clear()
        panel.data.formula = None
        panel.set_wanted(wanted=False)
        panel.show_contract(None, "")
        panel.quotes.following.stop()

    def begin_as_default(self, cell: ChartCell) -> None:
        """Let a new chart look as the default of its kind of contract, once that is known."""
        details = cell.panel.data.details
        if details is None:
            self._fresh.append(cell)
            return
        self.templates.look()
        template = self.templates.default(details.contract.sec_type)
        if template is not None:
            apply_template(cell.panel, template)

    # -- whose symbol -------------------------------------------------------------------------

    def show_contract(self, con_id: ConId | None, symbol: str) -> None:
        """Show the window's contract on every chart that follows it."""
        self._chosen = (con_id, symbol)
        for cell in self.cells:
            if cell.link is Link.WINDOW:
                cell.show_contract(con_id, symbol)

    def show_on(self, cell: ChartCell, con_id: ConId, symbol: str) -> None:
        """Show a contract on a chart and on those that share its symbol."""
        if cell.link is Link.WINDOW:
            self.contract_chosen.emit((con_id, symbol))
            return
        sharing = [each for each in self.cells if each.link is cell.link]
        for each in sharing if cell.link.is_group else [cell]:
            each.show_contract(con_id, symbol)
        self.turn_to(cell)

    def use_link(self, cell: ChartCell, link: Link) -> None:
        """Let a chart show the symbol of this link from now on."""
        now = (cell.panel.con_id, cell.panel.symbol)
        cell.use_link(link)
        if link is Link.WINDOW:
            cell.show_contract(*self._chosen)
        elif link.is_group:
            mates = [each for each in self.cells if each.link is link and each is not cell]
            shared = (mates[0].panel.con_id, mates[0].panel.symbol) if mates else now
            cell.show_contract(*shared)
        self.turn_to(cell)

    @Slot(object)
    def turn_to(self, cell: ChartCell) -> None:
        """Let ticket, book and tape show the contract of a chart the user turned to."""
        if cell.panel.con_id is not None:
            self.looked_at.emit((cell.panel.con_id, cell.panel.symbol))

    @Slot(object)
    def _on_link_chosen(self, link: Link) -> None:
        cell = self.sender()
        if isinstance(cell, ChartCell):
            self.use_link(cell, link)

    @Slot(object)
    def _on_symbol_entered(self, symbol: str) -> None:
        cell = self.sender()
        if not isinstance(cell, ChartCell):
            return
        row = self._messages.quotes.value(symbol)
        if row is not None and row.con_id is not None:
            self.show_on(cell, row.con_id, symbol)
        else:
            cell.panel.data.finder.find(symbol, partial(self._take_found, cell, symbol))

    def _take_found(
        self, cell: ChartCell, symbol: str, found: ContractDetails | None, why: str
    ) -> None:
        if cell not in self.cells:
            return
        if found is None:
            cell.panel.orders.tell((f"Not shown: {why}.", "warning"))
            return
        contract = found.contract
        self.show_on(cell, contract.con_id, symbol)
        if (contract.sec_type, contract.currency) == ("STK", "USD"):
            self.quotes_wanted.emit(symbol)

    # -- news ---------------------------------------------------------------------------------

    def link_changed(self, old: LinkView | None, new: LinkView) -> None:
        """Follow again once the link is back, and close the gap."""
        for panel in self.panels:
            panel.link_changed(old, new)

    def contract_known(self, con_id: ConId) -> None:
        """Take the rules of a contract, once they are known."""
        for panel in self.panels:
            panel.contract_known(con_id)
        fresh, self._fresh = self._fresh, []
        for cell in fresh:
            self.begin_as_default(cell)

    @Slot(object)
    def _on_drawings_changed(self, changed: tuple[str, DrawingBook]) -> None:
        for panel in self.panels:
            panel.take_drawings(*changed)

    @Slot(object)
    def _on_price_requested(self, wish: object) -> None:
        tool = self.sender()
        for cell in self.cells:
            if cell.panel.trading is tool:
                self.turn_to(cell)  # the ticket must show the contract the price is of
                self.price_requested.emit(wish)
