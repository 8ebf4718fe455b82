# SPDX-License-Identifier: Apache-2.0
"""`ports.pins.PinStore` as a folder: each text once under its SHA-256, and a list of names for each pin."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from lawgate.drivers.rooms.writing import sync, write_whole
from lawgate.ports.pins import PinMissingError

DIGEST = re.compile(r"[0-9a-f]{64}")


class FolderPins:
    """`texts/<sha256>` holds one text; `lists/<digest>` names the texts of one pin."""

    def __init__(self, base: Path) -> None:
        """Makes `base` when it is not there."""
        self._texts, self._lists = base / "texts", base / "lists"
        if not (self._texts.is_dir() and self._lists.is_dir()):
            for folder in (base, self._texts, self._lists):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync(base)

    def keep(self, digest: str, files: Mapping[str, bytes]) -> None:
        """See `ports.pins.PinStore`. The texts first: a list never names a text that was not kept."""
        listed = []
        for name, text in sorted(files.items()):
            listed.append([name, hashlib.sha256(text).hexdigest()])
            _put(self._texts / listed[-1][1], text)
        # JSON in ASCII also spells a file name that is no UTF-8, as a stray file of a docket may have.
        _put(self._lists / _checked(digest), json.dumps(listed).encode())

    def files(self, digest: str) -> Mapping[str, bytes]:
        """See `ports.pins.PinStore`."""
        try:
            listed = json.loads((self._lists / _checked(digest)).read_bytes())
            return {name: self._text(text) for name, text in listed}
        except (OSError, ValueError, TypeError):
            raise PinMissingError(f"no copy of {digest} is kept, or it cannot be read") from None

    def _text(self, digest: str) -> bytes:
        found = (self._texts / _checked(digest)).read_bytes()
        if hashlib.sha256(found).hexdigest() != digest:
            raise PinMissingError(f"the copy of {digest} is spoilt")
        return found


def _put(target: Path, data: bytes) -> None:
    # A text that a disk has spoilt is written again: its name says what it has to be.
    if not target.exists() or target.read_bytes() != data:
        write_whole(target, data)


def _checked(digest: str) -> str:
    if not isinstance(digest, str) or DIGEST.fullmatch(digest) is None:
        raise PinMissingError("a pin is named by 64 hex digits")
    return digest
