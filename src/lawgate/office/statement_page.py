# SPDX-License-Identifier: Apache-2.0
"""A statement as somebody reads it: plain words in English or Spanish, as a page for a screen and a page to keep."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined

from lawgate.ledger.leaf import parse
from lawgate.model.fault import Refused
from lawgate.office.accounting import ROOT, as_day
from lawgate.ports.accounting import Pdf

LANGUAGES = ("en", "es")
_WORDS, _PAGE = "statement.toml", "statement.html.j2"
Doc = Mapping[str, Any]


def languages(wanted: str) -> tuple[str, ...]:
    """The languages of a word: one of them, or `both`. Refused E_LANGUAGE for another word."""
    if wanted != "both" and wanted not in LANGUAGES:
        raise Refused("E_LANGUAGE", "a statement is written in en, in es, or in both")
    return LANGUAGES if wanted == "both" else (wanted,)


def page(data: bytes, language: str, *, synthetic: bool = True) -> dict[str, Any]:
    """What both pages say, from the bytes of a statement. KeyError for a language that is not there.

    Nothing of the statement but days, codes and the custodian's words enters it; no number of anybody is in there.
    """
    doc, words = json.loads(data), _words()[language]
    rows = list(_rows(doc, words, language))
    counted = {"entries": len(doc["entries"]), "acts": _acts(doc)}
    through = next(leaf.number("through") for leaf in map(_leaf, doc["leaves"]) if leaf.kind == ROOT)
    law = [f"{each[f'says_{language}']} ({each['citation']})" for each in doc["law"] if each["kind"] == "law"]
    return {
        "lang": language,
        "title": words["title"],
        "synthetic": words["synthetic"] if synthetic else "",
        "answer": words["answer_some" if doc["entries"] else "answer_none"].format(**counted),
        "always": words["always"],
        "reach": words["reach"].format(through=through, day=doc["made_at"][:10]),
        "list_title": words["list_title"],
        "head": words["head"],
        "rows": rows,
        "sections": [
            {"title": words["rights_title"], "lines": law},
            {"title": words["proof_title"], "lines": words["proof"]},
            {"title": words["cannot_title"], "lines": words["cannot"]},
        ],
    }


def html(said: Mapping[str, Any]) -> bytes:
    """The page for a screen: one file, no script, nothing fetched, a table with headers, the language named."""
    made = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    return made.from_string(_text(_PAGE)).render(said).encode()


def pdf(maker: Pdf, data: bytes, said: Mapping[str, Any]) -> bytes:
    """The page to keep, dated as the statement is."""
    return maker.make("statement", said, int(datetime.fromisoformat(json.loads(data)["made_at"]).timestamp()))


def _words() -> Mapping[str, Any]:
    return tomllib.loads(_text(_WORDS))


def _text(name: str) -> str:
    return (resources.files("lawgate.office") / "pages" / name).read_text("utf-8")


def _leaf(each: Mapping[str, Any]) -> Any:
    return parse(each["leaf"].encode())


def _acts(doc: Doc) -> int:
    opened = [entry["opened"] for entry in doc["entries"] if entry["opened"] is not None]
    return len({(each["prepared"], each["row"]) for each in opened if each["kind"] == "handed_out"})


def _rows(doc: Doc, words: Mapping[str, Any], language: str) -> Iterator[list[str]]:
    told = {(each["prepared"], each["row"]): each for each in doc["told"]}
    law = {each["id"]: each for each in doc["law"]}

    def spoken(word: str) -> str:
        return str(law.get(word, {}).get(f"says_{language}", word))

    for entry in doc["entries"]:
        day, opened = as_day(entry["day"]).isoformat(), entry["opened"]
        if opened is None:
            until, why = as_day(entry["until"]).isoformat(), law.get(entry["authority"], {})
            yield [
                day,
                words["sealed"].format(until=until),
                "",
                "",
                why.get(f"says_{language}", ""),
                _cited(entry, why),
            ]
        else:
            about = told[(opened["prepared"], opened["row"])]
            held = ", ".join([spoken(each) for each in about["fields"]] + [str(year) for year in about["years"]])
            who, why = spoken(about["recipient"]), spoken(about["purpose"])
            yield [day, words[opened["kind"]], who, held, why, about["citation"]]


def _cited(entry: Doc, why: Mapping[str, str]) -> str:
    return str(why.get("citation", entry["authority"]))
