# SPDX-License-Identifier: Apache-2.0
"""Reading the papers that are kept beside packages and keys. Office and key keeper read them alike, each for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lawgate.authority.approvals import Signed, objected
from lawgate.authority.keys import Registered
from lawgate.authority.papers import Papers
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.proof import LogProof
from lawgate.ledger.proof import parse as parse_proof
from lawgate.model.fault import LawgateError
from lawgate.model.request import RecipientKey
from lawgate.ports.rooms import Rooms
from lawgate.protocol.manifest import Manifest

Indexed = tuple[int, StageLeaf]
KEY_ROOM = "key-"


@dataclass(frozen=True, slots=True)
class PaperRooms:
    """Where papers are kept: those of a batch, the notices of a package, the registrations of a recipient key."""

    batches: Rooms
    notices: Rooms
    keys: Rooms

    def read(self, manifest: Manifest, leaves: Sequence[Indexed], key: RecipientKey | None) -> Papers:
        """Everything kept for a package and its recipient key (None: there is no such key)."""
        said, proofs = kept_notices(self.notices, leaves, manifest.package)
        plain = [leaf for _, leaf in leaves]
        return Papers(
            kept_approvals(self.batches, plain, manifest),
            kept_objections(self.batches, plain, manifest),
            () if key is None else kept_registrations(self.keys, key.id),
            said,
            proofs,
        )


def kept_approvals(rooms: Rooms, leaves: Sequence[StageLeaf], manifest: Manifest) -> Mapping[str, Signed]:
    """The papers of all logged approvals of a package that are kept, by SHA-256 (hex) as the log names them."""
    named = {
        leaf.text("paper") for leaf in leaves if leaf.kind == "approval" and leaf.text("package") == manifest.package
    }
    found: dict[str, Signed] = {}
    for digest in sorted(named):
        paper = kept(rooms, manifest.batch, f"approval-{digest}.json")
        signature = kept(rooms, manifest.batch, f"approval-{digest}.sig")
        if paper is not None and signature is not None:
            found[digest] = Signed(paper, signature)
    return found


def kept_objections(rooms: Rooms, leaves: Sequence[StageLeaf], manifest: Manifest) -> Mapping[str, bytes]:
    """The papers of all logged objections to a package or its batch that are kept, by SHA-256 (hex)."""
    read = {d: kept(rooms, manifest.batch, f"objection-{d}.json") for d in objected(leaves, manifest)}
    return {digest: paper for digest, paper in read.items() if paper is not None}


def kept_notices(
    rooms: Rooms, leaves: Sequence[Indexed], package: str
) -> tuple[dict[str, bytes], dict[int, tuple[LogProof, ...]]]:
    """Papers of notices and receipts kept for a package by SHA-256 (hex), and proofs of receipts by leaf."""
    wanted = {leaf.text("paper") for _, leaf in leaves if leaf.kind in ("notice", "receipt")}
    papers = {digest: data for digest in wanted if (data := kept(rooms, package, f"paper-{digest}"))}
    receipts = [index for index, leaf in leaves if leaf.kind == "receipt" and leaf.text("paper") in papers]
    return papers, {index: kept_proofs(rooms, package, index) for index in receipts}


def kept_proofs(rooms: Rooms, room: str, index: int) -> tuple[LogProof, ...]:
    """The proof of a leaf that is kept in a room; none when there is none, or it cannot be read."""
    data = kept(rooms, room, f"proof-{index}")
    try:
        return (parse_proof(data),) if data else ()
    except MalformedError:
        return ()


def kept_registrations(rooms: Rooms, key: str) -> tuple[Registered, ...]:
    """Every registration under the id of a recipient key that is kept, by the name of its paper."""
    if not is_key_room(key) or not rooms.has(KEY_ROOM + key):
        return ()
    found = []
    for paper in sorted(rooms.path(KEY_ROOM + key).glob("registration-*.json")):
        signatures = sorted(paper.parent.glob(f"{paper.stem}.*.sig"))
        found.append(Registered(paper.read_bytes(), tuple(each.read_bytes() for each in signatures)))
    return tuple(found)


def is_key_room(key: str) -> bool:
    """Whether an id of a key can be part of the name of a room."""
    return bool(key) and all(sign.isascii() and (sign.isalnum() or sign in ".-") for sign in key) and len(key) <= 64


def kept(rooms: Rooms, room: str, name: str) -> bytes | None:
    """A file of a room; None when there is none."""
    try:
        return rooms.read(room, name)
    except LawgateError:
        return None
