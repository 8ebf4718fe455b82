# SPDX-License-Identifier: Apache-2.0
"""Papers and files that cannot be taken: signed reviews, orders, the rulebook, the custodian's registers."""

from __future__ import annotations

from lawgate.model.meanings.entry import Group, Meaning

REVIEWER, CLERK, COUNSEL, OFFICE = "reviewer", "docket clerk", "counsel", "the custodian's office"

REVIEWS = Group(
    "reviews",
    "Faults of a review",
    "All faults are told at once and nothing of the review is kept. The form is in [review](../spec/review.md).",
    (
        Meaning(
            "review_office",
            REVIEWER,
            "the paper is signed for another office than the reviewing one",
            "write the paper anew; `review_office` in settings.toml names the office",
        ),
        Meaning(
            "review_reviewer",
            REVIEWER,
            "the register of people does not show the reviewer in the reviewing office on that day",
            "have somebody review who holds it, or correct people.toml",
        ),
        Meaning(
            "review_signature",
            REVIEWER,
            "the review is not signed, over these very bytes, by somebody who held the reviewing office that day",
            "sign the exact bytes of the paper with the key that people.toml names",
        ),
        Meaning(
            "reviewer_apart",
            REVIEWER,
            "the reviewer is somebody of the asking side, under this id or another",
            "have somebody else review these rows",
        ),
        Meaning(
            "review_batch",
            REVIEWER,
            "the paper names another batch, or another decision of it",
            "write the paper for this batch with `lawgate review paper`",
        ),
        Meaning(
            "review_rows",
            REVIEWER,
            "a review and a package are of rows of this batch, each once, and of the same rows",
            "write the paper with `lawgate review paper`, which orders them",
        ),
        Meaning(
            "review_grants",
            REVIEWER,
            "a row was accepted that the decision does not grant, or that an order holds by now",
            "accept only rows that `lawgate review list` shows",
        ),
        Meaning(
            "review_set",
            REVIEWER,
            "the set that was reviewed is not the set of rows it is used for",
            "write and sign the paper anew; a package is made of exactly one review",
        ),
        Meaning(
            "review_pace",
            REVIEWER,
            "two rows were looked at within one second; a stamp over a list is no review",
            "look at each row by itself and state its own moment",
        ),
        Meaning(
            "review_early",
            REVIEWER,
            "a row was looked at before it was decided",
            "look at it again: a review is of the decision",
        ),
        Meaning(
            "review_day",
            REVIEWER,
            "rows were seen, or the paper is handed in, on another UTC day than the paper states",
            "look at the rows and hand in the paper within one UTC day",
        ),
        Meaning(
            "review_earlier",
            OFFICE,
            "the earlier reviews of this batch are not those that the log names",
            "`lawgate log verify` names the spoilt one; bring it back from a copy kept elsewhere",
        ),
        Meaning(
            "review_again",
            REVIEWER,
            "a row of this paper was reviewed before; the first review stands",
            "leave that row out",
        ),
        Meaning(
            "review_ceiling",
            REVIEWER,
            "one person would have reviewed more rows in one day than a person may",
            "review the others on another day, or have somebody else review them",
        ),
    ),
)

ORDERS = Group(
    "orders",
    "Faults of an order",
    "NOTHING WAS ENTERED. An order that cannot be mended at once is entered with `--unreadable NAME`: it then binds "
    "everything until it can be read. The form is in [docket](../spec/docket.md).",
    (
        Meaning("order_toml", CLERK, "the text is not TOML 1.0 in UTF-8", "write it as the form shows"),
        Meaning("order_size", CLERK, "the text is too long", "leave out what the form does not ask for"),
        Meaning(
            "order_spelling",
            CLERK,
            "the text says what an order says, but not in the one accepted spelling",
            "keep order of keys, quotes and line ends as the form shows them",
        ),
        Meaning("order_key_missing", CLERK, "a key of the form is missing", "add it; `every` is written out"),
        Meaning("order_key_unknown", CLERK, "the text has a key that nobody would read", "remove it"),
        Meaning("order_value", CLERK, "a value has another form than its key takes", "write it as the fault says"),
        Meaning("order_dates", CLERK, "two dates of the order contradict each other", "correct the one that is wrong"),
    ),
)

RULES = Group(
    "rules",
    "Faults of a rulebook",
    "A rulebook with a fault is not read at all, so nothing is decided or released under it.",
    (
        Meaning("L_TOML", COUNSEL, "a file is not TOML 1.0 in UTF-8", "write it again as TOML"),
        Meaning("L_HEAD", COUNSEL, "rulebook.toml lacks a key, or one is of another type", "give it as the fault says"),
        Meaning("L_SHAPE", COUNSEL, "a part of a file is not a list of tables", "write each entry as its own table"),
        Meaning(
            "L_PARAMETER",
            COUNSEL,
            "a parameter lacks its name, days, value, citation or reason",
            "add what the fault names; a value without a reason is not read",
        ),
        Meaning(
            "L_CLOCK",
            COUNSEL,
            "a time rule in `clocks/` cannot be read, or says what the program does not do",
            "write it as docs/spec/clocks.md says; without a rule no notice is ever met",
        ),
        Meaning(
            "L_GAP",
            COUNSEL,
            "the days of a parameter leave a gap or overlap",
            "let each text begin on the day the one before it ends",
        ),
        Meaning(
            "L_REGISTER",
            COUNSEL,
            "an entry of a register lacks its key or source, says not who checked it, or is listed twice",
            "complete the entry; `checked_by` may be empty but has to be there",
        ),
        Meaning(
            "L_FACT",
            COUNSEL,
            "a fact of facts.toml is declared twice, or with an unknown type, level or source",
            "declare it once, as CONTRIBUTING.md shows",
        ),
        Meaning(
            "L_CLAUSE",
            COUNSEL,
            "a clause tests what cannot be told at its level, or in words no predicate has",
            "correct the test, level or phase the fault names",
        ),
        Meaning(
            "L_PROVISION",
            COUNSEL,
            "a provision does not carry the form floor, or names what does not exist",
            "add what the fault names: authority, fields, recipients, period, accounting and the rest",
        ),
        Meaning("L_CEILING", COUNSEL, "a ceiling is raised above the program's own", "lower it; none can be raised"),
        Meaning(
            "L_PRACTICE",
            COUNSEL,
            "a practice or agreement lacks a part, or two texts of it are in force on one day",
            "complete it as [practices](../spec/practices.md) shows",
        ),
        Meaning(
            "L_PART",
            COUNSEL,
            "a match plan, a contested reading or a gap says what the program does not do, or what nobody accepted",
            "say exactly what is done, or have a named person accept the gap, with the day",
        ),
    ),
)

REGISTERS = Group(
    "registers",
    "Faults of the custodian's registers",
    "Registers with a fault are not read at all. Their form is in [registers](../spec/registers.md).",
    (
        Meaning("G_TOML", OFFICE, "a register is missing, or is not TOML 1.0 in UTF-8", "put it into registers/"),
        Meaning("G_SHAPE", OFFICE, "a register holds something else than its list", "keep only the list it is for"),
        Meaning("G_ENTRY", OFFICE, "an entry lacks something, or has a key nobody reads", "write it as the form shows"),
        Meaning("G_TWICE", OFFICE, "an id is listed twice", "give every person, key and agency one entry"),
    ),
)
