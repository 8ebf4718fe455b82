# SPDX-License-Identifier: Apache-2.0
"""Steps about acts on orders, and stops without a paper, that may not be taken now."""

from __future__ import annotations

from lawgate.model.meanings.entry import Meaning

CLERK = "docket clerk"

DOCKET_STEPS = (
    Meaning(
        "deadline_length",
        CLERK,
        "the period is no number of days or of hours, is both, or is longer than ten years",
        "write `--days N` or `--hours N`, as the paper states it",
    ),
    Meaning(
        "deadline_rule",
        CLERK,
        "the rulebook has no one time rule for that day, or says nothing of a day that has to be counted",
        "count by hand, have it checked, and ask whoever keeps the rulebook for the rule (docs/spec/clocks.md)",
    ),
    Meaning(
        "act_kind",
        CLERK,
        "there is no such kind of act, or the command takes acts of another kind",
        "docs/spec/docket.md lists the kinds; `lawgate order act` takes all of them",
    ),
    Meaning(
        "act_signed",
        CLERK,
        "a signature was not named as who, in which office, and in which file",
        "write PERSON,OFFICE,FILE once for each who signs; the file holds the 64 bytes",
    ),
    Meaning(
        "act_order",
        CLERK,
        "the act names an order that the docket does not have",
        "enter the order first, or the act's paper with `--unreadable NAME`: it then binds everything",
    ),
    Meaning(
        "act_unknown",
        CLERK,
        "docket and log do not have exactly one act of this id",
        "`lawgate order list` names the acts; `lawgate order complete` makes up a leaf that is missing",
    ),
    Meaning(
        "act_untold",
        CLERK,
        "no notice of this act was written yet",
        "send it with `lawgate notice act`, or write it with `lawgate order tell`; it names every address to be served",
    ),
    Meaning(
        "act_served_at",
        CLERK,
        "the moment of service lies before the notice or ahead of now",
        "state the moment of the proof of service, with its offset",
    ),
    Meaning("act_lifted", CLERK, "this act takes effect already", "nothing is left to do"),
    Meaning(
        "lift_early",
        CLERK,
        "the act may not loosen anything yet; the sentence says everything it lacks",
        "have two people sign a new act, serve everybody its notice names, or wait, as it says",
    ),
    Meaning(
        "stop_reason",
        CLERK,
        "the reason of a stop is one line, and stays in the docket for good; nothing was entered",
        "write one line without any number of a person, and stop again at once",
    ),
    Meaning(
        "stop_recipients",
        CLERK,
        "a recipient of a stop is named by its id, once; nothing was entered",
        "write the ids of recipients.toml or of agencies, or leave `--recipient` out: then everything stops",
    ),
    Meaning(
        "stop_second",
        CLERK,
        "whoever signs for a second stop is named by id, with a signature of 64 bytes; nothing was entered",
        "sign the text that the command printed; the file of `--signature` holds the 64 bytes",
    ),
    Meaning(
        "stop_again",
        CLERK,
        "the same person stopped not long ago without a paper, and nobody else signed for it",
        "have a second person sign the text that was printed, or enter the paper itself as an order. The earlier stop "
        "binds; `lawgate order complete` makes up what the log lacks of it",
    ),
)
