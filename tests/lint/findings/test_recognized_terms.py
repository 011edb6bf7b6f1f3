"""Terms as they are listed."""

from __future__ import annotations

import pytest

from klcli.lint.linter import linted
from tests.lint.sources import module


@pytest.mark.parametrize(
    ("body", "verdict", "scale", "shift"),
    [
        ("-0.5 * (1 + logvar - mu ** 2 - logvar.exp())", "exact", "1", "0"),
        ("0.5 * (1 + logvar - mu ** 2 - logvar.exp())", "scaled", "-1", "0"),
        ("mu ** 2 + logvar.exp() - logvar", "scaled", "2", "1"),
        ("logvar - mu ** 2 - logvar.exp()", "scaled", "-2", "-1"),
    ],
)
def test_a_kl(body: str, verdict: str, scale: str, shift: str) -> None:
    """A negative factor is that of a bound, and the constant turns with it."""
    (term,) = linted(module(f"def kl(mu, logvar):\n    return {body}\n")).terms
    assert (term.kind, term.verdict, term.scale, term.shift) == ("kl", verdict, scale, shift)
    assert term.symbols == (("mean", "mu"), ("head", "logvar"))
    assert term.proof == "symbolic"


def test_samples_and_estimators() -> None:
    (sample,) = linted(module("def f(mu, s):\n    return mu + torch.exp(s) * torch.randn(3)\n")).terms
    assert (sample.kind, sample.parameterization, sample.scale) == ("sampler", "logstd", "1")
    source = "def kl(logp, ref_logp):\n    return torch.exp(ref_logp - logp) - (ref_logp - logp) - 1\n"
    (estimator,) = linted(module(source)).terms
    assert (estimator.kind, estimator.verdict) == ("estimator", "estimator")
