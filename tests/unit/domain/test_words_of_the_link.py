"""What a user is told about where the program connects and why it does not."""

import pytest

from workstation.domain.account import Environment
from workstation.domain.finding import Finding, Level, RiskCode
from workstation.domain.link_fault import LinkFault, fault_of, is_read_only_refusal
from workstation.domain.profile import PROFILES, Profile, is_loopback
from workstation.domain.query import FailureKind, RequestError, RequestFailure

PAPER, LIVE = Environment.PAPER, Environment.LIVE


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("The host desk.example cannot be found.", LinkFault.UNKNOWN_HOST),
        ("nothing answers at 127.0.0.1:7497", LinkFault.NOTHING_LISTENS),
        ("10.0.0.9 did not answer within 5 s", LinkFault.NO_ANSWER),
        ("it took the connection but said nothing", LinkFault.SILENT),
        ("the other side does not speak the TWS protocol", LinkFault.NOT_TWS),
        ("TWS offers protocol version 76", LinkFault.WRONG_VERSION),
        ("client id 7 is in use by another program", LinkFault.CLIENT_ID_IN_USE),
        ("the other side closed the connection", LinkFault.HUNG_UP),
        ("something nobody has seen before", LinkFault.OTHER),
    ],
)
def test_the_reason_names_the_fault(reason: str, fault: LinkFault) -> None:
    assert fault_of(reason) is fault


def test_a_session_that_was_up_is_lost_and_its_settings_are_not_blamed() -> None:
    assert fault_of("the other side closed", was_up=True) is LinkFault.LOST
    assert fault_of("something nobody has seen", was_up=True) is LinkFault.LOST
    in_use = "client id 7 is in use by another program"
    assert fault_of(in_use, was_up=True) is LinkFault.CLIENT_ID_IN_USE


def test_only_what_a_starting_tws_would_mend_is_worth_another_try() -> None:
    may_pass = {fault for fault in LinkFault if fault.may_pass}
    assert may_pass == {LinkFault.NOTHING_LISTENS, LinkFault.NO_ANSWER}


def test_read_only_api_is_told_from_other_refusals() -> None:
    assert is_read_only_refusal(321, "The API interface is currently in Read-Only mode.")
    assert is_read_only_refusal(321, "api in read only mode")
    assert not is_read_only_refusal(321, "Invalid account code")
    assert not is_read_only_refusal(None, "read-only")


def profile(**changes: object) -> Profile:
    terms: dict[str, object] = {"name": "mine", "host": "127.0.0.1", "port": 7497}
    terms |= {"environment": PAPER, "command": "/opt/tws/tws", "restarts": True}
    return Profile(**(terms | changes))  # type: ignore[arg-type]


def test_a_program_that_trades_real_money_is_never_started_by_itself() -> None:
    assert profile().may_restart
    assert not profile(environment=LIVE).may_restart
    assert not profile(environment=None).may_restart
    assert not profile(restarts=False).may_restart
    assert not profile(command="").may_restart


def test_only_other_computers_are_warned_of() -> None:
    away = {"standby_host": "10.0.0.2", "standby_port": 7497}
    assert profile(**away).remote_hosts == ("10.0.0.2",)
    assert profile(**(away | {"standby_port": 0})).remote_hosts == ()
    assert profile(host="desk.example", **away).remote_hosts == ("desk.example", "10.0.0.2")
    assert profile(host="10.0.0.2", **away).remote_hosts == ("10.0.0.2",)
    assert profile(host="").remote_hosts == ()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", "LocalHost"])
def test_this_computer_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "desk.example", "localhost.example", "", "::2"])
def test_a_name_or_address_elsewhere_is_not_this_computer(host: str) -> None:
    assert not is_loopback(host)


def test_only_the_simulated_profile_starts_a_gateway_and_the_ports_are_of_their_worlds() -> None:
    worlds = {name: (each.port, each.environment) for name, each in PROFILES.items()}
    assert worlds == {
        "simulated": (0, Environment.SIMULATED),
        "tws-paper": (7497, PAPER),
        "tws-live": (7496, LIVE),
        "gateway-paper": (4002, PAPER),
        "gateway-live": (4001, LIVE),
    }
    assert [name for name, each in PROFILES.items() if each.starts_gateway] == ["simulated"]
    assert not any(each.remote_hosts for each in PROFILES.values())


def test_a_question_without_an_answer_says_what_it_means_and_what_to_do() -> None:
    failure = RequestFailure(
        kind=FailureKind.REFUSED,
        text="No market data permissions",
        meaning="The bars cannot be shown.",
        advice="Subscribe in Client Portal.",
        code=162,
    )
    sentence = (
        "No market data permissions (code 162) The bars cannot be shown. "
        "Subscribe in Client Portal."
    )
    assert failure.sentence == sentence
    error = RequestError(failure)
    assert (error.failure, str(error)) == (failure, sentence)
    own = RequestFailure(kind=FailureKind.TIMED_OUT, text="No answer.", meaning="", advice="")
    assert own.sentence == "No answer."


def test_a_finding_is_accepted_once_or_for_its_contract_today() -> None:
    finding = Finding(RiskCode.PRICE_COLLAR, Level.SOFT, "3 % above the ask")
    assert finding.acknowledgement == RiskCode.PRICE_COLLAR.value
    assert finding.for_today == f"{RiskCode.PRICE_COLLAR.value}:today"
