from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.app.options import parse
from workstation.domain.account import Environment
from workstation.domain.errors import SettingsError
from workstation.domain.profile import Profile, is_loopback
from workstation.storage.settings import (
    Extras,
    OwnProfile,
    Settings,
    read_settings,
    write_settings,
)

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
        ("max_server_version = 227", "<= 226"),
        ('profile = "nowhere"', "which is no profile"),
        ("unknown = 1", "unknown"),
        ("profiles = 3", "profiles"),
        ("[profiles.a]\nhost='h'\nport=0\nenvironment='PAPER'", "port"),
        ("[profiles.a]\nhost='h h'\nport=1\nenvironment='PAPER'", "host"),
        ("[profiles.a]\nhost='h'\nport=1\nenvironment='MAYBE'", "environment"),
        ("[profiles.'../a']\nhost='h'\nport=1\nenvironment='PAPER'", "profiles"),
        ("[built_in.tws-paper]\nstandby_port=70000", "standby_port"),
        ('[built_in.tws-paper]\ncommand="a\\nb"', "command"),
        ("[built_in.tws-paper]\nhost='h'", "host"),
        ("unencrypted_hosts = ['a b']", "unencrypted_hosts"),
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
    assert 1 <= settings.max_server_version <= 226


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


def test_what_was_added_to_any_profile_comes_back(tmp_path: Path) -> None:
    extras = Extras(standby_host="localhost", standby_port=4002, command="x 'y z'", restarts=True)
    own = OwnProfile(host="h", port=1, environment=Environment.PAPER, command="start me")
    settings = Settings(profiles={"mine": own}, built_in={"tws-paper": extras})
    write_settings(tmp_path / "s.toml", settings)

    profiles = read_settings(tmp_path / "s.toml").all_profiles()

    paper = profiles["tws-paper"]
    assert (paper.port, paper.standby_host, paper.standby_port) == (7497, "localhost", 4002)
    assert (paper.command, paper.may_restart) == ("x 'y z'", True)
    assert Extras.of(paper) == extras
    assert (profiles["mine"].command, profiles["mine"].may_restart) == ("start me", False)
    assert Extras.of(profiles["tws-live"]) == Extras()


def test_nothing_of_a_live_profile_starts_by_itself() -> None:
    extras = Extras(command="x", restarts=True)
    profiles = Settings(built_in={"tws-live": extras, "simulated": extras}).all_profiles()

    assert not profiles["tws-live"].may_restart
    assert not profiles["simulated"].may_restart


def test_a_named_endpoint_has_no_standby(tmp_path: Path) -> None:
    extras = Extras(standby_host="localhost", standby_port=4002)
    write_settings(tmp_path / "settings.toml", Settings(built_in={"tws-paper": extras}))
    folder = ["--data-dir", str(tmp_path), "--profile", "tws-paper"]

    assert parse(folder).profile.standby_port == 4002
    assert parse([*folder, "--port", "9999"]).profile.standby_port == 0


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_computer(host: str) -> None:
    assert is_loopback(host)
    assert Profile("a", host, 1, None).remote_hosts == ()


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "example.org", "localhost.example.org", "0.0.0.0", ""]
)
def test_another_computer(host: str) -> None:
    assert not is_loopback(host)


def test_a_standby_can_be_another_computer() -> None:
    profile = Profile("a", "127.0.0.1", 1, None, standby_host="10.0.0.1", standby_port=2)
    assert profile.remote_hosts == ("10.0.0.1",)
