"""Which news may push out an older one on its way to the window, and how streams tell of themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.helpers.desk_fakes import ACCOUNT, NOON, SPY, D, a_draft
from workstation.domain.account import AccountSummary, PositionView
from workstation.domain.bar import Bar, BarSize, BarUpdate
from workstation.domain.bracket import BracketDraft
from workstation.domain.ids import AccountId, ClientId, ConId
from workstation.domain.link import LinkState, LinkView
from workstation.domain.messages import latest_key
from workstation.domain.quote import Quote
from workstation.domain.subscription import DataUse, StreamKind, StreamPhase, StreamState, Use
from workstation.domain.trade import Aggressor, Trade, Trades

QQQ = ConId(320227571)
OTHER = AccountId("DU7654321")


def quote(con_id: ConId = SPY) -> Quote:
    return Quote(con_id=con_id, received_at=NOON)


def held(con_id: ConId = SPY, account: AccountId = ACCOUNT, quantity: int = 1) -> PositionView:
    return PositionView(
        account=account, con_id=con_id, symbol="X", quantity=D(quantity), average_cost=None,
    )  # fmt: skip


def bar(minute: int, close: float = 1.0, size: BarSize = BarSize.MINUTE_1) -> BarUpdate:
    at = NOON.replace(minute=minute)
    return BarUpdate(SPY, size, Bar(at, 1.0, 1.0, 1.0, close, 1.0))


def state(kind: StreamKind = StreamKind.QUOTES, con_id: ConId = SPY, text: str = "") -> StreamState:
    return StreamState(con_id=con_id, kind=kind, phase=StreamPhase.RUNNING, text=text)


def summary(account: AccountId = ACCOUNT, net: int = 1) -> AccountSummary:
    return AccountSummary(account=account, updated_at=NOON, net_liquidation=D(net))


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (quote(), quote()),
        (held(quantity=1), held(quantity=2)),
        (bar(1, 1.0), bar(1, 2.0)),
        (state(text="waits"), state()),
        (summary(net=1), summary(net=2)),
    ],
)
def test_the_newer_word_on_one_thing_replaces_the_older(older: Any, newer: Any) -> None:
    assert latest_key(older) == latest_key(newer)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (quote(), quote(QQQ)),
        (held(), held(QQQ)),
        (held(), held(account=OTHER)),
        (bar(1), bar(2)),
        (bar(1), bar(1, size=BarSize.MINUTE_5)),
        (state(), state(StreamKind.DEPTH)),
        (state(), state(con_id=QQQ)),
        (summary(), summary(OTHER)),
        (quote(), held()),
    ],
)
def test_the_word_on_one_thing_never_pushes_out_that_on_another(one: Any, other: Any) -> None:
    assert latest_key(one) != latest_key(other)


def test_the_use_of_the_limits_has_one_place_and_shows_them_all() -> None:
    names = ("lines", "depth", "tape", "messages", "history")
    use = DataUse(**{name: Use(name=name, used=1, most=2) for name in names})
    assert latest_key(use) == (DataUse,)
    assert tuple(each.name for each in use.all) == names
    tokens = replace(use, tokens=Use(name="tokens", used=1, most=60))
    assert tuple(each.name for each in tokens.all) == (*names, "tokens")


def test_bars_know_how_long_they_are() -> None:
    assert BarSize.MINUTE_5.span == timedelta(minutes=5)
    assert BarSize.DAY_1.span == timedelta(days=1)
    assert BarSize.WEEK_1.span == timedelta(days=7)
    lengths = {BarSize.DAY_1, BarSize.WEEK_1, BarSize.MONTH_1}
    assert {size for size in BarSize if not size.is_intraday} == lengths


def prints() -> Trades:
    seconds = int(NOON.timestamp())
    return Trades(
        con_id=SPY,
        times=[seconds, seconds + 1, seconds + 2],
        prices=[1.0, 2.0, 3.0],
        sizes=[10.0, 20.0, 30.0],
        exchanges=["ARCA", "NYSE", "IEX"],
        conditions=["", "I", ""],
        aggressors=[Aggressor.BUYER, Aggressor.SELLER, Aggressor.UNKNOWN],
    )


def test_a_print_of_the_tape_is_made_when_it_is_looked_at() -> None:
    tape = prints()
    last = Trade(SPY, NOON + timedelta(seconds=2), 3.0, 30.0, "IEX", "", Aggressor.UNKNOWN)
    assert len(tape) == 3
    assert tape[2] == tape[-1] == last
    assert tape[-2:] == (tape[1], tape[2])
    assert [each.price for each in tape] == [1.0, 2.0, 3.0]
    assert tape[0].time == datetime.fromtimestamp(int(NOON.timestamp()), UTC)
    with pytest.raises(IndexError):
        tape[3]


def test_a_bracket_is_the_wish_of_its_entry() -> None:
    entry = a_draft(acknowledged=frozenset({"R05_ORDER_SIZE"}))
    bracket = BracketDraft(entry=entry, target_price=Decimal(110), stop_price=Decimal(95))
    assert bracket.intent_id == entry.intent_id
    assert bracket.acknowledged == {"R05_ORDER_SIZE"}


def test_the_link_serves_when_compared_or_while_only_data_is_away() -> None:
    def link(of: LinkState, *, only_farms: bool = False) -> bool:
        view = LinkView(state=of, client_id=ClientId(7), only_farms=only_farms, since=NOON)
        return view.serves

    assert link(LinkState.READY)
    assert link(LinkState.DEGRADED, only_farms=True)
    assert not link(LinkState.DEGRADED)
