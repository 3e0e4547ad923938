"""Addresses in foreign text: which may be opened, and the one place that opens them."""

from dataclasses import dataclass

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from workstation.ui import text

LONGEST = 2_000
"""A longer address is not offered."""


@dataclass(frozen=True, slots=True)
class Link:
    """An address that may be opened; `host` is written in ASCII, so that it cannot pretend."""

    address: str
    host: str


def safe_link(address: str) -> Link | None:
    """Return the link if it is plain https to a named host, else None."""
    if len(address) > LONGEST or address != text.one_line(address, LONGEST):
        return None
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    host = url.host(QUrl.ComponentFormattingOption.FullyEncoded)
    if not url.isValid() or url.scheme() != "https" or not host:
        return None
    if url.userInfo() or not host.isascii() or "." not in host or "\\" in address:
        return None
    encoded = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
    return Link(encoded, host)


def open_link(link: Link) -> bool:
    """Hand a link to the user's browser; called on a click alone."""
    checked = safe_link(link.address)
    return checked is not None and QDesktopServices.openUrl(QUrl(checked.address))
