"""From our orders and contracts to the broker's, every default said aloud."""

from decimal import Decimal

from ibapi.contract import Contract as IbContract
from ibapi.order import Order as IbOrder

from workstation.domain.contract import Contract
from workstation.domain.ids import ConId, OrderRef
from workstation.domain.order import ALONE, OrderDraft, OrderLinks


def ib_contract(contract: Contract) -> IbContract:
    """Name a contract so that the broker cannot mistake it: by its number and venue."""
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
    the parent; to send a name with a change would be to revise the group.
    """
    ib = IbOrder()
    ib.account = draft.account
    ib.orderRef = order_ref
    ib.action = draft.side.value
    ib.totalQuantity = Decimal(f"{draft.quantity:f}")  # the library writes 1E+3 as it stands
    ib.orderType = draft.order_type.value
    if draft.limit_price is not None:
        ib.lmtPrice = float(draft.limit_price)
    if draft.stop_price is not None:
        ib.auxPrice = float(draft.stop_price)
    ib.tif = draft.tif.value
    ib.outsideRth = draft.outside_rth
    ib.parentId = links.parent_id or 0
    ib.transmit = links.transmit
    ib.whatIf = links.what_if
    for legacy in ("eTradeOnly", "firmQuoteOnly"):
        if hasattr(ib, legacy):
            setattr(ib, legacy, False)
    return ib
