"""The file of order presets: whole, readable by a person, and broken in part at most."""

from decimal import Decimal
from pathlib import Path

import pytest

from workstation.domain.order import OrderType, Tif
from workstation.domain.order_helpers import SizeMode
from workstation.domain.order_preset import Anchor, Distance, DistanceUnit, OrderPreset, PresetLevel
from workstation.storage.preset_file import read_presets, write_presets

D = Decimal

WHOLE = OrderPreset(
    level=PresetLevel.SYMBOL, sec_type="STK", symbol="AAPL",
    size=D("2500.50"), size_mode=SizeMode.MONEY, order_type=OrderType.STOP_LIMIT, tif=Tif.GTC,
    outside_rth=False, limit_from=Anchor.FAR, limit_ticks=-3,
    stop_distance=Distance(D("0.5"), DistanceUnit.PERCENT), bracket=True,
    target=Distance(D(2), DistanceUnit.RISK), stop=Distance(D(25), DistanceUnit.TICKS),
    exit_tif=Tif.DAY,
)  # fmt: skip


def test_presets_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "presets.toml"
    assert read_presets(path) == ((), ())
    write_presets(path, (OrderPreset(size=D(100)), WHOLE))

    assert read_presets(path) == ((OrderPreset(size=D(100)), WHOLE), ())
    assert 'size = "2500.50"' in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_a_broken_preset_is_said_and_the_others_stand(tmp_path: Path) -> None:
    path = tmp_path / "presets.toml"
    path.write_text(
        "version = 1\n"
        '[[preset]]\nsize = "100"\n'
        '[[preset]]\nlevel = "class"\nsec_type = "STK"\nsize = "many"\n'
        '[[preset]]\nlevel = "class"\nsec_type = "OPT"\nsise = "1"\n'
        '[[preset]]\nlevel = "class"\nsec_type = "FUT"\nsize = "-1"\n'
        '[[preset]]\nsize = "5"\n'
    )
    presets, faults = read_presets(path)

    assert presets == (OrderPreset(size=D(100)),)
    assert [fault.split(":")[0] for fault in faults] == [f"preset {n}" for n in (2, 3, 4, 5)]
    assert "sise" in faults[1]
    assert "above 0" in faults[2]
    assert "twice" in faults[3]


@pytest.mark.parametrize(
    "content", ["", "version = 2", "no toml [", "version = 1\npreset = 5", "\x00", "version = 1\n#" + "x" * 2**20]
)  # fmt: skip
def test_what_is_no_file_of_presets_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "presets.toml"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"."):
        read_presets(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"."):
        read_presets(path)
