# SPDX-License-Identifier: Apache-2.0
"""What a look at a package reads of an office folder, besides log and docket: for the office and for the key keeper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from lawgate.drivers.rooms.folders import FolderRooms
from lawgate.drivers.rooms.pins import FolderPins
from lawgate.law.clocks import clock_for, read_clocks
from lawgate.law.notice_parties import FILE as PARTIES
from lawgate.law.notice_parties import NoticeParties, read_notice_parties
from lawgate.law.read import digest_of
from lawgate.model.timerule import TimeRule
from lawgate.ports.papers import PaperRooms
from lawgate.ports.pins import PinMissingError

PINS = "pins"
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


def law_of(folder: Path, law: Callable[[], Mapping[str, bytes]], digest: str) -> Mapping[str, bytes]:
    """The texts of a rulebook by its digest: those of now, or else the copies kept. PinMissingError without either."""
    files = law()
    if digest_of(files) == digest:
        return files
    try:
        # A keeper only reads the office's folder: what is not there is not made.
        kept = FolderPins(folder / PINS) if (folder / PINS / "lists").is_dir() else None
    except OSError:
        kept = None
    if kept is None:
        raise PinMissingError("no texts of earlier rulebooks are kept here")
    return kept.files(digest)
