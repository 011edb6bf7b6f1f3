"""The direction of a KL of two learned Gaussians, by what the samples are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli
from tests.trace.losses import LATENTS, D, N, X, heads, noise, torch

PRIOR = torch.nn.Linear(N, 2 * LATENTS)


def kl(q: tuple[Any, Any], p: tuple[Any, Any]) -> Any:
    ratio = (q[1].exp() + (q[0] - p[0]) ** 2) / p[1].exp()
    return 0.5 * (p[1] - q[1] + ratio - 1).sum(1).mean()


def of_distributions(q: tuple[Any, Any], p: tuple[Any, Any]) -> Any:
    one, other = (D.Normal(mean, (0.5 * logvar).exp()) for mean, logvar in (q, p))
    return D.kl_divergence(one, other).sum(1).mean()


def drawn(of: tuple[Any, Any]) -> Any:
    return (of[0] + (0.5 * of[1]).exp() * noise(of[0])).square().sum(1).mean()


@pytest.mark.parametrize("kl", [kl, of_distributions])
@pytest.mark.parametrize(
    ("loss", "verdicts"),
    [
        (lambda kl, q, p: drawn(q) + kl(q, p), ["exact"]),
        (lambda kl, q, p: drawn(q) + kl(p, q), ["reversed"]),
        (lambda kl, q, p: drawn(q) + drawn(p) + kl(p, q), ["exact"]),
        (lambda kl, q, p: drawn(q) + 0.5 * kl(q, p) + 0.5 * kl(p, q), ["exact", "exact"]),
        # The first is a policy before its update: a target, and no prior.
        (lambda kl, q, p: drawn(q) + kl(tuple(one.detach() for one in p), q), ["exact"]),
        (lambda kl, q, p: kl(p, q), ["exact"]),
    ],
)
def test_samples_are_drawn_from_the_posterior(
    loss: Callable[..., Any], verdicts: list[str], kl: Callable[..., Any]
) -> None:
    with klcli.watch() as seen:
        q, p = heads(), tuple(PRIOR(X).chunk(2, 1))
        loss(kl, q, p).backward()
    assert [term.verdict for term in seen.terms if term.kind == "kl"] == verdicts
    said = [one.text for term in seen.terms for one in term.conditions if "second of its two" in one.text]
    assert len(said) == verdicts.count("reversed")
