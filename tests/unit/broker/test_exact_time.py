"""The broker's clock to the millisecond where the gateway is new enough, else in seconds."""

from unittest.mock import Mock

import pytest
from ibapi.client import EClient
from ibapi.server_versions import MIN_SERVER_VER_CURRENT_TIME_IN_MILLIS

from workstation.broker.account_requests import AccountRequests


@pytest.mark.parametrize(
    ("version", "asked"),
    [
        (MIN_SERVER_VER_CURRENT_TIME_IN_MILLIS, "reqCurrentTimeInMillis"),
        (MIN_SERVER_VER_CURRENT_TIME_IN_MILLIS - 1, "reqCurrentTime"),
    ],
)
def test_only_a_gateway_that_knows_milliseconds_is_asked_for_them(version: int, asked: str) -> None:
    client, writer = Mock(spec=EClient), Mock()
    client.serverVersion.return_value = version
    AccountRequests(writer, {}, Mock()).exact_time()
    (ask,) = writer.ask.call_args.args
    ask(client)
    assert [name for name, _, _ in client.method_calls] == ["serverVersion", asked]
