"""Finds the contract that a typed symbol means: a US share, else the next future, else an index."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QObject

from workstation.bridge.commands import CommandPort
from workstation.domain.commands import Answered, Ask, CommandResult, Failed
from workstation.domain.contract import ContractDetails
from workstation.domain.queries import ContractFilter, FindContracts
from workstation.domain.query import RequestFailure

Found = Callable[[ContractDetails | None, str], None]
"""Takes the contract, or None and the reason."""

NO_DEFINITION = 200


class SymbolFinder(QObject):
    """Asks the broker, one kind of contract after the other. GUI thread."""

    def __init__(self, commands: CommandPort, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._known: dict[str, ContractDetails] = {}

    def find(self, symbol: str, found: Found) -> None:
        """Answer with the contract, later or at once."""
        if symbol in self._known:
            found(self._known[symbol], "")
            return
        share = ContractFilter(symbol=symbol, sec_type="STK", exchange="SMART", currency="USD")
        future = ContractFilter(symbol=symbol, sec_type="FUT")
        index = ContractFilter(symbol=symbol, sec_type="IND")
        self._ask(symbol, [share, future, index], found)

    def _ask(self, symbol: str, kinds: list[ContractFilter], found: Found) -> None:
        if not kinds:
            found(None, f"the broker knows no share, future or index {symbol}")
            return
        ask = Ask(FindContracts(kinds[0]))
        self._commands.send(ask, partial(self._take, symbol, kinds[1:], found))

    def _take(
        self, symbol: str, rest: list[ContractFilter], found: Found, result: CommandResult
    ) -> None:
        if isinstance(result, Answered) and result.value:
            self._known[symbol] = _nearest(result.value)
            found(self._known[symbol], "")
        elif isinstance(result, Answered) or (
            isinstance(result, RequestFailure | Failed) and result.code == NO_DEFINITION
        ):
            self._ask(symbol, rest, found)
        else:
            reason = result.text if isinstance(result, RequestFailure) else "no answer came"
            found(None, f"{symbol} could not be looked up: {reason}")


def _nearest(found: tuple[ContractDetails, ...]) -> ContractDetails:
    """Return the first; of futures the one that expires next."""
    today = f"{datetime.now(UTC):%Y%m%d}"
    dated = sorted(
        (each for each in found if each.contract.expiry), key=lambda each: each.contract.expiry
    )
    alive = [each for each in dated if each.contract.expiry >= today]
    return (alive or dated or list(found))[0]
