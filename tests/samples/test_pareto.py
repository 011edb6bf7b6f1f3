"""Shapes of tails against maximum likelihood, the paper's formula in mpmath, and Pareto numbers of known shape."""

from __future__ import annotations

import warnings
from math import isfinite, sqrt, ulp

import mpmath
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import genpareto

from klcli.samples.pareto import MOST_TAIL, Largest, pareto_shape, tail_length

SHAPES = (-0.5, 0.0, 0.2, 0.5, 0.7, 1.0, 2.0)


@pytest.mark.parametrize("shape", SHAPES)
def test_exact_quantiles_have_their_shape(shape: float) -> None:
    quantiles = genpareto.ppf((numpy.arange(4000) + 0.5) / 4000, shape)
    assert pareto_shape(quantiles) == pytest.approx(shape, abs=0.02)


@pytest.mark.parametrize("shape", SHAPES)
def test_samples_agree_with_maximum_likelihood(shape: float) -> None:
    samples = numpy.sort(genpareto.rvs(shape, size=2000, random_state=numpy.random.default_rng(7)))
    fitted, _, _ = genpareto.fit(samples, floc=0)
    assert pareto_shape(samples) == pytest.approx(fitted, abs=0.03)


def zhang_stephens(numbers: list[float]) -> mpmath.mpf:
    """Equations 5 to 9 of Zhang and Stephens (2009), in their sign of k, and the prior of PSIS."""
    x = [mpmath.mpf(number) for number in sorted(numbers)]
    n = len(x)
    m = 20 + int(mpmath.sqrt(n)) + 10
    star = x[int(mpmath.floor(n / mpmath.mpf(4) + mpmath.mpf("0.5"))) - 1]

    def k(theta: mpmath.mpf) -> mpmath.mpf:
        return -sum(mpmath.log(1 - theta * number) for number in x) / n

    thetas = [
        1 / x[-1] + (1 - mpmath.sqrt(m / (j - mpmath.mpf("0.5")))) / (3 * star) for j in range(1, m + 1)
    ]
    profile = [n * (mpmath.log(theta / k(theta)) + k(theta) - 1) for theta in thetas]
    weights = [1 / sum(mpmath.exp(other - own) for other in profile) for own in profile]
    theta = sum(t * w for t, w in zip(thetas, weights, strict=True))
    return (n * -k(theta) + 5) / (n + 10)


@pytest.mark.parametrize(("shape", "size"), [(-0.4, 5), (0.1, 20), (0.6, 33), (1.5, 64)])
def test_the_formula_of_the_paper(shape: float, size: int) -> None:
    samples = numpy.sort(genpareto.rvs(shape, size=size, random_state=numpy.random.default_rng(size)))
    with mpmath.workdps(50):
        expected = float(zhang_stephens(samples.tolist()))
    assert pareto_shape(samples) == pytest.approx(expected, rel=1e-9)


def test_the_scale_does_not_matter() -> None:
    samples = numpy.sort(genpareto.rvs(0.4, size=300, random_state=numpy.random.default_rng(3)))
    assert pareto_shape(samples * 1e-200) == pytest.approx(pareto_shape(samples), rel=1e-9)


@given(st.lists(st.lists(st.floats(-1e300, 1e300), max_size=8), max_size=8), st.integers(1, 20))
def test_the_largest_are_the_largest(blocks: list[list[float]], size: int) -> None:
    largest = Largest()
    for block in blocks:
        largest.add(numpy.array(block))
    numbers = sorted(number for block in blocks for number in block)
    assert largest.top(size).tolist() == numbers[-size:]


def test_the_largest_of_many_are_kept_in_little_memory() -> None:
    numbers = numpy.random.default_rng(0).permutation(400_000).astype(float)
    largest = Largest()
    for block in numbers.reshape(50, -1):
        largest.add(block)
        assert sum(part.size for part in largest._parts) <= 4 * MOST_TAIL + block.size
    assert largest.top(MOST_TAIL + 1).tolist() == list(range(400_000 - MOST_TAIL - 1, 400_000))


@pytest.mark.parametrize(
    ("count", "length"), [(0, 0), (10, 2), (100, 20), (225, 45), (10_000, 300), (10**9, 4096)]
)
def test_the_length_of_a_tail(count: int, length: int) -> None:
    assert tail_length(count) == length


@pytest.mark.filterwarnings("error")
def test_a_theta_of_zero_is_the_exponential_distribution() -> None:
    """Values of a discrete law: the third theta that is tried, 1/largest + (1 - sqrt(34/2.5))/3, is 0."""
    largest = 3 / (sqrt(34 / 2.5) - 1)
    for step in range(-4, 5):  # one of the neighbours is the double that gives it
        excesses = numpy.full(16, 1.0)
        excesses[8:] = largest + step * ulp(largest)
        assert isfinite(pareto_shape(excesses))


def test_excesses_that_span_all_doubles_overflow_in_silence() -> None:
    values = numpy.sort(numpy.random.default_rng(0).exponential(size=100))
    values[-1] = 1e308
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pareto_shape(values) > 1
