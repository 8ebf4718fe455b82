# SPDX-License-Identifier: Apache-2.0
"""Enter an order: it binds from the moment the register has it; the log, the drain and the list of exposure follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import NoReturn

from lawgate.authority.lifts import Lifting
from lawgate.docket.act_text import read_act
from lawgate.docket.acts import Act
from lawgate.docket.reading import entered_as, is_order_id, read_order
from lawgate.docket.standing import covering, digest
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import MAX_LIST, Value, fits
from lawgate.model.fault import Faulty, LawgateError, Refused
from lawgate.model.order import PROVISIONAL, EffectKind, Order, Standing
from lawgate.office.order_leaves import (
    Course,
    Instrument,
    acts_began,
    bar_leaf,
    courses,
    instruments,
    keep_begun,
    log_acts,
    moment,
    read_or_none,
)
from lawgate.office.packaged import prepared_manifest
from lawgate.ports.clock import Clock
from lawgate.ports.orders import OrderRegister, RegisterBrokenError
from lawgate.ports.release import Gate, PackageStore, ReleaseLog
from lawgate.protocol import manifest as manifests
from lawgate.protocol import steps
from lawgate.protocol.bars import CLOCK_SECONDS
from lawgate.protocol.exposure import listed

UNKNOWN = "unknown"
"""Who entered an instrument, in its leaf, where nobody can tell."""
# A clerk's clock may run a little ahead of ours, as far as a witness's may.
AHEAD = timedelta(seconds=CLOCK_SECONDS)
ROUNDS = 8
"""How often lists are begun anew because a text came into the docket meanwhile."""

IN_PART = {
    EffectKind.FREEZE_EXPANSION: (
        "freeze_expansion is enforced IN PART: while it stands, requests in its scope are held unless the log shows "
        "that the same was answered before (practice, fields, agreement, matching, recipient agency, rows of a year). "
        "That nobody new of the same agency is named to receive, a person has to watch"
    ),
}
"""Effects of which a part, or all, is left to people, and how that is said to whoever enters one."""


def _nowhere(_name: str, _paper: bytes) -> None:
    return None


def _not_kept(_name: str) -> bytes:
    return b""


def _untold() -> NoReturn:
    raise LawgateError("nobody here can tell whether an act may loosen an order")


class _DocketMovedError(Exception):
    """A text came into the docket while a list was written."""


class BindsUnloggedError(LawgateError):
    """The order is in the register and binds; what comes after failed. `complete_orders` takes it up again."""

    stop = "E_UNLOGGED"

    def __init__(self, file: str, why: str) -> None:
        """The register's file and what failed."""
        super().__init__(
            f"{file} is in the docket and binds, but its leaves are not all in the log: {why}. "
            "When that is mended, `lawgate order complete` makes up what is missing"
        )
        self.file = file


@dataclass(frozen=True, slots=True)
class OrderDesk:
    """What entering an order needs. `packages` and `humans` only tell which earlier hand-outs an order covers.

    `humans` gives every id of the people whom these ids name; it raises a LawgateError when nobody can tell. `keep`
    stores a paper about an act under a name, and leaves one that is there as it is, unless `order_leaves.outlived` says
    that it is worth nothing; `kept` gives it back, empty when there is none. `lifting` gives, read afresh, what acts
    that loosen are judged by; a LawgateError when it cannot be told, and then nothing is lifted.
    """

    register: OrderRegister
    log: ReleaseLog
    gate: Gate
    packages: PackageStore
    clock: Clock
    humans: Callable[[Iterable[str]], Iterable[str]]
    keep: Callable[[str, bytes], None] = _nowhere
    lifting: Callable[[], Lifting] = _untold
    kept: Callable[[str], bytes] = _not_kept


def enter_order(desk: OrderDesk, text: bytes, person: str) -> str:
    """Enter an order's text; the register's file name. It binds as soon as the register has it.

    Entering the same text again only completes what is missing. Faulty when the text is not an order (enter it as
    unreadable then); Refused (`order_person`) when `person` is no id, (`order_kind`) when it is of the kind that only
    `order_stop.stop` makes, (`order_id_taken`) when another instrument has its id, or (`order_ahead`) its dates lie
    ahead of now; BindsUnloggedError when it binds and a later step failed.
    """
    order = read_order(text, "order")
    if order.kind == PROVISIONAL and text not in _known_as(desk.register, order.id).values():
        why = f"`{PROVISIONAL}` is only what `lawgate stop` makes: write another word as kind. NOTHING WAS ENTERED"
        raise Refused("order_kind", why)
    return enter_text(desk, order, text, person)


def enter_text(desk: OrderDesk, found: Order | Act, text: bytes, person: str) -> str:
    """Enter a text that was read, an order or an act on one; refuses and raises as `enter_order` does."""
    require_id(person)
    if max(found.entered_at, found.learned_at) > desk.clock.now() + AHEAD:
        why = "entered_at and learned_at cannot lie ahead of now. NOTHING WAS ENTERED"
        raise Refused("order_ahead", why)
    return _enter(desk, found.id, text, person)


def enter_unreadable(desk: OrderDesk, name: str, paper: bytes, person: str) -> str:
    """Enter a paper nobody can read as an order, under a name of the form of an order id. It binds everything.

    Refused (`order_person`) when `person` is no id, (`order_name`) for another form of name, (`order_readable`) when it
    can be read: its own scope is what binds then, (`order_id_taken`) when another instrument has the name.
    BindsUnloggedError as for `enter_order`.
    """
    require_id(person)
    if not is_order_id(name):
        raise Refused("order_name", "this name cannot be an order's id. NOTHING WAS ENTERED")
    if read_or_none(paper) is not None or _reads_as_act(paper):
        raise Refused("order_readable", "this text can be read. NOTHING WAS ENTERED")
    return _enter(desk, name, paper, person)


def require_id(person: str) -> None:
    """Refused (`order_person`) unless it has the form of an id: what is no id, the log could not name afterwards.

    The registers are not asked: whatever is wrong with them keeps no order out.
    """
    if not fits("id", person):
        raise Refused("order_person", "name yourself by your id in people.toml. NOTHING WAS ENTERED")


def not_enforced(text: bytes) -> tuple[str, ...]:
    """What this version does not do of the effects of an order, a plain sentence for each; nothing for most orders."""
    order = read_or_none(text)
    kinds = {effect.kind for effect in order.effects} if order else set()
    return tuple(sentence for kind, sentence in IN_PART.items() if kind in kinds)


def _known_as(register: OrderRegister, name: str) -> dict[str, bytes]:
    """Instruments with this id by file; none where the docket cannot be read: then a stop has to go in all the same."""
    try:
        return {file: known for file, known in register.texts().items() if (entered_as(file) or (0, ""))[1] == name}
    except RegisterBrokenError:
        return {}


def _enter(desk: OrderDesk, name: str, text: bytes, person: str) -> str:
    made = _Entering(desk, Named(name, text, person))
    try:
        made.through(steps.enter())
    except (LawgateError, OSError) as error:
        if not made.file:
            raise
        raise BindsUnloggedError(made.file, f"{error}{made.unkept}{_waited(desk)}") from error
    return made.file


def _keep_who(desk: OrderDesk, mark: str, person: str) -> str:
    """Keep who entered a text, for its leaf, should this process not come so far; what to add if that fails."""
    try:
        desk.keep(_by(mark), person.encode())
    except (LawgateError, OSError):
        return "; who entered it could not be kept either"
    return ""


def _waited(desk: OrderDesk) -> str:
    """Wait for whoever held the gate when the text came in, though the log says nothing of it; what to add if not."""
    try:
        desk.gate.drain()
    except (LawgateError, OSError):
        return "; a hand-out that was under way could not be waited for: it may have ended after this"
    return ""


def _by(mark: str) -> str:
    return f"{mark}.by"


def _who(desk: OrderDesk, found: Instrument) -> str:
    """Who entered an instrument, as kept beside it or as a stop names it; `UNKNOWN` rather than anybody else."""
    try:
        said = desk.kept(_by(found.digest)).decode()
    except (LawgateError, OSError, UnicodeDecodeError):
        said = ""
    if not said and found.order is not None and found.order.without_paper:
        said = found.order.docket_number
    return said if fits("id", said) else UNKNOWN


def complete_orders(desk: OrderDesk) -> None:
    """Bring the log up to the register: a leaf `order-bar` for each instrument and `order-act` for each act on one, a
    drain, a leaf `in-force` for each instrument and for what tightened it since.

    A bar names whoever entered its instrument, never whoever completes. Doing it again changes nothing. Anything that
    fails leaves the instruments binding. LawgateError when others kept entering texts meanwhile.
    """
    _Entering(desk).through(steps.enter())


@dataclass(frozen=True, slots=True)
class Named:
    """A text that is being entered, the name it goes by, and who enters it."""

    name: str
    text: bytes
    person: str

    @property
    def mark(self) -> str:
        """SHA-256 (hex) of the text."""
        return sha256(self.text).hexdigest()


class _Entering:
    """The steps of an order's way into force, done for real, each for everything in the docket that still lacks it."""

    def __init__(self, desk: OrderDesk, new: Named | None = None) -> None:
        """Without `new` nothing is entered. `file` is the register's, once the text binds."""
        self._desk, self._new = desk, new
        self.file, self.unkept = "", ""
        self._texts: Mapping[str, bytes] = {}
        self._acted = False

    def through(self, entering: steps.Entering) -> None:
        """Do every step, in order."""
        answer: object = None
        while True:
            try:
                step = entering.send(answer)
            except StopIteration:
                return
            answer = self._do(step)

    def _do(self, step: object) -> object:
        match step:
            case steps.RecordBar():
                return self._bars()
            case steps.RecordInForce():
                return self._lists()
            case steps.Bind():
                self._bind()
            case steps.Drain():
                self._drain()
            case steps.Publish():
                self._publish()
            case _:
                raise LawgateError("a step that nobody knows")
        return None

    def _bind(self) -> None:
        if self._new is not None:
            # The id is free in the very turn in which it is taken: of two instruments of one id nobody can lift either.
            # Also what is there already: a text whose syncing failed once lasts only when it was written again.
            self.file = self._desk.register.enter(self._new.name, self._new.text, alone=True)
            self.unkept = _keep_who(self._desk, self._new.mark, self._new.person)

    def _bars(self) -> int:
        """The index of the leaf about the new text; -1 where it had one before, or there is no new text."""
        desk, mark = self._desk, self._new.mark if self._new else ""
        self._texts = desk.register.texts()
        barred = {(leaf.text("order"), leaf.text("instrument")) for _, leaf in _kind(desk, "order-bar")}
        made = dict[str, int]()
        for found in instruments(self._texts):
            if (found.id, found.digest) not in barred:
                who = _who(desk, found)
                who = self._new.person if self._new and who == UNKNOWN and found.digest == mark else who
                made[found.digest] = desk.log.append(bar_leaf(found, who, desk.clock.now()))
        fresh = log_acts(desk.log, self._texts, desk.clock.now())
        self._acted = self._acted or bool(fresh)
        return {**made, **fresh}.get(mark, -1)

    def _publish(self) -> None:
        self._desk.log.publish()
        keep_begun(self._desk.log, self._texts, self._desk.keep, self._desk.kept)

    def _waiting(self, leaves: Sequence[tuple[int, StageLeaf]]) -> list[Course]:
        return [course for course in courses(leaves, acts_began(self._texts)).values() if course.lacking]

    def _drain(self) -> None:
        if self._acted or self._waiting(list(self._desk.log.leaves())):
            # Whoever held the gate when the instrument came in has given it back, or may not use it any more.
            self._desk.gate.drain()

    def _lists(self) -> int:
        """The index of the last list; -1 where none was lacking. After a docket that moved, anew from the bars."""
        for _ in range(ROUNDS):
            try:
                return self._listed()
            except _DocketMovedError:
                self._bars()
                self._drain()
        raise LawgateError("orders or acts kept coming in while the lists of exposure were written")

    def _listed(self) -> int:
        desk, texts, made = self._desk, self._texts, -1
        by_digest = {(found.id, found.digest): found for found in instruments(texts)}

        def still() -> None:
            # A text is in the docket before its leaf is in the log: with the same docket the list misses no act.
            if digest(desk.register.texts()) != digest(texts):
                raise _DocketMovedError

        leaves = list(desk.log.leaves())
        for course in self._waiting(leaves):
            same = by_digest.get((course.leaf.text("order"), course.leaf.text("instrument")))
            for leaf in _in_force(desk, leaves, course, None if same is None else same.order):
                made = desk.log.append(leaf, still)
        return made


def _kind(desk: OrderDesk, kind: str) -> list[tuple[int, StageLeaf]]:
    return [(index, leaf) for index, leaf in desk.log.leaves() if leaf.kind == kind]


def _reads_as_act(text: bytes) -> bool:
    try:
        read_act(text, "act")
    except Faulty:
        return False
    return True


def _in_force(
    desk: OrderDesk, leaves: Sequence[tuple[int, StageLeaf]], course: Course, order: Order | None
) -> Iterator[StageLeaf]:
    """The leaf (or leaves, 256 hand-outs each) that name what went out between effect and force.

    A list ends with a leaf that is not full: one that broke off is known by that, and goes on behind what it names.
    """
    prepared = {index: leaf for index, leaf in leaves if leaf.kind == "prepared"}
    since = moment(course.since)
    late = [
        (f"{leaf.text('package')}@{at}", leaf.number("rows"))
        for at, leaf in leaves
        if leaf.kind == "handout"
        if listed(moment(leaf.at), since) and _covers(desk, order, prepared.get(leaf.number("prepared_leaf")))
    ]
    late = [each for each in late if each[0] not in course.named]
    for start in range(0, len(late) + 1, MAX_LIST):
        part = late[start : start + MAX_LIST]
        body: dict[str, Value] = {
            "order": course.leaf.text("order"),
            "bar_leaf": course.bar,
            "exposed": [name for name, _ in part],
            "exposed_rows": sum(rows for _, rows in part),
        }
        yield StageLeaf("in-force", instant(desk.clock.now()), body)


def _covers(desk: OrderDesk, order: Order | None, prepared: StageLeaf | None) -> bool:
    """Whether the order covers a package. What nobody can read or tell makes it so: order, package, or who is who."""
    found = None if prepared is None else prepared_manifest(desk.packages, prepared)
    if order is None or found is None:
        return True
    try:
        meant = manifests.covered(found, desk.humans)
    except LawgateError:
        return True
    alone = Standing(order.learned_at, (order,), (), digest({}))
    return any(covering(alone, each) for each in meant)
