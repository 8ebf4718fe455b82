# SPDX-License-Identifier: Apache-2.0
"""A reviewer at work: what they see of a row, who may look, reviews one after the other, orders on the people asked."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from journeys.office import AGENCY, CLERK, KEY, REVIEWER, Office, ahead, an_order, rewritten, seen, sent
from lawgate.docket.printing import print_order
from lawgate.docket.reading import read_order
from lawgate.ledger.leaf import StageLeaf
from lawgate.model.fault import Refused
from lawgate.model.order import EVERY
from lawgate.office.adjudicate import decide_batch
from lawgate.office.handout import pull
from lawgate.office.intake import receive
from lawgate.office.release import hand_in_review, prepare_package, review_paper
from lawgate.protocol.bars import Barred
from lawgate.protocol.statement import Looked
from lawgate_lab.played import signing_key

REASON = "to compare the reason with the case"


def reviewed(office: Office, batch: str, accept: list[int], decline: list[int] | None = None) -> int:
    """A review handed in by the played reviewer; the index of its leaf."""
    desk = office.house.release
    looked = [Looked(row, row in accept, at) for row, at in seen(sorted({*accept, *(decline or [])}))]
    paper = review_paper(desk, batch, REVIEWER, looked)
    return hand_in_review(ahead(desk, len(looked)), batch, paper, signing_key(office.seed, REVIEWER).sign(paper)).leaf


def kinds(office: Office, kind: str) -> list[tuple[int, StageLeaf]]:
    return [(at, leaf) for at, leaf in office.house.decide.log.leaves() if leaf.kind == kind]


def naming(person: str) -> bytes:
    """An order that stops whatever this person asks for."""
    order = read_order(an_order("order-person", AGENCY), "order")
    (effect,) = order.effects
    named = dataclasses.replace(effect, requesters=(person,), recipients=EVERY)
    return print_order(dataclasses.replace(order, effects=(named,)))


def test_a_row_is_shown_to_its_reviewer_and_its_values_only_for_a_reason(office: Office) -> None:
    request = office.lab / "proper"
    batch = office.decided(request)
    rows, cases = sent(request)
    values = {text for text in [*rows[0].values()] if len(text) > 3}
    hidden = office.call("review", "show", batch, "0", "--by", REVIEWER)
    assert hidden.exit_code == 0, hidden.output
    assert "REQUIRE" in hidden.stdout and "(given, not shown)" in hidden.stdout
    assert not [text for text in values - {rows[0]["row_id"]} if text in hidden.stdout]
    assert kinds(office, "audit-read") == []
    told = office.call("review", "show", batch, "0", "--by", REVIEWER, "--reveal", f" {REASON}\n")
    assert told.exit_code == 0, told.output
    for name in ("first", "last", "addr_line1", "reason_text", "row_id"):
        assert rows[0][name] in told.stdout
    assert cases[0]["case_id"] in told.stdout
    number = rows[0]["tin"].replace("-", "")
    assert number and number not in told.stdout.replace("-", "")
    ((at, leaf),) = kinds(office, "audit-read")
    assert f"leaf {at}" in told.stdout
    assert (leaf.text("person"), leaf.text("batch"), leaf.number("rows")) == (REVIEWER, batch, 1)
    assert REASON.encode() not in leaf.render()
    place = office.room(batch) / f"read-{leaf.text('paper')}.json"
    paper = json.loads(place.read_bytes())
    assert (paper["row"], paper["person"], paper["reason"]) == (0, REVIEWER, REASON)
    assert office.broken() == []
    place.write_bytes(place.read_bytes().replace(REASON.encode(), b"another reason"))
    assert [each for each in office.broken() if place.name in each]


@pytest.mark.parametrize("reveal", [[], ["--reveal", REASON]])
@pytest.mark.parametrize("person", [CLERK, "person.doj.1", "person.nobody"])
def test_a_row_is_shown_to_nobody_else(office: Office, person: str, reveal: list[str]) -> None:
    batch = office.decided(office.lab / "proper")
    done = office.call("review", "show", batch, "0", "--by", person, *reveal)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "E_READER" in done.stderr
    assert kinds(office, "audit-read") == []


def test_a_row_is_not_shown_to_a_reviewer_whom_the_request_names(office: Office, tmp_path: Path) -> None:
    request = office.lab / "proper"
    _, cases = sent(request)
    named = cases[0]["recipients"].split(";")[0]
    asks = rewritten(
        request, tmp_path / "asks", cases=lambda raw: raw.replace(named.encode(), REVIEWER.upper().encode())
    )
    batch = office.decided(asks)
    done = office.call("review", "show", batch, "0", "--by", REVIEWER, "--reveal", REASON)
    assert (done.exit_code, done.stdout) == (1, "") and "E_READER" in done.stderr
    assert kinds(office, "audit-read") == []


def test_a_reason_is_words_and_the_log_comes_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = office.decided(office.lab / "proper")
    for reason in ("", " \n", "x" * 501):
        done = office.call("review", "show", batch, "0", "--by", REVIEWER, "--reveal", reason)
        assert (done.exit_code, done.stdout) == (1, "") and "E_REVEAL" in done.stderr
    assert office.call("review", "show", batch, "99", "--by", REVIEWER).exit_code == 1

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lawgate.drivers.package.log.StoreLog.append", full)
    done = office.call("review", "show", batch, "0", "--by", REVIEWER, "--reveal", REASON)
    assert (done.exit_code, done.stdout) == (2, "")


def test_each_review_gets_its_package_oldest_first(office: Office) -> None:
    batch = office.decided(office.lab / "proper")
    declined = reviewed(office, batch, [], [0])
    first, second = reviewed(office, batch, [1]), reviewed(office, batch, [2])
    desk = office.house.release
    for leaf, code in ((declined, "review_empty"), (first - 1000, "review_missing")):
        with pytest.raises(Refused) as refused:
            prepare_package(desk, batch, leaf)
        assert refused.value.code == code
    assert prepare_package(desk, batch).manifest.package == f"{batch}-p02"
    made = office.call("prepare", batch, "--review", second)
    assert f"package {batch}-p03: 1 records" in made.stdout, made.output
    with pytest.raises(Refused) as refused:
        prepare_package(desk, batch)
    assert refused.value.code == "E_PACKAGED"
    assert f"{batch}-p02, {batch}-p03" in str(refused.value)
    with pytest.raises(Refused, match=f"{batch}-p02"):
        prepare_package(desk, batch, first)


def test_a_moment_without_its_zone_and_a_review_by_nobody_are_refused(office: Office, tmp_path: Path) -> None:
    batch = office.decided(office.lab / "proper")
    now = datetime.now(UTC).replace(microsecond=0)
    for at in (now.replace(tzinfo=None).isoformat(), "yesterday", ""):
        done = office.call("review", "paper", batch, tmp_path / "p.json", "--by", REVIEWER, "--accept", f"0@{at}")
        assert done.exit_code == 1 and "E_SEEN" in done.stderr, at
    nobody = office.call("review", "paper", batch, tmp_path / "p.json", "--accept", f"0@{now.isoformat()}")
    assert nobody.exit_code == 2 and "--by" in nobody.stderr
    assert not (tmp_path / "p.json").exists()
    fine = office.call(
        "review", "paper", batch, tmp_path / "p.json", "--by", REVIEWER, "--accept", f"0@{now.isoformat()}"
    )
    assert fine.exit_code == 0, fine.output


@pytest.mark.parametrize("change", [str, str.upper])
def test_an_order_on_somebody_a_case_names_holds_the_batch(office: Office, change) -> None:
    """Whoever is engaged in one case, or would receive: all rows of the batch are held, and no other batch is."""
    _, cases = sent(office.lab / "proper")
    officer = cases[0]["engaged_official"]
    place = office.folder / "order.toml"
    place.write_bytes(naming(change(officer)))
    before = office.decided(office.lab / "second")
    assert office.call("order", "enter", place, "--by", CLERK).exit_code == 0
    held = receive(office.house.intake, office.lab / "proper").batch.id
    figures = decide_batch(office.house.decide, held, None).figures
    rows = len(office.rows(held))
    assert figures["outcome.HOLD"] == figures["under_orders"] == rows
    assert figures["row_outcome.REQUIRE"] == rows
    _, other = sent(office.lab / "second")
    asked = {person for case in other for person in (case["engaged_official"], *case["recipients"].split(";"))}
    (again,) = (leaf for _, leaf in kinds(office, "redecision") if leaf.text("batch") == before)
    assert bool(again.number("held")) is (officer in asked)


def test_an_order_on_somebody_another_case_names_bars_a_prepared_package(office: Office) -> None:
    """Entered between preparing and pull: whoever a case names is of the asking side of the whole batch here, too."""
    _, case = sent(office.lab / "proper")
    name, officer, other = case[0]["case_id"], case[0]["engaged_official"], "person.doj.790"
    line = (office.lab / "proper" / "cases.csv").read_bytes().split(b"\n")[1]
    second = line.replace(name.encode(), b"case-doj-00000002").replace(officer.encode(), other.encode())

    def moved(rows: bytes) -> bytes:
        head, _, last = rows.rpartition(name.encode())
        return head + b"case-doj-00000002" + last

    request = rewritten(
        office.lab / "proper", office.folder.parent / "two", rows=moved, cases=lambda d: d + second + b"\n"
    )
    batch = office.decided(request)
    package = office.prepared(batch, [0]).manifest.package
    place = office.folder / "order.toml"
    place.write_bytes(naming(other))
    assert office.call("order", "enter", place, "--by", CLERK).exit_code == 0
    with pytest.raises(Barred) as refused:
        pull(office.house.release.release, package, KEY, office.house.courier(office.folder.parent / "out"))
    assert "order" in [bar.code for bar in refused.value.bars]
