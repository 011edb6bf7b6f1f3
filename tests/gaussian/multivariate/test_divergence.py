"""KL of full covariances against mpmath, in exact arithmetic and in floats."""

from __future__ import annotations

from fractions import Fraction
from math import isinf, nextafter

import mpmath
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence as diagonal_divergence
from klcli.gaussian.matrices.forms_and_sizes import MOST_EXACT, CovarianceForm
from klcli.gaussian.matrices.rational_matrices import product, transpose
from klcli.gaussian.multivariate.divergence import divergence
from tests.gaussian.multivariate.matrices import hilbert, identity, ill_conditioned, rational, reference

FORMS: tuple[CovarianceForm, ...] = ("cov", "cholesky", "precision-matrix")


def normal(
    rows: list[list[Fraction]], mean: list[Fraction] | None = None, form: CovarianceForm = "cov"
) -> Gaussian:
    return Gaussian.from_matrix(mean or [Fraction(0)], rows, form)


def is_nearest(value: float, true: object) -> bool:
    """Whether no neighbour of a double is nearer to the true value."""
    with mpmath.workdps(120):
        own = abs(mpmath.mpf(value) - true)
        return all(own <= abs(mpmath.mpf(nextafter(value, side)) - true) for side in (-numpy.inf, numpy.inf))


@pytest.mark.parametrize("order", range(2, 13))
def test_hilbert_matrices_against_the_identity_and_back(order: int) -> None:
    """Conditions from 19 to 2e16: every part is the double nearest to its true value."""
    for first, second in ((hilbert(order), identity(order)), (identity(order), hilbert(order))):
        found = divergence(normal(first, [Fraction(1, 3)]), normal(second))
        true = reference(first, second, [Fraction(1, 3)] * order)
        for part in ("value", "spread", "shift", "trace", "log_determinant", "mahalanobis"):
            assert is_nearest(getattr(found, part), getattr(true, part)), part


@pytest.mark.parametrize("order", [2, 6, 12])
def test_hilbert_matrices_in_float64(order: int) -> None:
    """The same in the arithmetic of large matrices, as a block beside the identity."""
    size = MOST_EXACT + 1
    block = [[Fraction(i == j) for j in range(size)] for i in range(size)]
    for i, row in enumerate(hilbert(order)):
        block[i][:order] = row
    for first, second in ((block, identity(size)), (identity(size), block)):
        found = divergence(normal(first), normal(second))
        true = reference(first, second, [Fraction(0)] * size)
        assert float(abs(found.value / true.value - 1)) <= 1e-14


@pytest.mark.parametrize("size", [1, 2, 5, MOST_EXACT, MOST_EXACT + 1, 30])
@pytest.mark.parametrize("condition", [1e1, 1e14])
def test_a_covariance_times_1_plus_1e_8(size: int, condition: float) -> None:
    matrix = ill_conditioned(numpy.random.default_rng(size), size, condition)
    rows, wider = rational(matrix), rational(matrix * (1 + 1e-8))
    found = divergence(normal(wider), normal(rows))
    true = reference(wider, rows, [Fraction(0)] * size)
    assert float(abs(found.value / true.value - 1)) <= 1e-14


def test_ill_conditioned_pairs() -> None:
    """Random conditions up to 1e14 and sizes up to 8, a third of them nearly equal."""
    generator = numpy.random.default_rng(0)
    for number in range(120):
        size = int(generator.integers(1, 9))
        first, second = (ill_conditioned(generator, size, 10 ** generator.uniform(0, 14)) for _ in range(2))
        if number % 3 == 0:
            first = second * (1 + 10 ** generator.uniform(-12, -1))
        gap = (10 ** generator.uniform(-8, 2) * generator.standard_normal(size)).tolist()
        found = divergence(normal(rational(first), list(map(Fraction, gap))), normal(rational(second)))
        true = reference(rational(first), rational(second), gap, 80)
        assert is_nearest(found.value, true.value)
        assert found.spread >= 0
        assert found.shift >= 0


@pytest.mark.parametrize("size", [4, MOST_EXACT + 2])
@pytest.mark.parametrize("first", FORMS)
@pytest.mark.parametrize("second", FORMS)
def test_every_form(size: int, first: CovarianceForm, second: CovarianceForm) -> None:
    """The covariance is made from what was given by mpmath."""
    generator = numpy.random.default_rng(size)
    gaussians, covariances = [], []
    for form in (first, second):
        rows = rational(ill_conditioned(generator, size, 1e6))
        if form == "cholesky":
            rows = rational(numpy.tril(numpy.array(rows, dtype=float)) + 0.1 * numpy.eye(size))
        gaussians.append(normal(rows, [Fraction(len(gaussians))], form))
        with mpmath.workdps(80):
            matrix = mpmath.matrix([[mpmath.mpf(x.numerator) / x.denominator for x in row] for row in rows])
            made = {"cov": matrix, "cholesky": matrix * matrix.T, "precision-matrix": matrix**-1}[form]
            covariances.append([[mpmath_fraction(made[i, j]) for j in range(size)] for i in range(size)])
    found = divergence(*gaussians)
    true = reference(*covariances, [Fraction(-1)] * size)
    assert float(abs(found.value / true.value - 1)) <= 1e-14


def mpmath_fraction(number: object) -> Fraction:
    sign, mantissa, exponent, _ = number._mpf_  # type: ignore[attr-defined]
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def test_a_correlation_matrix_with_standard_deviations() -> None:
    rows = [[Fraction(1), Fraction("0.3")], [Fraction("0.3"), Fraction(1)]]
    found = Gaussian.from_matrix([Fraction(0)], rows, "correlation", [Fraction("1.2"), Fraction("0.5")])
    covariance = [[Fraction("1.44"), Fraction("0.18")], [Fraction("0.18"), Fraction("0.25")]]
    assert found.spread.symmetric() == tuple(map(tuple, covariance))


HEADS = st.lists(st.tuples(st.integers(-30, 30), st.integers(1, 40)), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(HEADS, st.sampled_from(["std", "var", "logvar"]))
def test_a_diagonal_covariance_is_the_sum_over_dimensions(heads: list[tuple[int, int]], name: str) -> None:
    mean = [Fraction(mu, 10) for mu, _ in heads]
    q = Gaussian.from_head(mean, [Fraction(head, 10) for _, head in heads], name)
    p = Gaussian.from_head([0] * len(heads), [Fraction(3, 2)] * len(heads))
    expected = diagonal_divergence(q, p)
    found = divergence(q.with_covariance(), p.with_covariance())
    assert (found.value, found.spread, found.shift) == (expected.value, expected.spread, expected.shift)


ENTRIES = st.fractions(-3, 3, max_denominator=8)
ROOTS = st.lists(st.lists(ENTRIES, min_size=3, max_size=3), min_size=3, max_size=3)


@settings(max_examples=25, deadline=None)
@given(ROOTS, ROOTS, ROOTS)
def test_invariance_under_linear_maps(first: list, second: list, change: list) -> None:  # type: ignore[type-arg]
    """KL is the same after any invertible map, is never negative, and 0 for equal Gaussians only."""
    matrices = []
    for root in (first, second):
        rows = [
            [sum(map(Fraction.__mul__, a, b)) + (i == j) for j, b in enumerate(root)]
            for i, a in enumerate(root)
        ]
        matrices.append(tuple(map(tuple, rows)))
    mapped = []
    transform = tuple(
        tuple(entry + 5 * (i == j) for j, entry in enumerate(row)) for i, row in enumerate(change)
    )
    if abs(numpy.linalg.det(numpy.array(transform, dtype=float))) < 1e-3:
        return
    for matrix in matrices:
        mapped.append(product(product(transform, matrix), transpose(transform)))
    plain = divergence(*(normal(list(matrix)) for matrix in matrices))  # type: ignore[arg-type]
    assert plain.value == divergence(*(normal(list(matrix)) for matrix in mapped)).value  # type: ignore[arg-type]
    assert plain.value >= 0
    assert (plain.value == 0) is (matrices[0] == matrices[1])


@pytest.mark.parametrize("size", [3, MOST_EXACT + 4])
@pytest.mark.parametrize("form", FORMS)
def test_equal_gaussians(size: int, form: CovarianceForm) -> None:
    rows = ill_conditioned(numpy.random.default_rng(size), size, 1e10)
    if form == "cholesky":
        rows = numpy.linalg.cholesky(rows)
    found = divergence(normal(rational(rows), form=form), normal(rational(rows), form=form))
    assert (found.value, found.log_determinant) == (0, 0)


def test_a_covariance_and_its_inverse_as_a_precision_are_equal() -> None:
    rows = [[Fraction(2), Fraction(1)], [Fraction(1), Fraction(1)]]
    inverse = [[Fraction(1), Fraction(-1)], [Fraction(-1), Fraction(2)]]
    assert divergence(normal(rows), normal(inverse, form="precision-matrix")).value == 0


@pytest.mark.parametrize("size", [2, MOST_EXACT + 4])
def test_a_singular_posterior_is_infinitely_far(size: int) -> None:
    rows = identity(size)
    rows[0][1] = rows[1][0] = Fraction(1)
    found = divergence(normal(rows), normal(identity(size)))
    assert isinf(found.value)
    assert "singular" in found.reason
    with pytest.raises(KlcliError, match="prior's covariance matrix is singular"):
        divergence(normal(identity(size)), normal(rows))


def test_large_matrices_that_are_no_covariance() -> None:
    rows = identity(MOST_EXACT + 4)
    rows[0][3] = rows[3][0] = Fraction(2)
    with pytest.raises(KlcliError, match=r"posterior's covariance matrix is not positive definite.*order 4"):
        divergence(normal(rows), normal(identity(MOST_EXACT + 4)))


def test_bits() -> None:
    nats, bits = (divergence(normal(hilbert(3)), normal(identity(3)), unit) for unit in ("nats", "bits"))  # type: ignore[arg-type]
    assert bits.value == pytest.approx(nats.value / float(mpmath.log(2)), rel=1e-15)
    assert bits.trace == nats.trace


def test_different_dimensions() -> None:
    with pytest.raises(KlcliError, match="2 dimensions and the prior 3"):
        divergence(normal(identity(2)), normal(identity(3)))
