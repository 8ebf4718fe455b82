# SPDX-License-Identifier: Apache-2.0
"""Where the lab's randomness comes from: one seed, one named stream for each thing that is drawn."""

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Column = Any  # a pyarrow string or number array; pyarrow ships no types


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator that depends on the seed and the stream's name only, so adding a stream changes no other."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(name.encode())])))


def skewed(rng: np.random.Generator, choices: int, n: int, flat: float = 12.0) -> Array:
    """`n` indexes below `choices`; index k has weight 1/(k + flat), so low indexes are common names."""
    weights = 1.0 / (np.arange(choices) + flat)
    return np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(n)).astype(np.int32)
