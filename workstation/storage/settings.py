"""The settings file: own profiles and what to start with; every field is checked."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Self

import msgspec
import tomli_w

from workstation.domain.account import Environment
from workstation.domain.errors import SettingsError
from workstation.domain.profile import PROFILES, Profile
from workstation.domain.protocol import HIGHEST_SERVER_VERSION, LOWEST_SERVER_VERSION
from workstation.storage.files import write_private_file

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
ServerVersion = Annotated[int, msgspec.Meta(ge=LOWEST_SERVER_VERSION, le=HIGHEST_SERVER_VERSION)]
Host = Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=r"^[^\s/]+$")]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]

StandbyHost = Annotated[str, msgspec.Meta(max_length=253, pattern=r"^[^\s/]*$")]
StandbyPort = Annotated[int, msgspec.Meta(ge=0, le=65535)]
CommandLine = Annotated[str, msgspec.Meta(max_length=2000, pattern=r"^[^\x00-\x1f\x7f]*$")]

MOST_PROFILES = 50


class Extras(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a user may add to any profile; empty and 0 mean nothing. As in Profile."""

    standby_host: StandbyHost = ""
    standby_port: StandbyPort = 0
    command: CommandLine = ""
    restarts: bool = False

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """Take them from a profile."""
        return msgspec.convert(profile, cls, from_attributes=True)

    def added_to(self, profile: Profile) -> Profile:
        """Return the profile with them."""
        return replace(
            profile,
            standby_host=self.standby_host,
            standby_port=self.standby_port,
            command=self.command,
            restarts=self.restarts,
        )


class OwnProfile(Extras, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A profile of the user's own; `environment` is what its accounts must be."""

    host: Host
    port: Port
    environment: Environment


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the program starts with when the command line does not say otherwise.

    `built_in` holds what was added to built-in profiles. `unencrypted_hosts` are other computers
    to which the user agreed to connect without encryption.
    """

    profile: Name = "simulated"
    client_id: Number = 7
    max_server_version: ServerVersion = HIGHEST_SERVER_VERSION
    profiles: dict[Name, OwnProfile] = {}
    built_in: dict[Name, Extras] = {}
    unencrypted_hosts: tuple[Host, ...] = ()

    def all_profiles(self) -> dict[str, Profile]:
        """Return the built-in profiles and the user's own, which cannot replace them."""
        own = {
            name: each.added_to(Profile(name, each.host, each.port, each.environment))
            for name, each in self.profiles.items()
        }
        built_in = {
            name: self.built_in.get(name, Extras()).added_to(profile)
            for name, profile in PROFILES.items()
        }
        return {**own, **built_in}


def read_settings(path: Path) -> Settings:
    """Return the settings, defaults where there is no file. Raises SettingsError."""
    try:
        text = path.read_text("utf-8")
        settings = msgspec.convert(tomllib.loads(text), Settings)
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.MsgspecError) as error:
        raise SettingsError(f"the settings file {path} cannot be used: {error}") from error
    if len(settings.profiles) > MOST_PROFILES:
        raise SettingsError(f"the settings file {path} holds more than {MOST_PROFILES} profiles")
    if settings.profile not in settings.all_profiles():
        raise SettingsError(
            f"the settings file {path} starts with {settings.profile}, which is no profile"
        )
    return settings


def write_settings(path: Path, settings: Settings) -> None:
    """Keep the settings durably. Raises OSError."""
    write_private_file(path, tomli_w.dumps(msgspec.to_builtins(settings)).encode())
