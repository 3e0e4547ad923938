"""Plays a short tone for what happened to an order, with what the system has for that."""

import array
import io
import logging
import math
import sys
import wave
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QStandardPaths, Slot
from PySide6.QtWidgets import QApplication

from workstation.storage.files import make_private_folder, write_private_file
from workstation.ui.order_events import OrderHappening

if sys.platform == "win32":
    import winsound

log = logging.getLogger(__name__)

RATE = 22_050
"""Samples a second."""

TONES = {
    OrderHappening.SENT: ((660, 0.07),),
    OrderHappening.FILLED: ((660, 0.09), (880, 0.16)),
    OrderHappening.CANCELLED: ((520, 0.08), (392, 0.12)),
    OrderHappening.REJECTED: ((220, 0.16), (165, 0.30)),
}
"""Pitches in Hz and how long each sounds, in seconds."""

_PLAYERS = (("afplay",), ("pw-play",), ("paplay",), ("aplay", "-q"))


class OrderSounds(QObject):
    """Plays one tone at a time; a system without a player beeps. GUI thread.

    The tones are files of the folder: another file under the same name is played instead.
    """

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._folder = folder
        self._player = _player()
        self._process = QProcess(self)
        self._process.setStandardOutputFile(QProcess.nullDevice())
        self._process.setStandardErrorFile(QProcess.nullDevice())
        self._process.errorOccurred.connect(self._on_failed)

    @Slot(object)
    def play(self, what: OrderHappening) -> None:
        """Sound a tone, unless one is sounding; nothing of it may hold up the window."""
        path = self._tone(what)
        if path is None:
            QApplication.beep()
        elif sys.platform == "win32":
            _play_on_windows(path)
        elif not self._player:
            QApplication.beep()
        elif self._process.state() is QProcess.ProcessState.NotRunning:
            self._process.start(self._player[0], [*self._player[1:], str(path)])

    def close(self) -> None:
        """Be silent at once."""
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(1000)

    def _tone(self, what: OrderHappening) -> Path | None:
        path = self._folder / f"{what.value}.wav"
        try:
            if not path.exists():
                make_private_folder(self._folder)
                write_private_file(path, tone(TONES[what]))
        except OSError as error:
            log.info("the tone %s could not be written: %s", what, error)
            return None
        return path

    @Slot()
    def _on_failed(self) -> None:
        if self._process.error() is QProcess.ProcessError.FailedToStart:
            self._player = ()
            QApplication.beep()


def tone(notes: tuple[tuple[int, float], ...]) -> bytes:
    """Return notes as a WAV file, each fading out."""
    samples = array.array("h")
    for pitch, seconds in notes:
        count = int(RATE * seconds)
        for n in range(count):
            fading = (1 - n / count) * min(1.0, n / 100)
            samples.append(int(9000 * fading * math.sin(2 * math.pi * pitch * n / RATE)))
    if sys.byteorder == "big":
        samples.byteswap()
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return content.getvalue()


def _player() -> tuple[str, ...]:
    for name, *options in _PLAYERS:
        if found := QStandardPaths.findExecutable(name):
            return (found, *options)
    return ()


def _play_on_windows(path: Path) -> None:
    if sys.platform == "win32":  # the module is there alone
        flags = winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT
        try:
            winsound.PlaySound(str(path), flags)
        except RuntimeError as error:
            log.info("the tone could not be played: %s", error)
