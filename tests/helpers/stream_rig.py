"""Streams over a session that only remembers what it was asked."""

from typing import Any

from tests.helpers.desk_fakes import FakeContracts, FakeOutgoing, spy
from tests.helpers.virtual_time import VirtualClock
from workstation.broker.session import Phase
from workstation.desk.streams import WATCHLIST, Streams
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.ids import ConId, ReqId
from workstation.domain.quote import MarketDataType
from workstation.domain.reports import BrokerNotice
from workstation.domain.subscription import StreamKey, StreamKind, StreamState
from workstation.marketdata.market import Market

QUOTES, DEPTH, TAPE = StreamKind


def stock(con_id: int) -> ContractDetails:
    contract = Contract(con_id=ConId(con_id), symbol=f"S{con_id}")
    return spy(
        contract=contract,
        time_zone_id="US/Eastern",
        liquid_hours="20261120:0930-20261120:1600;20261121:CLOSED",
    )


class WireLog:
    """A session whose requests are a list: ("quotes", con_id), ("-quotes", con_id), ..."""

    def __init__(self) -> None:
        self.phase = Phase.UP
        self.said: list[tuple[str, Any]] = []
        self.open: dict[int, tuple[str, ConId]] = {}
        self.data = self.market = self
        self._next = 1000

    def _begin(self, what: str, con_id: ConId) -> ReqId:
        self._next += 1
        self.open[self._next] = (what, con_id)
        self.said.append((what, con_id))
        return ReqId(self._next)

    def _stop(self, what: str, req_id: ReqId) -> None:
        kind, con_id = self.open.pop(req_id)  # a cancel of nothing is an error
        assert kind == what
        self.said.append((f"-{what}", con_id))

    def subscribe_quotes(self, contract: Contract) -> ReqId:
        return self._begin("quotes", contract.con_id)

    def depth(self, contract: Contract) -> ReqId:
        return self._begin("depth", contract.con_id)

    def tape(self, contract: Contract) -> ReqId:
        return self._begin("tape", contract.con_id)

    def cancel_quotes(self, req_id: ReqId) -> None:
        self._stop("quotes", req_id)

    def cancel_depth(self, req_id: ReqId) -> None:
        self._stop("depth", req_id)

    def cancel_tape(self, req_id: ReqId) -> None:
        self._stop("tape", req_id)

    def forget_quotes(self, con_id: ConId) -> None:
        pass

    def data_type(self, data_type: MarketDataType) -> None:
        self.said.append(("type", data_type))

    def running(self, what: str) -> list[ConId]:
        return [con_id for kind, con_id in self.open.values() if kind == what]

    def number(self, what: str, con_id: int) -> int:
        """Return the open request of a stream."""
        (found,) = [n for n, each in self.open.items() if each == (what, con_id)]
        return found


class StreamRig:
    """Streams of ten stocks, 1 to 10, with few lines; a book and a tape for each."""

    def __init__(self, lines: int = 4, stocks: int = 10) -> None:
        self.clock = VirtualClock()
        self.wire = WireLog()
        self.market = Market(self.clock)
        self.out: Any = FakeOutgoing()
        self.out.post_latest = self._keep
        self.told: dict[tuple[ConId, StreamKind], StreamState] = {}
        self.notices: list[str] = []
        self.contracts: Any = FakeContracts(*(stock(n) for n in range(1, stocks + 1)))
        wire: Any = self.wire
        self.streams = Streams(
            self.clock, wire, self.contracts, self.market, self.out, self._notify, lines=lines
        )

    def _keep(self, state: StreamState) -> None:
        self.told[state.con_id, state.kind] = state

    def _notify(self, _severity: Any, text: str, **_more: Any) -> None:
        self.notices.append(text)

    def watch(self, *con_ids: int) -> None:
        for con_id in con_ids:
            self.streams.want(ConId(con_id), QUOTES, WATCHLIST, once=True)
        self.streams.settle()

    def want(self, kind: StreamKind, *con_ids: int, user: str = "widget") -> None:
        for con_id in con_ids:
            self.streams.want(ConId(con_id), kind, user)
        self.streams.settle()

    def drop(self, kind: StreamKind, *con_ids: int, user: str = "widget") -> None:
        for con_id in con_ids:
            self.streams.drop(ConId(con_id), kind, user)
        self.streams.settle()

    def look_at(self, *visible: int, chosen: int | None = None, seen: bool = True) -> None:
        wanted = frozenset(ConId(each) for each in visible)
        front = None if chosen is None else ConId(chosen)
        self.streams.attend(front, wanted, list_is_seen=seen)
        self.streams.settle()

    def refuse(self, what: str, con_id: int, code: int, text: str = "refused") -> None:
        """Let the broker answer an open request; what it ends is closed at its side."""
        number = self.wire.number(what, con_id)
        ends = code not in {10090, 10091, 10167, 10197, 317, 2152}
        if ends:
            del self.wire.open[number]
        assert self.streams.on_notice(BrokerNotice(subject=number, code=code, text=text))
        self.streams.settle()

    def sweep(self, seconds: float = 1.0) -> None:
        self.clock.seconds += seconds
        self.streams.sweep()
        self.streams.settle()

    def state(self, con_id: int, kind: StreamKind = QUOTES) -> StreamState:
        return self.told[ConId(con_id), kind]

    def tick(self, con_id: int, price: float = 10.0) -> None:
        self.market.quotes.set_price(ConId(con_id), 1, price)

    def key(self, con_id: int, kind: StreamKind = QUOTES) -> StreamKey:
        return StreamKey(ConId(con_id), kind)
