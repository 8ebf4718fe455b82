# SPDX-License-Identifier: Apache-2.0
"""The lab at work in an office folder: it plays the named people, with keys of their own, and says so."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lawgate.docket.printing import print_order
from lawgate.model.order import EVERY, Effect, EffectKind, Order
from lawgate.office.adjudicate import decide_batch
from lawgate.office.handout import HandedOut, pull
from lawgate.office.house import House
from lawgate.office.intake import receive
from lawgate.office.orders import enter_order
from lawgate.office.prepare import Prepared
from lawgate.office.release import hand_in_review, prepare_package, review_paper
from lawgate.ports.cases import BatchRow
from lawgate.protocol.bars import Barred
from lawgate.protocol.statement import Looked
from lawgate.wiring.folder import create, open_house
from lawgate.wiring.main import rulebooks
from lawgate_lab.played import age_recipient, signing_key
from lawgate_lab.registering import PLAYED, Past, register_now
from lawgate_lab.witnesses import Post, listed, make_known

REVIEWER = "person.custodian.1"
CLERK = "person.custodian.5"
RULEBOOK = "us-26-6103"
PATIENCE = 5


@dataclass
class Laps:
    """Seconds by name, in the order in which they were measured."""

    seconds: dict[str, float] = field(default_factory=dict)
    since: float = field(default_factory=time.perf_counter)

    def lap(self, name: str) -> None:
        """Note the time since the last lap under `name`."""
        now = time.perf_counter()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self.since
        self.since = now


class OtherLab(Exception):
    """A folder that is not what `make` wrote, or was made with another seed."""


def require_lab(lab: Path, seed: int) -> None:
    """OtherLab unless the folder has registers and records, and its recipient keys are those of the seed."""
    recipients = lab / "registers" / "recipients.toml"
    if not recipients.is_file() or not (lab / "records").is_dir():
        raise OtherLab("the folder of the lab lacks registers or records; `lawgate-lab make` writes them")
    text = recipients.read_text(encoding="utf-8")
    if not all(f'"{age_recipient(seed, key)}"' in text for key in PLAYED):
        raise OtherLab("the folder of the lab was made with another --seed")


def found_office(folder: Path, lab: Path, seed: int, posts: Sequence[Post] = ()) -> House:
    """A fresh office folder with the lab's registers and records, and these witnesses or one of its own.

    It was founded some days back, and the recipient keys were registered then: a new key waits. OtherLab when `lab`
    lacks what `make` writes, or was made with another seed; Refused E_OFFICE when `folder` holds anything: nothing is
    ever removed here. Nothing is made then.
    """
    require_lab(lab, seed)
    log = create(folder, rulebooks(), RULEBOOK, "demo", listed(posts) if posts else b"", clock=Past())
    make_known(posts, log)
    for register in (lab / "registers").glob("*.toml"):
        shutil.copy(register, folder / "registers")
    house = open_house(folder)
    register_now(house.keys, seed)
    house.import_records(lab / "records")
    return house


def take_and_decide(house: House, request: Path, lap: Callable[[str], None] = lambda _: None) -> BatchRow:
    """Receive a request and decide it. ValueError when intake refuses it: the lab makes no malformed request here."""
    got = receive(house.intake, request)
    lap("receive")
    if got.parsed.refused:
        raise ValueError(f"the request was refused: {got.parsed.faults[0].sentence()}")
    return decide_batch(house.decide, got.batch.id, lap=lap)


def review_all(house: House, batch: str, rows: list[int], seed: int) -> float:
    """The played reviewer looks at each row for a second and accepts it; seconds spent looking."""
    looked, begin = [], time.perf_counter()
    for row in rows:
        time.sleep(1.0)
        looked.append(Looked(row, True, datetime.now(UTC).replace(microsecond=0)))
    spent = time.perf_counter() - begin
    paper = review_paper(house.release, batch, REVIEWER, looked)
    hand_in_review(house.release, batch, paper, signing_key(seed, REVIEWER).sign(paper))
    return spent


def granted_rows(house: House, batch: str) -> list[int]:
    """Row numbers whose outcome grants."""
    return [v.n for v in house.decide.engine.granted(house.decide.rooms.path(batch), 500)]


def make_package(house: House, batch: str, seed: int) -> tuple[Prepared, float]:
    """Review every granted row of a small batch and prepare its package; seconds the reviewer looked."""
    spent = review_all(house, batch, granted_rows(house, batch), seed)
    return prepare_package(house.release, batch), spent


def try_pull(house: House, package: str, key: str, out: Path) -> HandedOut | Barred:
    """Pull a package; the hand-out, or what bars it.

    Where only the time of a hand-out ran out, on a busy machine, it is asked again, as that bar says.
    """
    for _ in range(PATIENCE):
        try:
            return pull(house.release.release, package, key, house.courier(out))
        except Barred as barred:
            last = barred
            if [bar.code for bar in barred.bars] != ["lease"]:
                break
    return last


def stop_order(house: House, requester: str) -> str:
    """Enter a made-up order that stops everything for one requester; the register's file name."""
    now = datetime.now(UTC).replace(microsecond=0)
    effect = Effect(EffectKind.STOP, EVERY, (requester,), EVERY, EVERY, EVERY, 0)
    order = Order(
        id="order-hypothetical-1",
        court="An example court (HYPOTHETICAL)",
        docket_number="0:00-cv-00000",
        kind="stay",
        document="0" * 64,
        entered_at=now,
        learned_at=now,
        effective_at=now,
        ends=None,
        effects=(effect,),
        note="Made up by the lab for the demonstration.",
    )
    return enter_order(house.orders, print_order(order), CLERK)


def handouts_after_orders(house: House) -> int:
    """Hand-outs in the log after the first order came in."""
    leaves = [leaf.kind for _, leaf in house.decide.log.leaves()]
    first = leaves.index("order-bar") if "order-bar" in leaves else len(leaves)
    return leaves[first:].count("handout")
