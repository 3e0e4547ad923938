"""What is read from the broker's calendar and from its tick of dividends, and what is not."""

import json
from datetime import date

import pytest

from workstation.domain.company_events import (
    DividendOutlook,
    EventKind,
    EventsUnreadableError,
    read_calendar,
    read_dividends,
)


def row(tag: str, **fields: object) -> dict[str, object]:
    return {"event_type": tag, "conids": ["8314"], "data": fields}


def test_each_kind_is_read_with_its_day_its_words_and_how_sure_it_is() -> None:
    rows = [
        row(
            "wshe_ed",
            earnings_date="20261029",
            quarter="Q3",
            fiscal_year=2026,
            time_of_day="AFTER MARKET",
            wshe_earnings_date_status="UNCONFIRMED",
        ),
        row(
            "wshe_div",
            ex_div_date="2026-08-07",
            dividend_oc=0.26,
            dividend_currency="USD",
            pay_date="20260813",
            wshe_approval_status="Approved",
            announce_datetime="20260730T163000",
        ),
        row("wshe_splits", ex_date="20260610", ratio="10:1", wshe_split_status="PENDING"),
        row("wshe_option", expiration_date="20261120"),
    ]
    split, dividend, earnings = read_calendar(json.dumps(rows))

    assert (split.kind, split.day, split.title) == (
        EventKind.SPLIT,
        date(2026, 6, 10),
        "split 10 for 1",
    )
    assert not split.is_certain
    assert (dividend.title, dividend.day) == ("ex-dividend 0.26 USD", date(2026, 8, 7))
    assert dividend.notes == ("paid 13 Aug 2026",)
    assert dividend.announced == date(2026, 7, 30)
    assert dividend.is_certain
    assert (earnings.title, earnings.notes) == ("earnings Q3 2026", ("after market",))
    assert not earnings.is_certain


def test_what_was_cancelled_has_no_day_or_comes_twice_is_left_out() -> None:
    paid = row("wshe_div", ex_div_date="20260807", dividend_oc=0.26)
    rows = [
        paid,
        paid,
        row("wshe_div", ex_div_date="20261107", wshe_approval_status="Cancelled"),
        row("wshe_div", ex_div_date="20261399"),
        row("wshe_ed"),
        row("wshe_splits", ratio="10:1"),
        "no event",
        None,
    ]
    assert [each.day for each in read_calendar(json.dumps(rows))] == [date(2026, 8, 7)]
    assert read_calendar(json.dumps({"events": [paid]})) == read_calendar(json.dumps([paid]))
    assert read_calendar("") == read_calendar("[]") == ()


@pytest.mark.parametrize("content", ["<html>", "3", '"text"'])
def test_what_is_no_calendar_is_refused(content: str) -> None:
    with pytest.raises(EventsUnreadableError):
        read_calendar(content)


def test_hostile_words_are_one_plain_line() -> None:
    wild = "\u202eUSD\n" + "x" * 500
    (found,) = read_calendar(
        json.dumps([row("wshe_div", ex_div_date="20260807", dividend_currency=wild, dividend_oc=1)])
    )
    assert len(found.title) < 200
    assert found.title.isprintable()


def test_the_tick_of_dividends() -> None:
    assert read_dividends("0.83,0.92,20130219,0.23") == DividendOutlook(
        0.83, 0.92, date(2013, 2, 19), 0.23
    )
    assert read_dividends(",,,") == read_dividends("") == DividendOutlook()
    assert read_dividends("0.83,,,") == DividendOutlook(0.83)
