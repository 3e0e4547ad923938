"""Stock ibapi clients of a real gateway process, at every protocol version that matters."""

import itertools
from collections.abc import Iterator

import pytest

from tests.integration.conformance_support import Heard, probe_all
from tests.unit.simgateway.gateway_support import (
    GatewayProcess,
    StockClient,
    running_gateway,
    stock_client,
)

VERSIONS = [157, 163, 178, 200, 203, 213, 226]

client_ids = itertools.count(100)


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
