"""What every test runs under; see CONTRIBUTING.md, "Tests"."""

from hypothesis import settings

from tests.helpers import environment

_folder = environment.prepare()  # before anything imports Qt

pytest_plugins = ["tests.helpers.covered", "tests.helpers.guards"]

settings.register_profile("workstation", deadline=None, print_blob=True)
settings.load_profile("workstation")


def pytest_unconfigure() -> None:
    _folder.cleanup()
