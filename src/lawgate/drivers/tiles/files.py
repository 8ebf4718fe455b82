# SPDX-License-Identifier: Apache-2.0
"""Files that a power cut leaves whole or absent: write aside, sync, rename, sync the folder."""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ASIDE = ".new"
_MANY = 32
_THREADS = 4
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


def sync_folder(folder: Path) -> None:
    """Make the folder's own entries durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, data: bytes) -> None:
    """Write the whole file and sync it; its name is durable only after `sync_folder`."""
    with os.fdopen(os.open(path, _CREATE, 0o644), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_many(folder: Path, files: Mapping[str, bytes]) -> set[Path]:
    """Write new files below `folder` (relative path to bytes), each synced; the folders still to be synced.

    Many files are written by a few threads: the waits for the disk overlap.
    """
    paths = {folder / name: data for name, data in files.items()}
    changed = {each for parent in {path.parent for path in paths} for each in make_folder(parent)}
    if len(paths) < _MANY:
        for path, data in paths.items():
            write_synced(path, data)
    else:
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(write_synced, paths.keys(), paths.values()))
    return changed


def make_folder(folder: Path) -> set[Path]:
    """Make a folder with its parents; the folders whose entries change: itself and the parents of all new ones."""
    changed = {folder}
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        changed.add(each.parent)
    return changed


def sync_folders(folders: Iterable[Path]) -> None:
    """Sync folders, innermost first."""
    for folder in sorted(folders, reverse=True):
        sync_folder(folder)


def replace_many(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put files in place below `folder`: each written aside in full, synced, then renamed; folders synced last."""
    aside = folder / ASIDE
    staged = {str(number): data for number, data in enumerate(files.values())}
    write_many(aside, staged)
    changed: set[Path] = set()
    for number, name in zip(staged, files, strict=True):
        path = folder / name
        changed |= make_folder(path.parent)
        (aside / number).replace(path)
    sync_folders(changed)


def replace_file(folder: Path, name: str, data: bytes) -> None:
    """Exchange one file below `folder`, durably and at once: readers see the old or the new bytes."""
    replace_many(folder, {name: data})


def remove_tree(folder: Path) -> None:
    """Remove a folder with everything in it, if it exists; links are removed, not followed."""
    if not folder.is_dir() or folder.is_symlink():
        folder.unlink(missing_ok=True)
        return
    for child in folder.iterdir():
        remove_tree(child)
    folder.rmdir()


def folders_below(folder: Path) -> Iterable[Path]:
    """The folder, if it is there, and all folders in it; links are not followed."""
    if folder.is_dir() and not folder.is_symlink():
        yield folder
        for child in folder.iterdir():
            yield from folders_below(child)


def names_below(folder: Path, prefix: str = "") -> Iterable[str]:
    """Relative paths of all files below `folder/prefix`, in order; links count as files."""
    top = folder / prefix
    if top.is_dir() and not top.is_symlink():
        for child in sorted(top.iterdir()):
            yield from names_below(folder, child.relative_to(folder).as_posix())
    elif prefix:
        yield prefix
