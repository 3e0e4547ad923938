"""The broker's codes, one by one. Source: tws-wire.md 3.3 and the library's own `errors`."""

from workstation.broker.code_meaning import CodeKind, LinkEffect, Meaning, OrderEffect
from workstation.broker.code_refusals import NOTES, REFUSALS
from workstation.domain.notice import Severity

_INFO, _WARNING, _ERROR, _ALARM = Severity


def _refused(advice: str = "", effect: str = "") -> Meaning:
    effect = effect or "The broker refused it: a new order is dead, a changed one stays as it was."
    return Meaning(_ERROR, effect, advice, kind=CodeKind.ORDER, order=OrderEffect.REFUSED)


def _note(effect: str = "The order stays with the broker.", advice: str = "") -> Meaning:
    return Meaning(_INFO, effect, advice, kind=CodeKind.ORDER, order=OrderEffect.STAYS)


def _check(effect: str, advice: str = "The broker is asked for the order's state.") -> Meaning:
    return Meaning(_WARNING, effect, advice, kind=CodeKind.CANCEL, order=OrderEffect.CHECK)


def _data(effect: str, advice: str = "", severity: Severity = _WARNING) -> Meaning:
    return Meaning(severity, effect, advice, kind=CodeKind.MARKET_DATA)


def _request(effect: str, advice: str = "", severity: Severity = _WARNING) -> Meaning:
    return Meaning(severity, effect, advice, kind=CodeKind.REQUEST)


def _program(effect: str, advice: str = "", severity: Severity = _ERROR) -> Meaning:
    return Meaning(severity, effect, advice, kind=CodeKind.PROGRAM)


def _link(
    severity: Severity, effect: str, advice: str = "", link: LinkEffect = LinkEffect.NONE
) -> Meaning:
    return Meaning(severity, effect, advice, link, CodeKind.LINK)


_ORDER_FIELD = "Correct the order and send it again."
_SETTING = "Change it in TWS, Global Configuration, API, Settings."
_PRECAUTIONS = "Change the limit in TWS, Global Configuration, API, Precautions, or the order."
_SEND_FEWER = "Close what is not needed; the broker's limit is on the account."
_REPORT = "Save the log and report it."
_FARM_DOWN = Meaning(
    _WARNING,
    "Quotes or history of some markets may be stale.",
    "It usually heals itself.",
    kind=CodeKind.FARM,
)
_FARM_UP = Meaning(_INFO, kind=CodeKind.FARM)
_NOT_OURS = "The request could not be written or read; nothing was sent or the answer is lost."

_LINK: dict[int, Meaning] = {
    326: _link(
        _ERROR,
        "This program is not connected.",
        "Another program uses this client id. Close it, or start with another --client-id.",
        LinkEffect.CLIENT_ID_IN_USE,
    ),
    327: _link(_ERROR, "Only client id 0 may take over manual orders.", "Nothing has changed."),
    501: _link(_INFO, "The link is open already."),
    502: _link(
        _ERROR,
        "This program is not connected.",
        "Is TWS running, are socket clients enabled, and is the port right? " + _SETTING,
    ),
    503: _link(_ERROR, "This TWS is too old for this program.", "Update TWS."),
    504: _link(_ERROR, "The request was made without a link; nothing was sent."),
    507: _link(_ERROR, "TWS dropped the connection.", "Is the client id used twice?"),
    509: _link(_ERROR, "The socket failed; the link is opened anew."),
    1100: _link(
        _ERROR,
        "TWS lost its link to the broker. Working orders stay at the exchange.",
        "New entries are denied until the link is back.",
        LinkEffect.LOST,
    ),
    2110: _link(
        _ERROR,
        "TWS lost its link to the broker. Working orders stay at the exchange.",
        "It will be restored by itself.",
        LinkEffect.LOST,
    ),
    1101: _link(
        _WARNING,
        "The link is back. All subscriptions are renewed, orders are compared.",
        "",
        LinkEffect.RESTORED_DATA_LOST,
    ),
    1102: _link(_INFO, "The link is back. Orders are compared.", "", LinkEffect.RESTORED),
    1300: _link(
        _ERROR,
        "TWS changed its port and dropped the connection.",
        "The program connects to the port that the message names.",
        LinkEffect.NEW_PORT,
    ),
    2103: _FARM_DOWN,
    2105: _FARM_DOWN,
    2157: _FARM_DOWN,
    2104: _FARM_UP,
    2106: _FARM_UP,
    2107: _FARM_UP,
    2108: _FARM_UP,
    2119: _FARM_UP,
    2158: _FARM_UP,
}

_ORDERS: dict[int, Meaning] = {
    **{code: _refused(why) for code, why in REFUSALS.items()},
    **{code: _note(what, "Look at the order's terms.") for code, what in NOTES.items()},
    103: _refused("The next order takes a new number.", "The order number was used before."),
    104: _check("The order was filled before the change came."),
    105: _refused("Change one that is still open, with its own terms.",
                  "The change does not fit the order, which stays live as it was."),
    106: _refused("Transmit the order, or delete it in TWS."),
    107: _refused("A field is missing. " + _ORDER_FIELD),
    109: _refused("The price is too far from the market. " + _PRECAUTIONS),
    110: _refused("The price is no multiple of the contract's tick. " + _ORDER_FIELD),
    111: _refused("This kind of order does not allow this time in force. " + _ORDER_FIELD),
    116: _refused("The order cannot be routed there. " + _ORDER_FIELD),
    145: _refused("The broker could not read the order. " + _REPORT),
    146: _refused("The trigger method is not known. " + _ORDER_FIELD),
    163: _refused("The size is beyond a limit set in TWS. " + _PRECAUTIONS),
    200: _refused("Choose the contract again.", "The broker knows no such contract, or several."),
    201: _refused("Read the reason; " + _ORDER_FIELD[0].lower() + _ORDER_FIELD[1:]),
    202: Meaning(_INFO, "The order has ended, as asked or by the exchange.",
                 kind=CodeKind.ORDER, order=OrderEffect.ENDED),
    203: _refused("The account may not trade this. Ask for the permission at the broker."),
    312: _refused("The combination's details are wrong. " + _ORDER_FIELD),
    313: _refused("The combination's leg is wrong. " + _ORDER_FIELD),
    314: _refused("A combination needs its legs. " + _ORDER_FIELD),
    328: _refused("A trailing stop belongs to a limit or stop order. " + _ORDER_FIELD),
    329: _refused("The order cannot be changed in this way. Cancel it and send a new one.",
                  "The change was refused; the order stays live as it was."),
    355: _refused("The size does not fit the contract's rule. " + _ORDER_FIELD),
    361: _refused("The stop price is wrong. " + _ORDER_FIELD),
    382: _refused("The price breaks a rule set in TWS. " + _PRECAUTIONS),
    383: _refused("The size breaks a rule set in TWS. " + _PRECAUTIONS),
    387: _refused("This kind of order does not fit the contract or exchange. " + _ORDER_FIELD),
    388: _refused("The size is below the contract's least. " + _ORDER_FIELD),
    399: _note(),
    404: _note("The broker locates shares to borrow; the order is held meanwhile."),
    434: _refused("The size is zero. " + _ORDER_FIELD),
    435: _refused("Choose an account. " + _ORDER_FIELD),
    436: _refused("Choose how the order is allocated. " + _ORDER_FIELD),
    451: _refused("The size is beyond a limit set in TWS, which holds for stops as well. "
                  + _PRECAUTIONS),
    2102: _note("The order is still being processed; the change was not taken.",
                "Change it again after its next status."),
    2109: _note("The order runs in regular hours only: outside-hours was ignored."),
    2137: _note("The order crosses a position or order on the other side."),
    2161: _note("The price was capped by the broker; the order may rest.",
                "Look at the order's price."),
    2168: _note("A field of the order that has no use any more was left out."),
    2169: _note("A field of the order that has no use any more was left out."),
    10006: _refused("Send parent and children again.", "The parent order is missing."),
    10052: _refused("The time in force is wrong. " + _ORDER_FIELD),
    10242: _refused("An order of a fractional size cannot be changed from here. " + _ORDER_FIELD),
    10243: _refused("A fractional size cannot be sent from here. " + _ORDER_FIELD),
    10244: _refused("A cash quantity is not allowed here. " + _ORDER_FIELD),
    10268: _refused("An old field of the order is no longer taken. " + _REPORT),
    10311: _note("This order goes to one exchange directly, which may cost more."),
    10318: _refused("This order does not take a fractional size. " + _ORDER_FIELD),
    10328: _refused("The link was lost before the order was taken."),
    10349: _note("The time in force was set to DAY, as preset in TWS."),
}  # fmt: skip

_CANCELS: dict[int, Meaning] = {
    135: _check("The broker knows no order of this number for this client."),
    136: _check("The order cannot be cancelled: it is filled, cancelled or being cancelled."),
    137: _check(
        "An order at the day's average price ends three minutes before its start at the latest."
    ),
    161: _check("The order cannot be cancelled in its state."),
    10147: _check("The order to cancel is not found: it has ended, or belongs to another client."),
    10148: _check("The order cannot be cancelled in its state."),
    10149: _check("The time of the cancel was not accepted."),
}

_MARKET_DATA: dict[int, Meaning] = {
    101: _data("The account's market-data lines are all in use.", _SEND_FEWER),
    123: _data("The broker has no record of this contract.", "Choose the contract again."),
    124: _data("The broker has no price increments for this contract.",
               "Prices cannot be checked before they are sent."),
    138: _data("The broker could not read a request for quotes.", _REPORT),
    300: _data("The broker has forgotten this subscription.", "It is expected after a cancel.",
               _INFO),
    309: _data("The account's order-book windows are all in use.", _SEND_FEWER),
    301: _data("The broker could not read a request for quotes.", _REPORT),
    302: _data("The broker could not read a request for quotes.", _REPORT),
    310: _data("The broker has forgotten this order book.", "It is expected after a cancel.",
               _INFO),
    316: _data("The order book was halted; it is asked for again.", "", _INFO),
    317: _data("The order book was reset; it fills again.", "", _INFO),
    354: _data("There are no live quotes for this contract.",
               "Subscribe at the broker, or use delayed quotes."),
    414: _data("A single picture of quotes takes no further kinds of tick.", _REPORT),
    420: _data("Real-time bars were refused.", "Subscribe at the broker."),
    2100: _data("The account's figures are no longer sent: another request took its place.",
                "", _INFO),
    2101: _data("The account's figures cannot be sent."),
    2152: _data("Some exchanges are left out of the order book.", "Subscribe at the broker.",
                _INFO),
    10089: _data("The quotes need a further subscription.",
                 "Subscribe at the broker, or use delayed quotes."),
    10090: _data("Part of the quotes is not subscribed; the rest comes.", "", _INFO),
    10091: _data("Part of the quotes is not subscribed; the rest comes.", "", _INFO),
    10092: _data("There is no order book for this contract and exchange."),
    10167: _data("Delayed quotes are shown.", "", _INFO),
    10168: _data("There are no live quotes, and delayed ones are off.", "Turn delayed quotes on."),
    10182: _data("A chart's live updates were lost; they are asked for again.", "", _INFO),
    10186: _data("There are no live quotes, and delayed ones are off.", "Turn delayed quotes on."),
    10189: _data("The tape was refused for this contract."),
    10190: _data("The account's tapes are all in use.", _SEND_FEWER),
    10197: _data("Another session of the same user takes the market data.", "Close it."),
    10225: _data("Real-time bars were corrected; they are asked for again.", "", _INFO),
}  # fmt: skip

_REQUESTS: dict[int, Meaning] = {
    100: Meaning(_ALARM, "The broker counts too many messages.",
                 "Sending pauses; nothing is resent.", kind=CodeKind.REQUEST),
    102: _request("The number of a request was used twice.", _REPORT),
    162: _request("There is no history for this, or too much was asked at once."),
    139: _request("The broker could not read a part of the request.", _REPORT),
    143: _request("The number of a request is none.", _REPORT),
    166: _request("There is no history of a contract that expired so long ago."),
    165: _request("The history service sends a note.", "", _INFO),
    305: _request("The broker could not read the request and did nothing.", _REPORT),
    319: _request("The broker does not know the level of its log.", _REPORT),
    320: Meaning(_ERROR, "The broker could not read the request; it did nothing.", _REPORT,
                 kind=CodeKind.REQUEST, order=OrderEffect.REFUSED),
    321: Meaning(_ERROR, "The broker did not accept the request; it did nothing.",
                 "If it says read-only: untick Read-Only API in TWS, API, Settings.",
                 kind=CodeKind.REQUEST, order=OrderEffect.REFUSED),
    322: _request("The broker could not process the request."),
    330: _request("Only a financial advisor may ask for this."),
    331: _request("The login has no managed accounts.", "Ask the broker."),
    346: _request("The account is no institution's."),
    357: _request("This program is too old for the broker.", "Update this program."),
    365: _request("The broker has forgotten this scan.", "It is expected after a cancel.", _INFO),
    366: _request("The broker has forgotten this history request.",
                  "It is expected after a cancel.", _INFO),
    385: _request("The number of a scan was used twice.", _REPORT),
    386: _request("The number of a history request was used twice.", _REPORT),
    401: _request("A text in the request is too long.", "Make it shorter."),
    407: _request("A symbol holds characters that the broker does not take.",
                  "Write the symbol again."),
    415: _request("A request for quote is still waiting.", "Wait until it has ended."),
    416: _request("There is no request for quote for this contract."),
    431: _request("The kind of bars is missing or wrong.", _REPORT),
    445: _request("The request for quote is over.", "Ask again."),
    450: _request("The dividends could not be fetched."),
    492: _request("The scan is not exact: quotes of some exchanges are not subscribed.",
                  "Subscribe at the broker.", _INFO),
    430: _request("There are no fundamentals for this contract."),
    10170: _request("The account may not ask for paid snapshots."),
    10172: _request("The article could not be fetched."),
    10187: _request("The historical prints could not be fetched."),
    10230: _request("The advisor's groups are being changed in TWS.", "Ask again later."),
    10231: _request("A group or profile names accounts that do not exist.",
                    "Correct it in TWS, under the advisor's setup."),
    10277: _request("The account has no permission for this news.", "Subscribe at the broker."),
    10278: _request("The company calendar was asked for twice.", _REPORT),
    10279: _request("The kinds of the company calendar could not be fetched."),
    10280: _request("The request for the company calendar could not be withdrawn."),
    10281: _request("The company calendar was asked for twice.", _REPORT),
    10282: _request("The company calendar was asked for before its kinds.", _REPORT),
    10283: _request("The company calendar could not be fetched."),
    10284: _request("The request for the company calendar could not be withdrawn."),
    10276: _request("The account may not read this news.", "Subscribe at the broker."),
    10285: _request("This TWS is too old for fractional sizes.", "Update TWS."),
    10299: _request("This kind of history is asked for under another name."),
    10314: _request("The time of the request is wrong."),
    10358: _request("There are no fundamentals for this account."),
}  # fmt: skip

_PROGRAM: dict[int, Meaning] = {
    505: _program("A message of an unknown kind came and was left out.", "", _WARNING),
    506: _program("A part of the messages that is needed is missing.", _REPORT),
    508: _program("A message could not be read.", _REPORT),
    **{code: _program(_NOT_OURS, _REPORT) for code in range(510, 600)},
}
"""Codes of the library itself; 510 to 599 are requests that it could not write."""

TABLE: dict[int, Meaning] = {
    **_PROGRAM, **_REQUESTS, **_MARKET_DATA, **_CANCELS, **_ORDERS, **_LINK
}  # fmt: skip
