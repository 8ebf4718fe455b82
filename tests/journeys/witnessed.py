# SPDX-License-Identifier: Apache-2.0
"""An office whose three witnesses are processes of their own, as journeys need it that are about witnesses.

Such an office is never copied: its witnesses remember one log of this name, and a copy would be a fork.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from journeys.office import BOOK, KEY, SAFEGUARDS, SEED, Office
from lawgate.office.handout import HandedOut
from lawgate.protocol.bars import Barred
from lawgate.wiring.folder import create
from lawgate.wiring.main import rulebooks
from lawgate_lab.office import try_pull
from lawgate_lab.registering import Past, register_now
from lawgate_lab.witnesses import Post, listed, make_known, played


@dataclass(frozen=True)
class Watched:
    """The office, its witnesses, and a package of three people that is prepared."""

    office: Office
    posts: tuple[Post, ...]
    package: str
    out: Path

    def pull(self) -> HandedOut | Barred:
        """Ask for the package once more, as the command does: the office is held against its log first."""
        house = self.office.house
        house.hold(False)
        return try_pull(house, self.package, KEY, self.out)

    def delivered(self) -> list[str]:
        """What has left the office so far."""
        return sorted(path.name for path in self.out.iterdir()) if self.out.exists() else []

    def kinds(self) -> list[str]:
        """The kinds of the log's leaves."""
        return [leaf.kind for _, leaf in self.office.house.decide.log.leaves()]


@contextmanager
def watched(top: Path, lab: Path) -> Iterator[Watched]:
    """The office with its witnesses running, a batch decided, a package prepared; everything ends at the end."""
    with played(top / "witnesses") as posts:
        folder = top / "office"
        make_known(posts, create(folder, rulebooks(), BOOK, "journey", listed(posts), clock=Past()))
        for register in (lab / "registers").glob("*.toml"):
            (folder / "registers" / register.name).write_bytes(register.read_bytes())
        (folder / "registers" / "safeguards.toml").write_text(SAFEGUARDS)
        office = Office(folder, lab, SEED)
        register_now(office.house.keys, SEED)
        office.house.import_records(lab / "records")
        batch = office.decided(lab / "proper")
        prepared = office.prepared(batch, [0, 1, 2])
        yield Watched(office, posts, prepared.manifest.package, top / "out")
