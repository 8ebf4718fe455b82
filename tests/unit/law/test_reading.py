# SPDX-License-Identifier: Apache-2.0
"""Reading a rulebook: each fault has its code, all are told at once, and what is in doubt does not load."""

from collections.abc import Mapping
from datetime import date

import pytest

from lawgate.law.expression import AtMost, In
from lawgate.law.read import digest_of, read_layout, read_rulebook
from lawgate.law.rulebook import Rulebook
from lawgate.model.fault import Fault, Faulty
from lawgate.model.form import REQUIRED_PARTS, ROWS_REVIEWED_A_DAY
from lawgate.model.outcome import Outcome

DAY = date(2025, 6, 27)
Small = dict[str, str]


def read(files: Mapping[str, str], day: date = DAY) -> Rulebook:
    return read_rulebook({name: text.encode() for name, text in files.items()}, day)


def faults(files: Mapping[str, str], day: date = DAY) -> tuple[Fault, ...]:
    with pytest.raises(Faulty) as refused:
        read(files, day)
    return refused.value.faults


def spoiled(small: Small, file: str, old: str, new: str) -> Small:
    assert old in small[file]
    return {**small, file: small[file].replace(old, new)}


def test_the_small_one_reads(small: Small) -> None:
    book = read(small)
    found = book.provision("p")
    assert found is not None and book.provision("other") is None
    assert [c.code for c in found.clauses] == ["office_wrong", "colour_missing", "too_many", "not_found", "big"]
    assert found.clauses[0].test == In("request.office", ("head", "deputy"))
    assert [c.not_met for c in found.clauses][1:3] == [Outcome.RETURN_FOR_CURE, Outcome.DENY], (
        "a clause may be stricter"
    )
    assert (found.grants_as, book.unchecked) == (Outcome.PERMIT, 1)


def test_parameters_are_of_the_day(small: Small) -> None:
    for day, most in ((date(2023, 12, 31), 3), (date(2024, 1, 1), 4)):
        found = read(small, day).provision("p")
        assert found is not None and found.clauses[2].test == AtMost("row.count", most)


def test_a_provision_is_of_its_days(small: Small) -> None:
    ended = spoiled(small, "provisions/p.toml", 'end = "until further notice"', "end = 2025-06-27")
    assert read(ended, date(2025, 6, 26)).provision("p") is not None
    assert read(ended, date(2025, 6, 27)).provision("p") is None
    assert read(ended, date(2019, 12, 31)).provision("p") is None


SPOILED = [
    ("rulebook.toml", 'id = "small"', "id = ", "L_TOML", "not TOML 1.0"),
    ("rulebook.toml", 'id = "small"', "", "L_HEAD", "`id`"),
    ("rulebook.toml", 'version = "1"', "version = 1", "L_HEAD", "`version`"),
    ("rulebook.toml", "snapshot = 2024-01-01", "", "L_HEAD", "`snapshot`"),
    ("rulebook.toml", 'authority = "c "', "", "L_HEAD", "`authority`"),
    ("rulebook.toml", 'authority = "c "', 'authority = ""', "L_HEAD", "`authority`"),
    ("provisions/p.toml", 'citation = "c 1"', 'citation = "an agreement"', "L_PROVISION", "may give access"),
    ("provisions/p.toml", 'authority = "c 1"', 'authority = "an agreement"', "L_PROVISION", "may give access"),
    ("provisions/p.toml", 'citation = "c 1(a)"', 'citation = "an agreement, 3"', "L_PROVISION", "may give access"),
    ("provisions/p.toml", 'reaches = ["identity"]', 'reaches = ["other"]', "L_PROVISION", "no class that it reaches"),
    ("provisions/p.toml", 'reaches = ["identity"]', 'reaches = ["*"]', "L_PROVISION", "names the classes it reaches"),
    ("provisions/p.toml", 'reaches = ["identity"]', "", "L_PROVISION", "`reaches` is missing"),
    (
        "registers/fields.toml",
        'field = "mailing_address"',
        'field = "street"',
        "L_PROVISION",
        "no class that it reaches",
    ),
    ("provisions/p.toml", 'cure = "x"', 'cure = "x"\nother_routes = ["q"]', "L_PROVISION", "route that does not exist"),
    ("rulebook.toml", "snapshot = 2024-01-01", 'snapshot = "2024"', "L_HEAD", "`snapshot`"),
    ("parameters/p.toml", "to = 2024-01-01", "to = 2023-12-31", "L_GAP", "gap or overlap"),
    ("parameters/p.toml", "to = 2024-01-01", "to = 2024-01-02", "L_GAP", "gap or overlap"),
    ("parameters/p.toml", "to = 2024-01-01", 'to = "until further notice"', "L_GAP", "gap or overlap"),
    ("parameters/p.toml", "to = 2024-01-01", "to = 2020-01-01", "L_PARAMETER", "at least one day"),
    ("parameters/p.toml", "to = 2024-01-01", 'to = ""', "L_PARAMETER", "`to` must be a date or `until further notice`"),
    ("parameters/p.toml", "to = 2024-01-01", 'to = "until Further Notice"', "L_PARAMETER", "`to` must be a date"),
    ("parameters/p.toml", "to = 2024-01-01", "", "L_PARAMETER", "`to` must be a date"),
    ("parameters/p.toml", "from = 2020-01-01", "from = 2020-01-01T00:00:00Z", "L_PARAMETER", "`from` must be a date"),
    ("parameters/p.toml", "value = 3", "", "L_PARAMETER", "`value` is missing"),
    ("parameters/p.toml", 'reason = "r"', "", "L_PARAMETER", "a citation and a reason"),
    ("parameters/p.toml", 'citation = "c"', 'citation = ""', "L_PARAMETER", "a citation and a reason"),
    ("parameters/p.toml", 'name = "most"', "", "L_PARAMETER", "`name` is missing"),
    ("parameters/p.toml", '["head", "deputy"]', "[]", "L_CLAUSE", "texts, at least one"),
    ("parameters/p.toml", 'name = "offices"', 'name = "lost"', "L_CLAUSE", "no parameter named `offices`"),
    (
        "facts.toml",
        'name = "row.count"\ntype = "number"',
        'name = "row.count"\ntype = "text"',
        "L_CLAUSE",
        "of type number",
    ),
    ("facts.toml", 'name = "row.count"', 'name = "row.many"', "L_CLAUSE", "not declared"),
    ("facts.toml", 'name = "row.count"', 'name = "row.colour"', "L_FACT", "declared twice"),
    ("facts.toml", 'name = "row.count"', "", "L_FACT", "`name` is missing"),
    ("facts.toml", 'type = "number"', 'type = "float"', "L_FACT", "one known type"),
    ("facts.toml", 'level = "record"', 'level = "person"', "L_FACT", "one known level"),
    ("facts.toml", 'rule = "found"', "", "L_FACT", "one source"),
    ("facts.toml", 'rule = "count"', 'rule = "count"\ncolumn = "colour"', "L_FACT", "one source"),
    ("facts.toml", 'column = "colour"', 'column = "color"', "L_FACT", "not one of its file"),
    ("facts.toml", 'lookup = "colours"', 'lookup = "hues"', "L_FACT", "no register `hues`"),
    ("facts.toml", 'takes = "class"', 'takes = "heat"', "L_FACT", "every entry has `heat`"),
    ("facts.toml", 'by = "row.colour"', 'by = "row.count"', "L_FACT", "looked up by a text fact"),
    ("facts.toml", 'by = "row.colour"', "", "L_FACT", "looked up by a text fact"),
    ("registers/colours.toml", 'source = "made up"', 'source = ""', "L_REGISTER", "a source and checked_by"),
    ("registers/colours.toml", 'checked_by = ""', "", "L_REGISTER", "a source and checked_by"),
    ("registers/colours.toml", 'colour = "red"', "", "L_REGISTER", "needs its key"),
    ("registers/colours.toml", 'colour = "red"', 'colour = " "', "L_REGISTER", "is no name"),
    ("registers/colours.toml", 'key = "colour"', "", "L_REGISTER", "needs its key"),
    ("registers/colours.toml", "[[entry]]", "[entry]", "L_SHAPE", "`entry` is a list of tables"),
    ("provisions/p.toml", 'present = "row.colour"', 'present = "row.color"', "L_CLAUSE", "row.color is not declared"),
    (
        "provisions/p.toml",
        '["match.found", true]',
        '["match.found", "yes"]',
        "L_CLAUSE",
        "compared with something else",
    ),
    ("provisions/p.toml", '["match.found", true]', '["match.found", 1]', "L_CLAUSE", "compared with something else"),
    (
        "provisions/p.toml",
        'phase = "record"',
        'phase = "request"',
        "L_CLAUSE",
        "not evidence at level row, phase request",
    ),
    ("provisions/p.toml", 'present = "row.colour"', 'is = ["batch.rows", 1]', "L_CLAUSE", "not evidence at level row"),
    (
        "provisions/p.toml",
        'in = ["request.office",',
        'in = ["row.colour",',
        "L_CLAUSE",
        "not evidence at level request",
    ),
    ("provisions/p.toml", '["batch.rows", 10]', '["row.count", "x"]', "L_CLAUSE", "whole number"),
    (
        "provisions/p.toml",
        'level = "batch"\nphase = "batch"',
        'level = "row"\nphase = "batch"',
        "L_CLAUSE",
        "`level` is request",
    ),
    (
        "provisions/p.toml",
        'level = "batch"\nphase = "batch"',
        'level = "batch"\nphase = "record"',
        "L_CLAUSE",
        "`level` is",
    ),
    ("provisions/p.toml", 'not_met = "DENY"', 'not_met = "PERMIT"', "L_CLAUSE", "`not_met` must lead to one of"),
    ("provisions/p.toml", 'not_met = "HOLD"', 'not_met = "REQUIRE"', "L_CLAUSE", "`not_met` must lead to one of"),
    ("provisions/p.toml", 'undetermined = "HOLD"', 'undetermined = "PERMIT"', "L_CLAUSE", "`undetermined` must lead"),
    ("provisions/p.toml", 'undetermined = "RETURN_FOR_CURE"', "", "L_CLAUSE", "is not a valid Outcome"),
    ("provisions/p.toml", 'says = "there is no colour"', "", "L_CLAUSE", "`says` is missing"),
    ("provisions/p.toml", 'says = "there is no colour"', 'says = " "', "L_CLAUSE", "`says` must be a text"),
    ("provisions/p.toml", "test = { present", "tests = { present", "L_CLAUSE", "`test` is missing"),
    ("provisions/p.toml", "{ present", "{ have", "L_CLAUSE", "`have` is not an operator"),
    ("provisions/p.toml", 'code = "too_many"', 'code = "colour_missing"', "L_PROVISION", "named twice"),
    ("provisions/p.toml", 'code = "too_many"', 'code = "office_wrong"', "L_PROVISION", "named twice"),
    ("provisions/p.toml", 'id = "p.colour"', 'id = "p.office"', "L_PROVISION", "named twice"),
    ("provisions/p.toml", 'id = "p.colour"', 'id = "p.color"', "L_PROVISION", "do not exist: p.colour"),
    ("provisions/p.toml", 'cure = "x"', "", "L_PROVISION", "`cure` is missing"),
    ("provisions/p.toml", 'citation = "c 1(b)"', 'citation = ""', "L_PROVISION", "`citation` must be a text"),
    ("provisions/p.toml", 'modal = "may"', 'modal = "can"', "L_PROVISION", "`shall` or `may`"),
    ("provisions/p.toml", '["mailing_address"]', "[]", "L_PROVISION", "names its fields"),
    ("provisions/p.toml", '["mailing_address"]', '["*"]', "L_PROVISION", "names its fields"),
    ("provisions/p.toml", '["mailing_address"]', '"mailing_address"', "L_PROVISION", "names its fields"),
    ("provisions/p.toml", '["mailing_address"]', '["mailing_address", "all"]', "L_PROVISION", "names its fields"),
    ("provisions/p.toml", "start = 2020-01-01, ", "", "L_PROVISION", "`start` must be a date"),
    ("provisions/p.toml", ', end = "until further notice"', "", "L_PROVISION", "`end` must be a date or"),
    (
        "provisions/p.toml",
        "start = 2020-01-01, ",
        "start = 2020-01-01T00:00:00Z, ",
        "L_PROVISION",
        "`start` must be a date",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "code", "says"), SPOILED)
def test_every_fault(small: Small, file: str, old: str, new: str, code: str, says: str) -> None:
    found = faults(spoiled(small, file, old, new))
    assert code in {f.code for f in found}
    assert any(says in f.mend for f in found if f.code == code), [f.sentence() for f in found]


@pytest.mark.parametrize("part", REQUIRED_PARTS)
@pytest.mark.parametrize("value", [None, '""', '" "', '"*"', '"all"', '"any"', "1", '["p.office"]'])
def test_the_form_floor(small: Small, part: str, value: str | None) -> None:
    lines = small["provisions/p.toml"].split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith(f"{part} = ") and i > lines.index("[form]"))
    lines[at] = "" if value is None else f"{part} = {value}"
    (fault,) = faults({**small, "provisions/p.toml": "\n".join(lines)})
    assert fault.code == "L_PROVISION" and "form floor" in fault.mend


@pytest.mark.parametrize("ceiling", [ROWS_REVIEWED_A_DAY + 1, 0, -1, "true", '"5"', 1.5])
def test_a_ceiling_is_lowered_and_never_raised(small: Small, ceiling: object) -> None:
    head = small["rulebook.toml"]
    assert read({**small, "rulebook.toml": f"{head}[ceilings]\nreviewed_a_day = 5\n"}).ceilings.reviewed_a_day == 5
    (fault,) = faults({**small, "rulebook.toml": f"{head}[ceilings]\nreviewed_a_day = {ceiling}\n"})
    assert fault.code == "L_CEILING"
    assert [f.code for f in faults({**small, "rulebook.toml": f"{head}[ceilings]\nother = 5\n"})] == ["L_CEILING"]


def test_two_texts_in_force_on_one_day(small: Small) -> None:
    text = small["provisions/p.toml"]
    first = text.replace('end = "until further notice"', "end = 2025-01-01")
    later = text.replace("start = 2020-01-01", "start = 2025-01-01")
    two = {**small, "provisions/p.toml": first, "provisions/q.toml": later}
    assert read(two, date(2024, 12, 31)).provision("p") is not None
    assert read(two, date(2025, 1, 1)).provision("p") is not None
    overlap = {**two, "provisions/q.toml": later.replace("start = 2025-01-01", "start = 2024-12-31")}
    assert [f.code for f in faults(overlap, date(2024, 12, 31))] == ["L_PROVISION"]


def test_a_register_entry_twice(small: Small) -> None:
    text = small["registers/colours.toml"]
    (fault,) = faults({**small, "registers/colours.toml": text + text[text.index("[[entry]]") :]})
    assert (fault.code, "twice" in fault.mend) == ("L_REGISTER", True)


def test_an_element_without_clause(small: Small) -> None:
    bare = '[[element]]\nid = "p.bare"\ncitation = "c 3"\nquestion = "q"\ncure = "x"\n'
    bare += 'not_met = "DENY"\nundetermined = "DENY"\n'
    (fault,) = faults({**small, "provisions/p.toml": small["provisions/p.toml"] + bare})
    assert fault.code == "L_PROVISION" and "p.bare tests nothing" in fault.mend


def test_a_provision_without_element(small: Small) -> None:
    text = small["provisions/p.toml"]
    (fault,) = faults({**small, "provisions/p.toml": text[: text.index("[[element]]")]})
    assert fault.code == "L_PROVISION" and "at least one element" in fault.mend


def test_all_faults_at_once(small: Small) -> None:
    bad = spoiled(small, "provisions/p.toml", 'present = "row.colour"', 'present = "lost"')
    bad = spoiled(bad, "registers/colours.toml", 'source = "made up"', "")
    bad = spoiled(bad, "parameters/p.toml", "to = 2024-01-01", "to = 2023-01-01")
    bad = spoiled(bad, "rulebook.toml", 'version = "1"', "")
    assert {f.code for f in faults(bad)} >= {"L_CLAUSE", "L_REGISTER", "L_GAP", "L_HEAD"}


def test_text_that_is_not_utf8(small: Small) -> None:
    with pytest.raises(Faulty) as refused:
        read_rulebook({**{n: t.encode() for n, t in small.items()}, "facts.toml": b"\xff"}, DAY)
    assert [f.code for f in refused.value.faults] == ["L_TOML"]


def test_nothing_at_all_does_not_load() -> None:
    assert {f.code for f in faults({})} == {"L_HEAD"}


def test_the_digest_is_over_names_and_bytes(real: dict[str, bytes]) -> None:
    digest = read_rulebook(real, DAY).digest
    assert digest == digest_of(dict(reversed(real.items()))) and len(digest) == 64
    name = "match/plan.toml"
    assert digest != digest_of({**real, name: real[name] + b" "})
    assert digest != digest_of({("x" if n == name else n): b for n, b in real.items()})


def test_the_layout_follows_the_declared_columns(real: dict[str, bytes]) -> None:
    layout = read_layout(real)
    assert [c.name for c in layout.cases][:3] == ["case_id", "opened_on", "status"]
    assert layout.cases[2].choices == ("active", "closed") and layout.cases[2].required
    assert layout.rows[-1].limit == 2000
