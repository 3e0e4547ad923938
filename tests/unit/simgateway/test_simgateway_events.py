"""The calendar of company events: its kinds first, then one contract's days by kind and span."""

import json
from typing import Any

import pytest

from tests.unit.simgateway.virtual import VirtualClient, World

SIMDIV, SIMSPLIT, UNSET = 910000007, 910000006, 2**31 - 1


@pytest.fixture
def client() -> VirtualClient:
    client = World().client()
    (meta,) = client.request(100, 4)
    assert meta[:2] == ["104", "4"]
    tags = [each["tag"] for each in json.loads(meta[2])["meta_data"]["event_types"]]
    assert tags == ["wshe_div", "wshe_ed", "wshe_splits"]
    return client


def ask(
    client: VirtualClient, con_id: int, tag: str = "", *, span: Any = ("", ""), most: int = 100
):
    chosen = json.dumps({"country": "All", "watchlist": [str(con_id)], tag: "true"}) if tag else ""
    named = UNSET if tag else con_id
    (answer,) = client.request(102, 5, named, chosen, 0, 0, 0, *span, most)
    assert answer[:2] == ["105", "5"]
    return json.loads(answer[2])


def test_events_without_their_kinds_are_refused() -> None:
    (answer,) = World().client().request(102, 5, SIMDIV, "", 0, 0, 0, "", "", 100)
    assert answer[0] == "4"
    assert "metadata first" in " ".join(answer)


def test_a_contract_and_a_filter_at_once_are_refused(client) -> None:
    (answer,) = client.request(102, 5, SIMDIV, "{}", 0, 0, 0, "", "", 100)
    assert "not both" in " ".join(answer)


def test_dividends_splits_and_reports_by_kind_and_span(client) -> None:
    paid = ask(client, SIMDIV, "wshe_div", span=("20260901", "20261231"))
    days = [each["data"]["ex_div_date"] for each in paid]
    assert days == ["20260915", "20261015", "20261116", "20261215"]
    assert paid[0]["data"]["dividend_oc"] == 0.25
    split = ask(client, SIMSPLIT, "wshe_splits")
    assert {each["data"]["ratio"] for each in split} == {"3:1", "1:3"}
    everything = ask(client, SIMDIV)
    assert {each["event_type"] for each in everything} == {"wshe_div", "wshe_ed"}
    assert len(ask(client, SIMDIV, most=7)) == 7
    reports = ask(client, SIMDIV, "wshe_ed")
    assert any(each["data"]["wshe_earnings_date_status"] == "UNCONFIRMED" for each in reports)
    assert ask(client, 1, "wshe_ed") == []
