# SPDX-License-Identifier: Apache-2.0
"""Parts of a rulebook that bind by what the program does: match plan, contested readings, what no format can say.

Each is read strictly when the rulebook is read. A value other than what is implemented is a fault, so that nobody can
write a rule here that nothing follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from lawgate.law.elements import MISSHAPEN, Doc, text_of, what_is_wrong
from lawgate.law.expression import facts_of, read_expression
from lawgate.model.fault import Fault, Scope

PLAN, GAPS, READINGS = "match/plan.toml", "untranslatable.toml", "readings/"
FOLDERS = ("provisions/", "parameters/", "registers/", "agreements/", "practices/", "clocks/", READINGS)
FILES = ("rulebook.toml", "facts.toml", GAPS, PLAN, "match/address.toml", "match/names.toml")
# What `linkage.reference.score` does; the engine is held equal to it.
IMPLEMENTED: Mapping[str, object] = {
    "agree": ["name", "address"],
    "address_standard": "matches_on_file",
    "tin_substitutes_for_address": False,
    "contradictions_refuse": ["middle", "suffix", "dob"],
    "near_names": "make_doubtful",
    "ties": "refuse",
}
STEPS = ["complete", "candidates", "choose", "nobody", "several", "contradiction", "address"]
STANDARD = "address_standard"
"""The contested question whose readings a practice can name."""
EASES = frozenset(("sets_aside", "sets_aside_open", "any_year", "where"))
"""What a reading that is not the strictest can say."""
MET_BY = ("review",)
"""The gates that can stand in for what no predicate expresses."""


def check_parts(docs: Mapping[str, Doc], faults: list[Fault]) -> None:
    """Add a fault for each part that says what nobody does, or that nobody has accepted."""
    clauses = dict(_elements(docs))
    for name, doc in sorted(docs.items()):
        try:
            if name == PLAN:
                _plan(doc)
            elif name == GAPS:
                _gaps(doc, clauses)
            elif name.startswith(READINGS):
                _contest(doc, clauses, _of_request(docs.get("facts.toml", {})))
            elif name not in FILES and not name.startswith(FOLDERS):
                raise ValueError("no part of a rulebook has this name, so nobody would read it")
        except MISSHAPEN as wrong:
            faults.append(Fault(Scope.FILE, name, 0, "", "L_PART", what_is_wrong(wrong)))


def _elements(docs: Mapping[str, Doc]) -> Iterator[tuple[str, frozenset[str]]]:
    """Every element of every provision, whenever in force, with the codes of its clauses; misshapen ones left out."""
    for name, doc in docs.items():
        listed = doc.get("element", []) if name.startswith("provisions/") else []
        for element in listed if isinstance(listed, list) else []:
            if isinstance(element, dict) and isinstance(found := element.get("clause", []), list):
                codes = [c.get("code") for c in found if isinstance(c, dict)]
                yield str(element.get("id", "")), frozenset(c for c in codes if isinstance(c, str))


def _exactly(table: object, keys: set[str], optional: frozenset[str] = frozenset()) -> Doc:
    if not isinstance(table, dict) or not keys <= set(table) or set(table) - keys - optional:
        raise ValueError(f"a table has exactly: {', '.join(sorted(keys))}")
    return table


def _listed(doc: Doc, key: str) -> list[object]:
    found = doc[key]
    if not isinstance(found, list) or not found:
        raise ValueError(f"`{key}` is a list that is not empty")
    return found


def _plan(doc: Doc) -> None:
    _exactly(doc, {"id", "version", "step", *IMPLEMENTED})
    text_of(doc, "id"), text_of(doc, "version")
    for key, value in IMPLEMENTED.items():
        # `False == 0` for Python; a plan that says 0 says something else.
        if type(doc[key]) is not type(value) or doc[key] != value:
            raise ValueError(f"`{key}`: the program does {value!r} and nothing else")
    steps = [_exactly(each, {"id", "says"}) for each in _listed(doc, "step")]
    if [text_of(step, "id") for step in steps] != STEPS or not all(text_of(step, "says") for step in steps):
        raise ValueError(f"the steps are {', '.join(STEPS)}, in this order")


def _of_request(declared: Doc) -> frozenset[str]:
    """Names of the facts that are the same for all rows of a request."""
    listed = declared.get("fact", [])
    tables = [f for f in listed if isinstance(f, dict)] if isinstance(listed, list) else []
    return frozenset(str(f.get("name")) for f in tables if f.get("level") == "request")


def _contest(doc: Doc, clauses: Mapping[str, frozenset[str]], of_request: frozenset[str]) -> None:
    _exactly(doc, {"id", "question", "element", "reading"})
    element, question = text_of(doc, "element"), text_of(doc, "id")
    if not text_of(doc, "question") or element not in clauses:
        raise ValueError("a question is about one element of this rulebook")
    keys = {"id", "says", "argued_by", "status", "strictness"}
    readings = [_exactly(each, keys, EASES) for each in _listed(doc, "reading")]
    for each in readings:
        for key in ("id", "says", "argued_by", "status"):
            text_of(each, key)
        if type(each["strictness"]) is not int:
            raise ValueError("`strictness` is a whole number")
        _eases(each, clauses[element], of_request)
    strictness = [each["strictness"] for each in readings]
    if len(set(strictness)) < len(readings) or len({each["id"] for each in readings}) < len(readings):
        raise ValueError("no two readings have one id, or are equally strict")
    decides = max(readings, key=lambda each: int(each["strictness"]))
    if EASES & set(decides) or IMPLEMENTED.get(question, decides["id"]) != decides["id"]:
        raise ValueError("the strictest reading decides; it sets nothing aside, and is the one the match plan states")


def _eases(reading: Doc, codes: frozenset[str], of_request: frozenset[str]) -> None:
    """ValueError when what a reading does not ask for is not said in one of the forms that are counted."""
    for key in ("sets_aside", "sets_aside_open"):
        aside = reading.get(key, [])
        if not isinstance(aside, list) or not set(aside) <= codes:
            raise ValueError(f"`{key}` is a list of codes of the element's clauses")
    if type(reading.get("any_year", False)) is not bool:
        raise ValueError("`any_year` is true or false")
    if "where" in reading and not set(facts_of(read_expression(reading["where"], {}))) <= of_request:
        raise ValueError("`where` asks only what is the same for the whole request")


def _gaps(doc: Doc, clauses: Mapping[str, frozenset[str]]) -> None:
    _exactly(doc, {"gap"})
    accepted = frozenset(("accepted_by", "accepted_on"))
    for gap in _listed(doc, "gap"):
        table = _exactly(gap, {"element", "says", "met_by"}, accepted)
        element = text_of(table, "element")
        if element not in clauses or not text_of(table, "says") or table["met_by"] not in MET_BY:
            raise ValueError(f"`{element}`: a gap is of one element of this rulebook and met by {', '.join(MET_BY)}")
        if not accepted <= set(table):
            raise ValueError(f"`{element}`: nobody has accepted this gap; a named person has to, with the day")
        if not text_of(table, "accepted_by") or not _day(table["accepted_on"]):
            raise ValueError(f"`{element}`: `accepted_by` names a person, `accepted_on` is a date")


def _day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
