# SPDX-License-Identifier: Apache-2.0
"""Approvals and objections: what an approver is shown and signs, how it is taken, and what nobody can take away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from lawgate.authority.approvals import (
    Approved,
    Signed,
    Sought,
    Why,
    against,
    approved,
    objected,
    prepared_hash,
    rules_of,
    terms_over,
)
from lawgate.authority.keys import USE
from lawgate.authority.lifts import lifted
from lawgate.docket.standing import covering, standing
from lawgate.law.registers import read_registers
from lawgate.ledger.commit import salts
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import may_be_number
from lawgate.model.fault import Fault, Faulty, Scope
from lawgate.model.order import Standing
from lawgate.office.house import Check
from lawgate.office.packaged import prepared_manifest
from lawgate.office.recipient_keys import KeyDesk, keeps_registration
from lawgate.office.release import Release
from lawgate.ports.papers import kept, kept_approvals, kept_objections
from lawgate.protocol import approval as papers
from lawgate.protocol import manifest as manifests
from lawgate.protocol.approval import Approval, Objection
from lawgate.protocol.manifest import Manifest


@dataclass(frozen=True, slots=True)
class ToApprove:
    """A package as an approver meets it: itself, its rows, the law, orders over it, objections, and how it stands.

    `law` is the citation of the provision in force today, or its bare id when none of it is.
    """

    manifest: Manifest
    rows: int
    law: str
    orders: tuple[str, ...]
    objections: tuple[Objection, ...]
    stands: Approved


def to_approve(house: Release, package: str) -> ToApprove:
    """What there is to know before one approves a package. Faulty `E_UNPREPARED` when there is no such package."""
    sought = _sought(house, package)
    manifest = sought.manifest
    stands = _stands(house)
    parts = manifests.covered(manifest, sought.registers.humans)
    orders = dict.fromkeys(order for part in parts for order in covering(stands, part))
    provision = house.release.rulebook().provision(manifest.provision)
    law = provision.citation if provision else manifest.provision
    return ToApprove(manifest, len(manifest.records), law, tuple(orders), tuple(_said(sought)), approved(sought))


def approval_paper(house: Release, package: str, person: str, role: str) -> bytes:
    """The bytes that this person signs to approve a package in this role.

    Faulty with every fault that can be told before there is a signature.
    """
    sought = _sought(house, package)
    day = house.decide.clock.now().astimezone(UTC).date()
    known = sought.registers.people.get(person)
    held = sorted(t.office for t in known.holds if day in t.span) if known else []
    offices = [office for office in held if sought.rules.offices.get(office) == role]
    named = [office for office in held if any(office in terms.offices for terms in sought.orders)]
    office = next(iter([*offices, *(named if role == papers.DISCLOSURE else ())]), "")
    if known is None or not office:
        raise Faulty((_fault("E_APPROVAL_OFFICE", "this person holds no office today that approves in this role"),))
    moment = _moment(house, sought.leaves)
    paper = papers.render(
        Approval(
            package=package,
            set=sought.manifest.set,
            prepared=prepared_hash(sought.leaves, package),
            objections=objected(sought.leaves, sought.manifest),
            person=person,
            office=office,
            role=role,
            device=papers.device_of(known.key),
            said_at=moment,
        )
    )
    unsigned = _replaced(sought, lambda *_: True)
    _refuse([*against(unsigned, Signed(paper, b""), instant(moment)), *_short(sought)])
    return paper


def give_approval(house: Release, package: str, paper: bytes, signature: bytes) -> int:
    """Check a signed approval, keep it with its signature, log it; the index of its leaf. Faulty with every fault.

    Nothing is kept or logged unless all of it holds and it counts. Both are durable before the leaf names the paper.
    """
    sought = _sought(house, package)
    said, signed = papers.parse(paper), Signed(paper, signature)
    now = _moment(house, sought.leaves)
    leaf = StageLeaf(
        "approval",
        instant(now),
        {
            "package": package,
            "set": said.set,
            "person": said.person,
            "office": said.office,
            "role": said.role,
            "paper": sha256(paper).hexdigest(),
        },
    )
    _refuse([*_as_if_logged(sought, leaf, signed), *_short(sought)])
    stem = f"approval-{sha256(paper).hexdigest()}"
    house.decide.rooms.write(sought.manifest.batch, f"{stem}.sig", signature)
    house.decide.rooms.write(sought.manifest.batch, f"{stem}.json", paper)
    return house.decide.log.append(leaf)


def object_to(house: Release, subject: str, person: str, text: str) -> int:
    """Keep why somebody says that a batch or package should not go, and log it; the index of its leaf.

    Any one person of the registers may, in office or not: it can only hold something back. Nothing takes it away.
    Faulty for an unknown person or subject, or a text that cannot be kept.
    """
    desk = house.decide
    leaves = [leaf for _, leaf in desk.log.leaves()]
    room, its_set = _subject(leaves, subject)
    registers = read_registers(desk.registers())
    faults = []
    if person not in registers.people and not any(person in each.people for each in registers.staff):
        faults.append(_fault("E_OBJECTION_PERSON", "no register names this person"))
    if not room:
        faults.append(_fault("E_OBJECTION_SUBJECT", "there is no such batch or package; `lawgate status` lists them"))
    if not papers.may_be_said(text) or may_be_number(text):
        faults.append(
            _fault("E_OBJECTION_TEXT", "some words, 64 KiB at most, without control signs or numbers of people")
        )
    if faults:
        raise Faulty(tuple(faults))
    now = _moment(house, leaves)
    salt = salts(desk.salt_key(), f"{subject}/objection/{person}/{instant(now)}", 0, 1).hex()
    paper = papers.render_objection(Objection(subject, its_set, person, text, now, salt))
    digest = sha256(paper).hexdigest()
    desk.rooms.write(room, f"objection-{digest}.json", paper)
    body = {"subject": subject, "set": its_set, "person": person, "paper": digest}
    return desk.log.append(StageLeaf("objection", instant(now), body))


def paper_checks(house: Release, keys: KeyDesk) -> list[Check]:
    """Every approval, objection and registration of a key that the log names and whose paper is not kept as it was."""
    leaves, rooms = [leaf for _, leaf in house.decide.log.leaves()], house.decide.rooms
    rooms_of = {leaf.text("package"): leaf.text("batch") for leaf in leaves if leaf.kind == "prepared"}
    found = []
    for leaf in leaves:
        if leaf.kind == "key-registered" and leaf.text("use") == USE and not keeps_registration(keys.rooms, leaf):
            found.append(f"the registration of {leaf.text('key')}")
        if leaf.kind not in ("approval", "objection"):
            continue
        about = leaf.text("package" if leaf.kind == "approval" else "subject")
        text = kept(rooms, rooms_of.get(about, about), f"{leaf.kind}-{leaf.text('paper')}.json")
        if sha256(text or b"").hexdigest() != leaf.text("paper"):
            found.append(f"an {leaf.kind} of {about}")
    return [Check("stored_differs", f"{what}: the paper is not the one the log names", True) for what in found]


def _sought(house: Release, package: str) -> Sought:
    desk = house.decide
    leaves = [leaf for _, leaf in desk.log.leaves()]
    prepared = [leaf for leaf in leaves if leaf.kind == "prepared" and leaf.text("package") == package]
    manifest = prepared_manifest(house.release.packages, prepared[0]) if len(prepared) == 1 else None
    if manifest is None:
        raise Faulty((_fault("E_UNPREPARED", "the log shows no such package, or it is not kept as it was prepared"),))
    registers, now = read_registers(desk.registers()), desk.clock.now()
    day = now.astimezone(UTC).date()
    return Sought(
        manifest=manifest,
        leaves=leaves,
        approvals=kept_approvals(desk.rooms, leaves, manifest),
        objections=kept_objections(desk.rooms, leaves, manifest),
        registers=registers,
        rules=rules_of(house.release.rulebook()),
        orders=terms_over(_stands(house), manifest, registers),
        day=day,
        verify=desk.verify,
    )


def _stands(house: Release) -> Standing:
    """The docket as of now, with everything lifted that has been lifted in due form."""
    desk, now = house.decide, house.decide.clock.now()
    texts = desk.orders.texts()
    return standing(texts, now, lifted(list(desk.log.leaves()), texts, house.release.lifting(), now))


def _replaced(sought: Sought, verify: Callable[[bytes, bytes, bytes], bool]) -> Sought:
    return replace(sought, verify=verify)


def _as_if_logged(sought: Sought, leaf: StageLeaf, signed: Signed) -> tuple[Why, ...]:
    """Every reason why this approval would not count if its leaf were the log's next one."""
    with_it = {**sought.approvals, leaf.text("paper"): signed}
    seen = approved(replace(sought, leaves=[*sought.leaves, leaf], approvals=with_it)).considered
    # An approval over another package is none of this one's, so it is looked at by itself.
    others = against(sought, signed, leaf.at) if leaf.text("package") == sought.manifest.package else ()
    return tuple(dict.fromkeys([*others, *(seen[-1].why if seen else ())]))


def _short(sought: Sought) -> Iterator[Why]:
    """What is wrong with the package itself: nobody approves over an objection that nobody can read."""
    yield from (why for why in approved(sought).lacks if why.code in ("E_OBJECTION_GONE", "E_UNPREPARED"))


def _said(sought: Sought) -> Iterator[Objection]:
    for digest in objected(sought.leaves, sought.manifest):
        if sha256(sought.objections.get(digest, b"")).hexdigest() == digest:
            yield papers.parse_objection(sought.objections[digest])


def _subject(leaves: Sequence[StageLeaf], subject: str) -> tuple[str, str]:
    """The room of a batch or package, and the set commitment of a package; empty when there is no such thing."""
    for leaf in leaves:
        if leaf.kind == "prepared" and leaf.text("package") == subject:
            return leaf.text("batch"), leaf.text("set")
        if leaf.kind == "request" and leaf.text("batch") == subject:
            return subject, ""
    return "", ""


def _moment(house: Release, leaves: Sequence[StageLeaf]) -> datetime:
    """The second, as the log will have it: where another leaf is a moment ahead, that moment."""
    now = house.decide.clock.now().astimezone(UTC).replace(microsecond=0)
    return max(now, datetime.fromisoformat(leaves[-1].at)) if leaves else now


def _refuse(why: Sequence[Why]) -> None:
    if why:
        raise Faulty(tuple(Fault(Scope.FILE, "approval", 0, "", each.code, each.says) for each in why))


def _fault(code: str, mend: str) -> Fault:
    return Fault(Scope.FILE, "approval", 0, "", code, mend)
