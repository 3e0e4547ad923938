"""What the documents name is there: files, commands, their options, days and profiles."""

import argparse
import importlib.util
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import run
from workstation.app import (
    journal_command,
    kill_command,
    options,
    replay_command,
    status_command,
)
from workstation.domain.profile import PROFILES
from workstation.simgateway import __main__ as simgateway
from workstation.simgateway import control_main
from workstation.simgateway.named_days import NAMED_DAYS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
)
PARSERS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "": options._build_parser,
    "simgateway": simgateway._parser,
    "simgateway-control": control_main._parser,
    "journal": journal_command._build_parser,
    "kill": kill_command._build_parser,
    "status": status_command._build_parser,
    "replay": replay_command._parser,
}
MADE = {"dist/workstation", "dist/workstation/", "dist/SHA256SUMS"}
"""Made by a command, and so in no checkout."""

PATH = re.compile(
    r"(?<![\w/.-])(?:(?:workstation|tests|docs|packaging|dist)/[\w./-]*\w/?"
    r"|(?:[\w-]+/)*[\w-]+\.(?:py|md|lock))(?![\w/*])"
)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def texts() -> Iterator[tuple[str, str]]:
    for document in DOCUMENTS:
        yield document.name, document.read_text(encoding="utf-8")


def codes() -> Iterator[tuple[str, str]]:
    """Yield what stands in code marks, and the lines of code blocks, with the document's name."""
    for name, text in texts():
        blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        rest = re.sub(r"^```\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        indented = re.findall(r"^    (\S.*)$", rest, re.MULTILINE)
        for line in (*"\n".join(blocks).splitlines(), *indented):
            yield name, line.split("#")[0].strip()
        for code in re.findall(r"`([^`]+)`", rest):
            yield name, " ".join(code.split())


def known_options(word: str) -> set[str]:
    """Return the options of a command and of all that it can be told to do."""
    found: set[str] = set()
    waiting = [PARSERS[word]()]
    while waiting:
        parser = waiting.pop()
        found.update(parser._option_string_actions)
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                waiting.extend(action.choices.values())
    return found


def test_every_link_leads_to_a_file() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)]+)\)", document.read_text(encoding="utf-8")):
            place = target.split("#")[0]
            if not target.startswith("http") and place:
                assert (document.parent / place).exists(), f"{document.name}: {target}"


def test_every_path_that_is_named_is_there() -> None:
    folders = ("workstation", "tests", "docs", "packaging")
    files = [*ROOT.glob("*.*"), *(each for one in folders for each in (ROOT / one).rglob("*"))]
    there = [f"/{each.relative_to(ROOT).as_posix()}" for each in files]
    named = {(name, path) for name, code in codes() for path in PATH.findall(code)}
    assert len(named) > 100
    for name, path in sorted(named):
        ending = "/" + path.rstrip("/")  # a document may leave out the folders before it
        assert path in MADE or any(each.endswith(ending) for each in there), f"{name}: {path}"


def test_every_module_that_is_to_be_run_is_there() -> None:
    named = {word for _, code in codes() for word in re.findall(r"python3? -m (tests[\w.]+)", code)}
    assert len(named) > 10
    for module in sorted(named):
        assert importlib.util.find_spec(module) is not None, module


def test_every_command_of_main_has_the_options_that_are_named() -> None:
    seen = set()
    for name, code in codes():
        for word, rest in re.findall(r"main\.py(?: ([a-z][a-z-]*))?((?: \|| [^|;]+)*)", code):
            assert word in PARSERS, f"{name}: {code}"
            seen.add(word)
            assert set(OPTION.findall(rest)) <= known_options(word), f"{name}: {code}"
    assert seen >= set(PARSERS) - {""}


def test_every_command_of_run_is_known_with_its_options() -> None:
    commands = {"setup", "analytics", "test", "coverage", "mutation", "package"}
    assert run.__doc__ is not None
    tool = ROOT / "tests" / "mutation" / "__main__.py"  # its imports are installed apart
    mutation = set(OPTION.findall(tool.read_text(encoding="utf-8")))
    seen = set()
    for name, code in codes():
        for word, rest in re.findall(r"run\.py(?: ([a-z]+))?((?: [^|;]+)*)", code):
            assert not word or word in commands, f"{name}: {code}"
            assert f"run.py {word}".strip() in run.__doc__
            seen.add(word)
            known = {"": known_options(""), "mutation": mutation, "package": {"--reuse"}}
            assert set(OPTION.findall(rest)) <= known.get(word, set()), f"{name}: {code}"
    assert seen == commands | {""}


def test_readme_has_a_row_for_every_option_and_no_others() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("| option | meaning |") :].split("\n\n")[0]
    in_table = {
        option for row in table.splitlines() for option in OPTION.findall(row.split("|")[1])
    }
    assert in_table == known_options("") - {"--help", "-h"}


@pytest.mark.parametrize(
    ("begin", "end", "names"),
    [("a day of its\nown:", ". It never closes", NAMED_DAYS), ("--profile NAME` |", "|", PROFILES)],
)
def test_readme_lists_them_all(begin: str, end: str, names: dict[str, object]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    part = readme[readme.index(begin) + len(begin) :]
    assert sorted(re.findall(r"`([a-z-]+)`", part[: part.index(end)])) == sorted(names)
