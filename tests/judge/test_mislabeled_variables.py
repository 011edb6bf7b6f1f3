"""Helpers whose names and values say alike what they are, and names that are exchanged."""

from __future__ import annotations

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.answer import verify
from klcli.judge.question import Question


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        # At logvar = 2 it is 1/2 (e - 2), where the KL is 1/2 (e^2 - 3).
        ("std = torch.exp(0.5*logvar); -0.5*torch.sum(1 + torch.log(std) - mu**2 - std)", "wrong"),
        ("std = torch.sqrt(var); -0.5*torch.sum(1 + torch.log(std) - mu**2 - std)", "wrong"),
        ("std = torch.exp(0.5*logvar); -0.5*torch.sum(1 + torch.log(std**2) - mu**2 - std**2)", "exact"),
        ("sigma = torch.exp(h); -0.5*torch.sum(1 + torch.log(sigma) - mu**2 - sigma)", "exact"),
        # Nothing but its name says that this is a standard deviation.
        ("std = 0.1 + F.softplus(x); -0.5*torch.sum(1 + torch.log(std) - mu**2 - std)", "exact"),
    ],
)
def test_a_helper_is_no_variance_where_two_names_say_that_it_is_none(text: str, kind: str) -> None:
    assert verify(read_program(text)).kind == kind


@pytest.mark.parametrize(
    ("text", "question", "passes"),
    [
        ("-0.5*(1 + torch.log(mu**2) - mu**2 - sigma**2)", Question(), False),
        ("-0.5*(1 + mu - logvar**2 - torch.exp(mu))", Question(), False),
        ("-0.5*(1 + mu - logvar**2 - torch.exp(mu))", Question(head="mu"), True),
        ("-0.5*(1 + mu - x**2 - torch.exp(mu))", Question(), True),
        ("-0.5*(1 + logvar - mu**2 - torch.exp(logvar))", Question(), True),
    ],
)
def test_a_mean_that_is_named_like_a_head_beside_a_head_named_like_a_mean(
    text: str, question: Question, passes: bool
) -> None:
    found = verify(read_program(text), question)
    assert found.kind == "exact"
    assert [one.kind for one in found.conditions] == ([] if passes else ["names"])
    assert found.holds(()) is passes
