"""The style sheet: what a palette cannot say. Tables are left to the palette, for speed."""

from typing import Protocol


class Colours(Protocol):
    """The colours of a theme that the style sheet uses."""

    @property
    def window(self) -> str:
        """Background of the window."""
        ...

    @property
    def base(self) -> str:
        """Background of fields."""
        ...

    @property
    def raised(self) -> str:
        """Background of headers and buttons."""
        ...

    @property
    def border(self) -> str:
        """Lines between things."""
        ...

    @property
    def text(self) -> str:
        """Ordinary text."""
        ...

    @property
    def muted(self) -> str:
        """Text of lesser weight."""
        ...

    @property
    def accent(self) -> str:
        """What has the focus."""
        ...

    @property
    def selection(self) -> str:
        """Background of what is chosen."""
        ...

    @property
    def selection_text(self) -> str:
        """Text on it."""
        ...

    @property
    def good(self) -> str:
        """Something went well."""
        ...

    @property
    def warning(self) -> str:
        """Something wants attention."""
        ...

    @property
    def error(self) -> str:
        """Something went wrong."""
        ...

    @property
    def up(self) -> str:
        """Risen."""
        ...

    @property
    def down(self) -> str:
        """Fallen."""
        ...

    @property
    def buy(self) -> str:
        """Background of a purchase."""
        ...

    @property
    def sell(self) -> str:
        """Background of a sale."""
        ...

    @property
    def on_side(self) -> str:
        """Text on a purchase or sale."""
        ...


_TEMPLATE = """
QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.border}; padding: 3px; }}
QMainWindow::separator {{ background: {c.window}; width: 5px; height: 5px; }}
QMainWindow::separator:hover {{ background: {c.accent}; }}
QDockWidget {{ font-weight: bold; }}
QDockWidget::title {{ background: {c.raised}; padding: 3px 6px; }}
QHeaderView::section {{
    background: {c.raised}; color: {c.muted}; border: none;
    border-right: 1px solid {c.border}; padding: 2px 4px; }}
QHeaderView#dense_header::section {{ padding: 2px; border-right: none; }}
QPushButton {{
    background: {c.raised}; color: {c.text}; border: 1px solid {c.border};
    border-radius: 2px; padding: 3px 9px; }}
QPushButton:hover {{ border-color: {c.accent}; }}
QPushButton:checked {{ background: {c.selection}; color: {c.selection_text};
    border-color: {c.accent}; }}
QPushButton:focus {{ border: 1px solid {c.accent}; }}
QPushButton:disabled {{ color: {c.muted}; background: {c.window}; }}
QPushButton[side="BUY"]:checked, QPushButton#submit[side="BUY"]:enabled {{
    background: {c.buy}; color: {c.on_side}; border-color: {c.buy}; }}
QPushButton[side="SELL"]:checked, QPushButton#submit[side="SELL"]:enabled {{
    background: {c.sell}; color: {c.on_side}; border-color: {c.sell}; }}
QPushButton#submit {{ font-weight: bold; padding: 8px; }}
QPushButton#submit:focus, QPushButton[side]:focus {{ border: 2px solid {c.text}; }}
QPushButton#send_anyway {{ background: {c.warning}; color: {c.window}; font-weight: bold; }}
QPushButton#send_anyway:disabled {{ background: {c.window}; color: {c.muted}; }}
QPushButton#send_anyway:focus {{ border: 2px solid {c.text}; }}
QPushButton#flatten {{ background: #a3101f; color: #ffffff; border-color: #a3101f;
    font-weight: bold; padding: 7px; }}
QPushButton#flatten:hover, QPushButton#flatten:focus {{ border-color: #ffffff; }}
QPushButton#flatten:pressed {{ background: #c8102e; }}
QPushButton#flatten:disabled {{ background: {c.window}; color: {c.muted};
    border-color: {c.border}; }}
QPushButton#arm:checked {{ background: #c8102e; color: #ffffff; border-color: #c8102e; }}
QCheckBox:focus {{ color: {c.accent}; }}
QAbstractSpinBox[bad="true"] {{ border: 1px solid {c.error}; color: {c.error}; }}
QLabel[tone="muted"] {{ color: {c.muted}; }}
QLabel[tone="name"] {{ font-weight: bold; }}
QLabel[tone="good"] {{ color: {c.good}; }}
QLabel[tone="warning"] {{ color: {c.warning}; }}
QLabel[tone="error"] {{ color: {c.error}; }}
QLabel[tone="up"] {{ color: {c.up}; }}
QLabel[tone="down"] {{ color: {c.down}; }}
QLabel[tone="loud"] {{ background: {c.warning}; color: {c.window}; font-weight: bold;
    padding: 2px 8px; border-radius: 2px; }}
QStatusBar {{ color: {c.muted}; }}
QStatusBar::item {{ border: none; }}
QTabBar::tab {{ background: {c.window}; color: {c.muted}; border: 1px solid {c.border};
    padding: 3px 12px; }}
QTabBar::tab:selected {{ background: {c.raised}; color: {c.text}; }}
QToolButton#tool {{ padding: 0 7px; margin: 0; border: 1px solid transparent;
    background: transparent; color: {c.text}; }}
QToolButton#tool:hover {{ border-color: {c.accent}; }}
QToolButton#tool:disabled {{ color: {c.muted}; }}
QMenuBar {{ background: {c.window}; }}
"""


def style_sheet(colours: Colours) -> str:
    """Fill the template with the colours of a theme."""
    return _TEMPLATE.format(c=colours)
