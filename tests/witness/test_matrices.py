"""The witnesses of full covariances: no false alarm, and wrong values are caught."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from unittest.mock import patch

import numpy
import pytest

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.matrices.forms_and_sizes import MOST_EXACT
from klcli.gaussian.multivariate.divergence import divergence
from klcli.gaussian.multivariate.log_ratio import log_ratio
from klcli.witness import matrices
from klcli.witness.examination import examine
from klcli.witness.matrices import default_samples
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, LEAST_SAMPLES
from klcli.witness.trapezoid import integral_of_scores
from tests.gaussian.multivariate.matrices import identity, ill_conditioned, rational, reference


def normal(matrix: object, mean: float = 0) -> Gaussian:
    return Gaussian.from_matrix([Fraction(mean)], rational(matrix))


def random_pair(size: int, seed: int) -> tuple[Gaussian, Gaussian]:
    generator = numpy.random.default_rng(seed)
    first, second = (ill_conditioned(generator, size, 10 ** generator.uniform(0, 4)) for _ in range(2))
    return normal(first, 0.5), normal(second)


@pytest.mark.parametrize("size", [1, 2, 3, 6, MOST_EXACT + 1])
@pytest.mark.parametrize("seed", range(6))
def test_no_false_alarm(size: int, seed: int) -> None:
    assert examine(*random_pair(size, seed), samples=4000, seed=seed).status == "agrees"


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_integral_finds_the_value(size: int) -> None:
    q, p = random_pair(size, 3)
    ratio = log_ratio(q, p)
    assert ratio is not None
    found, true = (
        integral_of_scores(ratio),
        reference(q.spread.matrix, p.spread.matrix, [Fraction(1, 2)] * size),
    )
    assert abs(found.value - float(true.value)) <= found.rounding
    assert found.rounding <= 1e-9 * float(true.value)


@pytest.mark.parametrize("factor", [0.5, 1.2, 1 + 1e-8])
def test_a_wrong_closed_form_is_caught(factor: float) -> None:
    q, p = random_pair(2, 1)
    right = divergence(q, p)
    with patch.object(matrices, "divergence", return_value=replace(right, value=right.value * factor)):
        found = examine(q, p, samples=1000)
    assert found.status == "disagrees"
    assert found.integral is not None
    assert not found.integral.agrees


def test_beyond_three_dimensions_sampling_is_the_only_witness() -> None:
    found = examine(*random_pair(4, 0), samples=1000)
    assert found.integral is None
    assert found.monte_carlo is not None


def test_a_singular_posterior_is_infinitely_far() -> None:
    found = examine(normal(numpy.ones((2, 2))), normal(identity(2)))
    assert (found.status, found.integral, found.monte_carlo) == ("infinite", None, None)


def test_draws_that_take_seconds() -> None:
    assert default_samples(1) == DEFAULT_SAMPLES
    assert default_samples(100) == DEFAULT_SAMPLES
    assert LEAST_SAMPLES < default_samples(512) < DEFAULT_SAMPLES
