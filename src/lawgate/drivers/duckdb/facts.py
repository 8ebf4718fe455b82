# SPDX-License-Identifier: Apache-2.0
"""Typed facts as columns, from the claims' text. Declared in the rulebook; derivations by rule are here."""

from __future__ import annotations

from collections.abc import Sequence

from lawgate.drivers.duckdb.clauses import literal
from lawgate.drivers.duckdb.connection import quote
from lawgate.drivers.duckdb.forms import facility
from lawgate.law.rulebook import FactKind, Rulebook
from lawgate.model.request import Officers
from lawgate.ports.engine import Plan

YEARS = "^[0-9]{4}(;[0-9]{4})*$"
PERSON = r"person\.[A-Za-z0-9._-]+"
NAMED = r"^person\.[A-Za-z0-9._-]+(;person\.[A-Za-z0-9._-]+)*$"
# Rules that need nothing but one text of the claim.
OF_TEXT = {
    "periods": "taxable_periods",
    "periods_closed": "taxable_periods",
    "periods_in_order": "taxable_periods",
    "engaged_official": "engaged_official",
    "engaged_registered": "engaged_official",
    "recipients_named": "recipients",
    "recipients_registered": "recipients",
}
BASE_YEAR = 1980
LAST_YEAR = BASE_YEAR + 61


def typed(column: str, kind: str) -> str:
    """A text column as a typed fact: a blank text is known, a blank or unreadable date or flag is unknown."""
    match kind:
        case "date":
            shaped = f"regexp_full_match({column}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}')"
            return f"CASE WHEN {shaped} THEN TRY_CAST({column} AS DATE) END"
        case "flag":
            return f"CASE {column} WHEN 'yes' THEN true WHEN 'no' THEN false END"
        case "number":
            return f"CASE WHEN regexp_full_match({column}, '[0-9]{{1,9}}') THEN TRY_CAST({column} AS BIGINT) END"
        case _:
            return column


def looked_up(fact: FactKind, by: str, rulebook: Rulebook) -> str:
    """A register look-up: by the whole text, else the declared value. A date that is not stated is unknown.

    An entry that says `covers = "section"` also stands for texts that go on with a bracket after its key.
    """
    register = rulebook.registers[fact.lookup]
    entries = sorted(register.items())
    whole = _listed_under([(key, e[fact.takes]) for key, e in entries], by)
    section = [(key, e[fact.takes]) for key, e in entries if e.get("covers") == "section"]
    below = _listed_under(section, f"trim(split_part({by}, '(', 1), ' ')")
    found = f"coalesce({whole}, {below}, {quote(fact.otherwise)})"
    found = f"TRY_CAST({found} AS DATE)" if fact.type == "date" else found
    return f"CASE WHEN {by} IS NOT NULL THEN {found} END"


def _listed_under(pairs: Sequence[tuple[str, str]], key: str) -> str:
    # A CASE says the same, and the database takes three times as long to read it.
    keys, values = (", ".join(quote(pair[side]) for pair in pairs) for side in (0, 1))
    return f"map([{keys}], [{values}])[{key}]" if pairs else "CAST(NULL AS VARCHAR)"


def years_mask(column: str) -> str:
    """Listed tax years as bits (bit k is year 1980+k); years outside the range make it zero bits."""
    year = "CAST(y AS INTEGER)"
    bit = f"CASE WHEN {year} BETWEEN {BASE_YEAR} AND {LAST_YEAR} THEN 1::BIGINT << ({year} - {BASE_YEAR}) ELSE 0 END"
    bits = f"list_transform(string_split({column}, ';'), lambda y: {bit})"
    shaped = f"regexp_full_match({column}, {quote(YEARS[1:-1])})"
    return f"CASE WHEN {shaped} THEN list_reduce({bits}, lambda a, b: a | b) ELSE 0 END"


def rule_columns(plan: Plan) -> dict[str, str]:
    """SQL for each derivation by rule that a claim's own columns decide."""
    signed = plan.facts.get("request.signed_on")
    year = f"year({literal(signed, 'date')})"
    latest = "CAST(list_max(string_split(taxable_periods, ';')) AS INTEGER)"
    shaped = f"regexp_full_match(taxable_periods, {quote(YEARS[1:-1])})"
    listed = "len(list_distinct(string_split(taxable_periods, ';')))"
    named = f"regexp_full_match(engaged_official, {quote(PERSON)})"
    serves = serving(plan.officers, "engaged_official")
    return {
        "engaged_in_agency": f"CASE WHEN engaged_agency <> '' THEN engaged_agency = {quote(plan.agency)} END",
        "engaged_registered": f"CASE WHEN {named} THEN {serves} END",
        "recipients_registered": each_serving(plan.officers, "recipients"),
        "periods_in_offense": periods_between('"case.offense_from"', '"case.offense_to"'),
        "named_in_order": _listed(plan.order.rows if plan.order else None, "row_id"),
        "periods_in_order": _years_within(plan.order.years if plan.order else None),
        "engaged_official": f"CASE WHEN {named} THEN engaged_official ELSE '' END",
        "recipients_named": f"regexp_matches(recipients, {quote(NAMED)})",
        "name_form": "name_form",
        "address_grade": "grade",
        "facility": facility(plan.addresses),
        "periods": f"CASE WHEN taxable_periods = '' THEN 0 WHEN {shaped} THEN {listed} END",
        "reason_cites_only": _says_only("reason_text", '"case.statute"', '"case.statute_title"'),
        "periods_closed": f"CASE WHEN {shaped} THEN {latest} < {year} END",
    }


def _says_only(column: str, *texts: str) -> str:
    """Whether a text is one of `texts` and nothing besides, whatever its capitals, spaces and full stops."""

    def bare(text: str) -> str:
        return f"lower(replace(replace({text}, ' ', ''), '.', ''))"

    def first(text: str) -> str:
        return f"lower(left({text}, 1))"

    # Taking long reasons apart is dear. Those that begin with another letter than any of `texts` are none of them.
    padded = " OR ".join(f"{first(text)} IN (' ', '.')" for text in (column, *texts))
    alike = f"{padded} OR {first(column)} IN ({', '.join(map(first, texts))})"
    whole = f"{column} <> '' AND {bare(column)} IN ({', '.join(map(bare, texts))})"
    return f"CASE WHEN {column} <> '' AND NOT ({alike}) THEN false ELSE {whole} END"


def _people(ids: frozenset[str]) -> str:
    # One text is far cheaper for the database to read than a list of tens of thousands of them.
    return f"(SELECT unnest(string_split({quote(';'.join(sorted(ids)))}, ';')))"


def serving(officers: Officers, person: str) -> str:
    """Whether a person serves in the asking agency: false for one known to serve elsewhere, NULL for one not known."""
    own, elsewhere = _people(officers.own), _people(officers.elsewhere)
    known = f"WHEN {person} IN {own} THEN true WHEN {person} IN {elsewhere} THEN false"
    return f"CASE WHEN {person} = '' THEN NULL {known} END"


def each_serving(officers: Officers, people: str) -> str:
    """Whether each of several people (`;` between them) serves in the asking agency, as `serving` says it of one."""
    one = serving(officers, "x")
    listed = f"FROM unnest(string_split({people}, ';')) AS u(x)"
    told = f"WHEN bool_or(({one}) = false) THEN false WHEN bool_and(({one}) IS NOT NULL) THEN true"
    return f"(SELECT CASE {told} END {listed})"


def periods_between(first: str, last: str) -> str:
    """Whether at least one listed tax year touches the days between two dates; NULL when a date is not known."""
    shaped = f"regexp_full_match(taxable_periods, {quote(YEARS[1:-1])})"
    inside = f"CAST(y AS INTEGER) BETWEEN year({first}) AND year({last})"
    touched = f"len(list_filter(string_split(taxable_periods, ';'), lambda y: {inside})) > 0"
    return f"CASE WHEN {first} IS NOT NULL AND {last} IS NOT NULL AND {shaped} THEN {first} <= {last} AND {touched} END"


def _listed(texts: frozenset[str] | None, column: str) -> str:
    return "CAST(NULL AS BOOLEAN)" if texts is None else f"{column} IN ({', '.join(map(quote, sorted(texts)))})"


def _years_within(years: frozenset[int] | None) -> str:
    """Whether every listed tax year is one of `years`; NULL without them."""
    if years is None:
        return "CAST(NULL AS BOOLEAN)"
    shaped = f"regexp_full_match(taxable_periods, {quote(YEARS[1:-1])})"
    each = f"list_has_all([{', '.join(quote(str(y)) for y in sorted(years))}], string_split(taxable_periods, ';'))"
    return f"CASE WHEN {shaped} THEN {each} END"


def claim_facts(plan: Plan, level: str) -> dict[str, str]:
    """Fact name -> SQL over the claim's columns, for facts of one level (`case` or `row`)."""
    rules = rule_columns(plan)
    made: dict[str, str] = {}
    for fact in plan.rulebook.facts.values():
        if fact.level != level:
            continue
        if fact.column:
            made[fact.name] = typed(fact.column, fact.type)
        elif fact.lookup:
            made[fact.name] = looked_up(fact, made[fact.by], plan.rulebook)
        else:
            made[fact.name] = rules[fact.rule]
    return made


def by_text(plan: Plan, level: str) -> dict[str, dict[str, str]]:
    """Column -> fact name -> SQL, for facts of one level that follow from that column alone and are dear to find.

    A request says the same few texts many times over: such a fact is found once for each of them.
    """
    made = claim_facts(plan, level)
    found: dict[str, dict[str, str]] = {}
    for name in made:
        column = _root(plan.rulebook.facts[name], plan.rulebook)
        if column and not plan.rulebook.facts[name].column:
            found.setdefault(column, {})[name] = made[name]
    return found


def _root(fact: FactKind, rulebook: Rulebook) -> str:
    """The one column a fact follows from, or ''."""
    if fact.lookup:
        return _root(rulebook.facts[fact.by], rulebook)
    return fact.column or OF_TEXT.get(fact.rule, "")


def request_facts(plan: Plan) -> dict[str, str]:
    """The facts of the request as literals: they are the same for every row."""
    kinds = plan.rulebook.facts
    return {n: literal(plan.facts.get(n), k.type) for n, k in kinds.items() if k.level == "request"}
