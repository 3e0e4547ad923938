"""Answers in protobuf, made from the fields of their text form at version 200.

Source: tws-wire.md 2.3 (which version moved what), 2.5 (the order of the text form) and 2.6.
"""

from collections.abc import Callable, Sequence
from typing import Any

from workstation.simgateway.codec_text import Field
from workstation.simgateway.proto_orders import completed_order, open_order
from workstation.simgateway.proto_walk import Form, Walk

REPLIES = {
    1: Form("TickPrice", 206, "- reqId tickType price size attrMask"),
    2: Form("TickSize", 206, "- reqId tickType size"),
    3: Form(
        "OrderStatus",
        203,
        "orderId status filled remaining avgFillPrice permId parentId lastFillPrice clientId whyHeld mktCapPrice",
    ),
    4: Form("ErrorMessage", 203, "id errorCode errorMsg~ advancedOrderRejectJson errorTime"),
    5: Form("OpenOrder", 203, "@open_order"),
    6: Form("AccountValue", 207, "- key value currency accountName"),
    7: Form(
        "PortfolioValue",
        207,
        "- contract.conId contract.symbol contract.secType contract.lastTradeDateOrContractMonth contract.strike contract.right contract.multiplier contract.primaryExch contract.currency contract.localSymbol contract.tradingClass position marketPrice marketValue averageCost unrealizedPNL realizedPNL accountName",
    ),
    8: Form("AccountUpdateTime", 207, "- timeStamp"),
    9: Form("NextValidId", 213, "- orderId"),
    10: Form("ContractData", 205, "@contract_data"),
    11: Form(
        "ExecutionDetails",
        201,
        "reqId E.orderId C E.execId E.time E.acctNumber E.exchange E.side E.shares E.price E.permId E.clientId E.isLiquidation E.cumQty E.avgPrice E.orderRef E.evRule E.evMultiplier E.modelCode E.lastLiquidity E.isPriceRevisionPending E.submitter",
    ),
    12: Form("MarketDepth", 206, "- reqId D.position D.operation D.side D.price D.size"),
    13: Form(
        "MarketDepthL2",
        206,
        "- reqId D.position D.marketMaker D.operation D.side D.price D.size D.isSmartDepth",
    ),
    14: Form("NewsBulletin", 209, "- newsMsgId newsMsgType newsMessage originatingExch"),
    15: Form("ManagedAccounts", 207, "- accountsList"),
    17: Form(
        "HistoricalData",
        208,
        "reqId *historicalDataBars(date open high low close volume WAP barCount)",
    ),
    18: Form("ContractData", 205, "@bond_data"),
    19: Form("ScannerParameters", 210, "- xml"),
    20: Form(
        "ScannerData",
        210,
        "- reqId *scannerDataElement(rank contract.conId contract.symbol contract.secType contract.lastTradeDateOrContractMonth contract.strike contract.right contract.exchange contract.currency contract.localSymbol marketName contract.tradingClass distance benchmark projection comboKey)",
    ),
    21: Form(
        "TickOptionComputation",
        206,
        "reqId tickType tickAttrib impliedVol delta optPrice pvDividend gamma vega theta undPrice",
    ),
    45: Form("TickGeneric", 206, "- reqId tickType value"),
    46: Form("TickString", 206, "- reqId tickType value"),
    49: Form("CurrentTime", 213, "- currentTime"),
    50: Form("RealTimeBarTick", 208, "- reqId time open high low close volume WAP count"),
    52: Form("ContractDataEnd", 205, "- reqId"),
    53: Form("OpenOrdersEnd", 203, "-"),
    54: Form("AccountDataEnd", 207, "- accountName"),
    55: Form("ExecutionDetailsEnd", 201, "- reqId"),
    57: Form("TickSnapshotEnd", 206, "- reqId"),
    58: Form("MarketDataType", 206, "- reqId marketDataType"),
    59: Form(
        "CommissionAndFeesReport",
        211,
        "- execId commissionAndFees currency realizedPNL! bondYield! yieldRedemptionDate",
    ),
    61: Form("Position", 207, "- account C position avgCost"),
    62: Form("PositionEnd", 207, "-"),
    63: Form("AccountSummary", 207, "- reqId account tag value currency"),
    64: Form("AccountSummaryEnd", 207, "- reqId"),
    67: Form("DisplayGroupList", 213, "- reqId groups"),
    68: Form("DisplayGroupUpdated", 213, "- reqId contractInfo"),
    71: Form("PositionMulti", 207, "- reqId account C position avgCost modelCode"),
    72: Form("PositionMultiEnd", 207, "- reqId"),
    73: Form("AccountUpdateMulti", 207, "- reqId account modelCode key value currency"),
    74: Form("AccountUpdateMultiEnd", 207, "- reqId"),
    75: Form(
        "SecDefOptParameter",
        212,
        "reqId exchange underlyingConId tradingClass multiplier *expirations *strikes",
    ),
    76: Form("SecDefOptParameterEnd", 212, "reqId"),
    77: Form("SoftDollarTiers", 212, "reqId *softDollarTiers(name value displayName)"),
    78: Form("FamilyCodes", 212, "*familyCodes(accountId familyCode)"),
    79: Form("SymbolSamples", 212, "@symbol_samples"),
    80: Form(
        "MarketDepthExchanges",
        213,
        "*depthMarketDataDescriptions(exchange secType listingExch serviceDataType aggGroup)",
    ),
    81: Form(
        "TickReqParams",
        206,
        "reqId minTick bboExchange snapshotPermissions lastPricePrecision lastSizePrecision",
    ),
    82: Form("SmartComponents", 212, "reqId *smartComponents(bitNumber exchange exchangeLetter)"),
    83: Form("NewsArticle", 209, "reqId articleType articleText"),
    84: Form("TickNews", 209, "reqId timestamp providerCode articleId headline extraData"),
    85: Form("NewsProviders", 209, "*newsProviders(providerCode providerName)"),
    86: Form("HistoricalNews", 209, "reqId time providerCode articleId headline"),
    87: Form("HistoricalNewsEnd", 209, "reqId hasMore"),
    88: Form("HeadTimestamp", 208, "reqId headTimestamp"),
    89: Form("HistogramData", 208, "reqId *histogramDataEntries(price size)"),
    90: Form(
        "HistoricalDataUpdate",
        208,
        "reqId B.barCount B.date B.open B.close B.high B.low B.WAP B.volume",
    ),
    91: Form("RerouteMarketDataRequest", 211, "reqId conId exchange"),
    92: Form("RerouteMarketDepthRequest", 211, "reqId conId exchange"),
    93: Form("MarketRule", 212, "marketRuleId *priceIncrements(lowEdge increment)"),
    94: Form("PnL", 210, "reqId dailyPnL unrealizedPnL realizedPnL"),
    95: Form("PnLSingle", 210, "reqId position dailyPnL unrealizedPnL realizedPnL value"),
    96: Form("HistoricalTicks", 208, "reqId *historicalTicks(time - price size) isDone"),
    97: Form("HistoricalTicksBidAsk", 208, "@ticks_bid_ask"),
    98: Form("HistoricalTicksLast", 208, "@ticks_last"),
    99: Form("TickByTickData", 208, "@tick_by_tick"),
    100: Form("OrderBound", 204, "permId clientId orderId"),
    101: Form("CompletedOrder", 204, "@completed_order"),
    102: Form("CompletedOrdersEnd", 204, ""),
    103: Form("ReplaceFAEnd", 211, "reqId text"),
    104: Form("WshMetaData", 209, "reqId dataJson"),
    105: Form("WshEventData", 209, "reqId dataJson"),
    106: Form(
        "HistoricalSchedule",
        211,
        "reqId startDateTime endDateTime timeZone *historicalSessions(startDateTime endDateTime refDate)",
    ),
    107: Form("UserInfo", 212, "reqId whiteBrandingId"),
    108: Form("HistoricalDataEnd", 208, "reqId startDateStr endDateStr"),
    109: Form("CurrentTimeInMillis", 213, "currentTimeInMillis"),
    110: Form(
        "ConfigResponse",
        219,
        "reqId A.readOnlyApi A.masterClientId A.allowLocalhostOnly",
    ),
}


def fill(message: Any, form: Form, values: Sequence[Field]) -> None:
    """Set the fields of a message from the fields of its text form, id left out."""
    walk = Walk(values)
    if form.layout.startswith("@"):
        _SPECIAL[form.layout[1:]](walk, message)
    else:
        walk.put(message, form.layout)


# ---- contracts ---------------------------------------------------------------------------


def _contract_data(walk: Walk, message: Any) -> None:
    contract, details = message.contract, message.contractDetails
    walk.put(message, "reqId")
    walk.put(contract, "symbol secType lastTradeDateOrContractMonth lastTradeDate strike right")
    walk.put(contract, "exchange currency localSymbol")
    walk.put(details, "marketName")
    walk.put(contract, "tradingClass conId")
    walk.put(details, "minTick")
    walk.put(contract, "multiplier")
    walk.put(details, "orderTypes validExchanges priceMagnifier underConId longName~")
    walk.put(contract, "primaryExch")
    walk.put(details, "contractMonth industry category subcategory timeZoneId tradingHours")
    walk.put(details, "liquidHours evRule evMultiplier")
    walk.tags(details.secIdList)
    walk.put(details, "aggGroup underSymbol underSecType marketRuleIds realExpirationDate")
    walk.put(details, "stockType minSize sizeIncrement suggestedSizeIncrement")
    if contract.secType == "FUND":
        walk.put(details, _FUND)
    walk.put(details, "*ineligibilityReasonList(id description)")
    walk.put(details, "lastPricePrecision lastSizePrecision")


_FUND = (
    "fundName fundFamily fundType fundFrontLoad fundBackLoad fundBackLoadTimeInterval "
    "fundManagementFee fundClosed fundClosedForNewInvestors fundClosedForNewMoney "
    "fundNotifyAmount fundMinimumInitialPurchase fundMinimumSubsequentPurchase "
    "fundBlueSkyStates fundBlueSkyTerritories fundDistributionPolicyIndicator fundAssetType"
)


def _bond_data(walk: Walk, message: Any) -> None:
    contract, details = message.contract, message.contractDetails
    walk.put(message, "reqId")
    walk.put(contract, "symbol secType")
    walk.put(details, "cusip coupon")
    walk.put(contract, "lastTradeDateOrContractMonth")
    walk.put(details, "issueDate ratings bondType couponType convertible callable puttable")
    walk.put(details, "descAppend")
    walk.put(contract, "exchange currency")
    walk.put(details, "marketName")
    walk.put(contract, "tradingClass conId")
    walk.put(details, "minTick orderTypes validExchanges nextOptionDate nextOptionType")
    walk.put(details, "nextOptionPartial bondNotes longName timeZoneId tradingHours liquidHours")
    walk.put(details, "evRule evMultiplier")
    walk.tags(details.secIdList)
    walk.put(details, "aggGroup marketRuleIds minSize sizeIncrement suggestedSizeIncrement")


def _symbol_samples(walk: Walk, message: Any) -> None:
    walk.put(message, "reqId")
    for _ in range(walk.count()):
        row = message.contractDescriptions.add()
        walk.put(row.contract, "conId symbol secType primaryExch currency")
        walk.put(row, "*derivativeSecTypes")
        walk.put(row.contract, "description issuerId")


# ---- ticks -------------------------------------------------------------------------------


def _ticks_bid_ask(walk: Walk, message: Any) -> None:
    walk.put(message, "reqId")
    for _ in range(walk.count()):
        tick = message.historicalTicksBidAsk.add()
        walk.put(tick, "time")
        mask = walk.count()
        _flags(tick.tickAttribBidAsk, askPastHigh=mask & 1, bidPastLow=mask & 2)
        walk.put(tick, "priceBid priceAsk sizeBid sizeAsk")
    walk.put(message, "isDone")


def _ticks_last(walk: Walk, message: Any) -> None:
    walk.put(message, "reqId")
    for _ in range(walk.count()):
        tick = message.historicalTicksLast.add()
        walk.put(tick, "time")
        _last_flags(tick, walk.count())
        walk.put(tick, "price size exchange specialConditions")
    walk.put(message, "isDone")


def _tick_by_tick(walk: Walk, message: Any) -> None:
    walk.put(message, "reqId tickType")
    if message.tickType == 3:
        tick = message.historicalTickBidAsk
        walk.put(tick, "time priceBid priceAsk sizeBid sizeAsk")
        mask = walk.count()
        _flags(tick.tickAttribBidAsk, bidPastLow=mask & 1, askPastHigh=mask & 2)
    elif message.tickType == 4:
        walk.put(message.historicalTickMidPoint, "time price")
    else:
        tick = message.historicalTickLast
        walk.put(tick, "time price size")
        _last_flags(tick, walk.count())
        walk.put(tick, "exchange specialConditions")


def _last_flags(tick: Any, mask: int) -> None:
    _flags(tick.tickAttribLast, pastLimit=mask & 1, unreported=mask & 2)


def _flags(message: Any, **flags: int) -> None:
    message.SetInParent()
    for name, value in flags.items():
        setattr(message, name, bool(value))


_SPECIAL: dict[str, Callable[[Walk, Any], None]] = {
    "bond_data": _bond_data,
    "contract_data": _contract_data,
    "symbol_samples": _symbol_samples,
    "tick_by_tick": _tick_by_tick,
    "ticks_bid_ask": _ticks_bid_ask,
    "ticks_last": _ticks_last,
    "open_order": open_order,
    "completed_order": completed_order,
}
