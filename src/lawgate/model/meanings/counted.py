# SPDX-License-Identifier: Apache-2.0
"""Refusals of the yearly reports, the public pages and reconciliation; they stand among the refusals of steps."""

from __future__ import annotations

from lawgate.model.meanings.entry import Meaning

OFFICE, RECIPIENT = "the custodian's office", "recipient"

COUNTED_STEPS = (
    Meaning(
        "E_ENTRIES",
        OFFICE,
        "accounting entries, or the figures of a decision, are not those the log holds; nothing is counted from them",
        "`lawgate log verify` names the file; bring it back from a copy kept elsewhere",
    ),
    Meaning(
        "E_NO_PUBLIC",
        OFFICE,
        "the rulebook of this office lacks a text that the public pages need",
        "copy the folder `public` of the shipped rulebook into the office's",
    ),
    Meaning(
        "E_NO_REPORT",
        OFFICE,
        "the rulebook of this office does not say what the yearly reports are",
        "copy the folder `public` of the shipped rulebook into the office's",
    ),
    Meaning(
        "E_OUT",
        OFFICE,
        "the folder to write into holds something else, which is not written over",
        "name a new folder",
    ),
    Meaning(
        "E_RECEIPT",
        RECIPIENT,
        "this is no receipt for a delivery of this office, or a receipt that was taken is not kept any more",
        "write it with `lawgate reconcile receipt` in the folder as it was delivered, under its own name",
    ),
    Meaning(
        "E_RECEIPT_SIGNED",
        RECIPIENT,
        "the receipt is not signed, over these very bytes, by somebody in an office of the recipient on its day",
        "have a person sign it whom the custodian's people.toml shows in that agency",
    ),
    Meaning(
        "E_UNSORTED",
        OFFICE,
        "the log has a disclosure of which the rulebook does not say whether, or as what, the reports count it",
        "counsel adds its purpose, or a provision for each of the two kinds, to public/reports.toml",
    ),
    Meaning(
        "E_YEAR",
        OFFICE,
        "the year is not over, and a report on it would change with every hand-out",
        "wait until it is; `--draft` gives the confidential report alone",
    ),
    Meaning(
        "reconcile_differs",
        OFFICE,
        "manifest, transmitted, received and accounted do not agree; the log holds the incident",
        "keep everything as it is, find out what happened to the records it names, and correct what somebody was told",
    ),
)
