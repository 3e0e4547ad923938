"""The menu of templates in the header of a chart."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from workstation.ui import text
from workstation.ui.chart.chart_menus import menu_button
from workstation.ui.chart.chart_panel import ChartPanel
from workstation.ui.chart.templates import (
    KINDS,
    LONGEST_NAME,
    Templates,
    apply_template,
    kind_of,
    template_of,
)
from workstation.ui.dialogs.name_dialog import NameDialog


class TemplateMenu(QObject):
    """A button whose menu applies, saves and removes templates. Filled when opened. GUI thread."""

    grid_requested = Signal(object)
    """Every chart of the grid is to look as this template: its name, str."""

    all_requested = Signal(object)
    """Every open chart of the program is to look as this template: its name, str."""

    default_changed = Signal(object)
    """New charts of a kind of contracts begin otherwise from now on: the kind, str."""

    def __init__(self, panel: ChartPanel, templates: Templates) -> None:
        super().__init__(panel)
        self._panel, self._templates = panel, templates
        self.dialog: NameDialog | None = None
        self._is_sized = False
        self._renamed = ""
        tip = "Indicators, style and axes under a name, and the default of each kind of contract"
        self.button = menu_button("Template", tip, panel)
        self.menu = QMenu(self.button)
        self.button.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._on_opening)
        self.menu.triggered.connect(self._on_triggered)

    @Slot()
    def _on_opening(self) -> None:
        self._templates.look()
        menu, names = self.menu, self._templates.names
        menu.clear()
        for name in names:
            self._add(menu, name, "apply", name)
        if not names:
            menu.addAction("No templates yet").setEnabled(False)
        menu.addSeparator()
        self._add(menu, "Save as…", "save", "")
        self._add(menu, "Save as, with the size of bars…", "save sized", "")
        for title, what in (
            ("Save this chart over", "over"),
            ("Apply to every chart of the grid", "grid"),
            ("Apply to all open charts", "all"),
            ("Rename", "rename"),
            ("Delete", "delete"),
        ):
            branch = menu.addMenu(title)
            branch.setEnabled(bool(names))
            for name in names:
                self._add(branch, name, what, name)
        menu.addSeparator()
        self._add_defaults(names)

    def _add_defaults(self, names: list[str]) -> None:
        """Offer, for each kind of contracts, what its new charts begin with."""
        mine = kind_of(self._panel.data.sec_type)
        begins = self._templates.default_name(mine)
        again = self._add(self.menu, f"Apply the default of {KINDS[mine]}", "apply", begins)
        again.setEnabled(bool(begins))
        branch = self.menu.addMenu("Default of new charts")
        for kind, title in KINDS.items():
            chosen = self._templates.default_name(kind)
            own = branch.addMenu(f"{title.capitalize()}: {text.button_text(chosen) or 'none'}")
            group = QActionGroup(own)
            for name in ("", *names):
                action = self._add(own, name or "None", "default", (kind, name))
                action.setCheckable(True)
                action.setChecked(name == chosen)
                group.addAction(action)

    def _add(self, menu: QMenu, title: str, what: str, about: object) -> QAction:
        action = menu.addAction(text.button_text(title))
        action.setData((what, about))
        return action

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        what, about = action.data() or ("", "")
        templates = self._templates
        if what == "apply" and (template := templates.get(about)) is not None:
            apply_template(self._panel, template)
        elif what in {"grid", "all"}:
            (self.grid_requested if what == "grid" else self.all_requested).emit(about)
        elif what in {"save", "save sized"}:
            self._ask(sized=what != "save")
        elif what == "over" and (before := templates.get(about)) is not None:
            self._save(about, sized="size" in before)
        elif what == "rename":
            self._ask_name("Rename template", "New name of the template", about)
            self._renamed = about
        elif what == "delete":
            templates.delete(about)
        elif what == "default":
            templates.set_default(*about)
            self.default_changed.emit(about[0])

    def _ask(self, *, sized: bool) -> None:
        self._is_sized, self._renamed = sized, ""
        self._ask_name("Save template as", "Name of the template", "")

    def _ask_name(self, title: str, question: str, name: str) -> None:
        window: QWidget = self._panel.window()
        self.dialog = NameDialog(title, question, name, LONGEST_NAME, window)
        self.dialog.named.connect(self._on_named)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None

    @Slot(object)
    def _on_named(self, name: str) -> None:
        if not self._renamed:
            self._save(name, sized=self._is_sized)
        elif not self._templates.rename(self._renamed, name):
            self._panel.orders.tell((f"Not renamed: there is a template {name}.", "warning"))

    def _save(self, name: object, *, sized: bool) -> None:
        kept = self._templates.save(name, template_of(self._panel, sized=sized))
        words = f"Template {name} saved." if kept else "The template could not be kept."
        self._panel.orders.tell((words, "good" if kept else "warning"))
        for kind in KINDS if kept else ():
            if self._templates.default_name(kind) == name:
                self.default_changed.emit(kind)
