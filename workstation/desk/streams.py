"""Runs the streams of market data that widgets want, within what the account may have."""

from collections.abc import Callable
from dataclasses import dataclass

from workstation.broker.session import Phase, Session
from workstation.desk.contracts import Contracts
from workstation.desk.limits import Notify
from workstation.desk.outgoing import Outgoing
from workstation.desk.stream_codes import After, Outcome, outcome_of
from workstation.domain.clock import Clock
from workstation.domain.ids import ConId, ReqId
from workstation.domain.notice import Severity
from workstation.domain.quote import MarketDataType
from workstation.domain.reports import BrokerNotice
from workstation.domain.subscription import (
    Importance,
    StreamKey,
    StreamKind,
    StreamPhase,
    StreamState,
    Use,
)
from workstation.marketdata.budgets import budgets
from workstation.marketdata.market import Market
from workstation.marketdata.subscriptions import Subscriptions

WATCHLIST = "Watchlist"
CHART = "Chart"
SAME_TAPE_SECONDS = 18.0
"""The broker takes one request for prints of a contract in 15 s, and a request may have waited for
the wire. Source: tws-wire.md 3.1."""

NAMES = {
    StreamKind.QUOTES: "market-data lines",
    StreamKind.DEPTH: "order books",
    StreamKind.TAPE: "tick-by-tick streams",
}


@dataclass(slots=True)
class Attention:
    """What the user looks at; before the window tells, everything counts as listed."""

    chosen: ConId | None = None
    visible: frozenset[ConId] = frozenset()
    list_is_seen: bool = True


class Streams:
    """Starts, pauses, and takes up again. Core thread.

    Several wishes of one round become one plan: `settle()` runs after each round.
    """

    def __init__(
        self,
        clock: Clock,
        session: Session,
        contracts: Contracts,
        market: Market,
        outgoing: Outgoing,
        notify: Notify,
        *,
        lines: int,
    ) -> None:
        self.traded: Callable[[], frozenset[ConId]] = frozenset
        """Contracts with a position or a working order; a desk tells."""
        self._traded: frozenset[ConId] = frozenset()
        self._clock = clock
        self._session = session
        self._contracts = contracts
        self._quotes, self._books, self._tapes = market.quotes, market.books, market.tapes
        self._out = outgoing
        self._notify = notify
        self._wishes = Subscriptions(budgets(lines), self._importance, self._can_start)
        self._attention = Attention()
        self._requests: dict[StreamKey, ReqId] = {}
        self._keys: dict[int, StreamKey] = {}
        self._notes: dict[StreamKey, Outcome] = {}
        self._told: dict[StreamKey, StreamState] = {}
        self._tapes_asked: dict[ConId, float] = {}
        self._again: set[StreamKey] = set()
        self._types: dict[ConId, MarketDataType] = {}
        self._session_type = MarketDataType.LIVE
        self._is_due = False

    # -- wishes -------------------------------------------------------------------------------

    def want(self, con_id: ConId, kind: StreamKind, user: str, *, once: bool = False) -> None:
        """Count one more widget that shows a stream; `once` counts it a single time."""
        key = StreamKey(con_id, kind)
        if kind is StreamKind.DEPTH and not self._books.has(con_id):
            self._books.open(con_id)
        self._wishes.add(key, user, once=once)
        self._is_due = True

    def drop(self, con_id: ConId, kind: StreamKind, user: str) -> None:
        """Count one widget less; the last one ends the stream."""
        key = StreamKey(con_id, kind)
        self._wishes.drop(key, user)
        if self._wishes.get(key) is None:
            self._notes.pop(key, None)
            self._told.pop(key, None)
            if kind is StreamKind.DEPTH and key not in self._requests and self._books.has(con_id):
                self._books.close(con_id)
        self._is_due = True

    def attend(
        self, chosen: ConId | None, visible: frozenset[ConId], *, list_is_seen: bool
    ) -> None:
        """Learn what the user looks at."""
        for con_id in visible - self._attention.visible:
            self._wishes.touch(StreamKey(con_id, StreamKind.QUOTES))
        self._attention = Attention(chosen, visible, list_is_seen)
        self._is_due = True

    def set_type(self, con_id: ConId, data_type: MarketDataType) -> None:
        """Ask for another type of market data of one contract from now on."""
        self._types[con_id] = data_type
        for kind in StreamKind:
            key = StreamKey(con_id, kind)
            self._end(key)
            self._wishes.ended(key)
            self._notes.pop(key, None)
        self._is_due = True

    def type_of(self, con_id: ConId) -> MarketDataType:
        """Return the type that is asked for."""
        return self._types.get(con_id, MarketDataType.LIVE)

    # -- life of the session ------------------------------------------------------------------

    def session_up(self) -> None:
        """Run again what is wanted."""
        self._session_type = MarketDataType.LIVE
        self._is_due = True

    def session_down(self) -> None:
        """Nothing streams any more."""
        self._requests.clear()
        self._keys.clear()
        self._notes.clear()
        self._again.clear()
        self._tapes_asked.clear()
        self._wishes.session_down()
        self._books.session_down()
        self._tapes.session_down()
        self._is_due = True

    def renew(self) -> None:
        """Ask for everything again: the broker has lost it (1101)."""
        for key in tuple(self._requests):
            self._end(key)
        self._notes.clear()
        self._wishes.session_down()
        self._is_due = True

    def renew_one(self, key: StreamKey) -> None:
        """Ask again for one stream that has fallen silent."""
        self._end(key)
        self._wishes.ended(key)
        self._is_due = True

    def forget_lessons(self) -> None:
        """Believe the account's limits again: another endpoint was chosen."""
        for budget in self._wishes.budgets.values():
            budget.forget()

    # -- what the broker says -----------------------------------------------------------------

    def key_of(self, number: int) -> StreamKey | None:
        """Return the stream that a request number names."""
        return self._keys.get(number)

    def on_notice(self, notice: BrokerNotice) -> bool:
        """Take a coded message about a stream; False when it is about something else."""
        key = self._keys.get(notice.subject) if notice.subject is not None else None
        if key is None:
            return False
        outcome = outcome_of(key.kind, notice)
        match outcome.after:
            case After.FULL:
                self._forget(key)
                self._learn(key)
            case After.REFUSED:
                self._forget(key)
                self._wishes.ended(key, StreamPhase.REFUSED)
                self._notes[key] = outcome
            case After.AGAIN:
                self._forget(key)
                self._wishes.ended(key, StreamPhase.REFUSED)
                self._again.add(key)  # with the next sweep: a broker that goes on so is not flooded
            case After.RESET:
                self._books.fail(key.con_id, "")
            case After.STALE:
                self._quotes.mark_stale(key.con_id)
                self._notes[key] = outcome
            case After.NOTE:
                self._notes[key] = outcome
            case After.NOTHING:
                pass
        self._is_due = True
        return True

    def _learn(self, key: StreamKey) -> None:
        budget = self._wishes.budgets[key.kind]
        if not self._wishes.refused(key, self._clock.monotonic()):
            return
        self._notify(
            Severity.WARNING,
            f"The broker gives this program {budget.most} of {budget.granted} "
            f"{NAMES[key.kind]}: TWS or another program uses the rest.",
            effect="The least important streams pause; they come back by themselves.",
            advice="Close what is not needed in TWS, or here.",
        )

    # -- regular work -------------------------------------------------------------------------

    def sweep(self) -> None:
        """Try one more where that is due, and drop remarks that have come true no longer."""
        now = self._clock.monotonic()
        for kind, budget in self._wishes.budgets.items():
            if self._wishes.paused(kind) and budget.probe(now):
                self._is_due = True
        if any(wish.phase is StreamPhase.WAITING for wish in self._wishes):
            self._is_due = True  # a tape that was asked for too soon may begin by now
        while self._again:
            self._wishes.ended(self._again.pop())
            self._is_due = True
        if (traded := self.traded()) != self._traded:
            self._traded = traded
            self._is_due = True
        for key, note in tuple(self._notes.items()):
            if note.after is After.STALE and not self._quotes.is_stale(key.con_id):
                del self._notes[key]
                self._is_due = True

    def plan_anew(self) -> None:
        """Decide again in this round: a contract, a position or an order has changed."""
        self._is_due = True

    def settle(self) -> None:
        """Carry out what was wished in this round."""
        if not self._is_due:
            return
        self._is_due = False
        plan = self._wishes.plan()
        for key in plan.stop:
            self._end(key)
        for key in plan.start:
            self._start(key)
        self._tell()

    def uses(self) -> tuple[Use, Use, Use]:
        """Return how much of each limit is used: lines, books, tapes."""
        return self._use(StreamKind.QUOTES), self._use(StreamKind.DEPTH), self._use(StreamKind.TAPE)

    def running(self, kind: StreamKind) -> list[StreamKey]:
        """Return what runs of one kind."""
        return self._wishes.running(kind)

    def _use(self, kind: StreamKind) -> Use:
        budget, running = self._wishes.budgets[kind], self._wishes.running(kind)
        detail = f"the broker gives {budget.most} of {budget.granted}" if budget.is_learned else ""
        if kind is not StreamKind.QUOTES and running:
            holders = ", ".join(self._holder(key) for key in running)
            detail = f"{holders}; {detail}" if detail else holders
        waiting = len(self._wishes.paused(kind)) if self._session.phase is Phase.UP else 0
        return Use(
            name=NAMES[kind], used=len(running), most=budget.most, waiting=waiting, detail=detail
        )

    def _holder(self, key: StreamKey) -> str:
        """Name a stream and the widgets that hold it: AAPL (Depth)."""
        wish = self._wishes.get(key)
        widgets = " and ".join(sorted(wish.users)) if wish is not None else ""
        return f"{self._symbol(key.con_id)} ({widgets})"

    def _symbol(self, con_id: ConId) -> str:
        details = self._contracts.details(con_id)
        return details.contract.symbol if details is not None else str(con_id)

    # -- starting and ending ------------------------------------------------------------------

    def _can_start(self, key: StreamKey) -> bool:
        if self._session.phase is not Phase.UP or self._contracts.details(key.con_id) is None:
            return False
        return key in self._requests or not self._is_too_soon(key)

    def _is_too_soon(self, key: StreamKey) -> bool:
        """Tell whether prints of this contract were asked for too short a time ago."""
        if key.kind is not StreamKind.TAPE or key in self._requests:
            return False
        asked_at = self._tapes_asked.get(key.con_id)
        return asked_at is not None and (self._clock.monotonic() - asked_at < SAME_TAPE_SECONDS)

    def _importance(self, key: StreamKey) -> Importance:
        if key.con_id in self._traded:
            return Importance.TRADED
        if key.kind is not StreamKind.QUOTES or key.con_id == self._attention.chosen:
            return Importance.CHOSEN
        wish = self._wishes.get(key)
        if wish is not None and wish.users[CHART]:
            return Importance.CHOSEN
        if not self._attention.list_is_seen:
            return Importance.HIDDEN
        if key.con_id in self._attention.visible:
            return Importance.VISIBLE
        return Importance.LISTED

    def _start(self, key: StreamKey) -> None:
        details = self._contracts.details(key.con_id)
        assert details is not None  # _can_start has looked
        self._notes.pop(key, None)
        contract = details.contract
        if key.kind is StreamKind.QUOTES:
            wanted = self.type_of(key.con_id)
            if wanted is not self._session_type:
                self._session.market.data_type(wanted)
                self._session_type = wanted
            req_id = self._session.market.subscribe_quotes(contract)
        elif key.kind is StreamKind.DEPTH:
            req_id = self._session.data.depth(contract)
            self._books.fail(key.con_id, "")
            self._books.attach(req_id, key.con_id)
        else:
            req_id = self._session.data.tape(contract)
            self._tapes_asked[key.con_id] = self._clock.monotonic()
            self._tapes.attach(req_id, key.con_id)
        self._requests[key] = req_id
        self._keys[req_id] = key

    def _end(self, key: StreamKey) -> None:
        """Give a stream back to the broker."""
        req_id = self._forget(key)
        if req_id is None:
            return
        match key.kind:
            case StreamKind.QUOTES:
                self._session.market.cancel_quotes(req_id)
            case StreamKind.DEPTH:
                self._session.data.cancel_depth(req_id)
            case StreamKind.TAPE:
                self._session.data.cancel_tape(req_id)

    def _forget(self, key: StreamKey) -> ReqId | None:
        """Let a request feed nothing any more; what it brought is no market."""
        req_id = self._requests.pop(key, None)
        if req_id is None:
            return None
        del self._keys[req_id]
        match key.kind:
            case StreamKind.QUOTES:
                self._session.market.forget_quotes(key.con_id)
                self._quotes.mark_stale(key.con_id)
            case StreamKind.DEPTH:
                self._books.detach(key.con_id)
                if self._wishes.get(key) is None:
                    self._books.close(key.con_id)
            case StreamKind.TAPE:
                self._tapes.detach(key.con_id)
        return req_id

    # -- telling ------------------------------------------------------------------------------

    def _tell(self) -> None:
        for wish in self._wishes:
            state = self._state(wish.key, wish.phase)
            before = self._told.get(wish.key)
            if state == before:
                continue
            self._told[wish.key] = state
            self._out.post_latest(state)
            if wish.key.kind is StreamKind.DEPTH and wish.phase is not StreamPhase.RUNNING:
                self._books.fail(wish.key.con_id, state.text)

    def _state(self, key: StreamKey, phase: StreamPhase) -> StreamState:
        note = self._notes.get(key)
        text, advice, code = ("", "", None)
        if note is not None:
            text, advice, code = note.text, note.advice, note.code
        elif phase is StreamPhase.PAUSED:
            text, advice = self._why_paused(key)
        elif self._is_too_soon(key):
            text, advice = "waiting: asked for within 15 s", "It begins by itself."
        return StreamState(
            con_id=key.con_id, kind=key.kind, phase=phase, text=text, advice=advice, code=code
        )

    def _why_paused(self, key: StreamKey) -> tuple[str, str]:
        if self._importance(key) is Importance.HIDDEN:
            return "paused: the list is hidden", "It comes back when the list is shown."
        most = self._wishes.budgets[key.kind].most
        text = f"paused: all {most} {NAMES[key.kind]} are in use"
        holders = ", ".join(self._holder(each) for each in self._wishes.running(key.kind))
        where = f" by {holders}" if key.kind is not StreamKind.QUOTES and holders else ""
        return text + where, "It comes back by itself when one is free."
