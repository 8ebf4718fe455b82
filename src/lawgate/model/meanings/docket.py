# SPDX-License-Identifier: Apache-2.0
"""Steps about acts on orders, and stops without a paper, that may not be taken now."""

from __future__ import annotations

from lawgate.model.meanings.entry import Meaning

CLERK = "docket clerk"

DOCKET_STEPS = (
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
        "`lawgate order as-of` names the acts; enter the same text again where its leaf is missing",
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
        "stop_again",
        CLERK,
        "the same person stopped not long ago without a paper, and nobody else signed for it",
        "have a second person sign the text that was printed, or enter the paper itself as an order",
    ),
)
