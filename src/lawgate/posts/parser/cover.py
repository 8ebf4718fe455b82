# SPDX-License-Identifier: Apache-2.0
"""The cover and its signature, read strictly. What is wrong is named by key, never by value. Pure."""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

from lawgate.ledger.schema import fits
from lawgate.ports.intake import CASES, COVER_KEYS, FILES, ROWS

Data = dict[str, object]
_ID = re.compile(r"[A-Za-z0-9._:-]{1,200}")
_REQUEST_ID = re.compile(r"[a-z0-9][a-z0-9-]{3,63}")
_HEX = re.compile(r"[0-9a-f]{64}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{86}==\n")
_FIELDS_AT_MOST = 100
_ROWS_AT_MOST = 2**31 - 1
_STOPS_AT_MOST = 1000  # reading a dotted key takes memory that grows with the square of its parts


def read_cover(text: bytes) -> tuple[Data | None, list[int]]:
    """The cover as plain data (`signed_at` as ISO text), or None and the indices in COVER_KEYS of what is wrong.

    -1 among them stands for the file itself: not UTF-8, not TOML, a carriage return, a key that is not known, or more
    than 1,000 full stops.
    """
    if text.count(b".") > _STOPS_AT_MOST:
        return None, [-1]
    try:
        data = tomllib.loads(text.decode())
    except (ValueError, RecursionError):
        return None, [-1]
    if b"\r" in text or not set(data) <= set(COVER_KEYS):
        return None, [-1]
    wrong = [at for at, key in enumerate(COVER_KEYS) if key not in data or not _CHECKS[key](data[key])]
    if wrong:
        return None, wrong
    signed_at = data["signed_at"]
    return {**data, "signed_at": signed_at.isoformat()}, []


def read_signature(text: bytes) -> bytes | None:
    """The 64 bytes of a signature file, or None when it is anything but one canonical line of base64."""
    if not _BASE64.fullmatch(text):
        return None
    try:
        raw = base64.b64decode(text, validate=False)
    except binascii.Error:
        return None
    return raw if base64.b64encode(raw) + b"\n" == text else None


def _id(value: object) -> bool:
    # What the log would not take, the door does not take either.
    return isinstance(value, str) and _ID.fullmatch(value) is not None and fits("id", value)


def _request_id(value: object) -> bool:
    return isinstance(value, str) and _REQUEST_ID.fullmatch(value) is not None and fits("id", value)


def _instant(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def _names(value: object) -> bool:
    if not isinstance(value, list) or not 0 < len(value) <= _FIELDS_AT_MOST or not all(map(_id, value)):
        return False
    return all(one != other for one, other in pairwise(sorted(value)))


def _stated(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != {FILES[CASES], FILES[ROWS]}:
        return False
    return all(isinstance(entry, dict) and _file(entry) for entry in value.values())


def _file(entry: Data) -> bool:
    digest, rows = entry.get("sha256"), entry.get("rows")
    right = isinstance(digest, str) and _HEX.fullmatch(digest) is not None and set(entry) == {"sha256", "rows"}
    return right and type(rows) is int and 0 <= rows <= _ROWS_AT_MOST


_CHECKS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(COVER_KEYS, _id),
    "format": lambda value: value == "lawgate-request-1",
    "request_id": _request_id,
    "signed_at": _instant,
    "sole_use": lambda value: isinstance(value, bool),
    "agreement": lambda value: value == "" or _id(value),
    "fields": _names,
    "files": _stated,
}
