# SPDX-License-Identifier: Apache-2.0
"""The yearly reports: what is counted, what is left out, what is not shown, and where each number comes from."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from lawgate.model.fault import Refused
from lawgate.office.reports import OTHER, Sheet, sheet
from lawgate.office.reports_files import numbers_csv, rows, trace_csv, traces
from lawgate.office.reports_rules import FILE, Rules, read_rules
from lawgate.office.statistics_cells import ALL, SMALL
from lawgate.surfaces.site.render import report, report_data
from unit.statutory.logs import Log

BOOK = Path(__file__).parents[3] / "rulebooks" / "us-26-6103"
DOJ, DHS = "us.doj", "us.dhs"


@pytest.fixture
def rules() -> Rules:
    return read_rules({FILE: (BOOK / FILE).read_bytes()})


def made(log: Log, rules: Rules, kind: str = "public", year: int = 2025) -> Sheet:
    return sheet(rules, rules.kinds[kind], year, log.leaves, log.who, frozenset({DOJ, DHS}))


def busy() -> Log:
    """Two agencies, two authorities, two years; somebody in two packages; one package handed out twice."""
    log = Log()
    log.request("a", DOJ, "i1", "2024-12-01")
    log.disclosed("a", DOJ, "2024-12-02", range(40))
    log.request("b", DOJ, "i2", "2025-02-01")
    log.request("c", DHS, "i2", "2025-02-02")
    log.request("d", DHS, "nobody-knows", "2025-02-03")
    log.request("e", "us.made.up", "i2", "2025-02-04")
    log.disclosed("b", DOJ, "2025-03-01", range(30), times=2)
    log.disclosed("b", DOJ, "2025-03-02", range(20, 45))
    log.disclosed("c", DHS, "2025-03-03", range(4))
    log.request("f", DOJ, "i1", "2025-04-01")
    log.disclosed("f", DOJ, "2025-04-02", range(100, 125))
    log.request("g", DHS, "i1", "2025-04-03")
    log.disclosed("g", DHS, "2025-04-04", range(200, 260))
    return log


COMMITTEE = """year,agency,provision,requests,instances,taxpayers,shown
2025,other,i1,0,0,0,yes
2025,other,i2,1,0,0,yes
2025,other,other,0,0,0,yes
2025,other,all,1,0,0,yes
2025,us.dhs,i1,1,60,60,yes
2025,us.dhs,i2,1,4,4,yes
2025,us.dhs,other,1,0,0,yes
2025,us.dhs,all,3,64,64,yes
2025,us.doj,i1,1,25,25,yes
2025,us.doj,i2,1,85,45,yes
2025,us.doj,other,0,0,0,yes
2025,us.doj,all,2,110,70,yes
2025,all,i1,2,85,85,yes
2025,all,i2,3,89,45,yes
2025,all,other,1,0,0,yes
2025,all,all,6,174,130,yes
"""


def test_the_confidential_report_gives_every_number(rules: Rules) -> None:
    assert numbers_csv(made(busy(), rules, "committee")).decode() == COMMITTEE.replace("\n", "\r\n")
    assert made(busy(), rules).due == date(2026, 3, 31)


def test_the_public_report_hides_the_small_cell_and_what_gives_it_away(rules: Rules) -> None:
    found = made(busy(), rules)
    shown = {(row.agency, row.provision): row for row in rows(found)}
    assert not shown[DHS, "i2"].shown
    assert shown[DHS, "i2"].taxpayers is None
    assert not (shown[DHS, "i1"].shown and shown[DHS, ALL].shown)
    assert not (shown[DOJ, "i2"].shown and shown[ALL, "i2"].shown)
    assert shown[ALL, ALL].taxpayers == 130
    assert all(not 0 < (row.taxpayers or 0) < SMALL for row in rows(found))


def test_nobody_is_counted_twice_and_each_hand_out_is_an_instance(rules: Rules) -> None:
    cell = made(busy(), rules, "committee").cells[DOJ, "i2"]
    assert (cell.instances, cell.taxpayers) == (30 + 30 + 25, 45)


def test_every_number_leads_to_its_leaves(rules: Rules) -> None:
    log = busy()
    leaves = dict(log.leaves)
    found = made(log, rules, "committee")
    traced: dict[tuple[str, str, str], list[int]] = {}
    for line in csv.DictReader(io.StringIO(trace_csv(found).decode())):
        traced.setdefault((line["agency"], line["provision"], line["measure"]), []).append(int(line["leaf"]))
    for place, cell in found.cells.items():
        asked = traced.get((*place, "requests"), [])
        out = [leaves[at] for at in traced.get((*place, "instances"), [])]
        packed = [leaves[at] for at in traced.get((*place, "taxpayers"), [])]
        people = frozenset(person for each in packed for person in log.who(each, each))
        assert [leaves[at].kind for at in asked] == ["request"] * cell.requests
        assert sum(each.number("rows") for each in out) == cell.instances
        assert len(people) == cell.taxpayers


def test_the_public_trace_does_not_count_what_is_hidden(rules: Rules) -> None:
    found = made(busy(), rules)
    lines = list(csv.DictReader(io.StringIO(trace_csv(found).decode())))
    places = {(line["agency"], line["provision"]) for line in lines}
    assert not places & found.hidden
    whole = [line for line in lines if line["agency"] == ALL and line["provision"] == ALL]
    assert {line["leaf"] for line in whole} == {f"0-{found.size - 1}"}
    # Nothing outside says how many leaves the hidden lines rest on.
    inner = [found.cells[place] for place in found.hidden if ALL not in place]
    hidden = {leaf for cell in inner for each in cell.leaves.values() for leaf in each}
    assert hidden
    assert not hidden & {int(line["leaf"]) for line in lines if line["leaf"].isdecimal()}


def test_a_later_year_changes_nothing(rules: Rules) -> None:
    log = busy()
    before = made(log, rules)
    log.request("h", DOJ, "i1", "2026-01-01")
    log.disclosed("h", DOJ, "2026-01-02", range(500))
    after = made(log, rules)
    assert (numbers_csv(before), trace_csv(before)) == (numbers_csv(after), trace_csv(after))
    assert (before.size, before.root) == (after.size, after.root)


def traced(found: Sheet) -> list[tuple[str, ...]]:
    """The trace, without how long the log of the year is."""
    whole = f"0-{found.size - 1}"
    return [tuple("whole" if part == whole else part for part in line) for line in traces(found)]


@pytest.mark.parametrize("provision", ["g1-staff", "c", "m2", "n", "l14", "k8"])
@pytest.mark.parametrize("kind", ["committee", "public"])
def test_what_the_statute_leaves_out_is_in_no_number_and_no_trace(rules: Rules, provision: str, kind: str) -> None:
    log = busy()
    log.request("p", DOJ, provision, "2025-05-01")
    log.disclosed("p", DOJ, "2025-05-02", range(900, 999))
    with_it, without = made(log, rules, kind), made(busy(), rules, kind)
    assert numbers_csv(with_it) == numbers_csv(without)
    assert traced(with_it) == traced(without)


@pytest.mark.parametrize("provision", ["g1", "g", "nobody-knows"])
def test_a_disclosure_nobody_can_place_stops_the_report(rules: Rules, provision: str) -> None:
    log = busy()
    log.request("p", DOJ, provision, "2025-05-01")
    log.disclosed("p", DOJ, "2025-05-02", range(900, 999))
    with pytest.raises(Refused) as refused:
        made(log, rules)
    assert refused.value.code == "E_UNSORTED"


def test_names_a_requester_made_up_are_not_printed(rules: Rules) -> None:
    found = made(busy(), rules, "committee")
    text = numbers_csv(found) + trace_csv(found)
    assert b"us.made.up" not in text
    assert b"nobody-knows" not in text
    assert found.cells[OTHER, "i2"].requests == 1


def test_two_imports_give_an_upper_bound(rules: Rules) -> None:
    log = busy()
    assert not made(log, rules).at_most
    log.disclosed("b", DOJ, "2025-06-01", range(30), manifest="b")
    found = made(log, rules, "committee")
    assert found.at_most
    assert found.cells[DOJ, "i2"].taxpayers == 45 + 30


def test_an_empty_year_is_a_report_too(rules: Rules) -> None:
    found = made(Log(), rules)
    assert [(row.requests, row.instances, row.shown) for row in rows(found)] == [(0, 0, True)]


def test_a_year_in_two_logs_says_so(rules: Rules) -> None:
    log = busy()
    assert made(log, rules).elsewhere == ()
    log.add("shard-close", "2025-12-31T23:59:59Z", next_origin="office-2/log")
    assert made(log, rules).elsewhere == ("office-2/log",)
    assert "may be in office-2/log" in report(made(log, rules), "synthetic").decode()
    assert made(log, rules, year=2026).elsewhere == ()


def test_the_pages_of_a_report_say_what_it_is(rules: Rules) -> None:
    for kind, words in (("public", "is not shown"), ("committee", "CONFIDENTIAL")):
        found = made(busy(), rules, kind)
        page, data = report(found, "synthetic").decode(), report_data(found, "synthetic")
        for text in (page, str(data)):
            assert words in text
            assert "SYNTHETIC" in text
            assert found.root in text
            assert "Finding a fugitive" not in text
            assert "on the request of an agency head" in text
    assert "SYNTHETIC" not in report(made(busy(), rules), "production").decode()
