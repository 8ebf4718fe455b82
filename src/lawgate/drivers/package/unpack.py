# SPDX-License-Identifier: Apache-2.0
"""Take a package's tar apart, trusting nothing in it: what is not exactly as `write_tar` writes it is refused."""

from __future__ import annotations

import re

from lawgate.drivers.package.archive import write_tar
from lawgate.model.fault import Refused

MOST_FILES = 501
"""The manifest and as many records as the form of a package allows."""
LARGEST = 1 << 20
"""Bytes of one file: some thousand times what a record or a manifest needs."""
MOST_BYTES = 64 << 20
"""Bytes of a whole tar that are taken apart at all."""
BLOCK = 512
_NAME = re.compile(rb"([a-z0-9][a-z0-9.-]{2,63})\0+")
_SIZE = re.compile(rb"[0-7]{11}\0")


def unpack(tar: bytes) -> tuple[tuple[str, bytes], ...]:
    """Every file by its name, in the order of the tar.

    Refused: `E_TAR` when it is cut off, changed, or not in its one form; `E_TAR_NAME` for a name that leads elsewhere
    or stands there twice; `E_TAR_SIZE` when there are more or larger files than any package has. Nothing in it is
    packed, and an entry that only claims a size is cut off: what is read is never larger than the tar.
    """
    if len(tar) > MOST_BYTES:
        raise Refused("E_TAR_SIZE", "package.tar is larger than any package")
    # Not by the library: a size below zero holds it in a loop (CVE-2025-8194) in Pythons that are still about. Only
    # the one form is read here; whatever these few lines do not look at shows when the files are written once more.
    found: dict[str, bytes] = {}
    at = 0
    while tar[at : at + 1] not in (b"", b"\0"):
        name, size = _header(tar[at : at + BLOCK])
        if name in found:
            raise Refused("E_TAR_NAME", "package.tar holds two files of one name")
        if size > LARGEST or len(found) == MOST_FILES:
            raise Refused("E_TAR_SIZE", "package.tar holds more or larger files than any package")
        found[name] = tar[at + BLOCK : at + BLOCK + size]
        at += BLOCK + -(-size // BLOCK) * BLOCK
    members = tuple(found.items())
    if write_tar(members) != tar:
        raise Refused("E_TAR", "package.tar is damaged: it is not as a package is written")
    return members


def _header(block: bytes) -> tuple[str, int]:
    """Name and size in bytes of a plain file."""
    size = block[124:136]
    if len(block) != BLOCK or block[156:157] != b"0" or _SIZE.fullmatch(size) is None:
        raise Refused("E_TAR", "package.tar is damaged, or holds something else than plain files")
    name = _NAME.fullmatch(block[:100])
    if name is None:
        raise Refused("E_TAR_NAME", "package.tar holds a file whose name leads elsewhere or is none of a package")
    return name[1].decode("ascii"), int(size[:11], 8)
