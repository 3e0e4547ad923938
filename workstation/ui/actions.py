"""The menus and their keys."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QDockWidget, QMenu, QMenuBar, QSizePolicy, QWidget


@dataclass(slots=True)
class Menus:
    """The menu bar and the actions that other code switches on and off."""

    bar: QMenuBar
    by_name: dict[str, QAction] = field(default_factory=dict)

    def menu(self, title: str) -> QMenu:
        """Add a menu."""
        return self.bar.addMenu(title)

    def add(
        self, menu: QMenu, name: str, title: str, slot: Callable[[], object], keys: str = ""
    ) -> QAction:
        """Add an action that calls a slot."""
        action = menu.addAction(title)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.setAutoRepeat(False)  # a key that is held down acts once
        action.triggered.connect(slot)
        self.by_name[name] = action
        return action


def add_theme_menu(menu: QMenu, slot: Callable[[QAction], object], current: str) -> QActionGroup:
    """Add the choice of themes."""
    themes = menu.addMenu("&Theme")
    group = QActionGroup(themes)
    for name in ("dark", "light"):
        action = themes.addAction(name.title())
        action.setCheckable(True)
        action.setChecked(name == current)
        action.setData(name)
        group.addAction(action)
    group.triggered.connect(slot)
    return group


def add_dock_actions(menu: QMenu, docks: dict[str, QDockWidget]) -> None:
    """Add a switch for every dock; a dock that was closed comes back to the front."""
    for dock in docks.values():
        menu.addAction(dock.toggleViewAction())
    menu.addSeparator()


DOCK_KEYS = {
    "watchlist": "Ctrl+1",
    "ticket": "Ctrl+2",
    "orders": "Ctrl+3",
    "positions": "Ctrl+4",
    "rules": "Ctrl+Shift+W",
    "log": "Ctrl+5",
    "chart": "Ctrl+6",
    "depth": "Ctrl+7",
    "tape": "Ctrl+8",
    "executions": "Ctrl+9",
    "quality": "Ctrl+Shift+T",
    "history": "Ctrl+Shift+J",
    "account": "Ctrl+0",
    "news": "Ctrl+Shift+N",
    "risk": "Ctrl+Shift+R",
    "connection": "Ctrl+Shift+K",
    "broker_limits": "Ctrl+Shift+V",
}
"""Dock: the keys that put the cursor into it."""

SHORTCUTS = (
    ("Ctrl+T", "Cursor into the ticket's symbol"),
    ("Ctrl+B", "Prepare to buy: side and cursor on the quantity"),
    ("Ctrl+S", "Prepare to sell: side and cursor on the quantity"),
    ("Enter (ticket)", "Submit the order; confirm what risk asks"),
    ("Esc (ticket)", "Clear; do not send; leave a change"),
    ("↑ ↓ or wheel (limit)", "One tick up or down"),
    ("Alt+1, Alt+2, Alt+3 (ticket)", "Limit at bid, middle, ask"),
    ("Alt+Q, Alt+P (ticket)", "Work out size or limit; Enter takes it, Escape closes the line"),
    ("Alt+M (ticket)", "More terms: outside hours, iceberg, hidden, trigger, good after"),
    ("Alt+X (ticket)", "Bracket: target and stop with the entry"),
    ("Alt+W (ticket)", "What-if: margin and commission, nothing is sent"),
    ("Ctrl+L", "Cursor into the watchlist's new symbol"),
    ("Delete (watchlist)", "Stop watching the selected symbols"),
    ("Delete (orders)", "Cancel the selected orders"),
    ("F2 or double-click (orders)", "Change quantity or limit"),
    ("← → (orders)", "Fold or unfold a bracket, group or ladder"),
    ("+ and −, with Ctrl (orders)", "Move the order by one tick, by ten"),
    ("Enter, Shift+Enter (orders)", "Change price, quantity in place; Enter sends, Escape leaves"),
    ("Ctrl+Shift+X", "Cancel all working orders of this client"),
    ("Ctrl+1 … Ctrl+5", "Watchlist, ticket, orders, positions, log"),
    ("Ctrl+6 … Ctrl+0", "Chart, depth, time and sales, executions, account"),
    ("Ctrl+Shift+N, Ctrl+Shift+R, Ctrl+Shift+K", "News, risk, connection"),
    ("Ctrl+Shift+V", "Broker limits: how much of each is used"),
    ("Ctrl+Shift+W", "Rules: what this program watches and does by itself"),
    ("Ctrl+I, Ctrl+E", "If … then …; exit rule of the ticket's position"),
    ("F2, Delete (rules)", "Change, or take away"),
    ("Ctrl+Shift+T", "Execution quality: what each fill cost"),
    ("Ctrl+Shift+J", "History: orders and fills of earlier days"),
    ("Ctrl+Shift+E", "Stop entries: exits stay possible"),
    ("Ctrl+Shift+H", "Halt trading: cancels stay possible"),
    ("Ctrl+Shift+U", "Resume trading, after one question"),
    ("Ctrl+Shift+P", "Close the position selected in Positions, after one question"),
    ("Ctrl+Shift+Down, Ctrl+Shift+Up", "Reduce or add to the selected position; stops follow"),
    ("Ctrl+Shift+I", "Order presets: what the ticket begins with"),
    ("Ctrl+Shift+A, Ctrl+D", "Keep the ticket as a draft; the drafts"),
    ("Alt+A (ticket)", "Account of the order, where there are several"),
    ("Ctrl+Shift+O", "Order a combination of two to four legs"),
    ("Ctrl+Shift+L, Ctrl+Shift+G", "Scale ladder; entry with several targets"),
    ("Ctrl+Shift+D", "Send the ticket's order with a hedge: delta, beta, FX or pair"),
    ("Ctrl+Shift+B", "Basket of orders from a file, checked line by line"),
    ("Ctrl+Shift+M", "Roll the selected future into another month"),
    ("Ctrl+Shift+F", "Go to flatten; hold Space for one second to do it"),
    ("Ctrl+N, Ctrl+W", "Open another chart; close the one turned to"),
    ("Ctrl+Enter (watchlist)", "Open a chart of the selected symbols"),
    ("F6, Shift+F6", "Next chart of the grid, the one before"),
    ("Ctrl+F6", "Only the active chart, or all of the grid"),
    ("Ctrl+Shift+Y", "Another symbol for the chart"),
    ("/ (chart)", "Another symbol for it"),
    ("← → (chart)", "Move a tenth of the width"),
    ("↑ ↓ (chart)", "Move the prices by a tenth of the height"),
    ("Page Up, Page Down (chart)", "Move a whole width back or on"),
    ("+ − (chart)", "Wider or narrower bars"),
    ("Home, End (chart)", "The oldest bar that is here, the newest"),
    ("Ctrl+G (chart)", "Go to a date"),
    ("Shift+B, Shift+S (chart)", "Lay out an order to buy, to sell at the crosshair"),
    ("Enter, Esc (chart)", "Send what is laid out or asked; drop it"),
    ("Shift+A (chart)", "Alert at the crosshair"),
    ("Ctrl+Z, Ctrl+Shift+Z (chart)", "Undo a drawing, draw it again"),
    ("Delete, Ctrl+C, Ctrl+V (chart)", "Remove, copy, paste the selected drawing"),
    ("↑ ↓ (news)", "Another headline; its article follows"),
    ("F5", "Reconnect at once"),
    ("F1", "This list"),
    ("Ctrl+Shift+C", "Choose where to connect"),
    ("Ctrl+Alt+L", "Lock the window: disarm, cover the figures"),
    ("Ctrl+Q", "Quit"),
)
"""Every key of the window, for the help."""


def new_menu_bar(parent: QWidget) -> QMenuBar:
    """Build the menu bar."""
    bar = QMenuBar(parent)
    bar.setObjectName("menu_bar")
    bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return bar
