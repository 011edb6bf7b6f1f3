"""Phrases for estimates of a KL: which KL, whose samples, how often; by hand with q = policy, p = reference."""

from __future__ import annotations

from functools import cache

import pytest

from klcli.formula.program_reader import read_program
from klcli.judge.spaces.log_ratios.estimator_answer import Estimation
from klcli.judge.spaces.log_ratios.log_ratio_space import stated_estimation
from klcli.report.verify_estimator_phrases import (
    direction,
    drawn,
    is_unbiased,
    kl_meant,
    label_of,
    meaning,
    outcomes,
    scale_of,
    shown,
    with_ratio,
)

U = "(logprobs - ref_logprobs)"
K2, K3 = f"{U}**2 / 2", f"torch.exp(-{U}) - 1 + {U}"
WEIGHED = f"torch.exp({U}) * {U}"
OLD_RATIO = "torch.exp(logprobs - old_logprobs)"
TERMS = f"torch.exp(logprobs) * {U}"
FORWARD, REVERSED = "KL(policy || reference)", "KL(reference || policy)"


@cache
def found(text: str) -> Estimation:
    one = stated_estimation(read_program(text, "python"))
    assert one is not None
    return one


@pytest.mark.parametrize(
    ("text", "which", "way"),
    [
        (U, FORWARD, "forward"),
        (f"-{U}", REVERSED, "reversed"),  # the mean of -u over samples of p
        (K3, FORWARD, "forward"),
        (f"torch.exp({U}) - 1 - {U}", REVERSED, "reversed"),
        (WEIGHED, FORWARD, "forward"),
        (f"{TERMS}.sum(-1)".replace(TERMS, f"({TERMS})"), FORWARD, "forward"),
        (f"(torch.exp(ref_logprobs) * -{U}).sum(-1)", REVERSED, "reversed"),
        # By its gradient alone: d log q u is that of sum q u.
        (f"logprobs * {U}.detach()", FORWARD, "forward"),
        (f"torch.exp(-{U}) + {U}", FORWARD, None),
    ],
)
def test_which_kl(text: str, which: str, way: str | None) -> None:
    assert (kl_meant(found(text)), direction(found(text))) == (which, way)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (U, "policy"),
        (f"-{U}", "reference"),
        (WEIGHED, "reference"),
        (K2, "policy"),
        (f"{OLD_RATIO} * {U}", "old policy"),
    ],
)
def test_who_draws(text: str, who: str) -> None:
    assert label_of(found(text)).noun == who


def test_symbols_are_as_the_program_spells_them() -> None:
    one = found("self.policy.logp - self.ref.logp")
    assert {shown(one, label.symbol) for label in (one.way.q, one.way.p)} == {
        "self.policy.logp",
        "self.ref.logp",
    }
    assert shown(one, "unknown") == "unknown"


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        (U, "1"),
        (f"{U}**2", "2"),
        (f"beta * {U}", "beta"),
        (f"-beta * ({K3})", "-beta"),
        (f"0.04 * beta * ({K3}) / tau", "beta/(25 tau)"),
    ],
)
def test_how_often(text: str, scale: str) -> None:
    assert scale_of(found(text)) == scale


def test_conditions_on_samples_and_outcomes() -> None:
    assert drawn(found(U)) == ("if the samples are drawn from the policy, whose log-probability is logprobs")
    assert drawn(found(f"-{U}")).startswith("if the samples are drawn from the reference, whose")
    assert drawn(found("log_ratio**2 / 2")) == "if the samples are drawn from q; log_ratio = log(p/q)"
    assert outcomes(found(f"({TERMS}).sum(-1)")) == (
        "if logprobs and ref_logprobs are of all outcomes, and normalised"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (U, "u = logprobs - ref_logprobs"),
        ("log_ratio**2 / 2", "u = log q - log p"),
        ("(ratio - 1) - torch.log(ratio)", "u = log q - log p"),
    ],
)
def test_what_u_is(text: str, words: str) -> None:
    assert meaning(found(text)) == words


@pytest.mark.parametrize(
    ("text", "unbiased"),
    [(U, True), (K3, True), (WEIGHED, True), (K2, False), (f"{U} + 3", False), (f"torch.abs({U})", False)],
)
def test_what_is_unbiased(text: str, unbiased: bool) -> None:
    """E_q[u] and E_q[e^-u - 1 + u] are the KL; E_q[u^2]/2 is not."""
    assert is_unbiased(found(text)) is unbiased


@pytest.mark.parametrize(
    ("text", "optimised"), [(U, FORWARD), (K3, FORWARD), (K2, "1/2 E_policy[u^2]"), (f"{U} + 3", FORWARD)]
)
def test_a_ratio_moves_the_mean_of_an_estimator(text: str, optimised: str) -> None:
    """The gradient of E_q[f] with the ratio in it is that of the mean itself, whose constants have none."""
    assert with_ratio(found(text)) == optimised
