# SPDX-License-Identifier: Apache-2.0
"""Steps that may not be taken now: the codes of `Refused`."""

from __future__ import annotations

from lawgate.model.meanings.accounting import ACCOUNTING_STEPS
from lawgate.model.meanings.counted import COUNTED_STEPS
from lawgate.model.meanings.docket import DOCKET_STEPS
from lawgate.model.meanings.entry import Group, Meaning
from lawgate.model.meanings.evidence import EVIDENCE_STEPS
from lawgate.model.meanings.notice import NOTICE_STEPS
from lawgate.model.meanings.received import RECEIVED_STEPS
from lawgate.model.meanings.sent import SENT_STEPS

OFFICE, REQUESTER, REVIEWER, CLERK = "the custodian's office", "requester", "reviewer", "docket clerk"

STEPS = Group(
    "steps",
    "Steps that are refused",
    "The screen says `not done:`, the code and why; the exit status is 1. Nothing was changed by the step.",
    (
        Meaning(
            "E_AGAIN",
            OFFICE,
            "exactly this cover, with this signature, was received before",
            "go on with the batch it names; a corrected request needs a new cover and a new signature",
        ),
        Meaning(
            "E_AS_OF",
            OFFICE,
            "the instant whose law is to apply lies before the signature or ahead of now",
            "name an instant between the two, or leave `--as-of` out",
        ),
        Meaning(
            "E_BATCH",
            "everybody",
            "there is no batch of that id, or it is not as far as this step needs",
            "take the id from `lawgate status`, which also says how far each batch is",
        ),
        Meaning(
            "E_CLOSED",
            OFFICE,
            "the log is closed for good; its last leaf names the log in which it goes on",
            "work in the office of that log; `lawgate init NEW --after THIS` makes it",
        ),
        Meaning(
            "E_COUNT",
            OFFICE,
            "not every accepted row came out decided, so nothing was logged",
            "nothing is lost: decide the batch again; if it stays, it is a fault of the program: please report it",
        ),
        Meaning(
            "E_COVER",
            OFFICE,
            "a request whose cover cannot be read has no id, and so no entry in the log",
            "return it to the requester, with the faults that were listed",
        ),
        Meaning(
            "E_CUSTODY",
            OFFICE,
            "a request of this many people needs a second key keeper",
            "name its socket as `second_keeper` in settings.toml, then prepare again",
        ),
        Meaning("E_FIELD", OFFICE, "the records have no such field", "name fields of the register of fields"),
        Meaning(
            "E_FILE",
            "everybody",
            "rows are kept of two files only",
            "name cases.csv or rows.csv, or leave `--file` out",
        ),
        Meaning(
            "E_HELD",
            REVIEWER,
            "an order that came in since the decision holds rows of this review",
            "wait until the order has ended; `lawgate order list` shows it",
        ),
        Meaning("E_LEAF", "everybody", "the log has no leaf of that number", "name a number below the size it states"),
        Meaning(
            "E_LINE",
            "everybody",
            "no fault is kept for that line: its row was accepted, or there is no such line",
            "leave `--line` out to see every fault; the header is line 1",
        ),
        Meaning(
            "E_MOVED",
            REVIEWER,
            "the law, the records or a stored file is not the one that was decided on",
            "`lawgate log verify` and `lawgate replay` name what moved; a spoilt file comes back from a copy kept "
            "elsewhere; after a change of law or records the requester asks anew",
        ),
        Meaning(
            "E_NO_RECORDS", OFFICE, "this office has no records to ask yet", "`lawgate records import FOLDER`, once"
        ),
        Meaning("E_OFFICE", OFFICE, "the folder for a new office holds something already", "name a new folder"),
        Meaning(
            "E_OFFICE_NAME",
            OFFICE,
            "an office's name stands in its log for good and has one plain form",
            "small letters, digits, dots and hyphens, 61 at most",
        ),
        Meaning(
            "E_PACKAGED",
            REVIEWER,
            "the rows of this review are in a package already",
            "`lawgate status` lists the packages; have further rows reviewed for another one",
        ),
        Meaning(
            "E_PROFILE",
            OFFICE,
            "the records hold numbers that could be somebody's, and this office works on never-issued ones only",
            "import synthetic records; this version must not touch real ones",
        ),
        Meaning(
            "E_READER",
            REVIEWER,
            "whoever is named with `--by` does not hold the reviewing office today, or is of the asking side",
            "have the reviewer look; people.toml says who holds the office, and until when",
        ),
        Meaning(
            "E_RECORDS",
            OFFICE,
            "the two Parquet files of records are not there, or not in their form",
            "docs/spec/records-format.md says what they hold; nothing was imported",
        ),
        Meaning(
            "E_REFUSED",
            "everybody",
            "the request was refused as a whole, so there are no rejected rows to show",
            "mend the faults of file scope that it names, and send the request again",
        ),
        Meaning("E_REVEAL", REVIEWER, "values are shown for a stated reason only", "say why in 1 to 500 characters"),
        Meaning(
            "E_ROW",
            REVIEWER,
            "the batch has no decided row of that id or number",
            "`lawgate review list` gives ids and numbers of the rows that grant, `lawgate request faults` the rejected "
            "ones",
        ),
        Meaning(
            "E_SEEN",
            REVIEWER,
            "a review says of each row when it was looked at",
            "`--accept` or `--decline` with ROW@INSTANT and an offset, for example 3@2026-01-05T10:00:00Z",
        ),
        Meaning(
            "E_TEMPLATE",
            REQUESTER,
            "the folder holds a request already, which is not written over",
            "name another folder",
        ),
        Meaning(
            "E_TIME",
            OFFICE,
            "a moment is written with its offset, or it could be any zone's, and lies between the years 1900 and 2999",
            "write it as 2025-06-30T12:00:00-04:00",
        ),
        Meaning(
            "E_TODAY",
            REVIEWER,
            "under the law and the registers of today the request as a whole does not hold any more",
            "correct the registers if they are wrong (signer, safeguards); otherwise the requester has to ask anew",
        ),
        Meaning(
            "barred",
            "recipient",
            "one or more bars stand before the hand-out; each is named with its own code",
            "see the code of each bar",
        ),
        Meaning(
            "batch_busy", OFFICE, "somebody else is at work on this batch, or on its receipt", "try again in a moment"
        ),
        Meaning("gate_busy", "recipient", "another hand-out holds the gate", "ask again in a few seconds"),
        Meaning("import_busy", OFFICE, "another import of records is under way", "wait until it has ended"),
        Meaning(
            "order_ahead",
            CLERK,
            "the order says that it was entered or learned ahead of now; nothing was entered",
            "mend the dates and enter it at once, or enter the paper with `--unreadable NAME`: that binds everything",
        ),
        Meaning(
            "order_id_taken",
            CLERK,
            "another instrument has this id; nothing was entered",
            "choose another id and enter it at once",
        ),
        Meaning(
            "order_kind",
            CLERK,
            "the text is of the kind that only `lawgate stop` makes, and which ends by itself; nothing was entered",
            "write another word as its kind and enter it at once: it then binds until an act ends it",
        ),
        Meaning(
            "order_person",
            CLERK,
            "`--by` takes the id of a person, as people.toml has it; nothing was entered, and nothing that was typed is"
            " kept",
            "write your id and enter it again at once; no register is asked whether it is known",
        ),
        Meaning(
            "order_name",
            CLERK,
            "the name given with `--unreadable` has not the form of an order id; nothing was entered",
            "3 to 64 of a-z, 0-9 and -, without nine digits in a row; enter it at once",
        ),
        Meaning(
            "order_readable",
            CLERK,
            "this paper can be read, so its own scope is what binds; nothing was entered",
            "enter it without `--unreadable`, at once",
        ),
        Meaning(
            "review_empty",
            REVIEWER,
            "the review accepted no row, so there is nothing to make a package of",
            "review and accept rows first",
        ),
        Meaning(
            "review_form",
            REVIEWER,
            "the paper is not in its one spelling",
            "hand in the very bytes that `lawgate review paper` wrote",
        ),
        Meaning(
            "review_missing",
            REVIEWER,
            "this batch has no such review",
            "`lawgate review paper`, sign it, `lawgate review hand-in`; its leaf is what `--review` takes",
        ),
        Meaning(
            "review_rows",
            REVIEWER,
            "a review and a package are of rows of this batch, each once, and of the same rows",
            "write the paper with `lawgate review paper`, which orders them",
        ),
        Meaning(
            "E_WITNESSES",
            OFFICE,
            "the list of witnesses for a new office cannot be used; nothing was made",
            "name for each its public key and its https address, and a quorum of which no two can exist side by side",
        ),
        Meaning(
            "E_WITNESS_LOG",
            "whoever keeps a witness",
            "this is no public key of a log, or a log of that name is known with another key",
            "take the key from `lawgate log policy`, from the line `log`; a key that is known is never replaced",
        ),
        Meaning(
            "E_WITNESS_NAME",
            "whoever keeps a witness",
            "this cannot be the name of a witness",
            "a name without blanks and plus signs, best under a domain of its own: witness.example/1",
        ),
        Meaning(
            "E_SHARD",
            OFFICE,
            "a log is closed with the name of another log, as NAME/log, and a reason out of three",
            "write `--next-origin NAME/log`; for `--reason` year, broken or key",
        ),
        Meaning(
            "E_SHARD_DAY",
            OFFICE,
            "the closed log has reviews of today, and a new log would count from zero what one person may review a day",
            "make the next office tomorrow (UTC)",
        ),
        Meaning(
            "E_SHARD_NEXT",
            OFFICE,
            "the other office's log is not closed, not published to its end, or names another log than this one",
            "close it with `lawgate log close --next-origin NAME/log`, then `lawgate init NEW --name NAME --after OLD`",
        ),
        Meaning(
            "E_SHARD_OPEN",
            OFFICE,
            "the log is to be closed because its time is over, and something is still under way",
            "decide and hand out what it names, then close; `--reason broken` or `key` closes at once",
        ),
        *SENT_STEPS,
        *DOCKET_STEPS,
        *NOTICE_STEPS,
        *EVIDENCE_STEPS,
        *COUNTED_STEPS,
        *ACCOUNTING_STEPS,
        *RECEIVED_STEPS,
    ),
)
