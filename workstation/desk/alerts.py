"""Price alerts: watched on our own ticks, told once, kept over restarts."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from workstation.desk.contracts import Contracts
from workstation.desk.outgoing import Outgoing
from workstation.desk.price_watch import PriceWatch
from workstation.desk.streams import Streams
from workstation.domain.alert import Direction, PriceAlert
from workstation.domain.clock import Clock
from workstation.domain.commands import Done, Failed
from workstation.domain.ids import ConId
from workstation.domain.messages import AlertsChanged
from workstation.domain.notice import Notice, Severity
from workstation.domain.ports import Reactor
from workstation.domain.quote import MarketDataType
from workstation.domain.subscription import StreamKind
from workstation.marketdata.quotes import OnPrice
from workstation.storage.alert_file import MOST_ALERTS, read_alerts, write_alerts

_LATE = frozenset({MarketDataType.DELAYED, MarketDataType.DELAYED_FROZEN})

ALERTS = "Alerts"
"""Who wants the quotes, in the list of what streams."""


@dataclass(frozen=True, slots=True)
class AlertParts:
    """Whom the alerts work with; all on the core thread. Without a file nothing is kept."""

    reactor: Reactor
    clock: Clock
    quotes: PriceWatch
    contracts: Contracts
    streams: Streams
    out: Outgoing
    file: Path | None


class AlertDesk:
    """Watches prices on this computer: what is closed or not connected tells nothing. Core thread.

    The broker knows nothing of these alerts. Each tick is looked at, not each frame, so a price
    that was touched for a moment fires too.
    """

    def __init__(self, parts: AlertParts) -> None:
        self._with = parts
        self._alerts: dict[int, PriceAlert] = {}
        self._armed: dict[ConId, tuple[PriceAlert, ...]] = {}
        """What a price can still fire, by contract: a tick looks at these and at no other."""

        self._is_due = False

    @property
    def con_ids(self) -> frozenset[ConId]:
        """Contracts whose quotes are needed."""
        return frozenset(a.con_id for a in self._alerts.values() if a.fired_at is None)

    def start(self) -> None:
        """Take back what was kept; a file that cannot be read is said and left alone."""
        held = self._with.streams.traded
        self._with.streams.traded = lambda: held() | self.con_ids  # these quotes pause last
        if self._with.file is None:
            return
        try:
            self._alerts = {each.number: each for each in read_alerts(self._with.file)}
        except (OSError, ValueError) as error:
            self._say(
                Severity.ERROR,
                f"The price alerts cannot be read: {error}",
                "No alert is set.",
                "The next one that is set replaces the file.",
            )
        for con_id in self.con_ids:
            self._with.quotes.watch(ALERTS, con_id, self._taker(con_id))
        self._with.out.post(AlertsChanged(self.all))

    @property
    def all(self) -> tuple[PriceAlert, ...]:
        """Every alert, those that fired too."""
        return tuple(self._alerts.values())

    def session_up(self) -> None:
        """Have the quotes of every alert streamed."""
        for con_id in self.con_ids:
            self._with.contracts.need(con_id)
            self._want(con_id)

    def place(self, con_id: ConId, price: Decimal) -> Done | Failed:
        """Set an alert at a price."""
        details = self._with.contracts.details(con_id)
        if details is None:
            return Failed("The contract is not known yet.")
        if details.contract.sec_type == "CASH":
            return Failed("Currencies have no last price to watch.")
        if not price.is_finite():
            return Failed("The price is not a number.")
        if len(self._alerts) >= MOST_ALERTS:
            return Failed(f"There are {MOST_ALERTS} alerts already; remove some first.")
        number = max(self._alerts, default=0) + 1
        symbol = details.contract.symbol
        self._put(PriceAlert(number=number, con_id=con_id, symbol=symbol, price=price))
        return Done(f"Alert set at {price} (watched on this computer)")

    def move(self, number: int, price: Decimal) -> Done | Failed:
        """Set an alert elsewhere; one that fired watches again."""
        alert = self._alerts.get(number)
        if alert is None:
            return Failed("This alert is gone.")
        if not price.is_finite():
            return Failed("The price is not a number.")
        self._put(alert.moved(price))
        return Done()

    def remove(self, number: int) -> Done | Failed:
        """Take an alert away."""
        alert = self._alerts.pop(number, None)
        if alert is None:
            return Failed("This alert is gone.")
        self._changed(alert.con_id)
        return Done()

    def _put(self, alert: PriceAlert) -> None:
        quote = self._with.quotes.quote(alert.con_id)
        if quote is not None and quote.last is not None and not quote.stale:
            alert = alert.seen(quote.last, self._with.clock.now())
        self._alerts[alert.number] = alert
        self._changed(alert.con_id)

    def _changed(self, con_id: ConId) -> None:
        """Watch what there is to watch now, and keep and show it after this round."""
        self._armed.pop(con_id, None)
        is_wanted = con_id in self.con_ids
        taker = self._taker(con_id) if is_wanted else None
        self._with.quotes.watch(ALERTS, con_id, taker)
        if is_wanted:
            self._want(con_id)
        else:
            self._with.streams.drop(con_id, StreamKind.QUOTES, ALERTS)
        if not self._is_due:
            self._is_due = True
            self._with.reactor.call_later(0.0, self._settle)

    def _want(self, con_id: ConId) -> None:
        self._with.streams.want(con_id, StreamKind.QUOTES, ALERTS, once=True)

    def _taker(self, con_id: ConId) -> OnPrice:
        def take(name: str, price: float) -> None:
            if name == "last":
                self._on_last(con_id, price)

        return take

    def _on_last(self, con_id: ConId, last: float) -> None:
        armed = self._armed.get(con_id)
        if armed is None:
            each = self._alerts.values()
            armed = tuple(a for a in each if a.con_id == con_id and a.fired_at is None)
            self._armed[con_id] = armed
        now = self._with.clock.now()
        for alert in armed:
            after = alert.seen(last, now)
            if after is alert:
                continue
            self._alerts[after.number] = after
            if after.fired_at is not None:
                self._tell(after)
            self._changed(con_id)

    def _tell(self, alert: PriceAlert) -> None:
        way = "rose to" if alert.direction is Direction.RISES else "fell to"
        quote = self._with.quotes.quote(alert.con_id)
        is_late = quote is not None and quote.data_type in _LATE
        delayed = " (delayed data)" if is_late else ""
        self._say(
            Severity.ALARM,
            f"Price alert: {alert.symbol} {way} {alert.fired_last}, alert at {alert.price}{delayed}",
            "Watched on this computer, no order was sent.",
            "Drag its line on the chart to set it anew.",
        )

    def _settle(self) -> None:
        self._is_due = False
        self._with.out.post(AlertsChanged(self.all))
        if self._with.file is None:
            return
        try:
            write_alerts(self._with.file, self.all)
        except OSError as error:
            self._say(
                Severity.ERROR,
                f"The price alerts could not be kept: {error.strerror}",
                "They work until the program ends.",
                "Make room on the disk and move one of them.",
            )

    def _say(self, severity: Severity, text: str, effect: str, advice: str) -> None:
        now = self._with.clock.now()
        self._with.out.notice(
            Notice(severity=severity, text=text, effect=effect, advice=advice, time=now)
        )
