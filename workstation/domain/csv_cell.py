"""Text that goes into a cell of a comma-separated file."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


def csv_text(text: str) -> str:
    """Keep a spreadsheet from reading a text cell as a formula (ASVS 1.2.10)."""
    return f"'{text}" if text.startswith(_FORMULA) else text
