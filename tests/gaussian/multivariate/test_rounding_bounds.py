"""Bounds on rounding errors, against sums that the standard library rounds once."""

from __future__ import annotations

from math import fsum

import numpy as np
import pytest

from klcli.gaussian.multivariate.rounding_bounds import SUM_ERROR, UNIT_ROUNDOFF, dot_error


@pytest.mark.parametrize("size", [100, 10_000, 1_000_000])
def test_numpys_sums_of_positive_terms_keep_to_it(size: int) -> None:
    terms = np.random.default_rng(size).lognormal(0, 5, size)
    exact = fsum(terms)
    assert abs(float(np.sum(terms)) - exact) <= SUM_ERROR * exact
    # One strand, term by term, does not: the bound is one on numpy's order.
    if size == 1_000_000:
        ones = np.full(size, 0.1)
        assert abs(float(np.add.accumulate(ones)[-1]) - fsum(ones)) > SUM_ERROR * fsum(ones)


@pytest.mark.parametrize("size", [2, 50, 1000])
def test_sums_of_products_in_any_order_keep_to_it(size: int) -> None:
    # With 26 bits each, the products are exact, so that the sum of the standard library is rounded once.
    random = np.random.default_rng(size)
    left, right = (np.round(random.normal(size=size) * 2**20) / 2**20 for _ in range(2))
    total = 0.0
    for product in left * right:
        total += product
    sizes = fsum(np.abs(left * right))
    exact = fsum(left * right)
    assert abs(total - exact) <= dot_error(size) * sizes
    assert dot_error(size) < 2 * (size + 2) * UNIT_ROUNDOFF
