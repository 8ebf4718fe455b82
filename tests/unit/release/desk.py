# SPDX-License-Identifier: Apache-2.0
"""A small custodian for tests of the release side: real folders, log, witness, age; made-up people and values."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

from lawgate.authority.approvals import Signed
from lawgate.authority.lifts import Lifting
from lawgate.authority.papers import Papers
from lawgate.docket.printing import print_order
from lawgate.drivers.keys import KeySigner, verify
from lawgate.drivers.orders.gate import FileGate
from lawgate.drivers.orders.register import FolderRegister
from lawgate.drivers.package.folders import FolderCourier, KeyFolder, PackageFolders
from lawgate.drivers.package.log import StoreLog
from lawgate.drivers.tiles import TileLog, publish_head
from lawgate.drivers.witness import LocalWitness, Quorum
from lawgate.law.notice_parties import NoticeParties
from lawgate.ledger.commit import Commitments, commit
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.merkle import leaf_hash
from lawgate.ledger.quorum import Policy
from lawgate.model.decision import Grant
from lawgate.model.fault import LawgateError
from lawgate.model.form import Ceilings
from lawgate.model.order import EVERY, Effect, EffectKind, Order
from lawgate.model.period import Span
from lawgate.model.request import NOBODY, Person, RecipientKey, Registers, ReportsTo, Tenure
from lawgate.model.timerule import TimeRule
from lawgate.office.handout import ReleaseDesk
from lawgate.office.orders import OrderDesk
from lawgate.office.prepare import Accounted, GrantedRow, Outgoing, Prepared, prepare
from lawgate.office.review import Review, ReviewDesk, ToReview, paper, take_review
from lawgate.ports.release import Disclosable, ReleaseLog
from lawgate.posts.keeper.keeper import Keeper, KeeperDesk
from lawgate.protocol.approval import DISCLOSURE, LEGAL, Approval, device_of
from lawgate.protocol.approval import render as render_approval
from lawgate.protocol.statement import Looked
from lawgate.wiring.sealers import openers, sealers
from lawgate_lab.registering import registration

ORIGIN = "log.example/custodian"
OFFICE = "custodian.review"
AGENCY = "us.agency-a"
BATCH, PACKAGE = "req-0001", "pkg-0001"
START = datetime(2030, 5, 6, 14, 0, tzinfo=UTC)
EVER = Span(date(2020, 1, 1), None)
LOG_KEY = KeySigner(ORIGIN, 1, b"\x01" * 32)
WITNESS_KEY = KeySigner("witness.example/one", 4, b"\x02" * 32)
REVIEWER = KeySigner("reviewer", 1, b"\x03" * 32)
SIGNER = KeySigner("signer", 1, b"\x04" * 32)
CLERKS = {f"person.c.{n}": KeySigner(f"clerk-{n}", 1, bytes([6 + n]) * 32) for n in (1, 2)}
REGISTRARS = "custodian.registrar"
APPROVERS = {
    "person.o.0": (KeySigner("head", 1, b"\x0a" * 32), "custodian.head", NOBODY),
    "person.o.1": (KeySigner("discloser", 1, b"\x0b" * 32), "custodian.disclosure", "person.o.0"),
    "person.o.2": (KeySigner("counsel", 1, b"\x0c" * 32), "custodian.counsel", "person.o.0"),
}
ROLES = {REGISTRARS: "registrar", "custodian.disclosure": DISCLOSURE, "custodian.counsel": LEGAL}
RULEBOOK = SimpleNamespace(
    registers={"approving_offices": {office: {"role": role} for office, role in ROLES.items()}},
    parameters={},
    agreements={},
    day=START.date(),
)
POLICY = Policy(LOG_KEY.key, (WITNESS_KEY.key,), 1)
ROWS, BULK = 3, 50


class HandClock:
    """A clock that stands still until somebody moves it; a hand-out may take as long as a test likes."""

    def __init__(self, now: datetime = START) -> None:
        self.at, self.seconds = now, 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds


@dataclass(frozen=True)
class Value:
    """A value that shows itself only when asked."""

    text: str

    def reveal(self) -> str | Mapping[str, str]:
        return {"line1": self.text, "city": "Springfield"}

    def __repr__(self) -> str:
        return "Value(…)"


def people() -> dict[str, Person]:
    def person(name: str, signer: KeySigner, office: str, above: str = "") -> Person:
        lines = (ReportsTo(above, EVER),) if above else ()
        return Person(name, name, signer.public_key, (Tenure(office, "custodian", EVER),), lines)

    return {
        **{name: person(name, signer, REGISTRARS) for name, signer in CLERKS.items()},
        **{name: person(name, key, office, lines) for name, (key, office, lines) in APPROVERS.items()},
        "person.r.1": person("person.r.1", REVIEWER, OFFICE),
        "person.a.1": person("person.a.1", SIGNER, "us.agency-a.head"),
    }


class Office:
    """Everything under one folder. `open` again for the same folder is what a restarted process sees."""

    def __init__(
        self, root: Path, clock: HandClock | None = None, at: Callable[[str], None] | None = None, sealing: str = "age"
    ) -> None:
        self.root, self.clock, self.at = root, clock or HandClock(), at or (lambda step: None)
        fresh = not (root / "docket").exists()
        self.register = FolderRegister.create(root / "docket") if fresh else FolderRegister(root / "docket")
        self.gates = [FileGate(root / f"gate{n}.lock", self.clock.monotonic) for n in (0, 1)]
        self.gate, self.keepers = self.gates[0], 1
        witness = LocalWitness(
            root / "witness", WITNESS_KEY, {ORIGIN: LOG_KEY.key}, verify, lambda: int(self.clock.now().timestamp())
        )
        self.gather = Quorum([witness], POLICY, verify)
        if fresh:
            TileLog.create(root / "log", ORIGIN).close()
        self.log = StoreLog(self.store, lambda log: publish_head(log, LOG_KEY, POLICY, verify, self.gather))
        self.packages, self.keys = PackageFolders(root / "packages"), KeyFolder(root / "keys")
        self.second_keys = KeyFolder(root / "keys-2")
        self.courier = FolderCourier(root / "out")
        self.ceilings, self.sealer = Ceilings(), sealers(sealing)
        if fresh:
            (root / "recipient.txt").write_text(self.sealer.fresh().secret)
        self.identity = (root / "recipient.txt").read_text()
        key = RecipientKey("rk-1", AGENCY, openers().recipient(self.identity), ("person.c.1", "person.c.2"), EVER)
        self.registers = Registers(people(), {"rk-1": key}, {AGENCY: EVER}, "0" * 64)
        signs = [(name, CLERKS[name].sign) for name in sorted(CLERKS)]
        self.registration, leaf = registration(
            key, signs, self.clock.now().replace(microsecond=0) - timedelta(hours=80)
        )
        if fresh:
            self.log.append(leaf)
        self.time_rule: TimeRule | None = None
        self.parties = NoticeParties({}, "0" * 64)
        self.papers = Papers({}, {}, (self.registration,), {}, {})

    def read(self, *_: object) -> Papers:
        """The papers beside any package."""
        return self.papers

    @contextmanager
    def store(self) -> Iterator[TileLog]:
        # The log has one writer at a time: whoever comes second waits for the first one's piece of work.
        with (self.root / "writer.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with TileLog.open(self.root / "log", ORIGIN, self.at) as log:
                yield log

    def release(self, *, gate: object = None, keys: object = None, **other: object) -> ReleaseDesk:
        """The desk, and a keeper in this very process over the same ports."""
        desk = ReleaseDesk(
            (),
            self.register,
            self.log,
            POLICY,
            verify,
            self.packages,
            self.sealer,
            lambda: self.registers,
            lambda batch: True,
            OFFICE,
            self.ceilings,
            lambda: RULEBOOK,
            lambda day: self.time_rule,
            lambda: self.parties,
            lambda: Lifting(self.registers, POLICY, verify, OFFICE, {}, self.parties, {}),
            self,
            self.clock,
        )
        desk = replace(desk, **other)
        own = replace(desk.sources, publish=nothing)
        gates, rooms = (gate or self.gate, self.gates[1]), (keys or self.keys, self.second_keys)
        room, size = desk.packages, lambda: len(self.log.leaves())
        made = [Keeper(KeeperDesk(n, gates[n], own, room, rooms[n], desk.sealer, size)) for n in range(self.keepers)]
        return desk if desk.keepers else replace(desk, keepers=tuple(made))

    def orders(self) -> OrderDesk:
        return OrderDesk(self.register, self.log, self.gate, self.packages, self.clock, self.registers.humans)

    def reviews(self) -> ReviewDesk:
        return ReviewDesk(self.log, lambda: self.registers, OFFICE, self.ceilings, self.clock, verify)

    def decide(self, rows: int = ROWS) -> ToReview:
        """Log a decision over rows that all grant."""
        body = {
            name: digest(name) for name in ("patterns", "table", "rulebook", "agreements", "practices", "registers")
        }
        body |= {name: digest(name) for name in ("docket", "records", "match_plan", "program", "figures")}
        committed = committed_rows(rows)
        before = instant(self.clock.now() - timedelta(hours=4))
        asked = self.log.append(replace(self.request(rows), at=before))
        counts = {"accepted": rows, "rejected": 0, "file_faults": 0, "faults": digest("f"), "claims": digest("c")}
        parsed = self.log.append(StageLeaf("parse", before, {"batch": BATCH, "request_leaf": asked, **counts}))
        leaf = StageLeaf(
            "decision-batch",
            # Rows are looked at after they were decided.
            instant(self.clock.now() - timedelta(hours=4)),
            {
                **body,
                "batch": BATCH,
                "parse_leaf": parsed,
                "subtree": "rows-0001",
                "root": committed.root.hex(),
                "rows": rows,
                "width": 8,
                "as_of": instant(self.clock.now()),
                "known_at": instant(self.clock.now()),
                "history": 0,
            },
        )
        self.log.append(leaf)
        return to_review(leaf, rows)

    def looked(self, rows: Sequence[int], accepted: Sequence[int] | None = None) -> list[Looked]:
        kept = set(rows if accepted is None else accepted)
        start = self.clock.now() - timedelta(seconds=len(rows) * 30)
        return [Looked(row, row in kept, start + timedelta(seconds=30 * n)) for n, row in enumerate(rows)]

    def review(self, batch: ToReview, looked: Sequence[Looked], earlier: Sequence[bytes] = ()) -> Review:
        text = paper(batch, OFFICE, "person.r.1", looked)
        return take_review(self.reviews(), batch, text, REVIEWER.sign(text), earlier, kept)

    def account(self, package: str, rows: tuple[int, ...]) -> Accounted:
        committed = commit(b"".join(row.to_bytes(8, "big") for row in rows), 8, b"\x06" * 32, package)
        with self.store() as log:
            root = log.put_subtree([committed.leaf_hashes], lambda _: f"acc-{package}")
        return Accounted(f"acc-{package}", root.hex(), len(rows), 8)

    def prepared(self, package: str = PACKAGE, rows: int = ROWS) -> Prepared:
        """Decide, review all rows, prepare."""
        batch = self.decide(rows)
        review = self.review(batch, self.looked(range(rows)))
        return prepare(self.release(), outgoing(package, rows), granted(rows), review, fetched, self.account)

    def approve(self, package: str = PACKAGE, *by: str) -> None:
        """Approvals of a package by these people (unless said: a disclosure officer and counsel), kept and logged."""
        leaves = [leaf for _, leaf in self.log.leaves()]
        if not any(leaf.kind == "request" for leaf in leaves):
            self.log.append(self.request())
        (made,) = [leaf for leaf in leaves if leaf.kind == "prepared" and leaf.text("package") == package]
        for name in by or ("person.o.1", "person.o.2"):
            key, office, _ = APPROVERS[name]
            said = Approval(
                package=package,
                set=made.text("set"),
                prepared=leaf_hash(made.render()).hex(),
                objections=(),
                person=name,
                office=office,
                role=ROLES[office],
                device=device_of(key.public_key),
                said_at=self.clock.now().replace(microsecond=0),
            )
            text = render_approval(said)
            digest = sha256(text).hexdigest()
            self.papers = replace(
                self.papers, approvals={**self.papers.approvals, digest: Signed(text, key.sign(text))}
            )
            body = {name: getattr(said, name) for name in ("package", "set", "person", "office", "role")}
            self.log.append(StageLeaf("approval", instant(self.clock.now()), {**body, "paper": digest}))

    def request(self, rows: int = BULK) -> StageLeaf:
        ids = {"batch": BATCH, "request": "r-1", "requester": AGENCY, "recipient": AGENCY}
        more = {"provision": "p1", "agreement": "", "recipient_key": "rk-1", "case_count": 1, "row_count": rows}
        digests = dict.fromkeys(("cover", "signature", "cases", "rows"), "0" * 64)
        return StageLeaf("request", instant(self.clock.now()), {**ids, **more, **digests})

    def handed_out(self) -> list[Path]:
        """Every file of keys that ever reached the recipient's side."""
        return sorted((self.root / "out").glob("*/keys.age"))

    def kinds(self, kind: str) -> list[StageLeaf]:
        return [leaf for _, leaf in self.log.leaves() if leaf.kind == kind]


def nothing() -> None:
    """A keeper has no key to publish with."""


def kept(paper: bytes, signature: bytes) -> None:
    """Keeps nothing: these tests hold their papers themselves."""


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def committed_rows(rows: int) -> Commitments:
    return commit(b"".join(row.to_bytes(8, "big") for row in range(rows)), 8, b"\x05" * 32, BATCH)


def to_review(leaf: StageLeaf, rows: int = ROWS) -> ToReview:
    hashes = committed_rows(rows).leaf_hashes
    commitments = {row: hashes[row * 32 : row * 32 + 32] for row in range(rows)}
    decision = leaf_hash(leaf.render()).hex()
    return ToReview(
        BATCH, decision, commitments, frozenset(range(rows)), frozenset({"person.a.1"}), datetime.fromisoformat(leaf.at)
    )


def outgoing(package: str = PACKAGE, rows: int = ROWS) -> Outgoing:
    return Outgoing(
        package,
        BATCH,
        "p1",
        "1 Example Code 2",
        AGENCY,
        ("person.a.1",),
        "rk-1",
        "investigation",
        True,
        "only the named officers, only this matter",
        date(2030, 8, 1),
        rows,
    )


def granted(rows: int = ROWS) -> list[GrantedRow]:
    hashes = committed_rows(rows).leaf_hashes
    return [
        GrantedRow(
            row,
            f"row-{row}",
            "case-1",
            ("person.a.9",),
            hashes[row * 32 : row * 32 + 32],
            frozenset({Grant("mailing_address", 2021), Grant("mailing_address", 2022)}),
        )
        for row in range(rows)
    ]


def fetched(numbers: Sequence[int]) -> list[Disclosable]:
    return [
        Disclosable(n, f"row-{n}", "case-1", ("person.a.9",), {"mailing_address": dict.fromkeys((2021, 2022), value)})
        for n, value in ((n, Value(f"{n} Made-up Way")) for n in numbers)
    ]


def an_order(name: str = "order-1", **other: object) -> Order:
    effect = Effect(EffectKind.STOP, EVERY, EVERY, EVERY, EVERY, EVERY, 0)
    base = Order(name, "A Court", "1:30-cv-1", "stay", "a" * 64, START, START, START, None, (effect,), "a note")
    return replace(base, **other)


def an_order_text(name: str = "order-1", **other: object) -> bytes:
    return print_order(an_order(name, **other))


def a_leaf(office: Office, *, publish: bool = True, **other: object) -> int:
    """The leaf `handout` of the package, with some of it said otherwise."""
    index, prepared = next((i, leaf) for i, leaf in office.log.leaves() if leaf.kind == "prepared")
    named = {name: prepared.body[name] for name in ("package", "root", "rows", "recipient", "recipient_key")}
    body = {**named, "recipient_text": prepared.body["recipient_text"], "prepared_leaf": index, "attempt": 1}
    leaf = StageLeaf("handout", instant(office.clock.now()), {**body, "standing": "0" * 64, **other})
    made = office.log.append(leaf)
    if publish:
        office.log.publish()
    return made


class FewLists:
    """A log that takes so many leaves `in-force` and then no more."""

    def __init__(self, log: ReleaseLog, takes: int = 0) -> None:
        self.leaves, self.publish, self._log, self._takes = log.leaves, log.publish, log, takes

    def append(self, leaf: StageLeaf, still: Callable[[], None] | None = None) -> int:
        if leaf.kind == "in-force":
            self._takes -= 1
            if self._takes < 0:
                raise LawgateError("stopped")
        return self._log.append(leaf, still)
