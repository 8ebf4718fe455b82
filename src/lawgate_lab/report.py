# SPDX-License-Identifier: Apache-2.0
"""The demonstration's report: one HTML file that needs nothing else, with every figure taken from the Story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from lawgate_lab.office import CLERK, REVIEWER

if TYPE_CHECKING:
    from lawgate.decide.explain import Paragraph
    from lawgate.office.explain import Explained
    from lawgate_lab.demo import Story

PAGE = "report.html.j2"
BAR_WIDTH = 340.0
ANSWERS = {
    "DENY": ("Refused", "an element of the statute is not met"),
    "RETURN_FOR_CURE": ("Returned", "incomplete; it can be completed and sent again"),
    "HOLD": ("On hold", "a person has to look before anything is decided"),
    "REQUIRE": ("Must be answered", "every element is shown; the statute says the custodian shall answer"),
    "PERMIT": ("May be answered", "every element is shown; the statute leaves the answer to the custodian"),
}
# What happened to the second package: words, mark, and what the counted rows are. Other kinds are about other things.
EVENTS = {
    "prepared": ("Package prepared and sealed", "event", ""),
    "handout": ("Handed out to the recipient", "event", ""),
    "sent": ("Hand-out completed", "event", ""),
    "order-bar": ("Order entered (HYPOTHETICAL)", "order", ""),
    "in-force": ("Order in force", "order", " handed out since it took effect"),
}
DECIDING = {
    "receive": "read and check the files",
    "find (1)": "what the request alone shows, row by row",
    "measure": "what the request as a whole shows",
    "match, find (2)": "look for the taxpayers, then what the records show",
    "decide": "one decision for each distinct pattern",
    "commit": "a commitment for each row",
    "log": "the entry in the log",
}


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: label, rows, width in chart units, what it means, and its colour class."""

    label: str
    rows: int
    width: float
    means: str
    kind: str


@dataclass(frozen=True)
class Answer:
    """One line of the table of outcomes: its code, words, rows on their own, rows with batch and orders."""

    code: str
    word: str
    means: str
    alone: int
    together: int


@dataclass(frozen=True)
class Happening:
    """One point of the timeline: the log's entry number and instant (empty when there is no entry)."""

    entry: str
    at: str
    words: str
    detail: str
    kind: str


@dataclass(frozen=True)
class Sending:
    """A field and the tax years of it that would be sent; never a value."""

    field: str
    years: tuple[str, ...]


@dataclass(frozen=True)
class Lap:
    """One step with its seconds, and rows a second where the step went through rows (else None)."""

    step: str
    seconds: float
    rate: float | None


def write_report(story: Story, target: Path) -> None:
    """Write the report of `story` as UTF-8 HTML to `target`, whose folder exists. OSError when it cannot be written.

    jinja2.UndefinedError when a template asks for something that is not there: no half page is written.
    """
    template = environment().get_template(PAGE)
    page = template.render(
        story=story,
        f=story.figures,
        funnel=funnel(story),
        replayed=replayed(story),
        answers=answers(story),
        letters=[(each, sendings(each)) for each in story.letters],
        holding=holding(story),
        package=package(story),
        happenings=happenings(story),
        stages=[Lap(step, seconds, None) for step, seconds in story.laps.items()],
        deciding=deciding(story),
        reviewer=REVIEWER,
        clerk=CLERK,
    )
    target.write_text(page, encoding="utf-8")


def funnel(story: Story) -> tuple[Bar, ...]:
    """What is left of the affair's rows after each look, the last one being what is sent."""
    f, counts = story.figures, story.affair.figures
    steps = (
        ("Rows asked for", f.rows, "people in the request, as read"),
        (
            "Pass what the request alone shows",
            counts.get("survived", 0),
            "nothing in the request itself stands against the row; no record was opened before this",
        ),
        ("Exactly one taxpayer found", counts.get("match.unique", 0), "the row fits one person in the records"),
        ("Every element shown for the row", _granting(f.row_outcomes), "the address is confirmed, too"),
        ("Sent", f.sends, "after the look at the request as a whole, and at orders"),
    )
    return tuple(Bar(label, n, _width(n, f.rows), means, "gate") for label, n, means in steps)


def replayed(story: Story) -> tuple[Bar, ...]:
    """The 2025 check's rows and where each of them ends here, on a scale of its own."""
    f = story.figures
    steps = (
        ("The 2025 check would have sent", f.would_send, "home addresses, replayed on the same rows", "old"),
        ("on name and number alone", f.would_send_number, "no address was compared", "old"),
        ("on name and address", f.would_send - f.would_send_number, "rows without a number", "old"),
        ("Here: every element shown", f.confirmed, "the address is confirmed", "gate"),
        ("Here: address not confirmed", f.not_confirmed, "the row's address is not on file for the person", "gate"),
        ("Here: stopped by another element", f.other_element, "the address would have been confirmed", "gate"),
        ("Here: number of somebody else", f.other_person, "the number given belongs to another person", "gate"),
        ("lawgate sends", f.sends, "of all of these", "gate"),
    )
    return tuple(Bar(label, n, _width(n, f.would_send), means, kind) for label, n, means, kind in steps)


def _width(rows: int, of: int) -> float:
    return round(BAR_WIDTH * rows / of, 1) if of else 0.0


def _granting(outcomes: dict[str, int]) -> int:
    return outcomes.get("REQUIRE", 0) + outcomes.get("PERMIT", 0)


def answers(story: Story) -> tuple[Answer, ...]:
    """Rows by answer, strictest first; answers that no row got are left out."""
    alone, together = story.figures.row_outcomes, story.figures.outcomes
    known = [code for code in ANSWERS if alone.get(code) or together.get(code)]
    return tuple(Answer(c, *ANSWERS[c], alone.get(c, 0), together.get(c, 0)) for c in known)


def holding(story: Story) -> tuple[str, ...]:
    """Why the request as a whole is on hold: the rulebook's sentences, as a letter of that request tells them."""
    told: dict[str, None] = {}
    for each in story.letters:
        if each.batch == story.affair.id:
            told.update(dict.fromkeys(p.why for p in each.letter.batch if _holds(p, story.figures.holding)))
    return tuple(told) or story.figures.holding


def _holds(paragraph: Paragraph, codes: Sequence[str]) -> bool:
    return any(code.startswith(f"{paragraph.element}.") for code in codes)


def sendings(explained: Explained) -> tuple[Sending, ...]:
    """What a letter grants, by field; the years in the order in which they are granted."""
    by: dict[str, list[str]] = {}
    for grant in explained.letter.grants:
        field, _, year = grant.rpartition(", tax year ")
        by.setdefault(field or grant, []).append(year)
    return tuple(Sending(field, tuple(years)) for field, years in by.items())


def package(story: Story) -> str:
    """The id of the package that was handed out before the order came in."""
    before = story.stopped.before
    return before.name.removesuffix(f"-{before.handout}")


def happenings(story: Story) -> tuple[Happening, ...]:
    """The second package's way through the log, the order, and the pull that was stopped."""
    about = package(story)
    found = [
        Happening(str(entry), at, EVENTS[kind][0], words + EVENTS[kind][2], EVENTS[kind][1])
        for entry, (at, kind, words) in enumerate(story.timeline)
        if kind in EVENTS and (EVENTS[kind][1] == "order" or words.startswith(about))
    ]
    why = "; ".join(bar.says for bar in story.stopped.after.bars)
    barred = [(str(n), at) for n, (at, kind, words) in enumerate(story.timeline) if kind == "barred" and words == about]
    entry, at = barred[-1] if barred else ("", "")
    found.append(Happening(entry, at, "The same pull again: stopped", why, "stop"))
    words = f"Sent after the order: {story.stopped.after_order:,}"
    return (*found, Happening("", "", words, "hand-outs in the log behind the order", "end"))


def deciding(story: Story) -> tuple[Lap, ...]:
    """The steps of receiving and deciding the affair's request, with rows a second; the last line is the sum."""
    laps, rows = story.decide_laps, story.figures.rows
    made = [(DECIDING.get(name, name), seconds) for name, seconds in laps.items()]
    made.append(("together", sum(laps.values())))
    return tuple(Lap(step, seconds, rows / seconds if seconds > 0 else None) for step, seconds in made)


def environment() -> Environment:
    """The lab's templates: everything is escaped, and what is not there is an error."""
    # The template's last name is j2, so the file ending cannot say that it is HTML: escaping is on for all of them.
    made = Environment(
        loader=PackageLoader("lawgate_lab", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["n"] = lambda number: f"{number:,}"
    made.filters["s"] = lambda seconds: f"{seconds:,.2f}" if seconds < 1 else f"{seconds:,.1f}"
    made.filters["load"] = lambda seconds: f"{seconds:,.2f}"
    made.filters["of"] = lambda number, one: f"{number:,} {one if number == 1 else one + 's'}"
    made.filters["moment"] = lambda at: at.replace("T", " ").replace("Z", " UTC")
    return made
