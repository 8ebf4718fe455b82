# SPDX-License-Identifier: Apache-2.0
"""Made-up logs for reports: leaves in their full form, with only what is counted chosen."""

from __future__ import annotations

from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.schema import FIELDS, Value
from lawgate.office.reports import Person

BLANK: dict[str, Value] = {
    "digest": "0" * 64,
    "id": "x",
    "code": "x",
    "day": "2025-01-01",
    "instant": "2025-01-01T00:00:00Z",
    "count": 0,
    "number": 0,
    "flag": False,
}


def leaf(kind: str, at: str, **said: Value) -> StageLeaf:
    """A leaf of a kind; what is not said is blank."""
    body = {name: () if type_.endswith("*") else BLANK[type_.rstrip("?")] for name, type_ in FIELDS[kind].items()}
    return StageLeaf(kind, at, {**body, **said})


class Log:
    """Leaves in order, and who was in each package."""

    def __init__(self) -> None:
        self.leaves: list[tuple[int, StageLeaf]] = []
        self.people: dict[str, frozenset[Person]] = {}

    def add(self, kind: str, at: str, **said: Value) -> int:
        self.leaves.append((len(self.leaves), leaf(kind, at, **said)))
        return len(self.leaves) - 1

    def request(self, batch: str, agency: str, provision: str, day: str) -> None:
        self.add("request", f"{day}T08:00:00Z", batch=batch, requester=agency, recipient=agency, provision=provision)

    def disclosed(self, batch: str, agency: str, day: str, people: range, times: int = 1, manifest: str = "a") -> str:
        """A package of these people, handed out so many times; its id."""
        package = f"{batch}-p{len(self.people)}"
        self.people[package] = frozenset((manifest, n) for n in people)
        decided = self.add("decision-batch", f"{day}T09:00:00Z", batch=batch)
        prepared = self.add(
            "prepared", f"{day}T10:00:00Z", batch=batch, package=package, decision_leaf=decided, rows=len(people)
        )
        for _ in range(times):
            self.add(
                "handout",
                f"{day}T11:00:00Z",
                package=package,
                prepared_leaf=prepared,
                rows=len(people),
                recipient=agency,
            )
        return package

    def who(self, prepared: StageLeaf, _decision: StageLeaf) -> frozenset[Person]:
        return self.people[prepared.text("package")]
