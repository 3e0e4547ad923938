"""From our orders and contracts to the broker's, every default said aloud."""

from decimal import Decimal

from ibapi.contract import ComboLeg as IbComboLeg
from ibapi.contract import Contract as IbContract
from ibapi.order import Order as IbOrder
from ibapi.tag_value import TagValue as IbTagValue

from workstation.broker.extras_to_ib import moment, number, write_extras
from workstation.broker.routing_to_ib import write_routing
from workstation.domain.bar import Show
from workstation.domain.contract import Contract
from workstation.domain.ids import ConId, OrderRef
from workstation.domain.order import ALONE, OrderDraft, OrderLinks

_CME_TAGGING = 192
"""Version from which on orders carry manualOrderIndicator. Source: tws-wire.md 2.3."""

_TAGGED = frozenset({"FUT", "FOP"})


def ib_contract(contract: Contract) -> IbContract:
    """Name a contract so that the broker cannot mistake it: by its number and venue."""
    if contract.legs:
        return _ib_combo(contract)
    ib = IbContract()
    ib.conId = contract.con_id
    ib.symbol = contract.symbol
    ib.secType = contract.sec_type
    ib.exchange = contract.exchange
    ib.primaryExchange = contract.primary_exchange
    ib.currency = contract.currency
    ib.localSymbol = contract.local_symbol
    ib.tradingClass = contract.trading_class
    return ib


def ib_routed(contract: Contract, draft: OrderDraft) -> IbContract:
    """Name the contract of an order, with the exchange to which it goes."""
    ib = ib_contract(contract)
    if draft.route:
        ib.exchange = draft.route
    return ib


def _ib_combo(contract: Contract) -> IbContract:
    """Name a combination by its legs; it has no number of the broker's."""
    ib = IbContract()
    ib.symbol = contract.symbol
    ib.secType = contract.sec_type
    ib.exchange = contract.exchange
    ib.currency = contract.currency
    ib.comboLegs = []
    for each in contract.legs:
        leg = IbComboLeg()
        leg.conId, leg.ratio, leg.exchange = each.con_id, abs(each.ratio), each.exchange
        leg.action = "BUY" if each.ratio > 0 else "SELL"
        ib.comboLegs.append(leg)
    return ib


def ib_past_contract(contract: Contract) -> IbContract:
    """Name a contract for its past; a future may have expired."""
    ib = ib_contract(contract)
    ib.includeExpired = contract.sec_type == "FUT"
    return ib


def shown_as(contract: Contract, show: Show) -> str:
    """Spell which price of the past is wanted; coins have another word for trades."""
    if contract.sec_type == "CRYPTO" and show is Show.TRADES:
        return "AGGTRADES"
    return show.value


def ib_stock_query(symbol: str) -> IbContract:
    """Ask for a US stock by its ticker."""
    ib = IbContract()
    ib.symbol = symbol
    ib.secType = "STK"
    ib.exchange = "SMART"
    ib.currency = "USD"
    return ib


def ib_con_id_query(con_id: ConId) -> IbContract:
    """Ask for whatever has this number: a position may be of any kind and currency."""
    ib = IbContract()
    ib.conId = con_id
    return ib


def ib_order(order_ref: OrderRef, draft: OrderDraft, links: OrderLinks = ALONE) -> IbOrder:
    """Write an order; the flags that gateways refuse today are cleared (features O29).

    The one-cancels-all group of a bracket's exits is left to the broker, which names it after
    the parent; to send a name with a change would be to revise the group. A group of the user's
    own goes with every change as it was, or the change would take the order out of it.
    """
    ib = IbOrder()
    ib.account = draft.account
    ib.orderRef = order_ref
    ib.action = draft.side.value
    ib.totalQuantity = Decimal(f"{draft.quantity:f}")  # the library writes 1E+3 as it stands
    ib.orderType = draft.order_type.value
    ib.lmtPrice = number(draft.limit_price)
    ib.auxPrice = number(draft.stop_price)
    ib.tif = draft.tif.value
    ib.outsideRth = draft.outside_rth
    ib.parentId = links.parent_id or 0
    ib.transmit = links.transmit
    ib.whatIf = links.what_if
    _write_terms(ib, draft)
    if draft.legs and not draft.guaranteed:
        ib.smartComboRoutingParams = [IbTagValue("NonGuaranteed", "1")]
    for legacy in ("eTradeOnly", "firmQuoteOnly"):
        if hasattr(ib, legacy):
            setattr(ib, legacy, False)
    return ib


def asks_who_sent(server_version: int, contract: Contract) -> bool:
    """Tell whether an order must say if a hand sent it: that of a future does (CME tagging)."""
    return server_version >= _CME_TAGGING and contract.sec_type in _TAGGED


def _write_terms(ib: IbOrder, draft: OrderDraft) -> None:
    """Write what goes beyond side, quantity and price; nothing is left to a default."""
    terms = draft.terms
    if draft.order_type.trails:
        ib.auxPrice = number(terms.trail_amount)
    elif terms.peg_offset is not None:
        ib.auxPrice = number(terms.peg_offset)
    ib.trailingPercent = number(terms.trail_percent)
    ib.trailStopPrice = number(terms.trail_stop)
    ib.lmtPriceOffset = number(terms.limit_offset)
    ib.displaySize = 0 if terms.display_size is None else int(terms.display_size)
    ib.discretionaryAmt = 0
    if terms.discretionary_amount is not None:
        setattr(ib, "discretionaryAmt", float(terms.discretionary_amount))  # noqa: B010 - begins whole
    write_routing(ib, draft)
    ib.hidden = terms.hidden
    ib.allOrNone = terms.all_or_none
    ib.triggerMethod = int(terms.trigger_method)
    ib.goodAfterTime = moment(terms.good_after)
    ib.goodTillDate = moment(terms.good_till)
    write_extras(ib, terms)
