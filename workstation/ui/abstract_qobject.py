"""Abstract base classes that are QObjects: Qt's own kind of class does not check that by itself."""

from abc import ABCMeta
from typing import Any

from PySide6.QtCore import QObject
from typing_extensions import override


class AbstractQObjectMeta(ABCMeta, type(QObject)):  # type: ignore[misc] # its name is not public
    """Makes no object of a class that leaves a method to those who inherit from it."""

    @override
    def __call__(cls, *args: Any, **named: Any) -> Any:
        missing = sorted(cls.__abstractmethods__)
        if missing:
            raise TypeError(f"{cls.__name__} has no {', '.join(missing)}")
        return super().__call__(*args, **named)
