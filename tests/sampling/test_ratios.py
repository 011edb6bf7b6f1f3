"""The estimators k1, k2 and k3 against mpmath."""

from __future__ import annotations

import mpmath
import numpy
import pytest

from klcli.sampling.ratios import RATIO_ESTIMATORS
from tests.reference import exact

REFERENCE = {
    "k1": lambda r: -mpmath.log(r),
    "k2": lambda r: mpmath.log(r) ** 2 / 2,
    "k3": lambda r: r - 1 - mpmath.log(r),
}


@pytest.mark.parametrize("name", RATIO_ESTIMATORS)
@pytest.mark.parametrize(
    "log_ratio", [0.0, 1e-160, -1e-9, 1e-4, 0.3, -0.3, 0.5, -0.5, 0.51, -0.51, 2.5, -7.0, 300.0, -700.0]
)
def test_each_is_its_function_of_the_ratio(name: str, log_ratio: float) -> None:
    with mpmath.workdps(500):
        expected = float(REFERENCE[name](mpmath.exp(-exact(log_ratio))))
    (found,) = RATIO_ESTIMATORS[name].of(numpy.array([log_ratio]))
    assert found == pytest.approx(expected, rel=1e-14)


def test_a_ratio_beyond_the_doubles_is_infinite_and_no_warning() -> None:
    (found,) = RATIO_ESTIMATORS["k3"].of(numpy.array([-1e4]))
    assert found == numpy.inf


def test_the_samples_are_kept() -> None:
    samples = numpy.array([0.5, -0.5])
    for row in RATIO_ESTIMATORS.values():
        row.of(samples)[:] = 9
    assert samples.tolist() == [0.5, -0.5]
