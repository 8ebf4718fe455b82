# SPDX-License-Identifier: Apache-2.0
"""What ran and what waits, counted for the table at the end of a test run."""

from __future__ import annotations

from collections import Counter

RAN: set[str] = set()
WAITS: dict[str, str] = {}


def lines() -> list[str]:
    """The count of numbered cases that ran, and of those that wait, by subject."""
    if not RAN and not WAITS:
        return []
    numbered = {name for name in RAN if "-" not in name}
    subjects = Counter(subject for name, subject in WAITS.items() if "-" not in name)
    said = [f"edge cases: {len(numbered)} ran, {sum(subjects.values())} wait for machinery", ""]
    said[1] = f"beside them: {len(RAN) - len(numbered)} ran, {sum('-' in name for name in WAITS)} wait"
    for subject, count in sorted(subjects.items(), key=lambda item: (-item[1], item[0])):
        names = ", ".join(n for n in WAITS if WAITS[n] == subject and "-" not in n)
        said.append(f"  {count:>2} wait for {subject}: {names}")
    return said
