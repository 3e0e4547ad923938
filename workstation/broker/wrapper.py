"""The broker's callbacks, translated into reports: translate, hand over, return."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from typing_extensions import override

from workstation.broker import from_ib, orders_from_ib
from workstation.broker.adapter import error_parts
from workstation.broker.answer_callbacks import Answers
from workstation.broker.data_callbacks import DataCallbacks
from workstation.broker.hot_values import DIVIDENDS
from workstation.broker.requests import Subscriptions
from workstation.domain import queries
from workstation.domain.company_events import read_dividends
from workstation.domain.ids import AccountId, ClientId, ConId, OrderId, ReqId
from workstation.domain.market_sinks import MarketSinks
from workstation.domain.ports import ReportSink
from workstation.domain.prices import PriceBand
from workstation.domain.reports import (
    AccountValueReport,
    BrokerNotice,
    CommissionReport,
    ContractReport,
    ContractsEnded,
    ExecutionReport,
    ListEnded,
    ListKind,
    MarketRuleReport,
    OrderStatusReport,
    PnlReport,
    PositionReport,
    ServerTime,
)


class Wrapper(DataCallbacks):
    """Receives the library's callbacks on the core thread.

    `accounts` and `next_id` serve the session's start-up; everything else becomes a report.
    The broker's spelling and its marks for "unset" end here.
    """

    def __init__(
        self,
        sink: ReportSink,
        market: MarketSinks,
        subscriptions: Subscriptions,
        *,
        answers: Answers,
        on_accounts: Callable[[tuple[AccountId, ...]], None],
        on_next_id: Callable[[OrderId], None],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(sink, market, answers)
        self._sink = sink
        self._ticks = market.ticks
        self._subscriptions = subscriptions
        self._on_accounts = on_accounts
        self._on_next_id = on_next_id
        self._now = now
        self.pnl_accounts: dict[int, tuple[AccountId, ConId | None]] = {}
        """Account, and contract of a single position, of each P&L request."""

    @override
    def managedAccounts(self, accountsList: str) -> None:
        names = (name.strip() for name in from_ib.plain_text(accountsList).split(","))
        self._on_accounts(tuple(AccountId(name) for name in names if name))

    @override
    def nextValidId(self, orderId: int) -> None:
        self._on_next_id(OrderId(orderId))

    @override
    def error(self, *args: Any) -> None:
        subject, code, text, advanced = error_parts(args)
        notice = BrokerNotice(
            subject=subject if subject > 0 else None,
            code=code,
            text=from_ib.plain_text(text),
            advanced_reject=from_ib.plain_text(advanced),
        )
        if not self.answers.refused(notice):
            self._sink(notice)

    @override
    def openOrder(self, orderId: int, contract: Any, order: Any, orderState: Any) -> None:
        if order.whatIf:
            self._sink(from_ib.margin_report_of(orderId, orderState))
        else:
            report = orders_from_ib.open_order_of(orderId, contract, order, orderState)
            self.answers.lists.row(ListKind.OPEN_ORDERS, report)
            self._sink(report)

    @override
    def completedOrder(self, contract: Any, order: Any, orderState: Any) -> None:
        report = orders_from_ib.open_order_of(0, contract, order, orderState, completed=True)
        self.answers.lists.row(ListKind.COMPLETED_ORDERS, report)
        self._sink(report)

    @override
    def orderStatus(
        self,
        orderId: int,
        status: str,
        filled: Decimal,
        remaining: Decimal,
        avgFillPrice: float,
        permId: int,
        parentId: int,
        lastFillPrice: float,
        clientId: int,
        whyHeld: str,
        mktCapPrice: float,
    ) -> None:
        self._sink(
            OrderStatusReport(
                order_id=OrderId(orderId),
                client_id=ClientId(clientId),
                perm_id=from_ib.optional_perm_id(permId),
                status=status,
                filled=from_ib.optional_decimal(filled) or Decimal(0),
                remaining=from_ib.optional_decimal(remaining) or Decimal(0),
                why_held=whyHeld or "",
                cap_price=from_ib.optional_decimal(mktCapPrice) or None,
                average_price=from_ib.optional_decimal(avgFillPrice) or None,
            )
        )

    @override
    def execDetails(self, reqId: int, contract: Any, execution: Any) -> None:
        found = from_ib.execution_of(contract, execution, self._now())
        self.answers.row(reqId, found)
        number = ReqId(reqId) if reqId > 0 else None
        self._sink(ExecutionReport(execution=found, req_id=number))

    def commissionReport(self, commissionReport: Any) -> None:  # noqa: N802, N803 - older builds
        """Take the cost of an execution under the name that older builds use."""
        self._commission(commissionReport)

    @override
    def commissionAndFeesReport(self, commissionAndFeesReport: Any) -> None:
        self._commission(commissionAndFeesReport)

    def _commission(self, report: Any) -> None:
        commission = from_ib.commission_of(report)
        if commission is not None:
            self._sink(CommissionReport(commission=commission))

    @override
    def openOrderEnd(self) -> None:
        self._list_ended(ListKind.OPEN_ORDERS)

    @override
    def completedOrdersEnd(self) -> None:
        self._list_ended(ListKind.COMPLETED_ORDERS)

    @override
    def execDetailsEnd(self, reqId: int) -> None:
        if not self.answers.end(reqId):
            self._sink(ListEnded(kind=ListKind.EXECUTIONS, req_id=ReqId(reqId)))

    @override
    def positionEnd(self) -> None:
        self._list_ended(ListKind.POSITIONS)

    def _list_ended(self, kind: ListKind) -> None:
        self.answers.lists.ended(kind)
        self._sink(ListEnded(kind=kind))

    @override
    def accountSummaryEnd(self, reqId: int) -> None:
        if not self.answers.end(reqId):
            self._sink(ListEnded(kind=ListKind.ACCOUNT_SUMMARY, req_id=ReqId(reqId)))

    @override
    def position(self, account: str, contract: Any, position: Decimal, avgCost: float) -> None:
        report = PositionReport(
            account=AccountId(account),
            con_id=ConId(contract.conId),
            symbol=contract.symbol,
            quantity=from_ib.optional_decimal(position),
            average_cost=from_ib.optional_decimal(avgCost),
        )
        self.answers.lists.row(ListKind.POSITIONS, report)
        self._sink(report)
        if report.quantity is None:
            raise ValueError("a position without its number")

    @override
    def accountSummary(self, reqId: int, account: str, tag: str, value: str, currency: str) -> None:
        report = AccountValueReport(
            account=AccountId(from_ib.plain_text(account)),
            tag=from_ib.plain_text(tag),
            value=from_ib.plain_text(value),
            currency=from_ib.plain_text(currency),
        )
        if not self.answers.row(reqId, report):
            self._sink(report)

    @override
    def pnl(self, reqId: int, dailyPnL: float, unrealizedPnL: float, realizedPnL: float) -> None:
        self._pnl(reqId, dailyPnL, unrealizedPnL, realizedPnL, None)

    @override
    def pnlSingle(
        self,
        reqId: int,
        pos: Decimal,
        dailyPnL: float,
        unrealizedPnL: float,
        realizedPnL: float,
        value: float,
    ) -> None:
        self._pnl(reqId, dailyPnL, unrealizedPnL, realizedPnL, value)

    def _pnl(
        self, req_id: int, daily: float, unrealized: float, realized: float, value: float | None
    ) -> None:
        subject = self.pnl_accounts.get(req_id)
        if subject is None:
            return  # a late figure of a request we have cancelled
        self._sink(
            PnlReport(
                account=subject[0],
                con_id=subject[1],
                daily=from_ib.optional_float(daily),
                unrealized=from_ib.optional_float(unrealized),
                realized=from_ib.optional_float(realized),
                value=from_ib.optional_float(value),
            )
        )

    @override
    def contractDetails(self, reqId: int, contractDetails: Any) -> None:
        details = from_ib.details_of(contractDetails)
        if self.answers.row(reqId, details):
            return
        rule = from_ib.market_rule_of(contractDetails)
        self._sink(ContractReport(req_id=ReqId(reqId), details=details, market_rule_id=rule))

    @override
    def contractDetailsEnd(self, reqId: int) -> None:
        if not self.answers.end(reqId):
            self._sink(ContractsEnded(req_id=ReqId(reqId)))

    @override
    def marketRule(self, marketRuleId: int, priceIncrements: Any) -> None:
        bands = [
            (from_ib.optional_decimal(band.lowEdge), from_ib.optional_decimal(band.increment))
            for band in priceIncrements
        ]
        whole = tuple((low, step) for low, step in bands if low is not None and step is not None)
        if len(whole) == len(bands):  # half a rule is none: it would allow wrong prices
            told = tuple(PriceBand(low, step) for low, step in sorted(whole))
            self.answers.told((queries.MarketRule, marketRuleId), told)
            self._sink(MarketRuleReport(rule_id=marketRuleId, bands=whole))

    @override
    def currentTime(self, time: int) -> None:
        self.answers.fence_passed()
        self._sink(ServerTime(time=datetime.fromtimestamp(time, UTC)))

    @override
    def currentTimeInMillis(self, timeInMillis: int) -> None:
        when = datetime.fromtimestamp(timeInMillis / 1000, UTC)
        self._sink(ServerTime(time=when, is_exact=True))

    @override
    def marketDataType(self, reqId: int, marketDataType: int) -> None:
        con_id = self._subscriptions.con_id(reqId)
        if con_id is not None:
            self._ticks.set_data_type(con_id, marketDataType)

    @override
    def tickPrice(self, reqId: int, tickType: int, price: float, attrib: Any) -> None:
        con_id = self._subscriptions.con_id(reqId)
        if con_id is not None:
            known = from_ib.optional_float(price)
            self._ticks.set_price(con_id, tickType, -1.0 if known is None else known)

    @override
    def tickSize(self, reqId: int, tickType: int, size: Decimal) -> None:
        con_id = self._subscriptions.con_id(reqId)
        number = from_ib.optional_decimal(size)
        if con_id is not None and number is not None:
            self._ticks.set_size(con_id, tickType, float(number))

    @override
    def tickGeneric(self, reqId: int, tickType: int, value: float) -> None:
        con_id = self._subscriptions.con_id(reqId)
        if con_id is not None:
            self._ticks.set_number(con_id, tickType, from_ib.optional_float(value))

    @override
    def tickString(self, reqId: int, tickType: int, value: str) -> None:
        if tickType == DIVIDENDS and self.answers.whole(reqId, read_dividends(value)):
            return
        con_id = self._subscriptions.con_id(reqId)
        if con_id is not None:
            self._ticks.set_text(con_id, tickType, from_ib.plain_text(value))

    @override
    def tickOptionComputation(
        self,
        reqId: int,
        tickType: int,
        tickAttrib: int,
        impliedVol: float,
        delta: float,
        optPrice: float,
        pvDividend: float,
        gamma: float,
        vega: float,
        theta: float,
        undPrice: float,
    ) -> None:
        con_id = self._subscriptions.con_id(reqId)
        greeks = from_ib.greeks_of(
            impliedVol, delta, optPrice, pvDividend, gamma, vega, theta, undPrice
        )
        if not self.answers.whole(reqId, greeks) and con_id is not None:
            self._ticks.set_greeks(con_id, tickType, greeks)
