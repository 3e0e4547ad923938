"""The menu of indicators: every one there is by group, and those on the chart."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPixmap
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from workstation.ui import text, theme
from workstation.ui.chart.studies import Studies, Study
from workstation.ui.chart.study_form import StudyForm
from workstation.ui.chart.study_painter import COLOUR_NAMES, palette
from workstation.ui.chart.study_setup import StudySetup

COMMON = ("SMA", "EMA", "BBANDS", "VWAP bands", "RSI", "MACD", "ATR", "SUPERTREND")
"""Those that stand at the top."""


class StudyMenu(QObject):
    """A button whose menu adds, changes and removes indicators. GUI thread."""

    changed = Signal()
    """Indicators came, went or have other numbers."""

    def __init__(self, studies: Studies, parent: QWidget) -> None:
        super().__init__(parent)
        self._studies = studies
        self.form: StudyForm | None = None
        self._shown: Study | None = None
        self.branches: list[QMenu] = []
        """Menus of what is no indicator of a library but stands among them."""

        self.last_actions: list[QAction] = []
        """What stands at the end of the menu."""

        self.button = QToolButton(parent)
        self.button.setText("Indicators  ")  # room for the arrow
        self.button.setAutoRaise(True)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._on_opening)
        self.menu.triggered.connect(self._on_triggered)

    def open_form(self, study: Study) -> None:
        """Ask for other numbers of an indicator."""
        self._shown = study
        setup = StudySetup(
            study.indicator.outputs, self._studies.clock, study.timeframe, study.looks
        )
        self.form = StudyForm(study.indicator, study.running.values, self.button, setup)
        self.form.chosen.connect(self._on_form_chosen)
        self.form.destroyed.connect(self._on_form_gone)
        self.form.open()

    @Slot()
    def _on_opening(self) -> None:
        menu = self.menu
        menu.clear()
        library = self._studies.library
        for study in self._studies.all:
            own = menu.addMenu(text.button_text(study.label))
            self._add(own, "Settings…", ("change", study))
            self._add_colours(own.addMenu("Colour"), study)
            self._add(own, "Remove", ("remove", study))
        if self._studies.all:
            self._add(menu, "Remove all", ("clear", None))
            menu.addSeparator()
        for key in COMMON:
            if key in library:
                self._add(menu, f"{key}   {library[key].title}", ("add", key))
        menu.addSeparator()
        for branch in self.branches:
            menu.addMenu(branch)
        groups = sorted({each.group for each in library.values()})
        for group in groups:
            # Filled when it is opened: two hundred actions would be felt.
            branch = menu.addMenu(text.button_text(group))
            branch.aboutToShow.connect(self._on_group_opening)
            branch.setProperty("group", group)
        menu.addActions(self.last_actions)

    @Slot()
    def _on_group_opening(self) -> None:
        branch = self.sender()
        if not isinstance(branch, QMenu) or branch.actions():
            return
        for key, each in sorted(self._studies.library.items()):
            if each.group == branch.property("group"):
                self._add(branch, f"{key}   {each.title}", ("add", key))

    def _add_colours(self, menu: QMenu, study: Study) -> None:
        """Offer the colours of the palette; the further lines of an indicator take the next."""
        for number, colour in enumerate(palette(theme.paint().theme)):
            spot = QPixmap(12, 12)
            spot.fill(colour)
            action = menu.addAction(spot, COLOUR_NAMES[number])
            action.setData(("colour", (study, number)))
            action.setCheckable(True)
            action.setChecked(study.colour % len(COLOUR_NAMES) == number)

    def _add(self, menu: QMenu, title: str, data: tuple[str, object]) -> None:
        action = menu.addAction(text.button_text(title))
        action.setData(data)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        what, about = action.data() or ("", None)
        studies = self._studies
        if what == "add" and isinstance(about, str):
            study = studies.add(about, {})
            if study is None:
                return
            if study.indicator.parameters:
                self.changed.emit()
                self.open_form(study)
        elif what == "remove" and isinstance(about, Study) and about in studies.all:
            studies.remove(about)
        elif what == "change" and isinstance(about, Study):
            self.open_form(about)
        elif what == "colour" and isinstance(about, tuple) and about[0] in studies.all:
            about[0].colour = about[1]
        elif what == "clear":
            for study in tuple(studies.all):
                studies.remove(study)
        self.changed.emit()

    @Slot(object)
    def _on_form_chosen(self, values: dict[str, float]) -> None:
        study = self._shown
        if study is not None and study in self._studies.all and self.form is not None:
            study.looks = self.form.setup.looks
            self._studies.compute_on(study, self.form.setup.timeframe)
            self._studies.change(study, values)
            self.changed.emit()

    @Slot()
    def _on_form_gone(self) -> None:
        self.form = None
