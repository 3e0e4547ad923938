"""Requests for history, depth, prints and news."""

from workstation.broker.pacing import Share
from workstation.broker.request_writer import RequestWriter
from workstation.broker.to_ib import ib_contract, shown_as
from workstation.domain.bar import SeriesKey
from workstation.domain.contract import Contract
from workstation.domain.ids import ReqId

DEPTH_ROWS = 20


class DataRequests:
    """Writes the requests; the answers come as reports of the same number. Core thread."""

    def __init__(self, writer: RequestWriter) -> None:
        self._writer = writer

    def follow_bars(self, contract: Contract, series: SeriesKey, duration: str) -> ReqId:
        """Ask for the newest bars of a series and keep the last one up to date.

        `duration` is spelled as the broker wants it, for example "2 Y". Source: tws-wire.md 2.4,
        request 20.
        """
        ib, shown = ib_contract(contract), shown_as(contract, series.show)
        hours = int(series.regular_hours)
        return self._writer.numbered(
            lambda client, number: client.reqHistoricalData(
                number, ib, "", duration, series.size.value, shown, hours, 2, True, []
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
