# SPDX-License-Identifier: Apache-2.0
"""A package with made-up people around it, as leaves and papers alone: what approvals are looked at in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from lawgate.authority.approvals import Approved, Rules, Signed, Sought, approved, objected, prepared_hash
from lawgate.drivers.keys import KeySigner, verify
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.model.order import ApprovalTerms
from lawgate.model.period import Span
from lawgate.model.practice import Agreement
from lawgate.model.request import NOBODY, Person, Registers, ReportsTo, Staff, Tenure
from lawgate.protocol.approval import DISCLOSURE, LEGAL, Approval, Objection, device_of, render, render_objection
from lawgate.protocol.manifest import Manifest, Sealed

START = datetime(2030, 5, 6, 14, 0, tzinfo=UTC)
EVER = Span(date(2020, 1, 1), None)
ASKING, HOUSE = "us.agency-a", "custodian"
PACKAGE, BATCH = "req-0001-p01", "req-0001"
OFFICES = {"custodian.disclosure": DISCLOSURE, "custodian.privacy": DISCLOSURE, "custodian.counsel": LEGAL}
MANIFEST = Manifest(
    package=PACKAGE,
    batch=BATCH,
    provision="p1",
    purpose="criminal_investigation",
    agency=ASKING,
    recipient_key="rk-1",
    recipient_text="e" * 64,
    people=("person.a.1", "person.a.2", "person.a.3"),
    recipients=("person.a.4",),
    fields=("mailing_address",),
    years=(2021,),
    batch_rows=50,
    set="b" * 64,
    review="c" * 64,
    records=(Sealed("0001.age", "d" * 64, 300),),
)


def key_of(name: str) -> KeySigner:
    """The signing key of a made-up person, the same for the same name."""
    return KeySigner("somebody", 1, sha256(name.encode()).digest())


def person(id: str, office: str, agency: str, reports_to: str = "", key: str = "", human: str = "") -> Person:
    lines = (ReportsTo(reports_to, EVER),) if reports_to else ()
    return Person(id, id, key_of(key or id).public_key, (Tenure(office, agency, EVER),), lines, human)


PEOPLE = (
    person("person.a.1", "us.agency-a.head", ASKING, NOBODY),
    person("person.a.2", "us.agency-a.liaison", ASKING, "person.a.1"),
    person("person.a.3", "us.agency-a.officer", ASKING, "person.a.2"),
    person("person.a.4", "us.agency-a.officer", ASKING, "person.a.2"),
    person("person.a.9", "us.agency-a.clerk", ASKING, "person.a.2"),
    person("person.a.8", "us.agency-a.ice.clerk", "us.agency-a.part", "person.a.2"),
    person("person.c.0", "custodian.head", HOUSE, NOBODY),
    person("person.c.1", "custodian.reviewer", HOUSE, "person.c.0"),
    person("person.c.2", "custodian.disclosure", HOUSE, "person.c.0"),
    person("person.c.3", "custodian.counsel", HOUSE, "person.c.0"),
    person("person.c.4", "custodian.privacy", HOUSE, "person.c.0"),
)


@dataclass
class World:
    """A package that was prepared, and what people said of it. Every approval has its paper kept unless taken out."""

    people: dict[str, Person] = field(default_factory=lambda: {each.id: each for each in PEOPLE})
    staff: tuple[Staff, ...] = ()
    manifest: Manifest = MANIFEST
    agreement: str = ""
    agreements: dict[str, Agreement] = field(default_factory=dict)
    orders: tuple[ApprovalTerms, ...] = ()
    threshold: int = 50
    now: datetime = START
    kept: dict[str, Signed] = field(default_factory=dict)
    said: dict[str, bytes] = field(default_factory=dict)
    leaves: list[StageLeaf] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.leaves:
            self.leaves = [self.request(), self.review(), self.prepared()]

    @property
    def registers(self) -> Registers:
        return Registers(self.people, {}, {}, "0" * 64, self.staff)

    @property
    def sought(self) -> Sought:
        rules = Rules(self.threshold, OFFICES, self.agreements)
        day = self.now.date()
        return Sought(self.manifest, self.leaves, self.kept, self.said, self.registers, rules, self.orders, day, verify)

    @property
    def stands(self) -> Approved:
        return approved(self.sought)

    def request(self) -> StageLeaf:
        digests = dict.fromkeys(("cover", "signature", "cases", "rows"), "0" * 64)
        counts = {"case_count": 1, "row_count": 50}
        ids = {"batch": BATCH, "request": "r-1", "requester": "person.a.1", "recipient": "person.a.2"}
        more = {"provision": "p1", "agreement": self.agreement, "recipient_key": "rk-1"}
        return StageLeaf("request", instant(self.now), {**ids, **more, **digests, **counts})

    def review(self, reviewer: str = "person.c.1") -> StageLeaf:
        body = {"batch": BATCH, "set": "b" * 64, "reviewer": reviewer, "day": "2030-05-06", "rows": 1, "kept": 1}
        return StageLeaf("review", instant(self.now), {**body, "paper": "c" * 64})

    def prepared(self, package: str = PACKAGE) -> StageLeaf:
        ids = {"package": package, "batch": BATCH, "subtree": "acc", "recipient": ASKING, "recipient_key": "rk-1"}
        counts = {"decision_leaf": 0, "rows": 1, "width": 8, "size": 300}
        digests = {"root": "0" * 64, "set": "b" * 64, "ciphertext": "0" * 64, "recipient_text": "e" * 64}
        return StageLeaf("prepared", instant(self.now), {**ids, **counts, **digests})

    def paper(self, who: str, office: str = "", **other: object) -> Approval:
        """The approval this person would say now."""
        held = office or self.people[who].holds[0].office
        said = Approval(
            package=self.manifest.package,
            set=self.manifest.set,
            prepared=prepared_hash(self.leaves, self.manifest.package),
            objections=objected(self.leaves, self.manifest),
            person=who,
            office=held,
            role=OFFICES.get(held, DISCLOSURE),
            device=device_of(self.people[who].key),
            said_at=self.now,
        )
        return replace(said, **other)

    def approve(self, who: str, office: str = "", key: str = "", **other: object) -> Approved:
        """Log an approval, whatever it is worth, with its paper and a signature by this key (their own unless said)."""
        said = self.paper(who, office, **other)
        text = render(said)
        self.log(said, text, key_of(key or who).sign(text))
        return self.stands

    def log(self, said: Approval, text: bytes, signature: bytes) -> None:
        digest = sha256(text).hexdigest()
        self.kept[digest] = Signed(text, signature)
        names = ("package", "set", "person", "office", "role")
        body = {name: getattr(said, name) for name in names}
        self.leaves.append(StageLeaf("approval", instant(self.now), {**body, "paper": digest}))

    def object(self, who: str = "person.c.4", subject: str = PACKAGE, text: str = "It should not go.") -> str:
        """Log an objection with its paper; the digest."""
        paper = render_objection(Objection(subject, "", who, text, self.now, "0" * 64))
        digest = sha256(paper).hexdigest()
        self.said[digest] = paper
        body = {"subject": subject, "set": "", "person": who, "paper": digest}
        self.leaves.append(StageLeaf("objection", instant(self.now), body))
        return digest

    def later(self, hours: float = 1) -> World:
        self.now += timedelta(hours=hours)
        return self


def enough() -> World:
    """A world in which one disclosure officer and one counsel have approved."""
    world = World()
    world.approve("person.c.2")
    world.approve("person.c.3")
    return world


def codes(stands: Approved, place: int = -1) -> Sequence[str]:
    """Why the approval at this place does not count."""
    return [why.code for why in stands.considered[place].why]
