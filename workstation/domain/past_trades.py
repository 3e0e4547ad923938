"""Orders and fills of earlier days, as the history shows them, and the question for them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from workstation.domain.ids import AccountId, ConId, ExecId, OrderKey
from workstation.domain.order import Side


class HistoryKind(StrEnum):
    """What is asked for."""

    ORDERS = "orders"
    FILLS = "fills"


class Origin(StrEnum):
    """From where a fill is known."""

    OWN = "own"
    """The broker reported it to this program."""

    IMPORTED = "imported"
    """It stood in a statement that the user imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryWish:
    """Which orders or fills are wanted, newest first, from row `offset` on.

    `start` and `end` are aware, the end is not part of it; None is open. Empty texts match all.
    `symbol` matches what begins with it. `state` is a lifecycle's name, "working" for all that have
    not ended, or "with fills"; fills have none. With an `export` the rows go to that file, all
    of them, as comma-separated text, or as a list of objects or as Parquet, if it ends in .json or
    .parquet. A `statement` is a file whose trades are imported before the answer. `only_whole` asks for rows only if the
    whole journal has been read, and else how far that is.
    """

    kind: HistoryKind = HistoryKind.ORDERS
    start: datetime | None = None
    end: datetime | None = None
    symbol: str = ""
    account: str = ""
    state: str = ""
    offset: int = 0
    limit: int = 500
    export: str = ""
    statement: str = ""
    only_whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOrder:
    """An order as it stands at its end, or now. Prices are per unit, `time` is its first record.

    `is_own` tells that this client sent it.
    """

    key: OrderKey
    order_id: int
    time: datetime
    changed_at: datetime
    account: AccountId
    con_id: ConId
    symbol: str
    side: Side
    quantity: Decimal
    order_type: str
    limit_price: Decimal | None
    stop_price: Decimal | None
    tif: str
    state: str
    filled: Decimal
    average_price: Decimal | None
    is_own: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFill:
    """The latest revision of one execution, with its cost where it is known.

    `key` is the order it belongs to, None where that is not known; `commission` is what was paid,
    above 0, in `currency`. `price` is None where the broker did not tell it.
    """

    exec_id: ExecId
    key: OrderKey | None
    time: datetime
    account: AccountId
    con_id: ConId
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal | None
    exchange: str
    commission: Decimal | None = None
    currency: str = ""
    realized_pnl: Decimal | None = None
    origin: Origin = Origin.OWN

    @property
    def base_id(self) -> str:
        """The part of the id that revisions share."""
        return self.exec_id.rpartition(".")[0] or self.exec_id


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """The answer: one page of rows of `total`; `accounts` are all that occur.

    `fault` says why there is no answer; `words` what became of an export or an import. `read` is the
    share of the journal that has been read: below 1 the rows are those of the newest orders that
    began on record, each of them whole, and `total` counts only these.
    """

    total: int = 0
    orders: tuple[PastOrder, ...] = ()
    fills: tuple[PastFill, ...] = ()
    accounts: tuple[str, ...] = ()
    fault: str = ""
    words: str = ""
    read: float = 1.0
