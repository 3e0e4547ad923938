"""Flex statements: what is read of them, and what a file may not do."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from workstation.domain.errors import SettingsError
from workstation.domain.order import Side
from workstation.domain.past_trades import Origin
from workstation.storage import flex_file
from workstation.storage.flex_file import FlexError, read_flex
from workstation.storage.import_file import add_imports, imports_file, read_imports

D = Decimal
TRADE = (
    '<Trade accountId="U1234567" symbol="SPY" conid="756733" ibExecID="0000e0d5.65a1.01.01" '
    'dateTime="20260115;093512" quantity="-100" tradePrice="1,470.25" buySell="SELL" '
    'ibCommission="-1.05" ibCommissionCurrency="USD" fifoPnlRealized="12.5" exchange="ARCA" '
    'levelOfDetail="EXECUTION"/>'
)
CONFIRM = (
    '<TradeConfirm accountId="U1234567" symbol="VOD" conid="1" execID="0000f.1.01.01" '
    'dateTime="2026-07-01, 09:35:12 EST" quantity="5" price="70" buySell="BUY" commission="-2" '
    'commissionCurrency="GBP"/>'
)


def statement(folder: Path, *rows: str, head: str = "") -> Path:
    path = folder / "flex.xml"
    path.write_text(
        f'<?xml version="1.0"?>{head}<FlexQueryResponse><FlexStatements><FlexStatement><Trades>'
        f"{''.join(rows)}</Trades></FlexStatement></FlexStatements></FlexQueryResponse>"
    )
    return path


def test_trades_and_confirmations_are_read_with_their_costs(tmp_path: Path) -> None:
    (sold, bought), without = read_flex(statement(tmp_path, TRADE, CONFIRM))

    assert without == 0
    assert (sold.side, sold.quantity, sold.price) == (Side.SELL, 100, D("1470.25"))
    assert sold.time == datetime(2026, 1, 15, 14, 35, 12, tzinfo=UTC)  # New York in winter
    assert (sold.commission, sold.currency, sold.realized_pnl) == (D("1.05"), "USD", D("12.5"))
    assert (sold.origin, sold.key, sold.base_id) == (Origin.IMPORTED, None, "0000e0d5.65a1.01")
    assert bought.time == datetime(2026, 7, 1, 14, 35, 12, tzinfo=UTC)  # the zone it names
    assert (bought.side, bought.commission, bought.currency) == (Side.BUY, 2, "GBP")


def test_sums_corrections_and_rows_without_an_id_count_once_or_not_at_all(tmp_path: Path) -> None:
    later = TRADE.replace("01.01", "01.02").replace("1,470.25", "470.5")
    order = TRADE.replace("EXECUTION", "ORDER").replace("e0d5", "eeee")
    nameless = TRADE.replace("0000e0d5.65a1.01.01", "")
    (only,), without = read_flex(statement(tmp_path, later, TRADE, order, nameless))

    assert only.price == D("470.5")
    assert without == 1


@pytest.mark.parametrize(
    ("head", "row", "words"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]>', TRADE, "document type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd">', TRADE, "document type"),
        ("", TRADE.replace('"SELL"', '"&a;"'), "no whole XML"),
        ("", "<Trade", "no whole XML"),
        ("", TRADE.replace("1,470.25", "NaN"), "no figure"),
        ("", TRADE.replace("1,470.25", "much"), "no number"),
        ("", TRADE.replace('"1,470.25"', '""'), "without price"),
        ("", TRADE.replace("20260115;093512", "yesterday"), "the time 'yesterday'"),
        ("", TRADE.replace("SELL", "LEND"), "the side 'LEND'"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_a_reason(
    tmp_path: Path, head: str, row: str, words: str
) -> None:
    with pytest.raises(FlexError, match=words):
        read_flex(statement(tmp_path, row, head=head))


def test_other_xml_and_files_that_are_too_large_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.xml"
    other.write_text("<html/>")
    with pytest.raises(FlexError, match="no Flex statement"):
        read_flex(other)
    path = statement(tmp_path, TRADE, CONFIRM)
    monkeypatch.setattr(flex_file, "MOST_TRADES", 1)
    with pytest.raises(FlexError, match="more than 1"):
        read_flex(path)
    monkeypatch.setattr(flex_file, "LARGEST", 10)
    with pytest.raises(FlexError, match="larger"):
        read_flex(path)


def test_a_statement_that_is_imported_twice_adds_nothing(tmp_path: Path) -> None:
    journal = tmp_path / "journal.sqlite"
    trades, _ = read_flex(statement(tmp_path, TRADE, CONFIRM))
    assert add_imports(journal, trades) == 2
    assert add_imports(journal, trades) == 0
    (later,), _ = read_flex(statement(tmp_path, TRADE.replace("01.01", "01.02")))
    assert add_imports(journal, [later]) == 0
    assert read_imports(journal)[later.base_id] == later
    assert oct(imports_file(journal).stat().st_mode & 0o777) == "0o600"
    imports_file(journal).write_bytes(b"{")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_imports(journal)
