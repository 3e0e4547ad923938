"""The limits file: TOML with comments, one section an account, every figure checked."""

import tomllib
from decimal import Decimal
from pathlib import Path

import msgspec

from workstation.domain.errors import SettingsError
from workstation.domain.ids import AccountId
from workstation.risk.limits import Limits, TwoLevel
from workstation.storage.files import write_private_file


class _Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    personal: Decimal
    catastrophic: Decimal


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order_size: _Level
    position: _Level
    quantity: _Level | str
    funds_buffer_percent: Decimal
    stock_margin_percent: Decimal
    collar_percent: Decimal
    collar_spreads: Decimal
    collar_hard_factor: Decimal
    actions_per_second: int
    actions_per_minute: int
    duplicate_seconds: Decimal
    final_gate_factor: Decimal


_FOLLOWS_SIZE = "order_size"

_TEMPLATE = """
[{account}]
# Money in the account's base currency. Above personal the program asks, above
# catastrophic it refuses.
order_size = {{ personal = {o.personal}, catastrophic = {o.catastrophic} }}
# A position with every working order filled as well.
position = {{ personal = {p.personal}, catastrophic = {p.catastrophic} }}
# Shares or contracts in one order, as {{ personal = 1000, catastrophic = 5000 }};
# "order_size" means: whatever order_size allows.
quantity = {quantity}
# The part of the available funds that an order may not touch without a question.
funds_buffer_percent = {l.funds_buffer_percent}
# The margin assumed for stocks until the broker's own preview is asked for.
stock_margin_percent = {l.stock_margin_percent}
# How far through the market a limit may stand: the larger of the two; times
# collar_hard_factor it is refused.
collar_percent = {l.collar_percent}
collar_spreads = {l.collar_spreads}
collar_hard_factor = {l.collar_hard_factor}
actions_per_second = {l.actions_per_second}
actions_per_minute = {l.actions_per_minute}
# The same order again within this time asks first.
duplicate_seconds = {l.duplicate_seconds}
# Entries in a minute, as a multiple of the catastrophic order_size; beyond it
# the last gate before the wire locks trading.
final_gate_factor = {l.final_gate_factor}
"""

_HEADER = """# Limits of this profile, one section an account. Proposed from the account's net
# liquidation when it was first seen; edit them while the program is closed.
"""


def read_limits(path: Path) -> dict[AccountId, Limits]:
    """Return the limits of each account, none when the file is missing. Raises SettingsError."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
        sections = msgspec.convert(raw, dict[str, _Section], strict=False)
        limits = {AccountId(name): _limits(name, section) for name, section in sections.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ArithmeticError, RecursionError, ValueError) as error:
        raise SettingsError(f"the limits file {path} cannot be used: {error}") from error
    if not limits:
        raise SettingsError(f"the limits file {path} is empty; it was cut off or emptied")
    return limits


def add_limits(path: Path, limits: Limits) -> None:
    """Append the section of a new account durably. Raises OSError."""
    known = path.read_text("utf-8") if path.exists() else _HEADER
    quantity = f'"{_FOLLOWS_SIZE}"'
    if limits.quantity is not None:
        pair = limits.quantity
        quantity = f"{{ personal = {pair.personal}, catastrophic = {pair.catastrophic} }}"
    section = _TEMPLATE.format(
        account=msgspec.json.encode(limits.account).decode(),
        o=limits.order_size,
        p=limits.position,
        l=limits,
        quantity=quantity,
    )
    write_private_file(path, (known + section).encode())


def _limits(name: str, section: _Section) -> Limits:
    quantity = section.quantity
    if isinstance(quantity, str) and quantity != _FOLLOWS_SIZE:
        raise ValueError(f'quantity of {name} must be a pair of limits or "{_FOLLOWS_SIZE}"')
    return Limits(
        account=AccountId(name),
        order_size=_two(section.order_size),
        position=_two(section.position),
        quantity=None if isinstance(quantity, str) else _two(quantity),
        funds_buffer_percent=section.funds_buffer_percent,
        stock_margin_percent=section.stock_margin_percent,
        collar_percent=section.collar_percent,
        collar_spreads=section.collar_spreads,
        collar_hard_factor=section.collar_hard_factor,
        actions_per_second=section.actions_per_second,
        actions_per_minute=section.actions_per_minute,
        duplicate_seconds=section.duplicate_seconds,
        final_gate_factor=section.final_gate_factor,
    )


def _two(level: _Level) -> TwoLevel:
    return TwoLevel(personal=level.personal, catastrophic=level.catastrophic)
