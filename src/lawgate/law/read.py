# SPDX-License-Identifier: Apache-2.0
"""Text of a rulebook to a Rulebook as it stands on one day. Every fault is reported at once; doubt does not load."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise

from lawgate.law.elements import Doc, Reading, clauses_of
from lawgate.law.rulebook import Element, FactKind, Provision, Rulebook
from lawgate.model.fault import Fault, Faulty, Scope
from lawgate.model.form import Ceilings, missing_parts
from lawgate.model.layout import Column, Layout
from lawgate.model.period import UNTIL_FURTHER_NOTICE, Span

MODALS = ("shall", "may")
FACT_TYPES = ("text", "date", "flag", "number")


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) over all files of the rulebook: name, length and bytes of each, in name order."""
    h = hashlib.sha256(b"lawgate-rulebook-v1\0")
    for name in sorted(files):
        h.update(f"{name}\0{len(files[name])}\0".encode())
        h.update(files[name])
    return h.hexdigest()


def read_rulebook(files: Mapping[str, bytes], day: date) -> Rulebook:
    """The rulebook in force on `day`, from relative file name -> bytes. Raises Faulty with every fault found."""
    faults: list[Fault] = []
    docs = {name: _toml(name, raw, faults) for name, raw in files.items() if name.endswith(".toml")}
    if faults:
        raise Faulty(tuple(faults))
    head, declared = docs.get("rulebook.toml", {}), docs.get("facts.toml", {})
    parameters = _parameters(docs, day, faults)
    registers = {_stem(n): _register(n, d, faults) for n, d in docs.items() if n.startswith("registers/")}
    facts = _facts(declared, faults)
    reading = Reading(day, {f"parameter:{k}": v for k, v in parameters.items()}, facts, faults)
    provisions: dict[str, Provision] = {}
    for name, doc in sorted(docs.items()):
        if name.startswith("provisions/"):
            _add_provision(name, doc, reading, provisions)
    ceilings = _ceilings(head, faults)
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
    )


def read_layout(files: Mapping[str, bytes]) -> Layout:
    """The layout of the two CSV files from `facts.toml`: columns in the order they are declared."""
    doc = tomllib.loads(files["facts.toml"].decode())
    made: dict[str, list[Column]] = {"cases": [], "rows": []}
    for c in doc["column"]:
        made[c["file"]].append(
            Column(c["name"], c["kind"], c["limit"], c.get("required", False), tuple(c.get("choices", ())))
        )
    return Layout(tuple(made["cases"]), tuple(made["rows"]))


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


def _span(table: Mapping[str, object], start: str, end: str) -> Span:
    first, last = table.get(start), table.get(end)
    if not isinstance(first, date):
        raise ValueError(f"`{start}` must be a date")
    if last != UNTIL_FURTHER_NOTICE and not isinstance(last, date):
        raise ValueError(f"`{end}` must be a date or `{UNTIL_FURTHER_NOTICE}`")
    return Span(first, last if isinstance(last, date) else None)


def _parameters(docs: Mapping[str, Doc], day: date, faults: list[Fault]) -> dict[str, object]:
    spans: dict[str, list[tuple[Span, object]]] = {}
    for name, p in _tables(docs, "parameters/", "parameter"):
        try:
            if not (p.get("citation") and p.get("reason")):
                raise ValueError("a parameter needs a citation and a reason")
            spans.setdefault(str(p["name"]), []).append((_span(p, "from", "to"), p["value"]))
        except (KeyError, ValueError) as wrong:
            faults.append(_fault(name, "L_PARAMETER", f"parameter {p.get('name', '?')}: {wrong}"))
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


def _tables(docs: Mapping[str, Doc], folder: str, key: str) -> Iterator[tuple[str, Doc]]:
    for name, doc in sorted(docs.items()):
        if name.startswith(folder):
            for table in doc.get(key, []):
                yield name, table


def _register(name: str, doc: Doc, faults: list[Fault]) -> dict[str, dict[str, str]]:
    key, entries = str(doc.get("key", "")), doc.get("entry", [])
    made: dict[str, dict[str, str]] = {}
    for e in entries:
        if not e.get(key) or not e.get("source") or "checked_by" not in e:
            faults.append(_fault(name, "L_REGISTER", "an entry needs its key, a source and checked_by (may be empty)"))
        elif e[key] in made:
            faults.append(_fault(name, "L_REGISTER", f"{e[key]} is listed twice"))
        else:
            made[e[key]] = {k: str(v) for k, v in e.items()}
    return made


def _facts(doc: Doc, faults: list[Fault]) -> dict[str, FactKind]:
    made: dict[str, FactKind] = {}
    for f in doc.get("fact", []):
        column, rule, lookup = (str(f.get(k, "")) for k in ("column", "rule", "lookup"))
        sources = sum(map(bool, (column, rule, lookup)))
        if f.get("type") not in FACT_TYPES or sources != 1 or f["name"] in made:
            faults.append(_fault("facts.toml", "L_FACT", f"{f.get('name', '?')}: one type and one source, named once"))
            continue
        by, takes, otherwise = (str(f.get(k, "")) for k in ("by", "takes", "otherwise"))
        made[f["name"]] = FactKind(f["name"], f["type"], f["level"], column, rule, lookup, by, takes, otherwise)
    return made


def _ceilings(head: Doc, faults: list[Fault]) -> Ceilings:
    for key in ("id", "version", "snapshot"):
        if key not in head:
            faults.append(_fault("rulebook.toml", "L_HEAD", f"`{key}` is missing"))
    try:
        return Ceilings(**head.get("ceilings", {}))
    except (TypeError, ValueError) as wrong:
        faults.append(_fault("rulebook.toml", "L_CEILING", str(wrong)))
        return Ceilings()


def _add_provision(name: str, doc: Doc, reading: Reading, into: dict[str, Provision]) -> None:
    try:
        span = _span(doc.get("in_force", {}), "start", "end")
        if reading.day not in span:
            return
        made = _provision(name, doc, span, reading)
        if made.id in into:
            raise ValueError("two texts of one provision are in force on one day")
        into[made.id] = made
    except (KeyError, ValueError) as wrong:
        reading.faults.append(_fault(name, "L_PROVISION", str(wrong)))


def _provision(name: str, doc: Doc, span: Span, reading: Reading) -> Provision:
    form = dict(doc.get("form", {}))
    if lost := missing_parts(form):
        raise ValueError(f"the form floor is not carried: {', '.join(lost)}")
    if doc["modal"] not in MODALS or not doc["fields"] or not doc.get("element"):
        raise ValueError("a provision needs `shall` or `may`, its fields, and at least one element")
    elements = tuple(
        Element(e["id"], e["citation"], e["question"], e["cure"], clauses_of(name, e, reading)) for e in doc["element"]
    )
    ids = {e.id for e in elements}
    if len(ids) != len(elements):
        raise ValueError("an element is named twice")
    if stray := {v for v in form.values() if v.startswith(f"{doc['id']}.")} - ids:
        raise ValueError(f"the form floor names elements that do not exist: {', '.join(sorted(stray))}")
    return Provision(doc["id"], doc["citation"], doc["title"], doc["modal"], span, tuple(doc["fields"]), elements, form)
