"""The whole desk at every protocol version that matters, in text, in protobuf and in both.

157 is the lowest, 176 and 200 are text, 203 sends orders in protobuf and most requests in text,
213 and 226 send everything in protobuf; from 201 on each answer comes as the gateway pleases.
"""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.helpers.cores import ACCOUNT
from tests.helpers.gateway import Gateway
from tests.helpers.gateway_rig import PLACE, TradingRig
from tests.helpers.killable_core import AAPL
from workstation.broker.recording_filter import message_id
from workstation.broker.session import SessionSettings
from workstation.domain.account import AccountPnl, AccountSummary
from workstation.domain.bar import BarSize, BarUpdate
from workstation.domain.commands import (
    BarsAnswer,
    CancelOrder,
    ChangeOrder,
    ClosePosition,
    Done,
    FollowBars,
    FollowDepth,
    FollowTape,
    HeadlinesAnswer,
    PreviewMargin,
    RequestArticle,
    RequestBars,
    RequestHeadlines,
    SubmitBracket,
    SubmitOrder,
    UnfollowBars,
    UnfollowDepth,
    UnfollowTape,
)
from workstation.domain.depth import DepthBook
from workstation.domain.finding import Submitted
from workstation.domain.ids import ClientId, IntentId
from workstation.domain.messages import CommissionArrived, ExecutionArrived, TradesArrived
from workstation.domain.news import Article
from workstation.domain.order import OrderChange, OrderType, Side
from workstation.domain.order_status import Lifecycle
from workstation.domain.ports import Direction
from workstation.domain.preview import MarginPreview
from workstation.storage.journal_reader import read_entries

L = Lifecycle
VERSIONS = [157, 176, 200, 203, 213, 226]
RAW_IDS, ALL_PROTOBUF = 201, 213
QUOTES, DEPTH, BARS, ARTICLE, TAPE = 1, 10, 20, 84, 97
LETTERS = {"protobuf", "text"}


class Wire:
    """Every message body as it came and went."""

    def __init__(self) -> None:
        self.outgoing: list[bytes] = []
        self.incoming: list[bytes] = []

    def take(self, direction: Direction, bodies: list[bytes]) -> None:
        if direction is Direction.OUT:
            self.outgoing += [body for body in bodies if not body.startswith(b"v100")]
        elif direction is Direction.IN:
            self.incoming += bodies

    def spelled(self, bodies: list[bytes], number: int) -> set[str]:
        """Return how the messages of one id were written."""
        return {spelling(body) for body in bodies if message_id(body) == number}


def spelling(body: bytes) -> str:
    raw = body[:1] == b"\0"
    return "protobuf" if raw and int.from_bytes(body[:4], "big") > 200 else "text"


class VersionRig(TradingRig):
    """A desk whose every message is kept."""

    def __init__(self, folder: Path, gateway: Gateway, version: int) -> None:
        self.wire = Wire()
        super().__init__(folder, gateway, SessionSettings(ClientId(5), version, tap=self.wire.take))
        self.journal = folder / "journal.sqlite"

    def came(self, kind: type[Any]) -> list[Any]:
        return [each for each in self.window.messages if isinstance(each, kind)]

    def newest(self, kind: type[Any]) -> list[Any]:
        return [each for each in self.window.latest.values() if isinstance(each, kind)]


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def rig(tmp_path: Path, version: int) -> Iterator[VersionRig]:
    with Gateway(tmp_path) as gateway:
        rig = VersionRig(tmp_path, gateway, version)
        assert rig.desk.session.server_version == version
        yield rig
        rig.close()


@pytest.mark.timeout(120)
def test_orders_live_their_whole_life(rig: VersionRig, version: int) -> None:
    preview = rig.ask(PreviewMargin(rig.draft()))
    assert isinstance(preview, MarginPreview)
    assert preview.initial_margin_change is not None
    assert preview.initial_margin_change > 0

    low = rig.last - 30
    rest = rig.ask(SubmitOrder(rig.draft(order_type=OrderType.LIMIT, limit_price=low)))
    assert isinstance(rest, Submitted)
    rig.until(lambda: rig.is_at(rest.order_id, L.WORKING))
    wish = OrderChange(
        intent_id=IntentId("c"), key=rest.key, quantity=Decimal(7), limit_price=low + 1
    )
    assert isinstance(rig.ask(ChangeOrder(wish)), Submitted)
    rig.until(lambda: rig.order(rest.order_id).limit_price == low + 1)
    rig.until(lambda: rig.order(rest.order_id).quantity == 7)
    assert isinstance(rig.ask(CancelOrder(rest.key)), Done)
    rig.until(lambda: rig.is_at(rest.order_id, L.CANCELLED))

    entry = rig.ask(SubmitBracket(rig.bracket()))
    first = entry.order_id
    rig.until(lambda: rig.is_at(first, L.FILLED))
    rig.until(lambda: rig.is_at(first + 1, L.WORKING) and rig.is_at(first + 2, L.HELD))
    assert rig.order(first + 1).oca_group == rig.order(first + 2).oca_group != ""
    assert [rig.order(first + n).parent for n in (1, 2)] == [entry.key] * 2
    rig.until(lambda: rig.position() == 20)
    assert isinstance(rig.ask(ClosePosition(ACCOUNT, AAPL)), Done)
    rig.until(lambda: rig.position() == 0)
    rig.until(lambda: all(rig.is_at(first + n, L.CANCELLED) for n in (1, 2)))

    rig.until(lambda: len(rig.came(CommissionArrived)) == 2)
    fills = [each.execution for each in rig.came(ExecutionArrived)]
    assert [fill.side for fill in fills] == [Side.BUY, Side.SELL]
    assert [fill.quantity for fill in fills] == [20, 20]
    check_orders_on_the_wire(rig, version)


def check_orders_on_the_wire(rig: VersionRig, version: int) -> None:
    """Hold every order frame against the hash that the journal kept before it left."""
    frames = [body for body in rig.wire.outgoing if message_id(body) == PLACE]
    hashes = {hashlib.sha256(len(body).to_bytes(4, "big") + body).hexdigest() for body in frames}
    entries = [msgspec.json.decode(each.body) for each in read_entries(rig.journal)]
    assert len(frames) == 7, "what-if, order, change, three of a bracket, exit"
    assert hashes == {each["sha256"] for each in entries if "sha256" in each}
    assert {spelling(body) for body in frames} == {"protobuf" if version >= 203 else "text"}


@pytest.mark.timeout(120)
def test_all_data_comes(rig: VersionRig, version: int) -> None:
    assert rig.ask(FollowDepth(AAPL)) == Done()
    assert rig.ask(FollowTape(AAPL)) == Done()
    newest = rig.ask(RequestBars(AAPL, BarSize.DAY_1))
    assert isinstance(newest, BarsAnswer)
    assert len(newest.bars) > 100
    older = rig.ask(RequestBars(AAPL, BarSize.DAY_1, before=newest.bars[0].time))
    assert older.bars[-1].time < newest.bars[0].time
    assert isinstance(rig.ask(FollowBars(AAPL, BarSize.MINUTE_1)), BarsAnswer)

    headlines = rig.ask(RequestHeadlines(AAPL))
    assert isinstance(headlines, HeadlinesAnswer)
    found = headlines.headlines[0]
    article = rig.ask(RequestArticle(found.provider, found.article_id))
    assert isinstance(article, Article)
    assert article.text

    rig.until(lambda: any(book.bids and book.asks for book in rig.newest(DepthBook)))
    rig.until(lambda: rig.came(TradesArrived))
    rig.until(lambda: rig.newest(BarUpdate))
    rig.until(lambda: any(each.net_liquidation for each in rig.newest(AccountSummary)))
    rig.until(lambda: rig.newest(AccountPnl))
    quote = rig.desk.figures.quotes.quote(AAPL)
    assert quote is not None
    assert quote.two_sided

    for wish in (UnfollowDepth(AAPL), UnfollowTape(AAPL), UnfollowBars(AAPL, BarSize.MINUTE_1)):
        assert rig.ask(wish) == Done()
    rig.until(lambda: all(rig.gateway.frames(number) for number in (11, 25, 98)))
    check_requests_on_the_wire(rig, version)


def test_bars_of_five_seconds_come(rig: VersionRig, version: int) -> None:
    bars, data = rig.desk.session._wrapper.market.bars, rig.desk.session.data
    details = rig.desk.contracts.details(AAPL)
    assert details is not None
    req_id = data.live_bars(details.contract)
    bars.attach(req_id, AAPL)
    rig.until(lambda: bars.newest(AAPL) is not None)
    newest = bars.newest(AAPL)
    assert newest is not None
    assert newest.bar.low <= newest.bar.open <= newest.bar.high
    assert newest.bar.time.timestamp() % 5 == 0

    data.cancel_live_bars(req_id)
    rig.until(lambda: rig.gateway.frames(51))
    assert rig.wire.spelled(rig.wire.outgoing, 50) == {
        "protobuf" if version >= ALL_PROTOBUF else "text"
    }


def check_requests_on_the_wire(rig: VersionRig, version: int) -> None:
    """Hold that requests were written as the version wants, and answers came in its letters."""
    sent, got = rig.wire.outgoing, rig.wire.incoming[1:]
    for number in (QUOTES, DEPTH, BARS, TAPE):
        letters = "protobuf" if version >= ALL_PROTOBUF else "text"
        assert rig.wire.spelled(sent, number) == {letters}, number
    assert all(body[:1] == b"\0" for body in (*sent[1:], *got)) is (version >= RAW_IDS)
    answers = {203: LETTERS, 213: {"protobuf"}, 226: {"protobuf"}}.get(version, {"text"})
    assert {spelling(body) for body in got} == answers
    assert rig.desk.session.bad_messages.count == 0
