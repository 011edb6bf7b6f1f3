"""Bounds of the KL to a mixture: they enclose it, in the order that is known of them."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.priors.bounds import mixture_bounds
from klcli.gaussian.priors.breakpoints import features
from klcli.gaussian.priors.mixture import Mixture, mixture_log_ratio
from klcli.witness.adaptive_quadrature import gauss_legendre
from tests import reference
from tests.gaussian.priors.references import DIGITS, kl_to_mixture

Q = Gaussian.from_head("0.3", "1.2")
P = Mixture((Fraction(3, 10), Fraction(7, 10)), (Gaussian.from_head(-1, "0.1"), Gaussian.from_head(1, "0.5")))


def test_values_from_their_definitions() -> None:
    """The formulas in mpmath, with the KL of Gaussians from the reference and the integral of q p_k by quadrature."""
    with mpmath.workdps(DIGITS):
        mu, sigma = mpmath.mpf("0.3"), mpmath.mpf("1.2")
        rows = [
            (mpmath.mpf(3) / 10, mpmath.mpf(-1), mpmath.mpf("0.1")),
            (mpmath.mpf(7) / 10, mpmath.mpf(1), mpmath.mpf("0.5")),
        ]
        parts = [(w, reference.kl(mu, sigma, m, s)) for w, m, s in rows]

        def density(x: mpmath.mpf, m: mpmath.mpf, s: mpmath.mpf) -> mpmath.mpf:
            return mpmath.exp(-(((x - m) / s) ** 2) / 2) / (s * mpmath.sqrt(2 * mpmath.pi))

        overlap = mpmath.fsum(
            w
            * mpmath.quad(
                lambda x, m=m, s=s: density(x, mu, sigma) * density(x, m, s),
                [m + s * k for k in range(-16, 17, 2)],
            )
            for w, m, s in rows
        )
        entropy = mpmath.log(2 * mpmath.pi * mpmath.e * sigma**2) / 2
        expected = [
            -mpmath.log(mpmath.fsum(w * mpmath.exp(-kl) for w, kl in parts)),
            min(kl - mpmath.log(w) for w, kl in parts),
            mpmath.fsum(w * kl for w, kl in parts),
            -entropy - mpmath.log(overlap),
        ]
        found = mixture_bounds(Q, P)
        for row, value in zip(found, expected, strict=True):
            assert abs(mpmath.mpf(row.value) - value) <= row.rounding <= 1e-12
        kl = kl_to_mixture((mu, sigma), rows)
    assert [row.kind for row in found] == ["upper", "upper", "upper", "lower"]
    assert found[3].value <= kl <= found[0].value


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 1000), st.floats(-20, 20), st.floats(-9, 5).map(math.exp)),
        min_size=1,
        max_size=5,
    ),
    st.floats(-5, 5),
    st.floats(-3, 3).map(math.exp),
)
def test_they_enclose_the_integral(rows: list[tuple[int, float, float]], mu: float, sigma: float) -> None:
    total = sum(weight for weight, _, _ in rows)
    p = Mixture(
        tuple(Fraction(w, total) for w, _, _ in rows), tuple(Gaussian.from_head(m, s) for _, m, s in rows)
    )
    q = Gaussian.from_head(mu, sigma)
    pair = mixture_log_ratio(q, p)
    kl = gauss_legendre(pair, features(pair))
    variational, nearest, convexity, product = mixture_bounds(q, p)
    assert kl
    for upper in (variational, nearest, convexity):
        assert kl.value <= upper.value + upper.rounding + kl.rounding
        assert variational.value <= upper.value + upper.rounding + variational.rounding
    assert product.value <= kl.value + kl.rounding + product.rounding


def test_in_two_dimensions_one_component_gives_the_kl_itself() -> None:
    q = Gaussian.from_head([0, 1], [1, 2])
    p = Gaussian.from_head([1, 1], [1, 1])
    with mpmath.workdps(40):
        expected = float(reference.kl(0, 1, 1, 1) + reference.kl(1, 2, 1, 1))
    for row in mixture_bounds(q, Mixture((Fraction(1),), (p,)))[:3]:
        assert row.value == pytest.approx(expected, rel=1e-15)


def test_a_component_infinitely_far_away_leaves_the_others() -> None:
    far = Mixture((Fraction(1, 2),) * 2, (Gaussian.from_head(0, 1), Gaussian.from_head(0, "1e-300")))
    variational, nearest, convexity, product = mixture_bounds(Gaussian.from_head(0, 1), far)
    assert variational.value == nearest.value == pytest.approx(math.log(2))
    assert convexity.value == math.inf
    assert product.value <= math.log(2)
