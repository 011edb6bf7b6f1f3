"""What libraries compute of normal distributions: the closed forms, held against quadrature."""

from __future__ import annotations

import ast
import math

import pytest

from klcli.lint.flow.known_values import Knowledge
from klcli.lint.flow.normal_distributions import computed
from tests import reference
from tests.lint.sources import expression, function, module, project


def value(text: str, source: str = "", **names: float) -> float | None:
    """The number that a call is written out as."""
    files = project(module(source or "x = 1"))
    here = files.of(function(files, "").module)
    node = expression(text)
    assert isinstance(node, ast.Call)
    found = computed(node, Knowledge().distribution, here)
    if found is None:
        return None
    own = {
        "log": math.log,
        "exp": math.exp,
        "math": math,
        "randn": lambda: 1.25,
        "sum": lambda x, axis=None: x,
    }
    return float(eval(compile(ast.Expression(found), "", "eval"), own | names))


def test_a_divergence_is_that_of_quadrature() -> None:
    expected = reference.kl_by_quadrature(0.3, 1.2, -0.4, 0.8)
    for text in ("kl_divergence(Normal(a, b), Normal(c, d))", "Normal(a, b).kl_divergence(Normal(c, d))"):
        assert value(text, a=0.3, b=1.2, c=-0.4, d=0.8) == pytest.approx(float(expected), rel=1e-12)


def test_samples_and_densities() -> None:
    assert value("Normal(a, b).rsample()", a=0.3, b=1.2) == pytest.approx(0.3 + 1.2 * 1.25)
    density = math.exp(-0.5 * ((0.7 - 0.3) / 1.2) ** 2) / (1.2 * math.sqrt(2 * math.pi))
    assert value("Normal(a, b).log_prob(x)", a=0.3, b=1.2, x=0.7) == pytest.approx(math.log(density))


@pytest.mark.parametrize("mean", ["x", "m", "s", "n", "t"])
def test_a_mean_may_be_called_as_a_symbol_of_the_formulas(mean: str) -> None:
    """log N(0.7; 0.3, 1.2^2) and the KL, by hand: nothing is put in for what was put in."""
    density = -0.5 * ((0.7 - 0.3) / 1.2) ** 2 - math.log(1.2 * math.sqrt(2 * math.pi))
    assert value(f"Normal({mean}, b).log_prob(z)", b=1.2, z=0.7, **{mean: 0.3}) == pytest.approx(density)
    divergence = math.log(0.8 / 1.2) + (1.2**2 + (0.3 + 0.4) ** 2) / (2 * 0.8**2) - 0.5
    text = f"kl_divergence(Normal({mean}, b), Normal(c, d))"
    assert value(text, b=1.2, c=-0.4, d=0.8, **{mean: 0.3}) == pytest.approx(divergence)


def test_chainer_where_it_is_imported() -> None:
    text = "F.gaussian_kl_divergence(a, b)"
    expected = float(reference.kl(0.3, math.exp(0.1)))
    assert value(text, "import chainer.functions as F", a=0.3, b=0.2) == pytest.approx(expected)
    assert value(text, "import functions as F", a=0.3, b=0.2) is None


def test_other_calls_are_none() -> None:
    assert value("f(a)") is None
    assert value("kl_divergence(p, q)") is None
