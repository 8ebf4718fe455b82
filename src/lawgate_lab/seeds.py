# SPDX-License-Identifier: Apache-2.0
"""Where the lab's randomness comes from: one seed, one named stream for each thing that is drawn."""

import hashlib
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Column = Any  # a pyarrow string or number array; pyarrow ships no types


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator that depends on the seed and the stream's name only, so adding a stream changes no other."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(name.encode())])))


def held_back(commit: str) -> int:
    """The seed that a commit (its first 12 hex digits) gives: whoever wrote the code could not work towards it.

    Between 1000 and 2**31 + 999, so that it is none of the small seeds used while working. ValueError for less than 12
    hex digits.
    """
    digits = commit[:12]
    if len(digits) < 12 or set(digits) - set("0123456789abcdef"):
        raise ValueError("a held-back seed needs the first 12 hex digits of a commit")
    return 1000 + int.from_bytes(hashlib.sha256(f"held back|{digits}".encode()).digest()[:4], "big") // 2


def skewed(rng: np.random.Generator, choices: int, n: int, flat: float = 12.0) -> Array:
    """`n` indexes below `choices`; index k has weight 1/(k + flat), so low indexes are common names."""
    weights = 1.0 / (np.arange(choices) + flat)
    return np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(n)).astype(np.int32)
