"""What stands between a start and the first paint: nothing of the broker's library."""

import subprocess
import sys

BEFORE_THE_PAINT = ("workstation.app.cli", "workstation.app.program", "workstation.app.shell")


def test_neither_the_library_nor_protobuf_is_imported_before_the_window_is_painted() -> None:
    code = (
        f"import sys, {', '.join(BEFORE_THE_PAINT)}\n"
        "print([name for name in sys.modules if name.split('.')[0] in {'ibapi', 'google'}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout == "[]\n"
