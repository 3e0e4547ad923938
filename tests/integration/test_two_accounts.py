"""Two managed accounts at the real gateway process: each order, position and limit has its own."""

from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.cores import ACCOUNT
from tests.helpers.gateway_rig import TradingRig
from tests.helpers.killable_core import AAPL
from workstation.domain.account import AccountPnl, AccountSummary
from workstation.domain.commands import (
    ClosePosition,
    Done,
    Failed,
    PreviewOrder,
    Reconnect,
    ShowAccount,
    SubmitOrder,
)
from workstation.domain.finding import Denied, Submitted
from workstation.domain.ids import AccountId
from workstation.domain.limit_use import RiskView
from workstation.domain.messages import LinkChanged
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle

OTHER = AccountId("SIM0000002")


@pytest.fixture
def gateway_terms() -> dict[str, int]:
    return {"accounts": 2}


def held(rig: TradingRig, account: AccountId) -> Decimal:
    return rig.desk.figures.positions.quantity(account, AAPL)


def newest(rig: TradingRig, kind: type) -> Any:
    return rig.window.latest.get((kind.__name__, None))


def shown(rig: TradingRig) -> AccountId | None:
    links = [each.link for each in rig.window.messages if isinstance(each, LinkChanged)]
    return links[-1].account if links else None


def test_an_order_goes_to_the_account_it_names_and_to_no_other(rig: TradingRig) -> None:
    rig.until(lambda: rig.desk.limits.of(OTHER) is not None)
    assert isinstance(rig.ask(SubmitOrder(rig.draft(account=OTHER))), Submitted)
    rig.until(lambda: rig.is_at(1, Lifecycle.FILLED) and held(rig, OTHER) == 20)
    assert held(rig, ACCOUNT) == 0
    assert OTHER in rig.gateway.frames(3)[0]
    assert ACCOUNT not in rig.gateway.frames(3)[0]

    # what closes the one account's position would open one in the other
    sale = {"side": Side.SELL, "quantity": Decimal(20)}
    assert rig.ask(PreviewOrder(rig.draft(account=OTHER, **sale))).is_exit
    assert not rig.ask(PreviewOrder(rig.draft(account=ACCOUNT, **sale))).is_exit
    unknown = rig.ask(SubmitOrder(rig.draft(account=AccountId("SIM0000003"))))
    assert isinstance(unknown, Denied)

    assert isinstance(rig.ask(ClosePosition(OTHER, AAPL)), Done)
    rig.until(lambda: held(rig, OTHER) == 0)
    assert held(rig, ACCOUNT) == 0


def test_all_that_is_shown_follows_the_account_that_is_chosen(rig: TradingRig) -> None:
    rig.until(lambda: rig.desk.limits.of(OTHER) is not None)
    assert shown(rig) == ACCOUNT
    rig.window.latest.clear()
    assert isinstance(rig.ask(ShowAccount(OTHER)), Done)
    assert shown(rig) == OTHER
    for kind in (AccountSummary, AccountPnl, RiskView):
        rig.until(lambda kind=kind: (now := newest(rig, kind)) is not None and now.account == OTHER)
    assert isinstance(rig.ask(ShowAccount(AccountId("SIM0000003"))), Failed)
    assert shown(rig) == OTHER

    rig.gateway.stop()
    rig.until(lambda: not rig.is_ready())
    rig.gateway.start()
    rig.ask(Reconnect())
    rig.until(rig.is_ready)
    assert shown(rig) == OTHER
