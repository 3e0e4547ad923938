"""Keeps named sets of limits as files, and puts one in force as one recorded action."""

import re
from pathlib import Path

from workstation.desk.dry_run import limits_for
from workstation.desk.limits import LimitsDesk
from workstation.domain.account import masked
from workstation.domain.commands import CommandResult, Done, Failed
from workstation.domain.errors import SettingsError
from workstation.domain.ids import AccountId
from workstation.domain.limit_profiles import (
    LimitProfile,
    LimitProfiles,
    LimitProfileText,
    LimitProfileWish,
    ProfileAct,
)
from workstation.risk.limits import Limits, differences
from workstation.storage.files import make_private_folder, write_private_file
from workstation.storage.limits_file import parse_limits, written

LONGEST_NAME, MOST_PROFILES, LARGEST = 40, 100, 256 * 1024
FOLDER = "limit-profiles"
_NAME = re.compile(r"[^\W_][\w .()-]*", re.ASCII)


class LimitProfilesDesk:
    """Files of some kilobytes in a folder beside the limits file. Core thread."""

    def __init__(self, folder: Path, limits: LimitsDesk) -> None:
        self._folder = folder
        self._limits = limits

    def carry_out(self, wish: LimitProfileWish) -> CommandResult:
        """Do what is wished; a fault is a sentence, and nothing has changed then."""
        acts = {
            ProfileAct.LIST: self._list,
            ProfileAct.READ: self._read,
            ProfileAct.KEEP: self._keep,
            ProfileAct.RENAME: self._rename,
            ProfileAct.COPY: self._copy,
            ProfileAct.DELETE: self._delete,
            ProfileAct.USE: self._use,
        }
        try:
            return acts[wish.act](wish)
        except (SettingsError, OSError, UnicodeDecodeError) as error:
            return Failed(str(error))

    def _list(self, wish: LimitProfileWish) -> CommandResult:
        names = sorted(path.stem for path in self._folder.glob("*.toml"))[:MOST_PROFILES]
        return LimitProfiles(tuple(self._compared(wish.account, name) for name in names))

    def _compared(self, account: AccountId, name: str) -> LimitProfile:
        try:
            limits = self._of(account, name)
        except (SettingsError, OSError, UnicodeDecodeError) as error:
            return LimitProfile(name, fault=str(error))
        now = self._limits.of(account)
        if now is None:
            return LimitProfile(name, fault="no limits are in force for this account yet")
        changes = differences(now, limits)
        fault = self._limits.lock.why_not(account, now, limits) if changes else ""
        return LimitProfile(name, changes, fault)

    def _read(self, wish: LimitProfileWish) -> CommandResult:
        return LimitProfileText(wish.name, self._text(wish.name))

    def _keep(self, wish: LimitProfileWish) -> CommandResult:
        path = self._new(wish.name)
        content = wish.text
        if content:
            parse_limits(content, wish.name)
        else:
            now = self._limits.of(wish.account)
            if now is None:
                raise SettingsError("No limits are in force for this account yet.")
            content = written(now).strip() + "\n"
        self._write(path, content)
        return Done(f"kept as {wish.name}; it is not in force until you choose it")

    def _rename(self, wish: LimitProfileWish) -> CommandResult:
        old, new = self._known(wish.name), self._new(wish.other)
        old.rename(new)
        return Done(f"{wish.name} is {wish.other} now")

    def _copy(self, wish: LimitProfileWish) -> CommandResult:
        self._write(self._new(wish.other), self._text(wish.name))
        return Done(f"{wish.other} is a copy of {wish.name}")

    def _delete(self, wish: LimitProfileWish) -> CommandResult:
        self._known(wish.name).unlink()
        return Done(f"{wish.name} is deleted; the limits in force stay")

    def _use(self, wish: LimitProfileWish) -> CommandResult:
        limits = self._of(wish.account, wish.name)
        if fault := self._limits.use(limits, wish.name):
            raise SettingsError(fault)
        return Done(f"the limits {wish.name} are in force for {masked(wish.account)}, on record")

    def _of(self, account: AccountId, name: str) -> Limits:
        limits = limits_for(account, parse_limits(self._text(name), name))
        if limits is None:
            raise SettingsError(f"{name} has no section for this account, and more than one.")
        return limits

    def _text(self, name: str) -> str:
        path = self._known(name)
        if path.stat().st_size > LARGEST:
            raise SettingsError(f"{name} is too large")
        return path.read_text("utf-8")

    def _write(self, path: Path, content: str) -> None:
        make_private_folder(self._folder)
        write_private_file(path, content.encode())

    def _known(self, name: str) -> Path:
        path = self._path(name)
        if not path.is_file():
            raise SettingsError(f"there are no limits named {name}")
        return path

    def _new(self, name: str) -> Path:
        path = self._path(name)
        if path.exists():
            raise SettingsError(f"there are limits named {name} already")
        return path

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME or name != name.strip(" ."):
            raise SettingsError("a name has letters, digits, blanks and . ( ) - in it, up to 40")
        return self._folder / f"{name}.toml"
