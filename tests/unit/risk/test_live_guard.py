"""F24: no mix of account, profile, port and arming lets an order into the wrong world."""

import itertools
from dataclasses import replace

import pytest

from tests.helpers.desk_fakes import D, a_draft
from tests.unit.risk.test_checks import facts, levels
from workstation.domain.account import Environment, environment_of
from workstation.domain.finding import Level, RiskCode
from workstation.domain.ids import AccountId
from workstation.domain.profile import PROFILES

ACCOUNTS = tuple(
    AccountId(name)
    for name in ("SIM0000001", "DU1234567", "DF1234567", "U1234567", "F1234567", "du1234567", "X1")
)
PORTS = (0, 4001, 4002, 7496, 7497, 12345)
GUARD = {
    RiskCode.WRONG_ENVIRONMENT, RiskCode.NOT_ARMED, RiskCode.UNKNOWN_ACCOUNT, RiskCode.READ_ONLY,
}  # fmt: skip
EVERY_MIX = list(
    itertools.product(ACCOUNTS, PROFILES.values(), PORTS, (False, True), (False, True))
)


@pytest.mark.parametrize("is_exit", [False, True])
def test_only_the_account_decides_and_real_money_only_when_armed(is_exit: bool) -> None:
    passed = set()
    for account, profile, port, armed, managed in EVERY_MIX:
        moved = replace(profile, port=port)
        assert moved.environment is not None
        found = levels(
            facts(
                a_draft(account=account),
                accounts=(account,) if managed else (),
                environment=moved.environment,
                armed=armed,
                is_exit=is_exit,
                position=D(-100) if is_exit else D(0),
            )
        )
        stopped = {code for code, level in found.items() if level is Level.HARD} & GUARD
        world = environment_of(account)
        fits = managed and world is moved.environment
        may = fits and (armed or is_exit or world is not Environment.LIVE)
        assert bool(stopped) is not may, (account, profile.name, port, armed, managed, found)
        if may:
            passed.add((account, profile.name, armed))
    worlds = {environment_of(account) for account, _, _ in passed}
    assert worlds == set(Environment)  # the table also has what must pass
    assert all(armed for account, _, armed in passed if account.startswith("U")) or is_exit


def test_the_port_says_nothing() -> None:
    live = a_draft(account=AccountId("U1234567"))
    for port in PORTS:
        paper = replace(PROFILES["tws-paper"], port=port)
        assert paper.environment is Environment.PAPER
        case = facts(live, accounts=(live.account,), environment=paper.environment, armed=True)
        assert levels(case)[RiskCode.WRONG_ENVIRONMENT] is Level.HARD
