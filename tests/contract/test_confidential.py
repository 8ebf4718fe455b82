# SPDX-License-Identifier: Apache-2.0
"""What every Confidential promises: the value comes out of `reveal`, and out of nothing else that a program may do."""

import copy
import json
import logging
import operator
import pickle
import pprint
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from io import StringIO
from typing import NamedTuple

import pytest

from contract.promises import BROKEN
from lawgate.model import confidential
from lawgate.ports.release import Confidential, Disclosable

SECRET = "1 Made-up Way"
VALUES: list[str | Mapping[str, str]] = [SECRET, {"line1": SECRET, "city": "Hartvale"}, ""]
Value = str | Mapping[str, str]
Make = Callable[[Value], Confidential]


def logged(value: object) -> str:
    """What a log line about a value says."""
    stream = StringIO()
    logger = logging.Logger("made-up")
    logger.addHandler(logging.StreamHandler(stream))
    logger.error("%s %r %s", value, value, {"value": value})
    return stream.getvalue()


def raised(value: object) -> str:
    """What a traceback with local variables says of a failure next to a value."""
    try:
        raise KeyError(value)
    except KeyError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


SAYING: dict[str, Callable[[object], object]] = {
    "str": str,
    "repr": repr,
    "f-string": lambda value: f"{value} {value!r} {value!s} {value!a}",
    "format": lambda value: f"{value:>40}",
    "percent": lambda value: str(operator.mod("%s %r", (value, (value,)))),
    "bytes": lambda value: b"%a" % value,
    "in a list": lambda value: str([value, {value: value}]),
    "pprint": lambda value: pprint.pformat({"a": [value]}),
    "log": logged,
    "traceback": raised,
    "json": lambda value: json.dumps({"a": value}, default=str),
    "vars": lambda value: str(getattr(value, "__dict__", "")),
    "iteration": list,
    "doc": lambda value: str(type(value).__doc__),
    "a record of it": lambda value: str(Disclosable(1, "r", "c", (), {"f": {2023: value}})),
}


def says(value: object, how: str) -> bool:
    """Whether the value shows this way; being refused is showing nothing."""
    try:
        return SECRET in str(SAYING[how](value))
    except (TypeError, ValueError, AttributeError):
        return False


def shows_itself_when_asked(make: Make) -> None:
    for value in VALUES:
        made: Confidential = make(value)
        assert made.reveal() == value == made.reveal()


def shows_itself_nowhere_else(make: Make) -> None:
    for value in VALUES:
        assert [how for how in SAYING if says(make(value), how)] == []


def is_not_stored_by_accident(make: Make) -> None:
    for value in VALUES[:2]:
        made = make(value)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with pytest.raises(TypeError) as refused:
                pickle.dumps(made, protocol)
            assert SECRET not in str(refused.value)
        with pytest.raises(TypeError):
            json.dumps(made)
        for copied in (copy.copy, copy.deepcopy):
            with pytest.raises(TypeError):
                copied(made)


def does_not_change(make: Make) -> None:
    made = make(SECRET)
    for name in ("_value", "value", "reveal", "text"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(made, name, "other")
    assert made.reveal() == SECRET


PROMISES = [shows_itself_when_asked, shows_itself_nowhere_else, is_not_stored_by_accident, does_not_change]
DRIVERS: list[Make] = [confidential.Confidential]


@dataclass(frozen=True)
class Plain:
    """A dataclass says its fields."""

    text: Value

    def reveal(self) -> Value:
        return self.text


@dataclass(frozen=True)
class Hidden:
    """Says nothing, but is taken apart by whoever stores or looks into objects."""

    text: Value = dataclass_field(repr=False)

    def reveal(self) -> Value:
        return self.text


class Named(NamedTuple):
    """A tuple shows its parts."""

    text: Value

    def reveal(self) -> Value:
        return self.text


class Formatted(confidential.Confidential[Value]):
    """Says itself when it is formatted."""

    def __format__(self, how: str) -> str:
        return format(str(self.reveal()), how)


class Halved(confidential.Confidential[Value]):
    """Shows a part only."""

    def reveal(self) -> Value:
        value = super().reveal()
        return value[:4] if isinstance(value, str) else value


class Changing(confidential.Confidential[Value]):
    """Can be given another value."""

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)


def broken(make: Make) -> set[str]:
    found = set()
    for promise in PROMISES:
        try:
            promise(make)
        except BROKEN:
            found.add(promise.__name__)
    return found


@pytest.mark.parametrize("make", DRIVERS)
@pytest.mark.parametrize("promise", PROMISES)
def test_confidential(make: Make, promise: Callable[[Make], None]) -> None:
    promise(make)


@pytest.mark.parametrize(
    ("make", "breaks"),
    [
        (Plain, {"shows_itself_nowhere_else", "is_not_stored_by_accident"}),
        (Hidden, {"shows_itself_nowhere_else", "is_not_stored_by_accident"}),
        (Named, {"shows_itself_nowhere_else", "is_not_stored_by_accident"}),
        (Formatted, {"shows_itself_nowhere_else"}),
        (Halved, {"shows_itself_when_asked", "does_not_change"}),
        (Changing, {"does_not_change"}),
    ],
)
def test_a_planted_value_is_seen(make: Make, breaks: set[str]) -> None:
    assert broken(make) == breaks
