"""Past days of contracts without real data: a random walk that ends at the last close."""

import math
from collections.abc import Sequence
from datetime import date
from random import Random

from workstation.simgateway.bars import Bar, generated_bar, joined
from workstation.simgateway.corporate_actions import dividends
from workstation.simgateway.daily_data import PastDay, Source, business_days_before
from workstation.simgateway.history import History
from workstation.simgateway.holidays import AMERICAN, EARLY_CLOSE, short_days
from workstation.simgateway.instruments import Instrument

YEARS = 3
_DAYS = 252 * YEARS
_DAYS_WITH_WEEKEND = 365 * YEARS
_DERIVED_DAYS = {"OPT": 40, "FOP": 40, "FUT": 180, "BAG": 40}
"""How long such a contract has been listed."""

_CONTRACTS_A_SECOND = {"STK": 300, "CASH": 900, "CRYPTO": 40, "FUT": 20, "OPT": 0.05, "BOND": 0.02}


def generated_source(instrument: Instrument, seed: int) -> Source:
    """Return what makes up a contract's days, the same ones for the same seed and day."""

    def read(today: date) -> list[PastDay]:
        random = Random(f"{seed}:{instrument.seed_name}:days")  # noqa: S311 not a secret
        close = instrument.ticks(instrument.reference_price)
        found: list[PastDay] = []
        paid = {one.day: instrument.ticks(one.amount) for one in dividends(instrument, today)}
        for day in reversed(_days(instrument, today)):
            prices = _prices(close, instrument.daily_volatility, random)
            opens, ends = instrument.hours.span(day, liquid=instrument.sec_type == "STK")
            if instrument.time_zone in AMERICAN and day in short_days(day.year):
                ends -= 0 if instrument.hours.weekend else EARLY_CLOSE
            pace = _CONTRACTS_A_SECOND.get(instrument.sec_type, 5)
            volume = round((ends - opens) * pace * math.exp(random.gauss(0, 0.35)))
            found.append((day, (generated_bar(opens, ends - opens, prices, volume),)))
            gap = random.gauss(0, instrument.daily_volatility / 4)
            close = max(1, round(prices[0] * math.exp(-gap)) + paid.get(day, 0))
        found.reverse()
        return found

    return read


def derived_source(instrument: Instrument, base: History, basis: Instrument) -> Source:
    """Return what makes the days of a contract from those of the one its price follows."""
    pricing, days = instrument.pricing, _DERIVED_DAYS.get(instrument.sec_type, _DAYS)
    assert pricing is not None

    def ticks(price: float, at: int) -> int:
        derived = pricing.price(basis.quoted(price), at) / instrument.rule.unit
        return max(instrument.lowest_ticks, round(derived))

    def read(today: date) -> list[PastDay]:
        found: list[PastDay] = []
        for session in base.sessions()[:-1][-days:]:
            bar = joined(session.bars, session.opens, session.ends - session.opens)
            if bar is None or session.day >= today:
                continue
            ends = session.ends
            opened, *others = (ticks(p, ends) for p in (bar.open, bar.high, bar.low, bar.close))
            prices = (opened, max(opened, *others), min(opened, *others), others[-1])
            pace = _CONTRACTS_A_SECOND.get(instrument.sec_type, 5)
            made = generated_bar(bar.time, bar.seconds, prices, round(bar.seconds * pace))
            found.append((session.day, (made,)))
        return found

    return read


def legs_source(
    instrument: Instrument, legs: Sequence[tuple[History, Instrument, float]]
) -> Source:
    """Return what makes the days of a combination from those of its legs.

    legs are the history, contract and weight of each; a day that one of them lacks is left out.
    """

    def read(today: date) -> list[PastDay]:
        by_day: dict[date, list[tuple[Bar, Instrument, float]]] = {}
        for history, leg, weight in legs:
            for session in history.sessions()[:-1][-_DERIVED_DAYS["BAG"] :]:
                bar = joined(session.bars, session.opens, session.ends - session.opens)
                if bar is not None and session.day < today:
                    by_day.setdefault(session.day, []).append((bar, leg, weight))
        found: list[PastDay] = []
        for day, bars in by_day.items():
            if len(bars) < len(legs):
                continue
            opened = sum(leg.quoted(bar.open) * weight for bar, leg, weight in bars)
            closed = sum(leg.quoted(bar.close) * weight for bar, leg, weight in bars)
            first, last = (round(p / instrument.rule.unit) for p in (opened, closed))
            prices = (first, max(first, last), min(first, last), last)
            seconds = min(bar.seconds for bar, _, _ in bars)
            begins = max(bar.time for bar, _, _ in bars)
            found.append((day, (generated_bar(begins, seconds, prices, seconds // 60),)))
        return found

    return read


def _days(instrument: Instrument, today: date) -> list[date]:
    if instrument.hours.weekend:
        last = today.toordinal()
        return [date.fromordinal(last - back) for back in range(_DAYS_WITH_WEEKEND, 0, -1)]
    return business_days_before(today, _DAYS, american=instrument.time_zone in AMERICAN)


def _prices(close: int, volatility: float, random: Random) -> tuple[int, int, int, int]:
    """Return open, high, low and close of a day of which the close is known."""
    opened = max(1, round(close * math.exp(-random.gauss(0, volatility))))
    wick = close * volatility * 0.4
    high = max(opened, close) + round(random.expovariate(1 / wick) if wick else 0)
    low = max(1, min(opened, close) - round(random.expovariate(1 / wick) if wick else 0))
    return opened, high, low, close
