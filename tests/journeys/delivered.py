# SPDX-License-Identifier: Apache-2.0
"""Hand-outs as a recipient finds them, in both kinds of sealing, by one keeper or by two; made-up people and values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import rfc8785

from lawgate.drivers.package.archive import write_tar
from lawgate.ports.seal import FreshIdentity, Sealer
from lawgate.protocol import manifest as manifests
from lawgate.protocol.manifest import Manifest, Sealed, keys_name, record_name, text_digest

PACKAGE, BATCH = "pkg-0001", "req-0001"
USE, RETURN_BY = "only the named officers, only this matter", "2030-08-01"


@dataclass(frozen=True)
class HandOut:
    """What was sealed (by record name), the recipient's identity, the members of the tar, the text of each key file."""

    sealer: Sealer
    me: FreshIdentity
    ending: str
    plain: Mapping[str, bytes]
    manifest: Manifest
    sealed: Mapping[str, bytes]
    rings: tuple[Sequence[tuple[str, str]], ...]
    extra: Sequence[tuple[str, bytes]] = field(default=())

    @property
    def names(self) -> list[str]:
        """The records' names."""
        return list(self.plain)

    def without(self, *names: str, keeper: int = 1) -> HandOut:
        """The same hand-out, the identities of these records left out of a keeper's file."""
        rings = [tuple(pair for pair in ring if pair[0] not in names or at != keeper) for at, ring in self.numbered()]
        return replace(self, rings=tuple(rings))

    def numbered(self) -> list[tuple[int, Sequence[tuple[str, str]]]]:
        """The rings with the number of their keeper."""
        return list(enumerate(self.rings, 1))

    def tar(self) -> bytes:
        """package.tar."""
        return write_tar([(manifests.NAME, manifests.render(self.manifest)), *self.sealed.items(), *self.extra])

    def keys(self, keeper: int = 1) -> bytes:
        """A keeper's key file, sealed to the recipient."""
        text = "".join(f"# {name}\n{secret}\n" for name, secret in self.rings[keeper - 1])
        return self.sealer.seal(text.encode(), self.me.recipient)

    def put(self, folder: Path, keepers: Collection[int] = (1, 2)) -> Path:
        """Write it into a new folder, with the identity beside it; the identity's path."""
        folder.mkdir(parents=True)
        (folder / "package.tar").write_bytes(self.tar())
        for keeper, _ in self.numbered():
            if keeper in keepers:
                (folder / keys_name(self.ending, keeper)).write_bytes(self.keys(keeper))
        identity = folder.parent / f"{folder.name}.identity"
        identity.write_text(f"{self.me.secret}\n")
        return identity


def record(row: int, **other: object) -> bytes:
    """The content of a record, as the office writes it."""
    address = {"line1": f"{row} Made-up Way", "city": "Springfield"}
    found = {
        "format": "lawgate-record-1", "provision": "p1", "citation": "1 Example Code 2", "batch": BATCH,
        "package": PACKAGE, "purpose": "investigation", "sole_use": True, "use_terms": USE, "return_by": RETURN_BY,
        "row_id": f"row-{row}", "case_id": "case-1", "recipients": ["person.a.9"],
        "values": {"mailing_address": {"2021": address}},
    }  # fmt: skip
    return rfc8785.dumps({**found, **other})


def made(sealer: Sealer, rows: int = 3, keepers: int = 1, plain: Mapping[int, bytes] | None = None) -> HandOut:
    """A hand-out of some rows; `plain` puts another content in place of a row's."""
    me = sealer.fresh()
    ending = sealer.ending(me.recipient)
    contents = {record_name(n, ending): (plain or {}).get(n, record(n)) for n in range(1, rows + 1)}
    rings: list[list[tuple[str, str]]] = [[] for _ in range(keepers)]
    sealed = {}
    for name, content in contents.items():
        data = content
        # The second keeper's layer lies inside: whoever has only one of the two reads nothing.
        for ring in reversed(rings):
            identity = sealer.fresh_for(me.recipient)
            ring.append((name, identity.secret))
            data = sealer.seal(data, identity.recipient)
        sealed[name] = data
    listed = tuple(Sealed(name, sha256(data).hexdigest(), len(data)) for name, data in sealed.items())
    manifest = Manifest(
        PACKAGE, BATCH, "p1", "investigation", "us.agency-a", "rk-1", text_digest(me.recipient), ("person.a.1",),
        ("person.a.9",), ("mailing_address",), (2021,), rows, "0" * 64, "1" * 64, listed, keepers,
    )  # fmt: skip
    return HandOut(sealer, me, ending, contents, manifest, sealed, tuple(rings))
