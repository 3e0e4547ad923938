"""Requests in protobuf, and how each becomes the fields of its text form at version 200.

Source: tws-wire.md 2.3 (which version moved what), 2.4 (the order of the text form).
"""

from collections.abc import Callable
from math import isinf
from typing import Any

from workstation.simgateway.proto_walk import Form, part

_CONTRACT = (
    "conId symbol secType lastTradeDateOrContractMonth strike right multiplier exchange "
    "primaryExch currency localSymbol tradingClass"
)


REQUESTS = {
    1: Form(
        "MarketDataRequest",
        206,
        "=11 reqId C @legs4 @delta genericTickList snapshot regulatorySnapshot",
    ),
    2: Form("CancelMarketData", 206, "=2 reqId"),
    3: Form("PlaceOrderRequest", 203, "@order"),
    4: Form(
        "CancelOrderRequest",
        203,
        "orderId orderCancel.manualOrderCancelTime orderCancel.extOperator orderCancel.manualOrderIndicator",
    ),
    5: Form("OpenOrdersRequest", 204, "=1"),
    6: Form("AccountDataRequest", 207, "=2 subscribe acctCode"),
    7: Form(
        "ExecutionRequest",
        201,
        "=3 reqId F.clientId F.acctCode F.time F.symbol F.secType F.exchange F.side F.lastNDays @dates",
    ),
    8: Form("IdsRequest", 213, "=1 numIds"),
    9: Form(
        "ContractDataRequest",
        205,
        "=8 reqId C contract.includeExpired contract.secIdType contract.secId contract.issuerId",
    ),
    10: Form("MarketDepthRequest", 206, "=5 reqId C numRows isSmartDepth"),
    11: Form("CancelMarketDepth", 206, "=1 reqId isSmartDepth"),
    12: Form("NewsBulletinsRequest", 209, "=1 allMessages"),
    13: Form("CancelNewsBulletins", 209, "=1"),
    14: Form("SetServerLogLevelRequest", 213, "=1 logLevel"),
    15: Form("AutoOpenOrdersRequest", 204, "=1 autoBind"),
    16: Form("AllOpenOrdersRequest", 204, "=1"),
    17: Form("ManagedAccountsRequest", 207, "=1"),
    18: Form("FARequest", 211, "=1 faDataType"),
    19: Form("FAReplace", 211, "=1 faDataType xml reqId"),
    20: Form(
        "HistoricalDataRequest",
        208,
        "reqId C contract.includeExpired endDateTime barSizeSetting duration useRTH whatToShow formatDate @legs4 keepUpToDate",
    ),
    21: Form(
        "ExerciseOptionsRequest",
        211,
        "=2 orderId K exerciseAction exerciseQuantity account override manualOrderTime customerAccount professionalCustomer",
    ),
    22: Form(
        "ScannerSubscriptionRequest",
        210,
        "reqId S.numberOfRows S.instrument S.locationCode S.scanCode S.abovePrice S.belowPrice S.aboveVolume S.marketCapAbove S.marketCapBelow S.moodyRatingAbove S.moodyRatingBelow S.spRatingAbove S.spRatingBelow S.maturityDateAbove S.maturityDateBelow S.couponRateAbove S.couponRateBelow S.excludeConvertible S.averageOptionVolumeAbove S.scannerSettingPairs S.stockTypeFilter @scanner_filters",
    ),
    23: Form("CancelScannerSubscription", 210, "=1 reqId"),
    24: Form("ScannerParametersRequest", 210, "=1"),
    25: Form("CancelHistoricalData", 208, "=1 reqId"),
    49: Form("CurrentTimeRequest", 213, "=1"),
    50: Form("RealTimeBarsRequest", 208, "=3 reqId C barSize whatToShow useRTH"),
    51: Form("CancelRealTimeBars", 208, "=1 reqId"),
    54: Form("CalculateImpliedVolatilityRequest", 211, "=3 reqId C optionPrice underPrice"),
    55: Form("CalculateOptionPriceRequest", 211, "=3 reqId C volatility underPrice"),
    56: Form("CancelCalculateImpliedVolatility", 211, "=1 reqId"),
    57: Form("CancelCalculateOptionPrice", 211, "=1 reqId"),
    58: Form(
        "GlobalCancelRequest", 203, "orderCancel.extOperator orderCancel.manualOrderIndicator"
    ),
    59: Form("MarketDataTypeRequest", 206, "=1 marketDataType"),
    61: Form("PositionsRequest", 207, "=1"),
    62: Form("AccountSummaryRequest", 207, "=1 reqId group tags"),
    63: Form("CancelAccountSummary", 207, "=1 reqId"),
    64: Form("CancelPositions", 207, "=1"),
    65: Form("VerifyRequest", 213, "=1 apiName apiVersion"),
    66: Form("VerifyMessageRequest", 213, "=1 apiData"),
    67: Form("QueryDisplayGroupsRequest", 213, "=1 reqId"),
    68: Form("SubscribeToGroupEventsRequest", 213, "=1 reqId groupId"),
    69: Form("UpdateDisplayGroupRequest", 213, "=1 reqId contractInfo"),
    70: Form("UnsubscribeFromGroupEventsRequest", 213, "=1 reqId"),
    71: Form("StartApiRequest", 213, "=2 clientId optionalCapabilities"),
    74: Form("PositionsMultiRequest", 207, "=1 reqId account modelCode"),
    75: Form("CancelPositionsMulti", 207, "=1 reqId"),
    76: Form("AccountUpdatesMultiRequest", 207, "=1 reqId account modelCode ledgerAndNLV"),
    77: Form("CancelAccountUpdatesMulti", 207, "=1 reqId"),
    78: Form(
        "SecDefOptParamsRequest",
        212,
        "reqId underlyingSymbol futFopExchange underlyingSecType underlyingConId",
    ),
    79: Form("SoftDollarTiersRequest", 212, "reqId"),
    80: Form("FamilyCodesRequest", 212, ""),
    81: Form("MatchingSymbolsRequest", 212, "reqId pattern"),
    82: Form("MarketDepthExchangesRequest", 213, ""),
    83: Form("SmartComponentsRequest", 212, "reqId bboExchange"),
    84: Form("NewsArticleRequest", 209, "reqId providerCode articleId"),
    85: Form("NewsProvidersRequest", 209, ""),
    86: Form(
        "HistoricalNewsRequest",
        209,
        "reqId conId providerCodes startDateTime endDateTime totalResults",
    ),
    87: Form(
        "HeadTimestampRequest", 208, "reqId C contract.includeExpired useRTH whatToShow formatDate"
    ),
    88: Form("HistogramDataRequest", 208, "reqId C contract.includeExpired useRTH timePeriod"),
    89: Form("CancelHistogramData", 208, "reqId"),
    90: Form("CancelHeadTimestamp", 208, "reqId"),
    91: Form("MarketRuleRequest", 212, "marketRuleId"),
    92: Form("PnLRequest", 210, "reqId account modelCode"),
    93: Form("CancelPnL", 210, "reqId"),
    94: Form("PnLSingleRequest", 210, "reqId account modelCode conId"),
    95: Form("CancelPnLSingle", 210, "reqId"),
    96: Form(
        "HistoricalTicksRequest",
        208,
        "reqId C contract.includeExpired startDateTime endDateTime numberOfTicks whatToShow useRTH ignoreSize",
    ),
    97: Form("TickByTickRequest", 208, "reqId C tickType numberOfTicks ignoreSize"),
    98: Form("CancelTickByTick", 208, "reqId"),
    99: Form("CompletedOrdersRequest", 204, "apiOnly"),
    100: Form("WshMetaDataRequest", 209, "reqId"),
    101: Form("CancelWshMetaData", 209, "reqId"),
    102: Form(
        "WshEventDataRequest",
        209,
        "reqId conId filter fillWatchlist fillPortfolio fillCompetitors startDate endDate totalLimit",
    ),
    103: Form("CancelWshEventData", 209, "reqId"),
    104: Form("UserInfoRequest", 212, "reqId"),
    105: Form("CurrentTimeInMillisRequest", 213, ""),
    106: Form("CancelContractData", 215, "reqId"),
    107: Form("CancelHistoricalTicks", 215, "reqId"),
    108: Form("ConfigRequest", 219, "reqId"),
    109: Form("UpdateConfigRequest", 221, "reqId"),
}


def flatten(message: Any, form: Form) -> list[str]:
    """Return the fields of the text form, without the id."""
    return _words(message, form.layout)


def _words(message: Any, layout: str) -> list[str]:
    found: list[str] = []
    for word in layout.split():
        if word.startswith("="):
            found.append(word[1:])
        elif word.startswith("@"):
            found += _SPECIAL[word[1:]](message)
        elif word == "C":
            found += _words(message.contract, _CONTRACT)
        elif word == "K":
            found += _words(message.contract, _CONTRACT.replace("primaryExch ", ""))
        else:
            found.append(_value(message, word))
    return found


def _value(message: Any, word: str) -> str:
    message, name = part(message, word)
    if not message.HasField(name):
        return ""
    value = getattr(message, name)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if isinf(value):
            return "Infinity"
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _tags(pairs: Any) -> list[str]:
    return [str(len(pairs)), *(text for pair in pairs.items() for text in pair)]


def _legs4(message: Any) -> list[str]:
    """Return the legs of a combination as requests for data carry them."""
    if message.contract.secType != "BAG":
        return []
    legs = message.contract.comboLegs
    fields = [_words(leg, "conId ratio action exchange") for leg in legs]
    return [str(len(legs)), *(field for leg in fields for field in leg)]


def _delta(message: Any) -> list[str]:
    if not message.contract.HasField("deltaNeutralContract"):
        return ["0"]
    return ["1", *_words(message.contract.deltaNeutralContract, "conId delta price")]


def _dates(message: Any) -> list[str]:
    dates = message.executionFilter.specificDates
    return [str(len(dates)), *map(str, dates)]


def _scanner_filters(message: Any) -> list[str]:
    subscription = message.scannerSubscription
    filters = subscription.scannerSubscriptionFilterOptions
    options = subscription.scannerSubscriptionOptions
    return ["".join(f"{tag}={value};" for tag, value in o.items()) for o in (filters, options)]


# ---- placeOrder --------------------------------------------------------------------------

_MAIN = (
    "action totalQuantity orderType lmtPrice auxPrice tif ocaGroup account openClose origin "
    "orderRef transmit parentId blockOrder sweepToFill displaySize triggerMethod outsideRth hidden"
)
_EXTENDED = (
    "= discretionaryAmt goodAfterTime goodTillDate faGroup faMethod faPercentage modelCode "
    "shortSaleSlot designatedLocation exemptCode ocaType rule80A settlingFirm allOrNone minQty "
    "percentOffset =0 =0 = = startingPrice stockRefPrice delta stockRangeLower stockRangeUpper "
    "overridePercentageConstraints volatility volatilityType deltaNeutralOrderType "
    "deltaNeutralAuxPrice"
)
_NEUTRAL = (
    "deltaNeutralConId deltaNeutralSettlingFirm deltaNeutralClearingAccount "
    "deltaNeutralClearingIntent deltaNeutralOpenClose deltaNeutralShortSale "
    "deltaNeutralShortSaleSlot deltaNeutralDesignatedLocation"
)
_TRAIL_AND_SCALE = (
    "continuousUpdate referencePriceType trailStopPrice trailingPercent scaleInitLevelSize "
    "scaleSubsLevelSize scalePriceIncrement"
)
_SCALE = (
    "scalePriceAdjustValue scalePriceAdjustInterval scaleProfitOffset scaleAutoReset "
    "scaleInitPosition scaleInitFillQty scaleRandomPercent"
)
_PEG_BENCH = (
    "referenceContractId isPeggedChangeAmountDecrease peggedChangeAmount referenceChangeAmount "
    "referenceExchangeId"
)
_ADJUSTED = (
    "adjustedOrderType triggerPrice lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice "
    "adjustedTrailingAmount adjustableTrailingUnit extOperator softDollarTier.name "
    "softDollarTier.value cashQty mifid2DecisionMaker mifid2DecisionAlgo mifid2ExecutionTrader "
    "mifid2ExecutionAlgo dontUseAutoPriceForHedge isOmsContainer discretionaryUpToLimitPrice "
    "usePriceMgmtAlgo duration postToAts autoCancelParent advancedErrorOverride manualOrderTime"
)
_NEWEST = (
    "customerAccount professionalCustomer includeOvernight manualOrderIndicator imbalanceOnly "
    "conditionsIncludeOvernight hedgeMaxSize deactivate postOnly allowPreOpen ignoreOpenAuction "
    "seekPriceImprovement routeMarketableToBbo whatIfType"
)
_ATTACHED = "slOrderId slOrderType ptOrderId ptOrderType"
_CONDITIONS = {
    1: "=1 @and isMore price conId exchange triggerMethod",
    3: "=3 @and isMore time",
    4: "=4 @and isMore percent",
    5: "=5 @and secType exchange symbol",
    6: "=6 @and isMore volume conId exchange",
    7: "=7 @and isMore changePercent conId exchange",
}


def _order(message: Any) -> list[str]:
    contract, order = message.contract, message.order
    fields = _words(message, "orderId C contract.secIdType contract.secId")
    fields += _words(order, _MAIN)
    if contract.secType == "BAG":
        fields += _legs8(contract, order)
    fields += _words(order, _EXTENDED)
    if order.deltaNeutralOrderType:
        fields += _words(order, _NEUTRAL)
    fields += _words(order, _TRAIL_AND_SCALE)
    if order.scalePriceIncrement > 0:
        fields += _words(order, _SCALE)
    fields += _words(order, "scaleTable activeStartTime activeStopTime hedgeType")
    if order.hedgeType:
        fields += _words(order, "hedgeParam")
    fields += _words(order, "optOutSmartRouting clearingAccount clearingIntent notHeld")
    fields += _delta(message)
    fields += _words(order, "algoStrategy")
    if order.algoStrategy:
        fields += _tags(order.algoParams)
    fields += _words(order, "algoId whatIf = solicited randomizeSize randomizePrice")
    fields += _benchmark_and_conditions(order)
    fields += _words(order, _ADJUSTED)
    fields += _pegs(contract, order)
    fields += _words(order, _NEWEST)
    return fields + _words(message.attachedOrders, _ATTACHED)


def _legs8(contract: Any, order: Any) -> list[str]:
    legs = contract.comboLegs
    layout = "conId ratio action exchange openClose shortSalesSlot designatedLocation exemptCode"
    fields = [str(len(legs)), *(field for leg in legs for field in _words(leg, layout))]
    fields += [str(len(legs)), *(_value(leg, "perLegPrice") for leg in legs)]
    return fields + _tags(order.smartComboRoutingParams)


def _benchmark_and_conditions(order: Any) -> list[str]:
    fields = _words(order, _PEG_BENCH) if order.orderType in {"PEG BENCH", "PEGBENCH"} else []
    fields.append(str(len(order.conditions)))
    for condition in order.conditions:
        fields += _words(condition, _CONDITIONS.get(condition.type, f"={condition.type}"))
    if order.conditions:
        fields += _words(order, "conditionsIgnoreRth conditionsCancelOrder")
    return fields


def _and(condition: Any) -> list[str]:
    return ["a" if condition.isConjunctionConnection else "o"]


def _pegs(contract: Any, order: Any) -> list[str]:
    """Return the fields of pegged orders, of which the text form has only those that apply."""
    fields = _words(order, "minTradeQty") if contract.exchange == "IBKRATS" else []
    to_mid = order.orderType in {"PEG MID", "PEGMID"}
    if order.orderType in {"PEG BEST", "PEGBEST"}:
        fields += _words(order, "minCompeteSize competeAgainstBestOffset")
        to_mid = isinf(order.competeAgainstBestOffset)
    return fields + (_words(order, "midOffsetAtWhole midOffsetAtHalf") if to_mid else [])


_SPECIAL: dict[str, Callable[[Any], list[str]]] = {
    "and": _and,
    "dates": _dates,
    "delta": _delta,
    "legs4": _legs4,
    "order": _order,
    "scanner_filters": _scanner_filters,
}
