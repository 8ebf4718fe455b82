# SPDX-License-Identifier: Apache-2.0
"""Codes met where somebody asks who was given records about them."""

from __future__ import annotations

from lawgate.model.meanings.entry import Meaning

OFFICE, READER, CHECKER = "the custodian's office", "whoever checks a statement", "whoever checks a log"
MENDED = "take the file as it was written; a copy that was opened and saved elsewhere is another file"

ACCOUNTING_STEPS = (
    Meaning(
        "E_INDEX",
        OFFICE,
        "statements rest on an index that is in the log and was made today (UTC), corrections on one of every hand-out",
        "`lawgate person index --by PERSON`, each day; then ask again",
    ),
    Meaning("E_LANGUAGE", OFFICE, "no statement is written in that language", "`--language en`, `es` or `both`"),
    Meaning(
        "E_NOBODY",
        OFFICE,
        "nobody was given this field of this person, so nobody is told of a correction",
        "look at the field's id; what left by another way than this office is told by whoever sent it",
    ),
    Meaning(
        "E_NUMBER",
        OFFICE,
        "what was entered is no number that can be in these records; it is not repeated here",
        "nine digits, plain or with hyphens, in a file or on standard input",
    ),
    Meaning(
        "E_PERSON",
        OFFICE,
        "the person who does this holds no office of the custodian today",
        "name somebody who does; people.toml lists them",
    ),
    Meaning(
        "E_STATEMENT",
        READER,
        "a part of the statement does not hold: it is not what was stated, or it is another person's",
        "check the number and the policy first; then take a fresh copy; if it stays, keep the file: it is evidence",
    ),
    Meaning(
        "E_TRIGGER",
        OFFICE,
        "a notice waits for a recorded charge or proposed discipline over rows that were handed out",
        "record the event with exactly kind, day, paper, package and rows; without such an event there is no notice",
    ),
)

ACCOUNTING_STOPS = (
    Meaning(
        "E_SEALS",
        OFFICE,
        "the register of seals cannot be followed to the letter, so no index is made and nothing is shown or hidden",
        "mend registers/seals.toml as docs/spec/accounting.md says, then make the index again",
    ),
)

ACCOUNTING_FORMS = (
    Meaning("accounting_entry", CHECKER, "an entry of the accounting is of no kind, or cannot have happened", MENDED),
    Meaning("accounting_item", CHECKER, "a line of a person's list has a wrong length", MENDED),
    Meaning("accounting_list", CHECKER, "a person's list is empty, or its salt has a wrong length", MENDED),
    Meaning("accounting_root", CHECKER, "a part of the root of the index has a wrong length", MENDED),
    Meaning("person_number", CHECKER, "a person is not named by nine digits", "give the number itself, plain"),
    Meaning("vrf_key", CHECKER, "the key of the index is too small, too large, or no key of this kind", MENDED),
    Meaning("vrf_proof", CHECKER, "the proof of the place is not the one for this number under this key", MENDED),
)
