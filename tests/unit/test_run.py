"""run.py: what it refuses, what it starts, and what it costs when all is ready."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEST_START = 16
"""Bare starts of the interpreter that run.py may cost: 7 measured; pip alone costs more than 30."""


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_under_test", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(tmp_path: Path) -> ModuleType:
    """run.py in a folder of its own, whose .venv only pretends."""
    shutil.copy(ROOT / "run.py", tmp_path)
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    (tmp_path / "main.py").write_text("import sys\nprint(sys.argv[1:])\nsys.exit(7)\n")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    module = loaded(tmp_path / "run.py")
    module.STAMP.write_text(f"{module.wanted_stamp()}\n{module.RUNTIME}\n")
    return module


def started(run: ModuleType, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(run.ROOT / "run.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["--demo"]),
        (["--offscreen", "--screenshot", "f"], ["--demo", "--offscreen", "--screenshot", "f"]),
        (["--demo"], ["--demo"]),
        (["--host", "127.0.0.1"], ["--host", "127.0.0.1"]),
        (["--port=7497"], ["--port=7497"]),
        (["--profile", "live"], ["--profile", "live"]),
        (["export", "--all"], ["export", "--all"]),
    ],
)
def test_the_demo_opens_unless_the_user_says_otherwise(
    run: ModuleType, arguments: list[str], expected: list[str]
) -> None:
    assert run.program_arguments(arguments) == expected


def test_the_program_gets_its_arguments_and_gives_its_exit_code(run: ModuleType) -> None:
    outcome = started(run, "--strange", "x", DISPLAY=":0")

    assert outcome.stdout == "['--demo', '--strange', 'x']\n"
    assert outcome.returncode == 7


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be without a display")
def test_without_a_display_it_offers_a_screenshot(run: ModuleType) -> None:
    outcome = started(run)

    assert outcome.returncode == 1
    assert "python3 run.py --offscreen --screenshot FILE" in outcome.stderr
    assert started(run, "--offscreen").returncode == 7


def test_a_changed_lock_needs_a_new_set_up(run: ModuleType) -> None:
    assert run.is_ready(run.RUNTIME)

    run.LOCK.write_text("changed")

    assert not run.is_ready(run.RUNTIME)


def test_the_tools_include_what_the_program_needs(run: ModuleType) -> None:
    assert not run.is_ready(run.ALL)

    run.STAMP.write_text(f"{run.wanted_stamp()}\n{run.ALL}\n")

    assert run.is_ready(run.RUNTIME)
    assert run.is_ready(run.ANALYTICS)
    assert run.is_ready(run.ALL)


def test_a_later_set_up_does_not_take_the_analytics_away(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = []

    def install(section: str) -> None:
        installed.append(section)
        run.STAMP.write_text(f"{run.wanted_stamp()}\n{section}\n")

    monkeypatch.setattr(run, "ensure_system", lambda section: None)
    monkeypatch.setattr(run, "ensure_venv", run.STAMP.unlink)  # as where .venv is made anew
    monkeypatch.setattr(run, "install", install)
    assert run.main(["analytics"]) == 0
    run.set_up(run.RUNTIME)
    assert installed == [run.ANALYTICS]
    assert not run.is_ready(run.ALL)

    run.LOCK.write_text("newer")
    run.set_up(run.RUNTIME)
    assert installed == [run.ANALYTICS] * 2
    run.set_up(run.ANALYTICS)
    assert installed == [run.ANALYTICS] * 2


def test_an_interrupted_set_up_begins_anew(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.UNFINISHED.touch()
    leftover = run.VENV / "half-installed"
    leftover.touch()
    monkeypatch.setattr(run, "make_venv", lambda: None)

    run.ensure_venv()

    assert not leftover.exists()
    assert run.UNFINISHED.exists()


def test_users_get_the_sections_of_the_lock_they_ask_for(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(
        run, "run_or_stop", lambda command: seen.append(Path(command[-1]).read_text())
    )
    for section in run.SECTIONS:
        run.UNFINISHED.touch()
        run.install(section)

    packages = ("pyside6-essentials==", "duckdb==", "pytest==")
    held = [[package for package in packages if package in text] for text in seen]
    assert held == [list(packages[:1]), list(packages[:2]), list(packages)]
    assert run.is_ready(run.ALL)


def test_one_apt_line_names_what_is_missing(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = ["libgl1", "xvfb"]
    monkeypatch.setattr(run, "missing_packages", lambda section: missing)
    monkeypatch.setattr(run, "apt_install", lambda packages: None)
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")

    with pytest.raises(SystemExit):
        run.ensure_system(run.ALL)

    line = "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends libgl1 xvfb'"
    assert line in capsys.readouterr().err


def test_a_missing_library_is_noticed(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LINUX", True)
    monkeypatch.setattr(run, "LIBRARIES", {"libnone1": "libnone-at-all.so.1"})

    assert "libnone1" in run.missing_packages(run.RUNTIME)


def test_the_tools_of_the_system_are_asked_for_even_when_the_stamp_stands(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.STAMP.write_text(f"{run.wanted_stamp()}\n{run.ALL}\n")
    asked = []
    monkeypatch.setattr(run, "missing_packages", lambda section: ["binutils"])
    monkeypatch.setattr(run, "ensure_system", asked.append)

    run.set_up(run.RUNTIME)
    assert asked == []

    run.set_up(run.ALL)
    assert asked == [run.ALL]


@pytest.mark.parametrize(("prefix", "is_asked_for"), [("/usr", True), ("/opt/python", False)])
def test_packaging_needs_the_library_of_debians_own_python(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, prefix: str, is_asked_for: bool
) -> None:
    monkeypatch.setattr(run.sys, "base_prefix", prefix)
    monkeypatch.setattr(run, "can_load", lambda name: False)

    package = "libpython{}.{}".format(*sys.version_info[:2])
    assert run.missing_libpython() == ([package] if is_asked_for else [])


def test_package_hands_over_to_the_build(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = []
    monkeypatch.setattr(run, "set_up", lambda section: None)
    monkeypatch.setattr(run, "wait_for", lambda command: commands.append(command) or 7)

    assert run.main(["package", "--reuse"]) == 7
    assert [command[1:] for command in commands] == [
        [str(run.ROOT / "packaging" / "build.py"), "--reuse"]
    ]


@pytest.mark.parametrize("line", ["{VENV}", "", "nonsense\nruntime", "nonsense\nnonsense"])
def test_a_damaged_stamp_counts_as_none(run: ModuleType, line: str) -> None:
    run.STAMP.write_text(line)

    assert not run.is_ready(run.RUNTIME)
    assert run.read_stamp()[1] == run.RUNTIME


def test_later_starts_cost_little(run: ModuleType) -> None:
    """Compare processor time with that of an interpreter, which a busy machine slows as well."""

    def seconds(*command: str) -> float:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, used = os.wait4(process.pid, 0)  # its children included
        process.returncode = 0
        return used.ru_utime + used.ru_stime

    def least(*command: str) -> float:
        return min(seconds(sys.executable, *command) for _ in range(5))

    overhead = least(str(run.ROOT / "run.py"), "--offscreen") - least(str(run.ROOT / "main.py"))

    assert overhead < MODEST_START * least("-c", "")


def test_the_two_halves_hold_every_test_file_once() -> None:
    module, tests = loaded(ROOT / "run.py"), ROOT / "tests"
    parts = [tests / name for name in module.WINDOWED]
    parts += [path for path in tests.iterdir() if module.holds_other_tests(path)]
    found = [
        file for part in parts for file in ([part] if part.is_file() else part.rglob("test_*.py"))
    ]
    assert sorted(found) == sorted(tests.rglob("test_*.py"))
