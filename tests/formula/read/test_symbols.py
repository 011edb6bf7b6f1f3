"""Symbols with all that belongs to them: subscripts, accents, indices above."""

from __future__ import annotations

import pytest

from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.read.tokenizer import tokenize


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sigma_1", "sigma_1"),
        ("σ₁", "sigma_1"),
        (r"\sigma_{1}", "sigma_1"),
        (r"\boldsymbol{\mu}", "mu"),
        (r"\hat\sigma_j", "sigma_hat_j"),
        (r"\hat{\sigma}_j", "sigma_hat_j"),
        ("σ̂", "sigma_hat"),
        (r"\mu_j^{(i)}", "mu_i_j"),
        (r"\mathrm{logvar}", "logvar"),
        (r"{\rm logvar}", "logvar"),
        (r"\mu^*", "mu_star"),
        (r"\sigma_{q,j}", "sigma_qj"),
        ("µ", "mu"),
        ("𝜎", "sigma"),
    ],
)
def test_names(text: str, name: str) -> None:
    token, end = tokenize(text)
    assert (token.kind, token.name, end.kind) == ("symbol", name, "end")
    assert (token.start, token.end) == (0, len(text))


def test_a_square_beside_an_index_is_a_power() -> None:
    symbol, power, _ = tokenize(r"\sigma_j^{2(i)}")
    assert (symbol.name, power.kind, power.value) == ("sigma_i_j", "power", 2)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (r"\sigma_12", "LaTeX lowers only the first sign"),
        (r"\hat{a + b}", "is no symbol"),
        (r"\text{if } x", "is no symbol"),
        (r"\mu^{(2)}", "a power or an index"),
    ],
)
def test_what_is_refused(text: str, problem: str) -> None:
    with pytest.raises(FormulaError, match=problem):
        tokenize(text)
