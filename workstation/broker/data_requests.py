"""Requests for history, depth, prints and news."""

from collections.abc import Callable
from datetime import UTC, datetime

from ibapi.client import EClient

from workstation.broker.to_ib import ib_contract
from workstation.domain.bar import BarSize
from workstation.domain.contract import Contract
from workstation.domain.ids import ConId, ReqId

DEPTH_ROWS = 20
HEADLINES = 100

Numbered = Callable[[Callable[[EClient, int], None]], ReqId]
Ask = Callable[[Callable[[EClient], None]], bool]


class DataRequests:
    """Writes the requests; the answers come as reports of the same number. Core thread."""

    def __init__(self, numbered: Numbered, ask: Ask) -> None:
        self._numbered = numbered
        self._ask = ask

    def bars(
        self,
        contract: Contract,
        size: BarSize,
        duration: str,
        before: datetime | None,
        *,
        follow: bool,
    ) -> ReqId:
        """Ask for the trades' bars of a span that ends at `before` (None: now).

        `follow` keeps the last bar up to date and needs `before` None. `duration` is spelled
        as the broker wants it, for example "2 Y". Source: tws-wire.md 2.4, request 20.
        """
        end = "" if before is None else before.astimezone(UTC).strftime("%Y%m%d-%H:%M:%S")
        ib = ib_contract(contract)
        return self._numbered(
            lambda client, number: client.reqHistoricalData(
                number, ib, end, duration, size.value, "TRADES", 0, 2, follow, []
            )
        )

    def cancel_bars(self, req_id: ReqId) -> None:
        """Stop the updates of a request."""
        self._ask(lambda client: client.cancelHistoricalData(req_id))

    def depth(self, contract: Contract) -> ReqId:
        """Stream the book of all venues together."""
        ib = ib_contract(contract)
        return self._numbered(
            lambda client, number: client.reqMktDepth(number, ib, DEPTH_ROWS, True, [])
        )

    def cancel_depth(self, req_id: ReqId) -> None:
        """Stop a book."""
        self._ask(lambda client: client.cancelMktDepth(req_id, True))

    def tape(self, contract: Contract) -> ReqId:
        """Stream every print."""
        ib = ib_contract(contract)
        return self._numbered(
            lambda client, number: client.reqTickByTickData(number, ib, "AllLast", 0, False)
        )

    def cancel_tape(self, req_id: ReqId) -> None:
        """Stop the prints."""
        self._ask(lambda client: client.cancelTickByTickData(req_id))

    def news_providers(self) -> bool:
        """Ask which providers the account may read."""
        return self._ask(lambda client: client.reqNewsProviders())

    def headlines(self, con_id: ConId, providers: str) -> ReqId:
        """Ask for the newest headlines of a contract from providers joined by "+"."""
        return self._numbered(
            lambda client, number: client.reqHistoricalNews(
                number, con_id, providers, "", "", HEADLINES, []
            )
        )

    def article(self, provider: str, article_id: str) -> ReqId:
        """Ask for the body of a headline."""
        return self._numbered(
            lambda client, number: client.reqNewsArticle(number, provider, article_id, [])
        )
