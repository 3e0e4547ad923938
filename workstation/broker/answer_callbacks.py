"""Callbacks that answer questions of the request engine, translated."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ibapi.wrapper import EWrapper
from typing_extensions import override

from workstation.broker import from_ib
from workstation.broker.list_tickets import ListTickets
from workstation.domain import queries
from workstation.domain.ids import ConId
from workstation.domain.reference import (
    Bulletin,
    DepthExchange,
    HistogramRow,
    OptionClass,
    PastMidpoint,
    PastQuote,
    PastTrade,
    ScanRow,
    Schedule,
    ScheduledSession,
    SmartComponent,
    SymbolMatch,
)
from workstation.domain.reports import BrokerNotice

_NO_GROUP = 2**31 - 1
_TIMES = ("%Y%m%d-%H:%M:%S", "%Y%m%d  %H:%M:%S", "%Y%m%d %H:%M:%S", "%Y%m%d")


class Answers(Protocol):
    """Takes what answers questions; each tells whether it was for one. Core thread."""

    lists: ListTickets

    def row(self, number: int, value: Any) -> bool:
        """Take one row of an answer that an end will close."""
        ...

    def end(self, number: int, extra: Any = None) -> bool:
        """Take the end of an answer."""
        ...

    def whole(self, number: int, value: Any) -> bool:
        """Take an answer that is one message."""
        ...

    def told(self, key: Any, value: Any) -> None:
        """Take an answer that is one message without a number."""
        ...

    def told_row(self, key: Any, value: Any) -> None:
        """Take one row without a number or an end."""
        ...

    def fence_passed(self) -> None:
        """Take the answer to the second question of those that have no end mark."""
        ...

    def refused(self, notice: BrokerNotice) -> bool:
        """Take a coded message about a question."""
        ...


class AnswerCallbacks(EWrapper):
    """The part of the wrapper that only questions have a use for. Core thread."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.answers = answers

    @override
    def bondContractDetails(self, reqId: int, contractDetails: Any) -> None:
        self.answers.row(reqId, from_ib.details_of(contractDetails))

    @override
    def symbolSamples(self, reqId: int, contractDescriptions: Any) -> None:
        self.answers.whole(reqId, tuple(_match_of(each) for each in contractDescriptions))

    @override
    def smartComponents(self, reqId: int, smartComponentMap: Any) -> None:
        if isinstance(smartComponentMap, dict):  # from protobuf; a list of objects from text
            rows = [(bit, *names) for bit, names in smartComponentMap.items()]
        else:
            rows = [
                (each.bitNumber, each.exchange, each.exchangeLetter) for each in smartComponentMap
            ]
        self.answers.whole(reqId, tuple(SmartComponent(*row) for row in sorted(rows)))

    @override
    def mktDepthExchanges(self, depthMktDataDescriptions: Any) -> None:
        found = (
            DepthExchange(
                each.exchange,
                each.secType,
                each.listingExch,
                each.serviceDataType,
                None if each.aggGroup in {None, _NO_GROUP} else each.aggGroup,
            )
            for each in depthMktDataDescriptions
        )
        self.answers.told(queries.DepthExchanges, tuple(found))

    @override
    def securityDefinitionOptionParameter(
        self,
        reqId: int,
        exchange: str,
        underlyingConId: int,
        tradingClass: str,
        multiplier: str,
        expirations: Any,
        strikes: Any,
    ) -> None:
        found = OptionClass(
            exchange,
            ConId(underlyingConId),
            tradingClass,
            from_ib.optional_decimal(multiplier) or Decimal(1),
            tuple(sorted(filter(None, map(_day_of, expirations)))),
            tuple(sorted(filter(None, map(from_ib.optional_decimal, strikes)))),
        )
        self.answers.row(reqId, found)

    @override
    def securityDefinitionOptionParameterEnd(self, reqId: int) -> None:
        self.answers.end(reqId)

    @override
    def headTimestamp(self, reqId: int, headTimestamp: str) -> None:
        self.answers.whole(reqId, moment_of(headTimestamp))

    @override
    def histogramData(self, reqId: int, items: Any) -> None:
        found = (HistogramRow(each.price, _number(each.size)) for each in items)
        self.answers.whole(reqId, tuple(found))

    @override
    def historicalSchedule(
        self, reqId: int, startDateTime: str, endDateTime: str, timeZone: str, sessions: Any
    ) -> None:
        zone = _zone_of(timeZone)
        found = (
            ScheduledSession(
                moment_of(each.startDateTime, zone), moment_of(each.endDateTime, zone), day
            )
            for each in sessions
            if (day := _day_of(each.refDate)) is not None
        )
        self.answers.whole(reqId, Schedule(timeZone, tuple(found)))

    @override
    def historicalTicks(self, reqId: int, ticks: Any, done: bool) -> None:
        self._past(reqId, (PastMidpoint(_epoch(t.time), t.price) for t in ticks), done)

    @override
    def historicalTicksBidAsk(self, reqId: int, ticks: Any, done: bool) -> None:
        found = (
            PastQuote(
                _epoch(t.time), t.priceBid, t.priceAsk, _number(t.sizeBid), _number(t.sizeAsk)
            )
            for t in ticks
        )
        self._past(reqId, found, done)

    @override
    def historicalTicksLast(self, reqId: int, ticks: Any, done: bool) -> None:
        found = (
            PastTrade(
                _epoch(t.time),
                t.price,
                _number(t.size),
                t.exchange,
                t.specialConditions,
                bool(t.tickAttribLast.pastLimit),
                bool(t.tickAttribLast.unreported),
            )
            for t in ticks
        )
        self._past(reqId, found, done)

    def _past(self, req_id: int, found: Any, done: bool) -> None:  # noqa: FBT001 - as on the wire
        for tick in found:
            self.answers.row(req_id, tick)
        if done:
            self.answers.end(req_id)

    @override
    def updateNewsBulletin(
        self, msgId: int, msgType: int, newsMessage: str, originExch: str
    ) -> None:
        text = from_ib.plain_text(newsMessage)
        self.answers.told_row(queries.Bulletins, Bulletin(msgId, msgType, text, originExch))

    @override
    def scannerParameters(self, xml: str) -> None:
        self.answers.told(queries.ScannerParameters, xml)

    @override
    def scannerData(
        self,
        reqId: int,
        rank: int,
        contractDetails: Any,
        distance: str,
        benchmark: str,
        projection: str,
        legsStr: str,
    ) -> None:
        ib = contractDetails.contract
        self.answers.row(
            reqId,
            ScanRow(
                rank,
                ConId(ib.conId),
                ib.symbol,
                ib.secType,
                ib.exchange,
                ib.currency,
                distance,
                benchmark,
                projection,
            ),
        )

    @override
    def scannerDataEnd(self, reqId: int) -> None:
        self.answers.end(reqId)

    @override
    def wshMetaData(self, reqId: int, dataJson: str) -> None:
        self.answers.whole(reqId, dataJson)

    @override
    def wshEventData(self, reqId: int, dataJson: str) -> None:
        self.answers.whole(reqId, dataJson)

    @override
    def userInfo(self, reqId: int, whiteBrandingId: str) -> None:
        self.answers.whole(reqId, from_ib.plain_text(whiteBrandingId or ""))


def _match_of(description: Any) -> SymbolMatch:
    ib = description.contract
    return SymbolMatch(
        con_id=ConId(ib.conId),
        symbol=ib.symbol,
        sec_type=ib.secType,
        primary_exchange=ib.primaryExchange,
        currency=ib.currency,
        derivatives=tuple(description.derivativeSecTypes or ()),
        description=from_ib.plain_text(getattr(ib, "description", "") or ""),
    )


def moment_of(text: str, zone: ZoneInfo | None = None) -> datetime:
    """Read a time of the past: seconds since 1970, or in one of the broker's forms.

    Without `zone` it is UTC. Raises ValueError.
    """
    plain = text.strip()
    if plain.isdigit() and len(plain) > 8:
        return datetime.fromtimestamp(int(plain), UTC)
    for form in _TIMES:
        try:
            naive = datetime.strptime(plain, form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
        return naive.replace(tzinfo=zone or UTC).astimezone(UTC)
    raise ValueError("a time that cannot be read")


def _zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("an unknown time zone") from None


def _day_of(text: str) -> date | None:
    try:
        return datetime.strptime(text.strip()[:8], "%Y%m%d").date()  # noqa: DTZ007 - only a day
    except ValueError:
        return None


def _epoch(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _number(size: Any) -> float:
    return float(from_ib.optional_decimal(size) or 0)
