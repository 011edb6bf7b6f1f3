"""The logistic function as a double-double, and the spread of two sigmoids, against mpmath at 50 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from klcli.gaussian.logistic import by_sigmoid, sigmoid, sigmoid_spread


def true_sigmoid(s: float) -> mpmath.mpf:
    return 1 / (1 + mpmath.exp(-mpmath.mpf(s)))


@pytest.mark.parametrize("s", [-40.0, -3.2, -1e-9, 0.0, 0.7, 25.0])
def test_sigmoid(s: float) -> None:
    with mpmath.workdps(50):
        high, low = (part.item() for part in sigmoid(np.array([s])))
        error = abs((mpmath.mpf(high) + mpmath.mpf(low)) / true_sigmoid(s) - 1)
        assert error < mpmath.mpf(2) ** -57  # the table has a bit more than a double's 53


@pytest.mark.parametrize(("q", "p"), [(0.3, -1.2), (2.0, 2.0 + 1e-9), (-30.0, 4.0), (1.0, 1.0)])
def test_spread(q: float, p: float) -> None:
    with mpmath.workdps(50):
        r = true_sigmoid(q) / true_sigmoid(p)
        expected = (r**2 - 1 - mpmath.log(r**2)) / 2
    found = sigmoid_spread(np.array([q]), np.array([p])).item()
    assert found == pytest.approx(float(expected), rel=2e-15, abs=0)


def test_a_difference_in_units_of_sigma() -> None:
    found = by_sigmoid(np.array([0.5]), np.array([0.0])).item()
    assert found == pytest.approx(1.0, rel=1e-15)
