"""Believable messages and a command port that only remembers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from workstation.bridge.commands import Answered, CommandPort, CommandQueue
from workstation.domain.account import AccountPnl, AccountSummary, Environment, PositionView
from workstation.domain.commands import Command, CommandResult, Watched, WatchSymbol
from workstation.domain.contract import Contract, ContractDetails
from workstation.domain.coverage import Coverage
from workstation.domain.depth import DepthBook, DepthLevel
from workstation.domain.dry_run import DryRun, DryRunOutcome, DryRunRow
from workstation.domain.execution import Commission, Execution
from workstation.domain.finding import Finding, Level, RiskCode
from workstation.domain.ids import AccountId, ClientId, ConId, ExecId, OrderId, OrderKey, PermId
from workstation.domain.limit_use import ExposureRow, LimitUse, RiskView, Scenario, TailRisk
from workstation.domain.link import LinkState, LinkView
from workstation.domain.news import Headline
from workstation.domain.notice import Notice, Severity
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle, OrderView
from workstation.domain.prices import PriceBand, PriceLadder
from workstation.domain.quote import Quote
from workstation.domain.trade import Aggressor, Trade

NOW = datetime(2026, 3, 18, 14, 32, 5, tzinfo=UTC)
ACCOUNT = AccountId("SIM0012321")
LADDER = PriceLadder(
    (PriceBand(Decimal(0), Decimal("0.0001")), PriceBand(Decimal(1), Decimal("0.01")))
)
SYMBOLS = ("AAPL", "MSFT", "NVDA", "GOOGL", "AMZN", "META", "TSLA", "SPY", "QQQ", "BRK B", "F")
CON_IDS = {symbol: ConId(100 + number) for number, symbol in enumerate(SYMBOLS)}
AAPL = CON_IDS["AAPL"]

HOSTILE = (
    "<b>bold</b>",
    "<img src='http://example.invalid/x.png'>",
    "<script>alert(1)</script>",
    "<a href='file:///etc/passwd'>click</a>",
    "&lt;b&gt; &amp; &copy;",
    "line one\nline two\r\ttab",
    "\u202eright to left\u202c",
    "nul\x00bell\x07escape\x1b[31m",
    "&File &Quit",
    "%s %d {0} {name}",
    "W" * 5000,
    "🚀 emoji and ümlaut",
    "",
)


class FakeCommands(CommandPort):
    """Remembers what was sent; answers when told to."""

    def __init__(self) -> None:
        super().__init__(CommandQueue())
        self.sent: list[Command] = []
        self._waiting_answers: list[tuple[Command, Answered | None]] = []

    def send(
        self, command: Command, answered: Answered | None = None, progressed: Any = None
    ) -> int:
        self.sent.append(command)
        self._waiting_answers.append((command, answered))
        return len(self.sent)

    def of(self, kind: type) -> list[Any]:
        return [command for command in self.sent if isinstance(command, kind)]

    def answer(self, kind: type, result: CommandResult) -> None:
        """Answer the oldest unanswered command of a kind."""
        for place, (command, answered) in enumerate(self._waiting_answers):
            if isinstance(command, kind):
                del self._waiting_answers[place]
                if answered is not None:
                    answered(result)
                return
        raise AssertionError(f"no {kind.__name__} waits for an answer")

    def clear(self) -> None:
        """Forget what was sent and what waits for an answer."""
        self.sent.clear()
        self._waiting_answers.clear()

    def answer_watches(self) -> None:
        while waiting := [c for c, _ in self._waiting_answers if isinstance(c, WatchSymbol)]:
            symbol = waiting[0].symbol
            con_id = CON_IDS.get(symbol, ConId(1000 + sum(map(ord, symbol))))
            self.answer(WatchSymbol, Watched(con_id, symbol))


def a_link(state: LinkState = LinkState.READY, **changes: Any) -> LinkView:
    values: dict[str, Any] = {
        "state": state,
        "client_id": ClientId(7),
        "host": "127.0.0.1",
        "port": 7497,
        "server_version": 203,
        "accounts": (ACCOUNT,),
        "account": ACCOUNT,
        "environment": Environment.SIMULATED,
        "clock_offset": 0.2,
        "since": NOW,
    }
    return LinkView(**{**values, **changes})


def a_quote(con_id: ConId = AAPL, **changes: Any) -> Quote:
    values: dict[str, Any] = {
        "bid": 187.18,
        "bid_size": 300,
        "ask": 187.20,
        "ask_size": 1200,
        "last": 187.19,
        "last_size": 100,
        "high": 188.90,
        "low": 185.40,
        "open": 186.0,
        "close": 186.0,
        "volume": 12_345_678,
        "received_at": NOW,
    }
    return Quote(con_id=con_id, **{**values, **changes})


def a_contract(symbol: str = "AAPL", con_id: ConId | None = None) -> ContractDetails:
    found = con_id if con_id is not None else CON_IDS[symbol]
    return ContractDetails(
        contract=Contract(con_id=found, symbol=symbol), long_name=f"{symbol} INC", ladder=LADDER
    )


def an_order(number: int = 12, **changes: Any) -> OrderView:
    values: dict[str, Any] = {
        "key": OrderKey(f"7:{number}"),
        "order_id": OrderId(number),
        "client_id": ClientId(7),
        "perm_id": PermId(1_234_567_000 + number),
        "account": ACCOUNT,
        "con_id": AAPL,
        "symbol": "AAPL",
        "side": Side.BUY,
        "quantity": Decimal(100),
        "order_type": "LMT",
        "limit_price": Decimal("187.20"),
        "tif": "DAY",
        "lifecycle": Lifecycle.WORKING,
        "created_at": NOW + timedelta(seconds=number),
        "updated_at": NOW + timedelta(seconds=number),
    }
    return OrderView(**{**values, **changes})


def a_position(symbol: str = "AAPL", **changes: Any) -> PositionView:
    values: dict[str, Any] = {
        "account": ACCOUNT,
        "con_id": CON_IDS.get(symbol, ConId(999)),
        "symbol": symbol,
        "quantity": Decimal(300),
        "average_cost": Decimal("181.2533"),
        "mark": 187.19,
        "market_value": 56_157.0,
        "unrealized_pnl": 1_781.01,
        "realized_pnl": 0.0,
        "daily_pnl": 357.0,
    }
    return PositionView(**{**values, **changes})


def a_summary(**changes: Any) -> AccountSummary:
    values: dict[str, Any] = {
        "account": ACCOUNT,
        "net_liquidation": Decimal("1003254.17"),
        "available_funds": Decimal("845110.02"),
        "buying_power": Decimal("3380440.08"),
        "updated_at": NOW,
    }
    return AccountSummary(**{**values, **changes})


def a_pnl(**changes: Any) -> AccountPnl:
    values: dict[str, Any] = {
        "account": ACCOUNT,
        "daily": 3254.17,
        "unrealized": -412.5,
        "realized": 0.0,
    }
    return AccountPnl(**{**values, **changes})


def a_notice(severity: Severity = Severity.INFO, **changes: Any) -> Notice:
    values: dict[str, Any] = {
        "severity": severity,
        "text": "Market data farm connection is OK: usfarm",
        "code": 2104,
        "time": NOW,
    }
    return Notice(**{**values, **changes})


def an_execution(**changes: Any) -> Execution:
    values: dict[str, Any] = {
        "exec_id": ExecId("0001.01.01.01"),
        "order_id": OrderId(12),
        "client_id": ClientId(7),
        "perm_id": PermId(1_234_567_012),
        "order_ref": None,
        "account": ACCOUNT,
        "con_id": AAPL,
        "symbol": "AAPL",
        "side": Side.BUY,
        "quantity": Decimal(40),
        "price": Decimal("187.20"),
        "exchange": "NASDAQ",
        "time": NOW,
    }
    return Execution(**{**values, **changes})


VENUES = ("ISLAND", "ARCA", "BATS", "IEX", "NYSE", "MEMX", "DRCTEDGE", "BYX")


def a_book(con_id: ConId = AAPL, depth: int = 10, **changes: Any) -> DepthBook:
    def side(best: float, step: float) -> tuple[DepthLevel, ...]:
        return tuple(
            DepthLevel(round(best + n * step, 2), 100 * (1 + (7 * n) % 13), VENUES[n % 8])
            for n in range(depth)
        )

    values: dict[str, Any] = {
        "bids": side(187.14, -0.01),
        "asks": side(187.16, 0.01),
        "received_at": NOW,
    }
    return DepthBook(con_id=con_id, **{**values, **changes})


def a_trade(number: int = 0, con_id: ConId = AAPL, **changes: Any) -> Trade:
    values: dict[str, Any] = {
        "con_id": con_id,
        "time": NOW + timedelta(seconds=number),
        "price": 187.14 + (number % 3) / 100,
        "size": float((1 + (number * 7) % 12) * 50),
        "exchange": VENUES[number % 8],
        "conditions": "F T" if number % 5 == 0 else "",
        "aggressor": list(Aggressor)[number % 3],
    }
    return Trade(**{**values, **changes})


def a_headline(number: int = 0, con_id: ConId = AAPL, **changes: Any) -> Headline:
    texts = (
        "Apple supplier lifts full-year outlook on stronger handset demand",
        "Analyst raises target to 210 from 195, keeps outperform",
        "Regulator opens a review of app store fees; shares little changed",
        "Options traders position for a quiet expiry week",
    )
    values: dict[str, Any] = {
        "con_id": con_id,
        "time": NOW - timedelta(minutes=37 * number),
        "provider": ("BRFG", "DJNL", "BRFUPDN")[number % 3],
        "article_id": f"A{number}",
        "text": texts[number % 4],
    }
    return Headline(**{**values, **changes})


def a_commission(**changes: Any) -> Commission:
    values: dict[str, Any] = {
        "exec_id": ExecId("0001.01.01.01"),
        "commission": Decimal("1.0000"),
        "currency": "USD",
        "realized_pnl": Decimal("-12.34"),
    }
    return Commission(**{**values, **changes})


def a_risk_view(account: AccountId = ACCOUNT) -> RiskView:
    def use(name: str, used: str, personal: str | None, top: str | None, unit: str) -> LimitUse:
        return LimitUse(
            name,
            Decimal(used),
            None if personal is None else Decimal(personal),
            None if top is None else Decimal(top),
            unit,
        )

    return RiskView(
        account,
        (
            use("Largest position", "56157", "250000", "1000000", "USD"),
            use("Gross exposure", "1620000", "2000000", "4000000", "USD"),
            use("Daily loss", "18950", "20000", None, "USD"),
            use("Orders a second", "2", "10", "10", ""),
            use("Open orders of AAPL, buy", "15", "15", "20", "orders"),
            use("Restricted symbols", "0", None, None, ""),
        ),
        exposures=(
            ExposureRow("account", "", Decimal(56157), Decimal(17258), 1),
            ExposureRow("class", "STK", Decimal(56157), Decimal(17258)),
            ExposureRow("sector", "Technology", Decimal(56157), Decimal(0)),
            ExposureRow("currency", "USD", Decimal(56157), Decimal(17258)),
            ExposureRow("strategy", "by hand", Decimal(56157), Decimal(0)),
            ExposureRow("strategy", "strategy:gap", Decimal(0), Decimal(17258)),
            ExposureRow("symbol", "AAPL", Decimal(56157), Decimal(0)),
        ),
        scenarios=tuple(
            Scenario(Decimal(price), Decimal(389 * price + 12 * vol), Decimal(vol), Decimal(fx))
            for fx in (-10, 0, 10)
            for vol in (-25, 0, 25, 50)
            for price in (-20, -10, -5, -2, 0, 2, 5, 10, 20)
        ),
        unmodelled=("AAPL 261218C00200000",),
        coverages=(a_coverage(), a_coverage(con_id=ConId(104), symbol="TSLA", covered=Decimal(0))),
        tail=TailRisk(95, Decimal("812.10"), Decimal("1204.55"), 250, 1),
    )


def a_dry_run() -> DryRun:
    """Return a try of tighter limits that blocks one order and asks about another."""
    size = Finding(
        RiskCode.ORDER_SIZE,
        Level.HARD,
        "Order size is above your catastrophic limit.",
        measured="70,000 USD",
        limit="50,000 USD",
    )
    asked = replace(size, level=Level.SOFT, text="Order size is above your personal limit.")
    return DryRun(
        days=30,
        sent=214,
        refused=4,
        unknown=3,
        rows=(
            DryRunRow(NOW, "BUY 700 SPY LMT 100.00", DryRunOutcome.BLOCKED, (size,)),
            DryRunRow(NOW, "BUY 300 SPY LMT 100.00", DryRunOutcome.ASKED, (asked,)),
            DryRunRow(NOW, "BUY 10 TSLA MKT", DryRunOutcome.FREED, (size,)),
        ),
        changes=("order_size: 100000 / 500000 -> 20000 / 50000",),
    )


def a_coverage(**changes: Any) -> Coverage:
    """Return a position with a stop for all of it; uncovered is what is left."""
    values: dict[str, Any] = {
        "account": ACCOUNT,
        "con_id": AAPL,
        "symbol": "AAPL",
        "quantity": Decimal(300),
        "covered": Decimal(300),
        **dict.fromkeys(("over", "lapses", "sleeps", "closing", "unconfirmed"), Decimal(0)),
        "orphans": 0,
        "nearest_stop": Decimal("183.50"),
    }
    values |= changes
    values.setdefault("uncovered", values["quantity"] - values["covered"])
    return Coverage(**values)


FINDINGS = (
    Finding(
        RiskCode.ORDER_SIZE,
        Level.SOFT,
        "The order is larger than your personal limit.",
        "187,200 USD",
        "100,000 USD",
        "534 shares would pass.",
    ),
    Finding(RiskCode.DUPLICATE, Level.SOFT, "The same order was sent 1.2 s ago.", "1.2 s", "3 s"),
)
DENIALS = (
    Finding(
        RiskCode.PRICE_COLLAR,
        Level.HARD,
        "The limit is far above the market.",
        "14.3 %",
        "12 %",
        "209.66 would pass.",
    ),
    Finding(
        RiskCode.FUNDS,
        Level.HARD,
        "The account has not enough available funds.",
        "1,872,000 USD",
        "845,110 USD",
        "4,514 shares would pass.",
    ),
    *FINDINGS,
)
