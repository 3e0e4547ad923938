"""The project's Python files, parsed once, and what the rules say of them."""

import ast
import functools
import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("workstation", "tests", "packaging")
PROGRAMS = ("main.py", "run.py")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its path from the root of the project with slashes, its text, its tree.

    `nodes` are those of the whole tree, `functions` have dotted names: Panel._on_clicked.
    """

    path: str
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]
    functions: tuple[tuple[str, Function], ...]

    @property
    def package(self) -> str:
        """Return "ui" for workstation/ui/..., empty outside workstation."""
        parts = self.path.split("/")
        return parts[1] if parts[0] == "workstation" and len(parts) > 2 else ""

    @property
    def is_program(self) -> bool:
        """Tell whether the file is a part of the program itself."""
        return self.path.startswith("workstation/") or self.path == "main.py"


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that breaks a rule. `where` is what an exemption names."""

    where: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """Code that breaks a rule, or with `is_good` code that keeps it."""

    code: str
    path: str = "workstation/ui/example.py"
    is_good: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule, how to find what breaks it, and examples that prove it bites."""

    name: str
    find: Callable[[Sequence[Source]], Iterator[Finding]]
    examples: Sequence[Example]


def parsed(path: str, text: str) -> Source:
    """Make a source of a text."""
    tree = ast.parse(text, path)
    return Source(path, text, tree, tuple(ast.walk(tree)), tuple(_functions_in(tree, "")))


@functools.cache
def project_sources() -> tuple[Source, ...]:
    """Return every Python file of the project."""
    files = [ROOT / name for name in PROGRAMS if (ROOT / name).exists()]
    for folder in FOLDERS:
        files += sorted((ROOT / folder).rglob("*.py"))
    gc.disable()  # millions of nodes that all stay: every look at them would be in vain
    try:
        return tuple(
            parsed(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
            for file in files
        )
    finally:
        gc.freeze()
        gc.enable()


def program_nodes(sources: Iterable[Source]) -> Iterator[tuple[Source, ast.AST]]:
    """Yield every node of the program's own files."""
    for source in sources:
        if source.is_program:
            for node in source.nodes:
                yield source, node


def _functions_in(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield prefix + child.name, child
        name = child.name + "." if isinstance(child, Function | ast.ClassDef) else ""
        yield from _functions_in(child, prefix + name)


def imported_modules(node: ast.AST, source: Source) -> list[str]:
    """Return the absolute names that an import statement loads; `from a import b` is a.b."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        parents = source.path.removesuffix(".py").split("/")[: -node.level] if node.level else []
        module = ".".join([*parents, *([node.module] if node.module else [])])
        return [f"{module}.{alias.name}" for alias in node.names]
    return []


def dotted(node: ast.AST) -> str:
    """Return "a.b.c" for such an expression, "?.c" when it starts with something else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


def called(node: ast.AST) -> str:
    """Return the dotted name that a call calls, empty for anything else."""
    return dotted(node.func) if isinstance(node, ast.Call) else ""
