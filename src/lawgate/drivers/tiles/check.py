# SPDX-License-Identifier: Apache-2.0
"""Recompute a whole log folder and say which file, and where in it, is not what the signed head stands for."""

from collections.abc import Iterator
from pathlib import Path

from lawgate.drivers.tiles.files import ASIDE, names_below
from lawgate.drivers.tiles.finding import Finding
from lawgate.drivers.tiles.reader import CHECKPOINT, HEAD, LOCK, SUBTREE
from lawgate.drivers.tiles.tree import OLDER_DIFFERS, Tree, compare, load_entries, load_tree
from lawgate.ledger import leaf as leaves
from lawgate.ledger.checkpoint import Checkpoint, parse_note, parse_text
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.fold import CLOSE
from lawgate.ledger.merkle import HASH, leaf_hashes, root_of
from lawgate.ledger.note import ML_DSA_44, Note, NoteKey, Verify, endorsements
from lawgate.ledger.quorum import Policy
from lawgate.ledger.tile import ENTRIES, WIDTH, tile_holding

ML_DSA_44_LINE = 8 + 2420
"""Bytes behind the key id of a line of type 0x06: the second it states, and the signature."""
_SUBTREE_KINDS = ("decision-batch", "prepared")


def verify(folder: Path, policy: Policy, verify_signature: Verify) -> list[Finding]:
    """Everything that is wrong with the log in this folder; an empty list when nothing is.

    Recomputed: each hash from entry bytes, each level from the one below, head and checkpoint from the tree, every
    signature, every leaf's form, every subtree a leaf names. Findings with `broken` false are remarks: work in
    progress, no checkpoint yet. Call it while no writer is at work.
    """
    findings: list[Finding] = []
    head = _head(folder, policy, findings)
    signed = _checkpoint(folder, policy, verify_signature, findings)
    size = max([each.size for each in (head, signed) if each is not None], default=-1)
    known = {HEAD, CHECKPOINT, LOCK}
    if size >= 0:
        # A head may state any size: not more is looked for than the folder has room for, and its root differs then.
        size = min(size, most_entries(folder) + WIDTH)
        entries, tree = _main_tree(folder, size, head, signed, findings)
        known |= tree.files
        known |= _subtrees(folder, _leaves(entries, findings), findings)
        findings.extend(_strangers(folder, known))
    return _without_repeats(findings)


def most_entries(folder: Path) -> int:
    """How many entries the bundles of this folder can hold at most."""
    return WIDTH * sum(1 for _ in names_below(folder, "tile/entries"))


def published(folder: Path, policy: Policy, verify: Verify) -> list[Checkpoint]:
    """The published head, when its signatures hold; an empty list otherwise."""
    found = _checkpoint(folder, policy, verify, [])
    return [] if found is None else [found]


def _without_repeats(findings: list[Finding]) -> list[Finding]:
    """One finding per file and code, the one that names a place; no complaint that follows from another.

    An older partial tile that differs from a later one is not to blame when the later one is wrong already.
    """
    placed = {(each.path, each.code) for each in findings if each.place}
    wrong = {each.path.split(".p/")[0] for each in findings if each.code != OLDER_DIFFERS}
    kept = [each for each in findings if each.code != OLDER_DIFFERS or each.path.split(".p/")[0] not in wrong]
    return list(dict.fromkeys(each for each in kept if each.place or (each.path, each.code) not in placed))


def _head(folder: Path, policy: Policy, findings: list[Finding]) -> Checkpoint | None:
    try:
        head = parse_text((folder / HEAD).read_text("utf-8"))
    except OSError:
        findings.append(Finding(HEAD, "", "missing"))
    except (UnicodeDecodeError, MalformedError) as error:
        findings.append(Finding(HEAD, getattr(error, "place", ""), "malformed"))
    else:
        if head.origin == policy.origin:
            return head
        findings.append(Finding(HEAD, "line 1", "other_origin"))
    return None


def _checkpoint(folder: Path, policy: Policy, verify: Verify, findings: list[Finding]) -> Checkpoint | None:
    """The published head, only when its signatures hold: a head nobody signed says nothing about the tree."""
    try:
        found, note = parse_note((folder / CHECKPOINT).read_bytes())
    except FileNotFoundError:
        findings.append(Finding(CHECKPOINT, "", "not_published", broken=False))
        return None
    except MalformedError as error:
        findings.append(Finding(CHECKPOINT, error.place, f"malformed:{error.code}"))
        return None
    before = len(findings)
    if found.origin != policy.origin:
        findings.append(Finding(CHECKPOINT, "line 1", "other_origin"))
    findings.extend(_signatures(note, policy, verify))
    return found if len(findings) == before else None


def _signatures(note: Note, policy: Policy, verify: Verify) -> Iterator[Finding]:
    """Each line must be by a key of the policy and hold; the log's must be there, and enough witnesses'.

    Stricter than reading somebody else's note: on our own disk a line by nobody we know is a spoilt line.
    """
    known: dict[tuple[str, bytes], NoteKey] = {(key.name, key.key_id): key for key in (policy.log, *policy.witnesses)}
    held: list[NoteKey] = []
    for number, line in enumerate(note.signatures, start=1):
        key = known.get((line.name, line.key_id))
        place = f"signature line {number}"
        if key is None:
            yield Finding(CHECKPOINT, place, "unknown_signer")
            continue
        if key.kind == ML_DSA_44:
            whole = len(line.signature) == ML_DSA_44_LINE
            yield Finding(CHECKPOINT, place, "line_not_checked" if whole else "signature_invalid", broken=not whole)
            continue
        try:
            endorsements(Note(note.text, (line,)), [key], verify)
            held.append(key)
        except MalformedError:
            yield Finding(CHECKPOINT, place, "signature_invalid")
    if policy.log not in held:
        yield Finding(CHECKPOINT, "", "log_signature_missing")
    if not policy.satisfied_by([key for key in held if key != policy.log]):
        yield Finding(CHECKPOINT, "", "too_few_witnesses")


def _main_tree(
    folder: Path, size: int, head: Checkpoint | None, published: Checkpoint | None, findings: list[Finding]
) -> tuple[list[bytes | None], Tree]:
    """Entries (None where unreadable) and the tree; compares both with each other, the head and the checkpoint."""
    tree = load_tree(folder, "", size, findings)
    entries = load_entries(folder, size, tree, findings)
    hashed = [None if entry is None else leaf_hashes([entry]) for entry in entries]
    trusted = [each.root for each in (head, published) if each is not None and each.size == size]
    settled = compare(tree, hashed, trusted, findings)
    for name, each in ((HEAD, head), (CHECKPOINT, published)):
        if each is None or settled is None:
            continue
        if root_of(settled[: each.size * HASH]) != each.root:
            findings.append(Finding(name, "line 3 (root)", "root_differs"))
    if head is not None and published is not None and head.size < published.size:
        findings.append(Finding(HEAD, "line 2 (size)", "smaller_than_checkpoint"))
    return entries, tree


def _leaves(entries: list[bytes | None], findings: list[Finding]) -> list[leaves.StageLeaf]:
    """The leaves that name a subtree; findings for those that cannot be read and for time that runs backwards."""
    found: list[leaves.StageLeaf] = []
    last: leaves.StageLeaf | None = None
    for index, entry in enumerate(entries):
        if entry is None:
            continue
        try:
            leaf = leaves.parse(entry)
        except MalformedError as error:
            findings.append(Finding(_bundle(index, entries), f"leaf {index}", f"leaf_malformed:{error.code}"))
            continue
        if last is not None and last.kind == CLOSE:
            findings.append(Finding(_bundle(index, entries), f"leaf {index}", "leaf_after_close"))
        if last is not None and leaf.at < last.at:
            findings.append(Finding(_bundle(index, entries), f"leaf {index}", "time_runs_back"))
        last = leaf
        if leaf.kind in _SUBTREE_KINDS:
            found.append(leaf)
    return found


def _bundle(index: int, entries: list[bytes | None]) -> str:
    return tile_holding(ENTRIES, index, len(entries)).path


def _subtrees(folder: Path, found: list[leaves.StageLeaf], findings: list[Finding]) -> set[str]:
    """Check every subtree a leaf names; the files that belong to them."""
    known: set[str] = set()
    named: set[str] = set()
    for leaf in found:
        if leaf.text("subtree") in named:
            continue
        name = leaf.text("subtree")
        named.add(name)
        prefix = f"{SUBTREE}/{name}"
        if not (folder / prefix).is_dir():
            findings.append(Finding(prefix, "", "missing"))
            continue
        tree = load_tree(folder, prefix, leaf.number("rows"), findings)
        root = bytes.fromhex(leaf.text("root"))
        settled = compare(tree, None, [root], findings)
        if settled is not None and root_of(settled) != root:
            # All levels agree, so it is the last tile of level 0: nothing above holds a hash of it.
            path = tree.path(tree.holding(0, tree.size - 1)) if tree.size else prefix
            findings.append(Finding(path, "", "root_differs"))
        known |= tree.files
    if (folder / SUBTREE).is_dir():
        unclaimed = sorted(child.name for child in (folder / SUBTREE).iterdir() if child.name not in named)
        findings.extend(Finding(f"{SUBTREE}/{name}", "", "named_by_no_leaf", broken=False) for name in unclaimed)
    return known


def _strangers(folder: Path, known: set[str]) -> Iterator[Finding]:
    """Files that no part of the log accounts for."""
    unclaimed = {name.split("/")[1] for name in known if name.startswith(f"{SUBTREE}/")}
    for name in names_below(folder):
        top, _, rest = name.partition("/")
        if name == LOCK and (folder / name).stat().st_size:
            yield Finding(LOCK, "", "not_empty")
        if name in known or (top == SUBTREE and rest.split("/")[0] not in unclaimed):
            continue
        yield Finding(name, "", "unfinished" if top == ASIDE else "not_part_of_the_log", broken=top != ASIDE)
