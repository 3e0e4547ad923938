"""The library's callbacks that this program does not translate, each by name.

A test holds that every callback of `EWrapper` is either translated or stands here, so that a
new build of the library cannot add one unnoticed. The protobuf twins (names that end in
"ProtoBuf") bring the same message a second time, before the plain callback; all are left to
the library's empty bodies.
"""

TWIN_SUFFIX = "ProtoBuf"

UNUSED = frozenset(
    {
        # Never called: the session does not use the library's connection.
        "connectAck",
        "connectionClosed",
        "winError",
        # Answers to requests that this program does not make.
        "accountDownloadEnd",
        "accountUpdateMulti",
        "accountUpdateMultiEnd",
        "bondContractDetails",
        "currentTimeInMillis",
        "displayGroupList",
        "displayGroupUpdated",
        "familyCodes",
        "headTimestamp",
        "histogramData",
        "historicalSchedule",
        "historicalTicks",
        "historicalTicksBidAsk",
        "historicalTicksLast",
        "mktDepthExchanges",
        "positionMulti",
        "positionMultiEnd",
        "receiveFA",
        "replaceFAEnd",
        "scannerData",
        "scannerDataEnd",
        "scannerParameters",
        "securityDefinitionOptionParameter",
        "securityDefinitionOptionParameterEnd",
        "smartComponents",
        "softDollarTiers",
        "symbolSamples",
        "tickByTickBidAsk",
        "tickByTickMidPoint",
        "tickNews",
        "tickSnapshotEnd",
        "updateAccountTime",
        "updateAccountValue",
        "updateNewsBulletin",
        "updatePortfolio",
        "userInfo",
        "verifyAndAuthCompleted",
        "verifyAndAuthMessageAPI",
        "verifyCompleted",
        "verifyMessageAPI",
        "wshEventData",
        "wshMetaData",
        # Come unasked and tell nothing that is shown.
        "deltaNeutralValidation",
        "orderBound",
        "rerouteMktDataReq",
        "rerouteMktDepthReq",
        "tickEFP",
        "tickReqParams",
    }
)
