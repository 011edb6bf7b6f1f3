"""Values with parts, and normal distributions as libraries make them."""

from __future__ import annotations

import ast

import pytest

from klcli.lint.flow.values_with_parts import annotated, is_normal, normal, part, structure_of
from tests.lint.sources import expression


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("(a, b + 1)", {"[0]": "a", "[1]": "b + 1"}),
        ("{'mu': a, 3: b}", {"['mu']": "a", "[3]": "b"}),
        ("dict(mu=a)", {"['mu']": "a"}),
        ("Output(mu=a, logvar=b)", {".mu": "a", ".logvar": "b"}),
        ("f(a)", None),
        ("output(mu=a)", None),
    ],
)
def test_parts(text: str, parts: dict[str, str] | None) -> None:
    found = structure_of(expression(text))
    assert (found and {key: ast.unparse(value) for key, value in found.parts.items()}) == parts


@pytest.mark.parametrize(
    ("text", "scale", "is_summed"),
    [
        ("Normal(m, s)", "s", False),
        ("td.Independent(td.Normal(m, s), 1)", "s", True),
        ("tfd.MultivariateNormalDiag(m)", "1.0", True),
        ("tfd.MultivariateNormalDiag(m, scale_diag=[1.0] * d)", "1.0", True),
        ("tfd.MultivariateNormalDiag(loc=m, scale_diag=s)", "s", True),
        ("MultivariateNormal(m, torch.diag_embed(v))", "v ** 0.5", True),
        ("MultivariateNormal(m, scale_tril=torch.diag(s))", "s", True),
        ("MultivariateNormal(m, torch.eye(3))", "1.0", True),
        ("NormalWithSoftplusScale(m, s)", "softplus(s)", False),
    ],
)
def test_normal_distributions(text: str, scale: str, is_summed: bool) -> None:
    node = expression(text)
    assert isinstance(node, ast.Call)
    found = normal(node)
    assert found is not None
    assert found.is_normal
    assert (ast.unparse(found.parts[".loc"]), ast.unparse(found.parts[".scale"])) == ("m", scale)
    assert found.is_summed == is_summed


@pytest.mark.parametrize(
    "text", ["MultivariateNormal(m, cov)", "Normal(*args)", "Laplace(m, s)", "Normal(m)"]
)
def test_others_are_none(text: str) -> None:
    node = expression(text)
    assert isinstance(node, ast.Call)
    assert normal(node) is None
    assert is_normal(node) == (not text.startswith("Laplace"))


def test_parts_by_name_and_annotations() -> None:
    for text, expected in (("a.b", ".b"), ("a['b']", "['b']"), ("a[i]", None)):
        node = expression(text)
        assert isinstance(node, ast.Attribute | ast.Subscript)
        assert part(node) == expected
    found = annotated(expression("q"), "Normal")
    assert found is not None
    assert ast.unparse(found.parts[".scale"]) == "q.scale"
    assert annotated(expression("q"), "Tensor") is None
