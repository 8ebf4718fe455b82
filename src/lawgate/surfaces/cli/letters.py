# SPDX-License-Identifier: Apache-2.0
"""A decision as a letter in plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from lawgate.decide.explain import Paragraph
from lawgate.office.explain import Explained

WIDTH = 96


def render(found: Explained) -> str:
    """The letter as lines of at most 96 characters. It names elements and citations, and no personal value."""
    return "\n".join(_lines(found))


def _lines(found: Explained) -> Iterator[str]:
    letter = found.letter
    yield f"Batch {found.batch}, row {found.row.row_id} (line {found.row.line} of rows.csv)"
    yield f"Authority relied on: {found.citation or 'none in force'}"
    yield f"Rulebook {found.rulebook}, law as of {found.as_of}"
    yield ""
    yield f"{letter.row_outcome}. {letter.headline}"
    if letter.grants:
        yield f"What the statute allows to be sent: {'; '.join(letter.grants)}."
        yield f"Others living at the address: {found.row.others}, of them minors: {found.row.minors}."
    for title, paragraphs in (
        ("What stands in the way", letter.against),
        ("What the request as a whole shows (the row's own outcome does not rest on it)", letter.batch),
        ("What is shown for this row", letter.shown),
    ):
        if paragraphs:
            yield f"\n{title}:"
            for paragraph in paragraphs:
                yield from _paragraph(paragraph)
        if paragraphs is letter.batch and letter.batch:
            yield f"  The busiest officer of this request would have {found.load:,.2f} seconds a year for each case."
    if letter.routes:
        yield "\nAnother route:"
    for route in letter.routes:
        yield from textwrap.wrap(route, WIDTH, initial_indent="  - ", subsequent_indent="    ")
    if letter.orders:
        yield f"\nOrders that cover it: {', '.join(letter.orders)}. While they stand nothing leaves."
    yield f"\nTogether: {letter.outcome}. The decision is in the log, under leaf {found.leaf}."
    if found.since is not None:
        orders = f", under {', '.join(found.since.orders)}" if found.since.orders else ", under no order"
        yield f"Decided again since: {found.since.outcome}{orders}; leaf {found.since.leaf}."
    for each in found.handouts:
        arrived = f"sent in leaf {each.sent}" if each.sent is not None else "whether it arrived is not known"
        yield f"Handed out in leaf {each.leaf}, and so disclosed; {arrived}."
    yield f"For the file, not for the requester, who is told: {', '.join(letter.outside)}."
    if found.changed:
        yield "WARNING: deciding this row again does not give the decision that is stored."


def _paragraph(p: Paragraph) -> Iterator[str]:
    text = f"{p.question} {p.stands.capitalize()}: {p.why}."
    yield from textwrap.wrap(text, WIDTH, initial_indent="  - ", subsequent_indent="    ")
    yield f"    [{p.citation}, {p.element}]"
    if p.cure:
        yield from textwrap.wrap(f"To cure: {p.cure}", WIDTH, initial_indent="    ", subsequent_indent="    ")
