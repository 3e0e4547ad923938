"""Signals that carry objects and say what, slots that run on their owner's thread."""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tests.architecture.sources import Example, Finding, Function, Rule, Source, called, dotted

QT_PACKAGES = {"app", "ui", "bridge"}
SLOT_DECORATORS = {"Slot", "asyncSlot"}
NOT_QOBJECTS = {"QRunnable", "QGraphicsItem", "QStandardItem", "QTreeWidgetItem"}
NOT_QOBJECTS |= {"QTableWidgetItem", "QListWidgetItem", "QUndoCommand", "QPainterPath"}

Classes = Mapping[str, ast.ClassDef]


def signals_are_documented(sources: Sequence[Source]) -> Iterator[Finding]:
    """Signals are class attributes with a docstring and carry one object, or nothing."""
    for source in sources:
        if source.is_program:
            classes = [node for node in source.nodes if isinstance(node, ast.ClassDef)]
            placed = dict(pair for class_ in classes for pair in _signals_of(class_))
            for node in source.nodes:
                if isinstance(node, ast.Call) and called(node).rpartition(".")[2] == "Signal":
                    yield from _findings_of_signal(source, node, placed)


def _findings_of_signal(
    source: Source, call: ast.Call, placed: Mapping[ast.Call, ast.stmt | None]
) -> Iterator[Finding]:
    if call not in placed:
        yield _finding(source, call, "a signal that is no class attribute")
    elif not _is_docstring(placed[call]):
        yield _finding(source, call, "a signal without a docstring below it")
    if call.keywords or [dotted(argument) for argument in call.args] not in ([], ["object"]):
        yield _finding(source, call, "a signal that carries something other than one object")


def _signals_of(class_: ast.ClassDef) -> Iterator[tuple[ast.Call, ast.stmt | None]]:
    followers: list[ast.stmt | None] = [*class_.body[1:], None]
    for statement, following in zip(class_.body, followers, strict=True):
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Call) and called(value).rpartition(".")[2] == "Signal":
            yield value, following


def _is_docstring(statement: ast.stmt | None) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def slots_are_decorated(sources: Sequence[Source]) -> Iterator[Finding]:
    """Methods of QObjects that are connected, or named _on_..., are marked @Slot."""
    classes = _classes(sources)
    for source in sources:
        if source.package not in QT_PACKAGES:
            continue
        for class_ in source.nodes:
            if isinstance(class_, ast.ClassDef):
                connected = _connected_methods(class_)
                for method in class_.body:
                    if isinstance(method, Function) and not _is_slot(method):
                        is_handler = method.name.startswith("_on_") and _is_qobject(class_, classes)
                        if is_handler or method.name in connected:
                            name = f"{class_.name}.{method.name}"
                            where = f"{source.path}::{name}"
                            yield Finding(where, method.lineno, f"{name} is not marked @Slot")


def _classes(sources: Sequence[Source]) -> dict[str, ast.ClassDef]:
    nodes = [n for source in sources if source.package in QT_PACKAGES for n in source.nodes]
    return {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}


def _is_qobject(class_: ast.ClassDef, classes: Classes) -> bool:
    for base in class_.bases:
        module, _, name = dotted(base).rpartition(".")
        is_qt = name[:1] == "Q" and name[1:2].isupper() and name not in NOT_QOBJECTS
        if is_qt or module in {"pg", "pyqtgraph"}:
            return True
        known = classes.get(name)
        if known is not None and known is not class_ and _is_qobject(known, classes):
            return True
    return False


def _is_slot(method: Function) -> bool:
    decorators = [d.func if isinstance(d, ast.Call) else d for d in method.decorator_list]
    return any(dotted(d).rpartition(".")[2] in SLOT_DECORATORS for d in decorators)


def _connected_methods(class_: ast.ClassDef) -> set[str]:
    names = [dotted(target) for _, target in _connections(ast.walk(class_))]
    return {name.removeprefix("self.") for name in names if name.startswith("self.")}


def _connections(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Yield each call that connects a signal, with what it connects it to."""
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "connect":
                yield from ((node, argument) for argument in node.args[:1])
            if node.func.attr == "addAction":
                yield from ((node, argument) for argument in node.args)


def only_methods_are_connected(sources: Sequence[Source]) -> Iterator[Finding]:
    """A lambda, a partial or a plain function may run on the sender's thread."""
    for source in sources:
        if source.package not in QT_PACKAGES:
            continue
        functions = _plain_functions(source)
        for call, target in _connections(source.nodes):
            is_plain = isinstance(target, ast.Name) and target.id in functions
            is_partial = called(target).rpartition(".")[2] == "partial"
            if isinstance(target, ast.Lambda) or is_partial or is_plain:
                yield _finding(source, call, "a signal connected to something that is no method")


def _plain_functions(source: Source) -> set[str]:
    """Return the names of the functions that are no methods."""
    outer = [node for node in source.nodes if isinstance(node, Function)]
    inner = [child for node in outer for child in ast.walk(node) if child is not node]
    return {node.name for node in (*source.tree.body, *inner) if isinstance(node, Function)}


def _finding(source: Source, node: ast.AST, text: str) -> Finding:
    return Finding(source.path, getattr(node, "lineno", 1), text)


RULES = [
    Rule(
        "documented-signals",
        signals_are_documented,
        [
            Example("class A(QObject):\n    moved = Signal(object)\n"),
            Example('class A(QObject):\n    moved = Signal(int)\n    """int."""'),
            Example('class A(QObject):\n    moved = Signal(object, object)\n    """Two."""'),
            Example("moved = Signal(object)"),
            Example('class A(QObject):\n    moved = Signal(object)\n    """Bar."""', is_good=True),
            Example('class A(QObject):\n    gone = Signal()\n    """Left."""', is_good=True),
        ],
    ),
    Rule(
        "decorated-slots",
        slots_are_decorated,
        [
            Example("class A(QWidget):\n    def _on_clicked(self): ..."),
            Example("class B(QWidget): ...\nclass A(B):\n    def _on_clicked(self): ..."),
            Example("class A(pg.PlotWidget):\n    def _on_moved(self): ..."),
            Example(
                "class A(QWidget):\n    def __init__(self):\n        b.clicked.connect(self.act)\n"
                "    def act(self): ..."
            ),
            Example("class A(QWidget):\n    @Slot()\n    def _on_clicked(self): ...", is_good=True),
            Example("class Plain:\n    def _on_clicked(self): ...", is_good=True),
        ],
    ),
    Rule(
        "connected-methods",
        only_methods_are_connected,
        [
            Example("button.clicked.connect(lambda: None)"),
            Example("button.clicked.connect(partial(f, 1))"),
            Example("def f(): ...\nbutton.clicked.connect(f)"),
            Example("def f():\n    def g(): ...\n    button.clicked.connect(g)"),
            Example("menu.addAction('Buy', lambda: None)"),
            Example("button.clicked.connect(self._on_clicked)", is_good=True),
        ],
    ),
]
