# SPDX-License-Identifier: Apache-2.0
"""What has to be true of an office folder at rest, read from its files alone: log, docket, packages, what went out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from lawgate.drivers.keys import verify
from lawgate.drivers.tiles.reader import TileReader
from lawgate.ledger import leaf as leaves
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.leaf import StageLeaf
from lawgate.ledger.merkle import root_of
from lawgate.ledger.quorum import check
from lawgate.ledger.tile import TileId
from unit.release.desk import POLICY

OTHER = "other-"
"""Orders whose id begins so are for an agency that asks for nothing here."""
TIGHTER = ("verify", "stay-end", "extend", "mandate-recalled")
"""What an act may do that makes an order bind more."""


@dataclass(frozen=True)
class Folder:
    """An office folder as found."""

    root: Path
    leaves: list[StageLeaf] = field(default_factory=list)

    @classmethod
    def read(cls, root: Path) -> Folder:
        """Every leaf, read anew."""
        log = TileReader(root / "log")
        return cls(root, [leaves.parse(log.read(index)) for index in range(log.size())])

    def of(self, kind: str) -> list[tuple[int, StageLeaf]]:
        """Leaves of a kind with their indexes."""
        return [(index, leaf) for index, leaf in enumerate(self.leaves) if leaf.kind == kind]

    def keys(self) -> dict[str, int]:
        """Every key file that ever arrived, whole or in part: its path below `out`, and the number of its leaf."""
        out = self.root / "out"
        found = sorted(out.glob("*/keys*.age"))
        return {file.relative_to(out).as_posix(): int(file.parent.name.rsplit("-", 1)[1]) for file in found}


def readable(root: Path) -> dict[str, tuple[int, str]]:
    """What lies with the recipient: path, size and digest of each file."""
    out = root / "out"
    found = ((file, file.read_bytes()) for file in sorted(out.glob("**/*")) if file.is_file())
    return {file.relative_to(out).as_posix(): (len(data), sha256(data).hexdigest()) for file, data in found}


def cosigned(root: Path) -> int:
    """How many leaves the published head stands for; 0 where there is none with enough witnesses."""
    try:
        return check((root / "log" / "checkpoint").read_bytes(), POLICY, verify).checkpoint.size
    except (OSError, MalformedError):
        return 0


def broken(root: Path) -> list[str]:
    """Which promises do not hold; nothing when all do."""
    found = Folder.read(root)
    return [*_logged(found), *_accounted(found), *_stopped(found), *_listed(found), *_ordered(found)]


def _logged(found: Folder) -> list[str]:
    """I1, I7: each key file has a leaf of its own, under witnesses."""
    made = dict(found.of("handout"))
    keys, head = found.keys(), cosigned(found.root)
    said = [f"{file} has no leaf" for file, leaf in keys.items() if leaf not in made]
    said += [f"{file} is not under witnesses" for file, leaf in keys.items() if leaf >= head]
    if len({Path(file).parent for file in keys}) > len(made):
        said.append("more was handed out than there are leaves")
    return said


def _accounted(found: Folder) -> list[str]:
    """I8: entries about every person are in the log's subtrees before the package can be pulled at all."""
    log = TileReader(found.root / "log")
    said = []
    for index, leaf in found.of("prepared"):
        try:
            entries = log.subtree_tile(leaf.text("subtree"), TileId(0, 0, leaf.number("rows")))
        except KeyError:
            entries = b""
        said += [] if root_of(entries).hex() == leaf.text("root") else [f"leaf {index}: its accounting is not there"]
    return said


def _stopped(found: Folder) -> list[str]:
    """I3: no leaf of a hand-out behind the bar of an order that covers it."""
    bars = [index for index, leaf in found.of("order-bar") if not leaf.text("order").startswith(OTHER)]
    first = min(bars, default=len(found.leaves))
    return [f"hand-out {index} behind the bar {first}" for index, _ in found.of("handout") if index > first]


def _listed(found: Folder) -> list[str]:
    """I4: the lists behind a bar name what was dated since its effect, less what two clocks may be off; no other.

    Counted here anew, from the earlier of effect and learning, as the docket binds. An act that tightens begins a list
    of its own, at its own effect (or its entry: here nobody learns of one before that).
    """
    said = []
    for bar, order in found.of("order-bar"):
        covers = not order.text("order").startswith(OTHER)
        for since, until, named in _lists(found, bar, min(order.text("learned"), order.text("effective"))):
            begins = datetime.fromisoformat(since) - timedelta(seconds=240)
            late = [
                f"{leaf.text('package')}@{index}"
                for index, leaf in found.of("handout")
                if covers and index < until and datetime.fromisoformat(leaf.at) >= begins
            ]
            said += [f"in-force of {bar} names {named}, and not {late}"] if named != late else []
    return said


def _lists(found: Folder, bar: int, effective: str) -> list[tuple[str, int, list[str]]]:
    """Each list behind a bar: since when it counts, up to which leaf, and its names, of however many leaves."""
    made, since, until, going_on = [], effective, bar, False
    answered = False
    for index, leaf in enumerate(found.leaves):
        if leaf.kind == "order-act" and leaf.number("bar_leaf") == bar and leaf.text("does") in TIGHTER:
            began = min(leaf.text("effective"), leaf.at)
            since = began if answered else min(since, began)
            until, answered = index, False
        elif leaf.kind == "in-force" and leaf.number("bar_leaf") == bar:
            if going_on:
                made[-1][2].extend(_exposed(leaf))
            else:
                made.append((since, until, list(_exposed(leaf))))
            going_on = len(_exposed(leaf)) == 256
            answered = not going_on
    return made


def _exposed(leaf: StageLeaf) -> tuple[str, ...]:
    return leaf.texts("exposed")


def _ordered(found: Folder) -> list[str]:
    """I27: times in the log never run back."""
    times = [leaf.at for leaf in found.leaves]
    return [] if times == sorted(times) else ["times in the log run back"]
