"""An entry with its exits, sent and judged as one."""

from dataclasses import dataclass, replace
from decimal import Decimal

from workstation.domain.ids import IntentId
from workstation.domain.order import PLAIN, OrderDraft, OrderType, Tif
from workstation.domain.order_extras import Adjustment


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketDraft:
    """An entry, the limit that takes the profit and the stop that ends the loss.

    Prices are per unit in the contract's currency. The exits are for the entry's quantity,
    on the opposite side, good till cancelled unless `exit_tif` says otherwise, and one
    cancels the other at the broker. With an `adjustment` the broker makes the stop another one
    when the market has gone so far.
    """

    entry: OrderDraft
    target_price: Decimal
    stop_price: Decimal
    exit_tif: str = "GTC"
    adjustment: Adjustment | None = None

    @property
    def intent_id(self) -> IntentId:
        """The wish this is; its exits have names of their own."""
        return self.entry.intent_id

    @property
    def acknowledged(self) -> frozenset[str]:
        """Acknowledgements of findings, of the bracket as a whole."""
        return self.entry.acknowledged

    @property
    def target(self) -> OrderDraft:
        """The limit that takes the profit, for the entry's quantity."""
        return replace(self._exit("target"), limit_price=self.target_price)

    @property
    def stop(self) -> OrderDraft:
        """The stop that ends the loss, for the entry's quantity."""
        return replace(
            self._exit("stop"),
            order_type=OrderType.STOP,
            stop_price=self.stop_price,
            terms=replace(PLAIN, adjustment=self.adjustment),
        )

    def _exit(self, name: str) -> OrderDraft:
        """Build what both exits share; they inherit outside_rth (R26)."""
        return replace(
            self.entry,
            intent_id=IntentId(f"{self.entry.intent_id}/{name}"),
            side=self.entry.side.opposite,
            order_type=OrderType.LIMIT,
            limit_price=None,
            stop_price=None,
            tif=Tif(self.exit_tif),
            acknowledged=frozenset(),
            terms=PLAIN,
        )
