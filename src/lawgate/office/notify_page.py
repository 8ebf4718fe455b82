# SPDX-License-Identifier: Apache-2.0
"""A notice as people read it: the words of the mail, and the page that is filed with the court."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

from lawgate.docket.clock import spoken
from lawgate.ports.accounting import Pdf
from lawgate.protocol.notice import ActNotice, Notice, digest_of

_WORDS = "notice.toml"


@dataclass(frozen=True, slots=True)
class ActTold:
    """A notice of an act that loosens, and when it was written."""

    notice: ActNotice
    made_at: datetime


def subject(notice: Notice | ActTold) -> str:
    """The subject of the mail."""
    words = _words()
    if isinstance(notice, Notice):
        return str(words["subject"]).format(package=notice.package)
    return str(words["act_subject"]).format(order=notice.notice.order)


def letter(notice: Notice | ActTold, paper: bytes) -> str:
    """The words of the mail: the page as plain text."""
    said = page(notice, paper)
    lines = [said["title"], "", said["synthetic"], ""]
    lines += [f"{name}: {value}" for name, value in said["facts"]]
    for section in said["sections"]:
        lines += ["", section["title"], *section["lines"]]
    return "\n".join(lines) + "\n"


def page(notice: Notice | ActTold, paper: bytes) -> dict[str, Any]:
    """What the page says, every value a text."""
    words = _words()
    if isinstance(notice, Notice):
        title, facts, sections = words["title"], _transfer(notice, words["fact"]), words["section"]
    else:
        title, facts, sections = words["act_title"], _act(notice, words["fact"]), words["act_section"]
    facts += [(words["fact"]["made_at"], spoken(notice.made_at)), (words["fact"]["digest"], digest_of(paper))]
    return {
        "lang": "en",
        "title": title,
        "synthetic": words["synthetic"],
        "facts": [list(each) for each in facts],
        "sections": [{"title": each["title"], "lines": list(each["lines"])} for each in sections],
    }


def pdf(maker: Pdf, notice: Notice | ActTold, paper: bytes) -> bytes:
    """The page to file, dated as the notice is."""
    return maker.make("notice", page(notice, paper), int(notice.made_at.timestamp()))


def _transfer(notice: Notice, name: Mapping[str, str]) -> list[tuple[str, str]]:
    found = [
        (name["court"], _each(order.court for order in notice.orders)),
        (name["docket_number"], _each(order.docket_number for order in notice.orders)),
        (name["order"], _each(order.order for order in notice.orders)),
        (name["package"], notice.package),
        (name["people"], f"{notice.people:,}"),
        (name["provision"], notice.citation),
        (name["recipient"], notice.recipient),
        (name["set"], notice.set),
    ]
    hours = [name["hours_of"].format(hours=order.hours, order=order.order) for order in notice.orders]
    return [*found, (name["hours"], "; ".join(hours)), (name["parties"], _each(each.party for each in notice.parties))]


def _act(notice: ActTold, name: Mapping[str, str]) -> list[tuple[str, str]]:
    said = notice.notice
    return [
        (name["order"], said.order),
        (name["act"], f"{said.act} ({said.kind})"),
        (name["instrument"], said.instrument),
        (name["document"], said.document),
        (name["effective"], spoken(said.effective)),
        (name["parties"], _each(said.parties)),
    ]


def _each(found: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(found))


def _words() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("lawgate.office") / "pages" / _WORDS).read_text("utf-8"))
