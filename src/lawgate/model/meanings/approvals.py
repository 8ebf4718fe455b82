# SPDX-License-Identifier: Apache-2.0
"""Approvals, objections and recipient keys that are not taken, or do not do."""

from __future__ import annotations

from lawgate.model.meanings.entry import Group, Meaning

APPROVER, OBJECTOR, REGISTRAR, OFFICE = "approver", "whoever objects", "registrar", "the custodian's office"

APPROVALS = Group(
    "approvals",
    "Faults of an approval or an objection",
    "All faults are told at once and nothing is kept. The same codes stand beside an approval that does not count any "
    "more, and at what is short of a package. The form is in [approvals](../spec/approvals.md).",
    (
        Meaning(
            "E_APPROVAL_FORM",
            APPROVER,
            "the paper is no approval in its one spelling",
            "write it with `lawgate approve paper`",
        ),
        Meaning(
            "E_APPROVAL_BIND",
            APPROVER,
            "the approval is not signed over exactly this package, set of rows and list of objections, with the "
            "approver's own key",
            "write the paper anew and have the same person sign its exact bytes",
        ),
        Meaning(
            "E_APPROVAL_OFFICE",
            APPROVER,
            "the approver does not hold, on that day, an office that approves in the stated role",
            "have somebody approve who does; the rulebook's register of approving offices lists them",
        ),
        Meaning(
            "E_APPROVAL_DAY",
            APPROVER,
            "the approval was said on another UTC day than it was handed in, ahead of it, or before the package was "
            "there",
            "write the paper, sign it and hand it in within one UTC day",
        ),
        Meaning(
            "E_DUAL",
            APPROVER,
            "two people in two offices approve, none of whom asks, receives, reviewed, signed the agreement or reports "
            "to somebody who did; this approval is by one of those, or by somebody who approved already",
            "have somebody else approve",
        ),
        Meaning(
            "E_CHART",
            OFFICE,
            "people.toml does not show to whom the approver reports, up to somebody who reports to nobody",
            "enter the missing lines `reports_to`; what is not known cannot be ruled out",
        ),
        Meaning(
            "E_APPROVAL_GONE",
            OFFICE,
            "the paper of a logged approval is not kept, or is another one; the approval does not count",
            "bring it back from a copy kept elsewhere, or have the package approved by others",
        ),
        Meaning(
            "E_OBJECTION_GONE",
            OFFICE,
            "an objection that the log names is not kept any more; the log keeps its leaf, and nothing goes out",
            "bring it back from a copy kept elsewhere; nobody can take an objection away",
        ),
        Meaning(
            "E_UNPREPARED",
            APPROVER,
            "the log does not show, just once, that a package of this name was prepared as it is kept",
            "see `lawgate status`; `lawgate log verify` names what is spoilt",
        ),
        Meaning(
            "E_APPROVALS_FEW",
            APPROVER,
            "fewer approvals count than the package takes",
            "have more people approve; `lawgate approve list` says which do not count and why",
        ),
        Meaning(
            "E_APPROVALS_LEGAL",
            APPROVER,
            "no approval that counts is from a legal office",
            "have somebody of a legal office approve",
        ),
        Meaning(
            "E_APPROVALS_OFFICES",
            APPROVER,
            "an order asks for more approvals from certain offices than have been given",
            "have people of the offices approve that the order names",
        ),
        Meaning(
            "E_OBJECTION_FORM",
            OFFICE,
            "a kept objection is not one that was written by `lawgate object`",
            "`lawgate log verify` names the spoilt one; bring it back from a copy kept elsewhere",
        ),
        Meaning(
            "E_OBJECTION_PERSON",
            OBJECTOR,
            "no register names the person who objects",
            "give the id that people.toml or staff.toml has; one need not be in office any more",
        ),
        Meaning(
            "E_OBJECTION_SUBJECT",
            OBJECTOR,
            "there is no batch and no package of that id",
            "give an id that `lawgate status` lists",
        ),
        Meaning(
            "E_OBJECTION_TEXT",
            OBJECTOR,
            "the text is empty, too long, not UTF-8, or has control signs or what may be somebody's number",
            "write some words, 64 KiB at most, and name rows by their number in the batch",
        ),
    ),
)

KEYS = Group(
    "keys",
    "Faults of a recipient key",
    "All faults are told at once and nothing is registered. The same codes stand in `lawgate key list` at a key that "
    "cannot be used. The form is in [recipient keys](../spec/recipient-keys.md).",
    (
        Meaning(
            "E_KEY_FORM",
            REGISTRAR,
            "the paper is no registration in its one spelling",
            "write it with `lawgate key paper`",
        ),
        Meaning(
            "E_KEY_NAME",
            REGISTRAR,
            "the id cannot be one of a key or an agency",
            "letters, digits, dots and hyphens, and nobody's number",
        ),
        Meaning(
            "E_KEY_TEXT",
            REGISTRAR,
            "nothing can be sealed to the text; it is no recipient key",
            "ask the agency for the public text of its key",
        ),
        Meaning(
            "E_KEY_AUTHORISATION",
            REGISTRAR,
            "the paper in which the agency says that the key is its own is empty",
            "ask the agency for that paper",
        ),
        Meaning(
            "E_KEY_PERSON",
            REGISTRAR,
            "the person holds no office of the custodian today",
            "have somebody do it whom people.toml shows in one",
        ),
        Meaning(
            "E_KEY_PROPOSED",
            REGISTRAR,
            "nothing is proposed under this id, or something else since",
            "begin again with `lawgate key propose`",
        ),
        Meaning(
            "E_KEY_ANSWER",
            REGISTRAR,
            "this is not the text that was sealed to the proposed key",
            "take the opened challenge byte for byte, or seal a new one with `lawgate key challenge`",
        ),
        Meaning(
            "E_KEY_UNANSWERED",
            REGISTRAR,
            "nobody has shown that they have the key that is to be registered",
            "`lawgate key challenge`, and take the answer with `lawgate key answer`",
        ),
        Meaning(
            "E_KEY_READ_BACK",
            REGISTRAR,
            "it is not said who read the fingerprint back, or how",
            "name the person, and one of in_person, paper, voice",
        ),
        Meaning(
            "E_KEY_FINGERPRINT",
            REGISTRAR,
            "the fingerprint that was read back is another key's",
            "find out whose key it is: somebody may have put another one in its place",
        ),
        Meaning(
            "E_KEY_REGISTRARS",
            REGISTRAR,
            "two different humans in a registering office of the custodian register a key; these are not",
            "have two registrars sign; one human under two ids is one",
        ),
        Meaning(
            "E_KEY_SIGNATURE",
            REGISTRAR,
            "a registrar's signature is missing, or not over these very bytes with that person's own key",
            "have both sign the exact bytes, and give the signatures in the order of their ids",
        ),
        Meaning(
            "E_KEY_DAY",
            REGISTRAR,
            "the registration was said on another UTC day than it is handed in, or ahead of it",
            "write, sign and hand it in within one UTC day",
        ),
        Meaning(
            "E_KEY_TIME",
            OFFICE,
            "no witness says what time it is, so the wait cannot begin",
            "see `lawgate log verify`; witnesses have to be reached",
        ),
        Meaning(
            "E_KEY_REASON",
            REGISTRAR,
            "the reason is none of those there are",
            "compromised, lost, replaced or withdrawn",
        ),
        Meaning(
            "E_KEY_UNREGISTERED",
            OFFICE,
            "the log does not show that this very key is registered under its id",
            "register it with two registrars: `lawgate key propose` begins it",
        ),
        Meaning("E_KEY_REVOKED", OFFICE, "somebody revoked the key; it never counts again", "register another one"),
        Meaning(
            "E_KEY_COMPROMISED",
            OFFICE,
            "this very key was revoked as compromised, under this id or another one",
            "have the recipient make a new key, and propose that one",
        ),
        Meaning(
            "E_KEY_PAPER",
            OFFICE,
            "no paper is kept in which two registrars sign for this very key",
            "bring it back from a copy kept elsewhere, or register the key anew",
        ),
        Meaning(
            "E_KEY_COOLOFF",
            OFFICE,
            "the key was registered, or changed, too short a time ago by the witnesses' clocks",
            "wait; `lawgate key list` says until when. Nobody can shorten it",
        ),
    ),
)
