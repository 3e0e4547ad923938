"""Contracts: the right one is found, and what the link interrupts is asked again."""

from decimal import Decimal

import pytest

from tests.helpers.scripted_peer import Rig, message
from workstation.desk.contracts import Contracts
from workstation.domain.commands import CommandResult, Failed, Watched
from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId, ReqId
from workstation.domain.reports import (
    BrokerNotice,
    ContractReport,
    ContractsEnded,
    MarketRuleReport,
    Report,
    SessionEnded,
    SessionStarted,
)


def details(
    req_id: int, con_id: int, symbol: str, kind: str = "STK", currency: str = "USD"
) -> bytes:
    """Build a contractData of version 200."""
    return message(
        10, req_id, symbol, kind, "", "", 0, "", "SMART", currency, symbol, "NMS", "NMS", con_id,
        0.01, "", "LMT,MKT", "SMART", 1, 0, symbol + " INC", "NASDAQ", "", "", "", "",
        "US/Eastern", "", "", "", 0, 0, 1, "", "", 26, "", "COMMON", 1, 1, 100, 0,
    )  # fmt: skip


def end(req_id: int) -> bytes:
    return message(52, 1, req_id)


RULE = message(93, 26, 2, 0, 0.0001, 1, 0.01)


class Shelf:
    """Contracts that hear of the session as the desk would tell it."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.known: list[ContractDetails] = []
        self.answers: list[CommandResult] = []
        self.watched: list[ConId] = []
        self.contracts = Contracts(rig.loop, rig.session, on_known=self.known.append)
        self.contracts.on_watched = self.watched.append
        rig.on_report = self.on_report

    def on_report(self, report: Report) -> None:
        if isinstance(report, SessionStarted):
            self.contracts.session_up()
        elif isinstance(report, SessionEnded):
            self.contracts.session_down()
        elif isinstance(report, ContractReport):
            self.contracts.on_contract(report)
        elif isinstance(report, ContractsEnded):
            self.contracts.on_look_up_ended(ReqId(report.req_id))
        elif isinstance(report, MarketRuleReport):
            self.contracts.on_market_rule(report)
        elif isinstance(report, BrokerNotice) and report.subject is not None:
            self.contracts.on_refused(report.subject, report.text)

    def watch(self, symbol: str) -> None:
        self.contracts.watch(symbol, self.answers.append)

    def asked(self, message_id: int) -> list[list[bytes]]:
        """Return the requests of one kind that were sent since the last look."""
        self.rig.loop.pass_time(1.1)
        return [each for each in self.rig.received() if each[0] == str(message_id).encode()]

    def look_up(self) -> int:
        """Return the number of the one look-up that was sent."""
        (request,) = self.asked(9)
        return int(request[2])


@pytest.fixture
def shelf(rig: Rig) -> Shelf:
    made = Shelf(rig)
    rig.up()
    return made


def test_a_stock_is_found_and_its_quotes_are_wanted(shelf: Shelf) -> None:
    shelf.watch(" aapl ")
    number = shelf.look_up()
    shelf.rig.say(details(number, 265598, "AAPL") + end(number))

    assert shelf.answers == [Watched(ConId(265598), "AAPL")]
    assert shelf.watched == [ConId(265598)]


@pytest.mark.parametrize(("kind", "currency"), [("OPT", "USD"), ("STK", "CAD")])
def test_an_option_or_a_foreign_stock_of_the_same_symbol_is_not_taken_for_it(
    shelf: Shelf, kind: str, currency: str
) -> None:
    shelf.contracts.need(ConId(1))
    number = shelf.look_up()
    shelf.rig.say(details(number, 1, "SHOP", kind, currency) + end(number))
    shelf.watch("SHOP")
    assert shelf.answers == []
    number = shelf.look_up()
    shelf.rig.say(details(number, 3, "SHOP") + end(number))
    assert shelf.answers == [Watched(ConId(3), "SHOP")]


def test_a_known_stock_is_watched_without_a_look_up(shelf: Shelf) -> None:
    shelf.contracts.need(ConId(265598))
    number = shelf.look_up()
    shelf.rig.say(details(number, 265598, "AAPL") + end(number))
    shelf.watch("AAPL")
    assert shelf.answers == [Watched(ConId(265598), "AAPL")]


def test_an_ambiguous_symbol_stays_ambiguous(shelf: Shelf) -> None:
    for _ in range(2):
        shelf.watch("X")
        number = shelf.look_up()
        shelf.rig.say(details(number, 1, "X") + details(number, 2, "X") + end(number))
    assert [type(answer) for answer in shelf.answers] == [Failed, Failed]
    assert "ambiguous" in str(shelf.answers[1])


@pytest.mark.parametrize("symbol", ["", "  ", "Ä", "A\0B", "A" * 25, "\u200b"])
def test_what_is_no_symbol_is_refused_at_once(shelf: Shelf, symbol: str) -> None:
    shelf.watch(symbol)
    assert [type(answer) for answer in shelf.answers] == [Failed]
    assert shelf.rig.received() == []


def test_every_look_up_is_answered_once_whatever_happens(shelf: Shelf) -> None:
    shelf.watch("AAPL")
    shelf.watch("IBM")
    first, second = (int(each[2]) for each in shelf.asked(9))
    shelf.rig.say(message(4, first, 200, "No security definition", "", 0) + end(first))
    shelf.rig.session.close("gone")
    shelf.rig.loop.pass_time(30)
    assert [type(answer) for answer in shelf.answers] == [Failed, Failed]
    assert second != first

    shelf.rig.up()
    shelf.watch("MSFT")
    shelf.rig.loop.pass_time(9)
    shelf.rig.say(message(49, 1, 1))
    shelf.rig.loop.pass_time(2)
    assert "within 10 s" in str(shelf.answers[2])


def test_without_a_link_nothing_is_looked_up(shelf: Shelf) -> None:
    shelf.rig.session.close("gone")
    shelf.watch("AAPL")
    assert "no link" in str(shelf.answers)


def wait_for(shelf: Shelf, seconds: int) -> None:
    for _ in range(seconds // 4):
        shelf.rig.loop.pass_time(4)
        shelf.rig.say(message(49, 1, 1))


def test_a_position_waits_for_its_contract_as_long_as_five_hundred_take(shelf: Shelf) -> None:
    shelf.contracts.need(ConId(265598))
    number = shelf.look_up()
    wait_for(shelf, 40)
    shelf.contracts.need(ConId(265598))
    assert shelf.asked(9) == []
    shelf.rig.say(details(number, 265598, "AAPL") + end(number))
    assert shelf.contracts.details(ConId(265598)) is not None


def test_what_a_position_needs_is_asked_for_again_until_it_is_answered(shelf: Shelf) -> None:
    shelf.contracts.need(ConId(8314))
    shelf.look_up()
    wait_for(shelf, 64)
    assert len(shelf.asked(9)) == 1
    wait_for(shelf, 64)
    assert len(shelf.asked(9)) == 1


def test_a_contract_that_is_refused_is_not_asked_for_again_in_this_session(shelf: Shelf) -> None:
    shelf.contracts.need(ConId(8314))
    number = shelf.look_up()
    shelf.rig.say(message(4, number, 200, "No security definition", "", 0))
    shelf.contracts.need(ConId(8314))
    assert shelf.asked(9) == []


def test_a_refused_contract_is_asked_for_again_when_somebody_wants_to_leave(shelf: Shelf) -> None:
    shelf.contracts.need(ConId(8314))
    number = shelf.look_up()
    shelf.contracts.ask_again(ConId(8314))
    assert shelf.asked(9) == []  # one is under way
    shelf.rig.say(message(4, number, 200, "No security definition", "", 0))
    shelf.contracts.ask_again(ConId(8314))
    assert len(shelf.asked(9)) == 1


def test_a_market_rule_that_the_link_swallowed_is_asked_for_again(shelf: Shelf) -> None:
    shelf.contracts.need(ConId(265598))
    number = shelf.look_up()
    shelf.rig.say(details(number, 265598, "AAPL") + end(number))
    assert len(shelf.asked(91)) == 1
    shelf.rig.session.close("gone before the rule came")
    shelf.rig.connect()
    shelf.rig.say(message(200, "time") + message(15, 1, "SIM0000001") + message(9, 1, 1))
    assert [each[1] for each in shelf.asked(91)] == [b"26"]
    shelf.rig.say(RULE)

    found = shelf.contracts.details(ConId(265598))
    assert found is not None
    assert found.ladder.increment_at(Decimal("0.5")) == Decimal("0.0001")


def test_the_revision_is_another_whenever_rules_were_learned(shelf: Shelf) -> None:
    """What is kept of contracts is looked at again only then."""
    shelf.contracts.need(ConId(265598))
    number = shelf.look_up()
    revisions = [shelf.contracts.revision]
    shelf.rig.say(details(number, 265598, "AAPL") + end(number))
    revisions.append(shelf.contracts.revision)
    shelf.rig.say(RULE)
    revisions.append(shelf.contracts.revision)
    shelf.rig.say(RULE)
    assert len(set(revisions)) == 3
    assert shelf.contracts.revision == revisions[-1]
