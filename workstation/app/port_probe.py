"""Finds out which ports of this computer listen: connects and hangs up, without a word."""

import errno
import select
import socket
from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

LOOK_MS = 20
LONGEST_LOOKS = 25
"""Half a second: a port of this computer answers at once, unless a firewall swallows it."""


class PortProbe(QObject):
    """Looks at ports on 127.0.0.1. GUI thread; sockets are non-blocking and never read.

    TWS takes a connection without a handshake for what it is: somebody who left.
    """

    found = Signal(object)
    """tuple[int, ...]: the ports that listen, in the order asked."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ports: tuple[int, ...] = ()
        self._open: set[int] = set()
        self._waiting: dict[socket.socket, int] = {}
        self._looks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._on_look_due)

    def look(self, ports: Iterable[int]) -> None:
        """Look at these ports; `found` follows. A look that runs is given up."""
        self.stop()
        self._ports = tuple(dict.fromkeys(ports))
        self._open.clear()
        self._looks = 0
        for port in self._ports:
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            sock.setblocking(False)
            code = sock.connect_ex(("127.0.0.1", port))
            if code in {0, errno.EINPROGRESS, errno.EWOULDBLOCK}:
                self._waiting[sock] = port
            else:
                sock.close()
        self._timer.start()

    def stop(self) -> None:
        """Give up; `found` does not follow."""
        self._timer.stop()
        for sock in self._waiting:
            sock.close()
        self._waiting.clear()

    @Slot()
    def _on_look_due(self) -> None:
        self._looks += 1
        if self._waiting:
            _, writable, failed = select.select([], self._waiting, self._waiting, 0)
            for sock in {*writable, *failed}:
                port = self._waiting.pop(sock)
                if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    self._open.add(port)
                sock.close()
        if not self._waiting or self._looks >= LONGEST_LOOKS:
            self.stop()
            self.found.emit(tuple(port for port in self._ports if port in self._open))
