"""Calls that draw random numbers: their kind, their mean and their scale."""

from __future__ import annotations

import ast

import pytest

from klcli.formula.read.random_calls import noise_kind, noise_parameters
from klcli.formula.read.vocabulary import Noise


def call(text: str) -> ast.Call:
    found = ast.parse(text, mode="eval").body
    assert isinstance(found, ast.Call)
    return found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("torch.randn_like(std)", "randn"),
        ("np.random.normal(0, 1, shape)", "randn"),
        ("K.random_normal(shape=(b, d))", "randn"),
        ("std.data.new(std.size()).normal_()", "randn"),
        ("tf.random.truncated_normal(s)", "truncated"),
        ("torch.rand(3)", "rand"),
        ("np.random.random(3)", "rand"),
        ("rng.random()", "rand"),
        ("values.random()", None),
        ("normal(0, 1)", None),
        ("torch.exp(x)", None),
    ],
)
def test_kinds(text: str, kind: Noise | None) -> None:
    assert noise_kind(call(text)) == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("np.random.normal(m, s, 3)", {"mean": "m", "scale": "s"}),
        ("torch.normal(m, s)", {"mean": "m", "scale": "s"}),
        ("tf.random.normal((3, 2), 0.0, 0.1)", {"mean": "0.0", "scale": "0.1"}),
        ("K.random_normal(shape=(b, d), mean=0., stddev=0.5)", {"mean": "0.0", "scale": "0.5"}),
        ("jax.random.normal(key, (3,))", {}),
        ("torch.randn(3, 2)", {}),
        ("torch.randn_like(x)", {}),
        ("eps.normal_(0, 2)", {"mean": "0", "scale": "2"}),
        ("rng.standard_normal(5)", {}),
        ("rng.normal(loc=1, scale=2)", {"mean": "1", "scale": "2"}),
    ],
)
def test_parameters(text: str, expected: dict[str, str]) -> None:
    found = {name: ast.unparse(value) for name, value in noise_parameters(call(text)).items()}
    assert found == expected
