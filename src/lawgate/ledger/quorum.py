# SPDX-License-Identifier: Apache-2.0
"""Whose signatures make a checkpoint count: one log key, listed witnesses, and which of them are enough."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from lawgate.ledger import checkpoint as checkpoints
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.note import (
    COSIGNATURE,
    ED25519,
    ML_DSA_44,
    Endorsement,
    NoteKey,
    Verify,
    endorsements,
    key_name,
)
from lawgate.model.form import WITNESS_QUORUM_AT_LEAST

TOP = "quorum"
"""The name, in a policy's text, of the group that is the quorum."""
_RESERVED = (TOP, "none")


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a policy: at least `required` of the members must hold; a member is a witness or an earlier group."""

    name: str
    required: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """The log's key, the witnesses' keys, and how many must have cosigned (at least 1): C2SP tlog-policy.

    The quorum is `required` of the names that stand in no group: witnesses, by the names of their keys, and `groups`.
    Without groups it is `required` of all witnesses. Nobody is listed without counting, and nobody counts twice.
    ValueError when a number is below 1 or above what can be had, when two witnesses share a name or a public key, when
    a group names what is not there or stands elsewhere already, when a key has the wrong signature type, or when fewer
    witnesses than the form floor asks for could be a quorum: an office with such a policy does not start.
    """

    log: NoteKey
    witnesses: tuple[NoteKey, ...]
    required: int
    groups: tuple[Group, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a policy that asks for nothing or for what cannot be had."""
        _check_keys(self.log, self.witnesses)
        _check_groups(self.witnesses, self.groups)
        if not 1 <= self.required <= len(self.members):
            raise ValueError("required must be between 1 and the number of witnesses")
        if not self.satisfied_by(self.witnesses):
            raise ValueError("required counts witnesses whose signatures nobody here can check")
        if self.fewest < WITNESS_QUORUM_AT_LEAST:
            raise ValueError("fewer witnesses than the form floor asks for could be a quorum")

    @property
    def members(self) -> tuple[str, ...]:
        """Names the quorum counts: witnesses and groups that stand in no group, sorted."""
        inside = {name for group in self.groups for name in group.members}
        names = [*(key.name for key in self.witnesses), *(group.name for group in self.groups)]
        return tuple(sorted(name for name in names if name not in inside))

    def satisfied_by(self, cosigned: Collection[NoteKey]) -> bool:
        """Whether these keys, all checked, are a quorum. Keys of other types than 0x04 never count."""
        held = {key.name for key in self.witnesses if key in cosigned and key.kind == COSIGNATURE}
        for group in self.groups:
            if sum(name in held for name in group.members) >= group.required:
                held.add(group.name)
        return sum(name in held for name in self.members) >= self.required

    @property
    def fewest(self) -> int:
        """The smallest number of witnesses that can be a quorum."""
        cost = {key.name: 1 for key in self.witnesses}
        for group in (*self.groups, Group(TOP, self.required, self.members)):
            cost[group.name] = sum(sorted(cost[name] for name in group.members)[: group.required])
        return cost[TOP]

    @property
    def splittable(self) -> bool:
        """Whether two sets of witnesses without a common member could each be a quorum, each for a log of its own."""
        both = {key.name: False for key in self.witnesses}
        for group in (*self.groups, Group(TOP, self.required, self.members)):
            # A member that two sides can have at once counts for both; each other member goes to one side.
            both[group.name] = len(group.members) + sum(both[name] for name in group.members) >= 2 * group.required
        return both[TOP]

    @property
    def origin(self) -> str:
        """The log's origin line: the name of its key."""
        return self.log.name

    @property
    def digest(self) -> bytes:
        """SHA-256 over the policy's text, to pin it in a leaf."""
        return sha256(self.render().encode()).digest()

    def render(self) -> str:
        """The policy's one text, as C2SP tlog-policy; places are not part of it, so that a witness may move."""
        witnesses = sorted(self.witnesses, key=lambda key: key.name)
        groups = (*self.groups, Group(TOP, self.required, self.members))
        lines = [f"log {self.log.vkey}", *(f"witness {key.name} {key.vkey}" for key in witnesses)]
        lines += [f"group {group.name} {group.required} {' '.join(sorted(group.members))}" for group in groups]
        return "\n".join([*lines, f"quorum {TOP}"]) + "\n"


def _check_keys(log: NoteKey, witnesses: tuple[NoteKey, ...]) -> None:
    names = {key.name for key in witnesses}
    if len(names) != len(witnesses) or names & set(_RESERVED):
        raise ValueError("each witness has a name of its own")
    if len({key.public_key for key in (log, *witnesses)}) != len(witnesses) + 1:
        raise ValueError("each key is used by one party only")
    if log.kind != ED25519 or any(key.kind not in (COSIGNATURE, ML_DSA_44) for key in witnesses):
        raise ValueError("the log signs with type 1, a witness with type 4 or 6")


def _check_groups(witnesses: tuple[NoteKey, ...], groups: tuple[Group, ...]) -> None:
    known, free = set(_RESERVED) | {key.name for key in witnesses}, {key.name for key in witnesses}
    for group in groups:
        if group.name in known or key_name(group.name) != group.name:
            raise ValueError("each group has a name of its own")
        if len(set(group.members)) != len(group.members) or not free.issuperset(group.members):
            raise ValueError("a member of a group is a witness or an earlier group that stands nowhere else")
        if not 1 <= group.required <= len(group.members):
            raise ValueError("required must be between 1 and the number of members")
        known.add(group.name)
        free = free - set(group.members) | {group.name}


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
    if not policy.satisfied_by([each.key for each in cosigned]):
        raise MalformedError("quorum", "checkpoint")
    return Witnessed(found, cosigned)
