"""The ticket's field for the symbol: what is held, and what is written and not taken yet."""

from PySide6.QtWidgets import QLineEdit, QWidget

from workstation.ui import text


class SymbolEdit(QLineEdit):
    """Shows the symbol the ticket holds until the user writes another. GUI thread."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._held = ""
        self.setPlaceholderText("Symbol, Enter")
        self.setMaxLength(24)
        self.setAccessibleName("Symbol of the order")
        font = self.font()
        font.setBold(True)
        self.setFont(font)

    @property
    def untaken(self) -> str:
        """What to do about a symbol that is written and not held, empty where none is."""
        written = self.text().strip()
        held = text.one_line(self._held, 40)[: self.maxLength()].strip()
        if not self.isEnabled() or written.upper() == held.upper():
            return ""
        if not written:
            return "Enter a symbol, or press Esc"
        return f"{text.one_line(written, 14)}: Enter takes it, Esc not"

    def show_symbol(self, symbol: str) -> None:
        """Show which symbol is held; another one that is being entered stays."""
        is_typing = self.hasFocus() and self.isModified()
        stays = is_typing or symbol == self._held
        self._held = symbol
        if not stays or not self.untaken:
            self.put_back()

    def put_back(self) -> None:
        """Show the symbol that is held."""
        self.setText(text.one_line(self._held, 40))
