# SPDX-License-Identifier: Apache-2.0
"""The leaves about acts on orders, the first proof of each, and what the lists in leaves `in-force` speak of.

From the witnessed time of the first proof the wait of an act that loosens is counted. A list speaks of all that
tightened under a bar before it and that no list spoke of yet: the order itself, then each act that tightens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType

from lawgate.authority.lifts import BEGUN, ENDED
from lawgate.docket.acts import Act, ActKind, Direction
from lawgate.docket.history import begins
from lawgate.docket.reading import entered_as, read_order
from lawgate.docket.register import sort
from lawgate.docket.standing import standing
from lawgate.ledger.checkpoint import parse_note
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.proof import parse
from lawgate.ledger.schema import MAX_LIST, Value
from lawgate.model.fault import Faulty
from lawgate.model.order import Order, State
from lawgate.ports.release import ReleaseLog
from lawgate.protocol.exposure import only_near

UNREADABLE = "unreadable"
EXPIRED = "expired"
"""The kind of `order-act` about a stop without a paper that came to its end by itself."""
_NOT_TIGHTER = {EXPIRED, *(kind.value for kind in ActKind if kind.direction is not Direction.TIGHTEN)}


@dataclass(frozen=True, slots=True)
class Instrument:
    """One file of the register: order id, SHA-256 of its text, and the order (None when nobody can read it)."""

    id: str
    digest: str
    order: Order | None


@dataclass(frozen=True, slots=True)
class Exposed:
    """One name on a list: order, index of the hand-out's leaf, its package, and since when the list counts (a leaf's
    instant). `near`: dated before that, and listed only because clocks may differ.
    """

    order: str
    leaf: int
    package: str
    since: str
    near: bool


@dataclass(slots=True)
class Course:
    """What one leaf `order-bar` came to: its index and leaf, and whether anything that tightened still lacks its list.

    `since` is when the first of what the list that is lacking, or else the last one, speaks of began: at its effect, or
    when it was learned of if that was earlier, as the docket counts. `named` is what an unfinished list has already;
    `listed` all names with their `since`.
    """

    bar: int
    leaf: StageLeaf
    since: str
    lacking: bool = True
    named: set[str] = field(default_factory=set)
    listed: list[tuple[str, str]] = field(default_factory=list)

    def tightened(self, began: str) -> None:
        """An act that tightens came: the next list counts from the earliest beginning that none spoke of."""
        self.since = min(self.since, began) if self.lacking else began
        self.lacking = True

    def told(self, names: Sequence[str]) -> None:
        """A leaf of a list came. A full one goes on in the next leaf."""
        self.listed += [(name, self.since) for name in names]
        self.lacking = self.lacking and len(names) >= MAX_LIST
        self.named = {*self.named, *names} if self.lacking else set()


def instruments(texts: Mapping[str, bytes]) -> Iterator[Instrument]:
    """Every instrument that somebody entered, in file order, readable or not."""
    acts = {each.file for each in sort(texts).acts}
    for file, text in sorted(texts.items()):
        # A stray file or a missing number binds too, but nobody entered it, so there is no act to log.
        if file not in acts and (name := entered_as(file)):
            yield Instrument(name[1], sha256(text).hexdigest(), read_or_none(text))


def read_or_none(text: bytes) -> Order | None:
    """The order a text is; None where nobody can read it as one."""
    try:
        return read_order(text, "order")
    except Faulty:
        return None


def bar_leaf(found: Instrument, person: str, now: datetime) -> StageLeaf:
    """The leaf `order-bar` of an instrument; of one that nobody can read it is provisional, as of now."""
    order = found.order
    body: dict[str, Value] = {
        "order": found.id,
        "instrument": found.digest,
        "learned": instant(order.learned_at if order else now),
        "effective": instant(order.effective_at if order else now),
        "effects": sorted({effect.kind.value for effect in order.effects}) if order else [UNREADABLE],
        "provisional": order is None,
        "person": person,
    }
    return StageLeaf("order-bar", instant(now), body)


def acts_began(texts: Mapping[str, bytes]) -> dict[str, str]:
    """When each act of a docket began to count if it tightens (a leaf's instant), by the SHA-256 (hex) of its text."""
    return {each.digest: instant(begins(each.what)) for each in sort(texts).acts}


def courses(
    leaves: Iterable[tuple[int, StageLeaf]], began: Mapping[str, str] = MappingProxyType({})
) -> dict[int, Course]:
    """Every bar of the log with what its lists say, by the index of its leaf. `leaves` in order.

    `began` as `acts_began` gives it: a leaf about an act states its effect, and not when it was learned of.
    """
    made: dict[int, Course] = {}
    for index, leaf in leaves:
        if leaf.kind == "order-bar":
            made[index] = Course(index, leaf, min(leaf.text("learned"), leaf.text("effective")))
        elif leaf.kind in ("order-act", "in-force") and (course := made.get(leaf.number("bar_leaf"))):
            if leaf.kind == "in-force":
                course.told(leaf.texts("exposed"))
            elif leaf.text("does") not in _NOT_TIGHTER:
                course.tightened(min(leaf.text("effective"), began.get(leaf.text("instrument"), leaf.at)))
    return made


def exposures(
    leaves: Sequence[tuple[int, StageLeaf]], began: Mapping[str, str] = MappingProxyType({})
) -> tuple[Exposed, ...]:
    """Every name on every list of the log, by bar, each once and with the earliest `since` it was listed under.

    `began` as for `courses`.
    """
    at = {index: leaf.at for index, leaf in leaves if leaf.kind == "handout"}
    found: dict[tuple[str, str], Exposed] = {}
    for course in courses(leaves, began).values():
        for name, since in sorted(course.listed, key=lambda each: each[1]):
            package, _, number = name.rpartition("@")
            leaf, order = int(number), course.leaf.text("order")
            near = leaf in at and only_near(moment(at[leaf]), moment(since))
            found.setdefault((order, name), Exposed(order, leaf, package, since, near))
    return tuple(found.values())


def moment(text: str) -> datetime:
    """The moment that a leaf's instant says, with its offset. ValueError for another form."""
    return datetime.fromisoformat(text)


def log_acts(log: ReleaseLog, texts: Mapping[str, bytes], now: datetime) -> Mapping[str, int]:
    """A leaf `order-act` for each act that has none yet, and for each provisional stop that has run out.

    The acts that got one: SHA-256 (hex) of the text -> index of the leaf.
    """
    leaves = list(log.leaves())
    bars = {leaf.text("order"): index for index, leaf in leaves if leaf.kind == "order-bar"}
    known = {(leaf.text("does"), leaf.text("instrument")) for _, leaf in leaves if leaf.kind == "order-act"}
    made: dict[str, int] = {}
    for each in sort(texts).acts:
        act = each.what
        if isinstance(act, Act) and (act.kind.value, each.digest) not in known and act.order in bars:
            made[each.digest] = log.append(_act_leaf(act, each.digest, bars[act.order], now))
    for body in _run_out(texts, bars, known, now):
        log.append(StageLeaf("order-act", instant(now), body))
    return made


def keep_begun(
    log: ReleaseLog, texts: Mapping[str, bytes], keep: Callable[[str, bytes], None], kept: Callable[[str], bytes]
) -> None:
    """Keep a proof, under the head just published, of each act that loosens and has none yet that speaks of its leaf.

    Its leaf is the first about it: two who complete at once may each have logged it, and only the first one counts.
    """
    first: dict[str, int] = {}
    for index, leaf in log.leaves():
        if leaf.kind == "order-act":
            first.setdefault(leaf.text("instrument"), index)
    for each in sort(texts).acts:
        found = first.get(each.digest)
        if found is None or not isinstance(each.what, Act) or each.what.direction is not Direction.LOOSEN:
            continue
        name = f"{each.digest}.{BEGUN}"
        if _speaks_of(_kept(kept, name)) != found:
            keep(name, log.proof(found).render())


def outlived(name: str, old: bytes, new: bytes, kept: Callable[[str], bytes]) -> bool:
    """Whether a paper about an act that is kept under a name is worth nothing any more, so that `new` takes its place.

    A paper that is named by its SHA-256 is, when it has another one. The first proof of an act is when it cannot be
    read or speaks of another leaf, and so is the last one, also when it is older than the first that `kept` gives.
    """
    _, _, digest = name.partition("-")
    if digest:
        return sha256(old).hexdigest() != digest == sha256(new).hexdigest()
    act, _, which = name.partition(".")
    if which not in (BEGUN, ENDED) or (index := _speaks_of(new)) is None:
        return False
    # What no lift can rest on any more may go; what one may rest on stays, or an act that counts would not any more.
    older = which == ENDED and _size(old) < _size(_kept(kept, f"{act}.{BEGUN}"))
    return _speaks_of(old) != index or older


def _kept(kept: Callable[[str], bytes], name: str) -> bytes:
    try:
        return kept(name)
    except OSError:
        return b""


def _speaks_of(proof: bytes) -> int | None:
    """The leaf that a tlog-proof file speaks of; None for what cannot be read as one."""
    try:
        return parse(proof).index
    except MalformedError:
        return None


def _size(proof: bytes) -> int:
    """The size of the head of a tlog-proof file; 0 for what cannot be read as one."""
    try:
        return parse_note(parse(proof).checkpoint)[0].size
    except MalformedError:
        return 0


def _act_leaf(act: Act, digest: str, bar: int, now: datetime) -> StageLeaf:
    body: dict[str, Value] = {
        "order": act.order,
        "bar_leaf": bar,
        "act": act.id,
        "does": act.kind.value,
        "instrument": digest,
        "document": act.document,
        "effective": instant(act.effective_at),
        "people": list(act.people),
    }
    return StageLeaf("order-act", instant(now), body)


def _run_out(
    texts: Mapping[str, bytes], bars: Mapping[str, int], known: set[tuple[str, str]], now: datetime
) -> Iterator[dict[str, Value]]:
    """Bodies of the leaves about provisional stops that ended by themselves and have none."""
    digests = {each.what: each.digest for each in sort(texts).orders}
    for one in standing(texts, now).stood:
        digest, ends = digests[one.order], one.order.ends
        over = one.order.without_paper and one.state is State.EXPIRED
        if over and ends is not None and one.order.id in bars and (EXPIRED, digest) not in known:
            yield {
                "order": one.order.id,
                "bar_leaf": bars[one.order.id],
                "act": f"{one.order.id}-{EXPIRED}",
                "does": EXPIRED,
                "instrument": digest,
                "document": one.order.document,
                "effective": instant(ends),
                "people": [],
            }
