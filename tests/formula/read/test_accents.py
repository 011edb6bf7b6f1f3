r"""Styles, accents, subscripts and indices above: what they make of a name."""

from __future__ import annotations

import pytest

from klcli.formula.read.math_parser import parse
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.write.printing import to_text

NAMES = [
    # texts, the formula that each is
    ((r"\boldsymbol{\mu}", r"\boldsymbol\mu", r"\bm{\mu}", r"\mathbf \mu", r"\vec{\mu}", "{\\bf \\mu}"), "mu"),
    ((r"\mathrm{logvar}", r"\textrm{logvar}", r"\operatorname{logvar}", r"\text{logvar}"), "logvar"),
    ((r"\hat\sigma", r"\hat{\sigma}", r"\widehat{\boldsymbol\sigma}", "σ̂", r"\hat{\boldsymbol{\sigma}}"), "sigma_hat"),
    ((r"\tilde{\mu}_j", r"\tilde\mu_j", r"\tilde{\mu_j}", "μ̃_j", "μ̃ⱼ"), "mu_tilde_j"),
    ((r"\bar x", r"\overline{x}", "x̄"), "x_bar"),
    ((r"\mu_j^{(i)}", r"\mu^{(i)}_j", r"\mu_{j}^{[i]}", "μ_j^(i)", r"\boldsymbol{\mu}^{(i)}_{j}"), "mu_i_j"),
    ((r"\sigma_j^{2(i)}", r"\sigma_j^{(i)2}", r"\sigma^{(i)^2}_j", r"{\sigma_j^{(i)}}^2"), "sigma_i_j^2"),
    ((r"\mu^*", r"\mu^{*}", r"\mu^\star", r"\mu^{\ast}"), "mu_star"),
    ((r"\mu^{\text{prior}}", r"\mu_{\text{prior}}", r"\mu_\mathrm{prior}", r"\mu_{\textrm{prior}}"), "mu_prior"),
    ((r"\sigma_{q,j}", r"\sigma_{q, j}", r"\sigma_{q j}", r"\sigma_{qj}", r"\sigma_{q\,}".replace(r"\,", "j")), "sigma_qj"),
    ((r"\mu_{\phi,j}", r"\mu_{\boldsymbol{\phi}, j}"), "mu_phi_j"),
    ((r"\sigma_{t-1}",), "sigma_tminus1"),
    ((r"\mu^{(1)} - \mu^{(2)}",), "mu_1 - mu_2"),
    ((r"\ell", r"\boldsymbol{\ell}"), "ell"),
    ((r"\exp{s}", r"{\rm exp}(s)", r"\mathrm{exp}\, s", r"\operatorname{exp}(s)", "exp.(s)"), "e^s"),
    ((r"\mathbf{1} + s", "1 {} + s"), "1 + s"),
    ((r"{1 \over 2} s", r"\frac12 s"), "1/2 s"),
    ((r"\sum_{i=1}^{d_z} s_i", r"\sum\limits_{i=1}^{\text{dim}} s_i", r"\sum\nolimits_i^n s_i", "∑_(i=1)^n s_i"), "sum_i (s_i)"),
    (("x.^2 .+ 2f0 .* y ./ z .- 1", "x^2 + 2 * y/z - 1"), "x^2 + 2 y/z - 1"),
    ((r"\ln{s}^2", r"\ln {s}^{2}"), "log s^2"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "formula"), [(text, formula) for texts, formula in NAMES for text in texts])
def test_what_is_around_a_letter_belongs_to_its_name(text: str, formula: str) -> None:
    assert parse(text) == parse(formula)
    if "log" not in formula:
        assert to_text(parse(text)) == formula


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (r"\sigma^{(2)}", "is '^{(2)}' a power or an index?"),
        (r"\sigma_{q,}", "unexpected '_'"),
        (r"\tilde{x y}", "is no symbol"),
        (r"\text{log var}", "is no symbol"),
        (r"\sum_{i=1}^{3} s_i", "these limits of a sum"),
        (r"\hat", "unknown command"),
        (r"\mathbf", "unknown command"),
    ],
)
def test_what_is_no_name_is_refused(text: str, problem: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert problem in caught.value.problem


def test_powers_are_no_indices() -> None:
    assert parse("x^{(s)} ").__class__.__name__ == "Symbol"
    assert to_text(parse("x^{(s + 1)}")) == "x^(s + 1)"
    assert to_text(parse("e^{(s)}")) == "e^s"
    assert to_text(parse("x^(s)")) == "x^s"
    assert to_text(parse("x^{2}")) == "x^2"
