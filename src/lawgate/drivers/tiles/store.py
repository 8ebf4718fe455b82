# SPDX-License-Identifier: Apache-2.0
"""The log's one writer: append, publish, subtrees.

An append is complete when the file `head` names it, and `head` changes by a rename after everything it stands for is
on disk. So a crash leaves either the old head with files nobody refers to, which `open` removes, or the new head whole.
Files at or below the head are never written again.
"""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

from lawgate.drivers.tiles.files import (
    ASIDE,
    folders_below,
    make_folder,
    names_below,
    remove_tree,
    replace_file,
    replace_many,
    sync_folder,
    sync_folders,
)
from lawgate.drivers.tiles.reader import CHECKPOINT, HEAD, LOCK, SUBTREE, TileReader, subtree_prefix
from lawgate.drivers.tiles.subtree import Growing, same
from lawgate.ledger.checkpoint import Checkpoint, parse_note
from lawgate.ledger.errors import MalformedError
from lawgate.ledger.merkle import HASH, TILE_HEIGHT, Frontier, frontier_at, grow, leaf_hashes
from lawgate.ledger.tile import (
    ENTRIES,
    MAX_ENTRY,
    WIDTH,
    TileId,
    encode_bundle,
    parse_path,
    tile_holding,
    tiles_between,
)
from lawgate.ports.log import Grown, LogBrokenError

FailPoint = Callable[[str], None]


def _no_fail_point(_name: str) -> None:
    """Where tests stop the program: nothing happens here otherwise."""


class TileLog(TileReader):
    """A log folder as a `ports.log.LogStore`. Use as a context manager, or call `close`.

    Make one with `create` or `open`. `fail_point` is called with the name of each step of an append.
    """

    def __init__(self, folder: Path, origin: str, lock: int, fail_point: FailPoint) -> None:
        """Take over a locked folder; `create` and `open` do that."""
        super().__init__(folder)
        if self.head().origin != origin:
            raise LogBrokenError("the log in this folder has another origin")
        self._lock, self._fail_point = lock, fail_point
        self._usable = True
        self._frontier = self._recover()

    @classmethod
    def create(cls, folder: Path, origin: str, fail_point: FailPoint = _no_fail_point) -> "TileLog":
        """A new, empty log of this origin. LogBrokenError when the folder already holds a log."""
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            lock = _locked(folder)
            undo.callback(os.close, lock)
            if (folder / HEAD).exists() or (folder / CHECKPOINT).exists() or (folder / "tile").exists():
                raise LogBrokenError("there is a log in this folder already")
            replace_file(folder, HEAD, Checkpoint(origin, 0, Frontier().root()).text.encode())
            sync_folder(folder.parent)
            log = cls(folder, origin, lock, fail_point)
            undo.pop_all()
        return log

    @classmethod
    def open(cls, folder: Path, origin: str, fail_point: FailPoint = _no_fail_point) -> "TileLog":
        """The log of this origin, after cutting off what an interrupted append left.

        LogBrokenError when another writer has it, the head or checkpoint is of another origin, the tiles do not lead
        to the head's root or to the checkpoint's, or the checkpoint is larger than what is stored. Then nothing is cut.
        """
        if not (folder / HEAD).is_file():
            raise LogBrokenError("there is no log in this folder")
        with ExitStack() as undo:
            lock = _locked(folder)
            undo.callback(os.close, lock)
            log = cls(folder, origin, lock, fail_point)
            undo.pop_all()
        return log

    def __enter__(self) -> "TileLog":
        """The log itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Let another writer in; the object cannot be used for writing any more."""
        if self._lock >= 0:
            os.close(self._lock)
        self._lock, self._usable = -1, False

    def append(self, leaves: Sequence[bytes]) -> range:
        """Store leaves durably and give their indexes. See `ports.log.LogStore`."""
        if any(len(leaf) > MAX_ENTRY for leaf in leaves):
            raise ValueError("a leaf is at most 65535 bytes")
        head = self.head()
        old, new = head.size, head.size + len(leaves)
        if not leaves:
            return range(old, old)
        with self._writing():
            grown, fresh = grow(self._frontier, leaf_hashes(leaves))
            self._fail_point("before_tile")
            replace_many(self._folder, self._files(old, new, leaves, fresh))
            self._fail_point("after_tile")
            replace_file(self._folder, HEAD, Checkpoint(head.origin, new, grown.root()).text.encode())
            self._fail_point("after_head")
            self._frontier = grown
            self._drop_partials(old, new)
        return range(old, new)

    def publish(self, signed: bytes) -> None:
        """Make a signed checkpoint the published one. See `ports.log.LogStore`."""
        try:
            found, _ = parse_note(signed)
        except MalformedError as error:
            raise LogBrokenError(f"not a checkpoint: {error}") from None
        before, head = self.published(), self.head()
        if found.origin != head.origin or not (before.size if before else 0) <= found.size <= head.size:
            raise LogBrokenError("the checkpoint is not one of this log, or goes back")
        if self._root_at(found.size) != found.root:
            raise LogBrokenError("the checkpoint's root is not the stored tree's")
        with self._writing():
            self._fail_point("before_publish")
            replace_file(self._folder, CHECKPOINT, signed)

    def published(self) -> Checkpoint | None:
        """The published head without its signatures; None before the first. LogBrokenError when it is malformed."""
        data = self.checkpoint()
        try:
            return None if data is None else parse_note(data)[0]
        except MalformedError as error:
            raise LogBrokenError(f"the published checkpoint cannot be read: {error}") from None

    def stored_root(self) -> bytes:
        """The head's root from bytes read back now: tiles up to the published head, entries after it.

        LogBrokenError when the tiles do not lead to the published root, or differ from the entries after it.
        """
        size, published = self.size(), self.published()
        # Start at a bundle's edge, so that entries beside the new ones are read again as well.
        base = published.size // WIDTH * WIDTH if published else 0
        if published and self._root_at(published.size) != published.root:
            raise LogBrokenError("the tiles do not lead to the published root")
        entries = [entry for tile in tiles_between(ENTRIES, base, size) for entry in self.bundle(tile)]
        grown, fresh = grow(frontier_at(base, self._nodes(base)), leaf_hashes(entries))
        read = self._tiles()
        for level, hashes in enumerate(fresh):
            old = base >> (TILE_HEIGHT * level)
            for tile in tiles_between(level, old, old + len(hashes) // HASH):
                start = max(old, tile.first)
                expected = hashes[(start - old) * HASH : (tile.first + tile.width - old) * HASH]
                if read(tile)[(start - tile.first) * HASH :] != expected:
                    raise LogBrokenError(f"{tile.path} does not follow from the entries")
        return grown.root()

    def put_subtree(self, hashes: Iterable[bytes], name: Callable[[bytes], str]) -> bytes:
        """Store a subtree as tiles and give its root, computed here. See `ports.log.LogStore`."""
        self._check_usable()
        aside = self._folder / ASIDE / "subtree"
        try:
            with Growing(aside) as tree:
                for piece in hashes:
                    tree.add(piece)
                root = tree.finish()
            self.keep_subtree(Grown(root, aside), name(root))
        finally:
            remove_tree(aside)
        return root

    def keep_subtree(self, grown: Grown, name: str) -> None:
        """Take a subtree in that was grown beside the log. See `ports.log.LogStore`."""
        self._check_usable()
        place = self._folder / subtree_prefix(name)
        if place.exists():
            if not same(grown.place, place):
                raise LogBrokenError("another subtree is stored under this name")
            return
        sync_folders(make_folder(place.parent))
        grown.place.rename(place)
        sync_folder(self._folder / SUBTREE)

    def _files(self, old: int, new: int, leaves: Sequence[bytes], fresh: Sequence[bytes]) -> dict[str, bytes]:
        """Every bundle and tile that an append writes, by path."""
        files: dict[str, bytes] = {}
        kept = b"" if old % WIDTH == 0 else self._checked_bundle(old)
        for tile in tiles_between(ENTRIES, old, new):
            start, end = max(old, tile.first) - old, tile.first + tile.width - old
            files[tile.path] = (kept if tile.first < old else b"") + encode_bundle(leaves[start:end])
        counts = [old >> (TILE_HEIGHT * level) for level in range(len(fresh))]
        read = self._tiles()
        edges = [b"" if not n % WIDTH else read(tile_holding(level, n - 1, old)) for level, n in enumerate(counts)]
        files.update(_tile_files(fresh, counts, edges))
        return files

    def _checked_bundle(self, size: int) -> bytes:
        """The partial bundle at the log's end, after a check against its hashes: rot must not be copied on."""
        tile = tile_holding(ENTRIES, size - 1, size)
        hashes = self._tiles()(TileId(0, tile.index, tile.width))
        if leaf_hashes(self.bundle(tile)) != hashes:
            raise LogBrokenError(f"{tile.path} does not hash to its tile")
        return self.tile(tile)

    def _drop_partials(self, old: int, new: int) -> None:
        # Only after the head: until then the partial tiles are what the log consists of.
        for level in (ENTRIES, *range(new.bit_length() // TILE_HEIGHT + 1)):
            shift = TILE_HEIGHT * max(level, 0)
            for tile in tiles_between(level, old >> shift, new >> shift):
                if tile.width == WIDTH:
                    remove_tree(self._folder / f"{tile.path}.p")

    def _root_at(self, size: int) -> bytes:
        return frontier_at(size, self._nodes(size)).root()

    def _recover(self) -> Frontier:
        """The frontier of the durable head, after the leftovers of interrupted writes are gone."""
        head, published = self.head(), self.published()
        frontier = frontier_at(head.size, self._nodes(head.size))
        if frontier.root() != head.root:
            raise LogBrokenError("the tiles do not lead to the head's root")
        if published is not None:
            if published.origin != head.origin or published.size > head.size:
                raise LogBrokenError("the published checkpoint is not covered by what is stored")
            if self._root_at(published.size) != published.root:
                raise LogBrokenError("the tiles do not lead to the published root")
        if head.size % WIDTH:
            self._checked_bundle(head.size)
        self._cut_torn_tail(head.size)
        return frontier

    def _cut_torn_tail(self, size: int) -> None:
        remove_tree(self._folder / ASIDE)
        for name in list(names_below(self._folder, "tile")):
            if _is_beyond(name, size):
                (self._folder / name).unlink()
        # The interrupted append may have made folders without syncing the ones they are in.
        sync_folders([self._folder, *folders_below(self._folder / "tile")])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        # After a failed write memory and disk may differ: only a fresh `open` may go on.
        self._check_usable()
        self._usable = False
        yield
        self._usable = True

    def _check_usable(self) -> None:
        if not self._usable:
            raise LogBrokenError("the log is closed or a write has failed; open it again")


def _locked(folder: Path) -> int:
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise LogBrokenError("another writer has this log") from None
    return handle


def _is_beyond(name: str, size: int) -> bool:
    """Whether the path names a tile or bundle that reaches beyond a log of `size` leaves; other files are not ours."""
    try:
        tile = parse_path(name)
    except MalformedError:
        return False
    return tile.first + tile.width > size >> (TILE_HEIGHT * max(tile.level, 0))


def _tile_files(fresh: Sequence[bytes], counts: Sequence[int], edges: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of the tiles that new hashes change: `counts` were there, `edges` are the partial tiles so far."""
    for level, (hashes, old, edge) in enumerate(zip(fresh, counts, edges, strict=True)):
        data, start = edge + hashes, old - old % WIDTH
        for tile in tiles_between(level, old, old + len(hashes) // HASH):
            at = (tile.first - start) * HASH
            yield tile.path, data[at : at + tile.width * HASH]
