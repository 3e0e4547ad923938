"""Framing of server versions above 200: raw ids, and protobuf for what a version has moved to it.

A request in protobuf becomes the fields of its text form and an answer is made from the fields
of its text form, so everything else of the gateway knows one form of each message.

Source: tws-wire.md 2.1.6 and 2.6; the message definitions are ibapi's own descriptors.
"""

# ruff: noqa: F401 - the descriptors are found by their names
import struct
from collections.abc import Sequence
from typing import Any

from google.protobuf.message import DecodeError
from ibapi.protobuf import (
    AccountDataEnd_pb2,
    AccountDataRequest_pb2,
    AccountSummary_pb2,
    AccountSummaryEnd_pb2,
    AccountSummaryRequest_pb2,
    AccountUpdateMulti_pb2,
    AccountUpdateMultiEnd_pb2,
    AccountUpdatesMultiRequest_pb2,
    AccountUpdateTime_pb2,
    AccountValue_pb2,
    AllOpenOrdersRequest_pb2,
    AutoOpenOrdersRequest_pb2,
    CalculateImpliedVolatilityRequest_pb2,
    CalculateOptionPriceRequest_pb2,
    CancelAccountSummary_pb2,
    CancelAccountUpdatesMulti_pb2,
    CancelCalculateImpliedVolatility_pb2,
    CancelCalculateOptionPrice_pb2,
    CancelContractData_pb2,
    CancelHeadTimestamp_pb2,
    CancelHistogramData_pb2,
    CancelHistoricalData_pb2,
    CancelHistoricalTicks_pb2,
    CancelMarketData_pb2,
    CancelMarketDepth_pb2,
    CancelNewsBulletins_pb2,
    CancelOrderRequest_pb2,
    CancelPnL_pb2,
    CancelPnLSingle_pb2,
    CancelPositions_pb2,
    CancelPositionsMulti_pb2,
    CancelRealTimeBars_pb2,
    CancelScannerSubscription_pb2,
    CancelTickByTick_pb2,
    CancelWshEventData_pb2,
    CancelWshMetaData_pb2,
    CommissionAndFeesReport_pb2,
    CompletedOrder_pb2,
    CompletedOrdersEnd_pb2,
    CompletedOrdersRequest_pb2,
    ConfigRequest_pb2,
    ConfigResponse_pb2,
    ContractData_pb2,
    ContractDataEnd_pb2,
    ContractDataRequest_pb2,
    CurrentTime_pb2,
    CurrentTimeInMillis_pb2,
    CurrentTimeInMillisRequest_pb2,
    CurrentTimeRequest_pb2,
    DisplayGroupList_pb2,
    DisplayGroupUpdated_pb2,
    ErrorMessage_pb2,
    ExecutionDetails_pb2,
    ExecutionDetailsEnd_pb2,
    ExecutionRequest_pb2,
    ExerciseOptionsRequest_pb2,
    FamilyCodes_pb2,
    FamilyCodesRequest_pb2,
    FAReplace_pb2,
    FARequest_pb2,
    GlobalCancelRequest_pb2,
    HeadTimestamp_pb2,
    HeadTimestampRequest_pb2,
    HistogramData_pb2,
    HistogramDataRequest_pb2,
    HistoricalData_pb2,
    HistoricalDataEnd_pb2,
    HistoricalDataRequest_pb2,
    HistoricalDataUpdate_pb2,
    HistoricalNews_pb2,
    HistoricalNewsEnd_pb2,
    HistoricalNewsRequest_pb2,
    HistoricalSchedule_pb2,
    HistoricalTicks_pb2,
    HistoricalTicksBidAsk_pb2,
    HistoricalTicksLast_pb2,
    HistoricalTicksRequest_pb2,
    IdsRequest_pb2,
    ManagedAccounts_pb2,
    ManagedAccountsRequest_pb2,
    MarketDataRequest_pb2,
    MarketDataType_pb2,
    MarketDataTypeRequest_pb2,
    MarketDepth_pb2,
    MarketDepthExchanges_pb2,
    MarketDepthExchangesRequest_pb2,
    MarketDepthL2_pb2,
    MarketDepthRequest_pb2,
    MarketRule_pb2,
    MarketRuleRequest_pb2,
    MatchingSymbolsRequest_pb2,
    NewsArticle_pb2,
    NewsArticleRequest_pb2,
    NewsBulletin_pb2,
    NewsBulletinsRequest_pb2,
    NewsProviders_pb2,
    NewsProvidersRequest_pb2,
    NextValidId_pb2,
    OpenOrder_pb2,
    OpenOrdersEnd_pb2,
    OpenOrdersRequest_pb2,
    OrderBound_pb2,
    OrderStatus_pb2,
    PlaceOrderRequest_pb2,
    PnL_pb2,
    PnLRequest_pb2,
    PnLSingle_pb2,
    PnLSingleRequest_pb2,
    PortfolioValue_pb2,
    Position_pb2,
    PositionEnd_pb2,
    PositionMulti_pb2,
    PositionMultiEnd_pb2,
    PositionsMultiRequest_pb2,
    PositionsRequest_pb2,
    QueryDisplayGroupsRequest_pb2,
    RealTimeBarsRequest_pb2,
    RealTimeBarTick_pb2,
    ReplaceFAEnd_pb2,
    RerouteMarketDataRequest_pb2,
    RerouteMarketDepthRequest_pb2,
    ScannerData_pb2,
    ScannerParameters_pb2,
    ScannerParametersRequest_pb2,
    ScannerSubscriptionRequest_pb2,
    SecDefOptParameter_pb2,
    SecDefOptParameterEnd_pb2,
    SecDefOptParamsRequest_pb2,
    SetServerLogLevelRequest_pb2,
    SmartComponents_pb2,
    SmartComponentsRequest_pb2,
    SoftDollarTiers_pb2,
    SoftDollarTiersRequest_pb2,
    StartApiRequest_pb2,
    SubscribeToGroupEventsRequest_pb2,
    SymbolSamples_pb2,
    TickByTickData_pb2,
    TickByTickRequest_pb2,
    TickGeneric_pb2,
    TickNews_pb2,
    TickOptionComputation_pb2,
    TickPrice_pb2,
    TickReqParams_pb2,
    TickSize_pb2,
    TickSnapshotEnd_pb2,
    TickString_pb2,
    UnsubscribeFromGroupEventsRequest_pb2,
    UpdateConfigRequest_pb2,
    UpdateDisplayGroupRequest_pb2,
    UserInfo_pb2,
    UserInfoRequest_pb2,
    VerifyMessageRequest_pb2,
    VerifyRequest_pb2,
    WshEventData_pb2,
    WshEventDataRequest_pb2,
    WshMetaData_pb2,
    WshMetaDataRequest_pb2,
)

from workstation.simgateway.codec_text import BadFieldError, Field, body_of, frame, split_fields
from workstation.simgateway.proto_replies import REPLIES, fill
from workstation.simgateway.proto_requests import REQUESTS, flatten

FIRST_RAW = 201
"""Server version from which message ids are four raw bytes."""

PROTO_OFFSET = 200
"""A message whose id is larger is protobuf."""

_HEAD = struct.Struct("!II")
_ID = struct.Struct("!I")
_MESSAGES: dict[str, Any] = {
    name.removesuffix("_pb2"): vars(module)[name.removesuffix("_pb2")]
    for name, module in list(globals().items())
    if name.endswith("_pb2")
}


def encode(sv: int, message: Sequence[Field]) -> bytes:
    """Return one message to the client as bytes, length included; sv 0 is the greeting."""
    if sv < FIRST_RAW:
        return frame(message)
    message_id = message[0]
    assert isinstance(message_id, int)
    form = REPLIES.get(message_id)
    if form is None or sv < form.since:
        body = body_of(message[1:])
    else:
        made = _MESSAGES[form.name]()
        fill(made, form, message[1:])
        body = made.SerializeToString()
        message_id += PROTO_OFFSET
    return _HEAD.pack(_ID.size + len(body), message_id) + body


def decode(sv: int, body: bytes) -> list[str]:
    """Return the fields of the text form of a request, its id first.

    Raises:
        BadFieldError: the body is not a message, or not one in protobuf.
    """
    if sv < FIRST_RAW:
        return split_fields(body)
    if len(body) < _ID.size:
        raise BadFieldError("no message id")
    (message_id,) = _ID.unpack_from(body)
    if message_id <= PROTO_OFFSET:
        return [str(message_id), *split_fields(body[_ID.size :])]
    message_id -= PROTO_OFFSET
    form = REQUESTS.get(message_id)
    if form is None or sv < form.since:
        return [str(message_id + PROTO_OFFSET)]
    made = _MESSAGES[form.name]()
    try:
        made.ParseFromString(body[_ID.size :])
    except DecodeError:
        raise BadFieldError(f"request {message_id} is not protobuf") from None
    return [str(message_id), *flatten(made, form)]
