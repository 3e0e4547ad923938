"""Questions awaited on the GUI thread: typed answers, typed failures, withdrawal, progress."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer
from PySide6.QtWidgets import QLineEdit

from workstation.bridge.commands import CommandPort, CommandQueue
from workstation.bridge.requests import Requests
from workstation.domain.commands import Answered, Ask, CommandResult, Failed, WithdrawAsk
from workstation.domain.ids import ConId
from workstation.domain.messages import CommandAnswered, RequestProgressed
from workstation.domain.queries import MatchSymbols, UserInfo
from workstation.domain.query import FailureKind, Progress, RequestError, RequestFailure
from workstation.domain.reference import SymbolMatch
from workstation.ui.symbol_search import SYMBOL, SymbolSearch

REFUSAL = RequestFailure(
    kind=FailureKind.REFUSED, text="Not so.", meaning="Nothing.", advice="Wait.", code=321
)


class Core:
    """Stands where the core is: takes commands, answers them when told."""

    def __init__(self, queue: CommandQueue, port: CommandPort) -> None:
        self.queue, self.port = queue, port
        self.taken: list[tuple[int, Any]] = []

    def commands(self) -> list[Any]:
        while (waiting := self.queue.take()) is not None:
            self.taken.append(waiting)
        return [command for _, command in self.taken]

    def answer(self, place: int, result: CommandResult) -> None:
        self.commands()
        self.port.on_events((CommandAnswered(self.taken[place][0], result),))


@pytest.fixture
def core(qapp: Any) -> Core:
    queue = CommandQueue()
    return Core(queue, CommandPort(queue))


@pytest.fixture
def requests(core: Core, qapp: Any, qtbot: Any) -> Iterator[Requests]:
    made = Requests(core.port)
    yield made
    made.close()
    qtbot.waitUntil(lambda: not made._tasks)
    made.end()
    made.end()
    QTimer.singleShot(0, qapp.quit)
    qapp.exec()  # to end it told Qt's loop to leave, as at the end of the program


def test_an_answer_comes_with_its_type(core: Core, requests: Requests, qtbot: Any) -> None:
    got: list[str] = []

    async def flow() -> None:
        got.append(await requests.ask(UserInfo()))

    requests.start(flow())
    qtbot.waitUntil(lambda: core.commands() == [Ask(UserInfo())])
    core.answer(0, Answered("white brand"))
    qtbot.waitUntil(lambda: got == ["white brand"])


@pytest.mark.parametrize(
    ("result", "kind"),
    [(REFUSAL, FailureKind.REFUSED), (Failed("a fault"), FailureKind.INTERNAL)],
)
def test_a_failure_is_raised_and_never_empty(
    core: Core, requests: Requests, qtbot: Any, result: CommandResult, kind: FailureKind
) -> None:
    caught: list[RequestFailure] = []

    async def flow() -> None:
        with pytest.raises(RequestError) as error:
            await requests.ask(MatchSymbols("AA"))
        caught.append(error.value.failure)

    requests.start(flow())
    qtbot.waitUntil(lambda: bool(core.commands()))
    core.answer(0, result)
    qtbot.waitUntil(lambda: bool(caught))
    assert caught[0].kind is kind


def test_to_cancel_a_flow_withdraws_its_question(
    core: Core, requests: Requests, qtbot: Any
) -> None:
    async def flow() -> None:
        await requests.ask(UserInfo())

    task = requests.start(flow())
    qtbot.waitUntil(lambda: bool(core.commands()))
    task.cancel()
    qtbot.waitUntil(lambda: len(core.commands()) == 2)

    assert core.commands()[1] == WithdrawAsk(core.taken[0][0])
    core.answer(0, Answered("too late"))
    assert task.cancelled()


def test_progress_is_told_while_pages_come(core: Core, requests: Requests, qtbot: Any) -> None:
    told: list[Progress] = []
    done: list[str] = []

    async def flow() -> None:
        done.append(await requests.ask(UserInfo(), told.append))

    requests.start(flow())
    qtbot.waitUntil(lambda: bool(core.commands()))
    number = core.taken[0][0]
    core.port.on_events((RequestProgressed(number, Progress(0.5, 100)),))
    core.answer(0, Answered("all"))
    qtbot.waitUntil(lambda: done == ["all"])
    core.port.on_events((RequestProgressed(number, Progress(0.9, 100)),))

    assert told == [Progress(0.5, 100)]


def test_a_flow_that_fails_is_logged_and_hurts_no_other(
    core: Core, requests: Requests, qtbot: Any, expected_log: Any
) -> None:
    expected_log("a flow of the window failed")
    got: list[str] = []

    async def bad() -> None:
        raise ZeroDivisionError

    async def good() -> None:
        await asyncio.sleep(0.01)
        got.append(await requests.ask(UserInfo()))

    requests.start(bad())
    requests.start(good())
    qtbot.waitUntil(lambda: bool(core.commands()))
    core.answer(0, Answered("x"))
    qtbot.waitUntil(lambda: got == ["x"])


# -- the symbol field ------------------------------------------------------------------------------


def match(symbol: str, sec_type: str = "STK", currency: str = "USD") -> SymbolMatch:
    return SymbolMatch(
        con_id=ConId(1),
        symbol=symbol,
        sec_type=sec_type,
        primary_exchange="NASDAQ",
        currency=currency,
        description=f"{symbol} INC",
    )


@pytest.fixture
def field(requests: Requests, qtbot: Any) -> tuple[QLineEdit, SymbolSearch]:
    edit = QLineEdit()
    qtbot.addWidget(edit)
    edit.show()
    edit.activateWindow()
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    return edit, SymbolSearch(edit, lambda: requests)


def test_typing_offers_the_matching_us_stocks(
    core: Core, field: tuple[QLineEdit, SymbolSearch], qtbot: Any
) -> None:
    edit, search = field
    chosen: list[str] = []
    search.chosen.connect(chosen.append)
    qtbot.keyClicks(edit, "aap")
    qtbot.waitUntil(lambda: core.commands() == [Ask(MatchSymbols("aap"))])
    found = (match("AAPL"), match("AAP"), match("AAPL", "OPT"), match("APC", currency="EUR"))
    core.answer(0, Answered(found))

    qtbot.waitUntil(lambda: search.model.rowCount() == 2)
    assert search.model.item(0).data(SYMBOL) == "AAPL"
    assert search.model.item(0).text() == "AAPL · AAPL INC · NASDAQ"
    popup = search.completer.popup()
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: chosen == ["AAPL"])


def test_typing_on_withdraws_the_question_before(
    core: Core, field: tuple[QLineEdit, SymbolSearch], qtbot: Any
) -> None:
    edit, _ = field
    qtbot.keyClicks(edit, "a")
    qtbot.waitUntil(lambda: len(core.commands()) == 1)
    qtbot.keyClicks(edit, "b")
    qtbot.waitUntil(lambda: len(core.commands()) == 3)

    first = core.taken[0][0]
    assert core.commands()[1:] == [WithdrawAsk(first), Ask(MatchSymbols("ab"))]


@pytest.mark.parametrize(
    ("result", "word"), [(Answered(()), "No US stock begins so."), (REFUSAL, "Not so.")]
)
def test_nothing_found_and_no_answer_are_told_apart(
    core: Core, field: tuple[QLineEdit, SymbolSearch], qtbot: Any, result: Any, word: str
) -> None:
    edit, search = field
    chosen: list[str] = []
    search.chosen.connect(chosen.append)
    qtbot.keyClicks(edit, "zz")
    qtbot.waitUntil(lambda: bool(core.commands()))
    core.answer(0, result)
    qtbot.waitUntil(lambda: search.model.rowCount() == 1)

    assert search.model.item(0).text() == word
    activated = search.completer.activated[QModelIndex]
    activated.emit(search.completer.completionModel().index(0, 0))
    assert chosen == []


def test_what_was_closed_hears_of_no_progress(core: Core, qapp: Any) -> None:
    heard: list[Progress] = []

    class Listener(QObject):
        def progressed(self, progress: Progress) -> None:
            heard.append(progress)

    kept, closed = Listener(), Listener()
    numbers = [
        core.port.send(Ask(UserInfo()), progressed=each.progressed) for each in (kept, closed)
    ]
    shiboken6.delete(closed)
    core.port.on_events(tuple(RequestProgressed(each, Progress(1, 2)) for each in numbers))
    assert len(heard) == 1
