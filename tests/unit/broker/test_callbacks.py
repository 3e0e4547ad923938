"""Every callback may fail once, and the unset marks of the broker end at the wrapper."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from ibapi.commission_and_fees_report import CommissionAndFeesReport
from ibapi.contract import Contract as IbContract
from ibapi.contract import ContractDetails
from ibapi.decoder import Decoder
from ibapi.execution import Execution as IbExecution
from ibapi.wrapper import EWrapper

from tests.helpers.scripted_peer import Rig, message, server_time
from workstation.broker import from_ib
from workstation.broker.adapter import error_parts
from workstation.broker.answer_callbacks import AnswerCallbacks
from workstation.broker.data_callbacks import DataCallbacks
from workstation.broker.unused_callbacks import TWIN_SUFFIX, UNUSED
from workstation.broker.wrapper import Wrapper
from workstation.domain.errors import described
from workstation.domain.execution import Commission
from workstation.domain.ids import ExecId
from workstation.domain.order import Side
from workstation.domain.reports import (
    BrokerNotice,
    CommissionReport,
    MarketRuleReport,
    OrderStatusReport,
    PnlReport,
    PositionReport,
    ServerTime,
)

UNSET = 1.7976931348623157e308
UNSET_DECIMAL = Decimal(2**127 - 1)
OWN = [
    name
    for each in (Wrapper, DataCallbacks, AnswerCallbacks)
    for name, value in vars(each).items()
    if inspect.isfunction(value) and name[0] != "_" and name != "forget_lists"
]
CALLBACKS = sorted(
    name for name, value in vars(EWrapper).items() if inspect.isfunction(value) and name[0] != "_"
)
TWINS = [name for name in CALLBACKS if name.endswith(TWIN_SUFFIX)]
OLDER = {"commissionReport"}
"""What older builds of the library call."""


def guarded_wrapper(rig: Rig) -> Any:
    """Return what the session's decoder calls."""
    return rig.session._guard


def forget_methods(rig: Rig) -> None:
    """Let the guard look its methods up anew; it does so once."""
    guard = guarded_wrapper(rig)
    for name in (*OWN, *CALLBACKS):
        guard.__dict__.pop(name, None)


@pytest.mark.parametrize("name", sorted({*OWN, *CALLBACKS}))
def test_a_callback_that_raises_once_ends_nothing(
    rig: Rig, name: str, monkeypatch: pytest.MonkeyPatch, expected_log
) -> None:
    expected_log("a callback of the core failed")
    expected_log(f"{name} failed at")
    rig.up()
    error = ZeroDivisionError(name)
    calls = []

    def fail(*args: Any) -> None:
        calls.append(args)
        raise error

    monkeypatch.setattr(Wrapper, name, fail, raising=False)
    forget_methods(rig)
    getattr(guarded_wrapper(rig), name)()  # as the decoder calls it
    rig.loop.settle()
    monkeypatch.undo()
    forget_methods(rig)
    rig.say(server_time(7))

    assert len(calls) == 1
    assert rig.errors == [error]
    assert described(error) == f"ZeroDivisionError in {name}, number 1 in this run"
    assert guarded_wrapper(rig).caught == 1
    assert rig.reports == [ServerTime(time=datetime.fromtimestamp(7, UTC))]
    assert rig.ended is None


def test_the_message_of_a_failed_callback_is_logged_without_accounts(
    rig: Rig, expected_log, caplog: pytest.LogCaptureFixture
) -> None:
    expected_log("a callback of the core failed")
    expected_log("error failed at")
    rig.up()

    def fail(report: object) -> None:
        raise ZeroDivisionError

    rig.on_report = fail
    monkey = rig.session._wrapper
    monkey._sink = fail
    rig.say(message(4, -1, 321, "SIM0000001 and U7654321 are not yours", "", 0))

    text = next(record.getMessage() for record in caplog.records if "failed at" in record.msg)
    assert "are not yours" in text
    assert "SIM0000001" not in text
    assert "U7654321" not in text


def test_every_callback_of_the_library_is_translated_or_listed_as_unused() -> None:
    plain = set(CALLBACKS) - set(TWINS)

    assert set(OWN) - OLDER | UNUSED == plain
    assert set(OWN) & UNUSED == set()
    assert set(OWN) & set(TWINS) == set()


def test_a_callback_the_program_does_not_use_is_harmless(rig: Rig) -> None:
    rig.up()
    wrapper = guarded_wrapper(rig)
    for name in sorted(UNUSED) + TWINS:
        count = len(inspect.signature(getattr(EWrapper, name)).parameters) - 1
        getattr(wrapper, name)(*[1] * count)
    rig.loop.settle()

    assert rig.errors == []
    assert rig.reports == []


# ---- error() ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "parts"),
    [
        ((7, 201, "rejected"), (7, 201, "rejected", "")),
        ((7, 201, "rejected", "{}"), (7, 201, "rejected", "{}")),
        ((7, 201, "rejected", None), (7, 201, "rejected", "")),
        ((-1, 1790000000000, 505, "Unknown message id"), (-1, 505, "Unknown message id", "")),
        ((7, 1790000000000, 201, "rejected", "{}"), (7, 201, "rejected", "{}")),
        ((7, 0, 201, "rejected", None), (7, 201, "rejected", "")),
    ],
)
def test_error_is_read_in_every_form(args: tuple[Any, ...], parts: tuple[Any, ...], rig) -> None:
    assert error_parts(args) == parts
    rig.session._wrapper.error(*args)
    (notice,) = rig.of(BrokerNotice)
    assert (notice.subject, notice.code) == (parts[0] if parts[0] > 0 else None, parts[1])


# ---- unset marks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [None, UNSET, -UNSET, 1e300, float("nan"), float("inf"), float("-inf")]
)
def test_unset_doubles_are_none(value: float | None) -> None:
    assert from_ib.optional_float(value) is None
    assert from_ib.optional_decimal(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "", "abc", UNSET_DECIMAL, Decimal(2**63 - 1), Decimal(-(2**63)), Decimal(2**31 - 1),
        Decimal("NaN"), Decimal("Infinity"), 2**31 - 1, "1.7976931348623157E308",
    ],
)  # fmt: skip
def test_unset_decimals_are_none(value: object) -> None:
    assert from_ib.optional_decimal(value) is None


def test_numbers_are_kept_exactly() -> None:
    assert from_ib.optional_decimal("0.10") == Decimal("0.10")
    assert from_ib.optional_decimal(0.1) == Decimal("0.1")
    assert from_ib.optional_float(0.0) == 0.0
    assert from_ib.optional_perm_id(2**63 - 1) is None
    assert from_ib.optional_perm_id(0) is None
    assert from_ib.optional_perm_id(2**40) == 2**40


def test_no_report_carries_an_unset_mark(rig: Rig) -> None:
    wrapper = rig.session._wrapper
    wrapper.pnl_accounts[9] = ("SIM0000001", None)  # type: ignore[assignment]
    wrapper.pnl(9, UNSET, UNSET, 5.0)
    wrapper.pnlSingle(9, UNSET_DECIMAL, UNSET, 1.0, UNSET, UNSET)
    wrapper.orderStatus(
        1, "Filled", UNSET_DECIMAL, UNSET_DECIMAL, UNSET, 2**63 - 1, 0, UNSET, 5, "", UNSET
    )
    first, second = rig.of(PnlReport)
    assert (first.daily, first.unrealized, first.realized, first.value) == (None, None, 5.0, None)
    assert (second.daily, second.unrealized, second.realized, second.value) == (
        None, 1.0, None, None
    )  # fmt: skip
    (status,) = rig.of(OrderStatusReport)
    assert (status.filled, status.remaining, status.perm_id) == (0, 0, None)
    assert status.cap_price is None


@pytest.mark.parametrize(("told", "cap"), [(0.0, None), (187.25, Decimal("187.25"))])
def test_a_status_tells_the_price_to_which_the_broker_capped(rig: Rig, told, cap) -> None:
    one = Decimal(1)
    rig.session._wrapper.orderStatus(1, "Submitted", one, one, 0.0, 9, 0, 0.0, 5, "", told)

    (status,) = rig.of(OrderStatusReport)
    assert status.cap_price == cap


def test_an_unset_price_withdraws_the_side(rig: Rig) -> None:
    rig.session._subscriptions.add(3, 265598)  # type: ignore[arg-type]
    rig.session._wrapper.tickPrice(3, 1, UNSET, None)
    rig.session._wrapper.tickPrice(3, 1, float("nan"), None)
    rig.session._wrapper.tickSize(3, 0, UNSET_DECIMAL)
    assert rig.ticks.calls == [("price", 265598, 1, -1.0)] * 2


def test_half_a_market_rule_is_none(rig: Rig) -> None:
    whole = SimpleNamespace(lowEdge=0.0, increment=0.01)
    rig.session._wrapper.marketRule(26, [whole, SimpleNamespace(lowEdge=1.0, increment=UNSET)])
    assert rig.reports == []
    rig.session._wrapper.marketRule(26, [whole])
    assert rig.reports == [MarketRuleReport(rule_id=26, bands=((Decimal(0), Decimal("0.01")),))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20261121 09:30:00 US/Eastern", datetime(2026, 11, 21, 14, 30, tzinfo=UTC)),
        ("20261121-09:30:00", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
        ("20261121  09:30:00 Europe/Zurich", datetime(2026, 11, 21, 8, 30, tzinfo=UTC)),
        ("20261121 09:30:00 Central European Standard Time", None),
        ("20261321 09:30:00 US/Eastern", None),
        ("20261121 25:61:00 US/Eastern", None),
        ("00010101 00:00:00 Asia/Tokyo", None),
        ("20261121 09:30:00 ../../etc/passwd", None),
        ("20261121 09:30:00 US", None),
        ("20261121 09:30:00 a\0b", None),
        ("", None),
        ("soon", None),
    ],
)
def test_times_are_read_or_none(text: str, expected: datetime | None) -> None:
    assert from_ib.time_of(text) == expected


def test_an_execution_with_an_unreadable_time_is_not_lost() -> None:
    ib = IbExecution()
    ib.execId, ib.side, ib.time, ib.shares, ib.price = (
        "1",
        "BOT",
        "20261399 99:99:99",
        Decimal(5),
        2.5,
    )
    now = datetime(2026, 11, 20, tzinfo=UTC)
    execution = from_ib.execution_of(IbContract(), ib, now)
    assert (execution.time, execution.side, execution.quantity) == (now, Side.BUY, 5)


UNSET_NUMBERS = [Decimal("NaN"), Decimal("Infinity"), Decimal(2**127 - 1), Decimal(2**63 - 1)]


@pytest.mark.parametrize("shares", [*UNSET_NUMBERS, Decimal(-5), None])
def test_an_execution_without_its_shares_takes_no_fill_back(shares: Decimal | None) -> None:
    ib = IbExecution()
    ib.execId, ib.side, ib.shares, ib.price = "a.1.02", "SLD", shares, 2.5
    with pytest.raises(ValueError, match="number of shares"):
        from_ib.execution_of(IbContract(), ib, datetime(2026, 11, 20, tzinfo=UTC))


@pytest.mark.parametrize("number", UNSET_NUMBERS)
def test_a_position_without_its_number_is_told_as_such_and_alarmed(
    rig: Rig, number: Decimal, expected_log
) -> None:
    expected_log("a callback of the core failed")
    expected_log("position failed at")
    rig.up()
    guarded_wrapper(rig).position("SIM0000001", IbContract(), number, 1.0)
    rig.loop.settle()
    (report,) = rig.of(PositionReport)
    assert report.quantity is None
    assert len(rig.errors) == 1


@pytest.mark.parametrize("word", ["", "B", "bot", "BUYSELL"])
def test_a_side_is_never_guessed(word: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        from_ib.side_of(word)


# ---- commissions -----------------------------------------------------------------------------


def older_report(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"execId": "1", "currency": "USD", "realizedPNL": UNSET, **values})


def newer_report(amount: float) -> CommissionAndFeesReport:
    report = CommissionAndFeesReport()
    report.execId, report.currency, report.realizedPNL = "1", "USD", UNSET
    report.commissionAndFees = amount
    return report


@pytest.mark.parametrize(
    "call",
    [
        lambda wrapper: wrapper.commissionReport(older_report(commission=1.25)),
        lambda wrapper: wrapper.commissionAndFeesReport(newer_report(1.25)),
    ],
)
def test_both_kinds_of_commission_are_taken(rig: Rig, call: Callable[[Wrapper], None]) -> None:
    call(rig.session._wrapper)
    expected = Commission(
        exec_id=ExecId("1"), commission=Decimal("1.25"), currency="USD", realized_pnl=None
    )
    assert rig.reports == [CommissionReport(commission=expected)]


@pytest.mark.parametrize("amount", [UNSET, -1.0])
def test_a_commission_that_is_not_known_yet_is_none(rig: Rig, amount: float) -> None:
    rig.session._wrapper.commissionAndFeesReport(newer_report(amount))
    assert rig.reports == []


def test_the_library_still_calls_what_the_wrapper_answers() -> None:
    """A build that renames a callback must not go unnoticed."""
    called = set()
    for handle in Decoder.msgId2handleInfo.values():
        source = inspect.getsource(handle.processMeth) if handle.processMeth else ""
        called |= {name for name in OWN if f"self.wrapper.{name}(" in source}
        if handle.wrapperMeth is not None:
            called.add(handle.wrapperMeth.__name__)
    assert set(OWN) - called <= {"commissionReport", "marketDataType"} | {
        name for name in OWN if hasattr(EWrapper, name)
    }


@pytest.mark.parametrize(
    ("sec_type", "told", "expected"),
    [("FUT", "", 0), ("OPT", "nan", 0), ("FOP", "0", 0), ("STK", "", 1), ("FUT", "50", 50)],
)
def test_a_derivative_without_its_multiplier_has_none(
    sec_type: str, told: str, expected: int
) -> None:
    ib = ContractDetails()
    ib.contract.secType, ib.contract.multiplier = sec_type, told
    assert from_ib.details_of(ib).multiplier == expected
