"""Set up and start the trading workstation.

python3 run.py [options]          set up when needed, then open the program in demo mode
python3 run.py setup              only set up
python3 run.py analytics          set up with DuckDB, which the export as Parquet needs (65 MB)
python3 run.py test [options]     set up with the test tools, then run every check and test
python3 run.py coverage           run what must run every line and branch of the order path
python3 run.py mutation [options] damage the order path and count what the tests notice
python3 run.py package            build the program that needs no Python, in dist/workstation

With --host, --port or --profile the program starts without demo mode. Options that this
script does not know go to main.py (python3 run.py --offscreen --help lists them), and after
`test` they go to pytest.
"""

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

# This file is parsed by any Python from 3.6 on, so that an old one can say what is wrong.
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "The workstation needs Python 3.11, 3.12 or 3.13, and this is Python {}.{}: start run.py "
        "with one of those.".format(*sys.version_info[:2])
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BOOT = ROOT / ".boot"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "installed.stamp"
OLD_CLIENT_LOCK = ROOT / "tests" / "data" / "old_client.lock"
OLD_CLIENT = BOOT / "old-client"
MUTATION_LOCK = ROOT / "tests" / "mutation" / "mutation.lock"
MUTATION = BOOT / "mutation"
UNFINISHED = VENV / "unfinished.stamp"
WINDOWS = os.name == "nt"
LINUX = sys.platform.startswith("linux")
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

RUNTIME, ANALYTICS, ALL = SECTIONS = ("runtime", "analytics", "all")
"""The parts of the lock that can be asked for; each holds those before it."""
ENDS = {RUNTIME: "# ---- analytics: ", ANALYTICS: "# ---- tools: "}
"""How the line of the lock begins at which a part ends."""

LIBRARIES = {
    "libgl1": "libGL.so.1",
    "libegl1": "libEGL.so.1",
    "libxkbcommon0": "libxkbcommon.so.0",
    "libdbus-1-3": "libdbus-1.so.3",
    "libfontconfig1": "libfontconfig.so.1",
    "libglib2.0-0": "libglib-2.0.so.0",
    "libgssapi-krb5-2": "libgssapi_krb5.so.2",
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-shape0": "libxcb-shape.so.0",
}
"""Debian package: the library of it that Qt loads."""

TOOLS = {"xvfb": "Xvfb", "binutils": "objcopy"}
"""Debian package: the tool of it that tests or packaging start."""

CONNECTION_OPTIONS = ("--host", "--port", "--profile")
"""Whoever says where to connect does not want the demo."""

SCREENLESS_OPTIONS = ("--offscreen", "--help", "-h", "--version")


def main(arguments: list[str]) -> int:
    """Do what the command line asks and return the exit code."""
    command = arguments[0] if arguments else ""
    if command in {"-h", "--help"}:
        print(__doc__)
        return 0
    if command in {"setup", ANALYTICS}:
        set_up(ANALYTICS if command == ANALYTICS else RUNTIME)
        print("Ready: python3 run.py starts the workstation.")
        return 0
    checks = {"test": run_tests, "coverage": run_coverage, "mutation": run_mutation}
    if command in checks:
        return checks[command](arguments[1:])
    if command == "package":
        set_up(ALL)
        return wait_for([str(PYTHON), str(ROOT / "packaging" / "build.py"), *arguments[1:]])
    if needs_screen(arguments) and not has_screen():
        print(
            "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window "
            "can open.\nTo let the demo draw itself into a picture instead:\n"
            "    python3 run.py --offscreen --screenshot FILE",
            file=sys.stderr,
        )
        return 1
    set_up(RUNTIME)
    return start(program_arguments(arguments))


# ---- starting ------------------------------------------------------------------------------


def needs_screen(arguments: list[str]) -> bool:
    """Tell whether these arguments open a window: commands and reports do not."""
    is_command = bool(arguments) and not arguments[0].startswith("-")
    return not is_command and not any(option in arguments for option in SCREENLESS_OPTIONS)


def has_screen() -> bool:
    """Tell whether a window can open; only Linux can be without a display."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not LINUX or any(os.environ.get(name) for name in names)


def program_arguments(arguments: list[str]) -> list[str]:
    """Return the arguments of main.py: demo mode unless they name a connection or a command."""
    is_command = bool(arguments) and not arguments[0].startswith("-")
    given = {argument.split("=", 1)[0] for argument in arguments}
    if is_command or "--demo" in given or given.intersection(CONNECTION_OPTIONS):
        return arguments
    return ["--demo", *arguments]


def start(arguments: list[str]) -> int:
    """Become the program, so that signals and the exit code are its own."""
    command = [str(PYTHON), str(ROOT / "main.py"), *arguments]
    if not WINDOWS:
        sys.stdout.flush()
        os.execv(command[0], command)
    return wait_for(command)


def wait_for(
    command: list[str], environment: dict[str, str] | None = None, *, keep_lock: bool = False
) -> int:
    """Run a command to its end; Ctrl+C is the child's to answer."""
    with subprocess.Popen(command, env=environment, close_fds=not keep_lock) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
            except SystemExit:  # this script was asked to end
                process.terminate()
                raise


# ---- setting up ----------------------------------------------------------------------------


def set_up(section: str) -> None:
    """Make the system and .venv ready for a section of the lock; quick when they are."""
    if is_ready(section) and (section != ALL or not missing_packages(section)):
        return
    with only_one():
        ensure_system(section)
        if is_ready(section):  # another start has just done it, or only the system lacked
            return
        wanted = max(section, read_stamp()[1], key=SECTIONS.index)  # ensure_venv() may clear it
        ensure_venv()
        install(wanted)


def wanted_stamp() -> str:
    """Return what the stamp says when .venv fits the lock and this Python."""
    version = "{}.{}".format(*sys.version_info[:2])
    return f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {version} {VENV}"


def read_stamp() -> tuple[str, str]:
    """Return the stamp, "" for none, and the section that was installed last, of whichever lock."""
    try:
        stamp, section = STAMP.read_text(encoding="utf-8").split("\n")[:2]
    except (OSError, ValueError):
        return "", RUNTIME
    return (stamp, section) if section in SECTIONS else ("", RUNTIME)


def is_ready(section: str) -> bool:
    """Tell whether .venv holds the section already."""
    stamp, installed = read_stamp()
    fits = stamp == wanted_stamp() and PYTHON.exists()
    return fits and installed in SECTIONS[SECTIONS.index(section) :]


@contextlib.contextmanager
def only_one():  # type: ignore[no-untyped-def]  # typing would cost every start 10 ms
    """Let two starts at the same time set up one after the other."""
    BOOT.mkdir(exist_ok=True)
    with (BOOT / "setup.lock").open("w", encoding="utf-8") as file:
        if WINDOWS:
            msvcrt = importlib.import_module("msvcrt")
            locked = False
            while not locked:
                with contextlib.suppress(OSError):  # it gives up after ten seconds
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    locked = True
        else:
            # A pip that outlives this script inherits the lock, so nobody disturbs it.
            os.set_inheritable(file.fileno(), True)
            fcntl = importlib.import_module("fcntl")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def ensure_venv() -> None:
    """Make .venv unless a whole one for this Python stands already."""
    if UNFINISHED.exists():
        print("The last set-up was interrupted; starting it again.", flush=True)
    if UNFINISHED.exists() or not venv_fits():
        shutil.rmtree(VENV, ignore_errors=True)
        VENV.mkdir(exist_ok=True)
        UNFINISHED.touch()
        print(f"Making {VENV} ...", flush=True)
        make_venv()
    UNFINISHED.touch()


def venv_fits() -> bool:
    """Tell whether .venv has pip and the version of this Python."""
    code = "import sys, pip; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [str(PYTHON), "-c", code], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return answer.stdout.split() == [str(part) for part in sys.version_info[:2]]


def make_venv() -> None:
    """Make .venv with the standard module, else with virtualenv from the registry."""
    if has_module("ensurepip"):
        run_or_stop([sys.executable, "-m", "venv", str(VENV)])
        return
    target = BOOT / "virtualenv"
    pip = [sys.executable, "-m", "pip", "install", "--upgrade", "--target", str(target)]
    run_or_stop([*pip, "virtualenv"])
    environment = dict(os.environ, PYTHONPATH=str(target))
    run_or_stop([sys.executable, "-m", "virtualenv", "--no-download", str(VENV)], environment)


def install(section: str) -> None:
    """Install a section of the lock into .venv, every file checked against its hash."""
    text = LOCK.read_text(encoding="utf-8")
    wanted = text if section == ALL else text.split(ENDS[section])[0]
    count = sum(1 for line in wanted.splitlines() if line[:1].isalnum())
    print(f"Installing up to {count} packages, about 300 MB; this takes a minute ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(wanted, encoding="utf-8")
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
        options = ["--require-hashes", "--only-binary=:all:", "--no-warn-script-location"]
        run_or_stop([*pip, *options, "-r", str(requirements)])
    STAMP.write_text(f"{wanted_stamp()}\n{section}\n", encoding="utf-8")
    UNFINISHED.unlink()


def install_apart(lock: Path, folder: Path) -> None:
    """Install, once and beside .venv, what only one kind of test needs."""
    stamp = folder / "installed.stamp"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    with only_one():
        shutil.rmtree(folder, ignore_errors=True)
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        # a source package among them is built with the setuptools of the lock
        options = ["--require-hashes", "--no-deps", "--no-build-isolation"]
        run_or_stop([*pip, *options, "--target", str(folder), "-r", str(lock)])
        stamp.write_text(wanted, encoding="utf-8")


def run_or_stop(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run one step of the set-up; stop with its exit code when it fails."""
    code = wait_for(command, environment, keep_lock=True)
    if code != 0:
        print(
            f"\nThe set-up stopped: {Path(command[0]).name} ended with code {code}; its message "
            "stands above. Run the same command again to go on.",
            file=sys.stderr,
        )
        sys.exit(1)


def has_module(name: str) -> bool:
    """Tell whether this Python can import a module."""
    return importlib.util.find_spec(name) is not None


# ---- what the system must bring ------------------------------------------------------------


def ensure_system(section: str) -> None:
    """Install or ask for the system packages that are missing."""
    missing = missing_packages(section)
    if not missing:
        return
    if not shutil.which("apt-get"):
        explain_without_apt(missing)
        return
    print("Missing system packages: " + " ".join(missing), flush=True)
    apt_install(missing)
    missing = missing_packages(section)
    if missing == [venv_package()] and has_module("pip"):
        return  # make_venv() can do without
    if missing:
        prefix = "sudo " if shutil.which("sudo") else ""
        print(
            "\nAsk an administrator to run this line, then start again:\n    "
            f"{prefix}sh -c 'apt-get update && apt-get install -y --no-install-recommends "
            f"{' '.join(missing)}'",
            file=sys.stderr,
        )
        sys.exit(1)


def missing_packages(section: str) -> list[str]:
    """Return the Debian packages that this system lacks."""
    missing = [] if PYTHON.exists() or has_module("ensurepip") else [venv_package()]
    if LINUX:
        missing += [package for package, name in LIBRARIES.items() if not can_load(name)]
    if LINUX and section == ALL:
        missing += [package for package, tool in TOOLS.items() if not shutil.which(tool)]
        missing += missing_libpython()
    return missing


def missing_libpython() -> list[str]:
    """Return the package of Debian's own Python as a library, which packaging takes along."""
    version = "{}.{}".format(*sys.version_info[:2])
    is_debians = sys.base_prefix == "/usr"  # another Python brings its own
    return (
        [f"libpython{version}"] if is_debians and not can_load(f"libpython{version}.so.1.0") else []
    )


def venv_package() -> str:
    """Return the Debian package that brings ensurepip."""
    return "python{}.{}-venv".format(*sys.version_info[:2])


def can_load(name: str) -> bool:
    """Tell whether the dynamic loader finds a library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def apt_install(packages: list[str]) -> None:
    """Install Debian packages as root, or with sudo where this user may; else do nothing."""
    prefix = []
    if os.geteuid() != 0:
        if not may_use_sudo():
            return
        prefix = ["sudo"]
    prefix += ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if wait_for([*prefix, "update"]) == 0:
        wait_for([*prefix, "install", "-y", "--no-install-recommends", *packages])


def may_use_sudo() -> bool:
    """Tell whether sudo works without a password, or can ask for one here."""
    if not shutil.which("sudo"):
        return False
    silent = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return silent.returncode == 0 or (sys.stdin is not None and sys.stdin.isatty())


def explain_without_apt(missing: list[str]) -> None:
    """Name what is missing where apt is not the package manager; stop if it is needed."""
    names = [LIBRARIES.get(package, package) for package in missing]
    print(
        f"This system ({platform.platform(terse=True)}) lacks: {', '.join(names)}.\n"
        "Install them with its own package manager, then start again.",
        file=sys.stderr,
    )
    if missing != [venv_package()] or not has_module("pip"):
        sys.exit(1)


# ---- the test command ----------------------------------------------------------------------


def run_tests(arguments: list[str]) -> int:
    """Run every check, pytest last, and return 0 only when all of them pass."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the display must end too
    set_up(ALL)
    install_apart(OLD_CLIENT_LOCK, OLD_CLIENT)
    environment = dict(os.environ, LC_ALL="C.UTF-8")
    environment["PATH"] = str(PYTHON.parent) + os.pathsep + environment.get("PATH", "")
    os.chdir(ROOT)
    failed = []
    for check in ("ruff format --check .", "ruff check .", "mypy", "lint-imports --no-cache"):
        print(f"\n==== {check}", flush=True)
        tool, *options = check.split()
        if wait_for([str(PYTHON.parent / tool), *options], environment) != 0:
            failed.append(check)
    code = run_pytest(arguments, environment) if arguments else run_halves(environment)
    if failed:
        print("FAILED before pytest: " + ", ".join(failed), flush=True)
    return code or int(bool(failed))


def run_pytest(arguments: list[str], environment: dict[str, str]) -> int:
    """Run the tests that are asked for, on a display of their own."""
    print("\n==== pytest " + " ".join(arguments), flush=True)
    with virtual_display(environment):
        return wait_for([str(PYTHON), "-m", "pytest", *arguments], environment)


def run_halves(environment: dict[str, str]) -> int:
    """Run the tests that open windows beside the others, each half on a display of its own."""
    others = [str(path) for path in sorted((ROOT / "tests").iterdir()) if holds_other_tests(path)]
    pytest = [str(PYTHON), "-m", "pytest"]
    with tempfile.TemporaryFile() as output, virtual_display(there := dict(environment)):
        with subprocess.Popen([*pytest, *others], env=there, stdout=output, stderr=output) as half:
            try:
                code = run_pytest([str(ROOT / "tests" / name) for name in WINDOWED], environment)
                other_code = half.wait()
            finally:
                half.terminate()
        output.seek(0)
        print("\n==== pytest " + " ".join(others), flush=True)
        shutil.copyfileobj(output, sys.stdout.buffer)
        sys.stdout.flush()
    return code or other_code


def holds_other_tests(path: Path) -> bool:
    """Tell whether a part of tests/ belongs to the half that opens no windows of the program."""
    name = path.name
    if path.is_dir():
        return name not in WINDOWED and any(path.rglob("test_*.py"))
    return name.startswith("test_") and name.endswith(".py")


WINDOWED = ("qt", "end2end")
"""The folders of tests/ whose tests open the program's windows."""

COVERING = tuple(str(Path("tests", "unit", name)) for name in ("domain", "risk", "oms", "desk"))
"""The tests that together run every line and branch of the order path."""


def run_coverage(arguments: list[str]) -> int:
    """Run the unit tests of the order path; fail where they leave a line or branch out."""
    set_up(ALL)
    os.chdir(ROOT)
    environment = dict(os.environ, WORKSTATION_COVERAGE="1", QT_QPA_PLATFORM="offscreen")
    return wait_for([str(PYTHON), "-m", "pytest", "-q", *COVERING, *arguments], environment)


def run_mutation(arguments: list[str]) -> int:
    """Damage the order path here and there; fail where the tests notice too little."""
    set_up(ALL)
    install_apart(MUTATION_LOCK, MUTATION)
    os.chdir(ROOT)
    environment = dict(os.environ, PYTHONPATH=str(MUTATION), QT_QPA_PLATFORM="offscreen")
    return wait_for([str(PYTHON), "-m", "tests.mutation", *arguments], environment)


@contextlib.contextmanager
def virtual_display(environment: dict[str, str]):  # type: ignore[no-untyped-def]
    """Run a virtual X server on a free display number while the tests use it."""
    if not LINUX:
        yield
        return
    reading, writing = os.pipe()
    size = ["-screen", "0", "1920x1080x24", "-noreset", "-nolisten", "tcp"]
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), *size],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        if not number:
            sys.exit("Xvfb did not start, so the tests have no display.")
        environment.update(DISPLAY=f":{number}", QT_QPA_PLATFORM="xcb")
        environment.pop("WAYLAND_DISPLAY", None)
        yield
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
