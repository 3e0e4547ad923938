"""Build the program that needs no Python, into dist/workstation.

python3 run.py package [--reuse]

With --reuse a build stays as it is when nothing it was made from has changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "packaging" / "workstation.spec"
WORK = ROOT / "build"
STAMP = WORK / "packaged.stamp"
DIST = ROOT / "dist"
FOLDER = DIST / "workstation"
PROGRAM = FOLDER / ("workstation.exe" if os.name == "nt" else "workstation")
SUMS = DIST / "SHA256SUMS"


def main(options: list[str]) -> int:
    """Build, unless a current build may stay, and say what stands where."""
    if options not in ([], ["--reuse"]):
        sys.exit(f"package: only --reuse may follow, not {' '.join(options)}")
    wanted = fingerprint()
    if options and PROGRAM.exists() and STAMP.exists() and STAMP.read_text("ascii") == wanted:
        print(f"{PROGRAM} is up to date")
        return 0
    begun = time.monotonic()
    STAMP.unlink(missing_ok=True)
    code = run_pyinstaller()
    if code != 0:
        print(f"package: PyInstaller ended with code {code}; see above", file=sys.stderr)
        return code
    shutil.copy(ROOT / "LICENSE", FOLDER)
    files = sorted(path for path in FOLDER.rglob("*") if path.is_file() and not path.is_symlink())
    SUMS.write_text("".join(f"{sha256(path)}  {name(path)}\n" for path in files), encoding="utf-8")
    STAMP.write_text(wanted, encoding="ascii")
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    print(
        f"\nBuilt {PROGRAM}\n{len(files)} files, {megabytes:.0f} MB, "
        f"in {time.monotonic() - begun:.0f} s; their checksums are in {SUMS}"
    )
    return 0


def run_pyinstaller() -> int:
    """Let PyInstaller build; its lines show the progress."""
    command = [sys.executable, "-m", "PyInstaller", str(SPEC), "--noconfirm"]
    places = ["--distpath", str(DIST), "--workpath", str(WORK)]
    environment = dict(os.environ, PYINSTALLER_CONFIG_DIR=str(WORK / "cache"))
    return subprocess.run([*command, *places], cwd=ROOT, env=environment, check=False).returncode


def sources() -> Iterator[Path]:
    """Yield every file the program is made from."""
    yield from (ROOT / "main.py", ROOT / "LICENSE", ROOT / "requirements.lock", SPEC)
    yield Path(__file__).resolve()
    yield from sorted((ROOT / "workstation").rglob("*.py"))
    yield from sorted(path for path in (ROOT / "resources").rglob("*") if path.is_file())


def fingerprint() -> str:
    """Return what changes with the sources, with this Python and with this folder."""
    digest = hashlib.sha256(f"{sys.version} {sys.prefix}".encode())
    for path in sources():
        digest.update(f"{path.relative_to(ROOT)} {sha256(path)}\n".encode())
    return digest.hexdigest()


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def name(path: Path) -> str:
    """Return how SHA256SUMS calls a file, as `sha256sum -c` wants it."""
    return path.relative_to(DIST).as_posix()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
