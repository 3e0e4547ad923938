"""Requests for orders, executions, positions and the figures of accounts."""

from collections.abc import Callable
from functools import partial

from ibapi.client import EClient
from ibapi.execution import ExecutionFilter
from ibapi.server_versions import MIN_SERVER_VER_CURRENT_TIME_IN_MILLIS

from workstation.broker.list_tickets import ListTickets
from workstation.broker.request_writer import RequestWriter
from workstation.domain.ids import AccountId, ConId, ReqId
from workstation.domain.reports import ListKind

_SUMMARY_TAGS = (
    "NetLiquidation,TotalCashValue,AvailableFunds,ExcessLiquidity,BuyingPower,"
    "InitMarginReq,MaintMarginReq,DayTradesRemaining,$LEDGER:ALL"
)


class AccountRequests:
    """Writes the requests; the answers come as reports. Core thread.

    `pnl_accounts` is filled with the account, and the contract of a single position, of each
    stream of profit and loss.
    """

    def __init__(
        self,
        writer: RequestWriter,
        pnl_accounts: dict[int, tuple[AccountId, ConId | None]],
        lists: ListTickets,
    ) -> None:
        self._writer = writer
        self._lists = lists
        self._pnl_accounts = pnl_accounts
        self._summary: ReqId | None = None

    def forget(self) -> None:
        """Drop what a session that ended was sending."""
        self._summary = None
        self._pnl_accounts.clear()

    def next_order_id(self) -> bool:
        """Ask for the next order id."""
        return self._writer.ask(lambda client: client.reqIds(-1))

    def time(self) -> bool:
        """Ask for the broker's clock; also the liveness probe."""
        return self._writer.ask(lambda client: client.reqCurrentTime())

    def exact_time(self) -> bool:
        """Ask for the broker's clock to the millisecond; a gateway that is older tells seconds."""
        return self._writer.ask(_ask_time)

    def open_orders(self) -> bool:
        """Ask for the open orders of every client and of TWS itself."""
        return self._list(lambda client: client.reqAllOpenOrders(), ListKind.OPEN_ORDERS)

    def completed_orders(self) -> bool:
        """Ask for the orders that ended today, whoever placed them."""
        return self._list(
            lambda client: client.reqCompletedOrders(False), ListKind.COMPLETED_ORDERS
        )

    def executions(self) -> ReqId:
        """Ask for today's executions of all clients."""
        return self._writer.numbered(
            lambda client, number: client.reqExecutions(number, ExecutionFilter())
        )

    def positions(self) -> bool:
        """Ask for all positions and their changes."""
        return self._list(lambda client: client.reqPositions(), ListKind.POSITIONS)

    def _list(self, ask: Callable[[EClient], None], kind: ListKind) -> bool:
        """Ask for a list that carries no number; the rows up to its end are ours."""
        return self._writer.ask(ask, left=partial(self._lists.asked, kind))

    def summary(self) -> ReqId:
        """Ask for the account figures and their changes; ends an earlier request."""
        if self._summary is not None:
            old = self._summary
            self._writer.ask(lambda client: client.cancelAccountSummary(old))
        self._summary = self._writer.numbered(
            lambda client, number: client.reqAccountSummary(number, "All", _SUMMARY_TAGS)
        )
        return self._summary

    def pnl(self, account: AccountId) -> ReqId:
        """Stream the profit and loss of an account."""
        req_id = self._writer.ids.new()
        if self._writer.ask(lambda client: client.reqPnL(req_id, account, ""), req_id):
            self._pnl_accounts[req_id] = (account, None)
        return req_id

    def position_pnl(self, account: AccountId, con_id: ConId) -> ReqId:
        """Stream the profit and loss of one position."""
        req_id = self._writer.ids.new()
        if self._writer.ask(
            lambda client: client.reqPnLSingle(req_id, account, "", con_id), req_id
        ):
            self._pnl_accounts[req_id] = (account, con_id)
        return req_id


def _ask_time(client: EClient) -> None:
    if client.serverVersion() >= MIN_SERVER_VER_CURRENT_TIME_IN_MILLIS:
        client.reqCurrentTimeInMillis()
    else:
        client.reqCurrentTime()
