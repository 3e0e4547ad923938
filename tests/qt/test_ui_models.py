import random

import pytest
from PySide6.QtCore import QModelIndex, Qt

from tests.qt.fakes import AAPL, HOSTILE, NOW, a_notice, a_position, a_quote, an_order
from workstation.domain.account import PositionView
from workstation.domain.ids import ConId, OrderKey
from workstation.domain.notice import Severity
from workstation.domain.order import Side
from workstation.domain.order_status import Lifecycle
from workstation.ui.models.log import LOG_ROWS, LogModel, LogRow
from workstation.ui.models.order_rows import OrderRow
from workstation.ui.models.orders import OrdersModel
from workstation.ui.models.positions import PositionRow, PositionsModel
from workstation.ui.models.quotes import COLUMNS as QUOTE_COLUMNS
from workstation.ui.models.quotes import FLASH_SECONDS, QuotesModel
from workstation.ui.models.sorting import RESORT_SECONDS, CalmSortProxy
from workstation.ui.models.table import SORT_ROLE
from workstation.ui.theme import paint

NUMBERS = {column.key: number for number, column in enumerate(QUOTE_COLUMNS)}
LAST = NUMBERS["last"]


def a_full_quotes_model(count: int = 100) -> QuotesModel:
    model = QuotesModel()
    for number in range(count):
        symbol = f"S{number:03}"
        model.add(symbol)
        model.resolve(symbol, ConId(number), a_quote(ConId(number)))
    return model


def ranges_of(model: QuotesModel) -> list[tuple[int, int]]:
    seen: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: seen.append((first.row(), last.row())))
    return seen


@pytest.mark.parametrize("kind", ["quotes", "orders", "positions", "log"])
def test_models_keep_the_rules_of_qt(qtmodeltester, kind: str) -> None:
    models = {
        "quotes": a_full_quotes_model(5),
        "orders": OrdersModel(),
        "positions": PositionsModel(),
        "log": LogModel(),
    }
    models["orders"].upsert([(OrderKey("a"), OrderRow(an_order()))])
    models["positions"].upsert([(("A", 1), PositionRow(a_position()))])
    models["log"].append([LogRow(a_notice())])
    model = models[kind]

    qtmodeltester.check(model, force_py=True)

    child = model.index(0, 0)
    assert model.rowCount(child) == 0
    assert model.columnCount(child) == 0
    proxy = CalmSortProxy(model)
    qtmodeltester.check(proxy, force_py=True)


def test_a_frame_announces_only_the_rows_that_changed() -> None:
    model = a_full_quotes_model()
    seen = ranges_of(model)
    moved = [a_quote(ConId(number), last=190.0) for number in (3, 4, 5, 42, 99)]

    model.set_quotes(moved, now=1.0)

    assert list(dict.fromkeys(seen)) == [(3, 5), (42, 42), (99, 99)]


def test_a_frame_announces_only_the_columns_that_changed() -> None:
    model = a_full_quotes_model(3)
    seen: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: seen.append((first.column(), last.column())))
    kept = {key: model.cell(1, number) for key, number in NUMBERS.items()}

    model.set_quotes([a_quote(ConId(1), bid=187.17, volume=12_345_999)], now=1.0)

    assert seen == [(NUMBERS[name], NUMBERS[name]) for name in ("bid", "volume")]
    fresh = {key for key, number in NUMBERS.items() if model.cell(1, number) is not kept[key]}
    assert fresh == {"bid", "volume"}
    assert model.cell(1, NUMBERS["bid"]).text == "187.17"
    seen.clear()
    model.set_quotes([a_quote(ConId(1), bid=187.17, volume=12_345_999)], now=1.1)
    assert seen == []


def test_flashes_go_out_in_few_passes() -> None:
    model = a_full_quotes_model(3)
    model.set_quotes([a_quote(ConId(n), bid=188.0) for n in range(3)], now=1.0)
    seen = ranges_of(model)

    for beat in range(60):
        model.expire_flashes(1.0 + beat / 60)

    assert seen == [(0, 2)]


def test_quotes_of_contracts_that_are_not_watched_are_left_aside() -> None:
    model = a_full_quotes_model(3)
    seen = ranges_of(model)

    model.set_quotes([a_quote(ConId(777))], now=1.0)

    assert seen == []


def test_a_tick_flashes_by_direction_and_goes_out_on_the_beat() -> None:
    model = a_full_quotes_model(1)
    columns = {column.key: number for number, column in enumerate(model.columns)}

    def background(key: str):
        return model.cell(0, columns[key]).background

    model.set_quotes([a_quote(ConId(0), bid=188.0, ask=187.0)], now=1.0)
    assert background("bid") == paint().flash_up
    assert background("ask") == paint().flash_down
    assert background("last") is None

    model.expire_flashes(1.0 + FLASH_SECONDS / 2)
    assert background("bid") == paint().flash_up
    model.expire_flashes(1.0 + FLASH_SECONDS)
    assert background("bid") is None
    assert background("ask") is None


def test_a_stale_row_is_grey_and_says_so() -> None:
    model = a_full_quotes_model(1)

    model.set_quotes([a_quote(ConId(0), stale=True, last=200.0)], now=1.0)

    index = model.index(0, 0)
    assert index.data() == "S000  stale"
    assert model.cell(0, 0).colour == paint().muted
    assert model.cell(0, LAST).background is None


def test_removing_a_row_keeps_the_others_findable() -> None:
    model = a_full_quotes_model(4)

    model.remove("S001")
    model.set_quotes([a_quote(ConId(3), last=200.0), a_quote(ConId(1))], now=1.0)

    assert model.rowCount() == 3
    assert model.index(2, LAST).data() == "200.00"


def test_numbers_sort_as_numbers_and_absent_ones_last() -> None:
    model = a_full_quotes_model(4)
    lasts = (9.5, 100.25, None, 20.0)
    model.set_quotes([a_quote(ConId(n), last=last) for n, last in enumerate(lasts)], now=1.0)
    proxy = CalmSortProxy(model)

    proxy.sort(LAST, Qt.SortOrder.AscendingOrder)

    assert [proxy.index(row, LAST).data() for row in range(4)] == ["9.50", "20.00", "100.25", "—"]


def test_equal_rows_keep_their_order() -> None:
    model = a_full_quotes_model(50)
    proxy = CalmSortProxy(model)

    proxy.sort(LAST, Qt.SortOrder.AscendingOrder)

    assert [proxy.index(row, 0).data() for row in range(50)] == [f"S{n:03}" for n in range(50)]


def test_rows_move_at_most_twice_a_second() -> None:
    model = a_full_quotes_model(3)
    proxy = CalmSortProxy(model)
    proxy.sort(LAST, Qt.SortOrder.AscendingOrder)

    def order() -> list[str]:
        return [proxy.index(row, 0).data() for row in range(3)]

    model.set_quotes([a_quote(ConId(0), last=500.0)], now=1.0)
    proxy.settle(10.0)
    assert order() == ["S001", "S002", "S000"]
    model.set_quotes([a_quote(ConId(1), last=600.0)], now=1.0)
    proxy.settle(10.0 + RESORT_SECONDS / 2)
    assert order() == ["S001", "S002", "S000"]
    proxy.settle(10.0 + RESORT_SECONDS)
    assert order() == ["S002", "S000", "S001"]


def test_the_log_is_bounded() -> None:
    model = LogModel()

    for start in range(0, LOG_ROWS + 600, 100):
        model.append(LogRow(a_notice(text=f"line {start + n}")) for n in range(100))

    assert LOG_ROWS - 250 <= model.rowCount() <= LOG_ROWS
    assert model.index(model.rowCount() - 1, 3).data() == f"line {LOG_ROWS + 599}"
    model.append(LogRow(a_notice(text="x")) for _ in range(3 * LOG_ROWS))
    assert model.rowCount() <= LOG_ROWS


def test_large_identifiers_are_shown_whole() -> None:
    model = OrdersModel()
    order = an_order(perm_id=2**62 + 1)
    model.upsert([(order.key, OrderRow(order))])
    columns = {column.key: number for number, column in enumerate(model.columns)}

    assert model.index(0, columns["perm_id"]).data() == str(2**62 + 1)
    assert model.index(0, columns["perm_id"]).data(SORT_ROLE) == float(2**62 + 1)


@pytest.mark.parametrize("foreign", HOSTILE)
def test_hostile_text_in_cells_is_plain_and_tooltips_are_escaped(foreign: str) -> None:
    orders, log, positions, quotes = OrdersModel(), LogModel(), PositionsModel(), QuotesModel()
    order = an_order(symbol=foreign, note=foreign, tif=foreign, order_type=foreign)
    orders.upsert([(order.key, OrderRow(order))])
    notice = a_notice(Severity.ALARM, text=foreign, effect=foreign, advice=foreign)
    log.append([LogRow(notice)])
    position: PositionView = a_position(symbol="AAPL")
    positions.upsert([((position.account, AAPL), PositionRow(position))])
    quotes.add(foreign)
    quotes.set_problem(foreign, foreign)

    for model in (orders, log, positions, quotes):
        for column in range(model.columnCount()):
            index = model.index(0, column)
            assert "\n" not in index.data()
            tip = index.data(Qt.ItemDataRole.ToolTipRole) or ""
            inner = tip.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "")
            assert "<" not in inner


def test_random_streams_leave_model_and_keys_in_step() -> None:
    rng = random.Random(7)
    model = OrdersModel()
    for step in range(300):
        number = rng.randrange(20)
        order = an_order(number, side=rng.choice(list(Side)), lifecycle=rng.choice(list(Lifecycle)))
        if rng.random() < 0.2:
            model.remove(order.key)
        else:
            model.upsert([(order.key, OrderRow(order))])
            assert model.value(order.key) == OrderRow(order), step
    for row in range(model.rowCount(QModelIndex())):
        assert model.row_of(model.value_at(row).order.key) == row
    assert NOW.tzinfo is not None
