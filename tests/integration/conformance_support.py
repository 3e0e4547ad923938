"""Stock ibapi, of 2020 and of today held to several server versions, asks for everything.

Each runs in a process of its own (tests/helpers/ibapi_probe.py), all against one gateway, once
for all tests; what it heard is compared field by field. Source: tws-wire.md 2.5.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.helpers.old_client import old_client
from tests.unit.simgateway.gateway_support import running_gateway

PROBE = Path(__file__).parents[1] / "helpers" / "ibapi_probe.py"
OLD = 157
CONFORMANCE = [OLD, 176, 178, 193, 200, 213, 226]
ACCOUNT = "SIM0000001"
AAPL, IBM = 265598, 8314

Heard = dict[str, list[list[Any]]]
"""The arguments of every call of each callback, in order."""

FIRES = frozenset(
    [
        "connectAck",
        "managedAccounts",
        "nextValidId",
        "error",
        "currentTime",
        "familyCodes",
        "marketRule",
        "smartComponents",
        "mktDepthExchanges",
        "symbolSamples",
        "contractDetails",
        "contractDetailsEnd",
        "softDollarTiers",
        "displayGroupList",
        "scannerParameters",
        "newsProviders",
        "historicalNews",
        "historicalNewsEnd",
        "newsArticle",
        "openOrder",
        "orderStatus",
        "openOrderEnd",
        "execDetails",
        "execDetailsEnd",
        "completedOrder",
        "completedOrdersEnd",
        "position",
        "positionEnd",
        "positionMulti",
        "positionMultiEnd",
        "accountSummary",
        "accountSummaryEnd",
        "updateAccountValue",
        "updatePortfolio",
        "updateAccountTime",
        "accountDownloadEnd",
        "accountUpdateMulti",
        "accountUpdateMultiEnd",
        "pnl",
        "pnlSingle",
        "tickReqParams",
        "marketDataType",
        "tickPrice",
        "tickSize",
        "tickString",
        "tickGeneric",
        "tickNews",
        "tickSnapshotEnd",
        "updateMktDepth",
        "updateMktDepthL2",
        "historicalTicks",
        "historicalTicksBidAsk",
        "historicalTicksLast",
        "tickByTickAllLast",
        "tickByTickBidAsk",
        "tickByTickMidPoint",
        "headTimestamp",
        "historicalData",
        "historicalDataEnd",
        "historicalDataUpdate",
        "securityDefinitionOptionParameter",
        "securityDefinitionOptionParameterEnd",
        "tickOptionComputation",
        "bondContractDetails",
        "histogramData",
        "realtimeBar",
        "scannerData",
        "scannerDataEnd",
        "updateNewsBulletin",
        "displayGroupUpdated",
        "rerouteMktDepthReq",
    ]
)
LATER = {
    "wshMetaData": 161,
    "historicalSchedule": 165,
    "userInfo": 167,
    "currentTimeInMillis": 197,
    "configResponseProtoBuf": 219,
}


def probe(port: int, version: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "ignore", str(PROBE), str(port), str(version), str(version)]
    if version == OLD:
        command.append(str(old_client()))
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def probe_all() -> dict[int, Heard]:
    """Return what a client of each version heard."""
    found: dict[int, Heard] = {}
    with running_gateway("--seed", "7", "--max-server-version", "226") as gateway:
        processes = {version: probe(gateway.port, version) for version in CONFORMANCE}
        for version, process in processes.items():
            out, errors = process.communicate(timeout=240)
            assert process.returncode == 0, f"{version}: {errors[-2000:]}"
            heard: Heard = {}
            for line in out.splitlines():
                name, args = json.loads(line)
                heard.setdefault(name, []).append(args)
            found[version] = heard
    return found


def number(value: Any) -> float:
    """Return a size: a number in the old client, a Decimal as text in the new one."""
    assert isinstance(value, (int, float) if not isinstance(value, str) else str)
    return float(value)


def errors(heard: Heard, version: int) -> list[tuple[int, int, str]]:
    """Return id, code and text; newer clients pass a time second and a JSON text last."""
    if version == OLD:
        return [tuple(args) for args in heard["error"]]  # type: ignore[misc]
    assert all(args[4] == "" for args in heard["error"])
    return [(args[0], args[2], args[3]) for args in heard["error"]]
