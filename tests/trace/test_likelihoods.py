"""Which likelihood a part of a loss is, entry by entry: in every spelling, with its factor, and what is none."""

from __future__ import annotations

import math

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.weight import LIKELIHOODS
from klcli.trace.likelihoods import likelihood_of


@pytest.mark.parametrize(
    ("text", "name", "factor"),
    [
        ("torch.sum((x - y)**2)", "mse", 1.0),
        ("torch.mean(0.5 * (x - y)**2)", "mse", 0.5),
        ("torch.mean((x - y)**2 / 3)", "mse", 1 / 3),
        ("torch.sum(x**2 - 2*x*y + y**2)", "mse", 1.0),
        ("torch.sum(torch.abs(x - y))", "l1", 1.0),
        ("-torch.sum(x*torch.log(y) + (1 - x)*torch.log(1 - y))", "bce", 1.0),
        ("torch.sum(torch.log(1 + torch.exp(y)) - x*y)", "bce", 1.0),
        ("torch.sum((x - y)**2/(2*s**2) + torch.log(s))", "gaussian", 1.0),
        ("torch.sum((x - y)**2/(2*v) + 0.5*torch.log(v))", "gaussian", 1.0),
        ("0.5*torch.sum((x - y)**2*torch.exp(-lv) + lv)", "gaussian", 1.0),
        ("torch.mean((x - y)**2/F.softplus(s)**2 + 2*torch.log(F.softplus(s)))", "gaussian", 2.0),
        ("0.37*torch.sum((x - y)**2/(2*(exp(s) + 1e-3)**2) + log(exp(s) + 1e-3))", "gaussian", 0.37),
    ],
)
def test_a_likelihood_has_its_name_and_factor(text: str, name: str, factor: float) -> None:
    found = likelihood_of(read_program(text, "python").arrays)
    assert found is not None
    assert found.name == name
    assert found.factor == factor  # that of a quotient of doubles is rounded
    assert set(found.names) == {"x", "y"}
    assert found.has_beta is (name in LIKELIHOODS)


@pytest.mark.parametrize(
    ("text", "sigma"),
    [
        ("torch.sum((x - y)**2/(2*s**2) + torch.log(s))", 4.0),
        ("torch.sum((x - y)**2/(2*s) + 0.5*torch.log(s))", 2.0),
        ("torch.sum(0.5*(x - y)**2*torch.exp(-2*s) + s)", math.e**4),
        ("0.5*torch.sum((x - y)**2*torch.exp(-s) + s)", math.e**2),
        ("torch.sum((x - y)**2/(2*F.softplus(s)**2) + torch.log(F.softplus(s)))", math.log(1 + math.e**4)),
        ("3*torch.sum((x - y)**2/(2*(s + 0.1)**2) + torch.log(s + 0.1))", 4.1),
    ],
)
def test_a_likelihood_with_a_spread_of_its_own_tells_the_standard_deviation(text: str, sigma: float) -> None:
    found = likelihood_of(read_program(text, "python").arrays)
    assert found is not None
    assert (found.spread, found.sigma(4.0)) == ("s", pytest.approx(sigma, rel=1e-13))


@pytest.mark.parametrize(
    "text",
    [
        "0.5 * (mu**2 + torch.exp(lv) - lv - 1)",
        "torch.sum((x - y)**3)",
        "-torch.sum((x - y)**2)",  # a negative factor
        "torch.sum(x * y)",
        # The spread of the square is another one than that of the logarithm, or is missing there.
        "torch.sum((x - y)**2/(2*F.softplus(s)**2) + torch.log(s))",
        "torch.sum((x - y)**2/(2*F.softplus(s)**2))",
        "torch.sum((x - y)**2*F.softplus(s)**2 - torch.log(F.softplus(s))**2)",
        "torch.sum((x + y)**2/(2*F.softplus(s)**2) + torch.log(F.softplus(s)))",
        "torch.sum((x + y)**2)",
        "torch.sum(x**2)",
        "torch.sum((x - y)**2 * a * b)",
    ],
)
def test_what_is_none(text: str) -> None:
    assert likelihood_of(read_program(text, "python").arrays) is None
