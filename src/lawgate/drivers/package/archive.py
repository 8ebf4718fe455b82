# SPDX-License-Identifier: Apache-2.0
"""A tar that is the same bytes for the same files: no clock, no user, no machine in it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence

from lawgate.ports.release import PackageError


def write_tar(members: Sequence[tuple[str, bytes]]) -> bytes:
    """POSIX ustar with the members in the given order; mode 0644, owner 0, time 0."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(data), 0o644, 0
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


def read_member(tar: bytes, name: str) -> bytes:
    """The one plain file of this name. PackageError when there is none, more than one, or the tar cannot be read."""
    try:
        with tarfile.open(fileobj=io.BytesIO(tar), mode="r:") as archive:
            found = [member for member in archive.getmembers() if member.name == name and member.isreg()]
            stream = archive.extractfile(found[0]) if len(found) == 1 else None
            if stream is None:
                raise PackageError("the package lacks a file")
            return stream.read()
    except (tarfile.TarError, OSError, ValueError):
        raise PackageError("the package cannot be read") from None
