# SPDX-License-Identifier: Apache-2.0
"""What turns on a contested reading: counted from stored patterns, and the same as deciding under another text."""

import dataclasses
import re
from collections import Counter
from pathlib import Path

import pytest

from journeys.office import Office, open_office
from lawgate.model.fault import LawgateError
from lawgate.office.adjudicate import find, judge, read_figures
from lawgate.office.bench import DecideDesk, bench_on
from lawgate.office.pinned import decision_of, pinned_basis, pinned_bench
from lawgate.office.readings import NOT_LOOKED_UP, Answer, contests, readings
from lawgate.office.replay import CLAIMS
from lawgate_lab.make import make


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    """Rows with all kinds of mistakes, among them addresses that the records do not know."""
    top = tmp_path_factory.mktemp("readings")
    make(top / "lab", 600, 3_000, "honest", 7)
    office = open_office(top / "office", top / "lab")
    return office, office.decided(top / "lab" / "honest")


def of_address(desk: DecideDesk, batch: str) -> Answer:
    """What turns on the question whether an address must be on file."""
    return next(answer for answer in readings(desk, batch) if answer.contest.id == "address_standard")


def test_the_strictest_reading_is_what_was_decided(decided: tuple[Office, str]) -> None:
    office, batch = decided
    answers = readings(office.house.decide, batch)
    strictest, easier = of_address(office.house.decide, batch).outcomes
    assert (strictest.decides, easier.decides) == (True, False)
    assert len(answers) == len({answer.contest.id for answer in answers}) == 4
    for first in (answer.outcomes[0] for answer in answers):
        for each, column in ((first.row, "row_outcome"), (first.whole, "outcome")):
            assert each == dict(Counter(str(row[column]) for row in office.rows(batch)))
    assert easier.row["REQUIRE"] > strictest.row["REQUIRE"]
    assert sum(easier.row.values()) == sum(strictest.row.values()) == 600


def test_counting_equals_deciding_under_a_law_without_the_clause(decided: tuple[Office, str]) -> None:
    """The same claims, matched and decided by a rulebook from which the clause is cut out."""
    office, batch = decided
    desk = office.house.decide
    easier = of_address(desk, batch).outcomes[1]
    index, decision = decision_of(desk, batch)
    basis = pinned_basis(desk, decision)
    (code,) = easier.reading.sets_aside
    cut = re.compile(rf'\[\[element\.clause\]\]\ncode = "{code}"\n(?:(?!\[\[).*\n)+')
    law = {name: cut.sub("", raw.decode()).encode() for name, raw in basis.law.items()}
    assert sum(law[name] != basis.law[name] for name in law) == 1
    # A reading that sets aside a clause which is not there would be refused; every other part of the law stays.
    law |= {n: raw.replace(f'"{code}"'.encode(), b"") for n, raw in law.items() if n.startswith("readings/")}
    bench = bench_on(desk, pinned_bench(desk, index).batch, dataclasses.replace(basis, law=law))
    room = desk.rooms.again(batch, CLAIMS)
    work = desk.engine.open(room, bench.plan)
    try:
        made = judge(bench, work, find(desk, work, bench))
    finally:
        work.close()
        desk.rooms.drop(room)
    rows: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for settled, count in zip(made.settled, read_figures(made.figures).rows, strict=True):
        rows[str(settled.decision.row_outcome)] += count
        whole[str(settled.decision.outcome)] += count
    assert (easier.row, easier.whole) == (dict(rows), dict(whole))


def test_no_row_is_opened_and_nothing_of_a_row_is_said(decided: tuple[Office, str], tmp_path: Path) -> None:
    office, batch = decided[0].copy(tmp_path / "office"), decided[1]
    ids = [str(row["row_id"]) for row in office.rows(batch)]
    for name in (*CLAIMS, "decisions.parquet"):
        (office.room(batch) / name).unlink()
    done = office.call("readings", batch)
    assert done.exit_code == 0
    assert "matches_on_file (the strictest: this one decides)" in done.output
    assert "stated_complete (decides nothing here)" in done.output
    assert not any(row in done.output for row in ids)


def test_a_row_that_was_never_looked_up_is_not_guessed_at(decided: tuple[Office, str], tmp_path: Path) -> None:
    """A reading that sets aside what the request alone fails: the records were not asked, so nothing can be said."""
    office, batch = decided
    desk = office.house.decide
    _, decision = decision_of(desk, batch)
    law = dict(desk.pins.files(decision.text("rulebook")))
    name = "readings/address-standard.toml"
    law[name] = law[name].replace(b"address_not_confirmed", b"address_partial")

    bench = pinned_bench(desk, decision_of(desk, batch)[0])
    changed = dataclasses.replace(bench, basis=dataclasses.replace(bench.basis, law=law))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lawgate.office.readings.pinned_bench", lambda *_: changed)
        strictest, other = of_address(desk, batch).outcomes
    assert other.row[NOT_LOOKED_UP] > 0
    assert NOT_LOOKED_UP not in strictest.row
    assert other.row["REQUIRE"] == strictest.row["REQUIRE"]


READING = """id = "q"
question = "Is it?"
element = "e"
[[reading]]
id = "yes"
says = "it is"
argued_by = "one"
status = "argued"
strictness = 2
{first}
[[reading]]
id = "no"
says = "it is not"
argued_by = "another"
status = "argued"
strictness = {second}
"""


def test_readings_of_a_rulebook_are_read() -> None:
    (contest,) = contests({"readings/q.toml": READING.format(first="", second=1).encode(), "facts.toml": b"("})
    assert [each.id for each in contest.readings] == ["yes", "no"]


@pytest.mark.parametrize(
    "text",
    [
        READING.format(first='sets_aside = ["x"]', second=1),
        READING.format(first="", second=2),
        READING.format(first="", second='"1"'),
        'id = "q"\nquestion = "?"\nelement = "e"\nreading = []\n',
        "(",
    ],
)
def test_a_reading_in_doubt_is_refused(text: str) -> None:
    with pytest.raises(LawgateError):
        contests({"readings/q.toml": text.encode()})
