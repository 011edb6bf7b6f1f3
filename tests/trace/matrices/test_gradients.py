"""Gradients of KLs of matrices in programs: which are another, and of which term, by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli
from tests.trace.losses import D, torch
from tests.trace.matrices.test_kl_recognition import SIZE, B, Net, unit


def of_factor(mean: Any, factor: Any) -> Any:
    return D.kl_divergence(D.MultivariateNormal(mean, scale_tril=factor), unit()).mean()


def of_covariance(n: Net, *, volume: Any = None, trace: Any = None) -> Any:
    trace = torch.trace(n.S) if trace is None else trace
    volume = torch.logdet(n.S) if volume is None else volume
    return 0.5 * (trace + n.m @ n.m - SIZE - volume)


def without_a_trace(n: Net) -> Any:
    with torch.no_grad():
        trace = torch.trace(n.S)
    return of_covariance(n, trace=trace)


def hooked(n: Net) -> Any:
    n.L.register_hook(lambda slope: 3 * slope)
    return of_factor(n.mu, n.L)


def balanced(n: Net) -> Any:
    q, p = ((n.mu, n.L), (n.mu_p, n.L_p))
    held = [[array.detach() for array in one] for one in (q, p)]
    first, second = (
        D.kl_divergence(*(D.MultivariateNormal(mean, scale_tril=factor) for mean, factor in pair))
        for pair in ((held[0], p), (q, held[1]))
    )
    return 0.8 * first.mean() + 0.2 * second.mean()


def of_two(n: Net, prior: Any) -> Any:
    q = D.MultivariateNormal(n.mu, scale_tril=n.L)
    return D.kl_divergence(q, D.MultivariateNormal(n.mu_p, scale_tril=prior)).sum()


@pytest.mark.parametrize(
    ("loss", "cause"),
    [
        (lambda n: of_factor(n.mu, n.L), None),
        (lambda n: of_factor(n.mu, n.L[0]), None),  # one factor for all examples
        (lambda n: of_factor(n.mu, n.L.detach()), "no gradient flows to it"),
        (lambda n: of_factor(n.mu.detach(), n.L), "no gradient flows to it"),
        (lambda n: of_factor(n.mu, 2 * n.L - n.L.detach()), "2 times that"),
        (hooked, "3 times that"),
        (of_covariance, None),
        (
            lambda n: of_covariance(n, volume=torch.logdet(n.S.detach())),
            "the log-determinant has no gradient",
        ),
        (without_a_trace, "the trace has no gradient"),
        (lambda n: D.kl_divergence(D.MultivariateNormal(n.m, precision_matrix=n.S), unit()), None),
        (lambda n: of_two(n, n.L_p), None),
        (lambda n: of_two(n, n.L_p.detach()), "no gradient flows to it"),
        (balanced, None),
    ],
)
def test_a_gradient_that_is_another(loss: Callable[[Net], Any], cause: str | None) -> None:
    with klcli.watch() as seen:
        loss(Net()).backward()
    assert all(term.verdict == "exact" for term in seen.terms)
    assert [one.mistake.code for one in seen.findings] == ([] if cause is None else ["KL134"])
    causes = {slope.cause for term in seen.terms for slope in term.slopes if not slope.agrees}
    assert causes == ({cause} if cause else set())
    assert all(term.slopes for term in seen.terms)
    assert seen.watched.holds() is (cause is None)


def test_the_numbers_are_those_of_the_closed_form() -> None:
    """By the mean the gradient of the mean KL is mu / B."""
    net = Net()
    with klcli.watch() as seen:
        of_factor(net.mu.detach(), net.L).backward()
    (slope,) = [one for one in seen.terms[0].slopes if not one.agrees]
    assert slope.noted == 0
    assert slope.true == pytest.approx(slope.at / B, rel=1e-6)
    assert "mu" in str(seen)


def test_one_of_two_gaussians_is_held_still() -> None:
    with klcli.watch() as seen:
        n = Net()
        held = [one.detach() for one in (n.mu_p, n.L_p)]
        q = D.MultivariateNormal(n.mu, scale_tril=n.L)
        D.kl_divergence(q, D.MultivariateNormal(held[0], scale_tril=held[1])).mean().backward()
    assert not seen.findings
    assert any("held still" in one.text for one in seen.terms[0].conditions)
