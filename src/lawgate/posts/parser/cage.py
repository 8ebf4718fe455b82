# SPDX-License-Identifier: Apache-2.0
"""The cage the child locks itself into before it reads a byte of a request. Linux.

Limits on memory, processor time, file size and core dumps; no descriptor can be opened any more, which rules out
files and sockets alike; the process dies with its parent. Where the kernel offers Landlock, paths are closed too.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal

from lawgate.ports.intake import Limits

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_NO_NEW_PRIVS = 1, 4, 38
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same numbers on every architecture
_ACCESS_BITS = {1: 13, 2: 14, 3: 15, 4: 15}  # rights over files that a Landlock version knows; later ones know 16
_BIND_AND_CONNECT = 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64))


def lock(parent: int, limits: Limits) -> bool:
    """Lock the calling process up for good; everything it will need must be imported and open by now.

    True when the kernel closed paths as well (Landlock). OSError when any other part fails or the parent is gone.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value in ((_SET_PDEATHSIG, signal.SIGKILL), (_SET_DUMPABLE, 0), (_SET_NO_NEW_PRIVS, 1)):
        if libc.prctl(option, int(value), 0, 0, 0):
            raise OSError(ctypes.get_errno(), "the child could not lock itself up")
    if os.getppid() != parent:
        raise OSError("the parent is gone")
    closed = _close_paths(libc)
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(what, (most, most))
    return closed


def _close_paths(libc: ctypes.CDLL) -> bool:
    """Forbid every right over every path, and over TCP where known. False where the kernel has no Landlock."""
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    rights = (1 << _ACCESS_BITS.get(version, 16)) - 1
    ruleset = _Ruleset(rights, _BIND_AND_CONNECT if version >= 4 else 0)
    size = ctypes.sizeof(ruleset) if version >= 4 else 8
    descriptor = libc.syscall(_LANDLOCK_CREATE, ctypes.byref(ruleset), ctypes.c_size_t(size), 0)
    if descriptor < 0:
        return False
    restricted = int(libc.syscall(_LANDLOCK_RESTRICT, descriptor, 0)) == 0
    os.close(descriptor)
    return restricted
