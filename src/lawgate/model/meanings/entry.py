# SPDX-License-Identifier: Apache-2.0
"""One entry of the table of codes, and one group of entries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """A stable `code`, who `meets` it, what it `means`, and how to `mend` it. Plain words, no value."""

    code: str
    meets: str
    means: str
    mend: str


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that are met in one place. A code stands once in a group, and means one thing in all of them.

    `name` is for the program; `title` and `about` open the group on the page of codes.
    """

    name: str
    title: str
    about: str
    entries: tuple[Meaning, ...]
