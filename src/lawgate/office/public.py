# SPDX-License-Identifier: Apache-2.0
"""What the public pages say: what applies now, people's rights, the register of rules, counts, how to check the log.

Nothing about a person, and nothing that a request or a record holds, is in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from lawgate.docket.standing import covers, standing
from lawgate.law.read import read_rulebook
from lawgate.law.registers import read_registers
from lawgate.law.rulebook import Provision, Rulebook
from lawgate.model.fault import LawgateError, Refused
from lawgate.model.order import EVERY, Covered, Effect, EffectKind, Order, Standing
from lawgate.model.practice import EVERYBODY, Agreement, Practice
from lawgate.office.bench import DecideDesk
from lawgate.office.house import House
from lawgate.office.statistics import Statistics, statistics

LANGUAGES = ("en", "es")
TEXTS = ("rights", "sheet")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a scope that is not everything: the names that are shown, and how many more are only counted."""

    part: str
    names: tuple[str, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Bound:
    """One effect of an order: its kind, the parts of its scope, and the smallest request it is about (0: any)."""

    kind: str
    scope: tuple[Part, ...]
    rows_at_least: int


@dataclass(frozen=True, slots=True)
class InForce:
    """One order in force as the public sees it: people it names are counted, not named. `ends` "": until changed."""

    id: str
    court: str
    docket_number: str
    kind: str
    document: str
    entered: str
    effective: str
    ends: str
    bound: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One practice, and the readable orders that pause it; `wholly` when nothing at all is answered in this way now."""

    practice: Practice
    paused_by: tuple[str, ...]
    wholly: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """Everything the pages show. `texts` maps (`rights` or `sheet`, language) to its text.

    `statistics` are None when they cannot be counted now, and `uncounted` says why, as code and sentence. `checkpoint`
    is the note last published; `fresh` says whether it is of all `size` leaves there are.
    """

    at: str
    profile: str
    origin: str
    orders: tuple[InForce, ...]
    unreadable: int
    ways: tuple[Way, ...]
    rulebook: Rulebook
    provisions: tuple[Provision, ...]
    agreements: tuple[Agreement, ...]
    changes: tuple[tuple[int, str, str, str], ...]
    texts: Mapping[tuple[str, str], Mapping[str, Any]]
    statistics: Statistics | None
    uncounted: str
    size: int
    root: str
    checkpoint: str
    fresh: bool
    policy: str
    policy_digest: str
    witness_note: str


def pages(house: House) -> Pages:
    """What the pages say at this moment.

    The head of the log is published first; where too few witnesses sign, the pages show the one before and say so: an
    order has to be told of all the same. So does it where nothing can be counted. Refused E_NO_PUBLIC when the rulebook
    lacks a text.
    """
    desk = house.decide
    fresh = _published(desk)
    with desk.store() as store:
        checkpoint = (store.checkpoint() or b"").decode()
    now, files = desk.clock.now(), desk.law()
    rulebook = read_rulebook(files, now.astimezone(UTC).date())
    docket = desk.orders.texts()
    stands = standing(docket, now, desk.lifted(docket, read_registers(desk.registers()), now))
    size, root = house.log_head()
    counted, uncounted = _counted(desk)
    return Pages(
        at=_instant(now),
        profile=house.profile,
        origin=house.log_policy.split()[1].partition("+")[0],
        orders=orders_shown(desk, rulebook, stands),
        unreadable=len(stands.unreadable),
        ways=tuple(way(practice, stands) for practice in rulebook.practices),
        rulebook=rulebook,
        provisions=tuple(rulebook.provisions.values()),
        agreements=tuple(rulebook.agreements.values()),
        changes=tuple(_changes(desk)),
        texts={(name, lang): _text(files, f"public/{name}-{lang}.toml") for name in TEXTS for lang in LANGUAGES},
        statistics=counted,
        uncounted=uncounted,
        size=size,
        root=root,
        checkpoint=checkpoint,
        fresh=fresh,
        policy=house.log_policy,
        policy_digest=sha256(house.log_policy.encode()).hexdigest(),
        witness_note=house.witness_note,
    )


def _published(desk: DecideDesk) -> bool:
    try:
        desk.log.publish()
    except LawgateError:
        return False
    return True


def _counted(desk: DecideDesk) -> tuple[Statistics | None, str]:
    try:
        return statistics(desk), ""
    except Refused as refused:
        return None, str(refused)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _text(files: Mapping[str, bytes], name: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(files[name].decode())
    except (KeyError, ValueError):
        raise Refused("E_NO_PUBLIC", f"the rulebook has no {name} that can be read") from None


def _changes(desk: DecideDesk) -> Iterator[tuple[int, str, str, str]]:
    """Leaves about changes of rules: index, kind, id of the policy, time."""
    for at, leaf in desk.log.leaves():
        if leaf.kind.startswith("policy-"):
            yield at, leaf.kind, leaf.text("policy"), leaf.at


def orders_shown(desk: DecideDesk, rulebook: Rulebook, stands: Standing) -> tuple[InForce, ...]:
    """The orders in force. Of the names in a scope those of agencies and keys are shown, all others counted."""
    registers = read_registers(desk.registers())
    known = {entry.get("agency", "") for entry in rulebook.registers.get("offices", {}).values()}
    known |= {key.agency for key in registers.recipients.values()} | set(registers.recipients)
    return tuple(_in_force(order, known) for order in stands.in_force)


def _in_force(order: Order, known: set[str]) -> InForce:
    return InForce(
        order.id,
        order.court,
        order.docket_number,
        order.kind,
        order.document,
        _instant(order.entered_at),
        _instant(order.effective_at),
        _instant(order.ends) if order.ends else "",
        tuple(Bound(effect.kind.value, tuple(_scope(effect, known)), effect.rows_at_least) for effect in order.effects),
    )


def _scope(effect: Effect, known: set[str]) -> Iterator[Part]:
    for part in ("provisions", "requesters", "recipients", "fields", "years"):
        names = getattr(effect, part)
        if names == EVERY:
            continue
        shown = tuple(str(n) for n in names if part not in ("requesters", "recipients") or n in known)
        yield Part(part, shown, len(names) - len(shown))


def way(practice: Practice, stands: Standing) -> Way:
    """A practice under the orders of a moment. A paper that nobody can read pauses everything."""
    stopping = [o for o in stands.in_force if any(_touches(effect, practice, o) for effect in o.effects)]
    whole = [o for o in stopping if any(_stops_all(effect, practice) for effect in o.effects)]
    return Way(practice, tuple(order.id for order in stopping), bool(whole or stands.unreadable))


def _touches(effect: Effect, practice: Practice, order: Order) -> bool:
    """Whether an effect stops something that is answered in this way: what a practice leaves open meets every scope."""
    asks = "" if practice.requester == EVERYBODY else practice.requester
    under = "" if practice.provision == EVERYBODY else practice.provision
    met = covers(effect, Covered(under, asks, "", (), (), practice.rows_a_request))
    if effect.kind is EffectKind.FREEZE_EXPANSION:
        newer = practice.span.start >= min(order.learned_at, order.effective_at).astimezone(UTC).date()
        return met and newer
    return met and effect.kind.blocks


def _stops_all(effect: Effect, practice: Practice) -> bool:
    wide = effect.recipients == EVERY and effect.fields == EVERY and effect.years == EVERY
    asks = effect.requesters == EVERY or practice.requester in effect.requesters
    under = effect.provisions == EVERY or practice.provision in effect.provisions
    return effect.kind.blocks and wide and asks and under and effect.rows_at_least <= 1
