"""Nothing in a test talks beyond loopback: an audit hook refuses, /proc tells on the rest."""

import contextlib
import ipaddress
import os
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

LISTENING = "0A"
TABLES = ("tcp", "tcp6", "udp", "udp6")
ADDRESS_EVENTS = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
NAME_EVENTS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")


class BeyondLoopbackError(OSError):
    """A test tried to reach, or to be reached from, another machine."""


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address stays on this machine."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def install_audit_hook(report: Callable[[str], None]) -> None:
    """Refuse, in this process and for good, sockets that leave loopback.

    Each refusal is also reported, because the code under test may swallow an OSError.
    """

    def refuse(text: str) -> None:
        report(text)
        raise BeyondLoopbackError(text)

    def hook(event: str, args: tuple[object, ...]) -> None:
        if not event.startswith("socket."):
            return
        if event in ADDRESS_EVENTS:
            sock, address = args[0], args[1]
            family = getattr(sock, "family", None)
            if family in {socket.AF_INET, socket.AF_INET6} and isinstance(address, tuple):
                host = str(address[0])
                if not is_loopback(host):
                    refuse(f"{event} to {host or 'every interface'} port {address[1]}")
        elif event in NAME_EVENTS and needs_a_name_server(args[0]):
            refuse(f"{event} of {args[0]!r}")

    sys.addaudithook(hook)


def needs_a_name_server(host: object) -> bool:
    """Tell whether finding this host could ask another machine; addresses never do."""
    if host is None or host in {"", "localhost", b"localhost"}:
        return False
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return True
    return False


def own_sockets_beyond_loopback() -> list[str]:
    """Describe such sockets of this process and its children; Qt's pass no audit hook."""
    suspects: dict[str, str] = {}
    for table in TABLES:
        path = Path("/proc/net") / table
        if path.exists():
            suspects |= beyond_loopback(table, path.read_text(encoding="ascii").splitlines()[1:])
    if not suspects:
        return []
    own = open_socket_inodes(family_of(os.getpid()))
    return [text for inode, text in suspects.items() if inode in own]


def beyond_loopback(table: str, lines: Iterable[str]) -> dict[str, str]:
    """Map the inode to a description for each row of /proc/net/TABLE that is not loopback."""
    found = {}
    for line in lines:
        fields = line.split()
        state, inode = fields[3], fields[9]
        (local, local_port), (remote, remote_port) = map(endpoint, fields[1:3])
        unconnected = state == LISTENING or remote_port == 0
        if unconnected and not is_loopback(local):
            found[inode] = f"{table} open to others on {local} port {local_port}"
        elif not unconnected and not is_loopback(remote):
            found[inode] = f"{table} connection to {remote} port {remote_port}"
    return found


def endpoint(text: str) -> tuple[str, int]:
    """Read "0100007F:1F90": words in the machine's byte order, the port in hexadecimal."""
    address, port = text.split(":")
    words = [address[start : start + 8] for start in range(0, len(address), 8)]
    packed = b"".join(int(word, 16).to_bytes(4, sys.byteorder) for word in words)
    return str(ipaddress.ip_address(packed)), int(port, 16)


def family_of(root: int) -> set[int]:
    """Return the process and all that descend from it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        parents[int(path.parent.name)] = int(text.rpartition(")")[2].split()[1])
    family = {root}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    return family


def open_socket_inodes(pids: Iterable[int]) -> set[str]:
    """Return the inodes of all sockets these processes hold open."""
    inodes = set()
    for pid in pids:
        with contextlib.suppress(OSError):  # the process has ended meanwhile
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):  # it has closed this one
                    link = str(entry.readlink())
                    if link.startswith("socket:["):
                        inodes.add(link.removeprefix("socket:[").removesuffix("]"))
    return inodes


def free_port() -> int:
    """Return a loopback port at which nothing listens now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
