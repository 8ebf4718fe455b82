# SPDX-License-Identifier: Apache-2.0
"""Enter an order: it binds from the moment the register has it; the log, the drain and the list of exposure follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NoReturn

from lawgate.authority.lifts import Lifting
from lawgate.docket.act_text import read_act
from lawgate.docket.acts import Act
from lawgate.docket.reading import entered_as, is_order_id, read_order
from lawgate.docket.register import sort
from lawgate.docket.standing import covering, digest
from lawgate.ledger.leaf import StageLeaf, instant
from lawgate.ledger.schema import MAX_LIST, Value, fits
from lawgate.model.fault import Faulty, LawgateError, Refused
from lawgate.model.order import PROVISIONAL, EffectKind, Order, Standing
from lawgate.office.order_leaves import Course, acts_began, courses, keep_begun, log_acts, moment
from lawgate.office.packaged import prepared_manifest
from lawgate.ports.clock import Clock
from lawgate.ports.orders import OrderRegister, RegisterBrokenError
from lawgate.ports.release import Gate, PackageStore, ReleaseLog
from lawgate.protocol import manifest as manifests
from lawgate.protocol.bars import CLOCK_SECONDS
from lawgate.protocol.exposure import listed

UNREADABLE = "unreadable"
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
    stores a paper about an act under a name, and leaves one that is there as it is; `kept` gives it back, empty when
    there is none. `lifting` gives, read afresh, what acts that loosen are judged by; a LawgateError when it cannot be
    told, and then nothing is lifted.
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


@dataclass(frozen=True, slots=True)
class Instrument:
    """One file of the register: order id, SHA-256 of its text, and the order (None when nobody can read it)."""

    id: str
    digest: str
    order: Order | None


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
    taken = _known_as(desk.register, found.id)
    for file, known in taken.items():
        if known != text:
            raise Refused("order_id_taken", f"{file} is another instrument with this id. NOTHING WAS ENTERED")
    return _enter(desk, found.id, text, person)


def enter_unreadable(desk: OrderDesk, name: str, paper: bytes, person: str) -> str:
    """Enter a paper nobody can read as an order, under a name of the form of an order id. It binds everything.

    Refused (`order_person`) when `person` is no id, (`order_name`) for another form of name, (`order_readable`) when it
    can be read: its own scope is what binds then. BindsUnloggedError as for `enter_order`.
    """
    require_id(person)
    if not is_order_id(name):
        raise Refused("order_name", "this name cannot be an order's id. NOTHING WAS ENTERED")
    if _read(paper) is not None or _reads_as_act(paper):
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
    order = _read(text)
    kinds = {effect.kind for effect in order.effects} if order else set()
    return tuple(sentence for kind, sentence in IN_PART.items() if kind in kinds)


def _known_as(register: OrderRegister, name: str) -> dict[str, bytes]:
    """Instruments with this id by file; none where the docket cannot be read: then a stop has to go in all the same."""
    try:
        return {file: known for file, known in register.texts().items() if (entered_as(file) or (0, ""))[1] == name}
    except RegisterBrokenError:
        return {}


def _enter(desk: OrderDesk, name: str, text: bytes, person: str) -> str:
    # Also what is there already: a text whose syncing failed once lasts only when it was written again.
    file = desk.register.enter(name, text)
    mark = sha256(text).hexdigest()
    unkept = _keep_who(desk, mark, person)
    try:
        complete_orders(desk, person, mark)
    except (LawgateError, OSError) as error:
        raise BindsUnloggedError(file, f"{error}{unkept}{_waited(desk)}") from error
    return file


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


def complete_orders(desk: OrderDesk, person: str = "", mark: str = "") -> None:
    """Bring the log up to the register: a leaf `order-bar` for each instrument and `order-act` for each act on one, a
    drain, a leaf `in-force` for each instrument and for what tightened it since.

    A bar names whoever entered its instrument, never whoever completes: `person` is named only for the text with the
    SHA-256 (hex) `mark`, and only if nobody is known to have entered that before. Doing it again changes nothing.
    Anything that fails leaves the instruments binding. LawgateError when others kept entering texts meanwhile.
    """
    acted: list[tuple[int, Act, str]] = []
    for _ in range(ROUNDS):
        texts = desk.register.texts()
        _bars(desk, texts, person, mark)
        fresh = log_acts(desk.log, texts, desk.clock.now())
        acted += fresh
        if _forced(desk, texts, bool(fresh)):
            break
    else:
        raise LawgateError("orders or acts kept coming in while the lists of exposure were written")
    desk.log.publish()
    keep_begun(desk.log, desk.keep, acted)


def _bars(desk: OrderDesk, texts: Mapping[str, bytes], person: str, mark: str) -> None:
    barred = {(leaf.text("order"), leaf.text("instrument")) for _, leaf in _kind(desk, "order-bar")}
    for found in list(instruments(texts)):
        if (found.id, found.digest) not in barred:
            who = _who(desk, found)
            who = person if who == UNKNOWN and found.digest == mark else who
            desk.log.append(_bar_leaf(found, who, desk.clock.now()))


def _forced(desk: OrderDesk, texts: Mapping[str, bytes], acted: bool) -> bool:
    """Drain, then a list for each bar that lacks one; False when the docket moved meanwhile."""
    began = acts_began(texts)
    waiting = [course for course in courses(desk.log.leaves(), began).values() if course.lacking]
    if waiting or acted:
        # Whoever held the gate when the instrument came in has given it back, or may not use it any more.
        desk.gate.drain()
    by_digest = {(found.id, found.digest): found for found in instruments(texts)}

    def still() -> None:
        # A text is in the docket before its leaf is in the log: with the same docket no act came that the list misses.
        if digest(desk.register.texts()) != digest(texts):
            raise _DocketMovedError

    try:
        for course in waiting:
            same = by_digest.get((course.leaf.text("order"), course.leaf.text("instrument")))
            for made in _in_force(desk, course, None if same is None else same.order):
                desk.log.append(made, still)
    except _DocketMovedError:
        return False
    return True


def _kind(desk: OrderDesk, kind: str) -> list[tuple[int, StageLeaf]]:
    return [(index, leaf) for index, leaf in desk.log.leaves() if leaf.kind == kind]


def instruments(texts: Mapping[str, bytes]) -> Iterator[Instrument]:
    """Every instrument that somebody entered, in file order, readable or not."""
    acts = {each.file for each in sort(texts).acts}
    for file, text in sorted(texts.items()):
        # A stray file or a missing number binds too, but nobody entered it, so there is no act to log.
        if file not in acts and (name := entered_as(file)):
            yield Instrument(name[1], sha256(text).hexdigest(), _read(text))


def _read(text: bytes) -> Order | None:
    try:
        return read_order(text, "order")
    except Faulty:
        return None


def _reads_as_act(text: bytes) -> bool:
    try:
        read_act(text, "act")
    except Faulty:
        return False
    return True


def _bar_leaf(found: Instrument, person: str, now: datetime) -> StageLeaf:
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


def _in_force(desk: OrderDesk, course: Course, order: Order | None) -> Iterator[StageLeaf]:
    """The leaf (or leaves, 256 hand-outs each) that name what went out between effect and force.

    A list ends with a leaf that is not full: one that broke off is known by that, and goes on behind what it names.
    """
    prepared = dict(_kind(desk, "prepared"))
    since = moment(course.since)
    late = [
        (f"{leaf.text('package')}@{at}", leaf.number("rows"))
        for at, leaf in _kind(desk, "handout")
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
