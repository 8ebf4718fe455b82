# SPDX-License-Identifier: Apache-2.0
"""A decision in sentences a lawyer can read, with citations and without personal values."""

from __future__ import annotations

from dataclasses import dataclass

from lawgate.decide.decide import NO_PROVISION, other_routes
from lawgate.law.rulebook import Element, Provision
from lawgate.model.decision import Decision, Finding, Verdict
from lawgate.model.outcome import Outcome, Status

HEADLINE = {
    Outcome.REQUIRE: "Every element of the statute is shown: the custodian must answer this request for this person.",
    Outcome.PERMIT: "Every element of the statute is shown: the custodian may answer this request for this person.",
    Outcome.DENY: "Refused: an element of the statute is not met.",
    Outcome.RETURN_FOR_CURE: "Returned: the request is incomplete for this person and can be sent again.",
    Outcome.HOLD: "On hold: a person has to look at this before anything is decided.",
}
NOT_RELEASED = "not released"
UNOPENED = "the records were not opened, because the request itself already fails"
NOBODY = "this was not asked, because no single person was found"
WORDS = {Status.MET: "shown", Status.NOT_MET: "not shown", Status.UNDETERMINED: "cannot be told"}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One element as a paragraph: its citation, the question, how it stands, why, and what would cure it."""

    element: str
    citation: str
    question: str
    stands: str
    why: str
    cure: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of a letter about one row. `against` lists the paragraphs that stand in the way, `shown` the others.

    `routes` are sentences on other provisions under which the same could be asked for; none of them grants anything.
    """

    headline: str
    row_outcome: str
    outcome: str
    against: tuple[Paragraph, ...]
    shown: tuple[Paragraph, ...]
    batch: tuple[Paragraph, ...]
    orders: tuple[str, ...]
    grants: tuple[str, ...]
    outside: tuple[str, ...]
    routes: tuple[str, ...] = ()


def letter(provision: Provision | None, decision: Decision) -> Letter:
    """The letter for one decision. Without a provision it says that no authority is in force."""
    if provision is None:
        question = "Is there a provision that allows this?"
        none = Paragraph("provision", "", question, "not shown", "none is in force", "")
        return Letter(
            HEADLINE[Outcome.DENY], "DENY", "DENY", (none,), (), (), decision.orders, (), outside(None, decision)
        )
    paragraphs = [(f, _paragraph(provision, f, decision.verdict)) for f in decision.findings]
    return Letter(
        headline=HEADLINE[decision.row_outcome],
        row_outcome=str(decision.row_outcome),
        outcome=str(decision.outcome),
        against=tuple(p for f, p in paragraphs if f.level != "batch" and f.leads_to is not None),
        shown=tuple(p for f, p in paragraphs if f.level != "batch" and f.leads_to is None),
        batch=tuple(p for f, p in paragraphs if f.level == "batch" and f.leads_to is not None),
        orders=decision.orders,
        grants=tuple(f"{g.field.replace('_', ' ')}, tax year {g.year}" for g in decision.grants),
        outside=outside(provision, decision),
        routes=_routes(provision, decision),
    )


def _routes(provision: Provision, decision: Decision) -> tuple[str, ...]:
    named = [] if decision.row_outcome.grants else other_routes(provision, decision.findings)
    return tuple(f"{r.citation}: {r.title}. A request of its own is needed; nothing is granted here." for r in named)


def outside(provision: Provision | None, decision: Decision) -> tuple[str, ...]:
    """What the requester may be told of a row before anything is released.

    Codes of findings that the request alone caused; in every other case the one answer `not released`, so that it
    cannot be told whether a person is in the records.
    """
    none = {(NO_PROVISION.element, NO_PROVISION.because)}
    early = {(c.element, c.code) for c in provision.clauses if c.phase == "request"} if provision else none
    against = [f for f in decision.findings if f.leads_to is not None]
    codes = [code for f in against for code in f.codes if (f.element, code) in early]
    return tuple(codes) or (NOT_RELEASED,)


def _paragraph(provision: Provision, finding: Finding, verdict: Verdict) -> Paragraph:
    element = next((e for e in provision.elements if e.id == finding.element), None)
    if element is None:
        question = "Is there anything that may be given?"
        return Paragraph(finding.element, "", question, "not shown", "there is nothing", "")
    why = {
        "shown": "every part of it was found",
        "not_looked_at": UNOPENED if verdict is Verdict.NOT_SOUGHT else NOBODY,
    }.get(finding.because) or "; and ".join(_says(element, code) for code in finding.codes)
    cure = element.cure if finding.leads_to is not None else ""
    return Paragraph(element.id, element.citation, element.question, WORDS[finding.status], why, cure)


def _says(element: Element, code: str) -> str:
    return next(c.says for c in element.clauses if c.code == code)
