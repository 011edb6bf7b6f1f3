"""The KL of any two Gaussians, by whichever way is theirs."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import AnyGaussian, Gaussian
from klcli.gaussian.divergence import divergence, divergence_digits

HEADS = Gaussian.from_head(["0.3", "-1"], ["1.2", "0.5"])
UNIT = Gaussian.from_head([0, 0], [1, 1])
CORRELATED = Gaussian.from_matrix(["0.3", "-1"], [["1.44", "0.3"], ["0.3", "0.25"]])
LARGE = Gaussian.from_matrix(0, 2 * numpy.eye(17))


def kl(cov: list[list[str]]) -> Any:
    """By the formula, from N((0.3, -1), cov) to N(0, I)."""
    matrix = mpmath.matrix([[mpmath.mpf(entry) for entry in row] for row in cov])
    mean = [mpmath.mpf("0.3"), mpmath.mpf(-1)]
    return (
        matrix[0, 0] + matrix[1, 1] + mean[0] ** 2 + mean[1] ** 2 - 2 - mpmath.log(mpmath.det(matrix))
    ) / 2


INDEPENDENT = [["1.44", "0"], ["0", "0.25"]]


@pytest.mark.parametrize(
    ("q", "p", "cov", "rows"),
    [
        (HEADS, UNIT, INDEPENDENT, 2),
        (HEADS, UNIT.with_covariance(), INDEPENDENT, 0),
        (HEADS.with_covariance(), UNIT, INDEPENDENT, 0),
        (CORRELATED, UNIT, [["1.44", "0.3"], ["0.3", "0.25"]], 0),
    ],
)
def test_heads_and_matrices_in_any_pair(
    q: AnyGaussian, p: AnyGaussian, cov: list[list[str]], rows: int
) -> None:
    with mpmath.workdps(50):
        true = kl(cov)
        assert divergence(q, p).value == float(true)
        assert divergence(q, p, "bits").value == float(true / mpmath.log(2))
        assert divergence_digits(q, p, 30).compare(divergence_digits(HEADS, UNIT, 30)) == (cov != INDEPENDENT)
        assert str(divergence_digits(q, p, 30)) == mpmath.nstr(true, 30, strip_zeros=False)
    assert len(divergence(q, p).per_dimension) == rows


def test_other_dimensions_are_refused() -> None:
    for p in (Gaussian.from_head(0, 1), Gaussian.from_matrix(0, [[1]])):
        with pytest.raises(KlcliError, match="has 2 dimensions and the prior 1"):
            divergence(HEADS, p)


@pytest.mark.parametrize("q", [HEADS, CORRELATED])
def test_a_unit_and_digits_that_there_are_not(q: AnyGaussian) -> None:
    for unit in ("bit", "NATS", None):
        with pytest.raises(KlcliError, match="unknown unit"):
            divergence(q, q, unit)  # type: ignore[arg-type]
        with pytest.raises(KlcliError, match="unknown unit"):
            divergence_digits(q, q, 5, unit)  # type: ignore[arg-type]
    with pytest.raises(KlcliError, match="1 digit or more"):
        divergence_digits(q, q, 0)


def test_digits_need_exact_arithmetic() -> None:
    with pytest.raises(KlcliError, match="ends at 16 dimensions"):
        divergence_digits(LARGE, LARGE, 30)
