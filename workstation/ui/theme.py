"""Colours, font and style of the window: one dark theme and one light one."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from workstation.ui.style_sheet import style_sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours by what they mean, as #rrggbb.

    Text colours reach a contrast of 4.5 on `base`; up and down differ in brightness too.
    """

    name: str
    window: str
    base: str
    stripe: str
    raised: str
    border: str
    grid: str
    text: str
    muted: str
    accent: str
    selection: str
    selection_text: str
    up: str
    down: str
    flash_up: str
    flash_down: str
    good: str
    warning: str
    error: str
    buy: str
    sell: str
    on_side: str


DARK = Theme(
    name="dark",
    window="#15181d",
    base="#1a1e24",
    stripe="#1d2229",
    raised="#262c35",
    border="#39414d",
    grid="#242a32",
    text="#e2e6ec",
    muted="#97a1b0",
    accent="#5aa9ff",
    selection="#24405f",
    selection_text="#ffffff",
    up="#5ad1a0",
    down="#ff8a7a",
    flash_up="#17523c",
    flash_down="#6a2a24",
    good="#5ad1a0",
    warning="#f0b849",
    error="#ff8a7a",
    buy="#1f66c1",
    sell="#b8402f",
    on_side="#ffffff",
)

LIGHT = Theme(
    name="light",
    window="#eceff3",
    base="#ffffff",
    stripe="#f7f8fa",
    raised="#dfe4ea",
    border="#b6bfca",
    grid="#e6e9ee",
    text="#1a2029",
    muted="#596373",
    accent="#1257a6",
    selection="#cfe2f8",
    selection_text="#0e1a29",
    up="#0b6b47",
    down="#b3261e",
    flash_up="#bfecd6",
    flash_down="#ffd0c9",
    good="#0b6b47",
    warning="#7c5200",
    error="#b3261e",
    buy="#1759ad",
    sell="#b03524",
    on_side="#ffffff",
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
"""All themes by name."""

MODE_COLOURS = {
    "SIMULATED": ("#0e5a63", "#ffffff"),
    "PAPER": ("#f2c230", "#201a00"),
    "LIVE": ("#c8102e", "#ffffff"),
    "READ-ONLY": ("#5b4a86", "#ffffff"),
    "NO ACCOUNT": ("#4b5563", "#ffffff"),
}
"""Background and text of the word that says whose money is at stake; the same in all themes."""

_FAMILIES = ["DejaVu Sans", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif"]


class Paint:
    """The colours of the active theme, ready for painting. GUI thread."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.text = QColor(theme.text)
        self.muted = QColor(theme.muted)
        self.up = QColor(theme.up)
        self.down = QColor(theme.down)
        self.flash_up = QColor(theme.flash_up)
        self.flash_down = QColor(theme.flash_down)
        self.good = QColor(theme.good)
        self.warning = QColor(theme.warning)
        self.error = QColor(theme.error)
        self.buy = QColor(theme.accent)
        self.sell = QColor(theme.down)
        self.selection = QColor(theme.selection)
        self.selection_text = QColor(theme.selection_text)
        self.grid = QColor(theme.grid)
        self.stripe = QColor(theme.stripe)
        self.bid_bar = QColor(theme.flash_up)
        self.ask_bar = QColor(theme.flash_down)
        self.good_bar = QColor(theme.flash_up)
        self.warning_bar = _blend(theme.warning, theme.base)
        self.error_bar = QColor(theme.flash_down)


def _blend(colour: str, ground: str) -> QColor:
    """Return a colour faded into its background, so that text on it can be read."""
    top, below = QColor(colour), QColor(ground)
    part = 0.35
    channels = (
        (top.red(), below.red()),
        (top.green(), below.green()),
        (top.blue(), below.blue()),
    )
    return QColor(*[round(part * above + (1 - part) * under) for above, under in channels])


class _Active:
    paint = Paint(DARK)


def paint() -> Paint:
    """Return the colours in force."""
    return _Active.paint


def apply_theme(app: QApplication, name: str) -> None:
    """Give the whole program a theme; an unknown name means dark."""
    theme = THEMES.get(name, DARK)
    _Active.paint = Paint(theme)
    if app.style().name() != "fusion":
        app.setStyle("Fusion")
    app.styleHints().setColorScheme(Qt.ColorScheme.Light if theme is LIGHT else Qt.ColorScheme.Dark)
    app.setFont(base_font())
    app.setPalette(_palette(theme))
    fields, boxes = _outlined(theme, theme.border), _outlined(theme, theme.muted)
    for palette, kinds in (
        (fields, ("QLineEdit", "QAbstractSpinBox", "QComboBox")),
        (boxes, ("QCheckBox", "QRadioButton", "QGroupBox", "QMenu")),
    ):
        for kind in kinds:
            # WORKAROUND: the stubs of PySide 6.11 say bytes, the call takes str only.
            app.setPalette(palette, kind)  # type: ignore[arg-type]
    app.setStyleSheet(style_sheet(theme))


def base_font() -> QFont:
    """Return the font of the window: small, with digits of one width."""
    font = QFont()
    font.setFamilies(_FAMILIES)
    font.setPointSizeF(9.0)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def row_height(font: QFont) -> int:
    """Return the height of a table row: the text and a little air, about 20 at 100 %."""
    return QFontMetrics(font).height() + 6


def _outlined(theme: Theme, outline: str) -> QPalette:
    """Return the palette of what has an outline: Fusion draws it as a darker Window."""
    palette = _palette(theme)
    window = QPalette.ColorRole.Window
    palette.setColor(window, QColor(outline).lighter(150))
    palette.setColor(QPalette.ColorGroup.Disabled, window, QColor(theme.border).lighter(150))
    return palette


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette(QColor(theme.raised), QColor(theme.window))
    for colour_role, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.base),
        (role.AlternateBase, theme.stripe),
        (role.Text, theme.text),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.error),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.muted),
        (role.Highlight, theme.selection),
        (role.HighlightedText, theme.selection_text),
        (role.Link, theme.accent),
        (role.Accent, theme.accent),
        (role.Mid, theme.border),
        (role.Dark, theme.border),
        (role.Light, theme.raised),
    ):
        palette.setColor(colour_role, QColor(colour))
    for colour_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, colour_role, QColor(theme.muted))
    return palette
