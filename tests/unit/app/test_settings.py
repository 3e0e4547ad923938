from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.app.options import parse
from workstation.domain.account import Environment
from workstation.domain.errors import SettingsError
from workstation.storage.settings import OwnProfile, Settings, read_settings, write_settings

OWN = OwnProfile(host="10.1.2.3", port=4002, environment=Environment.PAPER)


def test_settings_survive_a_round_trip(tmp_path: Path) -> None:
    settings = Settings(profile="mine", client_id=12, profiles={"mine": OWN})

    write_settings(tmp_path / "s.toml", settings)

    assert read_settings(tmp_path / "s.toml") == settings
    assert (tmp_path / "s.toml").stat().st_mode & 0o077 == 0


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none.toml") == Settings()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("client_id = -1", ">= 0"),
        ('client_id = "seven"', "client_id"),
        ("max_server_version = 201", "<= 200"),
        ('profile = "nowhere"', "which is no profile"),
        ("unknown = 1", "unknown"),
        ("profiles = 3", "profiles"),
        ("[profiles.a]\nhost='h'\nport=0\nenvironment='PAPER'", "port"),
        ("[profiles.a]\nhost='h h'\nport=1\nenvironment='PAPER'", "host"),
        ("[profiles.a]\nhost='h'\nport=1\nenvironment='MAYBE'", "environment"),
        ("[profiles.'../a']\nhost='h'\nport=1\nenvironment='PAPER'", "profiles"),
        ("= broken", "Invalid"),
    ],
)
def test_a_fault_is_named_with_the_file(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text(text)

    with pytest.raises(SettingsError, match=r"s\.toml") as caught:
        read_settings(path)

    assert fault in str(caught.value)


@given(data=st.binary(max_size=300))
def test_no_bytes_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.toml"
    path.write_bytes(data)

    try:
        settings = read_settings(path)
    except SettingsError:
        return
    assert 1 <= settings.max_server_version <= 200


def test_own_profiles_never_replace_the_built_in_ones() -> None:
    settings = Settings(profiles={"tws-live": OWN, "mine": OWN})

    profiles = settings.all_profiles()

    assert profiles["tws-live"].environment is Environment.LIVE
    assert profiles["mine"].environment is Environment.PAPER


def test_the_command_line_goes_before_the_settings(tmp_path: Path) -> None:
    write_settings(
        tmp_path / "settings.toml", Settings(profile="mine", client_id=3, profiles={"mine": OWN})
    )
    folder = ["--data-dir", str(tmp_path)]

    plain = parse(folder)
    said = parse([*folder, "--profile", "tws-paper", "--client-id", "0", "--port", "9999"])
    demo = parse([*folder, "--demo"])

    assert (plain.profile.name, plain.profile.host, plain.client_id) == ("mine", "10.1.2.3", 3)
    assert (said.profile.name, said.profile.port, said.client_id) == ("tws-paper", 9999, 0)
    assert said.profile.environment is Environment.PAPER
    assert demo.profile.name == "simulated"


def test_a_bad_settings_file_is_named_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("client_id = -1")

    options = parse(["--data-dir", str(tmp_path)])

    assert "settings.toml" in options.settings_fault
    assert (options.profile.name, options.client_id) == ("simulated", 7)
