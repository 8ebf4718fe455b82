# SPDX-License-Identifier: Apache-2.0
"""State is a fold of the log: batches, packages, hand-outs and orders, out of the leaves and nothing else.

Every change of state has exactly one leaf. A leaf that names another one which is not there, or is not about the same
thing, or that changes what can change once only, is misplaced: it changes nothing here and is told.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from lawgate.ledger.leaf import StageLeaf

CLOSE, START = "shard-close", "start"


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
    """The state while it grows. Each step gives the code of what does not fit, empty when the leaf was taken."""

    size: int = 0
    requests: dict[int, StageLeaf] = field(default_factory=dict)
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
        return step(self, index, leaf) if step else ""

    def request(self, index: int, leaf: StageLeaf) -> str:
        self.requests[index] = leaf
        return ""

    def parse(self, index: int, leaf: StageLeaf) -> str:
        asked, known = self.requests.get(leaf.number("request_leaf")), self.batches.get(leaf.text("batch"))
        if asked is None or asked.text("batch") != leaf.text("batch"):
            return "request_leaf"
        # What was refused may be sent again, mended; what was received is received once.
        if known is not None and known.state != "refused":
            return "again"
        self.batches[leaf.text("batch")] = Batch(
            leaf.text("batch"),
            asked.text("request"),
            asked.text("provision"),
            asked.text("requester"),
            asked.text("recipient_key"),
            "refused" if leaf.number("file_faults") else "received",
            asked.number("row_count"),
            leaf.number("accepted"),
            leaf.number("rejected"),
            leaf.number("file_faults"),
            index,
        )
        return ""

    def decision(self, index: int, leaf: StageLeaf) -> str:
        batch = self.batches.get(leaf.text("batch"))
        if batch is None or batch.parse_leaf != leaf.number("parse_leaf"):
            return "parse_leaf"
        if batch.state != "received":
            return "again"
        if leaf.number("rows") != batch.accepted:
            return "rows"
        self.batches[batch.id] = replace(
            batch, state="decided", decision_leaf=index, as_of=leaf.text("as_of"), figures=leaf.text("figures")
        )
        return ""

    def of_decision(self, _index: int, leaf: StageLeaf) -> str:
        batch = self.batches.get(leaf.text("batch"))
        return "" if batch and batch.decision_leaf == leaf.number("decision_leaf") else "decision_leaf"

    def on_decided(self, _index: int, leaf: StageLeaf) -> str:
        batch = self.batches.get(leaf.text("batch"))
        return "" if batch and batch.state == "decided" else "batch"

    def prepared(self, index: int, leaf: StageLeaf) -> str:
        name = leaf.text("package")
        if why := self.of_decision(index, leaf):
            return why
        if name in self.packages:
            return "again"
        self.packages[name] = Package(name, leaf.text("batch"), leaf.number("rows"), index)
        return ""

    def handout(self, index: int, leaf: StageLeaf) -> str:
        package = self.packages.get(leaf.text("package"))
        if package is None or package.prepared_leaf != leaf.number("prepared_leaf"):
            return "prepared_leaf"
        if leaf.number("rows") != package.rows:
            return "rows"
        if leaf.number("attempt") != self.attempts.get(package.id, 0) + 1:
            return "attempt"
        self.attempts[package.id] = leaf.number("attempt")
        self.handouts[index] = HandOut(index, package.id, package.rows)
        return ""

    def sent(self, index: int, leaf: StageLeaf) -> str:
        handout = self.handouts.get(leaf.number("handout_leaf"))
        if handout is None or handout.package != leaf.text("package"):
            return "handout_leaf"
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
        bar = self.bars.get(leaf.number("bar_leaf"))
        if bar is None or bar.order != leaf.text("order"):
            return "bar_leaf"
        # Many exposed hand-outs take several leaves.
        self.bars[leaf.number("bar_leaf")] = replace(bar, in_force=True)
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
        "redecision": _Folding.of_decision,
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
