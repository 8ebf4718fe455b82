# SPDX-License-Identifier: Apache-2.0
"""Why no evidence is made, and what checking a bundle can say; both verifiers use the second list."""

from __future__ import annotations

from lawgate.model.meanings.entry import Meaning

OFFICE, CHECKER = "the custodian's office", "whoever checks evidence"
ASK = "ask whoever gave you the bundle for another one; keep this one"

EVIDENCE_STEPS = (
    Meaning(
        "E_IN_SCOPE",
        OFFICE,
        "something left in this range that the leaves do not show to be outside the order's scope: no certificate",
        "name a range without it, or make a bundle about the order or the range, which says what happened",
    ),
    Meaning(
        "E_LARGE",
        OFFICE,
        "the evidence would be larger than a verifier reads",
        "make several bundles, each of a shorter range",
    ),
    Meaning(
        "E_NO_EFFECT",
        OFFICE,
        "nothing can be certified about an order that keeps nothing from leaving",
        "make a bundle about the order, or about the range",
    ),
    Meaning("E_RANGE", OFFICE, "the log has no such range of leaves", "`lawgate log verify` says how many there are"),
    Meaning(
        "E_SUBJECT",
        OFFICE,
        "it is not clear what the evidence is to be about, or the log does not know it",
        "name one batch, package or order as `lawgate status` lists them, or a range of leaves",
    ),
)
EVIDENCE_FORMS = (
    Meaning("form", CHECKER, "a bundle is not written in its one form", ASK),
    Meaning("leaf", CHECKER, "a leaf of a bundle is not of a kind and form that is known", ASK),
    Meaning("link", CHECKER, "a leaf of a bundle names another one that is missing or does not fit", ASK),
    Meaning(
        "policy_differs",
        CHECKER,
        "a bundle was made under another policy than the one that was given",
        "find out which policy is the right one; the one in the bundle proves nothing",
    ),
    Meaning("range", CHECKER, "a leaf of the range that a bundle states is missing", ASK),
    Meaning("released", CHECKER, "a certificate is not borne out: a hand-out is not shown to be outside", ASK),
    Meaning("row", CHECKER, "an opened row of a bundle does not lead to what the log has", ASK),
    Meaning("scope", CHECKER, "a certificate does not show its order, or a hand-out's names, rightly", ASK),
    Meaning("seal", CHECKER, "the parts of a bundle are not those that were put together", ASK),
    Meaning("signature", CHECKER, "a signature on the head of a bundle does not hold", ASK),
    Meaning("start", CHECKER, "the first leaf of a bundle does not name this policy and this mark", ASK),
    Meaning("subject", CHECKER, "the leaves of a bundle are not those of what it says it is about", ASK),
    Meaning("time", CHECKER, "a leaf of a bundle states an earlier moment than one before it", ASK),
)
