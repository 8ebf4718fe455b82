# SPDX-License-Identifier: Apache-2.0
"""The office in which the story is played: founded in April 2025 under the story's clock, with the lab's people."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np

from lawgate.docket.act_text import print_act, signed_part
from lawgate.docket.acts import Act, ActKind, Signature
from lawgate.docket.printing import print_order
from lawgate.model.order import Effect, Order
from lawgate.office.handout import HandedOut
from lawgate.office.house import House
from lawgate.office.order_acts import enter_act
from lawgate.office.orders import enter_order
from lawgate.office.prepare import Prepared
from lawgate.office.recipient_keys import key_states
from lawgate.office.release import hand_in_review, prepare_package, review_paper
from lawgate.ports.cases import BatchRow
from lawgate.protocol.bars import Barred
from lawgate.protocol.statement import Looked
from lawgate.wiring.folder import create
from lawgate.wiring.main import rulebooks
from lawgate_lab import affair, honest
from lawgate_lab.affair import Draft
from lawgate_lab.history import write_history
from lawgate_lab.honest import SIGNED
from lawgate_lab.make import make, population, write_draft
from lawgate_lab.office import CLERK, REVIEWER, RULEBOOK, granted_rows, take_and_decide, try_pull
from lawgate_lab.played import signing_key
from lawgate_lab.proper import make_proper
from lawgate_lab.registering import register_at
from lawgate_lab.request import Cover
from lawgate_lab.story_facts import SIGNED as SIGNED_ON
from lawgate_lab.story_facts import SIGNED_LAST, Fact
from lawgate_lab.virtual_clock import VirtualClock, house_at
from lawgate_lab.world import World

SEED, PEOPLE, ENTRIES = 2025, 10_000, 473
COUNSEL = "person.custodian.22"
OFFICES = {CLERK: "custodian.docket", COUNSEL: "custodian.counsel"}
COURT, PLAINTIFFS = "court.example", "plaintiffs.example"
PARTY = """[[party]]
id = "{id}"
name = "{name}"
kind = "{kind}"
{counsel}registrars = ["person.custodian.11", "person.custodian.12"]
[[party.address]]
id = "counter"
kind = "paper"
where = "{where}"
from = 2020-01-01
to = "until further notice"
"""


@dataclass(frozen=True)
class Asked:
    """A small request that nobody made: folder name, who asks, people, day of signing, the agreement it relies on."""

    name: str
    agency: str
    people: int
    day: str
    agreement: str = ""


ASKED = (
    Asked("april-statute", "us.doj", 2, SIGNED_ON["april"]),
    Asked("april-agreement", "us.doj", 2, SIGNED_ON["april"], "agr-2025-04"),
    Asked("september-small", "us.doj", 3, SIGNED_ON["september"]),
    Asked("september-larger", "us.dhs", 12, SIGNED_ON["september"]),
    Asked("november-waiting", "us.dhs", 2, SIGNED_ON["november"]),
    Asked("december-other", "us.doj", 2, SIGNED_ON["december"]),
    Asked("december-three", "us.dhs", 3, SIGNED_ON["december"]),
    Asked("december-one", "us.dhs", 1, SIGNED_ON["december"]),
    Asked("hypothetical", "us.doj", 8, SIGNED_LAST),
)
COVERS = {"us.doj": honest.COVER, "us.dhs": affair.COVER}


MARK = ".made-by-the-story"
MADE = ("lab", "office", "handed-out")


def cleared(out: Path) -> None:
    """Remove what an earlier telling made, nothing else. FileExistsError for a folder none was made in."""
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        raise FileExistsError(f"{out} holds something that no story made; name another folder with --out")
    out.mkdir(parents=True, exist_ok=True)
    for made in MADE:
        shutil.rmtree(out / made, ignore_errors=True)
    (out / MARK).write_text("Made by `lawgate-lab story`; the next run makes lab, office and handed-out anew.\n")


def make_lab(lab: Path, rows: int) -> dict[str, int]:
    """Records, registers, the three requests of June at this size, the list of August, small requests; rows by name.

    ValueError when the records hold too few people for it.
    """
    people = PEOPLE if rows <= 1_280 else PEOPLE * rows // 1_280
    world = population(lab, people, SEED)
    made = {name: int(facts["rows"]) for name, facts in make(lab, rows, people, "chain", SEED).items()}
    made["history"] = write_history(lab, world, ENTRIES, SEED)["entries"]
    for each in ASKED:
        write_draft(lab, each.name, world, _draft(world, each), SEED)
    return made


def _draft(world: World, asked: Asked) -> Draft:
    """The request, its cases opened as long before it as the lab's others are. The two of April ask about the same."""
    drawn = make_proper(world, asked.people, SEED, asked.name.partition("-")[0] + str(asked.people) + asked.agency)
    cases = drawn.cases.copy()
    cases["opened"] += np.datetime64(asked.day).astype(int) - SIGNED
    cover: Cover = replace(
        COVERS[asked.agency],
        request_id=f"req-{asked.name}",
        signed_at=f"{asked.day}T10:00:00-04:00",
        agreement=asked.agreement,
    )
    return Draft(drawn.rows, cases, drawn.style, cover)


@dataclass
class Played:
    """The office as it stands in the story, and its clock."""

    folder: Path
    lab: Path
    clock: VirtualClock
    house: House

    @property
    def out(self) -> Path:
        """Where hand-outs go."""
        return self.folder.parent / "handed-out"

    def decided(self, name: str) -> BatchRow:
        """Receive a request of the lab and decide it, now."""
        return take_and_decide(self.house, self.lab / name)

    def prepared(self, batch: BatchRow, rows: Sequence[int] = ()) -> Prepared:
        """Review these rows of a batch, all that grant unless said, a second for each, and prepare their package."""
        looked = []
        for row in rows or granted_rows(self.house, batch.id):
            looked.append(Looked(row, True, self.clock.on(timedelta(seconds=1))))
        paper = review_paper(self.house.release, batch.id, REVIEWER, looked)
        hand_in_review(self.house.release, batch.id, paper, signing_key(SEED, REVIEWER).sign(paper))
        return prepare_package(self.house.release, batch.id)

    def pulled(self, package: Prepared) -> HandedOut | Barred:
        """Ask for a package as its recipient does."""
        self.out.mkdir(mode=0o700, exist_ok=True)
        return try_pull(self.house, package.manifest.package, package.manifest.recipient_key, self.out)

    def ordered(self, order: Order) -> str:
        """Enter an order, as the docket clerk; the register's file."""
        return enter_order(self.house.orders, print_order(order), CLERK)

    def acted(self, order: str, kind: ActKind, id: str, note: str, signers: Sequence[str] = (CLERK,)) -> str:
        """Enter an act on an order, signed by these people; the register's file."""
        now = self.clock.now()
        act = Act(id, order, kind, "", stand_in(id), now, now, now, None, note, (), ())
        text = signed_part(act)
        said = [
            Signature(person, OFFICES[person], base64.b64encode(signing_key(SEED, person).sign(text)).decode())
            for person in signers
        ]
        return enter_act(self.house.orders, print_act(replace(act, signatures=tuple(said))), signers[0])


def stand_in(name: str) -> str:
    """SHA-256 (hex) of a line that stands in for a paper which is not in this repository."""
    return sha256(f"STAND-IN: the paper {name} is not here\n".encode()).hexdigest()


def an_order(
    id: str,
    of: Fact,
    kind: str,
    effects: Sequence[Effect],
    effective: datetime,
    learned: datetime,
    note: str,
) -> Order:
    """An order until further notice, of the court in this fact, that is entered when it is learned of."""
    return Order(id, of.court, of.docket, kind, stand_in(id), learned, learned, effective, None, tuple(effects), note)


def found(folder: Path, lab: Path, clock: VirtualClock) -> Played:
    """The office, founded at the clock's moment: registers, notice parties, records."""
    create(folder, rulebooks(), RULEBOOK, "story", clock=clock)
    for register in (lab / "registers").glob("*.toml"):
        shutil.copy(register, folder / "registers")
    (folder / "registers" / "notice_parties.toml").write_text(_parties(), encoding="utf-8")
    made = Played(folder, lab, clock, house_at(folder, clock))
    made.house.import_records(lab / "records")
    return made


def _parties() -> str:
    court = PARTY.format(
        id=COURT, name="The court (made-up entry)", kind="court", counsel="", where="the clerk's counter"
    )
    counsel = 'counsel = "Their counsel (made-up entry)"\n'
    who = "The plaintiffs (made-up entry)"
    return court + "\n" + PARTY.format(id=PLAINTIFFS, name=who, kind="organisation", counsel=counsel, where="an office")


def register_keys(played: Played) -> datetime:
    """Register the played recipient keys by the steps anybody else takes; from when they may be used."""
    register_at(played.house.keys, SEED)
    states = [state.usable_from for _, state in key_states(played.house.keys)]
    return max(each for each in states if each is not None)
