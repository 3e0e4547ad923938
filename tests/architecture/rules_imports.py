"""What import-linter cannot see: parts of a library, the standard library, lazy imports."""

import ast
import sys
from collections.abc import Iterator, Sequence

from tests.architecture.exemptions import lazy_modules
from tests.architecture.sources import (
    Example,
    Finding,
    Rule,
    Source,
    called,
    imported_modules,
    program_nodes,
)

BRIDGE_MODULES = ("PySide6.QtCore", "shiboken6", "qasync")
UI_MAY_IMPORT = ("ui", "bridge", "indicators", "matching", "domain")
PRACTICE = "workstation/ui/chart/replay"


def _imports(sources: Sequence[Source]) -> Iterator[tuple[Source, ast.AST, str]]:
    for source, node in program_nodes(sources):
        for module in imported_modules(node, source):
            yield source, node, module


def _finding(source: Source, node: ast.AST, text: str) -> Finding:
    return Finding(source.path, getattr(node, "lineno", 1), text)


def domain_is_standard_library(sources: Sequence[Source]) -> Iterator[Finding]:
    for source, node, module in _imports(sources):
        is_own = module.startswith("workstation.domain")
        is_standard = module.split(".")[0] in sys.stdlib_module_names
        if source.package == "domain" and not is_own and not is_standard:
            yield _finding(source, node, f"the domain imports {module}")


def ui_imports_what_it_may(sources: Sequence[Source]) -> Iterator[Finding]:
    for source, node, module in _imports(sources):
        parts = module.split(".")
        is_ours = parts[0] == "workstation" and len(parts) > 1
        if source.package == "ui" and is_ours and parts[1] not in UI_MAY_IMPORT:
            yield _finding(source, node, f"a window imports {module}")


def practice_has_no_way_out(sources: Sequence[Source]) -> Iterator[Finding]:
    """The replay's practice orders meet nothing that could carry a wish to the core."""
    for source, node, module in _imports(sources):
        is_away = module.startswith("workstation.bridge") or ".commands" in module
        if source.path.startswith(PRACTICE) and is_away:
            yield _finding(source, node, f"practice imports {module}")


def bridge_uses_qtcore_alone(sources: Sequence[Source]) -> Iterator[Finding]:
    for source, node, module in _imports(sources):
        is_qt = module.split(".")[0] in {"PySide6", "shiboken6", "qasync", "pyqtgraph"}
        if source.package == "bridge" and is_qt and not module.startswith(BRIDGE_MODULES):
            yield _finding(source, node, f"the bridge imports {module}")


def ibapi_stays_in_the_broker(sources: Sequence[Source]) -> Iterator[Finding]:
    for source, node, module in _imports(sources):
        is_descriptor = module.startswith("ibapi.protobuf.")
        is_codec = source.path == "workstation/simgateway/codec_proto.py" and is_descriptor
        if module.split(".")[0] == "ibapi" and source.package != "broker" and not is_codec:
            yield _finding(source, node, f"{module} is imported outside the broker")


def imports_stand_at_the_top(sources: Sequence[Source]) -> Iterator[Finding]:
    for source in sources:
        for name, function in source.functions:
            for node in ast.walk(function):
                for module in imported_modules(node, source):
                    if source.package != "app" or not module.startswith(lazy_modules(source.path)):
                        text = f"{name} imports {module} inside"
                        yield Finding(f"{source.path}::{name}", node.lineno, text)


def nothing_is_imported_by_name(sources: Sequence[Source]) -> Iterator[Finding]:
    for source, node in program_nodes(sources):
        if called(node) in {"importlib.import_module", "import_module", "__import__"}:
            yield _finding(source, node, "imports a module by its name")


RULES = [
    Rule(
        "domain-standard-library",
        domain_is_standard_library,
        [
            Example("import numpy", "workstation/domain/bar.py"),
            Example("from typing_extensions import override", "workstation/domain/bar.py"),
            Example("from workstation.risk import gate", "workstation/domain/bar.py"),
            Example("from decimal import Decimal", "workstation/domain/bar.py", is_good=True),
            Example("from .ids import ConId", "workstation/domain/bar.py", is_good=True),
        ],
    ),
    Rule(
        "ui-imports",
        ui_imports_what_it_may,
        [
            Example("from workstation.news.headlines import Headlines"),
            Example("import workstation.desk.desk"),
            Example("from workstation.domain.bar import Bar", is_good=True),
        ],
    ),
    Rule(
        "practice-no-way-out",
        practice_has_no_way_out,
        [
            Example(
                "from workstation.bridge.commands import CommandPort",
                "workstation/ui/chart/replay/practice_tool.py",
            ),
            Example(
                "from workstation.domain.commands import SubmitOrder",
                "workstation/ui/chart/replay/strip.py",
            ),
            Example(
                "from workstation.bridge.commands import CommandPort",
                "workstation/ui/chart/compare.py",
                is_good=True,
            ),
        ],
    ),
    Rule(
        "bridge-qtcore",
        bridge_uses_qtcore_alone,
        [
            Example("from PySide6.QtWidgets import QWidget", "workstation/bridge/inbox.py"),
            Example("from PySide6 import QtGui", "workstation/bridge/inbox.py"),
            Example("import pyqtgraph", "workstation/bridge/inbox.py"),
            Example("from PySide6.QtCore import QObject", "workstation/bridge/a.py", is_good=True),
        ],
    ),
    Rule(
        "ibapi-in-broker",
        ibapi_stays_in_the_broker,
        [
            Example("from ibapi.order import Order", "workstation/oms/orders.py"),
            Example("from ibapi.client import EClient", "workstation/simgateway/codec_proto.py"),
            Example("from ibapi.protobuf.X_pb2 import X", "workstation/simgateway/server.py"),
            Example("import ibapi.order", "workstation/broker/to_ib.py", is_good=True),
            Example(
                "from ibapi.protobuf.X_pb2 import X",
                "workstation/simgateway/codec_proto.py",
                is_good=True,
            ),
        ],
    ),
    Rule(
        "imports-at-top",
        imports_stand_at_the_top,
        [
            Example("def f():\n    import json"),
            Example("class A:\n    def f(self):\n        from workstation.ui import text"),
            Example("def f():\n    import sqlite3", "workstation/app/cli.py"),
            Example("def f():\n    from workstation.app.logs import A", "workstation/app/a.py"),
            Example("def f():\n    import keyring", "workstation/app/cli.py", is_good=True),
        ],
    ),
    Rule(
        "import-by-name",
        nothing_is_imported_by_name,
        [Example("import importlib\nimportlib.import_module('json')")],
    ),
]
