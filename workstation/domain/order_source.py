"""Where an order came from: a hand, or something that acts by itself."""

AUTOMATIC_SOURCES = ("rule:", "strategy:", "template:")
"""How the source of an order begins that no hand has sent."""


def is_automatic(source: str) -> bool:
    """Tell whether an order of this source was sent without a hand."""
    return source.startswith(AUTOMATIC_SOURCES)
