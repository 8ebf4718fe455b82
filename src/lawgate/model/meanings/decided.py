# SPDX-License-Identifier: Apache-2.0
"""Codes of findings that no clause of a rulebook carries, and words for how far things are."""

from __future__ import annotations

from lawgate.model.meanings.entry import Group, Meaning

REVIEWER = "reviewer"

FINDINGS = Group(
    "decisions",
    "Findings without a clause",
    "They stand in pattern records and letters beside the codes of the rulebook above.",
    (
        Meaning("shown", REVIEWER, "every part of the element was found", "nothing"),
        Meaning(
            "not_looked_at",
            REVIEWER,
            "the records were not opened because the request itself fails, or nobody was found to ask about",
            "see what stands in the way first",
        ),
        Meaning(
            "no_such_provision",
            REVIEWER,
            "the provision that the cover relies on is not in force here",
            "the requester names a provision of the rulebook, and asks anew",
        ),
        Meaning(
            "nothing_to_grant",
            REVIEWER,
            "nothing stands against the row, but there is no field and year that could be given",
            "the requester lists fields and years that are on file",
        ),
    ),
)
