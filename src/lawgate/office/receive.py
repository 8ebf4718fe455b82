# SPDX-License-Identifier: Apache-2.0
"""For the recipient: open a hand-out, hold every record against the manifest, and say what came of each.

Nothing of an office is needed, and nothing is sent. Every listed record is opened, withheld or damaged, and only an
opened one is ever given on: exactly the bytes that were sealed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

import rfc8785

from lawgate.model.fault import LawgateError, Refused
from lawgate.ports.seal import Opener, OpenError
from lawgate.protocol import manifest as manifests
from lawgate.protocol.manifest import ENDINGS, Manifest, Sealed, record_name, text_digest

RECORD = "lawgate-record-1"
_LINES = re.compile(r"# ([0-9]{4}\.[a-z0-9]{1,8})\n([^\n]{1,4096})\n")
_TEXTS = ("provision", "batch", "package", "purpose", "citation", "use_terms", "return_by", "row_id", "case_id")
_ALL = {"format", "sole_use", "recipients", "values", *_TEXTS}

Unpack = Callable[[bytes], Sequence[tuple[str, bytes]]]


class Fate(StrEnum):
    """What came of a record that the manifest lists."""

    OPENED = "opened"
    WITHHELD = "withheld"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Delivered:
    """A hand-out as it lies in its folder: the tar, and the key file of the first and of the second keeper, or None."""

    tar: bytes
    first: bytes | None
    second: bytes | None


@dataclass(frozen=True, slots=True)
class Item:
    """One listed record: its name, its fate, why (empty when opened), and its content when opened (never shown)."""

    name: str
    fate: Fate
    why: str
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """What opened records bind their recipient to: use terms, purpose, the only use or not, day of return."""

    use: str
    purpose: str
    sole_use: bool
    return_by: date


@dataclass(frozen=True, slots=True)
class Received:
    """A hand-out after opening: the manifest, SHA-256 (hex) of the tar, each listed record, the terms in them."""

    manifest: Manifest
    tar: str
    items: tuple[Item, ...]
    terms: tuple[Terms, ...]

    def count(self, fate: Fate) -> int:
        """How many listed records came to this."""
        return sum(item.fate is fate for item in self.items)


Ring = Mapping[str, str]
"""One keeper's identities by the name of the record each one opens."""


def receive(found: Delivered, identity_file: str, opener: Opener, unpack: Unpack) -> Received:
    """Open a hand-out with the recipient's identity file.

    Refused with its code when nothing can be opened: `E_IDENTITY`, `E_TAR…`, `E_MANIFEST`, `E_NOT_FOR_YOU`,
    `E_KEYS_MISSING`, `E_KEYS`. Otherwise opened + withheld + damaged = listed.
    """
    members = dict(unpack(found.tar))
    manifest = _manifest(members)
    identity = _identity(manifest, identity_file, opener)
    sealed = _key_files(manifest, found)
    rings = [_ring(manifest, keeper, each, identity, opener) for keeper, each in enumerate(sealed, 1)]
    read = [_item(manifest, each, members.get(each.name), rings, opener) for each in manifest.records]
    terms = dict.fromkeys(each for _, each in read if each is not None)
    return Received(manifest, sha256(found.tar).hexdigest(), tuple(item for item, _ in read), tuple(terms))


def _key_files(manifest: Manifest, found: Delivered) -> list[bytes]:
    """A key file of each keeper the manifest speaks of, in their order, and none besides."""
    there = [found.first, found.second]
    for keeper, who in ((1, "first"), (2, "second"))[: manifest.custody]:
        if there[keeper - 1] is None:
            said = (
                "" if manifest.custody == 1 else f", and one keeper's file opens nothing: it comes from the {who} one"
            )
            raise Refused("E_KEYS_MISSING", f"{_file(manifest, keeper)} is missing{said}")
    sealed = [each for each in there if each is not None]
    if len(sealed) != manifest.custody:
        raise Refused("E_HANDOUT", "the folder holds keys of a second keeper, and the package was sealed for one")
    return sealed


def _file(manifest: Manifest, keeper: int) -> str:
    return manifests.keys_name(manifest.records[0].name.rpartition(".")[2], keeper)


def _manifest(members: Mapping[str, bytes]) -> Manifest:
    """The manifest, if the tar holds it, what it lists, and nothing else."""
    try:
        found = manifests.parse(members.get(manifests.NAME, b""))
    except LawgateError:
        raise Refused("E_MANIFEST", "manifest.json is not there or cannot be read") from None
    names = [each.name for each in found.records]
    wanted = [[record_name(place, ending) for place in range(1, len(names) + 1)] for ending in ENDINGS]
    if not names or names not in wanted:
        raise Refused("E_MANIFEST", "manifest.json lists no records, or not one after the other")
    if found.custody not in (1, 2):
        raise Refused("E_MANIFEST", "manifest.json speaks of another number of keepers than one or two")
    if not set(members) <= {manifests.NAME, *names}:
        raise Refused("E_MANIFEST", "package.tar holds files that manifest.json does not list")
    return found


def _identity(manifest: Manifest, text: str, opener: Opener) -> str:
    identities = opener.identities(text)
    if not identities:
        raise Refused("E_IDENTITY", "the identity file holds no secret key of a kind that opens packages")
    for each in identities:
        if text_digest(opener.recipient(each)) == manifest.recipient_text:
            return each
    raise Refused("E_NOT_FOR_YOU", "the package is made for another recipient key than those in the identity file")


def _ring(manifest: Manifest, keeper: int, sealed: bytes, identity: str, opener: Opener) -> Ring:
    """The identities in a sealed key file, by the record each one opens."""
    file = _file(manifest, keeper)
    try:
        text = opener.open(sealed, identity).decode("ascii")
    except (OpenError, UnicodeDecodeError):
        raise Refused("E_KEYS", f"{file} cannot be opened: it is damaged or was sealed to another key") from None
    pairs = _LINES.findall(text)
    ring = dict(pairs)
    if "".join(f"# {name}\n{line}\n" for name, line in pairs) != text or len(ring) != len(pairs):
        raise Refused("E_KEYS", f"{file} is not a list of identities, each under the name of its record")
    if not ring.keys() <= {each.name for each in manifest.records}:
        raise Refused("E_KEYS", f"{file} names records that manifest.json does not list")
    return ring


def _item(
    manifest: Manifest, listed: Sealed, data: bytes | None, rings: Sequence[Ring], opener: Opener
) -> tuple[Item, Terms | None]:
    name = listed.name
    if data is None:
        return Item(name, Fate.DAMAGED, "it is not in package.tar"), None
    if (len(data), sha256(data).hexdigest()) != (listed.size, listed.sha256):
        return Item(name, Fate.DAMAGED, "it is not the file that manifest.json lists"), None
    if lacking := [_file(manifest, keeper) for keeper, ring in enumerate(rings, 1) if name not in ring]:
        return Item(name, Fate.WITHHELD, f"its identity was left out of {' and '.join(lacking)}"), None
    try:
        # The first keeper's layer is the outer one.
        content = data
        for ring in rings:
            content = opener.open(content, ring[name])
    except OpenError:
        return Item(name, Fate.DAMAGED, "the identity under its name does not open it"), None
    terms = _terms(manifest, content)
    if terms is None:
        return Item(name, Fate.DAMAGED, "what is in it is not what manifest.json says"), None
    return Item(name, Fate.OPENED, "", content), terms


def _terms(manifest: Manifest, content: bytes) -> Terms | None:
    """The terms in a record; None unless it is one, in its one spelling, within all that the manifest says."""
    try:
        found = json.loads(content)
        if rfc8785.dumps(found) != content or not _within(manifest, found):
            return None
        use, purpose, sole_use = found["use_terms"], found["purpose"], found["sole_use"]
        return Terms(use, purpose, sole_use, date.fromisoformat(found["return_by"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _within(manifest: Manifest, found: dict[str, Any]) -> bool:
    same = all(found[name] == getattr(manifest, name) for name in ("provision", "batch", "package", "purpose"))
    values = {(name, int(year)) for name, years in found["values"].items() for year in years}
    granted = {(name, year) for name in manifest.fields for year in manifest.years}
    typed = all(isinstance(found[name], str) for name in _TEXTS) and isinstance(found["sole_use"], bool)
    people = isinstance(found["recipients"], list) and set(found["recipients"]) <= set(manifest.recipients)
    return (
        set(found) == _ALL
        and found["format"] == RECORD
        and same
        and typed
        and people
        and bool(values)
        and values <= granted
    )
