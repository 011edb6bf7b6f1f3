"""Log-probabilities of distributions as symbols, named after whose they are."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.formula.read.syntax_errors import FormulaError
from klcli.formula.write.printing import to_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("q.log_prob(z) - p.log_prob(z)", "q_log_prob - p_log_prob"),
        ("self.prior.log_prob(z).sum(1)", "sum(prior_log_prob)"),
        # A distribution that is written out: one of numbers alone is the prior.
        ("Normal(mu, std).log_prob(z) - Normal(0, 1).log_prob(z)", "q_log_prob - p_log_prob"),
        ("Normal(torch.zeros_like(mu), scale=1).log_prob(z)", "p_log_prob"),
        ("Normal(f(x)).log_prob(z)", "q_log_prob"),
        ("q = Normal(mu, std)\nq.log_prob(z) - q.log_prob(z)", "q_log_prob - q_log_prob"),
        # Of two that have parameters both are symbols of their own.
        ("Normal(a, b).log_prob(z) - Normal(c, e).log_prob(z)", "q_log_prob - q_log_prob_2"),
        ("q.log_prob(z) - q.log_prob(w)", "q_log_prob - q_log_prob_2"),
    ],
)
def test_a_log_probability_is_a_symbol(text: str, plain: str) -> None:
    assert to_text(read_program(text, "python").tree) == plain


@pytest.mark.parametrize("text", ["log_prob(z).sum()", "q.log_prob(z, w)", "dist.log_prob(q, value=z)"])
def test_another_function_of_that_name_is_none(text: str) -> None:
    with pytest.raises(FormulaError, match="'log_prob' is not a known function"):
        read_program(text, "python")
