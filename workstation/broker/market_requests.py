"""Requests for contracts, their rules and their quotes."""

from workstation.broker.pacing import Share
from workstation.broker.request_writer import RequestWriter
from workstation.broker.requests import Subscriptions
from workstation.broker.to_ib import ib_con_id_query, ib_contract, ib_stock_query
from workstation.domain.contract import Contract
from workstation.domain.ids import ConId, ReqId
from workstation.domain.quote import MarketDataType

GENERIC_TICKS = {"STK": "236"}
"""What is streamed beside the quotes, by class: of stocks whether they can be sold short."""


class MarketRequests:
    """Writes the requests and knows which quotes stream. Core thread."""

    def __init__(self, writer: RequestWriter, subscriptions: Subscriptions) -> None:
        self._writer = writer
        self._subscriptions = subscriptions

    def look_up(self, symbol: str) -> ReqId:
        """Ask for the contract of a US stock; ContractReport and ContractsEnded answer."""
        query = ib_stock_query(symbol)
        return self._writer.numbered(
            lambda client, number: client.reqContractDetails(number, query)
        )

    def look_up_con_id(self, con_id: ConId) -> ReqId:
        """Ask for the contract of this number."""
        query = ib_con_id_query(con_id)
        return self._writer.numbered(
            lambda client, number: client.reqContractDetails(number, query)
        )

    def market_rule(self, rule_id: int) -> bool:
        """Ask for the price bands of a market rule."""
        return self._writer.ask(lambda client: client.reqMarketRule(rule_id))

    def subscribe_quotes(self, contract: Contract) -> ReqId:
        """Stream the quotes of a contract into its slot; replaces an earlier request."""
        ib = ib_contract(contract)
        req_id, more = self._writer.ids.new(), GENERIC_TICKS.get(contract.sec_type, "")
        if self._writer.ask(
            lambda client: client.reqMktData(req_id, ib, more, False, False, []),
            req_id,
            Share.QUOTE,
        ):
            self._subscriptions.add(req_id, contract.con_id)
        return req_id

    def cancel_quotes(self, req_id: ReqId) -> None:
        """Stop the quotes of one request."""
        self._writer.ask(lambda client: client.cancelMktData(req_id), share=Share.QUOTE)

    def forget_quotes(self, con_id: ConId) -> None:
        """Let no request feed the slot of a contract any more."""
        self._subscriptions.remove(con_id)

    def data_type(self, data_type: MarketDataType) -> bool:
        """Choose live, frozen, delayed or delayed-frozen for the quotes asked for after this."""
        return self._writer.ask(
            lambda client: client.reqMarketDataType(data_type.value), share=Share.QUOTE
        )

    def quotes_running(self, con_id: ConId) -> bool:
        """Tell whether the quotes of a contract are already asked for."""
        return self._subscriptions.req_id(con_id) is not None
