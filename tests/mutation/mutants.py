"""Which small damages can be done to a module, and which of them would prove something."""

import ast
import itertools
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import parso
from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes
from cosmic_ray.mutating import mutate_code

Position = tuple[int, int]
"""Line, from 1, and column, from 0."""

ARITHMETIC = ("Add", "Sub", "Mul", "Div")
BITS = ("BitOr", "BitAnd", "BitXor")
ORDERS = ("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE")
IDENTITIES = ("Is", "IsNot")
OTHERS = (
    "core/AddNot",
    "core/ExceptionReplacer",
    "core/NumberReplacer",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/ReplaceUnaryOperator_USub_UAdd",
    "core/ReplaceUnaryOperator_UAdd_USub",
    "core/ZeroIterationForLoop",
)


@dataclass(frozen=True, slots=True, order=True)
class Mutant:
    """One damage: the file below the root, the operator, which of its places, and where."""

    path: str
    line: int
    column: int
    operator: str
    occurrence: int

    def __str__(self) -> str:
        name = self.operator.removeprefix("core/").removeprefix("Replace")
        return f"{self.path}:{self.line}:{self.column} {name}/{self.occurrence}"


def operators() -> list[str]:
    """Return the operators whose damage still runs.

    Left out are those that end in a TypeError wherever they are used, such as shifting a
    Decimal or comparing members of an enumeration by size: they would be killed by any test.
    """
    groups = [("Binary", ARITHMETIC), ("Binary", BITS), ("Comparison", ORDERS)]
    groups.append(("Comparison", IDENTITIES))
    pairs = {
        f"core/Replace{kind}Operator_{one}_{other}"
        for kind, names in groups
        for one in names
        for other in names
        if one != other
    }
    known = set(plugins.operator_names())
    return sorted((pairs | set(OTHERS)) & known)


def mutants_of(root: Path, path: str) -> list[Mutant]:
    """Return every mutant of a file, in a fixed order."""
    source = (root / path).read_text(encoding="utf-8")
    silent = _never_run(ast.parse(source))
    nodes = list(ast_nodes(parso.parse(source)))
    silent += [(each.start_pos, each.end_pos) for each in nodes if _is_mark(each)]
    found = []
    for name in operators():
        operator = plugins.get_operator(name)()
        places = [each for node in nodes for each in operator.mutation_positions(node)]
        found += [
            Mutant(path, *start, name, number)
            for number, (start, _) in enumerate(places)
            if not any(first <= start < last for first, last in silent)
        ]
    return sorted(found)


def _is_mark(node: Any) -> bool:
    """Tell whether a node is the * of a list of parameters, which multiplies nothing."""
    return node.type == "operator" and node.parent.type in {"parameters", "lambdef"}


def _never_run(tree: ast.Module) -> list[tuple[Position, Position]]:
    """Return where types are named: there a damage breaks the import, or nothing at all."""
    types: list[ast.expr | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.arg):
            types.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            types.append(node.returns)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            types += node.decorator_list
    types += [each.value for each in tree.body if isinstance(each, ast.Assign) and _union(each)]
    return [
        ((each.lineno, each.col_offset), (each.end_lineno or 0, each.end_col_offset or 0))
        for each in types
        if each is not None
    ]


def _union(assignment: ast.Assign) -> bool:
    """Tell whether an assignment names a union of types."""
    value = assignment.value
    while isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr):
        if isinstance(value.right, ast.Name | ast.Subscript) and isinstance(value.left, ast.Name):
            return True
        value = value.left
    return False


def sample(root: Path, found: list[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return so many of them that are still Python, chosen by the seed alone.

    Their order is random too: the first of them are a smaller sample.
    """
    shuffled = random.Random(seed).sample(found, len(found))
    return list(itertools.islice((each for each in shuffled if _compiles(root, each)), size))


def _compiles(root: Path, mutant: Mutant) -> bool:
    """Tell whether the parser takes a damage: `not` before a walrus would prove nothing."""
    try:
        compile(damaged(root, mutant), mutant.path, "exec")
    except SyntaxError:
        return False
    return True


def damaged(root: Path, mutant: Mutant) -> str:
    """Return the source of a file with one damage."""
    source = (root / mutant.path).read_text(encoding="utf-8")
    operator = plugins.get_operator(mutant.operator)()
    changed = mutate_code(source, operator, mutant.occurrence)
    if changed is None or changed == source:
        raise ValueError(f"nothing to damage: {mutant}")
    return str(changed)
