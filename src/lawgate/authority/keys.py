# SPDX-License-Identifier: Apache-2.0
"""Whether a recipient key may be sealed to now: told from leaves, registration papers and registers.

A key of the register counts only when the log shows that two people registered this very key, long enough ago, and
nobody revoked it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lawgate.authority.approvals import OFFICES, Why
from lawgate.authority.people import same_house
from lawgate.law.rulebook import Rulebook
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.note import Verify
from lawgate.model.fault import Faulty
from lawgate.model.form import key_cooloff
from lawgate.model.request import RecipientKey, Registers
from lawgate.protocol.manifest import text_digest
from lawgate.protocol.recipient_key import Registration, fingerprint_of, parse

USE, REGISTRAR, COOLOFF = "recipient", "registrar", "key_cooloff_hours"
REGISTRARS = 2
KINDS = ("key-registered", "key-revoked")
HARMLESS = frozenset({"lost", "replaced", "withdrawn"})
"""Reasons of a revocation after which the same key may be registered again; every other one is for ever."""
HANDED_IN = timedelta(days=1)
"""A registration is handed in so long after it was said, at the most."""


@dataclass(frozen=True, slots=True)
class KeyRules:
    """What the rulebook says of recipient keys: how long a new one waits, and which offices register."""

    cooloff: timedelta
    offices: frozenset[str]


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration as it is kept: the exact bytes, and a signature (64 bytes) for each registrar in its order."""

    paper: bytes
    signatures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class KeyState:
    """How a key stands: the index of the leaf that registered it, from when it counts, and everything it lacks."""

    leaf: int | None
    usable_from: datetime | None
    lacks: tuple[Why, ...]

    @property
    def short(self) -> tuple[str, ...]:
        """The codes of what it lacks; an empty tuple is the only yes."""
        return tuple(dict.fromkeys(each.code for each in self.lacks))


def key_rules_of(rulebook: Rulebook) -> KeyRules:
    """What a rulebook says of recipient keys. One that lists no registering office lets nobody register."""
    listed = rulebook.registers.get(OFFICES, {})
    offices = frozenset(office for office, entry in listed.items() if entry.get("role") == REGISTRAR)
    return KeyRules(key_cooloff(rulebook.parameters.get(COOLOFF)), offices)


def key_usable(
    key: RecipientKey,
    leaves: Sequence[tuple[int, StageLeaf]],
    papers: Sequence[Registered],
    registers: Registers,
    rules: KeyRules,
    witnessed_now: datetime | None,
    verify: Verify,
) -> KeyState:
    """How a key of the register stands at a witnessed moment (None: nobody witnessed one, and then it cannot be used).

    Only the last registration of its id counts: a changed key waits again, and the one before it is gone for good.
    `papers` are all registrations that are kept; one that is not there, or not signed by both, registers nothing.
    """
    found = registered_leaf(leaves, key.id)
    if found is None or found[1].text("public_key") != text_digest(key.age):
        return KeyState(
            None, None, (_why("E_KEY_UNREGISTERED", "the log does not show that this very key is registered"),)
        )
    index, leaf = found
    lacks = [] if revoked(leaves, index) is None else [_why("E_KEY_REVOKED", "the key was revoked")]
    if compromised(leaves, key.age):
        lacks.append(
            _why("E_KEY_COMPROMISED", "this very key was revoked as compromised, under this id or another one")
        )
    since, until = _earlier(leaves, index, key.id), datetime.fromisoformat(leaf.at)
    said = [_good(key, leaf, paper, registers, rules, verify) for paper in papers]
    # A paper is good for one registration: that of an earlier or revoked one registers nothing again. And it cannot be
    # younger than its leaf: where the log stood still, a leaf could claim an older moment and shorten the wait.
    good = [each for each in said if each and max(since, until - HANDED_IN) <= each.said_at <= until]
    if not good:
        lacks.append(_why("E_KEY_PAPER", "no paper is kept in which two registrars sign for this very key"))
    usable = max(datetime.fromisoformat(leaf.text("usable_from")), ready(until, rules.cooloff))
    if witnessed_now is None or witnessed_now < usable:
        lacks.append(_why("E_KEY_COOLOFF", "the key was registered too short a time ago, by the witnesses' clocks"))
    return KeyState(index, usable, tuple(lacks))


def registered_leaf(leaves: Sequence[tuple[int, StageLeaf]], key: str) -> tuple[int, StageLeaf] | None:
    """The last leaf that registered a recipient key of this id, with its index; None when there is none."""
    own = [(at, leaf) for at, leaf in leaves if leaf.kind == "key-registered" and leaf.text("key") == key]
    return next(((at, leaf) for at, leaf in reversed(own) if leaf.text("use") == USE), None)


def ready(begins: datetime, wait: timedelta) -> datetime:
    """When a wait that begins at a moment is over, in UTC; the end of time where it has no end."""
    last = datetime.max.replace(tzinfo=UTC)
    return begins.astimezone(UTC) + wait if wait <= last - begins else last


def revoked(leaves: Sequence[tuple[int, StageLeaf]], registered: int) -> int | None:
    """The index of the leaf that revoked a registration; None while nobody did."""
    gone = (at for at, leaf in leaves if leaf.kind == "key-revoked" and leaf.number("registered_leaf") == registered)
    return next(gone, None)


def compromised(leaves: Sequence[tuple[int, StageLeaf]], text: str) -> bool:
    """Whether a key with this recipient text was revoked as compromised, under whatever id it was registered.

    A key that others may have is theirs for good, whoever registers it again. A reason nobody knows counts as this one.
    """
    digest = text_digest(text)
    ours = {at for at, leaf in leaves if leaf.kind == "key-registered" and leaf.text("public_key") == digest}
    gone = (leaf for _, leaf in leaves if leaf.kind == "key-revoked" and leaf.text("reason") not in HARMLESS)
    return any(leaf.number("registered_leaf") in ours for leaf in gone)


def signed_by(
    said: Registration, paper: Registered, registers: Registers, rules: KeyRules, verify: Verify
) -> tuple[Why, ...]:
    """Every reason why a registration does not hold by itself: who registers, how they signed, what was read back."""
    return tuple(_signed(said, paper, registers, rules, verify))


def _why(code: str, says: str) -> Why:
    return Why(code, says)


def _earlier(leaves: Sequence[tuple[int, StageLeaf]], index: int, key: str) -> datetime:
    """The moment of the last leaf before this one that registered or revoked a key of this id."""
    before = (leaf.at for at, leaf in leaves if at < index and leaf.kind in KINDS and leaf.text("key") == key)
    return datetime.fromisoformat(max(before, default="0001-01-01T00:00:00Z"))


def _good(
    key: RecipientKey, leaf: StageLeaf, paper: Registered, registers: Registers, rules: KeyRules, verify: Verify
) -> Registration | None:
    """What a paper says, when it is the one this leaf was written about and both registrars signed it."""
    try:
        said = parse(paper.paper)
    except Faulty:
        return None
    same = (said.key, said.agency, said.text) == (key.id, key.agency, key.age)
    people = said.registrars == leaf.texts("people") and set(said.registrars) == set(key.registrars)
    if not same or not people or leaf.text("owner") != said.agency:
        return None
    return None if signed_by(said, paper, registers, rules, verify) else said


def _signed(
    said: Registration, paper: Registered, registers: Registers, rules: KeyRules, verify: Verify
) -> Iterator[Why]:
    day = said.said_at.astimezone(UTC).date()
    people = [registers.people.get(each) for each in said.registrars]
    humans = {registers.humans({each}) for each in said.registrars}
    if (
        len(said.registrars) != REGISTRARS
        or len(humans) != REGISTRARS
        or list(said.registrars) != sorted(said.registrars)
    ):
        yield _why("E_KEY_REGISTRARS", "two different humans register a key, each under one id, in order")
    for person in people:
        held = person is not None and any(person.holds_on(office, day) for office in rules.offices)
        if person is None or not held or same_house(person.agencies_on(day), said.agency):
            yield _why(
                "E_KEY_REGISTRARS", "a registrar holds a registering office that day, and none of the recipient's"
            )
    pairs = list(zip(people, paper.signatures, strict=False))
    if len(paper.signatures) != len(people) or not all(p and verify(p.key, paper.paper, s) for p, s in pairs):
        yield _why("E_KEY_SIGNATURE", "each registrar signs these exact bytes with their own key")
    if said.fingerprint != fingerprint_of(said.text):
        yield _why("E_KEY_FINGERPRINT", "the fingerprint that was read back is another key's")
