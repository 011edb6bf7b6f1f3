"""The closed form: the double nearest to the truth, in every regime and under every pair of readings."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klcli.errors import KlcliError
from klcli.gaussian.diagonal_divergence import divergence, divergence_digits
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests import reference

UNIT = Gaussian.from_head(0, 1)


def expected(q: Gaussian, p: Gaussian, digits: int = 700) -> tuple[float, float, float]:
    """Value, spread and shift from mpmath with far more digits than any cancellation takes."""
    with mpmath.workdps(digits):
        spread = shift = mpmath.mpf(0)
        for mean_q, head_q, mean_p, head_p in zip(q.mean, q.spread.head, p.mean, p.spread.head, strict=True):
            sigma_q = reference.SIGMA[q.spread.parameterization.name](reference.exact(head_q))
            sigma_p = reference.SIGMA[p.spread.parameterization.name](reference.exact(head_p))
            spread += reference.kl(0, sigma_q, 0, sigma_p)
            shift += ((reference.exact(mean_q) - reference.exact(mean_p)) / sigma_p) ** 2 / 2
        return tuple(
            0.0 if abs(x) < mpmath.mpf(10) ** -400 else float(x) for x in (spread + shift, spread, shift)
        )


@pytest.mark.parametrize(
    ("mu", "head", "name"),
    [
        ("0.3", "1.2", "std"),
        ("0.3", "1.44", "var"),
        ("0.3", "0.36464311", "logvar"),
        ("0.3", "0.18232155", "logstd"),
        ("0", "1e-170", "std"),
        ("0", "1e150", "std"),
        ("5", "-1400", "logvar"),
        ("0", "1.0000000000000001", "std"),
        ("0", "1.00000000000000000000000000001", "var"),
        ("0", "1e-150", "logvar"),
        ("0", "1e-200", "logstd"),
        ("1e-160", "1", "std"),
        ("1e150", "1", "std"),
        ("0", "0.541324854612918", "softplus"),
        ("0", "-700", "softplus"),
        ("0", "500", "softplusvar"),
        ("0", "1e-300", "precision"),
        ("0", "-1e-9", "logprecision"),
    ],
)
def test_the_nearest_double(mu: str, head: str, name: str) -> None:
    q = Gaussian.from_head(mu, head, name)
    found = divergence(q, UNIT)
    assert (found.value, found.spread, found.shift) == expected(q, UNIT)


def test_the_value_of_the_documentation() -> None:
    assert divergence(Gaussian.from_head("0.3", "1.2"), UNIT).value == pytest.approx(0.0826784, abs=5e-8)
    assert divergence(Gaussian.from_head(0, "1e-170"), UNIT).value == pytest.approx(390.939, abs=5e-4)


NUMBERS = st.decimals(-5, 5, places=3).map(str)
SCALES = st.decimals(Decimal("0.001"), 5, places=3).map(str)
READINGS = st.sampled_from(sorted(PARAMETERIZATIONS))


@settings(max_examples=60, deadline=None)
@given(NUMBERS, SCALES, READINGS, NUMBERS, SCALES, READINGS)
def test_any_pair_of_readings(m: str, s: str, reading: str, n: str, t: str, prior: str) -> None:
    q, p = Gaussian.from_head(m, s, reading), Gaussian.from_head(n, t, prior)
    found = divergence(q, p)
    assert (found.value, found.spread, found.shift) == expected(q, p, 80)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.sampled_from([-1, 1]), st.sampled_from(["std", "var", "precision"]))
def test_next_to_the_prior(places: int, sign: int, reading: str) -> None:
    q = Gaussian.from_head(0, Fraction(1) + sign * Fraction(1, 10**places), reading)
    assert divergence(q, UNIT).value == expected(q, UNIT)[0] > 0


@settings(max_examples=25, deadline=None)
@given(NUMBERS, SCALES, READINGS)
def test_zero_exactly_where_q_is_p(m: str, s: str, reading: str) -> None:
    q = Gaussian.from_head(m, s, reading)
    found = divergence(q, q)
    assert (found.value, found.spread, found.shift) == (0.0, 0.0, 0.0)
    assert math.copysign(1, found.value) == 1


def test_the_same_spread_under_two_readings_is_zero() -> None:
    for head, name in (("1.44", "var"), ("1.2", "std")):
        assert divergence(Gaussian.from_head(0, head, name), Gaussian.from_head(0, "1.2")).value == 0
    assert (
        divergence(Gaussian.from_head(0, "0.5", "logvar"), Gaussian.from_head(0, "0.25", "logstd")).value == 0
    )


def test_dimensions_add_up_to_one_rounding() -> None:
    q = Gaussian.from_head(["0.3", "-1", "0"], ["1.2", "0.5", "1"])
    p = Gaussian.from_head(["0", "0.1", "0"], ["1", "2", "1"])
    found = divergence(q, p)
    assert (found.value, found.spread, found.shift) == expected(q, p)
    assert found.per_dimension[2].value == 0
    for number, part in enumerate(found.per_dimension):
        assert part.value == divergence(q.at(number), p.at(number)).value


def test_bits() -> None:
    q = Gaussian.from_head("0.3", "1.2")
    with mpmath.workdps(50):
        bits = reference.kl(mpmath.mpf("0.3"), mpmath.mpf("1.2")) / mpmath.log(2)
    assert divergence(q, UNIT, "bits").value == float(bits)


@pytest.mark.parametrize("digits", [1, 7, 50, 300])
def test_any_number_of_digits(digits: int) -> None:
    q = Gaussian.from_head("0.3", "1.2")
    with mpmath.workdps(digits + 20):
        truth = reference.kl(mpmath.mpf("0.3"), mpmath.mpf("1.2"))
        assert mpmath.mpf(str(divergence_digits(q, UNIT, digits))) == mpmath.mpf(
            mpmath.nstr(truth, digits, min_fixed=-mpmath.inf, max_fixed=mpmath.inf)
        )


def test_digits_of_zero() -> None:
    q = Gaussian.from_head("0.3", "0.7", "logvar")
    assert divergence_digits(q, q, 20) == 0


@pytest.mark.parametrize(
    ("head", "reading", "other", "prior"),
    [
        ("1.2", "std", "1.44", "var"),
        (Fraction(1, 3), "std", 9, "precision"),
        ("0.5", "logvar", "0.25", "logstd"),
        ("0", "logvar", "1", "std"),
        ("-0.3", "softplus", "-0.3", "softplus"),
    ],
)
def test_digits_of_one_distribution_under_two_readings(
    head: str | Fraction, reading: str, other: str | int, prior: str
) -> None:
    assert (
        divergence_digits(Gaussian.from_head(0, head, reading), Gaussian.from_head(0, other, prior), 20) == 0
    )


def test_digits_that_do_not_tell_a_kl_from_zero_say_so() -> None:
    """The KL is 1e-1998; a 0 would be a lie."""
    near = Gaussian.from_head(0, Fraction(1) + Fraction(1, 10**999))
    with pytest.raises(KlcliError, match="1,505 digits do not tell"):
        divergence_digits(near, UNIT, 5)
    assert abs(divergence_digits(near, UNIT, 1000) / Decimal("1e-1998") - 1) < Decimal("1e-25")
    assert divergence(near, UNIT).value == 0


def test_a_value_beyond_the_doubles_is_refused_with_its_magnitude() -> None:
    with pytest.raises(KlcliError, match=r"5\.00000E\+599 nats is beyond the doubles"):
        divergence(Gaussian.from_head(0, "1e300"), UNIT)


def test_scales_beyond_any_arithmetic_are_refused() -> None:
    with pytest.raises(KlcliError, match="too far apart"):
        divergence(Gaussian.from_head(0, "1e300", "logvar"), UNIT)


def test_dimensions_have_to_match() -> None:
    with pytest.raises(KlcliError, match="2 dimensions and the prior 1"):
        divergence(Gaussian.from_head([0, 0], [1, 1]), UNIT)
