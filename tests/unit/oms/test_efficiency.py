"""What the broker counts of our orders: messages for each fill, and orders in options."""

from dataclasses import replace
from datetime import timedelta

import msgspec

from tests.helpers.desk_fakes import CLIENT, NOON, SPY, D, Door, fill, notice, spy
from tests.unit.desk.test_risk_watch import Watched
from workstation.domain.contract import Contract
from workstation.domain.ids import ClientId, IntentId, PermId
from workstation.oms.efficiency import OrderEfficiency
from workstation.oms.events import Intent

DAY = timedelta(days=1)


def sent(door: Door, count: int) -> None:
    for number in range(count):
        door.clock.seconds += 1
        door.submit(intent_id=IntentId(f"n{number}"), quantity=D(10 + number), source="ladder")


def test_orders_changes_and_cancels_count_against_the_orders_that_filled() -> None:
    door = Door()
    key = door.working()
    door.change(key, limit_price=D("100.01"))
    door.apply(fill("a.1.01", 40))
    door.apply(fill("a.2.01", 60))
    sent(door, 2)
    last = list(door.orders)[-1]
    door.cancel(last.key)
    assert door.desk.efficiency.ratio(NOON) == (5, 1)
    assert door.restarted().desk.efficiency.ratio(NOON) == (5, 1)
    assert door.desk.efficiency.ratio(NOON + DAY) == (0, 0)


def test_what_never_left_and_fills_of_others_do_not_count() -> None:
    door = Door()
    door.broker.up = False
    door.submit()
    for client in (3, 9):
        other = {"client_id": ClientId(client), "perm_id": PermId(client)}
        door.apply(fill(f"o{client}.1.01", 5, **other))
    door.apply(notice(2104, None))
    assert door.desk.efficiency.ratio(NOON) == (0, 0)


def test_orders_in_options_are_averaged_over_the_working_days_of_the_month() -> None:
    door = Door()
    sent(door, 15)
    efficiency = door.desk.efficiency
    # the 20th of November 2026 is the fifteenth day on which the market is open
    assert efficiency.option_orders_a_day(lambda con_id: con_id == SPY, NOON) == 1.0
    assert efficiency.option_orders_a_day(lambda _con_id: False, NOON) == 0
    sunday = NOON - 19 * DAY  # the first of the month: no market has been open yet
    assert efficiency.option_orders_a_day(lambda _con_id: True, sunday) == 15.0
    assert efficiency.option_orders_a_day(lambda _con_id: True, NOON + 20 * DAY) == 0


def test_earlier_months_are_forgotten_when_a_new_one_begins() -> None:
    door = Door()
    sent(door, 1)
    made = OrderEfficiency(CLIENT)
    intent, later = next(x for x in door.journal.entries if x.event == "Intent"), NOON + 20 * DAY
    event = msgspec.json.decode(intent.body, type=Intent)
    for at in (NOON, later, NOON):
        made.take(event, at)
    assert made.ratio(later) == (1, 0)
    assert made.ratio(NOON) == (1, 0)


def test_the_meter_shows_each_limit_of_the_broker_and_its_day_trades() -> None:
    watched = Watched()
    option = spy(contract=Contract(con_id=SPY, symbol="SPY", sec_type="OPT"))
    watched.door.contracts.known[SPY] = option
    assert watched.door.summary is not None
    watched.door.summary = replace(watched.door.summary, day_trades_remaining=D(1))
    uses = watched.uses()
    assert (uses["Day trades, 5 days"].used, uses["Day trades, 5 days"].catastrophic) == (2, 3)
    watched.door.summary = replace(watched.door.summary, day_trades_remaining=D(-1))
    watched.watch.look()
    unlimited = watched.uses()["Day trades, 5 days"]
    assert (unlimited.catastrophic, unlimited.unit) == (None, "no limit")
    watched.door.summary = replace(watched.door.summary, day_trades_remaining=None)
    assert "Day trades, 5 days" not in watched.uses()
