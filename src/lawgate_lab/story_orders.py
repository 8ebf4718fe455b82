# SPDX-License-Identifier: Apache-2.0
"""Scenes five and six: the stay of 21 November 2025, what it stops and leaves, and the later rulings."""

from __future__ import annotations

import time
from collections.abc import Mapping

from lawgate.decide.frozen import without_new_practices
from lawgate.docket.acts import ActKind
from lawgate.law.read import read_rulebook
from lawgate.model.fault import Refused
from lawgate.model.order import EVERY, Effect, EffectKind, Exempt
from lawgate.office.evidence import Wanted, make
from lawgate.office.handout import HandedOut
from lawgate.office.notify import give_notice
from lawgate.office.order_acts import lift, lifted_now
from lawgate.office.order_asof import as_of
from lawgate.office.prepare import Prepared
from lawgate.office.recall import freeze_notices, open_recall
from lawgate.ports.cases import BatchRow
from lawgate.protocol.bars import Barred
from lawgate_lab.office import CLERK
from lawgate_lab.story_facts import fact, moment
from lawgate_lab.story_notice import COPY, TO, clocks, receipt, states, verified
from lawgate_lab.story_notice import ORDER as NOTICE
from lawgate_lab.story_office import COUNSEL, COURT, PLAINTIFFS, Played, an_order
from lawgate_lab.story_told import Scene, barred_by, listed, orders_named

STAY, FREEZE = "order-2025-11-stay", "order-2026-02-freeze"
PRACTICE = """id = "made-up"
requester = "us.dhs"
provision = "i2"
channel = "folder"
rows_a_request = 2000000
rows_a_year = 2000000
matching_standard = "matches_on_file"
explanation = "{digest}"
citation = "26 U.S.C. 6103(p)(1)"
reason = "HYPOTHETICAL: made up by the lab, a practice that somebody begins after the order."
in_force = {{ start = 2025-12-01, end = "until further notice" }}
"""


def stay(played: Played, history_leaf: int) -> tuple[Scene, Prepared]:
    """21 November 2025: the stay. The scene, and the package that it caught while its notice clock ran."""
    scene, clock = Scene(5, "21 November 2025: the stay"), played.clock
    waiting = _waiting(scene, played)
    scene.tell("stay")
    clock.at(moment("stay learned"))
    _entered(scene, played)
    clock.at(moment("waiting asked for"))
    done = played.pulled(waiting)
    scene.suppose(
        clock.now(),
        f"The package is asked for when its notice has run out ({listed(clocks(played, waiting.manifest.package))}). "
        "It stays: the stay covers it.",
        waiting_after_stay=barred_by(done),
        waiting_barred_by=orders_named(done),
    )
    _left_in_place(scene, played, history_leaf)
    _certified(scene, played)
    _still_answered(scene, played)
    _frozen(scene, played)
    _told_later(scene, played)
    return scene, waiting


def _waiting(scene: Scene, played: Played) -> Prepared:
    clock = played.clock
    clock.at(moment("waiting prepared"))
    made = played.prepared(played.decided("november-waiting"))
    name = made.manifest.package
    give_notice(played.house.notify, name, CLERK)
    receipt(played, name, COURT, "filed", COPY)
    clock.at(moment("waiting served"))
    receipt(played, name, PLAINTIFFS, "hand", b"")
    scene.suppose(
        clock.now(),
        f"The day before, a package for {len(made.manifest.records)} people is ready and everybody is served. Its 24 "
        "hours run.",
        day_before=clocks(played, name),
    )
    return made


def stay_effects(played: Played) -> tuple[Effect, ...]:
    """What the stay of 21 November does: nothing to the department but by exception; what left stays; no widening."""
    book = read_rulebook(played.house.decide.law(), played.clock.now().date())
    exempt = tuple(Exempt((id,), 1, tuple(e.id for e in book.provisions[id].elements)) for id in ("i2", "i1", "i5"))
    return (
        Effect(EffectKind.STOP, EVERY, EVERY, TO, EVERY, EVERY, 0, exceptions=exempt),
        Effect(EffectKind.LEAVE_IN_PLACE, EVERY, EVERY, TO, EVERY, EVERY, 0),
        Effect(EffectKind.FREEZE_EXPANSION, EVERY, TO, EVERY, EVERY, EVERY, 0),
    )


def _entered(scene: Scene, played: Played) -> None:
    note = (
        "Entered from reports: no return information to the department but for a criminal investigation that meets the "
        "statute, or by a court's approval; read strictly as one person a request, every element shown."
    )
    entered, learned = moment("stay entered"), moment("stay learned")
    order = an_order(STAY, fact("stay"), "stay", stay_effects(played), entered, learned, note)
    begun = time.perf_counter()
    played.ordered(order)
    took = time.perf_counter() - begun
    bar, force = (leaf_of(played, kind, STAY) for kind in ("order-bar", "in-force"))
    slipped = dict(played.house.decide.log.leaves())[force].number("exposed_rows")
    scene.play(
        learned,
        f"One person enters it as soon as the office learns of it, ten minutes after the court. It binds at once; bar, "
        f"drain and list of what slipped through are in the log {took:.1f} s later by this machine's clock. Handed out "
        f"since the court's own hour: {slipped}.",
        bar_leaf=bar,
        in_force_leaf=force,
        bound_within_seconds=int(took) + 1,
        exposed_rows=slipped,
    )
    played.clock.at(moment("stay verified"))
    verified(played, STAY)
    stands = states(played)[STAY]
    scene.play(played.clock.now(), f"Two people verify it: {stands}.", state=stands)


def leaf_of(played: Played, kind: str, order: str) -> int:
    """The index of the last leaf of a kind about an order."""
    found = [i for i, leaf in played.house.decide.log.leaves() if leaf.kind == kind and leaf.text("order") == order]
    return found[-1]


def _left_in_place(scene: Scene, played: Played, history_leaf: int) -> None:
    try:
        open_recall(played.house.recall, history_leaf, "order", CLERK, order=STAY)
        code = ""
    except Refused as refused:
        code = refused.code
    scene.play(
        played.clock.now(),
        "The list of August may not be called back because of this order, nor anybody be asked to destroy it: it says "
        "that records already shared stay where they are.",
        recall_by_stay=code,
    )


def _certified(scene: Scene, played: Played) -> None:
    """Made before anything else goes out: a certificate cannot tell exceptions of an order, and would be refused."""
    played.clock.at(moment("stay certified"))
    since = leaf_of(played, "order-bar", STAY)
    made = make(played.house.release, Wanted("non-release", STAY, first=since))
    scene.play(
        played.clock.now(),
        f"A certificate over leaves {since} to {played.house.log_head()[0] - 1} of the log: nothing that the stay "
        f"covers was handed out ({len(made.data):,} bytes; anybody can check it with the verifier).",
        certificate_bytes=len(made.data),
        certificate_missing=list(made.missing),
    )


def _still_answered(scene: Scene, played: Played) -> None:
    clock = played.clock
    clock.at(moment("december requests"))
    other = played.prepared(played.decided("december-other"))
    done = played.pulled(other)
    three, one = played.decided("december-three"), played.decided("december-one")
    scene.suppose(
        clock.now(),
        f"Another department's request for {len(other.manifest.records)} people is answered as before. Of the "
        f"department itself, one for {three.accepted} people is held by the stay ({_held(three)} of {three.accepted}); "
        f"one for {one.accepted}, every element shown, falls under its exception, and has to wait for notice like any.",
        other_department_sent=isinstance(done, HandedOut),
        three_held=_held(three),
        one_held=_held(one),
    )
    scene.outcomes["one_barred_by"] = _asked(played, one)


def _asked(played: Played, batch: BatchRow) -> list[str]:
    try:
        return orders_named(played.pulled(played.prepared(batch)))
    except Barred as barred:
        return orders_named(barred)


def _held(batch: BatchRow) -> int:
    return batch.figures.get("under_orders", 0)


def _frozen(scene: Scene, played: Played) -> None:
    desk = played.house.decide
    law = {**desk.law(), "practices/made-up.toml": PRACTICE.format(digest="0" * 64).encode()}
    book = read_rulebook(law, played.clock.now().date())
    batch = next(each for each in desk.cases.batches() if each.request_id == "req-december-three")
    cover = desk.read_cover(desk.rooms.read(batch.id, "cover.toml"))
    kept = without_new_practices(book, as_of(played.house.orders, played.clock.now()).stands, cover)
    scene.suppose(
        played.clock.now(),
        "Somebody writes a new practice for large requests of the department. The stay freezes expansion: no request "
        "of the department is decided by a practice that began after it.",
        practices_with_new=sorted(each.id for each in book.practices),
        practices_under_stay=sorted(each.id for each in kept.practices),
    )


def _told_later(scene: Scene, played: Played) -> None:
    between = moment("stay asked about")
    then, now = as_of(played.house.orders, between), as_of(played.house.orders, between, played.clock.now())
    known_then, known_now = (sorted(each.id for each in found.stands.in_force) for found in (then, now))
    scene.play(
        played.clock.now(),
        f"Asked what was in force at {between:%H:%M} on 21 November, the docket answers twice. As known then: "
        f"{listed(known_then)}. As known today: {listed(known_now)}.",
        in_force_as_known_then=known_then,
        in_force_as_known_now=known_now,
    )


def later(played: Played, waiting: Prepared) -> Scene:
    """February 2026 and after: what each later ruling moves, which is mostly nothing."""
    scene, clock = Scene(6, "February 2026 and after: later rulings, each with its status"), played.clock
    scene.tell("second_court")
    learned = clock.at(moment("second court"))
    effects = tuple(
        Effect(kind, EVERY, EVERY, TO, EVERY, EVERY, 0) for kind in (EffectKind.STOP, EffectKind.FREEZE_RECIPIENT)
    )
    note = "Entered from reports: binds custodian and recipient; the recipient may not use what it has."
    played.ordered(an_order(FREEZE, fact("second_court"), "injunction", effects, learned, learned, note))
    clock.at(moment("second court verified"))
    verified(played, FREEZE)
    letters, before = freeze_notices(played.house.recall, FREEZE, CLERK), states(played)
    scene.play(
        clock.now(),
        f"Entered, verified, {before[FREEZE]}: nothing goes to this recipient, and a letter for each earlier "
        f"disclosure ({len(letters)}: the list of August, and the HYPOTHETICAL package of September) tells it that it "
        "may not use it. Nobody is asked to destroy anything.",
        freeze_state=before[FREEZE],
        freeze_letters=sorted({each.recipient for each in letters}),
        freeze_disclosures=len(letters),
    )
    for key, kind, id in (
        ("other_case", ActKind.CITED, "act-2026-02-other-case"),
        ("indicative", ActKind.INDICATIVE, "act-2026-02-indicative"),
    ):
        scene.tell(key)
        clock.at(moment(key.replace("_", " ")))
        played.acted(STAY, kind, id, "Entered from reports, without effect.", (CLERK, COUNSEL))
        after = states(played)
        said = "no transition" if after == before else "IT MOVED SOMETHING"
        scene.play(
            clock.now(), f"Entered as `{kind.value}`: {said}. The stay is {after[STAY]}, and was {before[STAY]}."
        )
        scene.outcomes |= {f"{key}_moves": after != before, f"{key}_state": after[STAY]}
    _pending(scene, played, waiting, before)
    return scene


def _pending(scene: Scene, played: Played, waiting: Prepared, before: Mapping[str, str]) -> None:
    scene.tell("pending")
    played.clock.at(moment("today"))
    try:
        lift(played.house.orders, "act-2026-02-indicative", COUNSEL)
        code = ""
    except Refused as refused:
        code = refused.code
    done, now = played.pulled(waiting), states(played)
    scene.play(
        played.clock.now(),
        f"A pending appeal lifts nothing. What stands: {listed(f'{id} {now[id]}' for id in now)}. To lift by the "
        f"indicative ruling is refused ({code}): it is no act that loosens.",
        lifted=sorted(lifted_now(played.house.orders)),
        lift_refused=code,
        unchanged=now == before,
    )
    scene.suppose(
        played.clock.now(),
        f"The package of November is asked for again, and stays: {listed(orders_named(done))} cover it.",
        waiting_barred_by=orders_named(done),
    )


__all__ = ["FREEZE", "NOTICE", "STAY", "later", "leaf_of", "stay"]
