"""Words and marks over the chart as pictures, for as long as they are the same."""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

Writer = Callable[[QPainter], None]
"""Writes the words with a painter that has the chart's font and coordinates."""


class KeptWords:
    """Writes groups of words, from a picture where they say what they said before. GUI thread.

    Writing a word takes as long as copying ten of them. A group on a plain ground that says
    something new is written straight away; only when it says it again a picture of it is made,
    so that what changes in every frame costs no picture. On any other ground there is always a
    picture: it mixes colours in another order, and a pixel could be off by one.
    """

    def __init__(self) -> None:
        self._said: dict[str, object] = {}
        self._pictures: dict[str, QPixmap] = {}

    def forget(self) -> None:
        """Write everything anew."""
        self._said.clear()
        self._pictures.clear()

    def write_again(self, painter: QPainter, group: str, place: QRect, says: object) -> bool:
        """Write a group from its picture; tell whether there is one that says this."""
        picture = self._pictures.get(group)
        if picture is None or self._said.get(group) != says:
            return False
        painter.drawPixmap(place.topLeft(), picture)
        return True

    def write(
        self,
        painter: QPainter,
        group: str,
        place: QRect,
        ground: QColor | None,
        says: object,
        writer: Writer,
    ) -> None:
        """Write a group of words into a place, all of whose looks follow from `says`.

        `ground` is the plain colour that is behind the whole place; None where there is more.
        """
        if self.write_again(painter, group, place, says):
            return
        if self._said.get(group) != says:
            self._said[group] = says
            self._pictures.pop(group, None)
            if ground is not None:
                writer(painter)
                return
        picture = self._pictures[group] = _picture(painter, place, ground, writer)
        painter.drawPixmap(place.topLeft(), picture)


def _picture(painter: QPainter, place: QRect, ground: QColor | None, writer: Writer) -> QPixmap:
    picture = QPixmap(place.size())
    picture.fill(Qt.GlobalColor.transparent if ground is None else ground)
    writing = QPainter(picture)
    writing.setFont(painter.font())
    writing.translate(-place.topLeft())
    writer(writing)
    writing.end()
    return picture
