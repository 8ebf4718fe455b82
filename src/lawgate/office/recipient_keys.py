# SPDX-License-Identifier: Apache-2.0
"""Recipient keys: proposed, shown to be in the recipient's hands, registered by two people, revoked by one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import rfc8785

from lawgate.authority.keys import (
    USE,
    KeyRules,
    KeyState,
    Registered,
    compromised,
    key_usable,
    ready,
    registered_leaf,
    revoked,
    signed_by,
)
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.note import Verify
from lawgate.ledger.proof import verify_entry
from lawgate.ledger.quorum import Policy
from lawgate.ledger.schema import Value, fits
from lawgate.model.fault import Fault, Faulty, LawgateError, Scope
from lawgate.model.request import RecipientKey, Registers
from lawgate.office.alone import make_room
from lawgate.office.custodian import of_custodian
from lawgate.ports.clock import Clock
from lawgate.ports.papers import KEY_ROOM, is_key_room, kept_registrations
from lawgate.ports.release import ReleaseLog
from lawgate.ports.rooms import Rooms
from lawgate.ports.seal import Sealer
from lawgate.protocol.manifest import text_digest
from lawgate.protocol.recipient_key import CHANNELS, Registration, challenge_text, fingerprint_of, parse, render

PROPOSAL, CHALLENGE = "proposal.json", "challenge.json"
KEPT = {PROPOSAL: ("agency", "text", "authorisation"), CHALLENGE: ("text", "challenge", "answered")}
YES, NO = "yes", "no"
REASONS = ("compromised", "lost", "replaced", "withdrawn")


@dataclass(frozen=True, slots=True)
class KeyDesk:
    """What keeping recipient keys needs. `rooms` has a room for each key id; `office` says who the custodian is.

    `witnessed` is the earliest moment that witnesses state over a head published just now; None when none do.
    """

    rooms: Rooms
    log: ReleaseLog
    registers: Callable[[], Registers]
    rules: Callable[[], KeyRules]
    sealer: Sealer
    witnessed: Callable[[], datetime | None]
    verify: Verify
    clock: Clock
    office: str


def propose_key(desk: KeyDesk, key: str, agency: str, text: str, authorisation: bytes, person: str) -> str:
    """Keep a recipient text that an agency says is its key, with the digest of the paper it says so in.

    The fingerprint to be read back. What was proposed before under this id and not registered is gone. Faulty with
    every fault.
    """
    faults = list(_by_custodian(desk, person))
    if not fits("id", key) or not is_key_room(key) or not fits("id", agency):
        faults.append(_fault("E_KEY_NAME", "an id has letters, digits, dots and hyphens, and is nobody's number"))
    if not desk.sealer.is_recipient(text):
        faults.append(_fault("E_KEY_TEXT", "nothing can be sealed to this text; it is no recipient key"))
    if compromised(list(desk.log.leaves()), text):
        faults.append(_fault("E_KEY_COMPROMISED", "this very key was revoked as compromised; propose a new one"))
    if not authorisation:
        faults.append(_fault("E_KEY_AUTHORISATION", "the agency's paper is empty"))
    _refuse(faults)
    make_room(desk.rooms, _room(key))
    body = {"agency": agency, "text": text, "authorisation": sha256(authorisation).hexdigest()}
    desk.rooms.write(_room(key), PROPOSAL, rfc8785.dumps(body))
    return fingerprint_of(text)


def challenge_key(desk: KeyDesk, key: str, person: str) -> bytes:
    """A fresh challenge, sealed to the proposed key: only who has it can answer. Faulty when nothing is proposed."""
    _refuse(list(_by_custodian(desk, person)))
    text = _proposal(desk, key)["text"]
    # The sealer's own randomness, hashed: what is asked for is a number nobody can guess.
    said = challenge_text(key, text, sha256(desk.sealer.fresh().secret.encode()).hexdigest())
    # Only the digest is kept: whoever reads the room cannot answer in the recipient's place.
    _note(desk, key, text, said, NO)
    return desk.sealer.seal(said, text)


def answer_key(desk: KeyDesk, key: str, answer: bytes, person: str) -> None:
    """Take the challenge's text as it came back. Faulty unless it is the one that was sealed to the proposed key."""
    _refuse(list(_by_custodian(desk, person)))
    proposal, asked = _proposal(desk, key), _challenge(desk, key)
    same = (asked["text"], asked["challenge"]) == (text_digest(proposal["text"]), sha256(answer).hexdigest())
    if not same:
        _refuse([_fault("E_KEY_ANSWER", "this is not the text that was sealed to the proposed key")])
    _note(desk, key, proposal["text"], answer, YES)


def registration_paper(
    desk: KeyDesk, key: str, registrars: Sequence[str], read_back_by: str, channel: str, fingerprint: str
) -> bytes:
    """The bytes that both registrars sign. Faulty with every fault that can be told before they are signed."""
    proposal, asked = _proposal(desk, key), _challenge(desk, key)
    said = Registration(
        key=key,
        agency=proposal["agency"],
        text=proposal["text"],
        authorisation=proposal["authorisation"],
        challenge=asked["challenge"],
        read_back_by=read_back_by,
        channel=channel,
        fingerprint=fingerprint,
        registrars=tuple(sorted(registrars)),
        said_at=_moment(desk),
    )
    unsigned = Registered(b"", (b"",) * len(said.registrars))
    why = signed_by(said, unsigned, desk.registers(), desk.rules(), lambda *_: True)
    _refuse([*(_fault_of(each.code, each.says) for each in why), *_about(desk, said)])
    return render(said)


def register_key(desk: KeyDesk, paper: bytes, signatures: Sequence[bytes]) -> tuple[int, datetime]:
    """Check a registration that both signed, keep it, log it: the index of its leaf, and from when the key counts.

    `signatures` are in the order of the paper's registrars. Faulty with every fault; nothing is kept or logged then.
    """
    said, given = parse(paper), Registered(paper, tuple(signatures))
    why = signed_by(said, given, desk.registers(), desk.rules(), desk.verify)
    now, seen = _moment(desk), desk.witnessed()
    faults = [*(_fault_of(each.code, each.says) for each in why), *_about(desk, said)]
    if said.said_at > now or said.said_at.date() != now.date():
        faults.append(_fault("E_KEY_DAY", "a registration is said and handed in on one and the same UTC day"))
    if seen is None:
        faults.append(_fault("E_KEY_TIME", "no witness says what time it is, so no wait can begin"))
    _refuse(faults)
    stem = f"registration-{sha256(paper).hexdigest()}"
    for place, signature in enumerate(signatures, 1):
        desk.rooms.write(_room(said.key), f"{stem}.{place}.sig", signature)
    desk.rooms.write(_room(said.key), f"{stem}.json", paper)
    usable = ready(max(now, seen or now), desk.rules().cooloff)
    body: dict[str, Value] = {
        "key": said.key,
        "use": USE,
        "owner": said.agency,
        "public_key": text_digest(said.text),
        "people": list(said.registrars),
        "usable_from": instant(usable),
    }
    return desk.log.append(StageLeaf("key-registered", instant(now), body)), usable


def revoke_key(desk: KeyDesk, key: str, reason: str, person: str) -> int:
    """Revoke the last registration of a key id, at once and for good; the index of the leaf. One person may.

    Faulty when nothing is registered, when it is revoked already, for another reason than those of `REASONS`, or for
    somebody who is not of the custodian.
    """
    leaves = list(desk.log.leaves())
    found, faults = registered_leaf(leaves, key), list(_by_custodian(desk, person))
    if found is None or revoked(leaves, found[0]) is not None:
        faults.append(_fault("E_KEY_UNREGISTERED", "no key of this id is registered and not revoked"))
    if reason not in REASONS:
        faults.append(_fault("E_KEY_REASON", f"a reason is one of {', '.join(REASONS)}"))
    _refuse(faults)
    leaf = found[0] if found else 0
    body: dict[str, Value] = {"key": key, "registered_leaf": leaf, "reason": reason, "person": person}
    return desk.log.append(StageLeaf("key-revoked", instant(_moment(desk)), body))


def key_states(desk: KeyDesk) -> list[tuple[RecipientKey, KeyState]]:
    """Every key of the register with how it stands now, by id."""
    registers, leaves, now, rules = desk.registers(), list(desk.log.leaves()), desk.witnessed(), desk.rules()
    keys = sorted(registers.recipients.values(), key=lambda each: each.id)
    return [
        (key, key_usable(key, leaves, kept_registrations(desk.rooms, key.id), registers, rules, now, desk.verify))
        for key in keys
    ]


def keeps_registration(rooms: Rooms, leaf: StageLeaf) -> bool:
    """Whether a paper is kept in which somebody registers what this leaf registered."""
    return any(_is_about(each, leaf) for each in kept_registrations(rooms, leaf.text("key")))


def _is_about(registered: Registered, leaf: StageLeaf) -> bool:
    try:
        said = parse(registered.paper)
    except Faulty:
        return False
    return (text_digest(said.text), said.registrars) == (leaf.text("public_key"), leaf.texts("people"))


def witnessed_now(log: ReleaseLog, policy: Policy, verify: Verify) -> datetime | None:
    """The earliest moment that witnesses state over a head published just now; None when there is no such head."""
    try:
        log.publish()
        first, proof = next(iter(log.leaves()))[1], log.proof(0)
        seen = verify_entry(first.render(), proof, policy, verify)
    except (LawgateError, StopIteration):
        return None
    return datetime.fromtimestamp(seen.seconds, UTC)


def _by_custodian(desk: KeyDesk, person: str) -> list[Fault]:
    if of_custodian(desk.registers(), desk.office, person, desk.clock.now().astimezone(UTC).date()):
        return []
    return [_fault("E_KEY_PERSON", "a named person in an office of the custodian does this; people.toml lists them")]


def _about(desk: KeyDesk, said: Registration) -> list[Fault]:
    """What a registration is held against besides itself: the proposal, its answered challenge, the reading back."""
    faults, proposal, asked = [], _proposal(desk, said.key), _challenge(desk, said.key)
    proposed = (proposal["agency"], proposal["text"], proposal["authorisation"])
    if (said.agency, said.text, said.authorisation) != proposed:
        faults.append(
            _fault("E_KEY_PROPOSED", "another key was proposed since; begin again with `lawgate key propose`")
        )
    if compromised(list(desk.log.leaves()), said.text):
        faults.append(_fault("E_KEY_COMPROMISED", "this very key was revoked as compromised; propose a new one"))
    shown = asked["answered"] == YES and asked["text"] == text_digest(said.text)
    if not shown or asked["challenge"] != said.challenge:
        faults.append(_fault("E_KEY_UNANSWERED", "nobody has shown yet that they have the key; answer its challenge"))
    if said.channel not in CHANNELS or not fits("id", said.read_back_by):
        faults.append(_fault("E_KEY_READ_BACK", f"a named person read it back by one of {', '.join(CHANNELS)}"))
    return faults


def _proposal(desk: KeyDesk, key: str) -> dict[str, str]:
    return _file(desk, key, PROPOSAL)


def _challenge(desk: KeyDesk, key: str) -> dict[str, str]:
    try:
        return _file(desk, key, CHALLENGE)
    except Faulty:
        return {"text": "", "challenge": "", "answered": NO}


def _file(desk: KeyDesk, key: str, name: str) -> dict[str, str]:
    """A kept file, whole. Faulty when there is none, or it is damaged: what it said has to be said again then."""
    names = KEPT[name]
    try:
        found = json.loads(desk.rooms.read(_room(key), name)) if is_key_room(key) else None
    except (LawgateError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(found.get(each), str) for each in names):
        raise Faulty((_fault("E_KEY_PROPOSED", "nothing that can be read is proposed under this id"),))
    return {each: found[each] for each in names}


def _note(desk: KeyDesk, key: str, text: str, challenge: bytes, answered: str) -> None:
    body = {"text": text_digest(text), "challenge": sha256(challenge).hexdigest(), "answered": answered}
    desk.rooms.write(_room(key), CHALLENGE, rfc8785.dumps(body))


def _room(key: str) -> str:
    return KEY_ROOM + key


def _moment(desk: KeyDesk) -> datetime:
    """The second, as the log will have it: where another leaf is a moment ahead, that moment."""
    now = desk.clock.now().astimezone(UTC).replace(microsecond=0)
    last = max((leaf.at for _, leaf in desk.log.leaves()), default="")
    return max(now, datetime.fromisoformat(last)) if last else now


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Faulty(tuple(faults))


def _fault(code: str, mend: str) -> Fault:
    return Fault(Scope.FILE, "recipient key", 0, "", code, mend)


def _fault_of(found: str, mend: str) -> Fault:
    """A fault by a code that was read off elsewhere."""
    return Fault(Scope.FILE, "recipient key", 0, "", found, mend)
