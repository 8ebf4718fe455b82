# SPDX-License-Identifier: Apache-2.0
"""Scenes one to three: the agreement, the three requests of June, and what left in August."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from lawgate.law.read import read_rulebook
from lawgate.office.history import audit_history, audit_paper
from lawgate.ports.cases import BatchRow
from lawgate_lab.figures import affair_figures
from lawgate_lab.office import CLERK, REVIEWER
from lawgate_lab.played import signing_key
from lawgate_lab.replica import replica_2025
from lawgate_lab.story_facts import fact, moment
from lawgate_lab.story_office import SEED, Played, register_keys
from lawgate_lab.story_told import Scene

AGREEMENT = "agr-2025-04"
OUTSIDE = "because.i2.agreement.outside_the_agreement"
SAYS = {
    "i2.A.engaged.load_implausible": "one officer is said to be engaged in more cases than one person can work on",
    "i2.B.iv.reason.reason_missing": "no reason is given for the person",
    "i2.B.iv.reason.reasons_repeated": "the reasons repeat each other",
    "i2.B.iv.reason.one_reason_for_most": "one reason serves most people",
    "i2.practice.no_practice_for_volume": "no practice answers so many people in one request",
    "i2.B.i.name.no_such_person": "no taxpayer fits the row",
    "i2.B.i.address.address_not_confirmed": "the address is not that person's on file",
    "i2.B.i.address.address_missing": "the address is blank or a filler",
}


def agreement(played: Played) -> Scene:
    """April 2025: an agreement limits; it gives nothing."""
    scene, clock = Scene(1, "April 2025: an agreement, which is a limit and no authority"), played.clock
    scene.tell("agreement")
    before = read_rulebook(played.house.decide.law(), clock.now().date() - timedelta(days=1))
    since = read_rulebook(played.house.decide.law(), clock.now().date())
    scene.play(
        clock.now(),
        f"The rulebook has it as {AGREEMENT}, from this day on: whom it binds, which paragraph, which fields. No "
        "address can be asked for under it: provisions that release are the statute's alone, the same as the day "
        "before.",
        listed_before=AGREEMENT in before.agreements,
        listed_since=AGREEMENT in since.agreements,
        provisions_added=sorted(set(since.provisions) - set(before.provisions)),
    )
    clock.at(moment("april requests"))
    plain, resting = played.decided("april-statute"), played.decided("april-agreement")
    scene.suppose(
        clock.now(),
        f"Another department asks about {plain.accepted} people, each element shown, and names no agreement: "
        f"{plain.figures.get('outcome.REQUIRE', 0)} of {plain.accepted} must be answered.",
        without_agreement=plain.figures.get("outcome.REQUIRE", 0),
    )
    scene.suppose(
        clock.now(),
        f"The same request, resting on an agreement to which that department is no party: "
        f"{resting.figures.get('outcome.HOLD', 0)} of {resting.accepted} on hold. To name it helps nobody.",
        with_agreement_held=resting.figures.get(OUTSIDE, 0),
        asked=resting.accepted,
    )
    clock.at(moment("keys registered"))
    usable = register_keys(played)
    scene.play(
        clock.now(),
        f"Two registrars register the recipients' keys. They may be used from {usable:%d %B %Y, %H:%M} UTC on.",
        keys_usable=usable.isoformat(),
    )
    return scene


def requests(played: Played) -> Scene:
    """June 2025: three requests."""
    scene, clock = Scene(2, "June 2025: three requests"), played.clock
    for key, name in (("first_request", "chain-1"), ("second_request", "chain-2")):
        scene.tell(key)
        clock.at(moment(key.replace("_", " ")))
        _rejected(scene, played, key, played.decided(name))
        if name == "chain-2":
            scene.tell("deficiencies")
    scene.tell("third_request")
    clock.at(moment("third request"))
    _third(scene, played, played.decided("affair"))
    return scene


def _rejected(scene: Scene, played: Played, key: str, batch: BatchRow) -> None:
    granted = batch.figures.get("outcome.REQUIRE", 0) + batch.figures.get("outcome.PERMIT", 0)
    scene.play(
        played.clock.now(),
        f"A made-up request in its manner, {_rows(batch)}: {granted} would be answered. {_against(batch)}",
    )
    scene.outcomes |= {f"{key}_rows": batch.accepted, f"{key}_sent": granted, f"{key}_against": _codes(batch)}


def _rows(batch: BatchRow) -> str:
    refused = f", {batch.rejected} of them not of the form of a row" if batch.rejected else ""
    return f"{batch.sent:,} rows{refused}"


def _codes(batch: BatchRow) -> list[str]:
    """Every code that stands against rows of the batch, most rows first."""
    found = {name.removeprefix("because."): n for name, n in batch.figures.items() if name.startswith("because.")}
    return sorted(found, key=lambda code: (-found[code], code))


def _against(batch: BatchRow) -> str:
    figures: Mapping[str, int] = batch.figures
    counted = [(SAYS[code], figures[f"because.{code}"]) for code in _codes(batch) if code in SAYS]
    told = [f"{says} ({'all' if rows == batch.accepted else format(rows, ',')})" for says, rows in counted]
    return f"Against rows of it, by their number: {'; '.join(told)}."


def _third(scene: Scene, played: Played, batch: BatchRow) -> None:
    lab, clock = played.lab, played.clock
    replica = replica_2025(lab / "records", lab / "affair")
    room = played.house.decide.rooms.path(batch.id)
    f = affair_figures(room, lab / "truth" / "affair.parquet", batch, replica)
    scene.play(
        clock.now(),
        f"A made-up request in its manner, {_rows(batch)}. What was done in 2025: matched on name and number, or on "
        f"name and address. That check would send {f.would_send:,}, {f.would_send_number:,} of them on name and number "
        "alone.",
        third_request_rows=f.rows,
        check_of_2025=f.would_send,
        check_of_2025_by_number=f.would_send_number,
    )
    scene.play(
        clock.now(),
        f"What this program answers: it sends {f.sends}. {_against(batch)}",
        third_request_sent=f.sends,
        third_request_on_hold=f.on_hold,
        third_request_against=_codes(batch),
    )
    scene.add(
        f"Row by row, of those {f.would_send:,}: every element is shown for {f.confirmed:,}; for {f.not_confirmed:,} "
        f"the address is not confirmed; {f.other_person:,} give somebody else's number; {f.other_element:,} lack "
        "another element."
    )
    scene.outcomes |= {"confirmed": f.confirmed, "not_confirmed": f.not_confirmed}


def august(played: Played) -> Scene:
    """August 2025: addresses leave outside of this program; the list is entered as what already left, and audited."""
    scene, clock = Scene(3, "7 August 2025: what left, outside of this program"), played.clock
    scene.tell("sent", "by_address")
    clock.at(moment("list audited"))
    house, history = played.house.history, played.lab / "history"
    paper = audit_paper(house, history, moment("sent"), (REVIEWER, CLERK), "what left outside of this program")
    found = audit_history(house, history, paper, [signing_key(SEED, who).sign(paper) for who in (REVIEWER, CLERK)])
    by_number = found.by_basis["name_and_number"]
    scene.play(
        clock.now(),
        f"A made-up list in its manner, {found.entries} entries for {fact('sent').numbers['addresses']:,}, "
        f"{by_number} of them on name and number alone. Two people of the custodian sign for it, and it is in the log "
        "as what already left: counted, never released by this program.",
        history=found.id,
        history_leaf=_audited(played),
        entries=found.entries,
        entries_by_number=by_number,
        handouts=_handouts(played),
    )
    would = found.entries - found.refused - found.held
    scene.play(
        clock.now(),
        f"Decided anew under the law of that day: {found.refused} entries would not be sent by themselves, "
        f"{found.held} more only because of the request as a whole. {would} would be sent.",
        refused=found.refused,
        held=found.held,
        would_send=would,
    )
    return scene


def _audited(played: Played) -> int:
    return max(index for index, leaf in played.house.decide.log.leaves() if leaf.kind == "history-audit")


def _handouts(played: Played) -> int:
    return sum(leaf.kind == "handout" for _, leaf in played.house.decide.log.leaves())
