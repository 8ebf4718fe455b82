# SPDX-License-Identifier: Apache-2.0
"""Check an evidence bundle: the same steps, in the same order and with the same codes, as both stand-alone verifiers.

The policy is given apart from the bundle; the one inside is only compared with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from lawgate.ledger import evidence, leaf, quorum
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.evidence import SYNTHETIC, Bundle, Opened, Subject
from lawgate.ledger.evidence_links import Leaves, back_to, check_links, closed, speaking_of
from lawgate.ledger.evidence_scope import HandOut, outside, papers_shown, scopes_shown
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import leaf_hash, root_from_path, verify_inclusion
from lawgate.ledger.note import Verify
from lawgate.ledger.quorum import Policy, Witnessed
from lawgate.ledger.quorum_text import parse_policy

MAX_POLICY = 64 * 1024
PATTERN_TAG = b"lawgate-pattern-v1\0"
PATTERN_IN_ROW = slice(36, 68)
ROW_WIDTH = 76
_LINE = re.compile(r"(— [!-*,-~]+ [A-Za-z0-9+/]+=*\n)+")
_HEAD = re.compile(r"[ -~]+\n(0|[1-9][0-9]{0,18})\n[A-Za-z0-9+/]+=*\n")
_SAME = ("origin", "unsigned", "quorum")


@dataclass(frozen=True, slots=True)
class Checked:
    """A bundle that holds: the bundle, the head its leaves are under, and the leaves by index."""

    bundle: Bundle
    head: Witnessed
    leaves: Leaves


def check(data: bytes, policy: bytes, verify: Verify) -> Checked:
    """The bundle in `data`, checked by the policy's text. MalformedError with one of the codes of the format's page."""
    bundle = evidence.parse(data)
    trusted = _policy(policy)
    if bundle.policy.encode() != policy:
        raise MalformedError("policy_differs")
    head = _head(bundle.checkpoint, trusted, verify)
    leaves = _leaves(bundle, head)
    check_links(leaves)
    _start(bundle, leaves, policy)
    _subject(bundle.subject, leaves, head.checkpoint.size)
    for row in bundle.rows:
        _row(row, leaves)
    return Checked(bundle, head, leaves)


def _policy(data: bytes) -> Policy:
    if len(data) > MAX_POLICY or re.fullmatch(rb"([\t -~]*\n)+", data) is None:
        raise MalformedError("policy", "form")
    try:
        return parse_policy(data).policy
    except MalformedError:
        raise MalformedError("policy") from None


def _head(note: str, policy: Policy, verify: Verify) -> Witnessed:
    cut = note.rfind("\n\n")
    if cut < 0 or _HEAD.fullmatch(note[: cut + 1]) is None or _LINE.fullmatch(note[cut + 2 :]) is None:
        raise MalformedError("checkpoint", "lines")
    try:
        return quorum.check(note.encode(), policy, verify)
    except MalformedError as error:
        if error.code == "signature_invalid":
            raise MalformedError("signature", error.place) from None
        if error.code in _SAME:
            raise
        raise MalformedError("checkpoint", error.code) from None


def _leaves(bundle: Bundle, head: Witnessed) -> Leaves:
    """Every leaf, in its place under the head. MalformedError `proof`, `not_included`, `leaf` or `time`."""
    places = []
    for shown in bundle.leaves:
        index, path = shown.place()
        hashed = leaf_hash(shown.leaf.encode())
        if not verify_inclusion(hashed, index, head.checkpoint.size, path, head.checkpoint.root):
            raise MalformedError("not_included", f"index {index}")
        places.append(index)
    if not places or places != sorted(set(places)):
        raise MalformedError("proof", "order of leaves")
    leaves = {place: _leaf(shown.leaf) for place, shown in zip(places, bundle.leaves, strict=True)}
    times = [found.at for found in leaves.values()]
    if times != sorted(times):
        raise MalformedError("time")
    return leaves


def _leaf(text: str) -> StageLeaf:
    if not 0 < len(text) <= 65535:
        raise MalformedError("leaf", "length")
    try:
        return leaf.parse(text.encode())
    except MalformedError as error:
        raise MalformedError("leaf", error.place or error.code) from None


def _start(bundle: Bundle, leaves: Leaves, policy: bytes) -> None:
    start = leaves.get(0)
    if start is None or start.kind != "start" or start.text("log_policy") != sha256(policy).hexdigest():
        raise MalformedError("start", "leaf 0")
    if bundle.mark != (SYNTHETIC if start.text("profile") == "synthetic" else ""):
        raise MalformedError("start", "mark")


def _subject(subject: Subject, leaves: Leaves, size: int) -> None:
    """MalformedError `subject`, `range`, `link`, `scope` or `released`."""
    if subject.kind in ("batch", "package", "order"):
        found = speaking_of(subject.kind, subject.id, leaves)
        if not found or set(leaves) != closed(found, leaves) | {0}:
            raise MalformedError("subject", subject.kind)
        return
    if subject.last >= size:
        raise MalformedError("range", "beyond the head")
    # Counted first, so that a huge range costs nothing.
    inside = {index for index in leaves if subject.first <= index <= subject.last}
    if len(inside) != subject.last - subject.first + 1:
        raise MalformedError("range")
    wanted = inside | {0}
    if subject.kind == "non-release":
        wanted |= closed(certified_by(subject, leaves), leaves)
    if set(leaves) != wanted:
        raise MalformedError("subject", subject.kind)
    if subject.kind == "non-release":
        inside_scope = in_scope(subject, leaves)
        if inside_scope:
            raise MalformedError("released", f"leaf {inside_scope[0]}")


def bars_of(order: str, leaves: Leaves) -> list[int]:
    """Indexes of the `order-bar` leaves of an order. MalformedError `scope` when there is none."""
    found = [index for index, each in leaves.items() if each.kind == "order-bar" and each.text("order") == order]
    if not found:
        raise MalformedError("scope", "order-bar")
    return found


def in_force_of(order: str, leaves: Leaves) -> list[int]:
    """Indexes of the `in-force` leaves of an order, which name the hand-outs that it covers."""
    return [index for index, each in leaves.items() if each.kind == "in-force" and each.text("order") == order]


def certified_by(subject: Subject, leaves: Leaves) -> list[int]:
    """Indexes of the leaves that a certificate of non-release rests on. MalformedError `scope` without `order-bar`."""
    return [*bars_of(subject.id, leaves), *in_force_of(subject.id, leaves), *left_in(leaves, subject)]


def left_in(leaves: Leaves, subject: Subject) -> list[int]:
    """Indexes in the subject's range of the leaves that say that something left: hand-outs and deliveries."""
    places = range(subject.first, subject.last + 1)
    return [index for index, found in leaves.items() if index in places and found.kind in ("handout", "sent")]


def in_scope(subject: Subject, leaves: Leaves) -> Sequence[int]:
    """What left in the range and is not shown to be outside the order's scope. MalformedError `scope`."""
    bars = [leaves[index] for index in bars_of(subject.id, leaves)]
    scopes = scopes_shown(subject.instrument, subject.id, bars)
    left = {index: back_to("handout", index, leaves) for index in left_in(leaves, subject)}
    papers = papers_shown(subject.parts, [leaves[at] for at in left.values()])
    exposed = {name for at in in_force_of(subject.id, leaves) for name in leaves[at].texts("exposed")}
    shown = {}
    for index, at in left.items():
        out, request = leaves[at], leaves[back_to("request", index, leaves)]
        # The office may know by now that the order means somebody by a name that the paper has not.
        known = f"{out.text('package')}@{at}" in exposed
        shown[index] = HandOut(out, request, None if known else papers.get(str(out.body.get("parts"))))
    return [index for index, out in shown.items() if not outside(scopes, out)]


def _row(row: Opened, leaves: Leaves) -> None:
    where = f"row {row.row} of leaf {row.leaf}"
    found = leaves.get(row.leaf)
    if found is None or found.kind not in ("decision-batch", "prepared") or len(row.data) != found.number("width"):
        raise MalformedError("row", where)
    root = root_from_path(leaf_hash(row.salt + row.data), row.row, found.number("rows"), row.path)
    if root is None or root.hex() != found.text("root"):
        raise MalformedError("row", where)
    pattern = sha256(PATTERN_TAG + row.pattern.encode()).digest()
    if row.pattern and (len(row.data) != ROW_WIDTH or row.data[PATTERN_IN_ROW] != pattern):
        raise MalformedError("row", where)
