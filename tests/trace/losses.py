"""Losses as people write them, each with what it is: worked out by hand, before anything here was run.

Batches have 6 examples of 12 entries, posteriors 4 latents. A term is (kind, verdict, reading, reduction,
weight); the weight is what multiplies the term as it is reduced.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

torch = pytest.importorskip("torch")
F = torch.nn.functional
D = torch.distributions

B, N, LATENTS = 6, 12, 4
Term = tuple[str, str, str | None, str, float | None]


@dataclass(frozen=True)
class Known:
    """A loss and what it is."""

    function: Callable[[], Any]
    terms: tuple[Term, ...]
    beta: float | None = None
    codes: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()


def encoder() -> Any:
    torch.manual_seed(0)
    return torch.nn.Linear(N, 2 * LATENTS)


ENCODER, DECODER = encoder(), torch.nn.Linear(LATENTS, N)
X = torch.rand(B, N)


def heads() -> tuple[Any, Any]:
    mu, head = ENCODER(X).chunk(2, 1)
    return mu, head


def noise(like: Any) -> Any:
    return torch.randn_like(like)


def mean_of_pixels() -> Any:
    mu, logvar = heads()
    z = mu + noise(mu) * torch.exp(0.5 * logvar)
    kld = torch.mean(-0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), dim=1), dim=0)
    return F.mse_loss(DECODER(z), X) + 0.00025 * kld


def sums() -> Any:
    mu, logvar = heads()
    z = mu + noise(mu) * torch.exp(0.5 * logvar)
    bce = F.binary_cross_entropy(torch.sigmoid(DECODER(z)), X, reduction="sum")
    return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())


def divided_by_the_batch() -> Any:
    mu, logvar = heads()
    z = mu + noise(mu) * (logvar / 2).exp()
    kl = 0.5 * (logvar.exp() + mu.square() - 1 - logvar).sum()
    return (F.mse_loss(DECODER(z), X, reduction="sum") + 4 * kl) / B


def mean_of_latents() -> Any:
    mu, logvar = heads()
    z = mu + noise(mu) * torch.exp(logvar.mul(0.5))
    return 10 * F.mse_loss(DECODER(z), X) - 0.5 * torch.mean(1 + logvar - mu * mu - logvar.exp())


def standard_deviation() -> Any:
    mu, raw = heads()
    std = F.softplus(raw) + 1e-3
    z = mu + std * noise(std)
    kl = (0.5 * (std**2 + mu**2 - 1) - std.log()).sum(-1).mean()
    return ((DECODER(z) - X) ** 2).sum(-1).mean() + kl


def distributions() -> Any:
    mu, raw = heads()
    q = D.Normal(mu, F.softplus(raw))
    p = D.Normal(torch.zeros_like(mu), torch.ones_like(mu))
    z = q.rsample()
    return F.l1_loss(DECODER(z), X, reduction="sum") / B + D.kl_divergence(q, p).sum(-1).mean()


def independent() -> Any:
    mu, raw = heads()
    q = D.Independent(D.Normal(mu, torch.exp(raw)), 1)
    p = D.Independent(D.Normal(torch.zeros(LATENTS), torch.ones(LATENTS)), 1)
    z = q.rsample()
    likelihood = D.Independent(D.Normal(DECODER(z), 0.5), 1).log_prob(X)
    return (D.kl_divergence(q, p) - likelihood).mean()


def monte_carlo() -> Any:
    mu, raw = heads()
    q = D.Normal(mu, torch.exp(raw))
    z = q.rsample()
    p = D.Normal(0.0, 1.0)
    kl = (q.log_prob(z) - p.log_prob(z)).sum(1)
    recon = F.binary_cross_entropy_with_logits(DECODER(z), X, reduction="none").sum(1)
    return (recon + 0.5 * kl).mean()


def learned_prior() -> Any:
    mu_q, logvar_q = heads()
    mu_p, logvar_p = torch.nn.Linear(N, 2 * LATENTS)(X).chunk(2, 1)
    kl = 0.5 * (logvar_p - logvar_q - 1 + (logvar_q.exp() + (mu_q - mu_p) ** 2) / logvar_p.exp()).sum(1)
    return kl.mean()


def other_prior() -> Any:
    mu, logvar = heads()
    prior = D.Normal(0.5, 2.0)
    return D.kl_divergence(D.Normal(mu, (0.5 * logvar).exp()), prior).sum(1).mean()


def feature_maps() -> Any:
    maps = torch.nn.Conv2d(1, 6, 3)(torch.rand(B, 1, 7, 7))
    mu, logvar = maps[:, :3], maps[:, 3:]
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=[1, 2, 3]).mean()


def flattened() -> Any:
    maps = torch.nn.Conv2d(1, 6, 3)(torch.rand(B, 1, 7, 7))
    mu, logvar = torch.split(maps, 3, dim=1)
    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1.0 - logvar)
    return kl.view(B, -1).sum(1).mean()


def in_place() -> Any:
    mu, logvar = heads()
    kl = mu.pow(2).add_(logvar.exp()).mul_(-1).add_(1).add_(logvar)
    return torch.sum(kl).mul_(-0.5)


def exchanged() -> Any:
    mu, logvar = heads()
    z = mu + noise(mu) * torch.exp(logvar)
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1).mean()
    return F.mse_loss(DECODER(z), X, reduction="sum") / B + kl


def squared_once_too_often() -> Any:
    mu, logvar = heads()
    z = mu + noise(mu) * torch.exp(logvar / 2)
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp().pow(2), dim=1).mean()
    return F.mse_loss(DECODER(z), X, reduction="sum") / B + kl


def half_missing() -> Any:
    """Under every reading the shift has the half and the spread has not."""
    mu, logvar = heads()
    kl = torch.sum(0.5 * mu.pow(2) + logvar.exp() - logvar - 1)
    return kl


def uniform_noise() -> Any:
    mu, logvar = heads()
    z = mu + torch.rand_like(mu) * torch.exp(logvar / 2)
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1).mean()
    return F.mse_loss(DECODER(z), X, reduction="sum") / B + kl


def small_noise() -> Any:
    mu, logvar = heads()
    z = mu + 0.01 * torch.randn_like(mu) * torch.exp(logvar / 2)
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1).mean()
    return F.mse_loss(DECODER(z), X, reduction="sum") / B + kl


def stopped_variance() -> Any:
    mu, logvar = heads()
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.detach().exp(), dim=1).mean()
    return kl


def balanced() -> Any:
    """KL balancing: each side is held still in one of the two terms."""
    mu_q, raw_q = heads()
    mu_p, raw_p = torch.nn.Linear(N, 2 * LATENTS)(X).chunk(2, 1)
    std_q, std_p = F.softplus(raw_q) + 0.1, F.softplus(raw_p) + 0.1
    held_q, held_p = D.Normal(mu_q.detach(), std_q.detach()), D.Normal(mu_p.detach(), std_p.detach())
    dynamics = D.kl_divergence(held_q, D.Normal(mu_p, std_p)).sum(1).mean()
    representation = D.kl_divergence(D.Normal(mu_q, std_q), held_p).sum(1).mean()
    return 0.8 * dynamics + 0.2 * representation


def without_gradients() -> Any:
    mu, logvar = heads()
    with torch.no_grad():
        var = logvar.exp()
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - var, dim=1).mean()


def taken_away() -> Any:
    mu, logvar = heads()
    z = mu + noise(mu) * torch.exp(logvar / 2)
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1).mean()
    return F.mse_loss(DECODER(z), X, reduction="sum") / B - kl


def bayesian_network() -> Any:
    layers = [
        (torch.nn.Parameter(torch.randn(3, 5)), torch.nn.Parameter(torch.randn(3, 5))) for _ in range(4)
    ]
    kl = 0
    for mu, rho in layers:
        sigma = torch.log1p(torch.exp(rho))
        kl = kl + (math.log(0.1) - torch.log(sigma) + (sigma**2 + mu**2) / (2 * 0.1**2) - 0.5).sum()
    logits, target = torch.nn.Linear(N, 3)(X), torch.randint(0, 3, (B,))
    return F.cross_entropy(logits, target) + kl / 60000


def stacked() -> Any:
    kls = []
    for _ in range(3):
        mu, logvar = heads()
        kls.append(-0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1).mean())
    return torch.stack(kls).sum()


def annealed_by_a_tensor() -> Any:
    mu, logvar = heads()
    beta = torch.tensor(0.25)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1).mean()
    return kl * beta


def penalty_beside() -> Any:
    mu, logvar = heads()
    weight = torch.nn.Parameter(torch.randn(3, 5))
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1).mean()
    return kl + 0.01 * weight.abs().sum()


def chain_without_brackets() -> Any:
    mu, logvar = heads()
    mse = F.mse_loss(DECODER(mu), X, reduction="sum")
    return mse + 0.5 * mu.pow(2).sum() + 0.5 * logvar.exp().sum() - 0.5 * logvar.sum() - 0.5 * B * LATENTS


def free_bits() -> Any:
    mu, logvar = heads()
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp())
    return torch.clamp(kl.mean(0), min=0.1).sum()


def k3() -> Any:
    logprobs = torch.log_softmax(torch.randn(B, 5, requires_grad=True), -1)[:, 0]
    ref_logprobs = torch.log_softmax(torch.randn(B, 5), -1)[:, 0]
    log_ratio = ref_logprobs - logprobs
    return (torch.exp(log_ratio) - log_ratio - 1).mean()


def classifier() -> Any:
    return F.cross_entropy(torch.nn.Linear(N, 3)(X), torch.randint(0, 3, (B,)))


def contrastive() -> Any:
    """A loss of logarithms and exponentials that is no KL and does not say that it is one."""
    a, b = torch.nn.Linear(N, 1)(X), torch.nn.Linear(N, 1)(X)
    return -torch.log(torch.sigmoid(a - b)).mean() + torch.log1p(torch.exp(-a)).sum()


SUM = "sum-mean"
LOSSES = {
    "mean of pixels": Known(
        mean_of_pixels,
        (("likelihood", "", None, "mean", 1), ("kl", "exact", "logvar", SUM, 0.00025)),
        0.00025 * N / 2,
        samples=("logvar",),
    ),
    "sums": Known(
        sums,
        (("likelihood", "", None, "sum", 1), ("kl", "exact", "logvar", "sum", 1)),
        1,
        samples=("logvar",),
    ),
    "divided by the batch": Known(
        divided_by_the_batch,
        (("likelihood", "", None, SUM, 1), ("kl", "exact", "logvar", SUM, 4)),
        2,
        samples=("logvar",),
    ),
    "mean of latents": Known(
        mean_of_latents,
        (("likelihood", "", None, "mean", 10), ("kl", "scaled", "logvar", "mean", 1)),
        (1 / LATENTS) / (2 * 10 / N),
        ("KL206",),
        ("logvar",),
    ),
    "standard deviation": Known(
        standard_deviation,
        (("likelihood", "", None, SUM, 1), ("kl", "exact", "softplus", SUM, 1)),
        0.5,
        samples=("softplus",),
    ),
    "distributions": Known(
        distributions,
        (("likelihood", "", None, SUM, 1), ("kl", "exact", "softplus", SUM, 1)),
        1,
        samples=("softplus",),
    ),
    "independent": Known(
        independent,
        (("kl", "exact", "logstd", SUM, 1), ("likelihood", "", None, SUM, 2)),
        0.25,
        samples=("logstd",),
    ),
    "monte carlo": Known(
        monte_carlo,
        (("likelihood", "", None, SUM, 1), ("kl", "exact", "logstd", SUM, 0.5)),
        0.5,
        samples=("logstd",),
    ),
    "learned prior": Known(learned_prior, (("kl", "exact", "logvar", SUM, 1),)),
    "other prior": Known(other_prior, (("kl", "exact", "logvar", SUM, 1),)),
    "feature maps": Known(feature_maps, (("kl", "exact", "logvar", SUM, 1),)),
    "flattened": Known(flattened, (("kl", "exact", "logvar", SUM, 1),)),
    "in place": Known(in_place, (("kl", "exact", "logvar", "sum", 1),)),
    "exchanged": Known(
        exchanged,
        (("likelihood", "", None, SUM, 1), ("kl", "exact", "logvar", SUM, 1)),
        0.5,
        ("KL201",),
        ("logstd",),
    ),
    "squared once too often": Known(
        squared_once_too_often,
        (("likelihood", "", None, SUM, 1), ("kl", "wrong", "logvar", SUM, 0.5)),
        0.25,
        ("KL105",),
        ("logvar",),
    ),
    "half missing": Known(half_missing, (("kl", "wrong", None, "", None),), None, ("KL106",)),
    "uniform noise": Known(
        uniform_noise,
        (("likelihood", "", None, SUM, 1), ("kl", "exact", "logvar", SUM, 1)),
        0.5,
        ("KL202",),
        ("logvar",),
    ),
    "small noise": Known(
        small_noise,
        (("likelihood", "", None, SUM, 1), ("kl", "exact", "logvar", SUM, 1)),
        0.5,
        ("KL203",),
        ("logvar",),
    ),
    "stopped variance": Known(stopped_variance, (("kl", "exact", "logvar", SUM, 1),), None, ("KL134",)),
    "without gradients": Known(without_gradients, (("kl", "exact", "logvar", SUM, 1),), None, ("KL134",)),
    "balanced": Known(balanced, (("kl", "exact", "std", SUM, 0.8), ("kl", "exact", "std", SUM, 0.2))),
    "taken away": Known(
        taken_away,
        (("likelihood", "", None, SUM, 1), ("kl", "exact", "logvar", SUM, 1)),
        None,
        ("KL204",),
        ("logvar",),
    ),
    "bayesian network": Known(
        bayesian_network,
        (("likelihood", "", None, "mean", 1), *(("kl", "exact", "softplus", "sum", 1 / 60000),) * 4),
    ),
    "stacked": Known(stacked, (("kl", "exact", "logvar", SUM, 1),) * 3),
    "annealed by a tensor": Known(annealed_by_a_tensor, (("kl", "exact", "logvar", SUM, 0.25),)),
    "penalty beside": Known(
        penalty_beside, (("kl", "exact", "logvar", SUM, 1), ("other", "", None, "", None))
    ),
    "chain without brackets": Known(
        chain_without_brackets,
        (("likelihood", "", None, "sum", 1), ("kl", "scaled", "logvar", "sum", 1)),
        0.5,
    ),
    "free bits": Known(free_bits, (("kl", "exact", "logvar", SUM, 1),)),
    "k3": Known(k3, (("estimator", "estimator", None, SUM, 1),)),
    "classifier": Known(classifier, (("likelihood", "", None, "mean", 1),)),
    "contrastive": Known(contrastive, (("other", "", None, "", None),)),
}
