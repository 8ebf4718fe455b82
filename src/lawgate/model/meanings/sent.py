# SPDX-License-Identifier: Apache-2.0
"""Steps about what already left that may not be taken now: part of the group of refused steps."""

from __future__ import annotations

from lawgate.model.meanings.entry import Meaning

AUDITOR, RECALLER = "who audits a history", "who calls back"

SENT_STEPS = (
    Meaning(
        "audit_again",
        AUDITOR,
        "the signed paper was used for an audit already",
        "take the result of then, or have a new paper signed",
    ),
    Meaning(
        "audit_day",
        AUDITOR,
        "the paper is of another day than today (UTC): a signature is good for one day",
        "write it anew with `lawgate audit-paper` and have it signed today",
    ),
    Meaning(
        "audit_form",
        AUDITOR,
        "the paper is not in its one spelling",
        "hand in the very bytes that `lawgate audit-paper` wrote",
    ),
    Meaning(
        "audit_list",
        AUDITOR,
        "a file of the history is another one than when the paper was signed",
        "put the signed files back, or have a paper over these signed",
    ),
    Meaning(
        "audit_out",
        AUDITOR,
        "the folder for the result holds one already; nothing was looked at",
        "name another folder",
    ),
    Meaning(
        "audit_people",
        AUDITOR,
        "the two who sign are not two humans in two offices of the custodian, or one of them asked, received or sent",
        "have two other people sign; one human in two offices counts once",
    ),
    Meaning("audit_reason", AUDITOR, "a list is looked at for a stated reason", "say why in 1 to 500 characters"),
    Meaning(
        "audit_rulebook",
        AUDITOR,
        "the office has no such rulebook, or it is another text than when the paper was signed",
        "name a folder of `rulebooks/` of this office, and have a paper over it signed",
    ),
    Meaning(
        "audit_sending",
        AUDITOR,
        "a line of transmissions.csv names an instant that is none or lies ahead, or an id that no log can hold",
        "mend that line; docs/spec/history.md says how instants and ids are written",
    ),
    Meaning(
        "audit_signature",
        AUDITOR,
        "one of the two signatures is missing or does not hold over the paper",
        "each of the two signs the exact bytes of the paper, 64 raw bytes of Ed25519 each",
    ),
    Meaning(
        "certificate_rows",
        RECALLER,
        "a certificate is of more rows than are left to certify, or says another word than the three there are",
        "`lawgate recall status` shows how many are left: returned, undisclosable or retained",
    ),
    Meaning(
        "recall_again",
        RECALLER,
        "the same was called back before, for the same reason",
        "go on with that recall; `lawgate recall renew` writes again when an order changes what may be asked",
    ),
    Meaning(
        "recall_answer",
        RECALLER,
        "an answer is of more rows than are open or set apart, or says another word than the four there are",
        "`lawgate recall status` shows how the rows stand: quarantined, kept, destroyed or returned",
    ),
    Meaning(
        "recall_current",
        RECALLER,
        "every letter of the recall still asks what would be asked now",
        "nothing is to be done; what is not answered shows in `lawgate recall overdue`",
    ),
    Meaning(
        "recall_left_in_place",
        RECALLER,
        "the order that is named as the reason leaves what was sent where it is",
        "nothing is called back because of it; if the custodian was wrong, call back for that reason",
    ),
    Meaning(
        "recall_nothing",
        RECALLER,
        "no row of that disclosure has such a code against it",
        "take codes from the audit's result, or leave `--code` out",
    ),
    Meaning(
        "recall_order",
        RECALLER,
        "no such order is in force, or it does not have the effect that this step is about",
        "`lawgate order list` shows orders and effects; enter the order first",
    ),
    Meaning(
        "recall_person",
        RECALLER,
        "whoever is named with `--by` holds no office of the custodian today",
        "have somebody do it who does; people.toml lists them",
    ),
    Meaning(
        "recall_reason",
        RECALLER,
        "the reason is none of those there are, a code is not of the form of codes, or an order is named without need",
        "`--because` is custodian_error or use_breach, or order with `--order ID`",
    ),
    Meaning(
        "recall_source",
        RECALLER,
        "no disclosure in the log has that leaf, or that recipient had none of it",
        "`lawgate recall status` lists disclosures with their leaves and recipients",
    ),
    Meaning(
        "recall_unknown",
        RECALLER,
        "there is no recall of that id, or it asks nothing of that recipient",
        "`lawgate recall status` lists recalls and recipients",
    ),
)
