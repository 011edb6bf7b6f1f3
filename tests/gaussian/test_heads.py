"""What the numbers of a head say of the spread of each dimension."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads, with_variances
from klcli.gaussian.parameterization import PARAMETERIZATIONS
from tests import reference


@pytest.mark.parametrize("name", reference.SIGMA)
@pytest.mark.parametrize("head", ["0.1", "1.44", "3"])
def test_sigma_is_correctly_rounded(name: str, head: str) -> None:
    gaussian = Gaussian.from_head(0, head, name)
    with mpmath.workdps(60):
        sigma = reference.SIGMA[name](reference.exact(head))
        assert gaussian.spread.sigma() == (float(sigma),)
        assert gaussian.spread.log_sigma() == (float(mpmath.log(sigma)),)


def test_scales_beyond_the_doubles_keep_their_logarithm() -> None:
    gaussian = Gaussian.from_head(0, "-2000", "logvar")
    assert gaussian.spread.sigma() == (0.0,)
    assert gaussian.spread.log_sigma() == (-1000.0,)


@pytest.mark.parametrize("name", reference.SIGMA)
@pytest.mark.parametrize("head", ["0.1", "1.44", "3"])
def test_variances_and_deviations_have_some_120_digits(name: str, head: str) -> None:
    heads = Gaussian.from_head(0, head, name).spread
    with mpmath.workdps(150):
        sigma = reference.SIGMA[name](reference.exact(head))
        for found, true in ((heads.deviations(), sigma), (heads.variances(), sigma**2)):
            assert abs(mpmath.mpf(found[0].numerator) / found[0].denominator / true - 1) < mpmath.mpf(
                "1e-117"
            )


def test_variances_are_a_head_of_their_own() -> None:
    heads = with_variances((Fraction(4), Fraction(1, 16)))
    assert (heads.sigma(), heads.variances()) == ((2.0, 0.25), (4, Fraction(1, 16)))
    assert heads.is_exact


def test_one_dimension_of_several() -> None:
    heads = Heads((Fraction(1), Fraction(2)), PARAMETERIZATIONS["logvar"])
    assert heads.at(1) == Heads((Fraction(2),), PARAMETERIZATIONS["logvar"])


def test_what_is_outside_of_the_domain_is_refused() -> None:
    assert Heads.admitted([Fraction(-2)], PARAMETERIZATIONS["logvar"]).head == (-2,)
    with pytest.raises(KlcliError, match="var must be > 0, got -2"):
        Heads.admitted([Fraction(1), Fraction(-2)], PARAMETERIZATIONS["var"])
