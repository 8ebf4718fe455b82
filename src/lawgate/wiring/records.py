# SPDX-License-Identifier: Apache-2.0
"""The imports of an office folder: each stays under the SHA-256 of its manifest, the latest one is the current one."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from lawgate.drivers.duckdb.records import ParquetRecords
from lawgate.drivers.rooms.writing import write_whole
from lawgate.model.fault import LawgateError, Refused

MANIFEST = "manifest.json"
UNFINISHED = ".new-"
DIGEST = re.compile(r"[0-9a-f]{64}")


class KeptRecords:
    """`ports.records.RecordsRoom` as a folder: `<manifest>/` for each import, `manifest.json` of the current one."""

    def __init__(self, base: Path) -> None:
        """`base` need not be there before the first import."""
        self._base = base

    def current(self) -> str:
        """See `ports.records.RecordsRoom`."""
        try:
            return hashlib.sha256((self._base / MANIFEST).read_bytes()).hexdigest()
        except OSError:
            raise Refused("E_NO_RECORDS", "no records have been imported") from None

    def at(self, manifest: str, day: date) -> ParquetRecords:
        """See `ports.records.RecordsRoom`."""
        place = self._base / manifest
        if DIGEST.fullmatch(manifest) is None or not place.is_dir():
            raise LawgateError(f"the records with manifest {manifest} are not kept here")
        found = ParquetRecords(place, day)
        if found.manifest != manifest:
            raise LawgateError("the records are not those that were imported; import them again")
        return found

    def check(self, manifest: str) -> None:
        """See `ports.records.RecordsRoom`."""
        self.at(manifest, date.min)
        place = self._base / manifest
        listed: dict[str, str] = json.loads((place / MANIFEST).read_bytes())["files"]
        if spoilt := [name for name, digest in listed.items() if _sha256(place / name) != digest]:
            raise LawgateError(f"records with manifest {manifest}: {', '.join(spoilt)} is not what was imported")

    def keep(self, write: Callable[[Path], str]) -> str:
        """Have an import written by `write(folder)`, keep it beside the earlier ones, and make it the current one.

        Returns its manifest. The same import again takes the place of the first: same name, same bytes. What an import
        left whose process died is cleared away first. Refused (`import_busy`) while another import is under way.
        """
        self._base.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            for left in self._base.glob(f"{UNFINISHED}*"):
                shutil.rmtree(left)
            place = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self._base))
            try:
                manifest = write(place)
                self._put(place, self._base / manifest)
            finally:
                shutil.rmtree(place, ignore_errors=True)
            write_whole(self._base / MANIFEST, (self._base / manifest / MANIFEST).read_bytes())
        return manifest

    @contextmanager
    def _alone(self) -> Iterator[None]:
        handle = os.open(self._base, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise Refused("import_busy", "another import is under way; wait until it has ended") from None
        try:
            yield
        finally:
            os.close(handle)

    def _put(self, place: Path, target: Path) -> None:
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self._base))
            target.rename(old / "import")
            place.rename(target)
            shutil.rmtree(old)
        else:
            place.rename(target)


def _sha256(file: Path) -> str:
    """Of a file, in hex; empty, which equals no digest, when it is not there."""
    try:
        with file.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError:
        return ""
