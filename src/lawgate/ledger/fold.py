# SPDX-License-Identifier: Apache-2.0
"""State is a fold of the log: batches, packages, hand-outs and orders, out of the leaves and nothing else.

Every change of state has exactly one leaf. A leaf that names another one which is not there, or is not about the same
thing, or that changes what can change once only, is misplaced: it changes nothing here and is told.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from lawgate.ledger.evidence_links import LINKS, says_the_same
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.schema import Value

CLOSE, START = "shard-close", "start"
_KEPT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        kind: frozenset(name for _, named, same in LINKS.values() if named == kind for name in same)
        for _, kind, _ in LINKS.values()
    }
)
"""Kinds that other leaves name, and the fields that those are held against: nothing else of a leaf is kept."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the log has it. `state`: received, refused, decided; leaf numbers are -1 until there is a leaf.

    `figures` is the SHA-256 (hex) of the figures of a decided batch, empty before; `faults` counts file faults.
    """

    id: str
    request: str
    provision: str
    requester: str
    recipient_key: str
    state: str
    sent: int
    accepted: int
    rejected: int
    faults: int
    parse_leaf: int
    decision_leaf: int = -1
    as_of: str = ""
    figures: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """A prepared package: its batch, how many rows, the index of its leaf."""

    id: str
    batch: str
    rows: int
    prepared_leaf: int


@dataclass(frozen=True, slots=True)
class HandOut:
    """A key that went out: the index of its leaf, how many rows, and the leaf `sent` behind it (-1 while none)."""

    leaf: int
    package: str
    rows: int
    sent_leaf: int = -1


@dataclass(frozen=True, slots=True)
class Bar:
    """An order as entered: its id, SHA-256 of its text, when it took effect, and whether it is in force everywhere."""

    order: str
    instrument: str
    effective: str
    in_force: bool = False


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A leaf that changes nothing: its index, its kind, and a stable code of what does not fit."""

    leaf: int
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class State:
    """What `size` leaves come to. `bars` and `handouts` go by the index of their leaf.

    `next_origin` is the log that a signed close names; empty while the log is open.
    """

    size: int
    batches: Mapping[str, Batch]
    packages: Mapping[str, Package]
    handouts: Mapping[int, HandOut]
    bars: Mapping[int, Bar]
    misplaced: tuple[Misplaced, ...]
    next_origin: str


def fold(leaves: Iterable[tuple[int, StageLeaf]]) -> State:
    """The state that these leaves, with their indexes and in order, come to. The same leaves give the same state."""
    made = _Folding()
    for index, leaf in leaves:
        why = made.take(index, leaf)
        if why:
            made.misplaced.append(Misplaced(index, leaf.kind, why))
    return State(
        made.size,
        MappingProxyType(made.batches),
        MappingProxyType(made.packages),
        MappingProxyType(made.handouts),
        MappingProxyType(made.bars),
        tuple(made.misplaced),
        made.next_origin,
    )


@dataclass(slots=True)
class _Folding:
    """The state while it grows. Each step gives the code of what does not fit, empty when the leaf was taken.

    `named` are the leaves taken so far that others may name: kind, and the fields that count. When a step is asked, the
    leaf names one of them rightly. `asked` are batches as their requests have them.
    """

    size: int = 0
    named: dict[int, tuple[str, Mapping[str, Value]]] = field(default_factory=dict)
    asked: dict[int, Batch] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    handouts: dict[int, HandOut] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    bars: dict[int, Bar] = field(default_factory=dict)
    misplaced: list[Misplaced] = field(default_factory=list)
    next_origin: str = ""

    def take(self, index: int, leaf: StageLeaf) -> str:
        self.size = index + 1
        if self.next_origin:
            return "after_close"
        if (leaf.kind == START) != (index == 0):
            return "start"
        step = _STEPS.get(leaf.kind)
        why = self.misnamed(leaf) or (step(self, index, leaf) if step else "")
        if not why and leaf.kind in _KEPT:
            self.named[index] = leaf.kind, {name: leaf.body[name] for name in _KEPT[leaf.kind] & set(leaf.body)}
        return why

    def misnamed(self, leaf: StageLeaf) -> str:
        """The field by which the leaf names one that was not taken, is of another kind, or says otherwise."""
        if leaf.kind not in LINKS:
            return ""
        name, kind, same = LINKS[leaf.kind]
        found, other = self.named.get(leaf.number(name), ("", {}))
        return "" if found == kind and says_the_same(leaf, other, same) else name

    def request(self, index: int, leaf: StageLeaf) -> str:
        self.asked[index] = Batch(
            leaf.text("batch"),
            leaf.text("request"),
            leaf.text("provision"),
            leaf.text("requester"),
            leaf.text("recipient_key"),
            "asked",
            leaf.number("row_count"),
            accepted=0,
            rejected=0,
            faults=0,
            parse_leaf=-1,
        )
        return ""

    def parse(self, index: int, leaf: StageLeaf) -> str:
        asked, known = self.asked[leaf.number("request_leaf")], self.batches.get(leaf.text("batch"))
        # What was refused may be sent again, mended; what was received is received once.
        if known is not None and known.state != "refused":
            return "again"
        self.batches[asked.id] = replace(
            asked,
            state="refused" if leaf.number("file_faults") else "received",
            accepted=leaf.number("accepted"),
            rejected=leaf.number("rejected"),
            faults=leaf.number("file_faults"),
            parse_leaf=index,
        )
        return ""

    def decision(self, index: int, leaf: StageLeaf) -> str:
        batch = self.batches[leaf.text("batch")]
        # The parse of a request that was refused, and then sent again, is not what is decided.
        if batch.parse_leaf != leaf.number("parse_leaf"):
            return "parse_leaf"
        if batch.state != "received":
            return "again"
        if leaf.number("rows") != batch.accepted:
            return "rows"
        self.batches[batch.id] = replace(
            batch, state="decided", decision_leaf=index, as_of=leaf.text("as_of"), figures=leaf.text("figures")
        )
        return ""

    def on_decided(self, _index: int, leaf: StageLeaf) -> str:
        batch = self.batches.get(leaf.text("batch"))
        return "" if batch and batch.state == "decided" else "batch"

    def prepared(self, index: int, leaf: StageLeaf) -> str:
        name = leaf.text("package")
        if name in self.packages:
            return "again"
        self.packages[name] = Package(name, leaf.text("batch"), leaf.number("rows"), index)
        return ""

    def handout(self, index: int, leaf: StageLeaf) -> str:
        package = self.packages[leaf.text("package")]
        if leaf.number("attempt") != self.attempts.get(package.id, 0) + 1:
            return "attempt"
        self.attempts[package.id] = leaf.number("attempt")
        self.handouts[index] = HandOut(index, package.id, package.rows)
        return ""

    def sent(self, index: int, leaf: StageLeaf) -> str:
        handout = self.handouts[leaf.number("handout_leaf")]
        if handout.sent_leaf >= 0:
            return "again"
        self.handouts[handout.leaf] = replace(handout, sent_leaf=index)
        return ""

    def barred(self, _index: int, leaf: StageLeaf) -> str:
        return "" if leaf.text("package") in self.packages else "package"

    def bar(self, index: int, leaf: StageLeaf) -> str:
        # Two people may bring the log up to the docket at the same moment: a stop said twice is a stop.
        self.bars[index] = Bar(leaf.text("order"), leaf.text("instrument"), leaf.text("effective"))
        return ""

    def in_force(self, _index: int, leaf: StageLeaf) -> str:
        # Many exposed hand-outs take several leaves.
        at = leaf.number("bar_leaf")
        self.bars[at] = replace(self.bars[at], in_force=True)
        return ""

    def close(self, index: int, leaf: StageLeaf) -> str:
        if leaf.number("size") != index:
            return "size"
        self.next_origin = leaf.text("next_origin")
        return ""


_STEPS: Mapping[str, Callable[[_Folding, int, StageLeaf], str]] = MappingProxyType(
    {
        "request": _Folding.request,
        "parse": _Folding.parse,
        "decision-batch": _Folding.decision,
        "review": _Folding.on_decided,
        "prepared": _Folding.prepared,
        "handout": _Folding.handout,
        "sent": _Folding.sent,
        "barred": _Folding.barred,
        "order-bar": _Folding.bar,
        "in-force": _Folding.in_force,
        CLOSE: _Folding.close,
    }
)
