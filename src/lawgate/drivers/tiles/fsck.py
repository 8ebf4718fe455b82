# SPDX-License-Identifier: Apache-2.0
"""Derive every file of a log anew from its stored leaves, and say of each wrong file what it would take to mend it.

Nothing is written. Leaves are believed where they lead to a root that was signed; whatever hangs below or above them
can then be made again from them. What cannot be derived has to come from a copy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lawgate.drivers.tiles.check import most_entries, published, verify
from lawgate.drivers.tiles.finding import Finding
from lawgate.drivers.tiles.reader import CHECKPOINT, HEAD, LOCK, SUBTREE
from lawgate.drivers.tiles.subtree import level_path
from lawgate.drivers.tiles.tree import OLDER_DIFFERS, Tree, load_entries
from lawgate.ledger.checkpoint import Checkpoint, parse_text
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.merkle import HASH, leaf_hashes, root_of, subtree_levels
from lawgate.ledger.note import Verify
from lawgate.ledger.quorum import Policy
from lawgate.ledger.tile import ENTRIES, encode_bundle, tiles_between

FROM_LEAVES = "make this file again from the leaves: they lead to the signed root, and it follows from them"
FROM_LATER = "cut this older copy again from the later one beside it"
FROM_LEVEL = "make this level again from the lowest level of its subtree, which leads to the root in the log"
FROM_ROWS = "commit the rows of the batch again under its salts, or bring the file back from a copy"
FROM_WITNESS = "take the head that a witness remembers: it has the signatures; otherwise a copy"
FROM_COPY = "bring this file back from a copy: nothing that is left leads to it"
EMPTY_IT, AWAY, NOTHING = "empty it", "move it away and keep it", "nothing"
PEOPLE = "only people can decide: keep everything as it is"
_BY_CODE = {"not_part_of_the_log": AWAY, OLDER_DIFFERS: FROM_LATER}
_SAID = ("leaf_malformed", "leaf_after_close", "time_runs_back")


@dataclass(frozen=True, slots=True)
class Derived:
    """What the stored leaves come to: how many of them lead to a signed root, and every file made of those.

    `size` is -1 when no signed head is there, or the leaves do not lead to one; `files` is empty then.
    """

    size: int
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Mend:
    """One finding, and in a plain sentence what it would take to mend it."""

    finding: Finding
    takes: str


def fsck(folder: Path, policy: Policy, verify_signature: Verify, remembered: Sequence[Checkpoint] = ()) -> list[Mend]:
    """Everything wrong with the log in this folder, each with what it takes; a whole log gives remarks at most.

    Call it while no writer is at work. What `verify` finds is the measure; a file that differs from what the leaves
    give and that `verify` has not named is added (`hash_differs`). `remembered`: heads that witnesses hold.
    """
    findings = verify(folder, policy, verify_signature)
    made = derive(folder, [*published(folder, policy, verify_signature), *remembered])
    named = {each.path for each in findings}
    # At the size of another head than the stored one, an older copy may have been dropped for a full one.
    ours = [each.size for each in _durable(folder)] == [made.size]
    for path, data in made.files.items() if ours else ():
        if path not in named and _read(folder / path) != data:
            findings.append(Finding(path, "", "hash_differs"))
    spoilt = {each.path for each in findings if each.code.partition(":")[0] not in _SAID}
    return [Mend(each, _takes(made, spoilt, each)) for each in findings]


def derive(folder: Path, signed: Sequence[Checkpoint]) -> Derived:
    """Every tile and bundle from the bytes of the leaves alone, as far as they lead to the largest signed head.

    Leaves behind that head, not signed yet, are believed where the head file has their root.
    """
    largest = max(signed, key=lambda each: each.size, default=None)
    if largest is None:
        return Derived(-1, {})
    for head in dict.fromkeys([*_durable(folder), largest]):
        possible = largest.size <= head.size <= most_entries(folder)
        entries = load_entries(folder, head.size, Tree("", head.size), []) if possible else [None]
        hashes = leaf_hashes(whole := [entry for entry in entries if entry is not None])
        signed_part = root_of(hashes[: largest.size * HASH])
        if len(whole) == len(entries) and (root_of(hashes), signed_part) == (head.root, largest.root):
            return Derived(head.size, derived_files(whole))
    return Derived(-1, {})


def _durable(folder: Path) -> list[Checkpoint]:
    try:
        return [parse_text((folder / HEAD).read_text("utf-8"))]
    except (OSError, UnicodeDecodeError, MalformedError):
        return []


def derived_files(entries: Sequence[bytes]) -> dict[str, bytes]:
    """The bundles and tiles, by path, of a log that holds just these entries."""
    files: dict[str, bytes] = {}
    for tile in tiles_between(ENTRIES, 0, len(entries)):
        files[tile.path] = encode_bundle(entries[tile.first : tile.first + tile.width])
    for level, hashes in enumerate(subtree_levels(leaf_hashes(entries))):
        for tile in tiles_between(level, 0, len(hashes) // HASH):
            files[tile.path] = hashes[tile.first * HASH : (tile.first + tile.width) * HASH]
    return files


def _takes(made: Derived, spoilt: set[str], found: Finding) -> str:
    if not found.broken:
        return NOTHING
    if found.path == LOCK:
        return EMPTY_IT
    code = found.code.partition(":")[0]
    # What leaves say is for people to judge only where these are the bytes that were stored.
    if code in _SAID and found.path not in spoilt:
        return PEOPLE
    return _BY_CODE.get(code) or _by_place(made, spoilt, found.path)


def _by_place(made: Derived, spoilt: set[str], path: str) -> str:
    top, _, rest = path.partition("/")
    if top == SUBTREE:
        return _subtree(spoilt, rest)
    if path == CHECKPOINT:
        return FROM_WITNESS
    follows = made.size >= 0 if path == HEAD else path in made.files and not path.startswith("tile/entries/")
    return FROM_LEAVES if follows else FROM_COPY


def _subtree(spoilt: set[str], rest: str) -> str:
    name, _, level = rest.partition("/")
    lowest = level_path(0)
    return FROM_LEVEL if level not in ("", lowest) and f"{SUBTREE}/{name}/{lowest}" not in spoilt else FROM_ROWS


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
