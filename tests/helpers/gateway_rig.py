"""A core without a window, connected to a real gateway process, that a test puts its wishes to."""

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.helpers.cores import ACCOUNT, SESSION
from tests.helpers.gateway import Gateway
from tests.helpers.killable_core import AAPL, Window, build, run_until
from workstation.broker.session import SessionSettings
from workstation.desk.core import Core
from workstation.domain.bracket import BracketDraft
from workstation.domain.commands import Command, UseEndpoint, WatchSymbol
from workstation.domain.ids import ConId, IntentId
from workstation.domain.link import LinkState
from workstation.domain.messages import CommandAnswered, NoticeArrived
from workstation.domain.order import OrderDraft, OrderType, Side
from workstation.domain.order_status import Lifecycle, OrderView

PLACE, CANCEL = 3, 4
"""Numbers of the messages that place and cancel an order."""


def a_wish(number: int, **changes: Any) -> OrderDraft:
    """Return the wish of this number: buy 20 AAPL at the market."""
    terms: dict[str, Any] = {
        "intent_id": IntentId(f"wish {number}"),
        "account": ACCOUNT,
        "con_id": AAPL,
        "side": Side.BUY,
        "quantity": Decimal(20),
        "order_type": OrderType.MARKET,
    }
    return OrderDraft(**(terms | changes))


class GatewayRig:
    """Connects and watches AAPL."""

    WATCHED: tuple[str, ...] = ("AAPL",)

    def __init__(self, folder: Path, gateway: Gateway, session: SessionSettings = SESSION) -> None:
        self.folder = folder
        self.gateway = gateway
        self.session = session
        self.con_ids: list[ConId] = []
        self._begin()

    def _begin(self) -> None:
        self.window = Window()
        self.core: Core = build(self.folder, self.window, "", fast=False, session=self.session)
        self.desk = self.core.desk
        self.desk.start()
        self.window.send(self.core, UseEndpoint("127.0.0.1", self.gateway.port))
        self.until(self.is_ready)
        self.con_ids = [self.ask(WatchSymbol(symbol)).con_id for symbol in self.WATCHED]

    def close(self) -> None:
        self.desk.stop()
        self.core.close()

    def restart(self) -> None:
        """End the core as a user does, and start it anew on the same files."""
        self.close()
        self._begin()

    def is_ready(self) -> bool:
        return self.desk.link.state is LinkState.READY

    def until(self, condition: Any, seconds: float = 20) -> None:
        run_until(self.core, condition, seconds)

    def ask(self, command: Command) -> Any:
        """Send a command and return its answer."""
        before = len(self.window.messages)
        self.window.send(self.core, command)
        self.until(lambda: self.answers(before))
        return self.answers(before)[0]

    def answers(self, since: int) -> list[Any]:
        """Return the answers among the messages from this one on."""
        news = self.window.messages[since:]
        return [each.result for each in news if isinstance(each, CommandAnswered)]

    def texts(self) -> list[str]:
        return [m.notice.text for m in self.window.messages if isinstance(m, NoticeArrived)]


class TradingRig(GatewayRig):
    """Trades AAPL and MSFT, which are priced."""

    WATCHED = ("AAPL", "MSFT")

    def __init__(self, folder: Path, gateway: Gateway, session: SessionSettings = SESSION) -> None:
        self.wishes = 0
        super().__init__(folder, gateway, session)

    def _begin(self) -> None:
        super()._begin()
        self.until(lambda: all(self.is_priced(each) for each in self.con_ids))

    def is_priced(self, con_id: ConId) -> bool:
        quote = self.desk.figures.quotes.quote(con_id)
        return quote is not None and quote.two_sided and not math.isnan(quote.last or math.nan)

    @property
    def last(self) -> Decimal:
        quote = self.desk.figures.quotes.quote(AAPL)
        assert quote is not None
        return Decimal(str(quote.last))

    def draft(self, **changes: Any) -> OrderDraft:
        """Return a wish of its own."""
        self.wishes += 1
        return a_wish(self.wishes, **changes)

    def bracket(self, **entry: Any) -> BracketDraft:
        return BracketDraft(
            entry=self.draft(**entry), target_price=self.last + 20, stop_price=self.last - 20
        )

    def order(self, number: int) -> OrderView:
        return next(o.view() for o in self.desk.orders if o.order_id == number)

    def is_at(self, number: int, *states: Lifecycle) -> bool:
        return self.order(number).lifecycle in states

    def position(self, con_id: ConId = AAPL) -> Decimal:
        return self.desk.figures.positions.quantity(ACCOUNT, con_id)
