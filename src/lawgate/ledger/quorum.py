# SPDX-License-Identifier: Apache-2.0
"""Whose signatures make a checkpoint count: one log key, listed witnesses, and how many of them."""

from dataclasses import dataclass
from hashlib import sha256

from lawgate.ledger import checkpoint as checkpoints
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import COSIGNATURE, ED25519, Endorsement, NoteKey, Verify, endorsements


@dataclass(frozen=True, slots=True)
class Policy:
    """The log's key, the witnesses' keys and the number of witnesses that must have cosigned (at least 1).

    ValueError when `required` is below 1 or above the number of witnesses, when two witnesses share a name or a
    public key (one cosigner would count twice), or when a key has the wrong signature type.
    """

    log: NoteKey
    witnesses: tuple[NoteKey, ...]
    required: int

    def __post_init__(self) -> None:
        """Refuse a policy that asks for nothing or for what cannot be had."""
        if not 1 <= self.required <= len(self.witnesses):
            raise ValueError("required must be between 1 and the number of witnesses")
        names = {key.name for key in self.witnesses}
        if len(names) != len(self.witnesses):
            raise ValueError("each witness has a name of its own")
        if len({key.public_key for key in (self.log, *self.witnesses)}) != len(self.witnesses) + 1:
            raise ValueError("each key is used by one party only")
        if self.log.kind != ED25519 or any(key.kind != COSIGNATURE for key in self.witnesses):
            raise ValueError("the log signs with type 1, a witness with type 4")

    @property
    def origin(self) -> str:
        """The log's origin line: the name of its key."""
        return self.log.name

    @property
    def digest(self) -> bytes:
        """SHA-256 over the policy's text, to pin it in a leaf."""
        return sha256(self.render().encode()).digest()

    def render(self) -> str:
        """The policy as lines: `log vkey`, `witness vkey` in name order, `required n`."""
        witnesses = [f"witness {key.vkey}" for key in sorted(self.witnesses, key=lambda key: key.name)]
        return "\n".join([f"log {self.log.vkey}", *witnesses, f"required {self.required}"]) + "\n"


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that the policy accepts, with the cosignatures that made it so."""

    checkpoint: Checkpoint
    cosignatures: tuple[Endorsement, ...]

    @property
    def seconds(self) -> int:
        """The earliest POSIX second stated by a cosignature: the checkpoint existed by then."""
        return min(found.seconds for found in self.cosignatures if found.seconds is not None)


def check_log(data: bytes, key: NoteKey, verify: Verify) -> Checkpoint:
    """The checkpoint of a note that this log signed; MalformedError otherwise. Witnesses are not counted."""
    found, note = checkpoints.parse_note(data)
    if found.origin != key.name:
        raise MalformedError("origin", "checkpoint")
    if not endorsements(note, [key], verify):
        raise MalformedError("unsigned", "checkpoint")
    return found


def check(data: bytes, policy: Policy, verify: Verify) -> Witnessed:
    """The checkpoint of a note that satisfies the policy.

    MalformedError when the note is malformed, the origin is another log's, the log's signature is missing, a known
    key's signature fails, or too few witnesses have cosigned.
    """
    found = check_log(data, policy.log, verify)
    cosigned = endorsements(checkpoints.parse_note(data)[1], policy.witnesses, verify)
    if len(cosigned) < policy.required:
        raise MalformedError("quorum", "checkpoint")
    return Witnessed(found, cosigned)
