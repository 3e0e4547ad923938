"""Files of one subject, functions that fit on a screen."""

import ast
from collections.abc import Iterator, Sequence

from tests.architecture.sources import Example, Finding, Function, Rule, Source

MOST_LINES_OF_A_FILE = 500
MOST_LINES_OF_A_FUNCTION = 40
MOST_BRANCHES = 10
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)


def files_are_short(sources: Sequence[Source]) -> Iterator[Finding]:
    for source in sources:
        lines = len(source.text.splitlines())
        if lines > MOST_LINES_OF_A_FILE:
            yield Finding(source.path, lines, f"{lines} lines, {MOST_LINES_OF_A_FILE} at most")


def functions_are_short(sources: Sequence[Source]) -> Iterator[Finding]:
    for source in sources:
        for name, function in source.functions:
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > MOST_LINES_OF_A_FUNCTION:
                text = f"{name} has {lines} lines, {MOST_LINES_OF_A_FUNCTION} at most"
                yield Finding(f"{source.path}::{name}", function.lineno, text)


def functions_branch_little(sources: Sequence[Source]) -> Iterator[Finding]:
    for source in sources:
        for name, function in source.functions:
            branches = _branches(function)
            if branches > MOST_BRANCHES:
                text = f"{name} has {branches} branches, {MOST_BRANCHES} at most"
                yield Finding(f"{source.path}::{name}", function.lineno, text)


def _branches(function: Function) -> int:
    """Count the branches of a function without those of the functions inside it."""
    waiting: list[ast.AST] = list(function.body)
    count = 0
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            count += isinstance(node, BRANCHES)
            waiting.extend(ast.iter_child_nodes(node))
    return count


def _function(lines: int) -> str:
    return "def f(x):\n" + "    x += 1\n" * (lines - 1)


RULES = [
    Rule(
        "file-size",
        files_are_short,
        [Example("x = 1\n" * 501), Example("x = 1\n" * 500, is_good=True)],
    ),
    Rule(
        "function-size",
        functions_are_short,
        [Example(_function(41)), Example(_function(40), is_good=True)],
    ),
    Rule(
        "function-branches",
        functions_branch_little,
        [
            Example("def f(x):\n" + "    if x: x += 1\n" * 11),
            Example("def f(x):\n" + "    if x: x += 1\n" * 10, is_good=True),
        ],
    ),
]
