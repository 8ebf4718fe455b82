# SPDX-License-Identifier: Apache-2.0
"""The intervals are the exact ones: held against sums of binomial chances in whole fractions, and printed tables."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawgate_lab.intervals import CONFIDENCE, at_most, beta_share, difference_interval, share_interval

DRAWS = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def chance_of_at_most(hits: int, of: int, p: Fraction) -> Fraction:
    """The chance of `hits` or fewer, without any rounding."""
    return sum((math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(hits + 1)), Fraction())


def test_the_bound_is_the_exact_one() -> None:
    assert at_most(0, 10_000) == pytest.approx(1 - 0.05 ** (1 / 10_000), rel=1e-9)
    # A published table's values for 1 of 20 and 3 of 50.
    assert at_most(1, 20) == pytest.approx(0.2161, abs=5e-5)
    assert at_most(3, 50) == pytest.approx(0.1478, abs=5e-5)
    assert (at_most(0, 0), at_most(5, 5)) == (1.0, 1.0)


def test_the_two_sided_interval_has_the_values_of_printed_tables() -> None:
    half, most, none = share_interval(10, 20), share_interval(8, 10), share_interval(0, 10)
    assert (half.low, half.high) == pytest.approx((0.2720, 0.7280), abs=5e-5)
    assert (most.low, most.high) == pytest.approx((0.4439, 0.9748), abs=5e-5)
    assert (none.low, none.high) == pytest.approx((0.0, 0.3085), abs=5e-5)
    assert (share_interval(0, 0).low, share_interval(0, 0).high) == (0.0, 1.0)


@given(DRAWS)
def test_at_each_end_the_tail_is_what_it_says(draws: tuple[int, int]) -> None:
    hits, of = draws
    found, tail = share_interval(hits, of), (1 - CONFIDENCE) / 2
    assert 0 <= found.low <= hits / of <= found.high <= 1
    if hits < of:
        assert float(chance_of_at_most(hits, of, Fraction(found.high))) == pytest.approx(tail, rel=1e-6)
    if hits:
        assert float(1 - chance_of_at_most(hits - 1, of, Fraction(found.low))) == pytest.approx(tail, rel=1e-6)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 99))
def test_the_beta_function_is_the_chance_of_enough_hits(a: int, b: int, hundredths: int) -> None:
    x = Fraction(hundredths, 100)
    exact = float(1 - chance_of_at_most(a - 1, a + b - 1, x))
    assert beta_share(float(x), a, b) == pytest.approx(exact, rel=1e-9, abs=1e-12)


def test_large_counts_are_no_harder() -> None:
    found = share_interval(1_012_808, 1_028_570)
    # So many draws are nearly normal: 1.96 standard errors on either side.
    share = 1_012_808 / 1_028_570
    error = 1.959964 * math.sqrt(share * (1 - share) / 1_028_570)
    assert (found.low, found.high) == pytest.approx((share - error, share + error), abs=2e-6)


@pytest.mark.parametrize(("hits", "of"), [(2, 1), (-1, 3)])
def test_more_hits_than_draws_are_refused(hits: int, of: int) -> None:
    with pytest.raises(ValueError, match="more bad ones"):
        share_interval(hits, of)
    with pytest.raises(ValueError, match="more bad ones"):
        at_most(hits, of)


@given(DRAWS, DRAWS)
def test_a_difference_lies_in_its_interval_and_turned_round_it_changes_its_sign(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    found, back = difference_interval(*one, *other), difference_interval(*other, *one)
    assert found.low <= one[0] / one[1] - other[0] / other[1] <= found.high
    assert (found.low, found.high) == pytest.approx((-back.high, -back.low))


@pytest.mark.parametrize(("p", "q"), [(0.5, 0.4), (0.95, 0.97), (0.99, 0.99)])
def test_a_difference_is_covered_at_least_as_often_as_it_says(p: float, q: float) -> None:
    n, m = 25, 18
    covered = 0.0
    for i in range(n + 1):
        for j in range(m + 1):
            chance = math.comb(n, i) * p**i * (1 - p) ** (n - i) * math.comb(m, j) * q**j * (1 - q) ** (m - j)
            found = difference_interval(i, n, j, m)
            covered += chance if found.low <= p - q <= found.high else 0.0
    assert covered >= CONFIDENCE
