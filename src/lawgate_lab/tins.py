# SPDX-License-Identifier: Apache-2.0
"""Taxpayer numbers nobody can have: 9XX with group 00-49 (SSN-shaped) or 66-69 and 89 (ITIN-shaped).

Serial numbers 0..capacity-1 are spread over each range by a bijection, so no two are ever equal.
"""

import numpy as np

from lawgate_lab.seeds import Array

_GROUPS = {"ssn": np.arange(50), "itin": np.array([66, 67, 68, 69, 89])}
ITIN_FROM = 50  # groups below are SSN-shaped
_SERIALS = 9999  # 0001..9999
CAPACITY = {kind: 100 * len(groups) * _SERIALS for kind, groups in _GROUPS.items()}


def _mix(value: Array, salt: int) -> Array:
    word = (value.astype(np.uint64) + np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
    mixed: Array = (word ^ (word >> np.uint64(29))) >> np.uint64(3)
    return mixed


def _spread(serial: Array, high: int, low: int, seed: int) -> Array:
    """A seeded bijection of 0..high*low-1 onto itself: each round adds to one half a function of the other."""
    a, b = serial // low, serial % low
    for turn in range(3):
        b = (b + (_mix(a, seed * 8 + turn * 2) % np.uint64(low)).astype(np.int64)) % low
        a = (a + (_mix(b, seed * 8 + turn * 2 + 1) % np.uint64(high)).astype(np.int64)) % high
    both: Array = a * low + b
    return both


def tin(kind: str, serial: Array, seed: int) -> Array:
    """Nine-digit numbers (int32) for serials of one kind ("ssn" or "itin"); a serial past capacity is a ValueError."""
    groups = _GROUPS[kind]
    wanted = np.asarray(serial, dtype=np.int64)
    if wanted.size and int(wanted.max()) >= CAPACITY[kind]:
        raise ValueError(f"only {CAPACITY[kind]} {kind}-shaped numbers exist; ask for fewer people")
    spread = _spread(wanted, 100 * len(groups), _SERIALS, seed)
    area, group = (spread // _SERIALS) // len(groups), groups[(spread // _SERIALS) % len(groups)]
    made: Array = ((900 + area) * 1_000_000 + group * 10_000 + spread % _SERIALS + 1).astype(np.int32)
    return made


def in_range(numbers: Array) -> Array:
    """True where a nine-digit number lies in one of the never-issued ranges."""
    group = numbers // 10_000 % 100
    issued_never = (group <= 49) | np.isin(group, _GROUPS["itin"])
    inside: Array = (numbers // 1_000_000 >= 900) & (numbers // 1_000_000 <= 999) & issued_never
    return inside
