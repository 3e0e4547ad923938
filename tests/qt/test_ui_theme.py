import pytest

from workstation.ui.theme import MODE_COLOURS, THEMES


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
