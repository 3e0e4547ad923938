"""The status bar: how much arrives, and how old it is."""

import time
from datetime import datetime

from PySide6.QtWidgets import QStatusBar, QWidget

from workstation.ui import text
from workstation.ui.messages import Messages
from workstation.ui.meter import Meter
from workstation.ui.plain_label import PlainLabel

SAY_MS = 8_000
"""How long a sentence stays in the status bar."""


class StatusLine(QStatusBar):
    """Counts once a second, so that the figures can be read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(0, 0, 8, 0)
        self.meter = Meter(self)
        self.rate_label = PlainLabel("", self)
        self.age_label = PlainLabel("", self)
        for label in (self.meter, self.rate_label, self.age_label):
            label.set_tone("muted")
            self.addPermanentWidget(label)
        self._counted_at = time.monotonic()
        self._latest = 0
        self._show_rate(0, 0)

    def say(self, sentence: str) -> None:
        """Show a sentence for a while."""
        self.showMessage(text.one_line(sentence), SAY_MS)

    def beat(self, messages: Messages, now: datetime) -> float:
        """Count, at most once a second; returns monotonic seconds."""
        moment = time.monotonic()
        passed = moment - self._counted_at
        if passed >= 1.0:
            rate = round((messages.latest_count - self._latest) / passed)
            self._counted_at, self._latest = moment, messages.latest_count
            self._show_rate(rate, messages.event_count)
            self._show_age(messages, now)
            if messages.data_use is not None:
                self.meter.show_use(messages.data_use)
        return moment

    def _show_rate(self, rate: int, events: int) -> None:
        self.rate_label.show_text(f"{text.size(rate)} updates/s   {text.size(events)} events")

    def _show_age(self, messages: Messages, now: datetime) -> None:
        quote = messages.newest_quote
        if quote is None:
            return
        age = (now - quote.received_at).total_seconds()
        shown = f"{max(0, round(age * 1000)):,} ms" if age < 10 else f"{age:,.0f} s"
        self.age_label.show_text(f"Newest quote {shown} old")
