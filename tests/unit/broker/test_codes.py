"""Every code the sources name has a meaning, and the table and the order rules agree."""

import re
from pathlib import Path

import pytest
from ibapi import errors

from tests.helpers.scripted_peer import Rig, message
from workstation.broker import code_table
from workstation.broker.code_meaning import CodeKind
from workstation.broker.code_refusals import NOTES, REFUSALS
from workstation.broker.code_table import TABLE
from workstation.broker.notices import LinkEffect, Meaning, OrderEffect, meaning_of
from workstation.domain.notice import Severity
from workstation.domain.reports import BrokerNotice
from workstation.oms import codes

NAMED = {
    326, 502, 504, 509, 507, 1100, 1101, 1102, 1300, 2103, 2105, 2157, 2104, 2106, 2158, 2107, 2108,
    2110, 2119, 2109, 100, 101, 309, 10190, 102, 300, 310, 322, 365, 366, 103, 104, 105, 106, 107,
    109, 110, 163, 382, 383, 388, 387, 135, 10147, 136, 161, 10148, 200, 201, 202, 203, 316, 317,
    320, 321, 354, 10089, 10186, 10168, 10090, 10091, 10167, 10197, 10182, 10225, 10189, 420, 162,
    165, 430, 399, 404, 434, 2100, 2101, 2102, 2137, 2152, 2168, 2169,
}  # fmt: skip
"""The table of the specification, tws-wire.md 3.3."""


def test_every_code_of_the_specification_has_words_of_its_own() -> None:
    silent = {code for code in NAMED if not meaning_of(code).effect}
    assert set(TABLE) >= NAMED
    assert silent <= {2104, 2106, 2107, 2108, 2119, 2158}, "only good news needs no words"


def test_at_least_150_codes_of_the_broker_say_what_happened_and_what_the_order_is() -> None:
    """Class, plain words and, for orders, whether they live; without those of the library."""
    own = {code: meaning for code, meaning in TABLE.items() if not 501 <= code < 600}
    assert len(own) >= 150
    for code, meaning in own.items():
        assert meaning.kind is not CodeKind.UNKNOWN, code
        if meaning.kind is CodeKind.ORDER:
            assert meaning.order is not OrderEffect.NONE, code
            assert meaning.effect, code
        if meaning.order is OrderEffect.REFUSED and code not in {201, 202, 320}:
            assert meaning.advice, f"{code}: nobody says what to do"


def test_no_code_stands_in_two_places() -> None:
    """The table itself goes before the list of refusals; one of both would be dead."""
    source = Path(code_table.__file__).read_text(encoding="utf-8")
    listed = [int(found) for found in re.findall(r"^    (\d{3,5}):", source, re.MULTILINE)]
    assert len(listed) == len(set(listed))
    assert not (REFUSALS.keys() | NOTES.keys()) & set(listed)
    assert not REFUSALS.keys() & NOTES.keys()


def test_every_refusal_is_one_short_text() -> None:
    for code, why in {**REFUSALS, **NOTES}.items():
        assert why.endswith("."), code
        assert len(why) < 120, code
        assert TABLE[code].severity is (Severity.INFO if code in NOTES else Severity.ERROR)


def test_every_code_of_the_library_is_known() -> None:
    own = {value.code() for value in vars(errors).values() if isinstance(value, errors.CodeMsgPair)}
    assert len(own) > 50
    assert own <= set(TABLE)


def test_every_code_the_simulated_gateway_sends_is_known() -> None:
    folder = Path(__file__).parents[3] / "workstation" / "simgateway"
    found = set()
    for path in folder.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= {
            int(code) for code in re.findall(r"\b(?:error|refuse)\w*\([^()]*?(\d{3,5}),", text)
        }
    unknown = {code for code in found if 100 <= code < 11_000} - set(TABLE)
    assert unknown == set()


def test_the_table_and_the_order_book_agree_on_what_is_still_live() -> None:
    for code in codes.REJECTED | codes.INVALID:
        assert TABLE[code].order is OrderEffect.REFUSED, code
    for code in codes.CANCEL_FAILED | {codes.CHANGE_TOO_LATE}:
        assert TABLE[code].order is OrderEffect.CHECK, code
    for code in codes.INFORMS - {10167}:
        assert TABLE[code].order is OrderEffect.STAYS, code
    assert TABLE[codes.CANCELLED].order is OrderEffect.ENDED


def test_only_codes_of_the_link_move_the_link() -> None:
    moving = {code for code, meaning in TABLE.items() if meaning.link is not LinkEffect.NONE}
    assert moving == {326, 1100, 1101, 1102, 1300, 2110}


@pytest.mark.parametrize("code", [1, 999, 2199, 77_777, -1])
def test_an_unknown_code_changes_nothing_and_keeps_the_broker_s_words(rig: Rig, code: int) -> None:
    meaning = meaning_of(code)
    expected = Severity.INFO if code == 2199 else Severity.WARNING
    assert meaning == Meaning(expected)

    rig.up()
    rig.say(message(4, -1, code, "the broker's own words", "", 0))
    assert [(each.code, each.text) for each in rig.of(BrokerNotice)] == [
        (code, "the broker's own words")
    ]
