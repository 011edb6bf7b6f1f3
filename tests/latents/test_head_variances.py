"""The variance of a head under every reading, against mpmath."""

from __future__ import annotations

import mpmath
import numpy
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.head_variances import variances
from tests import reference


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
def test_every_reading(name: str) -> None:
    reading = PARAMETERIZATIONS[name]
    heads = numpy.array(
        [[0.01, 0.7], [1.0, 3.5]] if reading.domain == "positive" else [[-3.0, 0.0], [0.5, 4.0]]
    )
    with mpmath.workdps(50):
        expected = [[float(reference.SIGMA[name](mpmath.mpf(float(s))) ** 2) for s in row] for row in heads]
    numpy.testing.assert_allclose(variances(reading, heads), expected, rtol=1e-14)
