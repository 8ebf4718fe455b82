# SPDX-License-Identifier: Apache-2.0
"""A history like that of August 2025: two people sign, it is decided again, and no value of anybody comes out."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from journeys.office import REVIEWER, SEED, Office, files_below, open_office
from lawgate.model.fault import Faulty, LawgateError, Refused
from lawgate.office.history import AUDITED, READ, Audited, audit_history, audit_paper
from lawgate.office.history_paper import parse, render
from lawgate_lab.history import make_history, parameters, split
from lawgate_lab.played import signing_key

ROOT = Path(__file__).resolve().parents[2]
CLERK, SECOND_REVIEWER = "person.custodian.5", "person.custodian.2"
BOTH = (REVIEWER, CLERK)
SENT_DAY = datetime(2025, 8, 7, 20, 0, tzinfo=UTC)
SIZES = {"ci": (4_729, 60_000), "full": (47_289, 300_000)}
FEW = 120


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with records, and a history of a hundred and twenty entries beside it."""
    top = tmp_path_factory.mktemp("small-history")
    make_history(top / "lab", 8_000, FEW, SEED)
    return open_office(top / "office", top / "lab")


@pytest.fixture
def office(small: Office, tmp_path: Path) -> Office:
    """The same, one's own, its history too."""
    shutil.copytree(small.lab / "history", tmp_path / "lab" / "history")
    return replace(small.copy(tmp_path / "office"), lab=tmp_path / "lab")


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory, size: str) -> tuple[Office, Audited, list[dict[str, str]]]:
    """The history at the size of this run, audited; the truth of its rows."""
    entries, people = SIZES[size]
    top = tmp_path_factory.mktemp("history")
    made = make_history(top / "lab", people, entries, SEED)
    assert (made["name_and_number"], made["name_and_address"]) == split(entries)
    office = open_office(top / "office", top / "lab")
    return office, audit(office), pq.read_table(top / "lab" / "truth" / "history.parquet").to_pylist()


def signed_paper(office: Office, people: tuple[str, ...] = BOTH, as_of: datetime = SENT_DAY) -> bytes:
    return audit_paper(office.house.history, office.lab / "history", as_of, people, "a court asks what was sent")


def signatures(paper: bytes, people: tuple[str, ...] = BOTH) -> list[bytes]:
    return [signing_key(SEED, person).sign(paper) for person in people]


def audit(office: Office) -> Audited:
    paper = signed_paper(office)
    return audit_history(office.house.history, office.lab / "history", paper, signatures(paper))


def stands(against: str) -> dict[str, str]:
    """Element and level -> how it stands, of what an entry says is against it."""
    parts = (part.partition("=") for part in against.split(";") if part)
    return {element: told.partition(":")[0] for element, _, told in parts}


def lines(found: Audited) -> list[dict[str, str]]:
    head, *rows = [line.split(",") for line in found.table.decode().splitlines()]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_whole_history_has_the_reported_size() -> None:
    assert (parameters()["entries"], split(parameters()["entries"])) == (47_289, (42_695, 4_594))


def test_audit_equals_the_truth_element_by_element(
    audited: tuple[Office, Audited, list[dict[str, str]]], size: str
) -> None:
    _, found, truth = audited
    told = lines(found)
    assert [line["row_id"] for line in told] == [row["row_id"] for row in truth]
    assert len(told) == found.entries == SIZES[size][0]
    elements = [name for name in truth[0] if "/" in name]
    for line, row in zip(told, truth, strict=True):
        got = stands(line["against"])
        assert {name: got.get(name, "met") for name in elements} == {name: row[name] for name in elements}
        assert set(got) <= set(elements)
        assert (line["row_outcome"], line["outcome"]) == (row["row_outcome"], row["outcome"])
    every = Counter(name for row in truth for name in elements if row[name] != "met")
    assert {"i2.B.i.name/row", "i2.B.i.address/row", "i2.B.ii.period/row", "i2.B.iv.reason/row"} <= set(every)
    assert found.refused == sum(row["row_outcome"] != "REQUIRE" for row in truth)
    assert found.held == found.entries - found.refused
    assert found.beyond == 0


def test_every_entry_on_name_and_number_is_confirmed_or_refused(
    audited: tuple[Office, Audited, list[dict[str, str]]], size: str
) -> None:
    _, found, truth = audited
    by_number = [
        (line, row) for line, row in zip(lines(found), truth, strict=True) if line["basis"] == "name_and_number"
    ]
    assert len(by_number) == found.by_basis["name_and_number"] == split(SIZES[size][0])[0]
    granted = [row for line, row in by_number if line["row_outcome"] == "REQUIRE"]
    assert granted
    assert all(row["i2.B.i.address/row"] == "met" for row in granted)
    assert not any(line["outcome"] in ("REQUIRE", "PERMIT") for line, _ in by_number)
    why = {name for line in lines(found) for name in stands(line["against"]) if name.endswith("/batch")}
    assert why == {"i2.A.engaged/batch", "i2.B.iv.reason/batch", "i2.practice/batch"}


def test_no_value_of_anybody_comes_out(audited: tuple[Office, Audited, list[dict[str, str]]]) -> None:
    office, found, _ = audited
    kept = [file.read_bytes() for file in files_below(office.folder / "histories")]
    logged = b"".join(leaf.render() for _, leaf in office.house.decide.log.leaves())
    shown = b"\n".join([found.table, found.report, logged, *kept]).decode("utf-8", "replace")
    asked = (office.lab / "history" / "rows.csv").read_text().splitlines()
    # Words of codes and of the form itself are no values, though some of them are fillers in addresses too.
    own = [*(office.folder / "rulebooks").rglob("provisions/*.toml"), ROOT / "docs" / "spec" / "history.md"]
    codes = "".join(path.read_text() for path in own).lower()
    words = set(re.findall(r"[a-z]{4,}", shown.lower()))
    streets = {word for line in asked[1:] for word in re.findall(r"[a-z]{4,}", ",".join(line.split(",")[3:14]).lower())}
    assert len(streets) > 100
    assert {
        word for word in words & streets if word not in codes and word not in signed_paper(office).decode()
    } == set()
    assert not re.search(r"\b9\d{2}-?\d{2}-?\d{4}\b", shown)


def test_of_the_request_nothing_is_kept(audited: tuple[Office, Audited, list[dict[str, str]]]) -> None:
    office, found, _ = audited
    rooms = [place.name for place in (office.folder / "histories").iterdir()]
    assert rooms == [found.id]
    names = {file.name for file in (office.folder / "histories" / found.id).iterdir()}
    assert names == {"paper.json", "report.json", "rows.csv", "transmissions.json", "signature-1", "signature-2"}


def test_the_leaves_say_who_looked_and_what_came_out(small: Office, tmp_path: Path) -> None:
    office = small.copy(tmp_path / "office")
    found = audit(office)
    leaves = [(leaf.kind, leaf) for _, leaf in office.house.decide.log.leaves() if leaf.kind in (READ, AUDITED)]
    assert [kind for kind, _ in leaves] == [READ, AUDITED]
    assert leaves[0][1].texts("people") == tuple(sorted(BOTH))
    assert leaves[1][1].number("rows") == found.entries == found.acts == FEW
    assert leaves[1][1].number("refused") == found.refused
    assert office.broken() == []


def refusal(office: Office, paper: bytes, signed: list[bytes]) -> str:
    """The code of the refusal; no record was asked and no leaf written."""
    before = len(list(office.house.decide.log.leaves()))
    with pytest.raises(Refused) as refused:
        audit_history(office.house.history, office.lab / "history", paper, signed)
    assert len(list(office.house.decide.log.leaves())) == before
    assert list((office.folder / "histories").iterdir()) == []
    return refused.value.code


def test_one_person_is_not_enough(office: Office) -> None:
    for people in ((REVIEWER,), (REVIEWER, SECOND_REVIEWER)):
        paper = signed_paper(office, people)
        assert refusal(office, paper, signatures(paper, people)) == "audit_people"


def test_a_signature_is_missing(office: Office) -> None:
    paper = signed_paper(office)
    assert refusal(office, paper, signatures(paper, (REVIEWER,))) == "audit_signature"
    assert refusal(office, paper, [*signatures(paper, (REVIEWER,)), bytes(64)]) == "audit_signature"


def test_whoever_sent_it_does_not_sign(office: Office) -> None:
    file = office.lab / "history" / "transmissions.csv"
    file.write_text(file.read_text().replace("person.custodian.91", CLERK))
    paper = signed_paper(office)
    assert refusal(office, paper, signatures(paper)) == "audit_people"


@pytest.mark.parametrize("name", ["sent.csv", "rows.csv", "transmissions.csv", "cover.toml.sig"])
def test_another_list_than_was_signed(office: Office, name: str) -> None:
    paper = signed_paper(office)
    file = office.lab / "history" / name
    file.write_bytes(file.read_bytes() + b"\n")
    assert refusal(office, paper, signatures(paper)) == "audit_list"


def test_another_day_another_rulebook_another_instant(office: Office) -> None:
    paper = parse(signed_paper(office))
    for changed, code in (
        (replace(paper, day=date(2030, 1, 1)), "audit_day"),
        (replace(paper, rulebook_digest="0" * 64), "audit_rulebook"),
        (replace(paper, rulebook="../keys"), "audit_rulebook"),
        (replace(paper, as_of=datetime(2025, 6, 1, tzinfo=UTC)), "E_AS_OF"),
        (replace(paper, as_of=datetime(2100, 6, 1, tzinfo=UTC)), "E_AS_OF"),
    ):
        raw = render(changed)
        assert refusal(office, raw, signatures(raw)) == code


def test_a_paper_is_good_once(small: Office, tmp_path: Path) -> None:
    office = small.copy(tmp_path / "office")
    paper = signed_paper(office)
    audit_history(office.house.history, office.lab / "history", paper, signatures(paper))
    with pytest.raises(Refused) as refused:
        audit_history(office.house.history, office.lab / "history", paper, signatures(paper))
    assert refused.value.code == "audit_again"


def changed(office: Office, name: str, change: Callable[[str], str]) -> None:
    file = office.lab / "history" / name
    file.write_text(change(file.read_text()))


def test_one_fault_in_the_list_ends_the_audit(office: Office) -> None:
    changed(office, "sent.csv", lambda text: text.replace("s00000005,t1", "s00000005,t9"))
    paper = signed_paper(office)
    with pytest.raises(Faulty) as faulty:
        audit_history(office.house.history, office.lab / "history", paper, signatures(paper))
    assert [(f.file, f.line, f.code) for f in faulty.value.faults] == [("sent.csv", 6, "E_CASE")]
    assert list((office.folder / "histories").iterdir()) == []


def test_a_request_that_is_not_whole_ends_the_audit(office: Office) -> None:
    changed(office, "rows.csv", lambda text: text[: text.rindex("\nr")] + "\n")
    paper = signed_paper(office)
    with pytest.raises(Faulty) as faulty:
        audit_history(office.house.history, office.lab / "history", paper, signatures(paper))
    assert {f.code for f in faulty.value.faults} == {"E_DIGEST", "E_ROWS"}


def test_an_instant_nobody_can_read(office: Office) -> None:
    changed(office, "transmissions.csv", lambda text: text.replace("2025-08-07T20:00:00Z", "2025-08-07"))
    paper = signed_paper(office)
    assert refusal(office, paper, signatures(paper)) == "audit_sending"


def test_an_entry_nobody_asked_for_and_more_than_is_granted(office: Office) -> None:
    changed(office, "sent.csv", lambda text: text.replace("r00000003,", "r99,").replace(",2024\n", ",2019\n"))
    found = audit(office)
    told = lines(found)
    assert (told[2]["row_outcome"], told[2]["against"]) == ("NOT_ACCEPTED", "request/row=not_met:not_accepted")
    grants = [line for line in told if line["row_outcome"] == "REQUIRE"]
    beyond = [line for line in grants if line["within_grant"] == "no"]
    assert found.beyond == len(beyond) > 0


def test_the_law_of_then_and_the_orders_of_then(office: Office) -> None:
    """An order of a later day is none that was broken by what went before it."""
    from journeys.office import an_order
    from lawgate.office.orders import enter_order

    enter_order(office.house.orders, an_order("order-later", "us.dhs"), CLERK)
    found = audit(office)
    assert not any(count.element == "order" for count in found.counts)


def test_the_command_line(office: Office, tmp_path: Path) -> None:
    history, paper, out = office.lab / "history", tmp_path / "paper.json", tmp_path / "out"
    who = [word for person in BOTH for word in ("--by", person)]
    made = office.call(
        "audit-paper", history, paper, "--as-of", "2025-08-07T16:00:00-04:00", *who, "--reason", "a court asks"
    )
    assert made.exit_code == 0, made.output
    signed = []
    for person in BOTH:
        file = tmp_path / f"{person}.sig"
        file.write_bytes(signing_key(SEED, person).sign(paper.read_bytes()))
        signed += ["--signature", file]
    done = office.call("audit", history, "--paper", paper, *signed, "--out", out)
    assert done.exit_code == 0, done.output
    assert f"{FEW} entries" in done.output
    assert sorted(file.name for file in out.iterdir()) == ["audit.csv", "audit.json"]
    again = office.call("audit", history, "--paper", paper, *signed, "--out", out)
    assert again.exit_code == 1
    assert "audit_out" in again.output


def test_a_broken_step_leaves_nothing_that_counts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = signed_paper(office)
    house = office.house

    def lost(*_: object) -> object:
        raise LawgateError("the list is gone")

    monkeypatch.setattr(type(house.history.listed), "table", lost)
    with pytest.raises(LawgateError):
        audit_history(house.history, office.lab / "history", paper, signatures(paper))
    monkeypatch.undo()
    assert list((office.folder / "histories").iterdir()) == []
    kinds = [leaf.kind for _, leaf in office.house.decide.log.leaves()]
    assert (kinds.count(READ), kinds.count(AUDITED)) == (1, 0)
    assert audit_history(office.house.history, office.lab / "history", paper, signatures(paper)).entries == FEW
