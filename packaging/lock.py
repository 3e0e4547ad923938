"""Regenerate requirements.lock from pyproject.toml.

python3 packaging/lock.py [uv options, such as --upgrade or --upgrade-package NAME]

Needs uv. Without options the versions of the present lock are kept where they still fit.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
HEAD = "# One lock for Linux, Windows and macOS. Change it with packaging/lock.py.\n"
ANALYTICS_LINE = "# ---- analytics: only for the export as Parquet ----\n"
SECTION_LINE = "# ---- tools: only for tests and packaging ----\n"
COMPILE = [
    *("pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--only-binary", ":all:", "--no-header", "--quiet"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-annotate"),
]


def main(options: list[str]) -> None:
    """Compile the whole lock, then its parts with the same versions."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("packaging/lock.py needs uv: python -m pip install uv")
    with tempfile.TemporaryDirectory() as folder:
        everything = Path(folder) / "all.txt"
        if LOCK.exists():
            shutil.copy(LOCK, everything)
        tools = ["--extra", "analytics", "--group", "tools"]
        whole = [uv, *COMPILE, *tools, "-o", str(everything), *options]
        subprocess.run(whole, cwd=ROOT, check=True)
        parts: list[list[str]] = []
        for extra in ([], ["--extra", "analytics"]):
            target = Path(folder) / "part.txt"
            part = [uv, *COMPILE, *extra, "-c", str(everything), "-o", str(target)]
            subprocess.run(part, cwd=ROOT, check=True)
            parts.append(entries(target))
            target.unlink()
        runtime, analytics = parts
        text = joined(runtime, analytics, entries(everything))
    if re.search(r"://|--(extra-)?index|--find-links", text):
        sys.exit("The lock would name a package registry; it was not written.")
    LOCK.write_text(text, encoding="utf-8")


def entries(path: Path) -> list[str]:
    """Return the requirements of a file, each with its hashes."""
    return re.findall(r"^\S.*\n(?:[ ]+\S.*\n)*", path.read_text(encoding="utf-8"), re.MULTILINE)


def joined(runtime: list[str], analytics: list[str], everything: list[str]) -> str:
    """Return the text of the lock: what the program needs, then what each section adds to it.

    A package whose marker is wider with a later section stands in both.
    """
    extra = [entry for entry in analytics if entry not in runtime]
    tools = [entry for entry in everything if entry not in runtime and entry not in extra]
    sections = ("".join(each) for each in (runtime, extra, tools))
    return HEAD + "".join(
        map("".join, zip(("", ANALYTICS_LINE, SECTION_LINE), sections, strict=True))
    )


if __name__ == "__main__":
    main(sys.argv[1:])
