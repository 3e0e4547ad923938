"""Says how an open session stands, and does what the broker's words about its link ask for."""

import re
from collections.abc import Callable

from workstation.broker.notices import CodeKind, LinkEffect, Meaning
from workstation.broker.session import Phase
from workstation.desk.farms import Farms
from workstation.desk.link import COMPARING, COMPARING_STEP
from workstation.desk.market_feed import FeedParts
from workstation.desk.reconcile import Reconciler
from workstation.desk.streams import Streams
from workstation.domain.farm import Farm, FarmPurpose, FarmStatus, FarmsView
from workstation.domain.link import LinkState
from workstation.domain.link_fault import is_read_only_refusal
from workstation.domain.reports import BrokerNotice
from workstation.domain.subscription import StreamKind

LOST = "TWS lost its link to the broker"
LOST_STEP = (
    "Working orders stay at the exchange. TWS restores the link by itself; entries are denied "
    "until then."
)
SILENT = "the broker is silent; entries are denied"
SILENT_STEP = "It is asked every second; after 30 s the connection is opened anew."
READ_ONLY = "TWS lets this program only look: it tells of no orders and takes none"
READ_ONLY_STEP = (
    "In TWS or IB Gateway, Configure, API, Settings: untick Read-Only API. It is asked again every "
    "15 s; quotes and positions go on."
)
_FARM_STEPS = {
    FarmPurpose.QUOTES: "Its quotes are stale. TWS restores the farm by itself.",
    FarmPurpose.HISTORY: "Charts may lack bars. TWS restores the farm by itself.",
    FarmPurpose.CONTRACTS: "New symbols may not be found. TWS restores the farm by itself.",
}
_NEW_PORT = re.compile(r"(\d{2,5})\D*$")


class LinkHealth:
    """Decides between SYNCING, READY and DEGRADED while a session is open. Core thread."""

    def __init__(self, parts: FeedParts, streams: Streams, reconciler: Reconciler) -> None:
        self._with = parts
        self._streams = streams
        self._reconciler = reconciler
        self._farms = Farms(parts.clock)
        self._comparing = True
        self._effects: dict[LinkEffect, Callable[[BrokerNotice], None]] = {
            LinkEffect.CLIENT_ID_IN_USE: lambda _: parts.link.conflict(),
            LinkEffect.LOST: lambda _: self._on_lost(),
            LinkEffect.RESTORED_DATA_LOST: lambda _: self._on_restored(is_lost=True),
            LinkEffect.RESTORED: lambda _: self._on_restored(is_lost=False),
            LinkEffect.NEW_PORT: self._on_new_port,
        }

    def session_up(self) -> None:
        """A session begins with its comparison and without any farm."""
        self._comparing = True
        self._with.presence.farm_lost = False
        self._with.presence.orders_refused = False
        self._forget_farms()

    def session_down(self) -> None:
        """What TWS told about its farms is no longer so."""
        self._forget_farms()

    def comparing(self) -> None:
        """All lists are asked for."""
        self._comparing = True
        self.refresh()

    def compared(self) -> None:
        """All lists have ended."""
        self._comparing = False
        self._with.presence.orders_refused = False
        self._with.link.works()
        self.refresh()

    def on_notice(self, notice: BrokerNotice, meaning: Meaning) -> bool:
        """Take a message about the session; False for one that only repeats what is known."""
        if meaning.kind is CodeKind.FARM:
            return self._on_farm(notice)
        if meaning.link is LinkEffect.LOST and self._with.presence.farm_lost:
            return False  # TWS repeats 1100 while the reset of the night lasts: one event
        if is_read_only_refusal(notice.code, notice.text):
            is_news = not self._with.presence.orders_refused
            self._with.presence.orders_refused = True
            self.refresh()
            return is_news  # each list is refused, and so is the next asking
        act = self._effects.get(meaning.link)
        if act is not None:
            act(notice)
        return True

    def refresh(self) -> None:
        """Take the state that the facts make."""
        parts, link = self._with, self._with.link
        if parts.session.phase is not Phase.UP:
            return
        broken = self._farms.broken()
        if parts.presence.farm_lost:
            link.set(LinkState.DEGRADED, LOST, LOST_STEP)
        elif link.suspect:
            link.set(LinkState.DEGRADED, SILENT, SILENT_STEP)
        elif parts.presence.orders_refused:
            link.set(LinkState.DEGRADED, READ_ONLY, READ_ONLY_STEP)
        elif self._comparing:
            link.set(LinkState.SYNCING, COMPARING, COMPARING_STEP)
        elif broken:
            names = ", ".join(f"{farm.name} ({farm.purpose.value})" for farm in broken)
            reason = f"data farm down: {names}"
            link.set(LinkState.DEGRADED, reason, _FARM_STEPS[broken[0].purpose], only_farms=True)
        else:
            link.set(LinkState.READY, "")

    # -- what the broker says -----------------------------------------------------------------

    def _on_lost(self) -> None:
        self._with.presence.farm_lost = True
        self._with.figures.quotes.mark_all_stale()
        self.refresh()

    def _on_restored(self, *, is_lost: bool) -> None:
        parts = self._with
        parts.presence.farm_lost = False
        self._reconciler.full()  # first: the lists must not wait behind a hundred streams
        if is_lost:
            parts.contracts.session_up()
            parts.figures.session_up(parts.presence.account)
            self._streams.renew()
            parts.data.renew()
        else:
            self._restore_quotes()
        self.refresh()

    def _on_new_port(self, notice: BrokerNotice) -> None:
        found = _NEW_PORT.search(notice.text)
        if found and 0 < int(found.group(1)) < 65536:
            self._with.link.follow_port(int(found.group(1)))

    def _on_farm(self, notice: BrokerNotice) -> bool:
        """Follow one farm; tell of it only when it breaks or comes back."""
        parts = self._with
        was_broken = {(farm.purpose, farm.name) for farm in self._farms.broken()}
        farm = self._farms.apply(notice)
        if farm is None:
            return False
        parts.outgoing.post_latest(FarmsView(self._farms.all()))
        if farm.purpose is FarmPurpose.QUOTES:
            self._apply_quotes_farm(farm)
        self.refresh()
        is_broken = farm.status is FarmStatus.BROKEN
        return is_broken or (farm.purpose, farm.name) in was_broken

    def _apply_quotes_farm(self, farm: Farm) -> None:
        """Mark every quote: which farm serves it is not told, and what still flows says so."""
        if farm.status is FarmStatus.BROKEN:
            self._with.figures.quotes.mark_all_stale()
        elif not self._farms.broken(FarmPurpose.QUOTES):
            self._restore_quotes()

    def _restore_quotes(self) -> None:
        running = self._streams.running(StreamKind.QUOTES)
        self._with.figures.quotes.restore(key.con_id for key in running)

    def _forget_farms(self) -> None:
        self._farms.forget()
        self._with.outgoing.post_latest(FarmsView(()))
