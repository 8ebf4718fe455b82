# SPDX-License-Identifier: Apache-2.0
"""Scene seven, HYPOTHETICAL: a stop arrives while a release is under way, package after package."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Thread

from lawgate.model.order import EVERY, Effect, EffectKind, Order
from lawgate.office.evidence import Wanted, make
from lawgate.office.handout import HandedOut
from lawgate.office.order_leaves import exposures
from lawgate.office.prepare import Prepared
from lawgate.ports.release import Courier, Holding, KeyKeeper
from lawgate.protocol.bars import Barred
from lawgate.protocol.steps import Handed, Stopped
from lawgate_lab.office import granted_rows
from lawgate_lab.story_facts import Fact, moment
from lawgate_lab.story_office import Played, an_order
from lawgate_lab.story_orders import leaf_of
from lawgate_lab.story_told import Scene, barred_by, listed
from lawgate_lab.virtual_clock import beside, with_keepers

ORDER = "order-hypothetical-stop"
A_PACKAGE = 2
MADE_UP = Fact("", (), court="An example court (HYPOTHETICAL)", docket="0:00-cv-00000")
PATIENCE = 10.0


@dataclass
class Interrupted:
    """A `KeyKeeper` (see `ports.release`) before whose hand-out something else happens, once: the keeper is another."""

    keeper: KeyKeeper
    first: Callable[[], None]
    heard: list[Handed | Stopped] = field(default_factory=list)

    def keep(self, package: str, identities: bytes) -> None:
        """As the keeper does."""
        self.keeper.keep(package, identities)

    def keeps(self, package: str) -> bool:
        """As the keeper does."""
        return self.keeper.keeps(package)

    @contextmanager
    def open(self, package: str, key_asked: str, courier: Courier) -> Iterator[_Lease]:
        """As the keeper does."""
        with self.keeper.open(package, key_asked, courier) as held:
            yield _Lease(held, self)


@dataclass
class _Lease:
    held: Holding
    by: Interrupted

    def left(self) -> float:
        """As the keeper's own."""
        return self.held.left()

    def hand(self, handout: int) -> Handed | Stopped:
        """What happens first, then what the keeper says."""
        self.by.first()
        self.by.heard.append(self.held.hand(handout))
        return self.by.heard[-1]


def stop(played: Played) -> Scene:
    """An order arrives between the office's leaf and the keeper's keys."""
    scene = Scene(7, "a stop arrives in the middle of a release", made_up=True)
    scene.add("Nothing of this happened: court, order, request and every moment are made up.")
    packages = _packed(scene, played)
    _before(scene, played, packages)
    _during(scene, played, packages[2])
    _after(scene, played, packages)
    return scene


def _packed(scene: Scene, played: Played) -> list[Prepared]:
    played.clock.at(moment("packages prepared"))
    batch = played.decided("hypothetical")
    rows = granted_rows(played.house, batch.id)
    made = [played.prepared(batch, rows[n : n + A_PACKAGE]) for n in range(0, len(rows), A_PACKAGE)]
    scene.play(
        played.clock.now(),
        f"{len(rows)} people, reviewed one by one, in {len(made)} packages of {A_PACKAGE}.",
        people=len(rows),
        packages=len(made),
    )
    return made


def _before(scene: Scene, played: Played, packages: list[Prepared]) -> None:
    sent = 0
    for name, package in (("first fetched", packages[0]), ("second fetched", packages[1])):
        played.clock.at(moment(name))
        sent += isinstance(played.pulled(package), HandedOut)
    scene.play(
        played.clock.now(),
        f"The recipient fetches one package after the other: {sent} are handed out, at 10:01 and 10:03. At 10:02 a "
        "court has entered an order. The office does not know it yet.",
        sent_before=sent,
    )


def _during(scene: Scene, played: Played, package: Prepared) -> None:
    """The office has logged the third hand-out; before the keeper looks, a clerk enters the order."""
    clock, begun = played.clock, list[Thread]()

    def arrives() -> None:
        clock.at(moment("stop learned"))
        begun.append(beside(lambda: played.ordered(_order(clock.now()))))
        until = time.monotonic() + PATIENCE
        while not any(ORDER in file for file in played.house.orders.register.texts()) and time.monotonic() < until:
            time.sleep(0.005)

    clock.at(moment("third asked for"))
    (keeper,) = played.house.release.release.keepers
    between = Interrupted(keeper, arrives)
    caught = replace(played, house=with_keepers(played.house, (between,)))
    done = caught.pulled(package)
    begun[0].join(PATIENCE)
    step = done.step if isinstance(done, Barred) else ""
    delivered = any(played.out.glob(f"{package.manifest.package}-*"))
    scene.play(
        clock.now(),
        "The third is asked for. The office looks, finds nothing, and writes its leaf. In that moment a clerk enters "
        "the order. The keeper of the keys looks for itself: no key leaves it, no byte of the package goes out.",
        keeper_bars=sorted({bar.code for each in between.heard if isinstance(each, Stopped) for bar in each.bars}),
        third_barred_by=barred_by(done),
        third_step=step,
        third_delivered=delivered,
    )


def _order(learned: datetime) -> Order:
    effect = Effect(EffectKind.STOP, EVERY, ("us.doj",), EVERY, EVERY, EVERY, 0)
    return an_order(ORDER, MADE_UP, "stay", (effect,), moment("stop entered"), learned, "Made up by the lab.")


def _after(scene: Scene, played: Played, packages: list[Prepared]) -> None:
    clock = played.clock
    clock.at(moment("fourth asked for"))
    last = played.pulled(packages[3])
    leaves = dict(played.house.decide.log.leaves())
    every = [each for each in exposures(list(leaves.items())) if each.order == ORDER]
    sent = {leaf.number("handout_leaf") for leaf in leaves.values() if leaf.kind == "sent"}
    told = [(each.package, each.leaf, leaves[each.leaf].at) for each in every if not each.near]
    near = [(each.package, each.leaf, leaves[each.leaf].at) for each in every if each.near]
    scene.play(
        clock.now(),
        "The log lists every hand-out that the order covers, since the court's own moment, by package and instant: "
        + "; ".join(
            f"{name} at {at[11:19]} UTC{'' if leaf in sent else ' (leaf written, keys refused)'}"
            for name, leaf, at in told
        )
        + ". Two clocks may differ, so the list begins four minutes earlier; on it for that reason only: "
        + ("; ".join(f"{name} at {at[11:19]} UTC" for name, _, at in near) or "none")
        + ".",
        exposed=[name for name, _, _ in told],
        exposed_at=[at for _, _, at in told],
        within_tolerance=[name for name, _, _ in near],
        exposed_with_keys=sum(leaf in sent for _, leaf, _ in told),
    )
    bar = leaf_of(played, "order-bar", ORDER)
    made = make(played.house.release, Wanted("non-release", ORDER, first=bar))
    scene.play(
        clock.now(),
        f"The fourth never leaves ({listed(barred_by(last))}). Handed out after the bar: "
        f"{sum(leaf.kind == 'handout' for at, leaf in leaves.items() if at > bar)}; a certificate of that is made.",
        fourth_barred_by=barred_by(last),
        handouts_after_bar=sum(leaf.kind == "handout" for at, leaf in leaves.items() if at > bar),
        certificate_bytes=len(made.data),
    )
