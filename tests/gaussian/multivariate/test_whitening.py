"""Whitening against mpmath: ill-conditioned, nearly equal, large; and what is refused."""

from __future__ import annotations

import mpmath
import numpy
import pytest

from klcli.gaussian.double_double import FloatArray
from klcli.gaussian.multivariate.congruence import FloatMatrix
from klcli.gaussian.multivariate.preconditioning import IndefiniteError
from klcli.gaussian.multivariate.whitening import Whitened, whiten
from tests.gaussian.multivariate.matrices import ill_conditioned, rational, reference

LIMIT = 1e-14


def whitened(target: FloatArray, base: FloatArray, gap: FloatArray) -> Whitened:
    return whiten(FloatMatrix((target,)), FloatMatrix((base,)), (gap[:, None], 0 * gap[:, None]))


def errors(target: FloatArray, base: FloatArray, gap: FloatArray, digits: int = 100) -> list[float]:
    """The relative errors of spread and shift."""
    found = whitened(target, base, gap)
    true = reference(rational(target), rational(base), gap.tolist(), digits)
    with mpmath.workdps(digits):
        pairs = ((found.spread, true.spread), (found.square, true.mahalanobis))
        return [float(abs(mpmath.mpf(value) / expected - 1)) for value, expected in pairs]


@pytest.mark.parametrize("size", [2, 5, 12])
@pytest.mark.parametrize(
    "conditions", [(1e1, 1e1), (1e8, 1e3), (1e3, 1e8), (1e14, 1e14), (1e14, 1), (1, 1e14)]
)
def test_any_condition(size: int, conditions: tuple[float, float]) -> None:
    generator = numpy.random.default_rng(size)
    target, base = (ill_conditioned(generator, size, condition) for condition in conditions)
    assert max(errors(target, base, generator.standard_normal(size))) <= LIMIT


@pytest.mark.parametrize("size", [2, 12])
@pytest.mark.parametrize("condition", [1e1, 1e8, 1e14])
@pytest.mark.parametrize("change", [1e-1, 1e-8, 1e-15])
def test_nearly_equal(size: int, condition: float, change: float) -> None:
    generator = numpy.random.default_rng(size)
    base = ill_conditioned(generator, size, condition)
    target = base * (1 + change)
    assert max(errors(target, base, 1e-9 * generator.standard_normal(size))) <= LIMIT


@pytest.mark.parametrize("size", [128, 512])
def test_large_matrices_with_known_divergence(size: int) -> None:
    """H D H^T / n with the symmetric Hadamard matrix H: every entry is exact, and D holds the eigenvalues."""
    hadamard = numpy.ones((1, 1))
    while len(hadamard) < size:
        hadamard = numpy.block([[hadamard, hadamard], [hadamard, -hadamard]])
    generator = numpy.random.default_rng(5)
    spectra = [2.0 ** generator.integers(-38, 1, size) for _ in range(2)]
    target, base = (hadamard * spectrum @ hadamard.T / size for spectrum in spectra)
    found = whitened(target, base, hadamard[:, 3])
    with mpmath.workdps(50):
        ratio = [mpmath.mpf(q) / mpmath.mpf(p) for q, p in zip(*spectra, strict=True)]
        expected = sum(r - 1 - mpmath.log(r) for r in ratio) / 2
        assert abs(found.spread / expected - 1) <= min(LIMIT, found.error)
    assert abs(found.square / (mpmath.mpf(size) / spectra[1][3]) - 1) <= LIMIT


def test_equal_matrices_have_no_spread() -> None:
    base = ill_conditioned(numpy.random.default_rng(2), 20, 1e12)
    found = whitened(base, base, numpy.zeros(20))
    assert (found.spread, found.square, found.log_determinant) == (0, 0, 0)


def test_extreme_units() -> None:
    """Dimensions in units 1e150 apart: powers of two bring them together without rounding."""
    units = numpy.array([2.0**500, 1.0, 2.0**-500])
    generator = numpy.random.default_rng(3)
    target, base = (ill_conditioned(generator, 3, 1e3) for _ in range(2))
    plain = whitened(target, base, numpy.ones(3))
    scale = units[:, None] * units
    scaled = whitened(target * scale, base * scale, units)
    assert scaled.spread == pytest.approx(plain.spread, rel=1e-15)
    assert scaled.square == pytest.approx(plain.square, rel=1e-15)


@pytest.mark.parametrize(
    ("target", "base", "which", "singular"),
    [
        ([[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]], "posterior", False),
        ([[1.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]], "posterior", True),
        ([[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]], "prior", False),
        ([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, -1.0]], "prior", False),
        ([[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], "posterior", True),
    ],
)
def test_what_is_no_covariance(
    target: list[list[float]], base: list[list[float]], which: str, singular: bool
) -> None:
    with pytest.raises(IndefiniteError) as caught:
        whitened(numpy.array(target), numpy.array(base), numpy.zeros(2))
    assert (caught.value.which, caught.value.order, caught.value.singular) == (which, 2, singular)


@pytest.mark.parametrize(
    ("variance_q", "variance_p", "mean"),
    [
        (1e300, 1.0, 0.0),
        (1.0, 1e-300, 0.0),
        (1e-300, 1e300, 0.0),
        (5e-324, 1.0, 0.0),
        (1.0, 1.7e308, 1e153),
        (1.0, 1.0, 1e153),
        (1e-300, 1e-300, 1e-150),
    ],
)
def test_extreme_scales(variance_q: float, variance_p: float, mean: float) -> None:
    """One dimension among others: (r - 1 - log r)/2 and m^2/p, in 60 digits."""
    target, base, gap = numpy.eye(20), numpy.eye(20), numpy.zeros(20)
    target[3, 3], base[3, 3], gap[3] = variance_q, variance_p, mean
    found = whitened(target, base, gap)
    with mpmath.workdps(60):
        ratio = mpmath.mpf(variance_q) / mpmath.mpf(variance_p)
        spread, square = (ratio - 1 - mpmath.log(ratio)) / 2, mpmath.mpf(mean) ** 2 / mpmath.mpf(variance_p)
        assert abs(found.spread - spread) <= LIMIT * spread
        assert abs(found.square - square) <= LIMIT * square
    assert found.error <= LIMIT


@pytest.mark.parametrize(
    ("variance_q", "variance_p", "mean"),
    [(1.7e308, 1e-10, 0.0), (1.0, 5e-324, 0.0), (1.0, 1.0, 1e160), (1.0, 1.0, 1.7e308), (1.0, 1e-200, 1e100)],
)
def test_beyond_the_doubles(variance_q: float, variance_p: float, mean: float) -> None:
    target, base, gap = numpy.eye(20), numpy.eye(20), numpy.zeros(20)
    target[3, 3], base[3, 3], gap[3] = variance_q, variance_p, mean
    found = whitened(target, base, gap)
    assert numpy.isinf(found.spread + found.square / 2)


@pytest.mark.parametrize("entry", [1e-12, 1e-100, 1e-160])
def test_a_tiny_correlation(entry: float) -> None:
    """-log(1 - r^2)/2, where only one entry differs."""
    target = numpy.eye(20)
    target[0, 1] = target[1, 0] = entry
    found = whitened(target, numpy.eye(20), numpy.zeros(20))
    assert found.spread == pytest.approx(entry * entry / 2, rel=1e-13)
    assert found.error <= 1e-12 or entry < 1e-150
