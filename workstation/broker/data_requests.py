"""Requests for history, depth, prints and news."""

from datetime import UTC, datetime

from workstation.broker.pacing import Share
from workstation.broker.request_writer import RequestWriter
from workstation.broker.to_ib import ib_contract
from workstation.domain.bar import BarSize
from workstation.domain.contract import Contract
from workstation.domain.ids import ConId, ReqId

DEPTH_ROWS = 20
HEADLINES = 100


class DataRequests:
    """Writes the requests; the answers come as reports of the same number. Core thread."""

    def __init__(self, writer: RequestWriter) -> None:
        self._writer = writer

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
        return self._writer.numbered(
            lambda client, number: client.reqHistoricalData(
                number, ib, end, duration, size.value, "TRADES", 0, 2, follow, []
            ),
            Share.HISTORY,
        )

    def cancel_bars(self, req_id: ReqId) -> None:
        """Stop the updates of a request."""
        self._writer.ask(lambda client: client.cancelHistoricalData(req_id), share=Share.HISTORY)

    def depth(self, contract: Contract) -> ReqId:
        """Stream the book of all venues together."""
        ib = ib_contract(contract)
        return self._writer.numbered(
            lambda client, number: client.reqMktDepth(number, ib, DEPTH_ROWS, True, []),
            Share.QUOTE,
        )

    def cancel_depth(self, req_id: ReqId) -> None:
        """Stop a book."""
        self._writer.ask(lambda client: client.cancelMktDepth(req_id, True), share=Share.QUOTE)

    def tape(self, contract: Contract) -> ReqId:
        """Stream every print."""
        ib = ib_contract(contract)
        return self._writer.numbered(
            lambda client, number: client.reqTickByTickData(number, ib, "AllLast", 0, False),
            Share.QUOTE,
        )

    def cancel_tape(self, req_id: ReqId) -> None:
        """Stop the prints."""
        self._writer.ask(lambda client: client.cancelTickByTickData(req_id), share=Share.QUOTE)

    def live_bars(self, contract: Contract, what: str = "TRADES") -> ReqId:
        """Stream bars of five seconds of TRADES, MIDPOINT, BID or ASK, also out of hours."""
        ib = ib_contract(contract)
        return self._writer.numbered(
            lambda client, number: client.reqRealTimeBars(number, ib, 5, what, False, []),
            Share.QUOTE,
        )

    def cancel_live_bars(self, req_id: ReqId) -> None:
        """Stop the bars of five seconds."""
        self._writer.ask(lambda client: client.cancelRealTimeBars(req_id), share=Share.QUOTE)

    def news_providers(self) -> bool:
        """Ask which providers the account may read."""
        return self._writer.ask(lambda client: client.reqNewsProviders(), share=Share.HISTORY)

    def headlines(self, con_id: ConId, providers: str) -> ReqId:
        """Ask for the newest headlines of a contract from providers joined by "+"."""
        return self._writer.numbered(
            lambda client, number: client.reqHistoricalNews(
                number, con_id, providers, "", "", HEADLINES, []
            ),
            Share.HISTORY,
        )

    def article(self, provider: str, article_id: str) -> ReqId:
        """Ask for the body of a headline."""
        return self._writer.numbered(
            lambda client, number: client.reqNewsArticle(number, provider, article_id, []),
            Share.HISTORY,
        )
