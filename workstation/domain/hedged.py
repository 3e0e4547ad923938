"""An order with the hedge that the broker trades against it, sent and judged as one."""

from dataclasses import dataclass, replace
from decimal import Decimal

from workstation.domain.hedge import Hedge
from workstation.domain.ids import ConId, IntentId
from workstation.domain.order import PLAIN, OrderDraft, OrderType, Side, Tif


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgedDraft:
    """An order and its hedge: `con_id` is traded on `side`, at the market, as the parent fills.

    What is acknowledged in the parent counts for both.
    """

    parent: OrderDraft
    hedge: Hedge
    con_id: ConId
    side: Side

    @property
    def child(self) -> OrderDraft:
        """The hedge as it is sent: without a quantity, which the broker works out."""
        return replace(
            self.parent,
            intent_id=IntentId(f"{self.parent.intent_id}/hedge"),
            con_id=self.con_id,
            side=self.side,
            quantity=Decimal(0),
            order_type=OrderType.MARKET,
            limit_price=None,
            stop_price=None,
            tif=Tif.DAY,
            outside_rth=False,
            acknowledged=frozenset(),
            terms=replace(PLAIN, hedge=self.hedge),
            family=None,
            legs=(),
            guaranteed=True,
        )
