# SPDX-License-Identifier: Apache-2.0
"""The house: every desk of one office folder, as the surfaces see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lawgate.office.bench import DecideDesk
from lawgate.office.intake import IntakeDesk
from lawgate.office.orders import OrderDesk
from lawgate.office.release import Release
from lawgate.ports.release import Courier


@dataclass(frozen=True, slots=True)
class Check:
    """One thing `log verify` has to say: a stable code, then a sentence. `broken` is false for remarks."""

    code: str
    sentence: str
    broken: bool


@dataclass(frozen=True, slots=True)
class House:
    """The desks of one office folder, and what surfaces need besides.

    `courier` makes a way out into a folder; `import_records` reads the custodian's two files and returns the manifest's
    digest; `check_log` recomputes the whole log; `log_policy` is what a head of it is checked by; `prove` gives a leaf
    and its tlog-proof file; `witness_note` says in words who the witnesses are.
    """

    intake: IntakeDesk
    decide: DecideDesk
    release: Release
    orders: OrderDesk
    courier: Callable[[Path], Courier]
    import_records: Callable[[Path], str]
    check_log: Callable[[], Sequence[Check]]
    log_head: Callable[[], tuple[int, str]]
    log_policy: str
    prove: Callable[[int], tuple[bytes, bytes]]
    witness_note: str
    profile: str
