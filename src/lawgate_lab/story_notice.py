# SPDX-License-Identifier: Apache-2.0
"""Scene four: the order for notice. A small request to somebody else goes; one to the department waits for notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from lawgate.authority.notices import Met
from lawgate.docket.acts import ActKind
from lawgate.docket.clock import Counted
from lawgate.model.order import EVERY, Effect, EffectKind, NoticeTerms
from lawgate.office.handout import HandedOut
from lawgate.office.notify import Given, give_notice
from lawgate.office.notify_served import notices_of, statement, take_receipt
from lawgate.office.order_asof import as_of
from lawgate.office.prepare import Prepared
from lawgate.protocol.notice import Receipt, parse_served, print_receipt
from lawgate_lab.office import CLERK
from lawgate_lab.played import signing_key
from lawgate_lab.story_facts import fact, moment
from lawgate_lab.story_office import COUNSEL, COURT, PLAINTIFFS, SEED, Played, an_order
from lawgate_lab.story_told import Scene, barred_by, orders_named

ORDER = "order-2025-09-notice"
TO = ("us.dhs",)
WINDOW = 72
COPY = b"STAMPED (made up by the lab)\n"


def notice(played: Played) -> Scene:
    """September 2025: 24 hours' notice before bulk transfers."""
    scene, clock = Scene(4, "September 2025: notice before bulk transfers"), played.clock
    scene.tell("notice_order")
    _entered(scene, played)
    clock.at(moment("small request"))
    small = played.prepared(played.decided("september-small"))
    done = played.pulled(small)
    scene.suppose(
        clock.now(),
        f"A request of another department for {len(small.manifest.records)} people: reviewed one by one and handed "
        "out. The order is about another recipient.",
        small_request_sent=isinstance(done, HandedOut),
    )
    clock.at(moment("larger request"))
    larger = played.prepared(played.decided("september-larger"))
    done = played.pulled(larger)
    scene.suppose(
        clock.now(),
        f"A request of the department itself for {len(larger.manifest.records)} people: reviewed and packed, and not "
        "handed out. The order's number for `bulk` is not public, so that every package waits for notice; and so many "
        "as in June would be on hold before that.",
        larger_before_notice=barred_by(done),
        larger_barred_by=orders_named(done),
    )
    _served(scene, played, larger)
    return scene


def states(played: Played) -> dict[str, str]:
    """How each order stands now, in the order of entry."""
    found = as_of(played.house.orders, played.clock.now()).stands.stood
    return {each.order.id: each.state.value for each in found}


def verified(played: Played, order: str) -> None:
    """Two people of the custodian verify an order by its paper."""
    played.acted(order, ActKind.VERIFY, f"act-{order.removeprefix('order-')}-verified", "", (CLERK, COUNSEL))


def _entered(scene: Scene, played: Played) -> None:
    clock = played.clock
    effective, learned = moment("notice ordered"), clock.at(moment("notice order learned"))
    terms = NoticeTerms(fact("notice_order").numbers["hours"], (COURT, PLAINTIFFS), WINDOW)
    effect = Effect(EffectKind.NOTICE, EVERY, EVERY, TO, EVERY, EVERY, 0, notice=terms)
    note = "Entered for the earlier of two days that the sources name. How many people are a bulk was not seen: 0."
    played.ordered(an_order(ORDER, fact("notice_order"), "minute-order", (effect,), effective, learned, note))
    reported = states(played)[ORDER]
    scene.play(
        learned,
        f"One person enters the order as reported. It stands as {reported} and binds from this moment: to tighten "
        "takes one person.",
        state_reported=reported,
    )
    clock.at(moment("notice order verified"))
    verified(played, ORDER)
    stands = states(played)[ORDER]
    scene.play(clock.now(), f"Two people verify it by the paper: {stands}.", state_verified=stands)


def _served(scene: Scene, played: Played, package: Prepared) -> None:
    clock, name = played.clock, package.manifest.package
    clock.at(moment("notice given"))
    told = give_notice(played.house.notify, name, CLERK)
    clock.at(moment("court served"))
    receipt(played, name, COURT, "filed", COPY)
    scene.suppose(
        clock.now(),
        "Notice is given of exactly this set of people, and filed with the court. The plaintiffs are not served yet: "
        "no clock runs.",
        after_the_court=clocks(played, name),
        addresses_told=_addresses(told),
    )
    clock.at(moment("all served"))
    receipt(played, name, PLAINTIFFS, "hand", b"")
    scene.suppose(
        clock.now(), "Now everybody is served, on a Friday. The clock, step by step:", after_all=clocks(played, name)
    )
    steps, ends = counting(played, name)
    for step in steps:
        scene.add(step)
    clock.at(ends - timedelta(minutes=1))
    early = played.pulled(package)
    scene.suppose(clock.now(), "Asked for a minute before that: not handed out.", one_minute_early=barred_by(early))
    clock.at(ends + timedelta(minutes=1))
    late = played.pulled(package)
    said = "handed out" if isinstance(late, HandedOut) else f"not handed out ({late})"
    scene.suppose(
        clock.now(),
        f"Asked for a minute after it: {said}.",
        clock_ends=ends.isoformat(),
        after_the_clock=isinstance(late, HandedOut),
        clock_met=clocks(played, name),
    )


def receipt(played: Played, package: str, party: str, how: str, evidence: bytes) -> None:
    """State service on a party as the docket clerk, sign it, hand it in."""
    desk = played.house.notify
    said = statement(desk, package, party, "counter", how, played.clock.now(), CLERK, evidence)
    take_receipt(
        desk, package, print_receipt(Receipt(parse_served(said), signing_key(SEED, CLERK).sign(said))), evidence
    )


def clocks(played: Played, package: str) -> list[str]:
    """How each notice clock of a package stands: `met`, or the code of what is missing."""
    found = notices_of(played.house.notify, package).clocks
    return ["met" if isinstance(each.found, Met) else each.found.code for each in found]


def counting(played: Played, package: str) -> tuple[Sequence[str], datetime]:
    """The counting steps of the clock that acts, and its end. ValueError when none is running."""
    running = (each.found.counted for each in notices_of(played.house.notify, package).clocks)
    counted = next((each for each in running if isinstance(each, Counted)), None)
    if counted is None:
        raise ValueError("no clock runs: this is a defect")
    return counted.acts.steps, counted.acts.ends


def _addresses(told: Given) -> list[str]:
    return sorted(f"{each.party}/{each.address}" for each in told.told)
