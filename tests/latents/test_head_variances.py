"""The variance of a head under every reading, against mpmath."""

from __future__ import annotations

import mpmath
import numpy
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.head_variances import variances

TRUTH = {
    "std": lambda s: s**2,
    "var": lambda s: s,
    "logstd": lambda s: mpmath.exp(2 * s),
    "logvar": mpmath.exp,
    "precision": lambda s: 1 / s,
    "logprecision": lambda s: mpmath.exp(-s),
    "softplus": lambda s: mpmath.log(1 + mpmath.exp(s)) ** 2,
    "softplusvar": lambda s: mpmath.log(1 + mpmath.exp(s)),
    "sigmoid": lambda s: 1 / (1 + mpmath.exp(-s)) ** 2,
}


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
def test_every_reading(name: str) -> None:
    reading = PARAMETERIZATIONS[name]
    heads = numpy.array(
        [[0.01, 0.7], [1.0, 3.5]] if reading.domain == "positive" else [[-3.0, 0.0], [0.5, 4.0]]
    )
    with mpmath.workdps(50):
        expected = [[float(TRUTH[name](mpmath.mpf(float(s)))) for s in row] for row in heads]
    numpy.testing.assert_allclose(variances(reading, heads), expected, rtol=1e-14)
