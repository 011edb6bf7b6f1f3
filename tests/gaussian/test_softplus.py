"""The table of softplus against mpmath, in its range, at its ends and beyond, and against the pairs it is made of."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from klcli.gaussian import double_double
from klcli.gaussian.softplus import softplus


@pytest.mark.parametrize(
    ("low", "high"), [(-41.5, 41.5), (-2, 2), (-41.1, -40.9), (40.9, 41.1), (-700, -41), (41, 1e6)]
)
def test_to_a_third_of_a_rounding_error(low: float, high: float) -> None:
    """The largest error of a million points was 0.27 of 2^-53."""
    points = np.random.default_rng(0).uniform(low, high, 1000)
    large, rest = softplus(points)
    assert (large + rest == large).all()
    with mpmath.workdps(60):
        for x, a, b in zip(points, large, rest, strict=True):
            value = mpmath.log1p(mpmath.exp(mpmath.mpf(float(x))))
            assert abs((mpmath.mpf(float(a)) + mpmath.mpf(float(b))) / value - 1) < 0.3 * 2**-53


def test_the_middle_between_two_points_of_the_grid() -> None:
    """The farthest from what was looked up, where most is left to the series."""
    points = np.arange(-40, 40, 1 / 64) + 1 / 128
    found, exact = softplus(points), double_double.softplus(points)
    difference = (found[0] - exact[0]) + (found[1] - exact[1])
    assert (np.abs(difference) <= 0.3 * 2**-53 * exact[0]).all()


def test_ends_of_the_doubles_and_scalars() -> None:
    with np.errstate(all="ignore"):
        large, rest = softplus(np.array([-1e308, -800.0, 1e308, 0.0]))
        assert large.tolist() == [0.0, 0.0, 1e308, float(np.log(2))]
        assert np.isfinite(rest).all()
        assert float(softplus(0.5)[0]) == float(softplus(np.array([0.5]))[0][0])
