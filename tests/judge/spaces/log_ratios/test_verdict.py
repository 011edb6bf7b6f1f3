"""What a function of log-ratios is: k1, k2, k3 and their kin by their factors, and what is wrong with others."""

from __future__ import annotations

from fractions import Fraction

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.judge.spaces.log_ratios.log_ratio_space import stated_estimation
from klcli.judge.spaces.log_ratios.verdict import varying

U = "(logprobs - ref_logprobs)"
"""log q - log p of samples of q, the policy; r = e^-u is p / q (Schulman, 2020)."""


def found(text: str) -> Estimation | None:
    return stated_estimation(read_program(text.replace("u", U) if "logprobs" not in text else text, "python"))


NAMED = [
    (f"{U}", "k1", "q", 1, 0),
    (f"{U}**2 / 2", "k2", "q", 1, 0),
    (f"torch.exp(-{U}) + {U} - 1", "k3", "q", 1, 0),
    (f"0.1 * (torch.exp(-{U}) + {U} - 1)", "k3", "q", Fraction(1, 10), 0),
    (f"torch.abs({U})", "abs", "q", 1, 0),
    (f"torch.exp({U}) * {U}", "weighted k1", "p", 1, 0),
    (f"{U} + 3", "k1", "q", 1, 3),
]


@pytest.mark.parametrize(("text", "name", "sampler", "factor", "shift"), NAMED)
def test_each_is_named_with_its_factor(
    text: str, name: str, sampler: str, factor: Fraction, shift: int
) -> None:
    one = found(text)
    assert one is not None
    assert (one.form.name, one.sampler) == (name, sampler)
    assert (one.factor, one.shift) == (factor, shift)


@pytest.mark.parametrize(
    ("text", "kind", "flaw"),
    [
        (f"torch.exp(-{U}) + {U}", "wrong", "the - 1 of k3 is missing: its mean is 1 too large"),
        (f"torch.exp(-{U}) - {U} - 1", "wrong", "one of them has its sign flipped"),
        (f"torch.exp(-{U}) + 2 * {U} - 3", "wrong", "do not belong together"),
        (f"torch.exp({U}) + torch.exp(-{U}) - 2", "wrong", "ratios of both directions are mixed"),
        (f"torch.exp(-{U})", "not-kl", "it is a ratio of probabilities, whose mean is 1"),
        (f"{U} - {U} + 2", "not-kl", "its value is a constant"),
    ],
)
def test_what_is_none_has_its_flaw(text: str, kind: str, flaw: str) -> None:
    one = found(text)
    assert one is not None
    assert one.kind == kind
    assert flaw in one.flaw


def test_a_sum_over_all_outcomes_is_exact() -> None:
    one = found(f"torch.sum(torch.exp(logprobs) * {U}, dim=-1)")
    assert one is not None
    assert (one.kind, one.form.name, one.factor) == ("exact", "exact", 1)


def test_a_surrogate_has_the_gradient_of_a_kl_alone() -> None:
    one = found(f"{U}.detach() * logprobs")
    assert one is not None
    assert (one.kind, one.form.name) == ("other", "surrogate")


def test_a_control_variate_has_the_mean_of_k1() -> None:
    """u + 1/2 (r - 1): the mean of r - 1 is 0."""
    one = found(f"{U} + 0.5 * (torch.exp(-{U}) - 1)")
    assert one is not None
    assert (one.kind, one.form.name, one.factor) == ("estimator", "control variate", 1)


def test_a_constant_does_not_vary() -> None:
    assert varying({"u": Fraction(1), "1": Fraction(-1)}) == {"u": 1}
