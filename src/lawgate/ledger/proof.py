# SPDX-License-Identifier: Apache-2.0
"""C2SP tlog-proof: one file that shows, offline, that an entry is in a witnessed log."""

import re
from base64 import b64encode
from dataclasses import dataclass

from lawgate.ledger.checkpoint import parse_note
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.merkle import HASH, leaf_hash, verify_inclusion
from lawgate.ledger.note import Verify, from_base64
from lawgate.ledger.quorum import Policy, Witnessed, check

_HEAD = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class LogProof:
    """Index of an entry, its audit path, the signed checkpoint (bytes), and opaque extra data nobody vouches for."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def render(self) -> bytes:
        """The file's bytes; MalformedError when no parser would read this value back."""
        lines = [_HEAD, f"extra {b64encode(self.extra).decode()}"] if self.extra else [_HEAD]
        lines += [f"index {self.index}", *[b64encode(step).decode() for step in self.path], "", ""]
        data = "\n".join(lines).encode() + self.checkpoint
        if parse(data) != self:
            raise MalformedError("proof")
        return data


def parse(data: bytes) -> LogProof:
    """A proof from its bytes; MalformedError unless it is the one way to write it."""
    head, blank, checkpoint = data.partition(b"\n\n")
    if not blank or len(data) > _MAX:
        raise MalformedError("proof", "form")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise MalformedError("proof", "form") from None
    if lines.pop(0) != _HEAD or not lines:
        raise MalformedError("proof", "first line")
    extra = from_base64(lines.pop(0)[6:], "extra") if lines[0].startswith("extra ") else b""
    found = _INDEX.fullmatch(lines[0]) if lines else None
    path = tuple(from_base64(line, "path") for line in lines[1:])
    if found is None or any(len(step) != HASH for step in path) or len(path) > 63:
        raise MalformedError("proof", "index or path")
    parse_note(checkpoint)
    proof = LogProof(int(found[1]), path, checkpoint, extra)
    if not extra and head.startswith(f"{_HEAD}\nextra".encode()):
        raise MalformedError("proof", "extra")
    return proof


def verify_entry(entry: bytes, proof: LogProof, policy: Policy, verify: Verify) -> Witnessed:
    """The witnessed checkpoint that contains this entry at the proof's index.

    The leaf hash is computed from the entry shown, never taken from the proof. MalformedError when the checkpoint does
    not satisfy the policy or the path does not lead from this entry to its root.
    """
    found = check(proof.checkpoint, policy, verify)
    head = found.checkpoint
    if not verify_inclusion(leaf_hash(entry), proof.index, head.size, proof.path, head.root):
        raise MalformedError("not_included", "proof")
    return found
