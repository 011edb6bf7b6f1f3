"""What the text of a prior means: readings of the spread, weights, parameters by place and by name."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.errors import KlcliError
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.priors.densities import Product
from klcli.gaussian.priors.mixture import Mixture
from klcli.gaussian.priors.other_prior import OtherPrior, read_prior


@pytest.mark.parametrize(
    ("text", "param", "sigma"),
    [
        ("N(1, 0.25)", None, 0.25),
        ("normal(1, 0.25)", "std", 0.25),
        ("norm(1, 0.25)", "var", 0.5),
        ("gaussian(1, 0.25)", "precision", 2.0),
        ("N(1, 0.25^2)", None, 0.25),
        ("N(1, 0.25^2)", "var", 0.25),
        ("N(1, var=0.25)", None, 0.5),
        ("N(1, var=0.25^2)", None, 0.25),
        ("N(mu=1, sigma=0.25)", None, 0.25),
        ("N(std=0.25, mean=1)", "std", 0.25),
        ("norm(loc=1, scale=0.25)", None, 0.25),
        ("1*N(1, 0.25)", None, 0.25),
    ],
)
def test_a_plain_gaussian(text: str, param: str | None, sigma: float) -> None:
    found = read_prior(text, param, 1)
    assert isinstance(found, Gaussian)
    assert (found.mean, found.spread.sigma()) == ((1,), (sigma,))


def mixture(text: str, param: str | None = None, dimension: int = 1) -> Mixture:
    found = read_prior(text, param, dimension)
    assert isinstance(found, OtherPrior)
    assert isinstance(found.distribution, Mixture)
    return found.distribution


def test_a_mixture_in_two_dimensions() -> None:
    found = mixture("1/3*N((-1, 0), 0.1) + 2/3*N(1, (4, 9))", "var", 2)
    assert found.weights == (Fraction(1, 3), Fraction(2, 3))
    assert [part.mean for part in found.components] == [(-1, 0), (1, 1)]
    assert found.components[1].spread.sigma() == (2.0, 3.0)


def test_a_mixture_of_one() -> None:
    assert mixture("mixture: N(0, 1)").weights == (1,)


def product(text: str, dimension: int = 1) -> Product:
    found = read_prior(text, None, dimension)
    assert isinstance(found, OtherPrior)
    assert isinstance(found.distribution, Product)
    return found.distribution


@pytest.mark.parametrize(
    ("text", "shape", "loc", "scale"),
    [
        ("t(3)", (("df", 3),), 0, 1),
        ("t(3, 1, 2)", (("df", 3),), 1, 2),
        ("t(df=3, scale=2, loc=1)", (("df", 3),), 1, 2),
        ("cauchy", (), 0, 1),
        ("uniform(-1, 2)", (), -1, 2),
        ("johnsonsu(2, 3, 4)", (("a", 2), ("b", 3)), 4, 1),
    ],
)
def test_parameters_in_scipys_order(
    text: str, shape: tuple[tuple[str, int], ...], loc: int, scale: int
) -> None:
    (found,) = product(text).factors
    assert (found.shape, found.loc, found.scale) == (shape, loc, scale)


def test_lists_are_dimensions() -> None:
    found = product("t((3, 4), loc=(0, 1), scale=2)", 2)
    assert [(row.shape[0][1], row.loc, row.scale) for row in found.factors] == [(3, 0, 2), (4, 1, 2)]


@pytest.mark.parametrize(
    ("text", "param", "message", "hint"),
    [
        ("0.3*N(0, 1) + 0.6*N(1, 1)", None, "add up to 0.9, not to 1", "'1/3*N(0, 1) + 2/3*N(1, 1)'"),
        ("N(0, 1) + N(1, 1)", None, "has no weight", "'0.5*N(0, 1) + 0.5*N(1, 1)'"),
        ("0*N(0, 1) + 1*N(1, 1)", None, "a weight must be > 0", "leave"),
        ("-1*N(0, 1) + 2*N(1, 1)", None, "a weight must be > 0", "leave"),
        ("0.5*N(0, 1)", None, "has the weight 1", "leave"),
        ("0.5*N(0, 1) + 0.5*laplace(0, 1)", None, "Gaussian components only", "N(1, 0.5)"),
        ("0.5*N(0, 1) + 0.5*M(0, 1)", None, "unknown component 'M'", "N(1, 0.5)"),
        ("0.5*N(0, 1) + 0.5*N(0, 2^2)", None, "in another way", "one way"),
        ("N(0)", None, "a mean and a spread", "N(-1, 0.1)"),
        ("N(0, 1, 2)", None, "too many", "parameters"),
        ("N(0, sd=1)", None, "unknown parameter 'sd'", "std"),
        ("N(0, std=1)", "var", "contradicts --prior-param var", "leave"),
        ("N(0, 2^2)", "std", "contradicts --prior-param std", "write 2"),
        ("N(0, std=2^2)", None, "contradicts std", "write 2"),
        ("N(1^2, 1)", None, "a mean is no square", "number"),
        ("N(0, -1)", None, "sigma must be > 0, got -1", "logvar"),
        ("N((0, 1, 2), 1)", None, "this list has 3 values, the posterior has 1", "one value"),
        ("laplce(0, 1)", None, "no distribution 'laplce'", "laplace"),
        ("Laplace(0, 1)", None, "no distribution 'Laplace'", "laplace"),
        ("rv_continuous(0)", None, "no distribution", "scipy.stats"),
        ("poisson(3)", None, "poisson is discrete", ""),
        ("vonmises(1)", None, "on the circle", "t(3)"),
        ("levy_stable(1, 0)", None, "too slow", "t(3)"),
        ("t", None, "t needs df", "df, loc, scale"),
        ("t(3, df=3)", None, "df is given twice", "once"),
        ("t(df=3, 0)", None, "without a name follows", "name it"),
        ("t(3, 0, 1, 2)", None, "too many", "df, loc, scale"),
        ("t(n=3)", None, "unknown parameter 'n'", "df"),
        ("t(3^2)", None, "df is no square", "number"),
        ("t(-3)", None, "has no density for df = -3", "scipy.stats.t"),
        ("laplace(0, 0)", None, "the scale of laplace must be > 0", "scale=1"),
        ("t(3)", "var", "--prior-param reads the spread of a Gaussian", "leave"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, param: str | None, message: str, hint: str) -> None:
    with pytest.raises(KlcliError) as caught:
        read_prior(text, param, 1)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.hint
