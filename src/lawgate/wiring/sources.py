# SPDX-License-Identifier: Apache-2.0
"""What a look at a package reads of an office folder, besides log and docket: for the office and for the key keeper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from lawgate.drivers.rooms.folders import FolderRooms
from lawgate.law.clocks import clock_for, read_clocks
from lawgate.law.notice_parties import FILE as PARTIES
from lawgate.law.notice_parties import NoticeParties, read_notice_parties
from lawgate.model.timerule import TimeRule
from lawgate.ports.papers import PaperRooms

BATCHES, NOTICES, KEYS = "batches", "notices", "recipient-keys"
NOTICE = "notice"


def paper_rooms(folder: Path) -> PaperRooms:
    """Where papers are kept."""
    return PaperRooms(*(FolderRooms(folder / name) for name in (BATCHES, NOTICES, KEYS)))


def parties(folder: Path) -> NoticeParties:
    """Who is given notice, as the register has it now."""
    file = folder / "registers" / PARTIES
    return read_notice_parties({PARTIES: file.read_bytes()} if file.exists() else {})


def time_rule(law: Mapping[str, bytes], day: date) -> TimeRule | None:
    """How hours of notice are counted on a day; None where the rulebook does not say."""
    return clock_for(read_clocks(law), NOTICE, day)
