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
        "displayGroupList",
        "displayGroupUpdated",
        "familyCodes",
        "positionMulti",
        "positionMultiEnd",
        "receiveFA",
        "replaceFAEnd",
        "softDollarTiers",
        "tickByTickBidAsk",
        "tickByTickMidPoint",
        "tickNews",
        "tickSnapshotEnd",
        "updateAccountTime",
        "updateAccountValue",
        "updatePortfolio",
        "verifyAndAuthCompleted",
        "verifyAndAuthMessageAPI",
        "verifyCompleted",
        "verifyMessageAPI",
        # Come unasked and tell nothing that is shown.
        "deltaNeutralValidation",
        "orderBound",
        "rerouteMktDataReq",
        "rerouteMktDepthReq",
        "tickEFP",
        "tickReqParams",
    }
)
