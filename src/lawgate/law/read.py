# SPDX-License-Identifier: Apache-2.0
"""Text of a rulebook to a Rulebook as it stands on one day. Every fault is reported at once; doubt does not load."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from lawgate.law.clocks import check_clocks
from lawgate.law.elements import MISSHAPEN, Doc, Reading, clauses_of, text_of, what_is_wrong
from lawgate.law.parts import check_parts
from lawgate.law.practices import read_agreements, read_practices
from lawgate.law.rulebook import Element, FactKind, Provision, Route, Rulebook
from lawgate.law.spans import span_of
from lawgate.model.fault import Fault, Faulty, Scope
from lawgate.model.form import Ceilings, missing_parts
from lawgate.model.layout import Column, Layout
from lawgate.model.period import Span

MODALS = ("shall", "may")
FACT_TYPES = ("text", "date", "flag", "number")
FACT_LEVELS = ("request", "case", "row", "record", "batch")
WILDCARDS = frozenset(("", "*", "all", "any", "every"))
BESIDE = ("scenarios/", "public/")
"""Folders of a rulebook that no decision rests on: tests of the law, and what people are told about it."""


def plan_digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) over the files of the match plan: name, length and bytes of each, from file name -> bytes."""
    h = hashlib.sha256(b"lawgate-match-v1\0")
    for name in sorted(n for n in files if n.startswith("match/")):
        h.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return h.hexdigest()


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) over the rulebook: name, length and bytes of each file, in name order.

    What lies `BESIDE` the law is no part of it: correcting a sentence there does not make another rulebook.
    """
    h = hashlib.sha256(b"lawgate-rulebook-v1\0")
    for name in sorted(n for n in files if not n.startswith(BESIDE)):
        h.update(f"{name}\0{len(files[name])}\0".encode())
        h.update(files[name])
    return h.hexdigest()


def read_rulebook(files: Mapping[str, bytes], day: date) -> Rulebook:
    """The rulebook in force on `day`, from relative file name -> bytes. Raises Faulty with every fault found."""
    faults: list[Fault] = []
    docs = {name: _toml(name, raw, faults) for name, raw in _law(files).items()}
    if faults:
        raise Faulty(tuple(faults))
    head, declared = docs.get("rulebook.toml", {}), docs.get("facts.toml", {})
    parameters = _parameters(docs, day, faults)
    registers = {_stem(n): _register(n, d, faults) for n, d in docs.items() if n.startswith("registers/")}
    facts = _facts(declared, registers, faults)
    values = {f"parameter:{k}": v for k, v in parameters.items()}
    classes = {field: entry.get("class", "") for field, entry in registers.get("fields", {}).items()}
    reading = Reading(day, values, facts, faults, _routes(docs), classes, str(head.get("authority", "")))
    provisions: dict[str, Provision] = {}
    for name, doc in sorted(docs.items()):
        if name.startswith("provisions/"):
            _add_provision(name, doc, reading, provisions)
    ceilings = _ceilings(head, faults)
    check_parts(docs, faults)
    check_clocks(docs, faults)
    practices, agreements = read_practices(docs, day, faults), read_agreements(docs, day, faults)
    if faults:
        raise Faulty(tuple(faults))
    return Rulebook(
        id=str(head["id"]),
        version=str(head["version"]),
        snapshot=head["snapshot"],
        day=day,
        digest=digest_of(files),
        provisions=provisions,
        facts=facts,
        registers=registers,
        parameters={k: v for k, v in parameters.items() if isinstance(v, str | int | bool)},
        ceilings=ceilings,
        unchecked=sum(not e.get("checked_by") for r in registers.values() for e in r.values()),
        practices=practices,
        agreements=agreements,
    )


def read_layout(files: Mapping[str, bytes]) -> Layout:
    """The layout of the two CSV files from `facts.toml`: columns in the order they are declared."""
    doc = tomllib.loads(files["facts.toml"].decode())
    made: dict[str, list[Column]] = {"cases": [], "rows": []}
    for c in doc["column"]:
        if not re.fullmatch("[a-z][a-z0-9_]*", c["name"]):
            raise ValueError("a column has small letters, digits and _ only")
        made[c["file"]].append(
            Column(c["name"], c["kind"], c["limit"], c.get("required", False), tuple(c.get("choices", ())))
        )
    return Layout(tuple(made["cases"]), tuple(made["rows"]))


def _law(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {n: raw for n, raw in files.items() if n.endswith(".toml") and not n.startswith(BESIDE)}


def _toml(name: str, raw: bytes, faults: list[Fault]) -> Doc:
    try:
        return tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        faults.append(_fault(name, "L_TOML", "the file is not TOML 1.0 in UTF-8"))
        return {}


def _fault(name: str, code: str, mend: str) -> Fault:
    return Fault(Scope.FILE, name, 0, "", code, mend)


def _stem(name: str) -> str:
    return name.rsplit("/", 1)[1].removesuffix(".toml")


def _parameters(docs: Mapping[str, Doc], day: date, faults: list[Fault]) -> dict[str, object]:
    spans: dict[str, list[tuple[Span, object]]] = {}
    listed = [
        (n, p) for n in sorted(docs) if n.startswith("parameters/") for p in _tables(n, docs[n], "parameter", faults)
    ]
    for name, p in listed:
        try:
            if not (p.get("citation") and p.get("reason")):
                raise ValueError("a parameter needs a citation and a reason")
            spans.setdefault(text_of(p, "name"), []).append((span_of(p, "from", "to"), p["value"]))
        except MISSHAPEN as wrong:
            faults.append(_fault(name, "L_PARAMETER", f"parameter {p.get('name', '?')}: {what_is_wrong(wrong)}"))
    for name, dated in spans.items():
        for problem in _unjoined(dated):
            faults.append(_fault("parameters", "L_GAP", f"parameter {name}: {problem}"))
    in_force = {n: v for n, dated in spans.items() for span, v in dated if day in span}
    return {n: tuple(v) if isinstance(v, list) else v for n, v in in_force.items()}


def _unjoined(dated: list[tuple[Span, object]]) -> Iterator[str]:
    ordered = sorted((span for span, _ in dated), key=lambda s: s.start)
    for before, after in pairwise(ordered):
        if before.end != after.start:
            yield f"a gap or overlap of days before {after.start}"


def _tables(name: str, doc: Doc, key: str, faults: list[Fault]) -> list[Doc]:
    found = doc.get(key, [])
    if isinstance(found, list) and all(isinstance(t, dict) for t in found):
        return found
    faults.append(_fault(name, "L_SHAPE", f"`{key}` is a list of tables"))
    return []


def _register(name: str, doc: Doc, faults: list[Fault]) -> dict[str, dict[str, str]]:
    key, made = str(doc.get("key", "")), dict[str, dict[str, str]]()
    for e in _tables(name, doc, "entry", faults):
        if not e.get("source") or not isinstance(e.get("checked_by"), str) or not isinstance(e.get(key), str):
            faults.append(_fault(name, "L_REGISTER", "an entry needs its key, a source and checked_by (may be empty)"))
        elif e[key].strip() == "" or e[key] in made:
            faults.append(_fault(name, "L_REGISTER", f"`{e[key]}` is listed twice, or is no name"))
        else:
            made[e[key]] = {k: str(v) for k, v in e.items()}
    return made


def _facts(doc: Doc, registers: Mapping[str, Mapping[str, Doc]], faults: list[Fault]) -> dict[str, FactKind]:
    made: dict[str, FactKind] = {}
    columns = [(c.get("file"), c.get("name")) for c in _tables("facts.toml", doc, "column", faults)]
    for f in _tables("facts.toml", doc, "fact", faults):
        try:
            fact = _fact(f)
            if fact.name in made:
                raise ValueError("it is declared twice")
            if fact.column and (f"{fact.level}s", fact.column) not in columns:
                raise ValueError("its column is not one of its file")
            _check_lookup(fact, made, registers)
            made[fact.name] = fact
        except MISSHAPEN as wrong:
            faults.append(_fault("facts.toml", "L_FACT", f"{f.get('name', '?')}: {what_is_wrong(wrong)}"))
    return made


def _fact(f: Doc) -> FactKind:
    column, rule, lookup, by, takes, otherwise = (
        str(f.get(k, "")) for k in ("column", "rule", "lookup", "by", "takes", "otherwise")
    )
    if f["type"] not in FACT_TYPES or f["level"] not in FACT_LEVELS or sum(map(bool, (column, rule, lookup))) != 1:
        raise ValueError("a fact has one known type, one known level and one source")
    return FactKind(text_of(f, "name"), f["type"], f["level"], column, rule, lookup, by, takes, otherwise)


def _check_lookup(fact: FactKind, made: Mapping[str, FactKind], registers: Mapping[str, Mapping[str, Doc]]) -> None:
    if not fact.lookup:
        return
    by, register = made.get(fact.by), registers.get(fact.lookup)
    if by is None or by.type != "text" or by.level != fact.level or fact.type not in ("text", "date"):
        raise ValueError("a text or a date is looked up by a text fact of the same level, declared before it")
    if register is None or any(fact.takes not in e for e in register.values()):
        raise ValueError(f"there is no register `{fact.lookup}` in which every entry has `{fact.takes}`")
    if fact.type == "date":
        for text in filter(None, (fact.otherwise, *(e[fact.takes] for e in register.values()))):
            date.fromisoformat(text)


def _ceilings(head: Doc, faults: list[Fault]) -> Ceilings:
    for key, kind in (("id", str), ("version", str), ("authority", str), ("snapshot", date)):
        if not isinstance(head.get(key), kind) or not head[key]:
            faults.append(_fault("rulebook.toml", "L_HEAD", f"`{key}` is missing, or of another type"))
    try:
        stated = dict(head.get("ceilings", {}))
        if any(type(v) is not int for v in stated.values()):
            raise ValueError("a ceiling is a whole number")
        return Ceilings(**stated)
    except (TypeError, ValueError) as wrong:
        faults.append(_fault("rulebook.toml", "L_CEILING", str(wrong)))
        return Ceilings()


def _routes(docs: Mapping[str, Doc]) -> dict[str, Route]:
    """Every provision of the rulebook, whenever it is in force, as a route that a refusal may name."""
    found = [d for n, d in sorted(docs.items()) if n.startswith("provisions/")]
    return {str(d.get("id", "")): Route(*(str(d.get(k, "")) for k in ("id", "citation", "title"))) for d in found}


def _add_provision(name: str, doc: Doc, reading: Reading, into: dict[str, Provision]) -> None:
    try:
        span = span_of(doc.get("in_force", {}), "start", "end")
        if reading.day not in span:
            return
        made = _provision(name, doc, span, reading)
        if made.id in into:
            raise ValueError("two texts of one provision are in force on one day")
        into[made.id] = made
    except MISSHAPEN as wrong:
        reading.faults.append(_fault(name, "L_PROVISION", what_is_wrong(wrong)))


def _provision(name: str, doc: Doc, span: Span, reading: Reading) -> Provision:
    form, fields = dict(doc.get("form", {})), doc["fields"]
    if not all(isinstance(v, str) for v in form.values()):
        raise ValueError("each part of the form floor is a text")
    if lost := missing_parts(form):
        raise ValueError(f"the form floor is not carried: {', '.join(lost)}")
    if doc["modal"] not in MODALS or not doc.get("element"):
        raise ValueError("a provision needs `shall` or `may`, and at least one element")
    if not isinstance(fields, list) or not fields or any(not isinstance(f, str) or f in WILDCARDS for f in fields):
        raise ValueError("a provision names its fields, each of them")
    elements = tuple(_element(name, e, reading) for e in doc["element"])
    _check_names(elements, doc["id"], form)
    id, citation, title = (text_of(doc, key) for key in ("id", "citation", "title"))
    reading.cited(citation)
    reading.cited(form["authority"])
    reaches = _reached(doc, fields, reading.classes)
    return Provision(id, citation, title, doc["modal"], span, tuple(fields), elements, form, reaches)


def _reached(doc: Doc, fields: Sequence[str], classes: Mapping[str, str]) -> tuple[str, ...]:
    """The classes of information a provision reaches; every field it names must be registered as one of them."""
    reaches = doc["reaches"]
    if not isinstance(reaches, list) or not reaches or any(not isinstance(c, str) or c in WILDCARDS for c in reaches):
        raise ValueError("a provision names the classes it reaches, each of them")
    if stray := [f for f in fields if classes.get(f) not in reaches]:
        raise ValueError(f"fields of no class that it reaches: {', '.join(stray)}")
    return tuple(reaches)


def _element(name: str, e: Doc, reading: Reading) -> Element:
    id, citation, question, cure = (text_of(e, key) for key in ("id", "citation", "question", "cure"))
    reading.cited(citation)
    if stray := [r for r in e.get("other_routes", []) if r not in reading.routes]:
        raise ValueError(f"another route that does not exist: {', '.join(map(str, stray))}")
    routes = tuple(reading.routes[r] for r in e.get("other_routes", []))
    return Element(id, citation, question, cure, clauses_of(name, e, reading), routes)


def _check_names(elements: Sequence[Element], provision: str, form: Mapping[str, str]) -> None:
    ids, codes = [e.id for e in elements], [c.code for e in elements for c in e.clauses]
    # Engines and letters find a clause by its code: two of one code would pass for each other.
    if len(set(ids)) != len(ids) or len(set(codes)) != len(codes):
        raise ValueError("an element or the code of a clause is named twice")
    if stray := {v for v in form.values() if v.startswith(f"{provision}.")} - set(ids):
        raise ValueError(f"the form floor names elements that do not exist: {', '.join(sorted(stray))}")
