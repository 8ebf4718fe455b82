# SPDX-License-Identifier: Apache-2.0
"""A stage leaf: one line of canonical JSON (RFC 8785) saying what happened to a batch, an order, a rule or a key.

A leaf holds digests, counts, ids, codes and dates, nothing else: every field has a type, the types have no room for
prose, for markup or for a nine-digit number, and a leaf with a field too many or too few is refused.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import rfc8785

from lawgate.ledger.errors import MalformedError
from lawgate.ledger.schema import FIELDS, MAX_LIST, VERSION, Value, fits, has_fields, type_of

_INSTANT = "%Y-%m-%dT%H:%M:%SZ"
_TOKEN = re.compile(r'"([A-Za-z0-9._:/+=@-]*)"|(0|[1-9][0-9]{0,15})|(true|false)|([{}\[\]:,])')


def instant(moment: datetime) -> str:
    """RFC 3339 text of a moment in UTC, to the second (`2025-09-25T13:30:00Z`). ValueError for a naive moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment in the log needs its offset")
    return moment.astimezone(UTC).strftime(_INSTANT)


@dataclass(frozen=True, slots=True)
class StageLeaf:
    """One leaf: its kind, its own clock's time, and exactly the fields that `schema.FIELDS` lists for the kind.

    MalformedError, naming kind and field but no value, when anything does not fit. Lists come in as sequences of text.
    """

    kind: str
    at: str
    body: Mapping[str, Value]

    def __post_init__(self) -> None:
        """Hold the body to its kind."""
        if self.kind not in FIELDS:
            raise MalformedError("leaf_kind")
        if not fits("instant", self.at):
            raise MalformedError("leaf_time", self.kind)
        if not has_fields(self.kind, self.body):
            raise MalformedError("leaf_fields", self.kind)
        for name, value in self.body.items():
            if not fits(type_of(self.kind, name), value):
                raise MalformedError("leaf_value", f"{self.kind}.{name}")

    def render(self) -> bytes:
        """The canonical bytes that enter the tree."""
        return rfc8785.dumps({"kind": self.kind, "v": VERSION, "at": self.at, **self.body})

    def text(self, name: str) -> str:
        """A field that is text. KeyError when the kind has no such field, TypeError when it is not text."""
        value = self.body[name]
        if not isinstance(value, str):
            raise TypeError("not a field of text")
        return value

    def number(self, name: str) -> int:
        """A field that is a number. KeyError when the kind has no such field, TypeError when it is not a number."""
        value = self.body[name]
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError("not a number")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A field that is a list. KeyError when the kind has no such field, TypeError when it is not a list."""
        value = self.body[name]
        if isinstance(value, str | int):
            raise TypeError("not a list")
        return tuple(value)


def parse(data: bytes) -> StageLeaf:
    """A leaf from its bytes; MalformedError unless rendering it again gives the same bytes."""
    return _whole(data) or _told(data)


def _whole(data: bytes) -> StageLeaf | None:
    """The leaf, by the standard library's reader, when printing what it read gives these very bytes; None otherwise.

    The one spelling of a leaf has no escape, no space and no sign that sorts otherwise than its byte, so that the
    standard library's printer writes it too; an audit of millions of leaves is many times as fast by it.
    """
    try:
        found = json.loads(data.decode("ascii"))
        if json.dumps(found, sort_keys=True, separators=(",", ":")).encode() != data or type(found) is not dict:
            return None
        version, kind, at = found.pop("v", None), found.pop("kind", None), found.pop("at", None)
        plain = all(type(each) in (str, int, bool) or _is_list(each) for each in found.values())
        if type(version) is not int or version != VERSION or type(kind) is not str or type(at) is not str or not plain:
            return None
        return StageLeaf(kind, at, found)
    except (ValueError, RecursionError, MalformedError):
        return None


def _is_list(value: object) -> bool:
    return type(value) is list and all(type(each) is str for each in value)


def _told(data: bytes) -> StageLeaf:
    """The same leaf read sign by sign, which can tell where and why other bytes are none."""
    found = _object(_tokens(data))
    if found.pop("v", None) != VERSION:
        raise MalformedError("leaf_version")
    kind, at = found.pop("kind", None), found.pop("at", None)
    if not isinstance(kind, str) or not isinstance(at, str):
        raise MalformedError("leaf_form")
    leaf = StageLeaf(kind, at, found)
    if leaf.render() != data:
        raise MalformedError("leaf_form")
    return leaf


def _tokens(data: bytes) -> list[Value]:
    """Values and punctuation of the bytes, last one first. Punctuation stands as a one-element list of itself."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        raise MalformedError("leaf_form") from None
    tokens: list[Value] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise MalformedError("leaf_form", f"byte {at}")
        word, number, truth, mark = found.groups()
        tokens.append([mark] if mark else truth == "true" if truth else int(number) if number else word)
        at = found.end()
    return tokens[::-1]


def _take(tokens: list[Value]) -> Value:
    if not tokens:
        raise MalformedError("leaf_form")
    return tokens.pop()


def _expect(tokens: list[Value], marks: str) -> str:
    token = _take(tokens)
    if not isinstance(token, list) or token[0] not in marks:
        raise MalformedError("leaf_form")
    return str(token[0])


def _word(tokens: list[Value]) -> str:
    token = _take(tokens)
    if not isinstance(token, str):
        raise MalformedError("leaf_form")
    return token


def _list(tokens: list[Value]) -> Sequence[str]:
    found: list[str] = []
    if tokens and tokens[-1] == ["]"]:
        tokens.pop()
        return found
    mark = ","
    while mark == "," and len(found) < MAX_LIST:
        found.append(_word(tokens))
        mark = _expect(tokens, ",]")
    if mark == ",":
        raise MalformedError("leaf_form")
    return found


def _object(tokens: list[Value]) -> dict[str, Value]:
    """The one flat object these tokens spell; nesting, a key twice and anything behind it are refused."""
    found: dict[str, Value] = {}
    mark = "," if _expect(tokens, "{") else ""
    while mark == ",":
        name = _word(tokens)
        _expect(tokens, ":")
        value = _take(tokens)
        if isinstance(value, list):
            if value != ["["]:
                raise MalformedError("leaf_form")
            value = _list(tokens)
        if name in found:
            raise MalformedError("leaf_form")
        found[name] = value
        mark = _expect(tokens, ",}")
    if tokens:
        raise MalformedError("leaf_form")
    return found
