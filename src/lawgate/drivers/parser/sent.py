# SPDX-License-Identifier: Apache-2.0
"""The list of what was sent, read by the same child as a request: two files stand where cases and rows would.

The child reads four files, a cover among them, which such a list has not. One is put beside it that says nothing but
what the two files are; its words are never looked at.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from lawgate.model.fault import Fault, LawgateError
from lawgate.model.layout import Column, Layout
from lawgate.ports.history import LISTED, SENT, TRANSMISSIONS
from lawgate.ports.intake import CASES, COVER, FILES, ROWS, SIGNATURE, Parsed, RequestParser

BASES = ("name_and_number", "name_and_address", "other", "unknown")
LAYOUT = Layout(
    cases=(
        Column("transmission_id", "id", 60, True),
        Column("sent_at", "id", 30, True),
        Column("sent_to", "id", 120, True),
        Column("received_by", "ids", 2000, True),
        Column("sent_by", "ids", 2000, True),
        Column("channel", "id", 60, True),
    ),
    rows=(
        Column("sent_id", "id", 60, True),
        Column("transmission_id", "id", 60, True),
        Column("row_id", "id", 200, True),
        Column("basis", "choice", 20, True, BASES),
        Column("fields", "ids", 2000, True),
        Column("years", "years", 200, False),
    ),
)
"""The two files of the list: docs/spec/history.md."""

COVER_TEXT = (
    'format = "lawgate-request-1"\nrequest_id = "sent-list"\nprovision = "none"\nagency = "none"\nsigner = "none"\n'
    'office = "none"\nsigned_at = 2000-01-01T00:00:00Z\ncontact = "none"\npurpose = "none"\nsole_use = false\n'
    'agreement = ""\nrecipient_key = "none"\nfields = ["none"]\n[files]\n'
)
_NAMES = {FILES[CASES]: TRANSMISSIONS, FILES[ROWS]: SENT}
_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW


class ChildSentList:
    """`ports.history.SentListParser` over a `RequestParser`."""

    def __init__(self, parser: RequestParser) -> None:
        """`parser` reads in a child of its own."""
        self._parser = parser

    def parse(self, history: Path, room: Path, day: date) -> Parsed:
        """See `ports.history.SentListParser`."""
        with TemporaryDirectory() as place:
            staged = Path(place)
            stated = COVER_TEXT
            for name, listed in _NAMES.items():
                digest, lines = _copied(history / listed, staged / name)
                stated += f'"{name}" = {{ sha256 = "{digest}", rows = {max(lines - 1, 0)} }}\n'
            (staged / FILES[COVER]).write_text(stated)
            (staged / FILES[SIGNATURE]).write_bytes(base64.b64encode(bytes(64)) + b"\n")
            found = self._parser.parse(staged, room, LAYOUT, day)
        return replace(found, faults=tuple(_renamed(fault) for fault in found.faults))

    def digests(self, history: Path) -> Mapping[str, str]:
        """See `ports.history.SentListParser`."""
        return {name: _digest(history / name) for name in LISTED}


def _renamed(fault: Fault) -> Fault:
    return replace(fault, file=_NAMES.get(fault.file, fault.file))


def _digest(file: Path) -> str:
    try:
        with os.fdopen(os.open(file, _OPEN), "rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError:
        raise LawgateError(f"the history has no {file.name} that can be read") from None


def _copied(source: Path, target: Path) -> tuple[str, int]:
    """SHA-256 (hex) and line feeds of a file, which then stands at `target` as well."""
    try:
        with os.fdopen(os.open(source, _OPEN), "rb") as data, target.open("wb") as out:
            shutil.copyfileobj(data, out)
    except OSError:
        raise LawgateError(f"the history has no {source.name} that can be read") from None
    with target.open("rb") as data:
        lines = sum(part.count(b"\n") for part in iter(lambda: data.read(1 << 20), b""))
    return _digest(target), lines
