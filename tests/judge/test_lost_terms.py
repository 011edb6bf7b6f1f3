"""A formula without its logarithm, one of its logarithms, or its variance; each with it again is the KL."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.question import Question
from klcli.judge.scaled_kl import FixedPrior

LOST = [
    "-0.5*(1 - mu**2 - torch.exp(logvar))",
    "-(1 - mu**2 - torch.exp(logvar))",
    "-0.5*(1 - mu**2 - torch.exp(2*log_std))",
    "-0.5*(1 + torch.log(sigma**2) - mu**2)",
    "0.5*(logvar_p - logvar_q + (mu_q - mu_p)**2/torch.exp(logvar_p) - 1)",
    "0.5*(-torch.log(s_q**2) + s_q**2/s_p**2 + (mu_q - mu_p)**2/s_p**2 - 1)",
    "0.5*(torch.log(var_p) + var_q/var_p + (mu_q - mu_p)**2/var_p - 1)",
    "0.5*(torch.exp(lv_q - lv_p) + (mu_q - mu_p)**2*torch.exp(-lv_p) - 1)",
    "-0.5*torch.sum(1 + logvar - (mu.pow(2) + logvar.exp())/prior_var)",
]


@pytest.mark.parametrize("text", LOST)
def test_it_is_named(text: str) -> None:
    found = verify(read_program(text))
    assert (found.kind, found.mistake and found.mistake.code) == ("wrong", "KL143")


@pytest.mark.parametrize(
    "text",
    [
        "-0.5*(1 - mu**2*torch.exp(logvar) - logvar**3)",  # more than one is wrong
        "-0.5*(1 + torch.log(sigma**2) - mu**2 - sigma**3)",
        "mu**2 + torch.exp(s) - x",  # without the constant it may be anything
        "-0.5*(1 + logvar - torch.exp(logvar))",  # the mean, which has a code of its own
        "-0.5*(1 + logvar - mu**2 - torch.exp(logvar))",
    ],
)
def test_what_has_another_mistake_or_none_is_not(text: str) -> None:
    found = verify(read_program(text))
    assert not (found.mistake and found.mistake.code == "KL143")


@pytest.mark.parametrize(("mean", "code"), [(1, "KL143"), (0, None)])
def test_a_term_is_lost_of_the_kl_to_the_prior_that_is_asked_for(mean: int, code: str | None) -> None:
    program = read_program("-0.5*(1 - (mu - 1)**2 - torch.exp(logvar))")
    found = verify(program, Question(prior=FixedPrior(Fraction(mean))))
    assert (found.kind, found.mistake and found.mistake.code) == ("wrong", code)
