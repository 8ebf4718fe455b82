# SPDX-License-Identifier: Apache-2.0
"""Exact intervals of shares and of the difference of two shares: never narrower than they say.

A share's interval is Clopper and Pearson's. A difference is bounded by the two shares' own intervals at half the error
each, so that it covers at least as often as it says, whatever the shares are; it is a little wide.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

CONFIDENCE = 0.95
_STEPS = 200
# A continued fraction that has not come to rest after so many terms never will.
_TERMS = 20_000


@dataclass(frozen=True, slots=True)
class Interval:
    """Least and most of a share (0 to 1) or of a difference of shares (-1 to 1)."""

    low: float
    high: float


def share_interval(hits: int, of: int, confidence: float = CONFIDENCE) -> Interval:
    """Clopper and Pearson's two-sided interval of `hits` in `of` draws; 0 to 1 for no draws.

    ValueError when `hits` is not between 0 and `of`.
    """
    tail = (1 - confidence) / 2
    return Interval(_at_least(hits, of, tail), at_most(hits, of, tail))


def at_most(hits: int, of: int, tail: float = 1 - CONFIDENCE) -> float:
    """The largest share that leaves `hits` or fewer of `of` draws a chance of `tail`; 1.0 when all are hits.

    ValueError when `hits` is not between 0 and `of`.
    """
    _check(hits, of)
    if hits == of:
        return 1.0
    if hits == 0:
        # Written so that a small bound keeps its digits.
        return -math.expm1(math.log(tail) / of)
    return _solved(lambda p: beta_share(p, hits + 1, of - hits), 1 - tail)


def difference_interval(hits: int, of: int, other_hits: int, other_of: int) -> Interval:
    """Interval of share(hits, of) minus share(other_hits, other_of), good for at least 95 % of all samples."""
    one, other = (share_interval(h, n, (1 + CONFIDENCE) / 2) for h, n in ((hits, of), (other_hits, other_of)))
    return Interval(one.low - other.high, one.high - other.low)


def _at_least(hits: int, of: int, tail: float) -> float:
    _check(hits, of)
    if hits == 0:
        return 0.0
    if hits == of:
        return math.exp(math.log(tail) / of)
    return _solved(lambda p: beta_share(p, hits, of - hits + 1), tail)


def _check(hits: int, of: int) -> None:
    if not 0 <= hits <= of:
        raise ValueError("more bad ones than there are")


def _solved(rising: Callable[[float], float], wanted: float) -> float:
    """The p between 0 and 1 at which a rising function has the wanted value, to the last bit that halving can tell."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if rising(middle) > wanted else (middle, high)
    return high


def beta_share(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function I_x(a, b): the chance of at least `a` hits in `a + b - 1` draws at x.

    `a` and `b` are positive, 0 <= x <= 1. ArithmeticError when it does not converge.
    """
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _tail(1.0 - x, b, a)
    return _tail(x, a, b)


def _tail(x: float, a: float, b: float) -> float:
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(front) * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method (DLMF 8.17.22)."""
    tiny = 1e-300
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1)
    d = 1.0 / (d or tiny)
    whole = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1.0 / ((1.0 + step * d) or tiny)
            c = (1.0 + step / c) or tiny
            whole *= c * d
        if abs(c * d - 1.0) < 1e-15:
            return whole
    raise ArithmeticError("the interval could not be computed")
