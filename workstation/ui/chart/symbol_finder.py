"""Finds the contract that a typed symbol means: a US share first, then every other kind."""

import re
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
_PAIR = re.compile(r"([A-Z]{3})\.([A-Z]{3})")
_SIX = re.compile(r"([A-Z]{3})([A-Z]{3})")
_OPTION = re.compile(r"[A-Z]{1,6} *\d{6}[CP]\d{8}")
_CUSIP = re.compile(r"(?=.*\d)[A-Z0-9]{9}")
WORDS = "a US share, else a future, index, currency pair, coin or CFD"
"""What a typed symbol is taken for, in this order."""


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
        self._ask(symbol, kinds_of(symbol), found)

    def _ask(self, symbol: str, kinds: list[ContractFilter], found: Found) -> None:
        if not kinds:
            found(None, f"the broker knows no contract {symbol}; {WORDS} was looked for")
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


def kinds_of(symbol: str) -> list[ContractFilter]:
    """Return what a typed symbol may mean, the likeliest first.

    EUR.USD is a pair or a coin; EURUSD is one only where no share, future or index has the name;
    AAPL  261218C00150000 is an option; ESZ6 a single future; nine signs may be a bond's CUSIP.
    """
    if _OPTION.fullmatch(symbol):
        root, rest = symbol[:-15].strip(), symbol[-15:]
        return [ContractFilter(local_symbol=f"{root:<6}{rest}", sec_type="OPT", exchange="SMART")]
    if pair := _PAIR.fullmatch(symbol):
        base, quoted = pair.groups()
        return [
            _pair(base, quoted),
            ContractFilter(symbol=base, sec_type="CRYPTO", currency=quoted),
        ]
    kinds = [
        ContractFilter(symbol=symbol, sec_type="STK", exchange="SMART", currency="USD"),
        ContractFilter(symbol=symbol, sec_type="FUT"),
        ContractFilter(symbol=symbol, sec_type="IND"),
    ]
    if pair := _SIX.fullmatch(symbol):
        kinds.append(_pair(*pair.groups()))
    if _CUSIP.fullmatch(symbol):
        kinds.append(ContractFilter(symbol=symbol, sec_type="BOND", exchange="SMART"))
    return [
        *kinds,
        ContractFilter(symbol=symbol, sec_type="CRYPTO", currency="USD"),
        ContractFilter(symbol=symbol, sec_type="CFD", exchange="SMART"),
        ContractFilter(local_symbol=symbol, sec_type="FUT"),
        ContractFilter(symbol=symbol, sec_type="STK", exchange="SMART"),
    ]


def _pair(base: str, quoted: str) -> ContractFilter:
    return ContractFilter(symbol=base, sec_type="CASH", exchange="IDEALPRO", currency=quoted)


def _nearest(found: tuple[ContractDetails, ...]) -> ContractDetails:
    """Return the first; of futures the one that expires next."""
    today = f"{datetime.now(UTC):%Y%m%d}"
    dated = sorted(
        (each for each in found if each.contract.expiry), key=lambda each: each.contract.expiry
    )
    alive = [each for each in dated if each.contract.expiry >= today]
    return (alive or dated or list(found))[0]
