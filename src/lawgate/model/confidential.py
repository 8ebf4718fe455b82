# SPDX-License-Identifier: Apache-2.0
"""A value that never prints and never pickles."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Confidential(Generic[T]):
    """Holds a record value. `reveal` is the only way to it, and easy to search for."""

    __slots__ = ("_value",)
    _value: T

    def __init__(self, value: T) -> None:
        """Hold `value`."""
        object.__setattr__(self, "_value", value)

    def __setattr__(self, *_: object) -> None:
        """Refuse: the value does not change."""
        raise AttributeError("a confidential value does not change")

    def reveal(self) -> T:
        """The value."""
        return self._value

    def __repr__(self) -> str:
        """Nothing of the value."""
        return "Confidential(...)"

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        """Nothing of the value."""
        return repr(self)

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse: it is not stored by accident."""
        raise TypeError("a confidential value is not pickled")
