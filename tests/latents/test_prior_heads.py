"""A prior in the numbers of the kernel, against mpmath."""

from __future__ import annotations

import mpmath
import numpy
import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.prior_heads import prior_heads, prior_means, prior_of


@pytest.mark.parametrize(
    ("name", "head"), [("std", 1), ("var", 1), ("logvar", 0), ("logstd", 0), ("precision", 1)]
)
def test_sigma_1_needs_no_head(name: str, head: int) -> None:
    assert prior_heads(Gaussian.from_head(0, head, name), PARAMETERIZATIONS["logvar"]) is None


def test_the_same_reading_keeps_its_number() -> None:
    prior = Gaussian.from_head(["0.1", "0.2"], ["0.3", "0.4"], "logvar")
    assert prior_heads(prior, PARAMETERIZATIONS["logvar"]).tolist() == [0.3, 0.4]
    assert prior_means(prior).tolist() == [0.1, 0.2]


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("logvar", lambda sigma: 2 * mpmath.log(sigma)),
        ("precision", lambda sigma: 1 / sigma**2),
        ("softplus", lambda sigma: mpmath.log(mpmath.expm1(sigma))),
    ],
)
def test_another_reading_gets_the_nearest_double(name: str, truth) -> None:  # type: ignore[no-untyped-def]
    with mpmath.workdps(50):
        expected = float(truth(mpmath.mpf("2.5")))
    assert prior_heads(Gaussian.from_head(0, "2.5"), PARAMETERIZATIONS[name]).tolist() == [expected]


def test_variances_for_averages() -> None:
    found = prior_of(Gaussian.from_head([1, 2], [2, 4], "var"))
    numpy.testing.assert_allclose(found.variance, [2, 4], rtol=1e-15)
