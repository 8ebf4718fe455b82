# SPDX-License-Identifier: Apache-2.0
"""Agreements and practices: the form none of them can go below, whatever a rulebook says.

An agreement only narrows. A practice says how the custodian has been answering; more than a few people in one request
is not answered without a practice that says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lawgate.model.period import Span

FEW_ROWS = 49
"""The most people one request may ask about under a practice that gives no reasons of its own."""

CHANNELS = ("folder",)
"""How a request can reach the custodian: four files in a folder."""

EVERYBODY = "every"

PRACTICE_PARTS = ("requester", "provision", "channel", "matching_standard", "citation", "reason")
AGREEMENT_PARTS = ("id", "title", "requester", "custodian", "citation", "source")


@dataclass(frozen=True, slots=True)
class Practice:
    """How requests of one requester (or `every`) under one provision (or `every`) are answered, and how many people.

    `explanation` is the SHA-256 (hex) of the reasons given for more than a few, "" where there are none.
    """

    id: str
    requester: str
    provision: str
    channel: str
    rows_a_request: int
    rows_a_year: int
    matching_standard: str
    span: Span
    explanation: str

    def covers(self, requester: str, provision: str, channel: str, rows: int) -> bool:
        """Whether a request of `rows` people is answered in this way."""
        asked = self.requester in (requester, EVERYBODY) and self.provision in (provision, EVERYBODY)
        return asked and self.channel == channel and 0 < rows <= min(self.rows_a_request, self.rows_a_year)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The limits of one agreement: who may ask under it, through which offices, for what, and for how many people.

    One that states no number of people (None) does not narrow it; statute, practice and ceilings still do. `signers`
    are person ids, or offices whose holders of its first day signed; empty where it is not known who did.
    """

    id: str
    title: str
    requester: str
    offices: frozenset[str]
    provisions: frozenset[str]
    fields: frozenset[str]
    rows_at_most: int | None
    span: Span
    signers: frozenset[str] = frozenset()

    def covers(self, requester: str, office: str, provision: str, fields: frozenset[str], rows: int) -> bool:
        """Whether a request keeps inside every limit. Fields must be named, and each must be listed."""
        who = requester == self.requester and office in self.offices and provision in self.provisions
        few = self.rows_at_most is None or rows <= self.rows_at_most
        return who and bool(fields) and fields <= self.fields and rows > 0 and few


def missing(table: Mapping[str, object], parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts that are not a text, or an empty one."""
    return tuple(p for p in parts if not isinstance(table.get(p), str) or not str(table[p]).strip())


def too_wide(practice: Practice) -> str:
    """What forbids a practice, or "": for more than a few people it names who asks, under what, and its reasons."""
    if practice.rows_a_request <= FEW_ROWS:
        return ""
    if EVERYBODY in (practice.requester, practice.provision):
        return "for more than a few people it names one requester and one provision"
    return "" if practice.explanation else "for more than a few people it names the digest of its reasons"
