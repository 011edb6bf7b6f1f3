"""A posterior that its only KL holds still: by hand, where that leaves a sampled posterior to the likelihood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli
from tests.trace.losses import DECODER, LATENTS, B, D, F, N, X, heads, noise, torch

PRIOR = torch.nn.Linear(N, 2 * LATENTS)
Pair = tuple[Any, Any]


def written(q: Pair, p: Pair) -> Any:
    ratio = (q[1].exp() + (q[0] - p[0]) ** 2) / p[1].exp()
    return 0.5 * (p[1] - q[1] + ratio - 1).sum(1).mean()


def of_distributions(q: Pair, p: Pair) -> Any:
    one, other = (D.Normal(mean, (0.5 * head).exp()) for mean, head in (q, p))
    return D.kl_divergence(one, other).sum(1).mean()


def still(pair: Pair) -> Pair:
    return pair[0].detach(), pair[1].detach()


def to_standard(q: Pair) -> Any:
    return -0.5 * torch.sum(1 + q[1] - q[0] ** 2 - q[1].exp(), 1).mean()


def entropy(q: Pair) -> Any:
    return D.Normal(q[0], (0.5 * q[1]).exp()).entropy().sum(1).mean()


@pytest.mark.parametrize("kl", [written, of_distributions])
@pytest.mark.parametrize(
    ("loss", "codes"),
    [
        (lambda kl, q, p: kl(still(q), p), ["KL134"]),
        (lambda kl, q, p: kl(q, p), []),
        (lambda kl, q, p: kl(q, still(p)), []),
        (lambda kl, q, p: 0.8 * kl(still(q), p) + 0.2 * kl(q, still(p)), []),
        (lambda kl, q, p: kl(still(q), p) + to_standard(q), []),
        (lambda kl, q, p: kl(still(q), p) - 0.1 * entropy(q), []),
        (lambda kl, q, p: kl(still(q), p) + to_standard(still(q)), ["KL134"]),
    ],
)
def test_a_posterior_that_is_held_still_and_sampled(
    kl: Callable[[Pair, Pair], Any], loss: Callable[..., Any], codes: list[str]
) -> None:
    with klcli.watch() as seen:
        q, p = heads(), PRIOR(X).chunk(2, 1)
        z = q[0] + noise(q[0]) * (q[1] / 2).exp()
        error = F.mse_loss(DECODER(z), X, reduction="sum") / B
        (error + loss(kl, q, p)).backward()
    assert sorted({one.mistake.code for one in seen.findings}) == codes


@pytest.mark.parametrize("is_drawn", [False, True])
def test_a_posterior_that_is_held_still_altogether(*, is_drawn: bool) -> None:
    """A prior is fitted to what is trained elsewhere: nothing of the posterior is trained here."""
    with klcli.watch() as seen:
        q, p = still(heads()), PRIOR(X).chunk(2, 1)
        loss = of_distributions(q, p)
        if is_drawn:
            loss = loss + F.mse_loss(DECODER(q[0] + noise(q[0]) * (q[1] / 2).exp()), X)
        loss.backward()
    assert not seen.findings


@pytest.mark.parametrize(("of_posterior", "codes"), [(still, []), (None, ["KL134"])])
def test_a_prior_that_has_a_step_of_its_own(
    of_posterior: Callable[[Pair], Pair] | None, codes: list[str]
) -> None:
    """Another loss trains the posterior by a KL, or none does."""
    with klcli.watch() as seen:
        q, p = heads(), PRIOR(X).chunk(2, 1)
        loss = F.mse_loss(DECODER(q[0] + noise(q[0]) * (q[1] / 2).exp()), X, reduction="sum") / B
        if of_posterior:
            loss = loss + of_distributions(q, of_posterior(p))
        loss.backward(retain_graph=True)
        of_distributions(still(q), p).backward()
    assert [one.mistake.code for one in seen.findings] == codes
