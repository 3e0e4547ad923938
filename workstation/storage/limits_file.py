"""The limits file: TOML with comments, one section an account, every figure checked."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import msgspec

from workstation.domain.errors import SettingsError
from workstation.domain.ids import AccountId
from workstation.risk.limits import (
    Limits,
    LossAction,
    LossMeasure,
    Override,
    Restriction,
    RestrictionMode,
    TwoLevel,
)
from workstation.risk.trading_day import MIDNIGHT
from workstation.storage.files import write_private_file

_FOLLOWS_SIZE = "order_size"
_OFF = "off"
_RESULTS = ("weekly_loss", "profit_target", "trailing_drawdown")
_MINUTES = ("dead_man_minutes", "cooldown_minutes")


class _Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    personal: Decimal
    catastrophic: Decimal


class _Restriction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    mode: RestrictionMode
    symbol: str = ""
    sec_type: str = ""
    con_id: int = 0
    exchange: str = ""


class _Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    symbol: str = ""
    sec_type: str = ""
    source: str = ""
    order_size: _Level | None = None
    position: _Level | None = None
    quantity: _Level | None = None
    contracts: _Level | None = None
    working_orders: _Level | None = None
    collar_percent: Decimal | None = None


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a section holds; every figure must be there, or it was cut off."""

    version: Literal[2]
    order_size: _Level
    position: _Level
    quantity: _Level | str
    contracts: _Level
    gross_exposure: _Level
    leverage: _Level
    margin_use_percent: _Level
    concentration_percent: _Level
    working_orders: _Level
    daily_loss: object
    daily_loss_measure: LossMeasure
    drawdown: object
    funds_buffer_percent: Decimal
    stock_margin_percent: Decimal
    futures_margin_percent: Decimal
    forex_margin_percent: Decimal
    collar_percent: Decimal
    collar_spreads: Decimal
    collar_ticks: Decimal
    collar_option_percent: Decimal
    collar_option_amount: Decimal
    collar_hard_factor: Decimal
    actions_per_second: int
    actions_per_minute: int
    automation_orders: int
    automation_fills: int
    chase_orders: int
    duplicate_seconds: Decimal
    enabled_classes: tuple[str, ...]
    restricted: tuple[_Restriction, ...]
    overrides: tuple[_Override, ...]
    final_gate_factor: Decimal
    day_begins: str = MIDNIGHT
    dead_man_minutes: object = _OFF
    daily_loss_action: LossAction = LossAction.REDUCE
    weekly_loss: object = _OFF
    profit_target: object = _OFF
    trailing_drawdown: object = _OFF
    cooldown_minutes: object = _OFF
    allowed: tuple[str, ...] = ()


class _FirstSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A section of before version 2, which had fewer limits; the others take their defaults."""

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


_TEMPLATE = """
[{account}]
version = 2
# Money in the account's base currency. Above personal the program asks, above
# catastrophic it refuses.
order_size = {order_size}
# A position with every working order filled as well.
position = {position}
# Shares in one order, as {{ personal = 1000, catastrophic = 5000 }};
# "order_size" means: whatever order_size allows.
quantity = {quantity}
# Contracts in one order, for everything that is no stock.
contracts = {contracts}
# Market value of all positions with the working orders that add to them, and that of
# stocks alone, in multiples of the net liquidation.
gross_exposure = {gross_exposure}
leverage = {leverage}
# Initial margin, and the largest position, in percent of the net liquidation.
margin_use_percent = {margin_use_percent}
concentration_percent = {concentration_percent}
# Working orders of one contract on one side.
working_orders = {working_orders}
# The loss of a day at which only exits leave, or "off". Measured by "trades": today's
# trades alone, or "account": the broker's daily figure with what was held over night.
daily_loss = {daily_loss}
daily_loss_measure = "{l.daily_loss_measure.value}"
# The fall from the day's best, the same way.
drawdown = {drawdown}
# What is done at the daily loss: "reduce" sends no more entries, "flatten" also closes every
# position of the account and halts. It does so again when the program is started anew, or
# trading is allowed again, on a day whose loss is still beyond the limit.
daily_loss_action = "{l.daily_loss_action.value}"
# The loss of a week, the profit of a day, and the fall from the best that the days on record
# together ever came to, at which only exits leave; or "off". The same measure.
weekly_loss = {weekly_loss}
profit_target = {profit_target}
trailing_drawdown = {trailing_drawdown}
# For so many minutes after one of these entries cannot be allowed again, or "off".
cooldown_minutes = {cooldown_minutes}
# When the day of these begins, with its zone; 17:00 America/New_York is a future's day.
day_begins = {day_begins}
# The part of the available funds that an order may not touch without a question.
funds_buffer_percent = {l.funds_buffer_percent}
# The margin assumed until the broker's own preview is asked for.
stock_margin_percent = {l.stock_margin_percent}
futures_margin_percent = {l.futures_margin_percent}
forex_margin_percent = {l.forex_margin_percent}
# How far through the market a limit may stand: the larger of the two; times
# collar_hard_factor it is refused. Futures count in ticks, options by the larger of
# percent and amount.
collar_percent = {l.collar_percent}
collar_spreads = {l.collar_spreads}
collar_ticks = {l.collar_ticks}
collar_option_percent = {l.collar_option_percent}
collar_option_amount = {l.collar_option_amount}
collar_hard_factor = {l.collar_hard_factor}
actions_per_second = {l.actions_per_second}
actions_per_minute = {l.actions_per_minute}
# What one rule or strategy may send and fill without an order by hand between.
automation_orders = {l.automation_orders}
automation_fills = {l.automation_fills}
# Orders that follow a price the same way within a minute before the program asks.
chase_orders = {l.chase_orders}
# The same order again within this time asks first.
duplicate_seconds = {l.duplicate_seconds}
# Entries with a limit lapse so many minutes after this program last lived, or "off": they are sent
# good till then and renewed halfway, each time at the cost of one message that the broker counts.
dead_man_minutes = {dead_man_minutes}
# Classes of contract that may be opened.
enabled_classes = {enabled_classes}
# The only symbols that may be opened, as ["SPY", "QQQ"]; an empty list allows all.
allowed = {allowed}
# Contracts with a limit of their own kind, one a line, as
# {{ mode = "NO_TRADE", symbol = "XYZ" }}; EXITS_ONLY and SELL_ONLY are the other modes,
# sec_type, con_id and exchange name more. Exits always leave.
restricted = {restricted}
# Limits of their own for a symbol, a class or a source, one a line, as
# {{ symbol = "TSLA", order_size = {{ personal = 5000, catastrophic = 20000 }} }}.
overrides = {overrides}
# Entries in a minute, as a multiple of the catastrophic order_size; beyond it
# the last gate before the wire locks trading.
final_gate_factor = {l.final_gate_factor}
"""

_HEADER = """# Limits of this profile, one section an account. Proposed from the account's net
# liquidation when it was first seen. Edit them at any time: new figures are in force
# once you have confirmed them in the program.
"""


def read_limits(path: Path) -> dict[AccountId, Limits]:
    """Return the limits of each account, none when the file is missing. Raises SettingsError."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"the limits file {path} cannot be used: {error}") from error
    return parse_limits(text, f"the limits file {path}")


def parse_limits(text: str, name: str) -> dict[AccountId, Limits]:
    """Read limits as the file has them; `name` says what they are. Raises SettingsError."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
        limits = {AccountId(name): _section(name, section) for name, section in raw.items()}
    except (ArithmeticError, RecursionError, ValueError) as error:
        raise SettingsError(f"{name} cannot be used: {error}") from error
    if not limits:
        raise SettingsError(f"{name} is empty; it was cut off or emptied")
    return limits


def add_limits(path: Path, limits: Limits) -> None:
    """Append the section of a new account durably. Raises OSError."""
    known = path.read_text("utf-8") if path.exists() else _HEADER
    write_private_file(path, (known + written(limits)).encode())


def put_limits(path: Path, limits: Limits) -> None:
    """Put the section of an account in place of its old one, durably; what was there is kept aside.

    The file as it was stays beside it under the ending `.before`: a person's own comments are in
    it. Raises OSError and SettingsError; the file is unchanged then.
    """
    known = {**read_limits(path), limits.account: limits}
    if path.exists():
        write_private_file(path.with_name(f"{path.name}.before"), path.read_bytes())
    write_private_file(path, (_HEADER + "".join(map(written, known.values()))).encode())


def written(limits: Limits) -> str:
    """Return the section of an account as it stands in the file."""
    quantity = f'"{_FOLLOWS_SIZE}"' if limits.quantity is None else _toml(limits.quantity)
    pairs = {
        name: _toml(getattr(limits, name))
        for name in (
            "order_size",
            "position",
            "contracts",
            "gross_exposure",
            "leverage",
            "margin_use_percent",
            "concentration_percent",
            "working_orders",
        )
    }
    return _TEMPLATE.format(
        account=_text(limits.account),
        l=limits,
        quantity=quantity,
        daily_loss=_toml(limits.daily_loss),
        drawdown=_toml(limits.drawdown),
        day_begins=_text(limits.day_begins),
        allowed=_words(limits.allowed),
        enabled_classes=_words(limits.enabled_classes),
        **{name: _toml(getattr(limits, name)) for name in (*_RESULTS, *_MINUTES)},
        restricted=_lines(limits.restricted),
        overrides=_lines(limits.overrides),
        **pairs,
    )


def _words(words: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_text, words))}]"


def _lines(entries: tuple[Restriction, ...] | tuple[Override, ...]) -> str:
    if not entries:
        return "[]"
    rows = ",\n".join(f"    {{ {', '.join(_given(entry))} }}" for entry in entries)
    return f"[\n{rows},\n]"


def _given(entry: Restriction | Override) -> list[str]:
    """Write the fields of one entry that say something."""
    pairs = ((name, getattr(entry, name)) for name in entry.__dataclass_fields__)
    return [f"{name} = {_toml(value)}" for name, value in pairs if value not in ("", 0, None)]


def _toml(value: object) -> str:
    match value:
        case None:
            return f'"{_OFF}"'
        case TwoLevel(personal=personal, catastrophic=catastrophic):
            return f"{{ personal = {personal}, catastrophic = {catastrophic} }}"
        case str():
            return _text(value)
        case _:
            return str(value)


def _text(value: str) -> str:
    return msgspec.json.encode(str(value)).decode()


def _section(name: str, raw: object) -> Limits:
    """Read one section; msgspec's own errors are ValueErrors too."""
    kind = _Section if isinstance(raw, dict) and "version" in raw else _FirstSection
    section = msgspec.convert(raw, kind, strict=False)
    given: dict[str, Any] = msgspec.structs.asdict(section)
    given.pop("version", None)
    values: dict[str, Any] = {
        key: _two(value) if isinstance(value, _Level) else value for key, value in given.items()
    }
    if isinstance(values["quantity"], str):
        _none(name, "quantity", values["quantity"], _FOLLOWS_SIZE)
        values["quantity"] = None
    for key in ("daily_loss", "drawdown", *_RESULTS):
        if key in values:
            values[key] = _money_or_off(name, key, values[key])
    if isinstance(section, _Section):
        for key in _MINUTES:
            values[key] = _minutes(name, key, values[key])
        values["restricted"] = tuple(
            Restriction(**msgspec.structs.asdict(each)) for each in section.restricted
        )
        values["overrides"] = tuple(map(_override, section.overrides))
    return Limits(account=AccountId(name), **values)


def _money_or_off(name: str, key: str, value: object) -> Decimal | None:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    _none(name, key, value, _OFF)
    return None


def _minutes(name: str, key: str, value: object) -> int | None:
    minutes = _money_or_off(name, key, value)
    if minutes is not None and minutes != int(minutes):
        raise ValueError(f"{key} of {name} must be a whole number")
    return None if minutes is None else int(minutes)


def _none(name: str, key: str, value: object, word: str) -> None:
    """Take the word that stands for no figure, and nothing else."""
    if value != word:
        raise ValueError(f'{key} of {name} must be a limit or "{word}"')


def _override(given: _Override) -> Override:
    fields: dict[str, Any] = msgspec.structs.asdict(given)
    pairs = {key: _two(value) for key, value in fields.items() if isinstance(value, _Level)}
    return Override(**{**fields, **pairs})


def _two(level: _Level) -> TwoLevel:
    return TwoLevel(personal=level.personal, catastrophic=level.catastrophic)
