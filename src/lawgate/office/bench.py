# SPDX-License-Identifier: Apache-2.0
"""Everything of one batch that is the same for all its rows: law, registers, orders, the facts of the request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial

from lawgate.authority.freezes import Asked, Then, freezing, frozen, nothing_packed, then_of
from lawgate.decide.find import answered, findings, request_letters
from lawgate.decide.frozen import without_new_practices
from lawgate.decide.request import facts_of_request
from lawgate.docket.duties import duties
from lawgate.docket.standing import covering, standing
from lawgate.law.evaluate import Facts
from lawgate.law.read import BESIDE, digest_of, plan_digest, read_rulebook
from lawgate.law.registers import FILES as REGISTERS
from lawgate.law.registers import read_registers
from lawgate.law.rulebook import Provision, Rulebook
from lawgate.ledger.leaf import instant
from lawgate.linkage.grammar import read_address_grammar, read_name_grammar
from lawgate.model.decision import Pattern, Pins
from lawgate.model.order import Covered, EffectKind, Order, Standing
from lawgate.model.outcome import Status
from lawgate.model.period import Span
from lawgate.model.request import Cover, Registers
from lawgate.ports.cases import BatchRow, CaseStore
from lawgate.ports.claims import SentClaims
from lawgate.ports.clock import Clock
from lawgate.ports.engine import Engine, Plan
from lawgate.ports.leaves import LeafHashes
from lawgate.ports.log import Grown, LogStore
from lawgate.ports.orders import OrderRegister
from lawgate.ports.pins import PinStore
from lawgate.ports.records import RecordsRoom
from lawgate.ports.release import ReleaseLog
from lawgate.ports.rooms import Rooms
from lawgate.ports.signing import Verifier
from lawgate.protocol.bars import CLOCK_SECONDS

WIDEST_ZONE, CLOCKS_APART = timedelta(hours=14), timedelta(seconds=CLOCK_SECONDS)
# With no provision in force there is nothing to show, so no row gets as far as the records, and every row is refused.
NOTHING_IN_FORCE = Provision("", "", "", "may", Span(date.min, None), (), (), {})


Lifted = Callable[[Mapping[str, bytes], Registers, datetime], frozenset[str]]


def nothing_lifted(_docket: Mapping[str, bytes], _registers: Registers, _at: datetime) -> frozenset[str]:
    """No act may loosen an order: what a desk says that cannot tell."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class DecideDesk:
    """What deciding needs. `law`, `registers`: file name -> bytes, read afresh; `program`: the code's digest.

    `lifted` gives the acts of a docket that may loosen at a moment, by registers and by the log up to then.
    """

    engine: Engine
    records: RecordsRoom
    pins: PinStore
    log: ReleaseLog
    store: Callable[[], AbstractContextManager[LogStore]]
    grown: Callable[[Iterable[bytes]], AbstractContextManager[Grown]]
    cases: CaseStore
    rooms: Rooms
    claims: SentClaims
    orders: OrderRegister
    clock: Clock
    verify: Verifier
    read_cover: Callable[[bytes], Cover]
    law: Callable[[], Mapping[str, bytes]]
    registers: Callable[[], Mapping[str, bytes]]
    salt_key: Callable[[], bytes]
    leaf_hashes: LeafHashes
    program: str
    lifted: Lifted = nothing_lifted


@dataclass(frozen=True, slots=True)
class Basis:
    """What a batch is decided on: texts by file name, the manifest of the records, and two instants.

    The law is that of `as_of`; orders and the clock that a signature is held against are those of `known_at`.
    """

    law: Mapping[str, bytes]
    registers: Mapping[str, bytes]
    docket: Mapping[str, bytes]
    records: str
    as_of: datetime
    known_at: datetime
    program: str


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything of one batch that is the same for all its rows.

    `people` gives every id, in one letter case, of signer, contact and whoever the cases name; they are read when
    somebody asks. `then(order)` is how it was when that order began; None when it cannot be shown.
    """

    batch: BatchRow
    basis: Basis
    cover: Cover
    rulebook: Rulebook
    registers: Registers
    standing: Standing
    provision: Provision | None
    plan: Plan
    pins: Pins
    people: Callable[[], frozenset[str]]
    then: Callable[[Order], Then | None]


def read_bench(desk: DecideDesk, batch: BatchRow) -> Bench:
    """The same for a batch that was decided: its law as of the instant its pins name, registers and orders as now."""
    return bench_at(desk, batch, datetime.fromisoformat(batch.as_of))


def bench_at(desk: DecideDesk, batch: BatchRow, as_of: datetime) -> Bench:
    """Everything of a batch that is the same for all its rows, under the law as of an instant."""
    return bench_on(desk, batch, basis_now(desk, as_of))


def basis_now(desk: DecideDesk, as_of: datetime) -> Basis:
    """The texts of the office as they are now. The moment is rounded up to the second, as the log holds it."""
    now = desk.clock.now()
    known_at = now.replace(microsecond=0) + timedelta(seconds=bool(now.microsecond))
    law, registers, docket = desk.law(), desk.registers(), desk.orders.texts()
    return Basis(law, registers, docket, desk.records.current(), as_of, known_at, desk.program)


def bench_on(desk: DecideDesk, batch: BatchRow, basis: Basis) -> Bench:
    """Everything of a batch that is the same for all its rows, on a basis; of the office only the cover is read."""
    files = basis.law
    registers = read_registers(basis.registers)
    raw = desk.rooms.read(batch.id, "cover.toml")
    cover = desk.read_cover(raw)
    stands = standing(basis.docket, basis.known_at, desk.lifted(basis.docket, registers, basis.known_at))
    rulebook = without_new_practices(read_rulebook(files, basis.as_of.astimezone(UTC).date()), stands, cover)
    provision = rulebook.provision(cover.provision)
    facts = request_facts(
        desk.verify, raw, desk.rooms.read(batch.id, "cover.toml.sig"), cover, registers, rulebook, basis.known_at
    )
    plan = Plan(
        provision or NOTHING_IN_FORCE,
        rulebook,
        read_address_grammar(files["match/address.toml"], files["registers/facilities.toml"]),
        read_name_grammar(files["match/names.toml"]),
        facts,
        cover.agency,
        request_letters(provision, facts) if provision else {},
        registers.officers(cover.agency, cover.signed_on),
        registers.order_of(cover.request_id),
    )
    pins = Pins(
        as_of=instant(basis.as_of),
        request=cover.digest,
        cases=cover.cases.sha256,
        rows=cover.rows.sha256,
        rulebook=rulebook.digest,
        registers=registers.digest,
        docket=stands.digest,
        records=basis.records,
        plan=plan_digest(files),
        program=basis.program,
    )
    people = cache(partial(_people, desk, batch, cover, registers))
    law_of = partial(_law_of, desk, basis.law)
    then = cache(partial(then_of, lambda: list(desk.log.leaves()), law_of, rulebook.day))
    return Bench(batch, basis, cover, rulebook, registers, stands, provision, plan, pins, people, then)


def _law_of(desk: DecideDesk, files: Mapping[str, bytes], digest: str) -> Mapping[str, bytes]:
    """The texts of a rulebook by digest: those of the bench, or kept ones. LawgateError when there are none."""
    return files if digest_of(files) == digest else desk.pins.files(digest)


def keep_pins(desk: DecideDesk, bench: Bench) -> None:
    """Keep a copy of every text the decision names, before anything rests on it."""
    basis, pins = bench.basis, bench.pins
    # Only what a digest is about: scenarios are no part of the law, nor is a stray file one of the registers.
    desk.pins.keep(pins.rulebook, {n: raw for n, raw in basis.law.items() if not n.startswith(BESIDE)})
    desk.pins.keep(pins.registers, {n: raw for n, raw in basis.registers.items() if n in REGISTERS})
    desk.pins.keep(pins.docket, basis.docket)


def request_facts(
    verify: Verifier,
    raw: bytes,
    signature: bytes,
    cover: Cover,
    registers: Registers,
    rulebook: Rulebook,
    now: datetime,
) -> Facts:
    """The facts of the request as a whole. A signer who is not in the register leaves what rests on them false."""
    person = registers.people.get(cover.signer)
    written = person is not None and verify(person.key, raw, signature) and _in_time(cover, now)
    return facts_of_request(cover, registers, rulebook, written)


def _in_time(cover: Cover, now: datetime) -> bool:
    """Whether the day of signing can be believed: not ahead of now, and in a zone that exists."""
    offset = cover.signed_at.utcoffset()
    return offset is not None and abs(offset) <= WIDEST_ZONE and cover.signed_at <= now + CLOCKS_APART


def orders_over(bench: Bench, pattern: Pattern) -> tuple[str, ...]:
    """Ids of the orders in force that cover rows of this pattern, whoever of the asking side they name.

    Whoever any case of the batch names, as engaged or to receive, is of the asking side of all its rows.
    """
    cover, found, named, elements = bench.cover, {}, _named(bench), shown_elements(bench.provision, pattern)
    names = [
        Covered(cover.provision, who, to, cover.fields, pattern.years, bench.batch.sent, elements, cover.agency)
        for who in (cover.agency, cover.signer, cover.contact, *named)
        for to in (cover.agency, cover.recipient_key, *named)
    ]
    for what in names:
        # A duty with terms is a gate of the hand-out: were it to hold the decision, nothing could ever meet it.
        gates = frozenset((each.order, each.effect) for each in duties(bench.standing, what))
        found.update(dict.fromkeys(covering(bench.standing, what, gates)))
    if freezing(bench.standing):
        found.update(dict.fromkeys(frozen((bench.standing,), names, _asked(bench), bench.then)))
    return tuple(found)


def _asked(bench: Bench) -> Asked:
    """The request as a freeze sees it. Whom the cases name to receive, and the year's volume, a package shows."""
    cover = bench.cover
    return Asked(
        agency=cover.agency,
        provision=cover.provision,
        agreement=cover.agreement,
        fields=cover.fields,
        rows=bench.batch.sent,
        law=bench.rulebook,
        plan=bench.pins.plan,
        elsewhere=frozenset(),
        gone=nothing_packed,
    )


def shown_elements(provision: Provision | None, pattern: Pattern) -> frozenset[str]:
    """Ids of the elements that are met for rows of this pattern at every level: what an order's exception may ask."""
    found = findings(provision, answered(provision, pattern)) if provision else ()
    open_ = {each.element for each in found if each.status is not Status.MET}
    return frozenset(each.element for each in found) - open_


def _named(bench: Bench) -> tuple[str, ...]:
    """People of the asking side whom an order in force names. Without such an order the cases are not read."""
    effects = [
        effect
        for order in bench.standing.in_force
        for effect in order.effects
        if effect.kind.blocks or effect.kind is EffectKind.FREEZE_EXPANSION
    ]
    scopes = [scope for each in effects for scope in (each.requesters, each.recipients) if isinstance(scope, tuple)]
    names = {name.casefold() for scope in scopes for name in scope}
    known = {name.casefold() for name in (bench.cover.agency, bench.cover.recipient_key)}
    if not names - known:
        return ()
    below = tuple(f"{name}." for name in names)
    return tuple(sorted(each for each in bench.people() if each in names or each.startswith(below)))


def _people(desk: DecideDesk, batch: BatchRow, cover: Cover, registers: Registers) -> frozenset[str]:
    return registers.humans({cover.signer, cover.contact} | desk.claims.people(desk.rooms.path(batch.id)))
