"""The groups of the grid of shocks: read when their file changes, kept when the user edits them."""

from pathlib import Path

from workstation.domain.commands import CommandResult, Done, Failed
from workstation.domain.errors import SettingsError
from workstation.domain.shock_groups import (
    ReadShockGroups,
    SetShockGroups,
    ShockGroup,
    ShockGroupsText,
)
from workstation.storage.shock_groups_file import (
    parse_groups,
    read_groups,
    read_text,
    write_text,
)


class ShockGroups:
    """Knows the groups in force. Core thread; a file of some hundred bytes."""

    def __init__(self, path: Path | None = None) -> None:
        """Read this file; without one there are no groups."""
        self._path = path
        self._groups: tuple[ShockGroup, ...] = ()
        self._seen: tuple[int, int] | None = None
        self.fault = ""
        """Why the file cannot be used; the groups of before stay then."""

    def now(self) -> tuple[ShockGroup, ...]:
        """Return the groups, read anew where the file changed."""
        if self._path is None:
            return ()
        try:
            status = self._path.stat()
            seen = (status.st_mtime_ns, status.st_size)
        except OSError:
            seen = (0, 0)
        if seen != self._seen:
            self._seen = seen
            try:
                self._groups, self.fault = read_groups(self._path), ""
            except SettingsError as error:
                self.fault = str(error)
        return self._groups

    def read(self, _command: ReadShockGroups) -> CommandResult:
        """Return the text of the file."""
        if self._path is None:
            return Failed("There is no file of groups.")
        try:
            return ShockGroupsText(read_text(self._path))
        except SettingsError as error:
            return Failed(str(error))

    def keep(self, command: SetShockGroups) -> CommandResult:
        """Take an edited text, if all of it can be used."""
        if self._path is None:
            return Failed("There is no file of groups.")
        try:
            groups = parse_groups(command.text)
            write_text(self._path, command.text)
        except (SettingsError, OSError) as error:
            return Failed(str(error))
        self._seen = None
        self.now()
        return Done(
            f"{len(groups)} groups of shocks are in force" if groups else "no groups of shocks"
        )
