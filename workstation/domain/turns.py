"""Who gets the interpreter, which one thread has at a time, and how soon.

A thread that waits for it takes it from the one that has it after the switch interval, which is
one for the whole process. So the interval changes with what is at stake: it is short as soon as a
command waits for the core, long while the core carries it out, and short again wherever the core
gives the interpreter away in between, to the disk or to the network. Measured with a window that
never stops running Python; see docs/performance.md, Orders.

Nothing happens before begin(): tests and small commands keep Python's own interval.
"""

import select
import sys
from types import TracebackType

USUAL_SECONDS = 0.0005
"""While no command waits. Python's own 5 ms would let a busy window hold up every message."""

SOON_SECONDS = 0.0001
"""How long the core waits for its turn when a command is at stake."""

HELD_SECONDS = 0.003
"""How long a window that wants to run waits at most for a command to be carried out."""


class Turns:
    """Sets the switch interval. Any thread; a late or lost change costs a moment and no more."""

    def __init__(self) -> None:
        self._in_force = False
        self._held = False
        self._nothing = select.poll()  # a look at it gives the interpreter away, and no more

    def begin(self) -> None:
        """Take charge of the interval from now on."""
        self._in_force = True
        sys.setswitchinterval(USUAL_SECONDS)

    def ask(self) -> None:
        """Let the core have its turn soon: a command waits for it."""
        if self._in_force and not self._held:
            sys.setswitchinterval(SOON_SECONDS)

    def hold(self) -> None:
        """Let the core run for a while; it carries out a command. Core thread.

        Who waits by the short interval begins anew with the long one.
        """
        if self._in_force:
            self._held = True
            self._lengthen()

    def let_go(self) -> None:
        """Be as usual again. Core thread."""
        if self._in_force:
            self._held = False
            sys.setswitchinterval(USUAL_SECONDS)

    def __enter__(self) -> None:
        """Give the interpreter away, to have it back soon. Core thread."""
        if self._held:
            sys.setswitchinterval(SOON_SECONDS)

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Go on as before."""
        if self._held:
            self._lengthen()

    def _lengthen(self) -> None:
        """Let all others wait for long, those too that have begun to wait for a short time.

        A thread reads the interval when it begins to wait, and anew whenever the interpreter is
        given away. So it is, for a microsecond: hardly a sleeper is awake in time to have it.
        """
        sys.setswitchinterval(HELD_SECONDS)
        self._nothing.poll(0)


TURNS = Turns()
"""The one of this process; `with TURNS:` goes around what gives the interpreter away."""
