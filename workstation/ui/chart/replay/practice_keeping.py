"""Keeps what is practised on a chart, session by session, and goes on with a session."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workstation.domain.ids import ConId
from workstation.matching.fees import Fee, usual_fee
from workstation.ui.chart.chart_data import ChartData
from workstation.ui.chart.replay.practice_desk import PracticeDesk
from workstation.ui.chart.replay.practice_record import (
    PracticeRecord,
    PracticeStore,
    RecordError,
    plain_fee,
    plain_record,
    read_fee,
    read_record,
)
from workstation.ui.chart.source import Older, Series
from workstation.ui.chart.timeframe import TimeframeError, read_timeframe

SAVE_MS = 1000
"""A session is written so long after a change, at the end of a replay at once."""


class PracticeKeeping(QObject):
    """Writes the session of one chart, and brings the chart to where another ended. GUI thread."""

    ready = Signal(object)
    """The bars of a session to go on with are here: tuple[str, PracticeRecord]."""

    size_requested = Signal(object)
    """The chart is to show bars of this size: Timeframe."""

    told = Signal(object)
    """What the user should know: tuple[str, str], words and tone."""

    def __init__(self, data: ChartData, desk: PracticeDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._data, self._desk = data, desk
        self._store: PracticeStore | None = None
        self._name = ""
        self._session: PracticeRecord | None = None
        """The session under way: what does not change of it, and its newest bar."""

        self._wanted: tuple[str, PracticeRecord] | None = None
        self.seek: Callable[[datetime], None] = lambda _moment: None
        """Loads older bars until those of a time are here."""

        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(SAVE_MS)
        self._saving.timeout.connect(self.save)
        desk.changed.connect(self._on_changed)
        data.reloaded.connect(self._look)
        data.grown_older.connect(self._look)
        data.status_changed.connect(self._look)

    def use_store(self, store: PracticeStore) -> None:
        """Keep sessions there from now on."""
        self._store = store

    # -- commissions --------------------------------------------------------------------------

    @property
    def usual(self) -> Fee:
        """What is charged for the chart's kind of contract."""
        details = self._data.details
        return usual_fee(self._data.sec_type, details.contract.currency if details else "")

    @property
    def fee(self) -> Fee:
        """What practice pays for this kind of contract: as it was set, else the usual."""
        rates = self._store.load_rates() if self._store is not None else {}
        return read_fee(rates.get(self._data.sec_type)) or self.usual

    def set_fee(self, fee: Fee) -> None:
        """Let practice pay so much for this kind of contract, now and in later sessions."""
        if self._store is not None:
            rates = self._store.load_rates()
            self._store.save_rates({**rates, self._data.sec_type: plain_fee(fee)})
        self._desk.use_fee(fee)

    # -- writing ------------------------------------------------------------------------------

    def begin(self, name: str = "", began: int | None = None) -> None:
        """Write to a session from now on: to a new one, or go on with the one of a name."""
        self._wanted = None
        data, desk = self._data, self._desk
        self._name = name or self._new_name()
        newest = data.bars.time(data.bars.end - 1)
        self._session = PracticeRecord(
            con_id=int(data.con_id or 0),
            symbol=data.symbol,
            sec_type=data.sec_type,
            currency=desk.currency,
            size=data.timeframe.name,
            show=data.show,
            regular=data.regular_only,
            tick=desk.terms.tick,
            per_point=desk.terms.per_point,
            began=newest if began is None else began,
            moment=newest,
        )

    def _new_name(self) -> str:
        symbol = re.sub(r"[^A-Za-z0-9]", "", self._data.symbol) or "chart"
        now = datetime.now(UTC)
        return f"session-{now:%Y%m%d-%H%M%S-%f}-{symbol[:24]}-{self._data.timeframe.name}"

    def moved(self) -> None:
        """Note that another bar is the newest."""
        if self._session is not None:
            newest = self._data.bars.time(self._data.bars.end - 1)
            self._session = replace(self._session, moment=newest)

    @Slot()
    def _on_changed(self) -> None:
        if self._desk.market is not None and self._session and not self._saving.isActive():
            self._saving.start()

    @Slot()
    def save(self) -> None:
        """Write the session, if anything was practised in it."""
        self._saving.stop()
        market, session = self._desk.market, self._session
        if market is None or session is None or self._store is None or not session.con_id:
            return
        standing = market.standing
        if not standing.fills and not standing.orders:
            return  # a replay that is only watched is not kept
        record = replace(session, fee=self._desk.fee, standing=standing)
        if not self._store.save(self._name, plain_record(record)):
            self.told.emit(("The practice session could not be written.", "warning"))

    def end(self) -> None:
        """Write the session for the last time, before its account ends."""
        self.save()
        self._name, self._session = "", None

    # -- reading ------------------------------------------------------------------------------

    def sessions(self) -> list[tuple[str, PracticeRecord]]:
        """Return every session that can be read, the one changed last first."""
        store = self._store
        found: list[tuple[str, PracticeRecord]] = []
        for name in store.names() if store is not None else []:
            state = store.load(name) if store is not None else None
            try:
                if state is not None:
                    found.append((name, read_record(state)))
            except RecordError:
                continue  # a file that somebody changed, or of a later version
        return found

    def delete(self, name: str) -> bool:
        """Drop a session; False for the one that is under way."""
        if self._store is None or name == self._name:
            return False
        self._store.delete(name)
        return True

    def why_not(self, record: PracticeRecord) -> str:
        """Say why a session cannot go on on this chart; empty where it can."""
        data = self._data
        if data.con_id != ConId(record.con_id):
            return f"Show {record.symbol} on this chart first: the session is of its bars."
        if data.formula is not None or data.is_continuous:
            return "The chart shows a formula or stitched expiries: show the contract again first."
        if (record.show, record.regular) != (data.show, data.regular_only):
            hours = "regular hours" if record.regular else "all hours"
            return f"Choose {record.show.value} and {hours} under Data first, as in the session."
        return ""

    def resume(self, name: str, record: PracticeRecord) -> None:
        """Bring the chart's bars to those of a session, then go on with it."""
        if self.why_not(record):
            return
        try:
            timeframe = read_timeframe(record.size)
        except TimeframeError:
            return
        self._wanted = (name, record)
        if timeframe != self._data.timeframe:
            self.size_requested.emit(timeframe)
        self._look()

    @Slot()
    def _look(self) -> None:
        """Go on as soon as the bars reach from the beginning of the session on."""
        if self._wanted is None or self._data.is_replaying:
            return
        record, bars, feed = self._wanted[1], self._data.bars, self._data.feed
        if self.why_not(record) or feed.series is Series.FAILED:
            self._give_up("The chart shows something else")
        elif feed.series is not Series.SHOWN or feed.is_kept_only or not len(bars):
            return
        elif bars.time(bars.first) <= record.began:
            found, self._wanted = self._wanted, None
            self.ready.emit(found)
        elif feed.older is Older.COMPLETE:
            self._give_up("The broker has no bars of that time any more")
        else:
            self.seek(datetime.fromtimestamp(record.began, UTC))

    def _give_up(self, why: str) -> None:
        self._wanted = None
        self.told.emit((f"{why}: the practice session was not resumed.", "warning"))
