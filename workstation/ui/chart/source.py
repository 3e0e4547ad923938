"""What brings the bars of a chart, whatever they are made of."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal, Slot

from workstation.domain.bar import BarUpdate
from workstation.domain.trade import Trade
from workstation.ui.abstract_qobject import AbstractQObjectMeta
from workstation.ui.chart.bars import BarArrays


class Series(Enum):
    """What there is to show."""

    NONE = auto()
    LOADING = auto()
    SHOWN = auto()
    FAILED = auto()


class Older(Enum):
    """How it stands with the bars before the first."""

    IDLE = auto()
    ASKED = auto()
    FAILED = auto()
    COMPLETE = auto()


class Source(QObject, metaclass=AbstractQObjectMeta):
    """Fills the arrays of a chart and tells what changed. GUI thread."""

    reloaded = Signal()
    """The bars are others than before, or none."""

    grown_older = Signal()
    """Bars were added before the first."""

    updated = Signal(object)
    """The newest bars changed: the index behind the last one before, and whether older ones did
    too: tuple[int, bool]."""

    status_changed = Signal()
    """The series, the older pages or the reason of a failure stand otherwise."""

    start_words = "Start of history"
    """What is said where there is nothing older."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.series = Series.NONE
        self.older = Older.IDLE
        self.reason = ""
        self.note = ""
        """What should be known of these bars, in a few words."""

        self.is_kept_only = False
        """Whether the bars shown are those of the disk, and the broker has not answered yet."""

        self.is_updated = True
        """Whether the broker, or the last price, carries this series on."""

    @property
    @abstractmethod
    def bars(self) -> BarArrays:
        """What is shown; the same arrays for the source's whole life."""

    @property
    @abstractmethod
    def is_live(self) -> bool:
        """Whether updates come, or are about to."""

    @abstractmethod
    def stop(self) -> None:
        """Let go of everything; the bars become others'."""

    @abstractmethod
    def set_wanted(self) -> None:
        """Begin to ask: the chart is seen."""

    @abstractmethod
    def set_unwanted(self) -> None:
        """Ask for no further series; the present one goes on."""

    @abstractmethod
    def link_lost(self) -> None:
        """Note that the core follows nothing any more."""

    @abstractmethod
    def link_ready(self) -> None:
        """Follow again after an interruption; the answer closes the gap."""

    @abstractmethod
    def want_older(self) -> None:
        """Bring the page before the first bar, unless one is under way or there is none."""

    @abstractmethod
    def take(self, updates: Iterable[BarUpdate]) -> None:
        """Apply the updates that belong here, oldest first."""

    def take_trades(self, trades: Sequence[Trade]) -> None:
        """Apply the prints of one contract, oldest first, if they belong here."""

    @Slot()
    def keep(self) -> None:
        """Hand what came to whoever keeps bars."""

    def _set_series(self, series: Series, reason: str = "") -> None:
        self.series, self.reason = series, reason
        self.status_changed.emit()

    def _set_older(self, older: Older, reason: str = "") -> None:
        self.older, self.reason = older, reason
        self.status_changed.emit()
