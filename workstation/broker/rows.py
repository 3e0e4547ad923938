"""The messages of one run as places in the received bytes."""

from dataclasses import dataclass

from workstation.broker.columns import Block
from workstation.broker.word_numbers import Mask, Places


@dataclass(frozen=True, slots=True)
class Rows:
    """One run: `ids` are the message ids, `begins` the first octet behind them."""

    block: Block
    ids: Places
    begins: Places
    ends: Places

    def only(self, wanted: Mask) -> "Rows":
        """Return some of them."""
        return Rows(self.block, self.ids[wanted], self.begins[wanted], self.ends[wanted])
