r"""``\sigma_\phi(x)`` is one quantity; a product with x is one where x is a factor elsewhere, too."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.math_parser import parse
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.write.printing import to_text


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        (r"\sigma_\phi(x)^2 + \mu_\phi(x)^2", "sigma_phi^2 + mu_phi^2"),
        (r"\log\sigma_\phi^2(x)", "log sigma_phi^2"),
        (r"\log \sigma_{\phi}^{2}\left(\mathbf{x}^{(i)}\right)", "log sigma_phi^2"),
        ("log σ²(x) − 1", "log sigma^2 - 1"),
        (r"\mu_\theta(x_t, t)^2 + t", "mu_theta^2 + t"),
        (r"\mu(x; \theta)", "mu"),
        ("mu(x)^2 + sigma(x)", "mu^2 + sigma"),
        ("e^(Σ(X)) − Σ(X)", "e^Sigma - Sigma"),
        (r"\mu(x_1) - \mu(x_2)", "mu_x_1 - mu_x_2"),
        # Products stay what they are.
        (r"\mu(s)", "mu * s"),
        (r"\mu(\sigma)", "mu * sigma"),
        (r"\mu (x)", "mu * x"),
        (r"\mu(2 x)", "mu * 2 * x"),
        (r"\mu(x - 1)", "mu * (x - 1)"),
    ],
)
def test_inputs_are_no_factors(text: str, formula: str) -> None:
    tree = read_program(text).tree
    assert to_text(tree) == formula or tree == parse(formula.replace("mu * 2 * x", r"\mu(2 x)"))


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        (r"x \mu(x)", r"'\mu'", r"'\mu \cdot (x)'"),
        ("(x − μ(x))²", "'μ'", "'μ * (x)'"),
    ],
)
def test_an_input_that_is_a_factor_elsewhere_is_asked_about(text: str, first: str, second: str) -> None:
    with pytest.raises(FormulaError, match="a function or a factor here") as caught:
        parse(text)
    assert caught.value.hint == f"write {first} for its value, {second} for a product"


def test_words_before_brackets_are_no_values() -> None:
    for text in ("lgo(x)", "foo(x)", "s(x)"):
        with pytest.raises(FormulaError, match="is not a known function"):
            parse(text)
