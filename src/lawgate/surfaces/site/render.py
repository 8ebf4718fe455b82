# SPDX-License-Identifier: Apache-2.0
"""The public pages, and the page of a yearly report, as bytes by file name. Everything they need lies beside them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from lawgate.office.public import Pages
from lawgate.office.reports import Sheet
from lawgate.office.reports_files import Row, numbers_csv, rows, trace_csv
from lawgate.office.statistics_cells import ALL, SMALL

INDEX, STYLE = "site.json", "style.css"
SYNTHETIC = "synthetic"
HERE = files("lawgate.surfaces.site")
ENGLISH = (
    ("today", "index.html"),
    ("rights", "rights.html"),
    ("sheet", "sheet.html"),
    ("register", "register.html"),
    ("statistics", "statistics.html"),
    ("checkpoints", "checkpoints.html"),
)
SPANISH = (
    ("today", "hoy.html"),
    ("rights", "derechos.html"),
    ("sheet", "hoja.html"),
    ("register", "registro.html"),
    ("statistics", "estadisticas.html"),
    ("checkpoints", "puntos.html"),
)
MENUS = {"en": ENGLISH, "es": SPANISH}
OTHER = {"en": "es", "es": "en"}
COUNTED = (
    "Requests are those that came in during the year. Instances are records whose key was handed out, counted again "
    "when it was handed out again. Taxpayers are counted once in each line, so that a total can be less than its "
    "parts. The year runs by UTC."
)
MOVED = (
    "The custodian's records were imported anew during the time the disclosures rest on, and the same person may have "
    "been given another handle: the numbers of taxpayers are upper bounds."
)
HIDDEN = (
    f"A line with 1 to {SMALL - 1} people is not shown, and neither are the lines from which it could be worked out."
)
CITATION = re.compile(r"(\[[^\]]+\])")


def site(pages: Pages) -> Mapping[str, bytes]:
    """Every file of the site by its name; `site.json` has the SHA-256 of all others, `index.html` comes last."""
    page = _environment()
    made = {STYLE: _text(STYLE).encode()}
    made |= {"checkpoint": pages.checkpoint.encode(), "policy.txt": pages.policy.encode()}
    for sheet in pages.statistics.sheets if pages.statistics else ():
        made[f"data/{sheet.year}.csv"] = numbers_csv(sheet)
        made[f"data/{sheet.year}-trace.csv"] = trace_csv(sheet)
    for lang, menu in MENUS.items():
        for key, name in menu:
            made[name] = _one(page, pages, key, name, lang)
    made[INDEX] = _index(pages, made)
    return {name: made[name] for name in sorted(made, key=lambda name: (name == "index.html", name))}


def report(sheet: Sheet, profile: str) -> bytes:
    """One report as a page that stands alone."""
    made = _environment().get_template("report.html.j2")
    synthetic, notes = profile == SYNTHETIC, _notes(sheet)
    return made.render(sheet=sheet, rows=rows(sheet), synthetic=synthetic, t=_words()["en"], notes=notes).encode()


def report_data(sheet: Sheet, profile: str) -> Mapping[str, object]:
    """The same report as data for a page to keep."""
    at_most = ", at most" if sheet.at_most else ""
    marks = [_words()["en"]["synthetic"]] if profile == SYNTHETIC else []
    marks += ["DRAFT: the year is not over. Every number will change."] if sheet.draft else []
    if sheet.kind.every_number:
        marks.append("CONFIDENTIAL: every number is given, also small ones. Not for publication.")
    notes = _notes(sheet)
    purposes = [f"{each.provision}: {each.says} [{each.citation}]" for each in sheet.purposes]
    return {
        "lang": "en",
        "title": f"{sheet.kind.title}, {sheet.year}",
        "marks": marks,
        "lead": f"For {sheet.kind.audience}. [{sheet.kind.citation}] Due by {sheet.due}.",
        "says": sheet.kind.says,
        "head": ["Agency", "Authority", "Requests", "Instances", f"Taxpayers{at_most}"],
        "rows": [list(_cells(row)) for row in rows(sheet) if not row.shown or row.requests or row.instances],
        "notes": notes,
        "sections": [
            {"title": "General purposes", "lines": purposes or ["Nothing was disclosed."]},
            {"title": "What is not in this report", "lines": [f"{says} [{cite}]" for says, cite in sheet.left_out]},
            {
                "title": "How to check it",
                "lines": [f"Counted from the first {sheet.size:,} entries of the log. Their root: {sheet.root}"],
            },
        ],
    }


def _notes(sheet: Sheet) -> list[str]:
    """What has to be said beside the numbers."""
    notes = [COUNTED]
    if sheet.elsewhere:
        others = " and in ".join(sheet.elsewhere)
        notes.append(
            f"This is the part of the year that this log holds. Another part may be in {others}. "
            "Requests and instances of both add up; taxpayers may be the same ones."
        )
    notes += [MOVED] if sheet.at_most else []
    return notes if sheet.kind.every_number else [*notes, HIDDEN]


def _cells(row: Row) -> Iterator[str]:
    yield "All agencies" if row.agency == ALL else row.agency
    yield row.provision
    for number in (row.requests, row.instances, row.taxpayers):
        yield "not shown" if number is None else f"{number:,}"


def _one(page: Environment, pages: Pages, key: str, name: str, lang: str) -> bytes:
    """One page: what the rulebook says to people where it has a text of that name, else the page of its own."""
    text = pages.texts.get((key, lang))
    return (
        page.get_template(f"{key if text is None else 'text'}.html.j2")
        .render(
            p=pages,
            t=_words()[lang],
            text=text,
            lang=lang,
            other=OTHER[lang],
            here=name,
            twin=dict(MENUS[OTHER[lang]])[key],
            menu=MENUS[lang],
            synthetic=pages.profile == SYNTHETIC,
            rows_of=rows,
            few=SMALL - 1,
        )
        .encode()
    )


def _index(pages: Pages, made: Mapping[str, bytes]) -> bytes:
    listed = {name: sha256(made[name]).hexdigest() for name in sorted(made)}
    text = {"format": "lawgate-site-1", "at": pages.at, "size": pages.size, "root": pages.root, "files": listed}
    return (json.dumps(text, indent=1) + "\n").encode()


def _environment() -> Environment:
    # What is not there is an error: a page that leaves something out silently would be worse than none.
    made = Environment(
        loader=FunctionLoader(lambda name: _text(name if name == STYLE else f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["n"] = lambda number: f"{number:,}"
    made.filters["cited"] = _cited
    return made


def _cited(text: str) -> Markup:
    """Text with each reference in brackets marked as one."""
    # The number of a title and the name of its code stay on one line.
    parts = CITATION.split(text.replace(" U.S.C. ", "\N{NO-BREAK SPACE}U.S.C.\N{NO-BREAK SPACE}"))
    return Markup("").join(
        Markup('<span class="cite">{}</span>').format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )


def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_text("words.toml"))


def _text(name: str) -> str:
    return HERE.joinpath(name).read_text("utf-8")
