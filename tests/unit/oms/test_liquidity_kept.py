"""Entries of executions written before liquidity was kept are read like any other."""

from dataclasses import replace

import msgspec

from tests.helpers.desk_fakes import fill
from workstation.domain.execution import Liquidity
from workstation.domain.reports import ExecutionReport


def test_an_entry_without_liquidity_is_read() -> None:
    report = fill()
    written = msgspec.json.decode(msgspec.json.encode(report))
    del written["execution"]["liquidity"]

    again = msgspec.json.decode(msgspec.json.encode(written), type=ExecutionReport)
    assert again == report
    assert again.execution.liquidity is None


def test_liquidity_is_kept() -> None:
    plain = fill()
    report = replace(plain, execution=replace(plain.execution, liquidity=Liquidity.ADDED))

    again = msgspec.json.decode(msgspec.json.encode(report), type=ExecutionReport)
    assert again.execution.liquidity is Liquidity.ADDED
