"""The settings file: own profiles and what to start with; every field is checked."""

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
import tomli_w

from workstation.domain.account import Environment
from workstation.domain.errors import SettingsError
from workstation.domain.profile import PROFILES, Profile
from workstation.storage.files import write_private_file

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
ServerVersion = Annotated[int, msgspec.Meta(ge=157, le=200)]
Host = Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=r"^[^\s/]+$")]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]

MOST_PROFILES = 50


class OwnProfile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A profile of the user's own; `environment` is what its accounts must be."""

    host: Host
    port: Port
    environment: Environment


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the program starts with when the command line does not say otherwise."""

    profile: Name = "simulated"
    client_id: Number = 7
    max_server_version: ServerVersion = 200
    profiles: dict[Name, OwnProfile] = {}

    def all_profiles(self) -> dict[str, Profile]:
        """Return the built-in profiles and the user's own, which cannot replace them."""
        own = {
            name: Profile(name, each.host, each.port, each.environment)
            for name, each in self.profiles.items()
        }
        return {**own, **PROFILES}


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
