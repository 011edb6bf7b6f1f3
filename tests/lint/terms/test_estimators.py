"""Estimators of log-probabilities as they stand in code of reinforcement learning, and what looks like them."""

from __future__ import annotations

import textwrap

import pytest

from klcli.lint.findings.types import Linted
from klcli.lint.linter import linted
from klcli.lint.source.module import parsed

PENALTY = """
    def penalty(logp, ref_logp, mask):
        log_ratio = ref_logp - logp
        kl = torch.exp(log_ratio) - log_ratio - 1
        return (kl * mask).sum() / mask.sum()
"""
PPO = """
    def step(newlogprob, old_logprobs, advantages, low, high):
        logratio = newlogprob - old_logprobs
        ratio = logratio.exp()
        with torch.no_grad():
            approx_kl = ((ratio - 1) - logratio).mean()
        pg1 = -advantages * ratio
        pg2 = -advantages * torch.clamp(ratio, 0.8, 1.2)
        return torch.max(pg1, pg2).mean(), approx_kl
"""
SQUARE = """
    def monitor(logp, logq):
        approx_kl = 0.5 * (logp - logq) ** 2
        return approx_kl.mean()
"""
ALONE = """
    def kl_penalty(logprob, ref_logprob):
        return logprob - ref_logprob
"""
OF_LOGITS = """
    def objective(logits, new_logps, index):
        ref_logps = (logits.gather(-1, index) - logits.logsumexp(-1, keepdim=True)).squeeze(-1)
        dkl = (ref_logps - new_logps).exp() - (ref_logps - new_logps) - 1
        return dkl.mean()
"""
OUTCOMES = """
    def kl_of_policies(old_logits, logp, logq):
        return (logp.exp() * (logp - logq)).sum(-1)
"""


def lint(source: str) -> Linted:
    return linted(parsed(f"import torch\n{textwrap.dedent(source)}", "model.py"))


@pytest.mark.parametrize(
    ("source", "line", "verdict", "name"),
    [
        (PENALTY, 5, "estimator", "k3"),
        (PPO, 7, "estimator", "k3"),
        (SQUARE, 4, "estimator", "k2"),
        (ALONE, 4, "estimator", "k1"),
        (OF_LOGITS, 5, "estimator", "k3"),
        (OUTCOMES, 4, "exact", "exact"),
    ],
)
def test_right_ones(source: str, line: int, verdict: str, name: str) -> None:
    found = lint(source)
    (term,) = found.terms
    assert (term.kind, term.place.line, term.verdict) == ("estimator", line, verdict)
    assert term.estimation is not None
    assert term.estimation.name == name
    assert [one for one in found.findings if one.severity != "note"] == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("torch.exp(log_ratio) - log_ratio", "torch.exp(-log_ratio) - log_ratio", "opposite directions"),
        ("torch.exp(log_ratio) - log_ratio", "torch.exp(log_ratio) + log_ratio", "opposite directions"),
        ("- log_ratio - 1", "- log_ratio", "the - 1 of k3 is missing"),
        ("- log_ratio - 1", "- log_ratio + 1", "the constant of k3 is off by 2"),
    ],
)
def test_wrong_ones(before: str, after: str, words: str) -> None:
    assert before in PENALTY
    found = lint(PENALTY.replace(before, after))
    (finding,) = found.findings
    assert (finding.mistake.code, finding.severity, finding.place.line) == ("KL140", "error", 5)
    assert words in finding.message
    assert found.terms[0].mistake is finding.mistake


@pytest.mark.parametrize(
    "body",
    [
        "ratio = torch.exp(logp - old_logp)\nreturn -(ratio * adv).mean()",
        "log_ratio = logp - old_logp\nreturn log_ratio",
        "ratio = torch.exp(logp - old_logp)\nreturn torch.min(ratio * adv, ratio.clamp(0.8, 1.2) * adv)",
        "return -F.logsigmoid(beta * ((logp - old_logp) - adv))",
        "return -(torch.exp(logp) * logp).sum(-1)",
        "return torch.exp(logp) - 1",
        "return 0.5 * (value - returns) ** 2",
        "return torch.logsumexp(logp - old_logp, 0) - math.log(1 + adv)",
        "kl_objective = logp.sum(0) - kl_ps[0] - beta * kl_ps.sum(0)\nreturn kl_objective",
    ],
)
def test_what_looks_like_one(body: str) -> None:
    names = "logp, old_logp, adv, beta, value, returns"
    found = lint(f"def f({names}):\n{textwrap.indent(body, '    ')}\n")
    assert (found.terms, found.findings) == ((), ())
