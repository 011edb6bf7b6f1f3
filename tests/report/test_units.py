"""Nats become bits in one place: exact values are rounded once, all others divided by log 2."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf, log

import mpmath
import numpy
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import AnyGaussian, Gaussian
from klcli.gaussian.divergence import divergence_digits
from klcli.gaussian.priors.other_prior import OtherPrior, read_prior
from klcli.report.units import examination_in, nats_of
from klcli.witness.examination import Examination, examine
from klcli.witness.sequential_sampling import Target
from tests import reference
from tests.gaussian.multivariate.matrices import rational

Q, P = Gaussian.from_head("0.3", "1.2"), Gaussian.from_head(0, 1)


def normal(size: int, mean: str) -> Gaussian:
    matrix = numpy.eye(size) + 0.25
    return Gaussian.from_matrix([Fraction(mean)], rational(matrix))


def both(q: AnyGaussian, p: AnyGaussian | OtherPrior) -> tuple[Examination, Examination]:
    given = p.distribution if isinstance(p, OtherPrior) else p
    found = examine(q, given, samples=2000)  # type: ignore[arg-type]
    return found, examination_in("bits", found, q, p)


def test_nats_stay_as_they_are() -> None:
    found = examine(Q, P, samples=2000)
    assert examination_in("nats", found, Q, P) is found


def test_exact_values_are_rounded_once() -> None:
    _, bits = both(Q, P)
    with mpmath.workdps(40):
        value = float(reference.kl(mpmath.mpf("0.3"), mpmath.mpf("1.2")) / mpmath.log(2))
        shift = float(mpmath.mpf("0.045") / mpmath.log(2))
    assert bits.closed_form
    assert (bits.closed_form.value, bits.closed_form.shift) == (value, shift)
    assert bits.closed_form.is_nearest
    assert str(divergence_digits(Q, P, 30, "bits")).startswith(str(value)[:15])


@pytest.mark.parametrize("prior", [None, "3", "20", "laplace(0, 1)", "0.3*N(-1, 0.1) + 0.7*N(1, 0.5)"])
def test_every_number_with_a_unit_is_divided(prior: str | None) -> None:
    q: AnyGaussian = Q
    p: AnyGaussian | OtherPrior = P
    if prior and prior.isdigit():
        q, p = (
            normal(int(prior), "0.3"),
            Gaussian.from_matrix([0], rational(numpy.eye(int(prior)))),
        )
    elif prior:
        other = read_prior(prior, None, 1)
        assert isinstance(other, OtherPrior)
        p = other
    nats, bits = both(q, p)
    pairs = [(nats.monte_carlo, bits.monte_carlo), (nats.integral, bits.integral)]
    for one, two in [
        *pairs,
        (nats.closed_form, bits.closed_form),
        *zip(nats.bounds, bits.bounds, strict=True),
    ]:
        assert (one is None) is (two is None)
        if one and two:
            assert two.value == pytest.approx(one.value / log(2), rel=1e-15, abs=0)
            assert two.rounding == pytest.approx(one.rounding / log(2), rel=1e-15, abs=0)
    for one, two in pairs:
        if one and two:
            assert two.standard_error == pytest.approx(one.standard_error / log(2), rel=1e-15, abs=0)
            assert (two.z, two.detects, two.agrees, two.samples) == (
                one.z,
                one.detects,
                one.agrees,
                one.samples,
            )
    assert bits.status == nats.status


def test_intervals_biases_and_targets_too() -> None:
    found = replace(examine(Q, P, samples=20_000, estimator="k2"), target=Target(0.1, 2000, True))
    bits = examination_in("bits", found, Q, P)
    assert found.monte_carlo
    assert bits.monte_carlo
    assert bits.target
    assert bits.monte_carlo.bias == pytest.approx((found.monte_carlo.bias or inf) / log(2))
    assert bits.target == Target(0.1 / log(2), 2000, True)
    low, high = examine(Q, P, samples=2000).monte_carlo.interval  # type: ignore[union-attr,misc]
    assert both(Q, P)[1].monte_carlo.interval == pytest.approx((low / log(2), high / log(2)))  # type: ignore[union-attr]


def test_a_value_that_nobody_examined_is_not_shown() -> None:
    found = examine(Q, P, samples=2000)
    assert found.closed_form
    wrong = replace(
        found, closed_form=replace(found.closed_form, value=found.closed_form.value * (1 + 1e-14))
    )
    with pytest.raises(RuntimeError, match="are not the"):
        examination_in("bits", wrong, Q, P)


def test_what_is_infinite_stays_so() -> None:
    q = Gaussian.from_matrix([0], rational(numpy.ones((2, 2))))
    nats, bits = both(q, Gaussian.from_matrix([0], rational(numpy.eye(2))))
    assert bits == nats


def test_a_bit_is_log_2_nats() -> None:
    assert nats_of("bits") == log(2)
    assert nats_of("nats") == 1


def test_bits_beyond_the_doubles() -> None:
    q = Gaussian.from_head("1.7e154", 1)
    found = examine(q, P, samples=2000)
    with pytest.raises(KlcliError, match="bits is beyond the doubles"):
        examination_in("bits", found, q, P)
