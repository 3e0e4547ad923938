"""Ends a connection, or a gateway of this process, as a crash would: no goodbye."""

import socket
import struct

from workstation.simgateway.server import Server

_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: close() drops what waits and sends RST."""


def reset(sock: socket.socket) -> None:
    """Close with RST; nothing that waits is sent."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    sock.close()


def crash(server: Server) -> None:
    """End a gateway; nothing that waits is sent."""
    for connection in server.connections:
        server.watch(connection.peer, 0, lambda _: None)
        reset(connection.peer)
    server._connections.clear()
    server.close()
