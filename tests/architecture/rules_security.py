"""What must not stand in the program at all: unsafe calls, and waits inside the window."""

import ast
from collections.abc import Iterator, Sequence

from tests.architecture.sources import (
    Example,
    Finding,
    Rule,
    Source,
    called,
    dotted,
    imported_modules,
    program_nodes,
)

RICH_TEXT_MODULE = "workstation/ui/rich_text.py"
"""The one file that may show markup, which it cleans first."""

UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
UNSAFE_CALLS = {"eval", "exec", "yaml.load", "os.system", "os.popen"}
MARKUP = {"setHtml", "insertHtml", "appendHtml", "setMarkdown", "RichText", "AutoText"}
MARKUP |= {"MarkdownText"}
MODAL_CALLS = {
    *(f"QMessageBox.{name}" for name in ("question", "information", "warning", "critical")),
    *(f"QInputDialog.{name}" for name in ("getText", "getInt", "getDouble", "getItem")),
    *(f"QFileDialog.{name}" for name in ("getOpenFileName", "getOpenFileNames")),
    *("QFileDialog.getSaveFileName", "QFileDialog.getExistingDirectory"),
    *("QColorDialog.getColor", "QFontDialog.getFont"),
}


def nothing_unsafe(sources: Sequence[Source]) -> Iterator[Finding]:
    for source, node in program_nodes(sources):
        for module in imported_modules(node, source):
            if module.split(".")[0] in UNSAFE_MODULES:
                yield Finding(source.path, node.lineno, f"imports {module}")
        if called(node) in UNSAFE_CALLS:
            yield Finding(source.path, node.lineno, f"calls {called(node)}")
        if isinstance(node, ast.keyword) and _is_unsafe_setting(node.arg or "", node.value):
            yield Finding(source.path, node.value.lineno, f"sets {node.arg}")
        if isinstance(node, ast.Assign):
            for target in node.targets:
                name = dotted(target).rpartition(".")[2]
                if _is_unsafe_setting(name, node.value):
                    yield Finding(source.path, node.lineno, f"sets {name}")


def _is_unsafe_setting(name: str, value: ast.expr) -> bool:
    setting = (name, value.value) if isinstance(value, ast.Constant) else None
    return setting in {("shell", True), ("verify", False)}


def markup_has_one_door(sources: Sequence[Source]) -> Iterator[Finding]:
    for source, node in program_nodes(sources):
        is_markup = isinstance(node, ast.Attribute) and node.attr in MARKUP
        if is_markup and source.path != RICH_TEXT_MODULE:
            yield Finding(source.path, node.lineno, f"{dotted(node)} outside {RICH_TEXT_MODULE}")


def nothing_waits(sources: Sequence[Source]) -> Iterator[Finding]:
    """Refuse sleeps and nested event loops; the main loop in workstation/app is the exception."""
    main_loops = 0
    for source, node in program_nodes(sources):
        name = called(node)
        last = name.rpartition(".")[2]
        if source.package == "app" and "." in name and last in {"exec", "exec_"}:
            main_loops += 1
            if main_loops == 1:
                continue
        is_modal = ".".join(name.split(".")[-2:]) in MODAL_CALLS
        is_loop = "." in name and last in {"exec", "exec_", "processEvents"}
        is_sleep = name in {"time.sleep", "sleep"}
        if is_modal or is_loop or is_sleep:
            yield Finding(source.path, node.lineno, f"{name}() waits")


RULES = [
    Rule(
        "unsafe",
        nothing_unsafe,
        [
            Example("import pickle"),
            Example("from marshal import loads"),
            Example("import shelve"),
            Example("eval('1')"),
            Example("exec('x = 1')"),
            Example("yaml.load(text)"),
            Example("subprocess.run('ls', shell=True)"),
            Example("requests.get(url, verify=False)"),
            Example("session.verify = False"),
            Example("subprocess.run(['ls'], shell=False)", is_good=True),
        ],
    ),
    Rule(
        "markup",
        markup_has_one_door,
        [
            Example("self._view.setHtml(text)"),
            Example("label.setTextFormat(Qt.TextFormat.RichText)"),
            Example("label.setTextFormat(Qt.AutoText)"),
            Example("label.setTextFormat(Qt.TextFormat.PlainText)", is_good=True),
            Example("self.setHtml(clean(text))", RICH_TEXT_MODULE, is_good=True),
        ],
    ),
    Rule(
        "waiting",
        nothing_waits,
        [
            Example("import time\ntime.sleep(1)", "workstation/broker/session.py"),
            Example("QApplication.processEvents()"),
            Example("self._dialog.exec()"),
            Example("QDialog(self).exec()"),
            Example("QMessageBox.question(self, 'a', 'b')"),
            Example("app.exec()\ndialog.exec()", "workstation/app/lifecycle.py"),
            Example("app.exec()", "workstation/app/lifecycle.py", is_good=True),
            Example("self._dialog.open()", is_good=True),
        ],
    ),
]
