# SPDX-License-Identifier: Apache-2.0
"""Bars: why a package may not be prepared or handed out now. What each says of itself stands in `protocol.bars`."""

from __future__ import annotations

from lawgate.model.meanings.entry import Group, Meaning

ASKS, OFFICE = "recipient", "the custodian's office"
LOOK = "`lawgate log verify` says what is wrong; nothing leaves before it is mended"

BARS = Group(
    "bars",
    "Bars: why a package may not be handed out now",
    "Each is looked at before a package is prepared and again at every pull, `handout_leaf` and `lease` at the very "
    "end of a pull. What is not known bars like what is not so. No key and nothing else overrides a bar.",
    (
        Meaning(
            "order",
            ASKS,
            "an order or a notice duty covers this package",
            "wait until it has ended; `lawgate order list` shows what stands. An unreadable one ends by a `reject`",
        ),
        Meaning(
            "docket",
            OFFICE,
            "the docket lacks an order that the log names, or cannot be read",
            "bring the missing text back into docket/ as it was entered",
        ),
        Meaning(
            "witness",
            OFFICE,
            "the log's head is not published with enough witnesses, or is not the log's",
            "see that every witness can be reached; " + LOOK,
        ),
        Meaning(
            "clock",
            OFFICE,
            "the machine's clock and the witnesses' are further apart than two honest clocks are",
            "set the clock that is wrong, then ask again",
        ),
        Meaning(
            "fresh",
            OFFICE,
            "the newest published head of the log is older than a minute",
            "see that the witnesses can be reached, then ask again: every pull publishes a head of its own",
        ),
        Meaning("decision_leaf", OFFICE, "the decision is not shown to be in the log", LOOK),
        Meaning("review_leaf", OFFICE, "the review is not shown to be in the log", LOOK),
        Meaning("prepared_leaf", OFFICE, "the package is not shown to be in the log", LOOK),
        Meaning("contents", OFFICE, "the package is not the one that was prepared", LOOK),
        Meaning(
            "review_signature",
            OFFICE,
            "the review is not signed, over these very bytes, by somebody who held the reviewing office that day",
            "look at people.toml: the reviewer's key and days of office; otherwise the rows need another review",
        ),
        Meaning(
            "reviewer_apart",
            OFFICE,
            "the reviewer is somebody of the asking side, under this id or another",
            "have somebody else review these rows",
        ),
        Meaning(
            "review_set",
            OFFICE,
            "the set that was reviewed is not the set of rows it is used for",
            "write and sign the paper anew; a package is made of exactly one review",
        ),
        Meaning(
            "rows_reviewed",
            OFFICE,
            "the package holds more rows than were reviewed and accepted",
            "prepare it again from its review",
        ),
        Meaning(
            "package_ceiling",
            OFFICE,
            "the package holds more rows than one package may",
            "review and prepare fewer rows at a time",
        ),
        Meaning(
            "review_ceiling",
            OFFICE,
            "one person would have reviewed more rows in one day than a person may",
            "review the others on another day, or have somebody else review them",
        ),
        Meaning(
            "key_registered",
            ASKS,
            "the recipient key is in no register",
            "have two people register it in recipients.toml before the package is prepared",
        ),
        Meaning(
            "key_registrars",
            OFFICE,
            "the recipient key was not registered by two different people",
            "have a second person register it; one human under two ids counts once",
        ),
        Meaning(
            "key_usable",
            ASKS,
            "nothing can be sealed to the recipient key",
            "register an age key of the form age1…; `age-keygen` makes one",
        ),
        Meaning("key_valid", ASKS, "the recipient key is not valid today", "register a key whose days include today"),
        Meaning(
            "key_agency",
            ASKS,
            "the recipient key belongs to another agency than the one that asked",
            "name a key of the agency that signed the request",
        ),
        Meaning(
            "key_prepared",
            ASKS,
            "the package was prepared for another key than the one that asks",
            "pull with the key that the request's cover names",
        ),
        Meaning(
            "key_text",
            OFFICE,
            "under the same id another key is registered than the package was prepared for",
            "find out who changed recipients.toml; the rows need another request and package for another key",
        ),
        Meaning(
            "request",
            OFFICE,
            "law, records or registers have changed so that the request does not hold as it was decided",
            "correct a register that is wrong; otherwise the requester has to ask anew",
        ),
        Meaning(
            "safeguard",
            OFFICE,
            "no approval of the recipient's safeguards is in force today",
            "enter the approval with its days and source in safeguards.toml, when there is one",
        ),
        Meaning(
            "approvals",
            ASKS,
            "the package needs approvals that are not there, do not count, or leave an objection out",
            "`lawgate approve list PACKAGE` says what is short and why",
        ),
        Meaning(
            "notice",
            ASKS,
            "an order wants notice of exactly this package, and it is not served on everybody, or its time is not over",
            "`lawgate notice list PACKAGE` shows who was served when, and how the clock runs",
        ),
        Meaning(
            "key_registration",
            ASKS,
            "the log does not show that two people registered this very key, long enough ago, and that it stands",
            "`lawgate key list` says why, and until when",
        ),
        Meaning(
            "custody",
            OFFICE,
            "the request is of so many people that two keepers must each hold a key of every record",
            "name a second keeper in settings.toml and prepare the package anew",
        ),
        Meaning(
            "handout_spent",
            OFFICE,
            "the keeper has handed out under this leaf before; a leaf is good for one hand-out",
            "ask again: that writes a leaf of its own",
        ),
        Meaning(
            "step",
            OFFICE,
            "a step of the hand-out gave no answer, so nothing after it was done",
            "see why in the office and the keeper, then ask again",
        ),
        Meaning("handout_leaf", OFFICE, "the entry of this hand-out is not shown to be in the log", LOOK),
        Meaning(
            "lease",
            ASKS,
            "the hand-out took longer than it may hold the gate, so it was stopped",
            "ask again; if it stays, the machine is too slow or the log too long for it",
        ),
    ),
)
