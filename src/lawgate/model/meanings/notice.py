# SPDX-License-Identifier: Apache-2.0
"""Notice: steps that may not be taken now, why a notice was not handed over, and how a clock stands."""

from __future__ import annotations

from lawgate.model.meanings.entry import Group, Meaning

OFFICE, SERVER = "the custodian's office", "who states service"

NOTICE_STEPS = (
    Meaning(
        "notice_again",
        SERVER,
        "the log has this receipt already",
        "nothing is to be done; `lawgate notice list` shows it",
    ),
    Meaning(
        "notice_by_hand",
        SERVER,
        "a machine takes notices at that address, and the log does not show that sending it this one failed before",
        "send it with `lawgate notice send` or `lawgate notice act`; hand in the report when a mail comes back",
    ),
    Meaning(
        "notice_evidence",
        SERVER,
        "what the statement rests on is missing, is another file, or does not say that this notice arrived",
        "hand in the delivery report, the stamped copy, or what counsel signed who took by hand a machine's notice",
    ),
    Meaning(
        "notice_form",
        SERVER,
        "a paper of notice is not in its one spelling",
        "hand in the very bytes that `lawgate notice statement` wrote, or that the party's program signed",
    ),
    Meaning(
        "notice_none",
        OFFICE,
        "no order in force wants notice of this package under terms that can be met",
        "see `lawgate order list`; a duty without hours and parties blocks for as long as it stands",
    ),
    Meaning(
        "notice_not_sent",
        OFFICE,
        "no notice of that package or act, that counts for the order, was sent",
        "send it with `lawgate notice send` or `lawgate notice act`",
    ),
    Meaning(
        "notice_package",
        OFFICE,
        "there is no such package, or it is not the one that was prepared",
        "take the name from `lawgate status`; a package that was changed is prepared anew",
    ),
    Meaning(
        "notice_paper",
        OFFICE,
        "a paper that the log names is not kept, or is another one",
        "put it back from a copy, or send notice anew",
    ),
    Meaning(
        "notice_parties",
        OFFICE,
        "the order names nobody to be given notice, or somebody the register has no address for",
        "have two people register the party in notice_parties.toml with every address it has",
    ),
    Meaning(
        "notice_person",
        OFFICE,
        "notice is given, and what came back handed in, by a named person in an office of the custodian",
        "have somebody do it whom people.toml lists there",
    ),
    Meaning(
        "notice_report",
        SERVER,
        "the file is no report of a mail system about one delivery of this notice",
        "hand in the mail as it was received, with its headers",
    ),
    Meaning(
        "notice_served",
        SERVER,
        "the statement is about another notice, address, way or time than can be",
        "write it anew with `lawgate notice statement`; `lawgate notice list` shows the newest notice",
    ),
    Meaning(
        "notice_signature",
        SERVER,
        "whoever the receipt names may not state this service, or has not signed these very bytes",
        "have it signed by a person of the custodian, or by the party with the key that the register has",
    ),
)

NOTICE_STOPS = (
    Meaning(
        "E_NOTIFY",
        OFFICE,
        "a notice was not handed over; the code behind it says why",
        "do what that code says; nobody is served by what was not handed over",
    ),
)

WAYS = Group(
    "ways",
    "Why a notice was not handed over",
    "Each address is told with one of these behind `NOT SENT`. Nobody is served by what was not handed over.",
    (
        Meaning("address", OFFICE, "nothing can be sent to that address", "have two people correct the register"),
        Meaning("answer", OFFICE, "the other side answered with more than is read", "ask whoever runs it"),
        Meaning(
            "by_hand",
            OFFICE,
            "it is an address for paper: somebody has to bring or file the page",
            "serve it, then write and sign the statement: `lawgate notice statement`",
        ),
        Meaning(
            "insecure",
            OFFICE,
            "it would have gone in the clear, or to somebody who could not show who they are",
            "have the other side offer TLS with a certificate that can be checked",
        ),
        Meaning(
            "no_way",
            OFFICE,
            "the office has no mail server, or no key, for addresses of that kind",
            "set up the table `mail` of the settings and `lawgate notice keys`; by hand counts only after a failed try",
        ),
        Meaning(
            "refused",
            OFFICE,
            "the other side did not take it",
            "correct the address, or serve by hand and have counsel sign for it: the log says that sending failed",
        ),
        Meaning(
            "unreached",
            OFFICE,
            "the other side could not be reached in time; it may have it all the same",
            "send again: the same notice goes, and its clock is the same",
        ),
    ),
)

CLOCKS = Group(
    "clocks",
    "How the clock of a notice stands",
    "`lawgate notice list` says `NOT MET` with one of these; nothing under the order leaves.",
    (
        Meaning(
            "clock_not_started",
            OFFICE,
            "service is not complete: an address has no receipt that holds, or the notice came back from it",
            "serve whoever is listed, and hand in the statement",
        ),
        Meaning(
            "clock_running",
            OFFICE,
            "by the witnesses' time the hours are not over",
            "wait until the last step that is shown",
        ),
        Meaning(
            "clock_unknown",
            OFFICE,
            "no time rule or no witnessed time can be had, so nobody can tell when the hours are over",
            "see `lawgate log verify` and the folder `clocks` of the rulebook",
        ),
        Meaning(
            "notice_not_sent",
            OFFICE,
            "no notice of that package or act, that counts for the order, was sent",
            "send it with `lawgate notice send` or `lawgate notice act`",
        ),
        Meaning(
            "notice_parties",
            OFFICE,
            "the order names nobody to be given notice, or somebody the register has no address for",
            "have two people register the party in notice_parties.toml with every address it has",
        ),
        Meaning(
            "notice_unwitnessed",
            OFFICE,
            "no head that witnesses signed shows the last receipt, so no clock has started",
            "run `lawgate notice list` again when the witnesses can be reached",
        ),
        Meaning(
            "notice_void",
            OFFICE,
            "the notice was of another set, of other hours or parties, or its time to release is over",
            "send notice anew; a new clock runs",
        ),
    ),
)
