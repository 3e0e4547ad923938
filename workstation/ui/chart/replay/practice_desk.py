"""Practice orders of one chart: its bars in ticks for the matching, prices and money for the eye."""

from decimal import Decimal

from PySide6.QtCore import QObject, Signal

from workstation.domain.contract import ContractDetails
from workstation.domain.prices import PriceLadder
from workstation.matching.fees import Fee
from workstation.matching.practice_account import PracticeResult, result_of
from workstation.matching.practice_market import PracticeMarket, Standing
from workstation.matching.practice_orders import Kind, PracticeOrder, RecordedBar
from workstation.matching.practice_summary import Money, PracticeSummary, summary_of
from workstation.ui.chart.order_lines import money_per_point
from workstation.ui.chart.view import ChartView

_PENNY = Decimal("0.01")

NOTHING = result_of(())


class PracticeDesk(QObject):
    """One practice account on one replayed chart. GUI thread.

    Prices here are the contract's, sizes whole shares or lots.
    """

    changed = Signal()
    """Orders, position or result are others."""

    def __init__(self, view: ChartView, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self.terms = Money(_PENNY)
        """What the contract's ticks are worth."""

        self.fee = Fee()
        """What every order pays."""

        self.summary = PracticeSummary()
        self.market: PracticeMarket | None = None
        self.result: PracticeResult = NOTHING
        self.currency = ""

    def begin(self, details: ContractDetails | None, ladder: PriceLadder | None, fee: Fee) -> None:
        """Begin with an empty account at the newest bar that is shown."""
        close = Decimal(str(self._view.last_close or 0))
        tick = ladder.increment_at(close) if ladder else _PENNY
        currency = details.contract.currency if details else ""
        self._open(Money(tick, money_per_point(details)), fee, currency, None)

    def go_on(self, terms: Money, fee: Fee, currency: str, standing: Standing) -> None:
        """Go on with an account as it stood when the newest bar that is shown was the newest."""
        self._open(terms, fee, currency, standing)

    def _open(self, terms: Money, fee: Fee, currency: str, standing: Standing | None) -> None:
        self.terms, self.fee, self.currency = terms, fee, currency
        self.market = PracticeMarket(self._newest(), standing)
        self._settle()

    def use_fee(self, fee: Fee) -> None:
        """Let every order of this account pay so much, those that were filled too."""
        self.fee = fee
        self._settle()

    def end(self) -> None:
        """Take no orders any more; what came out stays to be read."""
        if self.market is not None:
            for order in self.market.live:
                self.market.cancel(order.number)
        self.market = None
        self.changed.emit()

    def take_bar(self) -> None:
        """Let the orders meet the newest bar."""
        if self.market is not None:
            self.market.play(self._newest())
            self._settle()

    # -- what the trader does -----------------------------------------------------------------

    def submit(
        self,
        *,
        buys: bool,
        size: int,
        price: Decimal | None = None,
        exits: tuple[Decimal, Decimal] | None = None,
    ) -> None:
        """Place an order: at the market without a price, else a limit or a stop as the price says.

        `exits` are the distances of a target and a stop from where the order fills.
        """
        if self.market is None or size <= 0:
            return
        kind, at = Kind.MARKET, None
        if price is not None:
            at = self.ticks(price)
            is_limit = (at <= self.market.last) is buys
            kind = Kind.LIMIT if is_limit else Kind.STOP
        near, sign = at if at is not None else self.market.last, 1 if buys else -1
        legs: tuple[int | None, int | None] = (None, None)
        if exits is not None:
            gain, loss = (max(1, self.ticks(distance)) for distance in exits)
            legs = (near + sign * gain, near - sign * loss)
        self.market.submit(buys=buys, kind=kind, size=size, price=at, exits=legs)
        self._settle()

    def cancel(self, number: int) -> None:
        """Take an order away."""
        if self.market is not None:
            self.market.cancel(number)
            self._settle()

    def move(self, number: int, price: Decimal) -> None:
        """Give an order another price."""
        if self.market is not None:
            self.market.move(number, self.ticks(price))
            self._settle()

    def flatten(self) -> None:
        """Cancel everything and close the position at the market."""
        if self.market is not None:
            self.market.flatten()
            self._settle()

    # -- what is shown ------------------------------------------------------------------------

    @property
    def orders(self) -> list[PracticeOrder]:
        """Orders that can still fill."""
        return self.market.live if self.market is not None else []

    def ticks(self, price: Decimal | float) -> int:
        """Return a price in ticks."""
        return round(Decimal(str(price)) / self.terms.tick)

    def price(self, ticks: int | Decimal) -> Decimal:
        """Return the price of so many ticks."""
        return ticks * self.terms.tick

    def money(self, ticks: int) -> Decimal:
        """Return the money of ticks times units."""
        return self.terms.of(ticks)

    @property
    def average(self) -> Decimal | None:
        """The average price of the position, None without one."""
        average = self.result.average
        return None if average is None else self.price(average)

    @property
    def unrealized(self) -> Decimal:
        """What closing the position at the last price would make."""
        last = self.market.last if self.market is not None else 0
        return self.money(self.result.unrealized(last)) if self.result.position else Decimal(0)

    @property
    def realized(self) -> Decimal:
        """What the round trips made together, after all commissions."""
        return self.summary.net

    def usual_range(self) -> Decimal:
        """Return the mean range of the newest bars: a first distance for a stop."""
        bars = self._view.bars
        first = max(bars.first, bars.end - 14)
        if first >= bars.end:
            return self.terms.tick
        mean = float((bars.highs(first, bars.end) - bars.lows(first, bars.end)).mean())
        return max(1, self.ticks(mean)) * self.terms.tick

    def time_text(self, seconds: int) -> str:
        """Write the time of a bar on the clocks of the chart."""
        return self._view.marks.full_label(seconds)

    # -- bars ---------------------------------------------------------------------------------

    def _newest(self) -> RecordedBar:
        bars, newest = self._view.bars, self._view.bars.end - 1
        opened, high, low, close = (self.ticks(each) for each in bars.bar(newest)[:4])
        volume = bars.bar(newest)[4]
        return RecordedBar(
            time=bars.time(newest),
            open=opened,
            high=max(high, opened, close),
            low=min(low, opened, close),
            close=close,
            volume=max(1, round(volume)) if volume > 0 else None,
            opens_session=self._opens_day(newest),
        )

    def _opens_day(self, index: int) -> bool:
        source = self._view.studies.source
        return index > source.first and source.day_start(index, 0) == index

    def _settle(self) -> None:
        if self.market is not None:
            fills = self.market.fills
            self.result = result_of(fills)
            self.summary = summary_of(fills, self.result, self.fee, self.terms)
        self.changed.emit()
