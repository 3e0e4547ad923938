"""What the start built is never looked through again, and the rest seldom."""

import subprocess
import sys

CODE = """
import gc
from workstation.app import memory

def cycle():
    one = []
    one.append(one)
    return id(one)

before = gc.get_threshold()
memory.look_seldom()
assert gc.get_threshold() == (memory.YOUNG, memory.MIDDLE, memory.OLD) != before
held = [[] for _ in range(1000)]
memory.set_aside()
frozen = gc.get_freeze_count()
assert frozen > 1000
assert len(gc.get_objects()) < frozen
cycle()
assert gc.collect() >= 1  # what comes later is still given back
assert gc.get_freeze_count() == frozen
print("ok")
"""


def test_what_stands_at_the_start_is_set_aside_and_later_cycles_are_given_back() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("ok", "")
