"""Where the drawings of charts are kept, and under what."""

from typing import Protocol

from workstation.domain.contract import Contract


class DrawingStore(Protocol):
    """Where drawings outlive the program, by contract."""

    def load(self, key: str) -> list[dict[str, object]]:
        """Return the drawings of a contract, none where there are none."""
        ...

    def save(self, key: str, drawings: list[dict[str, object]]) -> None:
        """Keep the drawings of a contract."""
        ...


def drawing_key(contract: Contract) -> str:
    """Return what a contract's drawings are kept under; futures share those of their root."""
    if contract.sec_type in {"FUT", "CONTFUT"}:
        root = f"FUT-{contract.symbol}-{contract.exchange}-{contract.currency}"
        return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in root)
    return str(contract.con_id)
