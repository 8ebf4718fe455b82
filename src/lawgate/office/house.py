# SPDX-License-Identifier: Apache-2.0
"""The house: every desk of one office folder, as the surfaces see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lawgate.ledger.checkpoint import Checkpoint
from lawgate.office.accounting import AccountingDesk
from lawgate.office.bench import DecideDesk
from lawgate.office.history import HistoryDesk
from lawgate.office.intake import IntakeDesk
from lawgate.office.notify import NotifyDesk
from lawgate.office.orders import OrderDesk
from lawgate.office.recall_desk import RecallDesk
from lawgate.office.recipient_keys import KeyDesk
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

    `notice_keys` makes the keys that sign notices from a mailbox, and gives what they are checked by (certificate as
    PEM, public key in hex); `accounting` opens the desk for accounting to people; `courier` makes a way out into a
    folder; `import_records` reads the custodian's two files and returns the manifest's digest; `hold` raises a
    LawgateError when the office is read-only (True: for a step that takes up one that broke off); `check_log`
    recomputes the whole log; `fsck` gives each finding with what it would take to mend it; `close_log` closes the log
    for good (the next log's name, a reason); `log_policy` is what a head of it is checked by; `prove` gives a leaf
    and its tlog-proof file; `witness_note` says in words who the witnesses are.
    """

    intake: IntakeDesk
    decide: DecideDesk
    release: Release
    orders: OrderDesk
    history: HistoryDesk
    recall: RecallDesk
    keys: KeyDesk
    notify: NotifyDesk
    notice_keys: Callable[[str], tuple[bytes, str]]
    accounting: Callable[[], AccountingDesk]
    courier: Callable[[Path], Courier]
    import_records: Callable[[Path], str]
    hold: Callable[[bool], None]
    check_log: Callable[[], Sequence[Check]]
    fsck: Callable[[], Sequence[tuple[Check, str]]]
    close_log: Callable[[str, str], Checkpoint]
    log_head: Callable[[], tuple[int, str]]
    log_policy: str
    prove: Callable[[int], tuple[bytes, bytes]]
    witness_note: str
    profile: str
