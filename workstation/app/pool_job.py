"""Work on a pool thread whose result comes back to the GUI thread."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, Signal
from typing_extensions import override

from workstation.domain.errors import WorkstationError

log = logging.getLogger(__name__)


class Told(QObject):
    """Carries a result from the pool to the GUI thread."""

    done = Signal(object)
    """What the work gave, or the sentence of its fault."""


class PoolJob(QRunnable):
    """One piece of work and its result, or the sentence of its fault."""

    def __init__(self, work: Callable[[], object], told: Told) -> None:
        super().__init__()
        self._work = work
        self._told = told

    @override
    def run(self) -> None:
        """Work. Pool thread."""
        try:
            result = self._work()
        except (WorkstationError, OSError) as error:
            result = str(error)
        except Exception as error:
            log.exception("work on a pool thread failed")
            result = f"An internal error stopped this ({type(error).__name__})."
        self._told.done.emit(result)
