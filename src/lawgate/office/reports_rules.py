# SPDX-License-Identifier: Apache-2.0
"""What the yearly reports are and what they leave out: read from the rulebook, never written here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lawgate.model.fault import Refused

FILE = "public/reports.toml"


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the reports. `every_number`: it is confidential and hides nothing; otherwise it is public."""

    id: str
    title: str
    audience: str
    citation: str
    says: str
    every_number: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Provisions of which no report says anything: single ones by id, whole subsections by their letter."""

    id: str
    citation: str
    says: str
    subsections: frozenset[str]
    provisions: frozenset[str]

    def takes(self, provision: str) -> bool:
        """Whether a provision is left out. Its subsection is the letters its id begins with."""
        letters = re.match("[a-z]*", provision)
        return provision in self.provisions or (letters is not None and letters[0] in self.subsections)


@dataclass(frozen=True, slots=True)
class Purpose:
    """The general purpose of one provision."""

    provision: str
    citation: str
    says: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of the yearly reports.

    `unsorted` are provisions of which the log cannot tell whether they are left out; `due_days` run from the year's
    last day.
    """

    title: str
    due_days: int
    unsorted: frozenset[str]
    kinds: Mapping[str, Kind]
    left_out: tuple[LeftOut, ...]
    purposes: Mapping[str, Purpose]

    def due(self, year: int) -> date:
        """The day by which the reports on a year are due."""
        return date(year, 12, 31) + timedelta(days=self.due_days)


def read_rules(files: Mapping[str, bytes]) -> Rules:
    """The rules in a rulebook's files. Refused E_NO_REPORT when there are none that can be read."""
    try:
        return _rules(tomllib.loads(files[FILE].decode()))
    except (KeyError, TypeError, ValueError):
        raise Refused("E_NO_REPORT", f"the rulebook has no {FILE} that can be read") from None


def _rules(doc: dict[str, Any]) -> Rules:
    kinds = [Kind(**each) for each in doc["report"]]
    left = [
        LeftOut(
            each["id"],
            each["citation"],
            each["says"],
            frozenset(each["subsections"]),
            frozenset(each["provisions"]),
        )
        for each in doc["left_out"]
    ]
    purposes = [Purpose(**each) for each in doc["purpose"]]
    return Rules(
        doc["title"],
        int(doc["due_days"]),
        frozenset(doc["unsorted"]),
        {kind.id: kind for kind in kinds},
        tuple(left),
        {each.provision: each for each in purposes},
    )
