"""A session whose broker is the test, for those who use one."""

from collections.abc import Iterator

import pytest

from tests.helpers.scripted_peer import Rig, open_rig


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    with open_rig(monkeypatch) as made:
        yield made
