"""Mixtures: their log ratio is that of the definition, in one dimension and in several."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.log_ratio import log_ratios
from klcli.gaussian.priors.mixture import Mixture, mixture_log_ratio
from klcli.witness.monte_carlo import sample
from tests import reference

HALF = Fraction(1, 2)
floats = st.floats(-5, 5)
spreads = st.floats(-6, 6).map(math.exp)


def two(*components: Gaussian) -> Mixture:
    return Mixture((HALF, HALF), components)


def definition(q: Gaussian, p: Mixture, z: list[float]) -> float:
    """log q(x) - log p(x) at the scores z, from the densities in mpmath."""
    with mpmath.workdps(60):
        heads = [mpmath.mpf(s.numerator) / s.denominator for s in q.spread.head]
        x = [
            reference.exact(m) + s * reference.exact(each)
            for m, s, each in zip(q.mean, heads, z, strict=True)
        ]

        def log_density(gaussian: Gaussian) -> mpmath.mpf:
            rows = zip(x, gaussian.mean, gaussian.spread.head, strict=True)
            return mpmath.fsum(
                -(((v - reference.exact(m)) / reference.exact(s)) ** 2) / 2
                - mpmath.log(reference.exact(s) * mpmath.sqrt(2 * mpmath.pi))
                for v, m, s in rows
            )

        parts = [
            mpmath.log(reference.exact(w)) + log_density(c)
            for w, c in zip(p.weights, p.components, strict=True)
        ]
        largest = max(parts)
        log_p = largest + mpmath.log(mpmath.fsum(mpmath.exp(part - largest) for part in parts))
        return float(log_density(q) - log_p)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(floats, spreads), min_size=1, max_size=4), floats, spreads, st.floats(-6, 6))
def test_the_log_ratio_in_one_dimension(
    rows: list[tuple[float, float]], m: float, s: float, z: float
) -> None:
    q = Gaussian.from_head(m, s)
    weights = tuple(Fraction(k + 1, sum(range(1, len(rows) + 1))) for k in range(len(rows)))
    p = Mixture(weights, tuple(Gaussian.from_head(*row) for row in rows))
    expected = definition(q, p, [z])
    found = float(mixture_log_ratio(q, p).at(numpy.array([z]))[0])
    assert found == pytest.approx(expected, rel=1e-11, abs=1e-11)


def test_the_log_ratio_in_three_dimensions_is_joint() -> None:
    q = Gaussian.from_head([0, 1, 2], [1, 2, 3])
    p = two(Gaussian.from_head([0, 0, 1], [1, 1, 2]), Gaussian.from_head([3, 1, -1], [2, "0.5", 1]))
    z = numpy.random.default_rng(0).standard_normal((7, 3))
    expected = [definition(q, p, list(row)) for row in z]
    assert mixture_log_ratio(q, p).at(z.copy()) == pytest.approx(expected, rel=1e-13)


def test_one_component_is_the_gaussian_itself() -> None:
    q, p = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(1, 2)
    z = numpy.linspace(-8, 8, 101)
    (expected,) = log_ratios(q, p)
    assert mixture_log_ratio(q, Mixture((Fraction(1),), (p,))).at(z) == pytest.approx(
        expected.at(z), rel=1e-13
    )


def test_the_order_of_the_components_does_not_matter() -> None:
    q = Gaussian.from_head("0.3", "1.2")
    first, second = Gaussian.from_head(-1, "0.1"), Gaussian.from_head(1, "0.5")
    z = numpy.linspace(-8, 8, 101)
    one = mixture_log_ratio(q, Mixture((Fraction(3, 10), Fraction(7, 10)), (first, second))).at(z)
    other = mixture_log_ratio(q, Mixture((Fraction(7, 10), Fraction(3, 10)), (second, first))).at(z)
    assert one == pytest.approx(other, rel=1e-14)


def test_monte_carlo_in_several_dimensions_draws_the_scores_row_by_row() -> None:
    q = Gaussian.from_head([0, 1], [1, 2])
    p = two(Gaussian.from_head([0, 0], [1, 1]), Gaussian.from_head([3, 1], [2, 1]))
    pair = mixture_log_ratio(q, p)
    (found,) = sample((pair,), 10_001, 3)
    draws = pair.at(numpy.random.Generator(numpy.random.SFC64(3)).standard_normal((10_001, 2)))
    assert found.value == pytest.approx(draws.mean(), rel=1e-12)
    assert found.standard_error == pytest.approx(draws.std(ddof=1) / math.sqrt(10_001), rel=1e-9)


def test_a_component_beyond_the_doubles_adds_nothing() -> None:
    q, near = Gaussian.from_head(0, 1), Gaussian.from_head(0, 2)
    p = two(near, Gaussian.from_head("1e200", "1e-200"))
    z = numpy.linspace(-8, 8, 11)
    (expected,) = log_ratios(q, near)
    assert mixture_log_ratio(q, p).at(z) == pytest.approx(expected.at(z.copy()) + math.log(2), rel=1e-13)


def test_all_components_beyond_the_doubles_are_refused() -> None:
    far = Gaussian.from_head("1e200", "1e-200")
    with pytest.raises(KlcliError, match="beyond the doubles"):
        mixture_log_ratio(Gaussian.from_head(0, 1), two(far, far))
