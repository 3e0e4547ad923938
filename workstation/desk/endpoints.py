"""The endpoint in use and the one that stands by."""

FAILURES_BEFORE_THE_OTHER = 3
"""Attempts in a row that must fail before the other endpoint is tried."""

Endpoint = tuple[str, int]
"""Host and port."""


class Endpoints:
    """Remembers which endpoint to try next. Core thread.

    A session that came up stays where it is, also at the standby, until it fails in its turn.
    """

    def __init__(self) -> None:
        self.current: Endpoint = ("", 0)
        self._other: Endpoint | None = None
        self._standby: Endpoint | None = None
        self._failures = 0

    @property
    def is_standby(self) -> bool:
        """Whether the standby is tried or used now."""
        return self._standby is not None and self.current == self._standby

    @property
    def words(self) -> str:
        """Name the endpoint that is tried or used now."""
        host, port = self.current
        return f"{host}:{port}{' (standby)' if self.is_standby else ''}"

    def choose(self, first: Endpoint, standby: Endpoint | None) -> bool:
        """Take both from the user; True if the first is another than the one in use.

        The endpoint in use stays in use where it is one of the two.
        """
        standby = None if standby == first else standby
        if standby is not None and self.current == standby and self._standby == standby:
            self._other = first
            return False
        is_new = first != self.current
        self.current, self._other, self._standby = first, standby, standby
        self._failures = 0
        return is_new

    def move_to(self, port: int) -> None:
        """The program at the endpoint in use listens on another port from now on."""
        host, _ = self.current
        if self.is_standby:
            self._standby = (host, port)
        self.current = (host, port)

    def came_up(self) -> None:
        """A session began."""
        self._failures = 0

    def failed(self) -> str:
        """Count a failed attempt; returns a sentence if the other endpoint is tried next, or ""."""
        self._failures += 1
        if self._other is None or self._failures < FAILURES_BEFORE_THE_OTHER:
            return ""
        self._failures = 0
        self.current, self._other = self._other, self.current
        return f"after {FAILURES_BEFORE_THE_OTHER} attempts {self.words} is tried next"
