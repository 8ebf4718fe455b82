# SPDX-License-Identifier: Apache-2.0
"""A small made-up log with everything an evidence bundle can show, and the bundles made from it."""

from __future__ import annotations

import dataclasses
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from lawgate.decide.canonical import ROW_WIDTH, TAG, row_bytes
from lawgate.docket.parts import Parts
from lawgate.docket.printing import print_order
from lawgate.drivers.keys import KeySigner
from lawgate.ledger import commit, merkle
from lawgate.ledger.checkpoint import Checkpoint
from lawgate.ledger.evidence import Bundle, Opened, Shown, Subject, proof_head
from lawgate.ledger.evidence_links import closed, speaking_of
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.note import COSIGNATURE, ED25519, ML_DSA_44, Note, NoteKey, SignatureLine, cosign_line, sign_line
from lawgate.ledger.parts_text import print_parts
from lawgate.ledger.quorum import Policy
from lawgate.ledger.schema import FIELDS, Value
from lawgate.ledger.seam import previous_fields
from lawgate.model.order import EVERY, Effect, EffectKind, Order

LOG = KeySigner("office.example/log", ED25519, bytes(range(32)))
WITNESSES = tuple(KeySigner(f"w{n}.example/1", COSIGNATURE, bytes([n] * 32)) for n in (1, 2, 3))
# A key of type 0x06 is 1,312 bytes; nobody checks with it here, so any will do.
LATER = NoteKey("later.example/1", ML_DSA_44, sha256(b"no key at all").digest() * 41)
POLICY = Policy(LOG.key, tuple(w.key for w in WITNESSES), 2)
TEXT = POLICY.render()
NEXT = KeySigner("office-2.example/log", ED25519, bytes(range(1, 33)))
NEXT_POLICY = Policy(NEXT.key, tuple(w.key for w in WITNESSES), 2)
FUTURE = Policy(LOG.key, (*(w.key for w in WITNESSES), LATER), 2)
SECONDS = 1758807002
KEY = bytes(32)
PATTERN = '{"clauses":"mm","outcome":"PERMIT","row_outcome":"PERMIT","v":1}'
PLAIN: Mapping[str, Value] = {
    "digest": sha256(b"paper").hexdigest(),
    "id": "some.id",
    "code": "code",
    "day": "2025-09-25",
    "instant": "2025-09-25T13:30:00Z",
    "count": 3,
    "number": 0,
    "flag": False,
}


def leaf(kind: str, minute: int, **body: Value) -> StageLeaf:
    """A leaf of a kind with every field filled, and these fields as said."""
    plain = {name: [] if type_.endswith("*") else PLAIN[type_.rstrip("?")] for name, type_ in FIELDS[kind].items()}
    return StageLeaf(kind, f"2025-09-25T13:{minute:02d}:00Z", {**plain, **body})


def order_text(
    order: str = "order-a",
    provisions: tuple[str, ...] | str = ("p.one",),
    rows: int = 0,
    kind: EffectKind = EffectKind.STOP,
    court: str = "Court of Somewhere",
    requesters: tuple[str, ...] | str = EVERY,
    recipients: tuple[str, ...] | str = EVERY,
    fields: tuple[str, ...] | str = EVERY,
    years: tuple[int, ...] | str = EVERY,
    **eased: Any,
) -> bytes:
    """The text of an order with one effect; `eased` are its terms or exceptions, by the names that an effect has."""
    at = datetime(2025, 9, 25, 13, 0, tzinfo=UTC)
    effect = Effect(kind, provisions, requesters, recipients, fields, years, rows, **eased)
    whole = Order(order, court, "1:25-x", "order", "0" * 64, at, at, at, None, (effect,), "")
    return print_order(whole)


PARTS = print_parts(Parts(("x.y", "person-1"), ("x.y", "some.id", "person-2"), ("address",), (2021, 2022))).decode()
"""The paper that the hand-out of `story` names when it is told to."""


def rows_of(count: int) -> tuple[bytes, commit.Commitments]:
    """Rows of a decided batch that all have the one pattern, and what commits to them."""
    pattern = sha256(TAG + PATTERN.encode()).digest()
    rows = b"".join(row_bytes(n, sha256(bytes([n])).digest(), pattern, 0) for n in range(count))
    return rows, commit.commit(rows, ROW_WIDTH, KEY, "b-1/decided")


def story(
    text: bytes | None = None,
    effects: Iterable[str] = ("stop",),
    provisional: bool = False,
    policy: Policy = POLICY,
    parts: str = "",
    before: str = "",
) -> list[StageLeaf]:
    """Twenty leaves: batch b-1 under p.one is stopped by order-a; batch b-2 under p.two is handed out.

    `parts` is the paper that package and hand-out name; they name none unless said. `before` is the package's own,
    where it is another one.
    """
    paper, sooner = ({"parts": sha256(each.encode()).hexdigest()} if each else {} for each in (parts, before or parts))
    kept = rows_of(5)[1]
    order = sha256(order_text() if text is None else text).hexdigest()
    decided: dict[str, Value] = {"root": kept.root.hex(), "rows": 5, "width": ROW_WIDTH}
    sealed: dict[str, Value] = {"batch": "b-2", "package": "b-2-p01", "decision_leaf": 8, "recipient": "x.y"}
    return [
        leaf("start", 0, log_policy=policy.digest.hex(), profile="synthetic"),
        leaf("request", 1, batch="b-1", provision="p.one", row_count=5),
        leaf("parse", 1, batch="b-1", request_leaf=1),
        leaf("decision-batch", 2, batch="b-1", parse_leaf=2, **decided),
        leaf("review", 3, batch="b-1"),
        leaf("prepared", 4, batch="b-1", package="b-1-p01", decision_leaf=3),
        leaf("request", 5, batch="b-2", provision="p.two", row_count=7),
        leaf("parse", 5, batch="b-2", request_leaf=6),
        leaf("decision-batch", 6, batch="b-2", parse_leaf=7),
        leaf("prepared", 7, **sealed, **sooner),
        leaf("order-bar", 8, order="order-a", instrument=order, effects=list(effects), provisional=provisional),
        leaf("in-force", 9, order="order-a", bar_leaf=10, exposed=[], exposed_rows=0),
        leaf("barred", 10, package="b-1-p01", orders=["order-a"], bars=["order"]),
        leaf("handout", 11, package="b-2-p01", prepared_leaf=9, recipient="x.y", **paper),
        leaf("sent", 11, package="b-2-p01", handout_leaf=13),
        leaf("notice", 12, package="b-2-p01", orders=["order-b"]),
        leaf("receipt", 13, notice_leaf=15),
        leaf("audit-read", 14, batch="b-1"),
        leaf("alarm", 15),
        leaf("redecision", 16, batch="b-1", decision_leaf=3),
    ]


class Log:
    """A log in memory: leaves, their tree, a head signed by the log and cosigned by the first witnesses."""

    def __init__(
        self,
        leaves: Iterable[StageLeaf | str],
        cosigners: int = 2,
        ml_dsa: bool = False,
        policy: Policy = POLICY,
        log: KeySigner = LOG,
    ) -> None:
        """Leaves, or texts that may be no leaf at all."""
        self.texts = [each if isinstance(each, str) else each.render().decode() for each in leaves]
        self.leaves = {n: each for n, each in enumerate(leaves) if isinstance(each, StageLeaf)}
        self.hashes = merkle.leaf_hashes(text.encode() for text in self.texts)
        self.policy = policy
        self.head = Checkpoint(log.name, len(self.texts), merkle.root_of(self.hashes))
        self.note = signed(self.head.text, cosigners, ml_dsa, log)

    def shown(self, index: int) -> Shown:
        """One leaf and the head of its proof."""
        path = merkle.inclusion_proof(index, len(self.texts), merkle.nodes_of(self.hashes))
        return Shown(self.texts[index], proof_head(index, path))

    def bundle(self, subject: Subject, indexes: Iterable[int] | None = None, **more: object) -> Bundle:
        """A bundle about the subject with the leaves it needs, or with these."""
        wanted = sorted(self.needed(subject) if indexes is None else set(indexes))
        made = Bundle(subject, "SYNTHETIC", self.policy.render(), self.note, tuple(self.shown(n) for n in wanted))
        return dataclasses.replace(made, **more)

    def needed(self, subject: Subject) -> set[int]:
        """The leaves that a bundle about the subject holds."""
        if subject.kind in ("batch", "package", "order"):
            return closed(speaking_of(subject.kind, subject.id, self.leaves), self.leaves) | {0}
        inside = set(range(subject.first, min(subject.last + 1, len(self.texts))))
        if subject.kind == "period":
            return inside | {0}
        kinds = {n for n in inside if n in self.leaves and self.leaves[n].kind in ("handout", "sent")}
        said = ("order-bar", "in-force")
        acts = {n for n, e in self.leaves.items() if e.kind in said and e.body["order"] == subject.id}
        return inside | {0} | closed(kinds | acts, self.leaves)


def signed(text: str, cosigners: int = 2, ml_dsa: bool = False, log: KeySigner = LOG) -> str:
    """A head with the log's line, so many witnesses' lines, and perhaps a line that nobody here can check."""
    lines = [sign_line(log.key, log.sign, text)]
    lines += [cosign_line(w.key, w.sign, text, SECONDS + n) for n, w in enumerate(WITNESSES[:cosigners])]
    if ml_dsa:
        lines.append(SignatureLine(LATER.name, LATER.key_id, bytes(8) + bytes(2420)))
    return Note(text, tuple(lines)).render().decode()


def opened(index: int, pattern: str = PATTERN) -> Opened:
    """One row of batch b-1, opened in leaf 3."""
    rows, kept = rows_of(5)
    one = commit.open_row(rows, ROW_WIDTH, KEY, "b-1/decided", index)
    return Opened(3, index, one.salt, one.row, tuple(commit.row_proof(kept, index)), pattern)


def samples() -> dict[str, Bundle]:
    """One good bundle of each kind, and variants that use everything a bundle can hold."""
    log = Log(story())
    wide, other = Log(story(), 3, True), order_text("order-a", ("p.three",))
    instrument = order_text()
    few = order_text("order-a", EVERY, 5000)
    agency = order_text("order-a", EVERY, requesters=("person-9", "z.z"))
    return {
        "batch": log.bundle(Subject("batch", "b-1"), rows=(opened(0), opened(4, ""))),
        "package": log.bundle(Subject("package", "b-2-p01")),
        "order": log.bundle(Subject("order", "order-a")),
        "period": log.bundle(Subject("period", first=4, last=12)),
        "whole": wide.bundle(Subject("period", first=0, last=19)),
        "one-leaf": log.bundle(Subject("period", first=18, last=18)),
        "non-release": log.bundle(Subject("non-release", "order-a", 10, 19, instrument)),
        "non-release-nothing-left": log.bundle(Subject("non-release", "order-a", 10, 12, b"")),
        "non-release-rows": Log(story(few)).bundle(Subject("non-release", "order-a", 2, 19, few)),
        "non-release-other": Log(story(other)).bundle(Subject("non-release", "order-a", 0, 19, other)),
        "non-release-of-others": shown_by_parts(agency),
    }


def shown_by_parts(text: bytes, paper: str = PARTS, shown: Sequence[str] = (PARTS,)) -> Bundle:
    """A certificate over the hand-out, whose leaf names one paper of parts, with these shown."""
    return Log(story(text, parts=paper)).bundle(Subject("non-release", "order-a", 10, 19, text, tuple(shown)))


def closing(origin: str = NEXT.name, size: int = 20) -> Log:
    """The log of `story`, closed."""
    return Log([*story(), leaf("shard-close", 17, size=size, next_origin=origin, reason="year")])


def next_log(**said: Value) -> Log:
    """The log in which the closed one goes on, or one whose first leaf says something else."""
    seam = {**previous_fields(closing().head), **said}
    first = leaf("start", 20, log_policy=NEXT_POLICY.digest.hex(), profile="synthetic", **seam)
    return Log([first, leaf("alarm", 21)], policy=NEXT_POLICY, log=NEXT)


def line_of_type_6() -> str:
    """A vkey of type 0x06, for a policy."""
    material = b64encode(bytes([ML_DSA_44]) + LATER.public_key).decode()
    return f"{LATER.name}+{LATER.key_id.hex()}+{material}"
