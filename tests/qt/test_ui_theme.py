import pytest
from PySide6.QtWidgets import QCheckBox, QPushButton, QRadioButton, QWidget

from workstation.ui.theme import MODE_COLOURS, THEMES, apply_theme


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_text_has_enough_contrast(theme) -> None:
    for ground in (theme.base, theme.stripe, theme.window):
        for name in ("text", "muted", "up", "down", "good", "warning", "error", "accent"):
            assert contrast(getattr(theme, name), ground) >= 4.5, (name, ground)
    for ground in (theme.flash_up, theme.flash_down, theme.raised):
        assert contrast(theme.text, ground) >= 4.5
    for ground in (theme.buy, theme.sell):
        assert contrast(theme.on_side, ground) >= 4.5
    assert contrast(theme.muted, theme.raised) >= 4.5


@pytest.mark.parametrize("mode", MODE_COLOURS)
def test_the_word_for_the_world_can_be_read(mode: str) -> None:
    assert contrast(*MODE_COLOURS[mode]) >= 4.5


def column_contrast(widget: QWidget, ground: str) -> float:
    """Return the strongest contrast of the left edge of what is drawn at the left."""
    picture = widget.grab().toImage()
    for x in range(8):
        column = {picture.pixelColor(x, y).name() for y in range(4, picture.height() - 4)}
        if column != {ground}:
            return max(contrast(colour, ground) for colour in column)
    return 0.0


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
@pytest.mark.parametrize("checked", [False, True])
def test_a_box_has_an_outline_checked_or_not(qapp, qtbot, name, kind, checked) -> None:
    apply_theme(qapp, name)
    holder = QWidget()
    qtbot.addWidget(holder)
    box = kind("Auto", holder)
    box.setChecked(checked)
    box.resize(80, 24)
    assert column_contrast(box, THEMES[name].window) >= 3.0
    box.setDisabled(True)
    assert column_contrast(box, THEMES[name].window) >= 1.3


@pytest.mark.parametrize("name", THEMES)
def test_a_button_that_is_down_looks_it(qapp, qtbot, name) -> None:
    apply_theme(qapp, name)
    button = QPushButton("Size…")
    qtbot.addWidget(button)
    button.setCheckable(True)
    up = button.grab().toImage()
    button.setChecked(True)
    assert button.grab().toImage() != up
