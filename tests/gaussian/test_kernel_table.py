"""The kernels of the readings: each row of the table has one, whose parts are those of the KL by mpmath."""

from __future__ import annotations

from importlib import import_module

import mpmath
import numpy
import pytest

from klcli.gaussian import kernel_table
from klcli.gaussian.kernel_table import ArrayKernel
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests.reference import SIGMA

ROWS = {row.name: row for row in PARAMETERIZATIONS.values() if row.kernel}
POSITIVE = (0.2, 0.9, 1.0, 1.3, 7.0)
REAL = (-3.0, -0.2, 0.0, 0.4, 2.5)


def kernel_of(name: str) -> ArrayKernel:
    module, _, attribute = ROWS[name].kernel.partition(":")
    found = getattr(import_module(module), attribute)
    assert isinstance(found, ArrayKernel)
    return found


def test_every_kernel_is_named_by_one_reading() -> None:
    named = [kernel_of(name) for name in ROWS]
    listed = [value for value in vars(kernel_table).values() if isinstance(value, ArrayKernel)]
    assert sorted(map(id, named)) == sorted(map(id, listed))


@pytest.mark.parametrize("name", ROWS)
def test_the_parts_are_those_of_the_kl(name: str) -> None:
    """Spread 1/2 (r^2 - 1 - log r^2) with r = sigma_q / sigma_p, and the difference of means over sigma_p."""
    own = kernel_of(name)
    heads = POSITIVE if ROWS[name].domain == "positive" else REAL
    with mpmath.workdps(50):
        for head_q in heads:
            for head_p in heads:
                sigma_q, sigma_p = SIGMA[name](mpmath.mpf(head_q)), SIGMA[name](mpmath.mpf(head_p))
                ratio = (sigma_q / sigma_p) ** 2
                q, p = numpy.array([head_q]), numpy.array([head_p])
                assert float(own.spread(q, p)[0]) == pytest.approx(
                    float((ratio - 1 - mpmath.log(ratio)) / 2), rel=1e-14, abs=0
                )
                assert float(own.scaled(numpy.array([0.7]), p)[0]) == pytest.approx(
                    float(mpmath.mpf(0.7) / sigma_p), rel=1e-14
                )


@pytest.mark.parametrize("name", ROWS)
def test_without_a_head_of_p_its_standard_deviation_is_1(name: str) -> None:
    own = kernel_of(name)
    with mpmath.workdps(50):
        for head in POSITIVE if ROWS[name].domain == "positive" else REAL:
            ratio = SIGMA[name](mpmath.mpf(head)) ** 2
            assert float(own.spread(numpy.array([head]), *own.unit)[0]) == pytest.approx(
                float((ratio - 1 - mpmath.log(ratio)) / 2), rel=1e-14, abs=0
            )
