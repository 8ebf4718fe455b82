# SPDX-License-Identifier: Apache-2.0
"""The empty form of a request: the four files as docs/spec/request-format.md publishes them, with places to fill."""

from __future__ import annotations

from collections.abc import Iterator

from lawgate.model.layout import Column, Layout
from lawgate.ports.intake import CASES, FILES, ROWS

# Key, what an example says, what the empty form says, and a remark. Every empty place is a fault until it is filled.
KEYS = (
    ("format", '"lawgate-request-1"', '"lawgate-request-1"', ""),
    ("request_id", '"req-2025-0003"', '""', "[a-z0-9-], 4 to 64 characters, the first no hyphen"),
    ("provision", '"i2"', '""', "id of the provision relied on; the custodian never shops for another"),
    ("agency", '"us.dhs"', '""', "id of the requesting agency"),
    ("signer", '"person.dhs.1"', '""', "person id in the custodian's register"),
    ("office", '"us.dhs.head"', '""', "office in which that person signs"),
    ("signed_at", "2025-06-27T14:00:00-04:00", '""', "offset date-time"),
    ("contact", '"person.dhs.2"', '""', "whom to ask; not an approval"),
    ("purpose", '"criminal_investigation"', '""', ""),
    ("sole_use", "true", '""', "attested: solely for the named officers, for this matter"),
    ("agreement", '"agr-2025-04"', '""', 'or "" for none; an agreement can only narrow'),
    ("recipient_key", '"rk-dhs-1"', '""', "id of a registered recipient key"),
    ("fields", '["mailing_address"]', "[]", "what is asked for, at most what the provision allows"),
)
_WIDTH = 39  # the column of the remarks


def cover(example: bool) -> str:
    """The text of `cover.toml`: the published example, or the empty form."""
    return "\n".join(_cover(example)) + "\n"


def _cover(example: bool) -> Iterator[str]:
    for key, shown, empty, remark in KEYS:
        line = f"{key} = {shown if example else empty}"
        yield f"{line:{_WIDTH}} # {remark}" if remark else line
    yield "[files]"
    for file in (CASES, ROWS):
        digest, rows = ("hex", 3) if example else ("", 0)
        yield f'"{FILES[file]}" = {{ sha256 = "{digest}", rows = {rows} }}'


def template(layout: Layout) -> dict[str, bytes]:
    """File name -> bytes of the empty form: a cover without answers, no signature, CSV files with their header only."""
    texts = (cover(example=False), "", _header(layout.cases), _header(layout.rows))
    return {name: text.encode() for name, text in zip(FILES, texts, strict=True)}


def _header(columns: tuple[Column, ...]) -> str:
    return ",".join(column.name for column in columns) + "\n"
