# SPDX-License-Identifier: Apache-2.0
"""A decision as a letter: a sentence for every clause of the real rulebook, and no value of anybody."""

from dataclasses import fields
from random import Random

import pytest

from differential.batches import provision
from lawgate.decide.decide import decide
from lawgate.decide.explain import HEADLINE, WORDS, Letter, Paragraph, letter
from lawgate.law.rulebook import Clause
from lawgate.model.decision import Pattern, Verdict
from lawgate.model.outcome import Outcome

ASKED = ("mailing_address",)
CLAUSES = provision().clauses
GOOD = "m" * len(CLAUSES)


def of(letters: str, verdict: Verdict = Verdict.UNIQUE, orders: tuple[str, ...] = ()) -> Letter:
    return letter(provision(), decide(provision(), Pattern(letters, verdict, (2023,)), ASKED, orders))


def paragraphs(made: Letter) -> list[Paragraph]:
    return [*made.against, *made.shown, *made.batch]


@pytest.mark.parametrize("status", ["n", "u"])
@pytest.mark.parametrize(
    ("at", "clause"), list(enumerate(CLAUSES)), ids=lambda v: v.code if isinstance(v, Clause) else ""
)
def test_every_clause_has_its_sentence(at: int, clause: Clause, status: str) -> None:
    made = of(GOOD[:at] + status + GOOD[at + 1 :])
    (only,) = made.batch if clause.level == "batch" else made.against
    element = next(e for e in provision().elements if e.id == clause.element)
    assert (only.element, only.citation, only.question, only.cure) == (
        element.id,
        element.citation,
        element.question,
        element.cure,
    )
    assert only.why == clause.says and len(clause.says.split()) > 3
    assert only.stands == {"n": "not shown", "u": "cannot be told"}[status]
    assert not (made.against if clause.level == "batch" else made.batch)
    assert made.headline == HEADLINE[Outcome(made.row_outcome)]


def test_a_letter_that_says_yes() -> None:
    made = of(GOOD)
    assert (made.against, made.batch, made.orders) == ((), (), ())
    own = {e.id for e in provision().elements if any(c.level != "batch" for c in e.clauses)}
    assert {p.element for p in made.shown} == own < {e.id for e in provision().elements}
    assert made.routes == ()
    assert made.grants == ("mailing address, tax year 2023",)
    assert all(p.stands == "shown" and p.cure == "" for p in made.shown)
    assert of(GOOD, orders=("order-1",)).orders == ("order-1",)


def test_records_that_were_not_opened() -> None:
    made = of(
        "".join("n" if c.code == "not_the_subject" else "-" if c.phase == "record" else "m" for c in CLAUSES),
        Verdict.NOT_SOUGHT,
    )
    assert [p.element for p in made.against] == ["i2.A.proceeding"]
    assert any("were not opened" in p.why for p in made.shown)
    assert all(p.stands == "cannot be told" for p in made.shown if "were not opened" in p.why)


def test_nothing_to_grant_and_no_provision() -> None:
    (only,) = of(GOOD, Verdict.NONE).against
    assert (only.element, only.stands) == ("authority", "not shown")
    none = letter(None, decide(None, Pattern("", Verdict.NOT_SOUGHT, ()), ASKED))
    assert (none.row_outcome, none.outcome, none.grants) == ("DENY", "DENY", ())
    assert none.against[0].why == "none is in force"


def parts(name: str, text: str) -> list[str]:
    """A paragraph's `why` may name several failures, each with its own words from the rulebook."""
    whole = {c.says for c in CLAUSES}
    return [text] if name != "why" or text in whole else text.split("; and ")


def test_every_word_comes_from_the_rulebook_or_the_program() -> None:
    """So no value of a claim or a record can stand in a letter: none is put in."""
    known = {text for e in provision().elements for text in (e.id, e.citation, e.question, e.cure)}
    known |= {c.says for c in CLAUSES} | {*HEADLINE.values(), *WORDS.values(), *map(str, Outcome), "", "authority"}
    known |= {"this was not asked, because no single person was found"}
    known |= {"every part of it was found", "Is there anything that may be given?", "there is nothing"}
    known |= {"the records were not opened, because the request itself already fails", "mailing address, tax year 2023"}
    for seed in range(200):
        rng = Random(seed)
        letters = "".join(rng.choices("mnu-", (12, 1, 1, 1), k=len(CLAUSES)))
        made = of(letters, rng.choice(list(Verdict)))
        said = {part for p in paragraphs(made) for f in fields(Paragraph) for part in parts(f.name, getattr(p, f.name))}
        assert said | {made.headline, made.row_outcome, made.outcome, *made.grants} <= known
