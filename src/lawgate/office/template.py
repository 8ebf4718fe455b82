# SPDX-License-Identifier: Apache-2.0
"""The empty form of a request: the four files as docs/spec/request-format.md publishes them, with places to fill."""

from __future__ import annotations

from collections.abc import Iterator

from lawgate.model.layout import Column, Layout
from lawgate.ports.intake import CASES, FILES, ROWS

# Key, what the empty form says, and a remark. Every empty place is a fault until it is filled; only an agreement may
# stay empty. What an example says is in docs/spec/request-format.md: values of a cover belong to no program.
KEYS = (
    ("format", '"lawgate-request-1"', ""),
    ("request_id", '""', "[a-z0-9-], 4 to 64 characters, the first no hyphen"),
    ("provision", '""', "id of the provision relied on; the custodian never shops for another"),
    ("agency", '""', "id of the requesting agency"),
    ("signer", '""', "person id in the custodian's register"),
    ("office", '""', "office in which that person signs"),
    ("signed_at", '""', "offset date-time"),
    ("contact", '""', "whom to ask; not an approval"),
    ("purpose", '""', ""),
    ("sole_use", '""', "attested: solely for the named officers, for this matter"),
    ("agreement", '""', 'or "" for none; an agreement can only narrow'),
    ("recipient_key", '""', "id of a registered recipient key"),
    ("fields", "[]", "what is asked for, at most what the provision allows"),
)
_WIDTH = 39  # the column of the remarks


def cover() -> Iterator[str]:
    """The lines of the empty `cover.toml`."""
    for key, empty, remark in KEYS:
        line = f"{key} = {empty}"
        yield f"{line:{_WIDTH}} # {remark}" if remark else line
    yield "[files]"
    for file in (CASES, ROWS):
        yield f'"{FILES[file]}" = {{ sha256 = "", rows = 0 }}'


def template(layout: Layout) -> dict[str, bytes]:
    """File name -> bytes of the empty form: a cover without answers, no signature, CSV files with their header only."""
    texts = ("".join(f"{line}\n" for line in cover()), "", _header(layout.cases), _header(layout.rows))
    return {name: text.encode() for name, text in zip(FILES, texts, strict=True)}


def _header(columns: tuple[Column, ...]) -> str:
    return ",".join(column.name for column in columns) + "\n"
