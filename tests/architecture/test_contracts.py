"""The import contracts of pyproject.toml name every package, and each of them bites."""

import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]
PACKAGES = ("app", "ui", "bridge", "desk", "broker", "oms", "marketdata", "portfolio", "storage")
PACKAGES += ("simgateway", "risk", "indicators", "matching", "domain")

BAD_IMPORTS = {
    "A package imports only": ("domain/a.py", "import workstation.risk"),
    "The windows know only": ("ui/a.py", "import workstation.storage"),
    "Nothing on the way": ("desk/a.py", "import workstation.matching"),
    "No Qt below": ("desk/a.py", "import PySide6.QtCore"),
    "Only the broker speaks": ("simgateway/a.py", "import ibapi.client"),
    "Only the writer of Parquet": ("desk/a.py", "import duckdb"),
    "No cycles between": ("ui/a.py", "import workstation.ui.b"),
}


def contract(start: str) -> Mapping[str, list[str]]:
    return next(entry for entry in CONTRACTS if entry["name"].startswith(start))


def a_project(folder: Path) -> None:
    for package in PACKAGES:
        (folder / "workstation" / package).mkdir(parents=True)
        (folder / "workstation" / package / "__init__.py").touch()
    (folder / "workstation" / "__init__.py").touch()
    (folder / "workstation" / "ui" / "b.py").write_text("import workstation.ui.a")
    (folder / "workstation" / "ui" / "a.py").touch()
    (folder / "workstation" / "storage" / "parquet_file.py").touch()
    (folder / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())


def broken_contracts(folder: Path) -> list[str]:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, '.'); {code}", "--no-cache"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    lines = " ".join(run.stdout.split("Broken contracts")[0].split())
    names = [entry["name"] for entry in CONTRACTS]
    return [name for name in names if f"{name} BROKEN" in lines]


def test_a_sound_project_breaks_no_contract(tmp_path: Path) -> None:
    a_project(tmp_path)

    assert broken_contracts(tmp_path) == []


@pytest.mark.parametrize("start", BAD_IMPORTS)
def test_the_contract_bites(start: str, tmp_path: Path) -> None:
    path, code = BAD_IMPORTS[start]
    a_project(tmp_path)
    (tmp_path / "workstation" / path).write_text(code)

    assert any(name.startswith(start) for name in broken_contracts(tmp_path))


def test_every_contract_has_a_bad_import() -> None:
    assert all(entry["name"].startswith(tuple(BAD_IMPORTS)) for entry in CONTRACTS)


def test_the_windows_contract_names_every_package() -> None:
    packages = {file.parent.name for file in (ROOT / "workstation").glob("*/__init__.py")}
    allowed = {"app", "ui", "bridge", "indicators", "matching", "domain"}

    forbidden = {
        name.removeprefix("workstation.")
        for name in contract("The windows know only")["forbidden_modules"]
    }

    assert packages - allowed == forbidden, "keep the list in pyproject.toml complete"
