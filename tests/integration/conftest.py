"""Who speaks to a real gateway process: the core, and stock ibapi clients of every version.

The versions are those of the protocol that matter.
"""

import itertools
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.gateway import Gateway
from tests.helpers.gateway_rig import GatewayRig, TradingRig
from tests.integration.conformance_support import Heard, probe_all
from tests.unit.simgateway.gateway_support import (
    GatewayProcess,
    StockClient,
    running_gateway,
    stock_client,
)

VERSIONS = [157, 163, 178, 200, 203, 213, 226]

client_ids = itertools.count(100)


@pytest.fixture
def gateway_terms() -> dict[str, int]:
    """Return how the gateway of a rig differs; a test file that wants another defines its own."""
    return {}


@pytest.fixture
def rig_kind() -> type[GatewayRig]:
    """Return what a test file wants connected; one that does not trade defines its own."""
    return TradingRig


@pytest.fixture
def rig(
    tmp_path: Path, rig_kind: type[GatewayRig], gateway_terms: dict[str, int]
) -> Iterator[GatewayRig]:
    """Return a core that is connected to a gateway process of its own."""
    with Gateway(tmp_path, **gateway_terms) as running:
        made = rig_kind(tmp_path, running)
        yield made
        made.close()


@pytest.fixture
def silent_log() -> Iterator[None]:
    """What breaks on purpose is logged as it should be; the test judges, not the log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(scope="module")
def shared_gateway() -> Iterator[GatewayProcess]:
    with running_gateway("--seed", "7", "--max-server-version", "226") as process:
        yield process


@pytest.fixture
def visitor(shared_gateway: GatewayProcess, version: int) -> Iterator[StockClient]:
    """Return a client of a gateway that other tests use, too; order ids start at 1."""
    with stock_client(shared_gateway.port, version, next(client_ids)) as connected:
        assert connected.serverVersion() == version
        yield connected


@pytest.fixture
def gateway() -> Iterator[GatewayProcess]:
    with running_gateway("--seed", "7", "--max-server-version", "226") as process:
        yield process


@pytest.fixture(params=[v for v in VERSIONS if v >= 178])
def client(gateway: GatewayProcess, request: pytest.FixtureRequest) -> Iterator[StockClient]:
    """Return the first client of a fresh gateway."""
    with stock_client(gateway.port, request.param) as connected:
        assert connected.serverVersion() == request.param
        yield connected


@pytest.fixture(scope="session")
def sessions() -> dict[int, Heard]:
    """Return what stock ibapi of each conformance version heard; it is asked once."""
    return probe_all()
