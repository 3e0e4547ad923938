"""Contracts known to the desk: look-ups and price ladders."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from workstation.broker.session import Phase, Session
from workstation.domain.commands import CommandResult, Failed, Watched
from workstation.domain.contract import ContractDetails
from workstation.domain.ids import ConId, ReqId
from workstation.domain.ports import Reactor, Timer
from workstation.domain.prices import PriceBand, PriceLadder
from workstation.domain.reports import ContractReport, MarketRuleReport

LOOK_UP_SECONDS = 10.0
"""How long someone who typed a symbol waits."""

NEED_SECONDS = 60.0
"""How long a position waits: five hundred of them are asked for at 45 a second, after the rest."""

Answer = Callable[[CommandResult], None]


@dataclass(slots=True)
class _LookUp:
    symbol: str
    answer: Answer | None
    timer: Timer
    con_id: ConId | None
    found: list[ContractDetails] = field(default_factory=list)


class Contracts:
    """Looks contracts up and remembers them. Core thread.

    `on_watched` hears of each contract whose quotes somebody wants.
    """

    def __init__(
        self,
        reactor: Reactor,
        session: Session,
        *,
        on_known: Callable[[ContractDetails], None],
    ) -> None:
        self.on_watched: Callable[[ConId], None] = _ignore
        self._reactor = reactor
        self._session = session
        self._on_known = on_known
        self.revision = 0
        self._details: dict[ConId, ContractDetails] = {}
        self._ladders: dict[int, PriceLadder] = {}
        self._rules: dict[ConId, int] = {}
        self._look_ups: dict[ReqId, _LookUp] = {}
        self._asked: set[ConId] = set()
        self._waiting: dict[ConId, list[Callable[[ContractDetails | None], None]]] = {}

    def details(self, con_id: ConId) -> ContractDetails | None:
        """Return the rules of a contract, or None where it was not looked up."""
        return self._details.get(con_id)

    def watch(self, symbol: str, answer: Answer) -> None:
        """Look a US stock up and want its quotes; answers Watched or Failed."""
        wanted = symbol.strip().upper()
        if not wanted or not wanted.isascii() or not wanted.isprintable() or len(wanted) > 24:
            answer(Failed("A symbol is written in letters and digits, for example AAPL."))
            return
        known = [con_id for con_id, each in self._details.items() if _is_us_stock(each, wanted)]
        if len(known) == 1:
            self.on_watched(known[0])
            answer(Watched(known[0], wanted))
            return
        if self._session.phase is not Phase.UP:
            answer(Failed(f"{wanted} cannot be looked up: there is no link to the broker."))
            return
        self._begin(self._session.market.look_up(wanted), wanted, answer=answer)

    def need(self, con_id: ConId) -> None:
        """Look a contract up that a position or an order names, so that it can be closed."""
        if con_id > 0 and con_id not in self._details and con_id not in self._asked:
            self._asked.add(con_id)
            self._begin(self._session.market.look_up_con_id(con_id), "", con_id=con_id)

    def define(self, details: ContractDetails) -> None:
        """Know a combination, which the broker has no number for."""
        self._learn(details)

    def ask_again(self, con_id: ConId) -> None:
        """Look up anew what was refused before: somebody wants to leave a position now."""
        if not any(look_up.con_id == con_id for look_up in self._look_ups.values()):
            self._asked.discard(con_id)
        self.need(con_id)

    def when_known(self, con_id: ConId, then: Callable[[ContractDetails | None], None]) -> None:
        """Call `then` with the rules of a contract, at once or when they came; None if they do not."""
        details = self._details.get(con_id)
        if details is not None or con_id <= 0 or self._session.phase is not Phase.UP:
            then(details)
            return
        self._waiting.setdefault(con_id, []).append(then)
        self.ask_again(con_id)

    def _tell_waiting(self, con_id: ConId) -> None:
        for then in self._waiting.pop(con_id, []):
            then(self._details.get(con_id))

    def session_up(self) -> None:
        """Ask again for the rules still missing."""
        for rule_id in sorted(set(self._rules.values()) - self._ladders.keys()):
            self._session.market.market_rule(rule_id)

    def session_down(self) -> None:
        """End every look-up: its answer will not come."""
        self._asked.clear()
        for req_id in list(self._look_ups):
            self._fail(req_id, "the link to the broker was lost")

    def on_contract(self, report: ContractReport) -> None:
        """Take one contract that a look-up found."""
        look_up = self._look_ups.get(report.req_id)
        if look_up is None:
            return
        look_up.found.append(report.details)
        rule_id = report.market_rule_id
        con_id = report.details.contract.con_id
        if rule_id is not None:
            self._rules[con_id] = rule_id
        self._learn(report.details)
        if rule_id is not None and rule_id not in self._ladders:
            self._session.market.market_rule(rule_id)

    def on_look_up_ended(self, req_id: ReqId) -> None:
        """Answer the one who asked."""
        look_up = self._look_ups.pop(req_id, None)
        if look_up is None:
            return
        look_up.timer.cancel()
        if look_up.answer is None:
            for con_id in {each.contract.con_id for each in look_up.found}:
                self._tell_waiting(con_id)
            if look_up.con_id is not None:
                self._tell_waiting(look_up.con_id)
            return
        found = {details.contract.con_id for details in look_up.found}
        if len(found) != 1:
            what = "is not known" if not found else "is ambiguous"
            look_up.answer(Failed(f"The symbol {look_up.symbol} {what} at the broker."))
            return
        con_id = found.pop()
        self.on_watched(con_id)
        look_up.answer(Watched(con_id, look_up.symbol))

    def on_refused(self, req_id: int, text: str) -> bool:
        """Take a coded message about a look-up; False when it is about something else."""
        if req_id not in self._look_ups:
            return False
        self._fail(ReqId(req_id), text)
        return True

    def on_market_rule(self, report: MarketRuleReport) -> None:
        """Give every contract of this rule its exact ladder."""
        if not report.bands:
            return
        ladder = PriceLadder(tuple(PriceBand(low, step) for low, step in sorted(report.bands)))
        self._ladders[report.rule_id] = ladder
        for con_id, rule_id in self._rules.items():
            if rule_id == report.rule_id and con_id in self._details:
                self._learn(self._details[con_id])

    def _begin(
        self,
        req_id: ReqId,
        symbol: str,
        *,
        con_id: ConId | None = None,
        answer: Answer | None = None,
    ) -> None:
        def expire() -> None:
            self._fail(req_id, f"the broker did not answer within {LOOK_UP_SECONDS:.0f} s")
            if con_id is not None:  # nobody else may name it again, and it must be closable
                self._asked.discard(con_id)
                self.need(con_id)

        timer = self._reactor.call_later(
            LOOK_UP_SECONDS if con_id is None else NEED_SECONDS, expire
        )
        self._look_ups[req_id] = _LookUp(symbol, answer, timer, con_id)

    def _fail(self, req_id: ReqId, reason: str) -> None:
        look_up = self._look_ups.pop(req_id, None)
        if look_up is None:
            return
        look_up.timer.cancel()
        if look_up.con_id is not None:
            self._tell_waiting(look_up.con_id)
        if look_up.answer is not None:
            look_up.answer(Failed(f"{look_up.symbol} could not be looked up: {reason}"))

    def _learn(self, details: ContractDetails) -> None:
        con_id = details.contract.con_id
        ladder = self._ladders.get(self._rules.get(con_id, -1))
        known = details if ladder is None else replace(details, ladder=ladder)
        if self._details.get(con_id) != known:
            self._details[con_id] = known
            self.revision += 1
            self._on_known(known)


def _is_us_stock(details: ContractDetails, symbol: str) -> bool:
    """Tell whether this is what a look-up by symbol asks for: options share their symbol."""
    contract = details.contract
    return (contract.symbol, contract.sec_type, contract.currency) == (symbol, "STK", "USD")


def _ignore(_con_id: ConId) -> None:
    """Stand in until a desk takes the hook."""
