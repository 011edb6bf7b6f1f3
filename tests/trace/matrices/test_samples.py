"""Samples of Gaussians with covariance matrices, beside their KL: what they draw from was worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli
from tests.trace.losses import D, torch
from tests.trace.matrices.test_kl_recognition import SIZE, B, Net, unit

DECODER = torch.nn.Linear(SIZE, 5)


def times(matrix: Any, noise: Any) -> Any:
    return (matrix @ noise.unsqueeze(-1)).squeeze(-1)


def square(factor: Any) -> Any:
    return factor @ factor.mT


def noise() -> Any:
    return torch.randn(B, SIZE)


@pytest.mark.parametrize(
    ("sample", "code", "words"),
    [
        (lambda n: n.mu + times(n.L, noise()), "", ""),
        (lambda n: n.mu + torch.einsum("bij,bj->bi", n.L, noise()), "", ""),
        (lambda n: D.MultivariateNormal(n.mu, scale_tril=n.L).rsample(), "", ""),
        (lambda n: D.MultivariateNormal(n.mu, square(n.L)).rsample((2,)), "", ""),
        (lambda n: n.mu + times(square(n.L), noise()), "KL201", "by the covariance matrix, not by its"),
        (lambda n: n.mu + times(n.L.mT, noise()), "KL201", "by the transpose of the Cholesky factor"),
        (lambda n: n.mu + torch.einsum("bij,bi->bj", n.L, noise()), "KL201", "by the transpose"),
        (lambda n: n.mu + n.L.diagonal(dim1=-2, dim2=-1) * noise(), "KL201", "independent latents"),
        (lambda n: n.mu + times(torch.linalg.inv(n.L).mT, noise()), "KL201", "precision matrix"),
        (lambda n: n.mu + times(n.L @ n.L, noise()), "KL201", "another covariance matrix"),
        (lambda n: n.mu + 0.1 * times(n.L, noise()), "KL203", ""),
        (lambda n: n.mu + times(n.L, torch.rand(B, SIZE)), "KL202", ""),
    ],
)
def test_beside_a_kl(sample: Callable[[Net], Any], code: str, words: str) -> None:
    with klcli.watch() as seen:
        n = Net()
        error = DECODER(sample(n)).square().sum()
        (error + D.kl_divergence(D.MultivariateNormal(n.mu, scale_tril=n.L), unit()).mean()).backward()
    assert [one.mistake.code for one in seen.findings] == ([code] if code else [])
    assert all(words in one.message for one in seen.findings)
    assert len(seen.samples) == 1
    assert seen.samples[0].sampling.status == ("disagrees" if code else "agrees")


def test_a_matrix_without_a_batch() -> None:
    with klcli.watch() as seen:
        n = Net()
        z = n.m + n.S @ torch.randn(SIZE)
        (DECODER(z).sum() + D.kl_divergence(D.MultivariateNormal(n.m, n.S), unit())).backward()
    (finding,) = seen.findings
    assert finding.mistake.code == "KL201"
    assert finding.fix is not None
    assert "torch.linalg.cholesky(S)" in finding.fix


def of_the_diagonal(covariance: Any, mean: Any) -> Any:
    """A KL of the variances alone."""
    variance = covariance.diagonal(dim1=-2, dim2=-1)
    return 0.5 * (variance + mean**2 - 1 - variance.log()).sum(-1).mean()


@pytest.mark.parametrize(("is_full", "codes"), [(True, ["KL201"]), (False, [])])
def test_a_kl_of_the_diagonal_of_what_the_sample_has(is_full: bool, codes: list[str]) -> None:
    with klcli.watch() as seen:
        n = Net()
        factor = n.L if is_full else torch.diag_embed(n.L.diagonal(dim1=-2, dim2=-1))
        z = n.mu + times(factor, noise())
        (DECODER(z).square().sum() + of_the_diagonal(square(factor), n.mu)).backward()
    assert [one.mistake.code for one in seen.findings] == codes
    assert all("independent latents" in one.message for one in seen.findings)
    assert [term.verdict for term in seen.terms if term.kind == "kl"] == ["exact"]
