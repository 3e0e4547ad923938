"""openOrder and completedOrder in protobuf, made from the fields of their text forms.

Source: tws-wire.md 2.5, the order blocks.
"""

from typing import Any

from workstation.simgateway.proto_walk import Walk

_MAIN = "action totalQuantity orderType lmtPrice auxPrice tif ocaGroup account openClose origin orderRef"
_FA = "faGroup faMethod faPercentage modelCode goodTillDate rule80A percentOffset settlingFirm"
_PEGGED = "startingPrice stockRefPrice delta stockRangeLower stockRangeUpper"
_SCALE = (
    "scalePriceAdjustValue scalePriceAdjustInterval scaleProfitOffset scaleAutoReset "
    "scaleInitPosition scaleInitFillQty scaleRandomPercent"
)
_PEG_BENCH = (
    "referenceContractId isPeggedChangeAmountDecrease peggedChangeAmount referenceChangeAmount "
    "referenceExchangeId"
)
_PEG_OFFSETS = (
    "minTradeQty minCompeteSize competeAgainstBestOffset midOffsetAtWhole midOffsetAtHalf"
)
_NEWEST = (  # these have no text form
    "deactivate postOnly allowPreOpen ignoreOpenAuction seekPriceImprovement "
    "routeMarketableToBbo hedgeMaxSize conditionsIncludeOvernight"
)
_MARGINS = " ".join(
    f"{value}{when}"
    for when in ("Before", "Change", "After")
    for value in ("initMargin", "maintMargin", "equityWithLoan")
)
_OUTSIDE = " ".join(f"{name}OutsideRTH" for name in _MARGINS.split())
_ALLOCATION = (
    "account position positionDesired positionAfter desiredAllocQty allowedAllocQty isMonetary"
)
_CONDITIONS = {
    1: "isMore price conId exchange triggerMethod",
    3: "isMore time",
    4: "isMore percent",
    5: "secType exchange symbol",
    6: "isMore volume conId exchange",
    7: "isMore changePercent conId exchange",
}


def open_order(walk: Walk, message: Any) -> None:
    """Fill OpenOrder."""
    order, state = message.order, message.orderState
    walk.put(message, "orderId C")
    walk.put(order, f"{_MAIN} clientId permId outsideRth hidden discretionaryAmt goodAfterTime -")
    walk.put(order, f"{_FA} shortSaleSlot designatedLocation exemptCode - {_PEGGED}")
    walk.put(order, "displaySize blockOrder sweepToFill allOrNone minQty ocaType - - -")
    walk.put(order, "parentId triggerMethod")
    _volatility(walk, order, whole=True)
    walk.put(order, "trailStopPrice trailingPercent - -")
    _legs_and_scale(walk, message)
    _hedge(walk, order)
    walk.put(order, "optOutSmartRouting clearingAccount clearingIntent notHeld")
    _neutral_and_algo(walk, message)
    walk.put(order, "solicited whatIf")
    walk.put(state, f"status {_MARGINS} commissionAndFees minCommissionAndFees")
    walk.put(state, f"maxCommissionAndFees commissionAndFeesCurrency marginCurrency {_OUTSIDE}")
    walk.put(state, f"suggestedSize rejectReason *orderAllocations({_ALLOCATION}) warningText")
    walk.put(order, "randomizeSize randomizePrice")
    _benchmark_and_conditions(walk, order)
    walk.put(order, "adjustedOrderType triggerPrice trailStopPrice lmtPriceOffset")
    walk.put(order, "adjustedStopPrice adjustedStopLimitPrice adjustedTrailingAmount")
    walk.put(order, "adjustableTrailingUnit softDollarTier.name softDollarTier.value")
    walk.put(order, "softDollarTier.displayName cashQty dontUseAutoPriceForHedge isOmsContainer")
    walk.put(order, "discretionaryUpToLimitPrice usePriceMgmtAlgo duration postToAts")
    walk.put(order, f"autoCancelParent {_PEG_OFFSETS} customerAccount professionalCustomer")
    walk.put(order, "bondAccruedInterest includeOvernight extOperator manualOrderIndicator")
    walk.put(order, f"submitter imbalanceOnly {_NEWEST}")


def completed_order(walk: Walk, message: Any) -> None:
    """Fill CompletedOrder."""
    order, state = message.order, message.orderState
    walk.put(message, "C")
    walk.put(order, f"{_MAIN} permId outsideRth hidden discretionaryAmt goodAfterTime")
    walk.put(order, f"{_FA} shortSaleSlot designatedLocation exemptCode {_PEGGED}")
    walk.put(order, "displaySize sweepToFill allOrNone minQty ocaType triggerMethod")
    _volatility(walk, order, whole=False)
    walk.put(order, "trailStopPrice trailingPercent")
    _legs_and_scale(walk, message)
    _hedge(walk, order)
    walk.put(order, "clearingAccount clearingIntent notHeld")
    _neutral_and_algo(walk, message)
    walk.put(order, "solicited")
    walk.put(state, "status")
    walk.put(order, "randomizeSize randomizePrice")
    _benchmark_and_conditions(walk, order)
    walk.put(order, "trailStopPrice lmtPriceOffset cashQty dontUseAutoPriceForHedge")
    walk.put(order, "isOmsContainer autoCancelDate filledQuantity refFuturesConId")
    walk.put(order, "autoCancelParent shareholder imbalanceOnly routeMarketableToBbo")
    walk.put(order, "parentPermId")
    walk.put(state, "completedTime completedStatus")
    walk.put(order, f"{_PEG_OFFSETS} customerAccount professionalCustomer submitter")
    walk.put(order, _NEWEST)


def _volatility(walk: Walk, order: Any, *, whole: bool) -> None:
    walk.put(order, "volatility volatilityType deltaNeutralOrderType deltaNeutralAuxPrice")
    if order.deltaNeutralOrderType:
        walk.put(order, "deltaNeutralConId")
        if whole:
            walk.put(order, "deltaNeutralSettlingFirm deltaNeutralClearingAccount")
            walk.put(order, "deltaNeutralClearingIntent deltaNeutralOpenClose")
        walk.put(order, "deltaNeutralShortSale deltaNeutralShortSaleSlot")
        walk.put(order, "deltaNeutralDesignatedLocation")
    walk.put(order, "continuousUpdate referencePriceType")


def _legs_and_scale(walk: Walk, message: Any) -> None:
    order, contract = message.order, message.contract
    walk.put(contract, "comboLegsDescrip")
    for _ in range(walk.count()):
        leg = contract.comboLegs.add()
        walk.put(leg, "conId ratio action exchange openClose shortSalesSlot designatedLocation")
        walk.put(leg, "exemptCode")
    for index in range(walk.count()):
        walk.put(contract.comboLegs[index], "perLegPrice")
    walk.tags(order.smartComboRoutingParams)
    walk.put(order, "scaleInitLevelSize scaleSubsLevelSize scalePriceIncrement")
    if order.scalePriceIncrement > 0:
        walk.put(order, _SCALE)


def _hedge(walk: Walk, order: Any) -> None:
    walk.put(order, "hedgeType")
    if order.hedgeType:
        walk.put(order, "hedgeParam")


def _neutral_and_algo(walk: Walk, message: Any) -> None:
    if walk.text() == "1":
        walk.put(message.contract.deltaNeutralContract, "conId delta price")
    walk.put(message.order, "algoStrategy")
    if message.order.algoStrategy:
        walk.tags(message.order.algoParams)


def _benchmark_and_conditions(walk: Walk, order: Any) -> None:
    if order.orderType in {"PEG BENCH", "PEGBENCH"}:
        walk.put(order, _PEG_BENCH)
    count = walk.count()
    for _ in range(count):
        condition = order.conditions.add()
        walk.put(condition, "type")
        condition.isConjunctionConnection = walk.text() != "o"
        walk.put(condition, _CONDITIONS[condition.type])
    if count:
        walk.put(order, "conditionsIgnoreRth conditionsCancelOrder")
