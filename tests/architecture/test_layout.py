"""What the tree and the lock promise."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECTION_LINE = "# ---- tools: only for tests and packaging ----"
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[str]) -> set[str]:
    found = [re.match(r"[A-Za-z0-9._-]+", line) for line in requirements]
    return {re.sub(r"[-_.]+", "-", match.group().lower()) for match in found if match}


def test_packaging_is_not_a_package() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_the_lock_names_no_registry() -> None:
    assert not re.search(r"https?:|://|--index|--extra-index|--find-links", LOCK)


def test_the_lock_has_a_section_for_users_and_one_for_tools() -> None:
    runtime, tools = LOCK.split(SECTION_LINE)

    assert names(PROJECT["project"]["dependencies"]) <= names(runtime.splitlines())
    assert names(PROJECT["dependency-groups"]["tools"]) <= names(tools.splitlines())
    assert not names(runtime.splitlines()) & names(tools.splitlines())


def test_every_locked_package_has_a_hash() -> None:
    entries = re.findall(r"^\w.*\n(?: +\S.*\n)*", LOCK, re.MULTILINE)

    assert len(entries) > 50
    assert all("--hash=sha256:" in entry for entry in entries)


def test_dependencies_have_bounds() -> None:
    wanted = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["tools"]

    assert all(re.search(r">=|==", requirement) for requirement in wanted)
    assert PROJECT["project"]["requires-python"] == ">=3.11,<3.14"
