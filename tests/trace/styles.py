"""More losses as people write them, each with what it is by hand: what was once missed, or called by a wrong name."""

from __future__ import annotations

import math
from typing import Any

from tests.trace.losses import DECODER, LATENTS, SUM, B, D, F, Known, N, X, heads, noise, torch

PRIOR = torch.nn.Linear(LATENTS, 2 * LATENTS)
RECON = ("likelihood", "", None, SUM, 1)
OTHER = ("other", "", None, "", None)


def kl(weight: float = 1, reading: str | None = "logvar") -> tuple[str, str, str | None, str, float]:
    return ("kl", "exact", reading, SUM, weight)


def estimator(reduction: str, weight: float) -> tuple[str, str, str | None, str, float]:
    return ("estimator", "estimator", None, reduction, weight)


def rows(mu: Any, logvar: Any) -> Any:
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1)


def recon(z: Any) -> Any:
    return F.mse_loss(DECODER(z), X, reduction="sum") / B


def free_bits_by_a_tensor() -> Any:
    mu, logvar = heads()
    entries = -0.5 * (1 + logvar - mu**2 - logvar.exp())
    return torch.maximum(entries.mean(0), torch.tensor(0.05)).sum()


def free_nats_of_the_batch() -> Any:
    return torch.max(rows(*heads()).mean(0), torch.full((1,), 0.2))


def dreamer() -> Any:
    """KL balancing with free nats and spreads that are kept above 0.1."""
    mu_q, raw_q = heads()
    mu_p, raw_p = PRIOR(torch.rand(B, LATENTS)).chunk(2, 1)
    q, p = (mu_q, F.softplus(raw_q) + 0.1), (mu_p, F.softplus(raw_p) + 0.1)

    def normal(pair: Any) -> Any:
        return D.Independent(D.Normal(*pair), 1)

    held_q, held_p = (normal([one.detach() for one in pair]) for pair in (q, p))
    dynamics = D.kl_divergence(held_q, normal(p)).clamp(min=1e-3).mean()
    representation = D.kl_divergence(normal(q), held_p).clamp(min=1e-3).mean()
    return 0.5 * dynamics + 0.1 * representation


def prior_of_a_sample() -> Any:
    """The prior of the first level is computed from a sample that its posterior leads to."""
    mu, logvar = heads()
    z = mu + (logvar / 2).exp() * noise(mu)
    prior_mu, prior_logvar = PRIOR(torch.tanh(z)).chunk(2, 1)
    inner = logvar.exp() + (mu - prior_mu) ** 2
    return (0.5 * (prior_logvar - logvar - 1 + inner / prior_logvar.exp()).sum(1)).mean()


def added_up_from_zero() -> Any:
    total: Any = 0
    for _ in range(2):
        mu, logvar = heads()
        total += rows(mu, logvar).sum() / B
    return total


def objective_beside_k2() -> Any:
    logits = torch.randn(4, 5, 7, requires_grad=True)
    logprobs = torch.log_softmax(logits, -1)[..., 0]
    ref_logprobs, old = (torch.log_softmax(torch.randn(4, 5, 7), -1)[..., 0] for _ in range(2))
    ratio, advantages = torch.exp(logprobs - old), torch.randn(4, 5)
    policy = torch.max(-advantages * ratio, -advantages * torch.clamp(ratio, 0.8, 1.2)).mean()
    return policy + 0.05 * (0.5 * (logprobs - ref_logprobs) ** 2).mean()


def objective_beside_k3_under_a_mask() -> Any:
    logps = torch.log_softmax(torch.randn(4, 5, 7, requires_grad=True), -1)[..., 0]
    ref, old = (torch.log_softmax(torch.randn(4, 5, 7), -1)[..., 0] for _ in range(2))
    mask = torch.ones(4, 5)
    mask[:, 3:] = 0
    ratio, advantages = torch.exp(logps - old), torch.randn(4, 1)
    policy = -torch.min(ratio * advantages, torch.clamp(ratio, 0.8, 1.2) * advantages)
    per_token_kl = torch.exp(ref - logps) - (ref - logps) - 1
    return ((policy + 0.04 * per_token_kl) * mask).sum() / mask.sum()


def k3_of_short_names() -> Any:
    """Names that may be those of anything, and noise in the objective beside."""
    logits, other = torch.randn(4, 5, 7, requires_grad=True), torch.randn(4, 5, 7)
    chosen = torch.randint(0, 7, (4, 5, 1))
    a, b = (torch.log_softmax(one, -1).gather(-1, chosen).squeeze(-1) for one in (logits, other))
    r = b - a
    policy = torch.exp(a - a.detach()) * torch.randn(4, 1)
    return -policy.mean() + 0.04 * (r.exp() - r - 1).mean()


def logarithm_lost_of_what_is_called_a_kl() -> Any:
    """No KL of matrices, though it is called a KL: its sample reads a head of numbers."""
    mu, logvar = heads()
    kl_loss = -0.5 * torch.sum(1 - mu**2 - logvar.exp(), 1).mean()
    return recon(mu + (logvar / 2).exp() * noise(mu)) + kl_loss


def entropy() -> Any:
    """A sum of p log p is no estimate of a KL."""
    return -0.01 * D.Categorical(logits=torch.nn.Linear(N, 3)(X)).entropy().mean()


def penalty_on_covariances() -> Any:
    """A square of what is computed is no likelihood of data."""
    mu, logvar = heads()
    centred = mu - mu.mean(1, keepdim=True)
    covariance = centred.t() @ centred
    off = covariance - torch.diag(torch.diag(covariance))
    return rows(mu, logvar).mean() + 10 * torch.sum(off**2)


def decoder_with_a_spread() -> Any:
    mu, logvar = heads()
    scale = F.softplus(torch.nn.Parameter(torch.zeros(N)))
    likelihood = D.Normal(DECODER(mu + (logvar / 2).exp() * noise(mu)), scale).log_prob(X)
    return rows(mu, logvar).mean() - likelihood.sum(-1).mean()


def bounded_head() -> Any:
    mu, logvar = heads()
    logvar = torch.clamp(logvar, -20, 2)
    return recon(mu + torch.exp(0.5 * logvar) * noise(mu)) + rows(mu, logvar).mean()


def short_heads_in_a_long_loss() -> Any:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mu, logvar = heads()
    return rows(mu.float(), logvar.float()).mean()


def rows_that_are_averaged_together() -> Any:
    mu, logvar = heads()
    error = F.mse_loss(DECODER(mu + (logvar / 2).exp() * noise(mu)), X, reduction="none").sum(1)
    return (error + math.log(2) * rows(mu, logvar)).mean()


def spread_kept_above_a_tenth() -> Any:
    """The KL and the sample have what softplus and a number make of the head, and not the head."""
    mu, raw = heads()
    std = F.softplus(raw) + 0.1
    entries = (mu**2 + std**2 - 1) / 2 - std.log()
    return recon(mu + std * noise(mu)) + entries.sum(1).mean()


def product_of_experts() -> Any:
    """Mean and head of the same arrays: the KL is that of what they make together."""
    (mu1, lv1), (mu2, lv2) = heads(), torch.nn.Linear(N, 2 * LATENTS)(X).chunk(2, 1)
    t1, t2 = torch.exp(-lv1), torch.exp(-lv2)
    mu, logvar = (mu1 * t1 + mu2 * t2) / (t1 + t2), torch.log(1 / (t1 + t2))
    return rows(mu, logvar).mean()


def accumulated_over_as_many_steps_as_latents() -> Any:
    mu, logvar = heads()
    return (recon(mu) + rows(mu, logvar).mean()) / LATENTS


def divided_by_the_latents() -> Any:
    """The same number in front of the KL alone is a mean."""
    return rows(*heads()).mean() / LATENTS


def policies(before: Any) -> tuple[Any, Any]:
    """Minus an objective, and the KL from a policy before its update to it, both of one spread."""
    mean, log_std = heads()[0], torch.nn.Parameter(torch.zeros(LATENTS))
    with torch.no_grad():
        # A product of matrices: covariances are looked for, too.
        old_mean, old_std = X @ torch.rand(N, LATENTS), before(log_std.exp())
    std = log_std.exp()
    ratio = torch.exp(-0.5 * (((old_mean - mean) / std) ** 2).sum(1))
    return -(ratio * torch.rand(B)).mean(), (old_mean, old_std, mean, std)


def policy_before_its_update() -> Any:
    objective, (old_mean, old_std, mean, std) = policies(lambda std: 1.1 * std)
    kl = D.kl_divergence(D.Normal(old_mean, old_std), D.Normal(mean, std)).sum(1).mean()
    return objective + 0.2 * kl


def policy_whose_square_is_lost() -> Any:
    objective, (old_mean, old_std, mean, std) = policies(lambda std: 1.1 * std)
    entries = torch.log(std / old_std) + (old_std + (old_mean - mean) ** 2) / (2 * std**2) - 0.5
    kl = entries.sum(1).mean()
    return objective + 0.2 * kl


def normal_kl(mean1: Any, logvar1: Any, mean2: Any, logvar2: Any) -> Any:
    squares = (mean1 - mean2) ** 2 * torch.exp(-logvar2)
    return 0.5 * (logvar2 - logvar1 - 1 + torch.exp(logvar1 - logvar2) + squares)


def steps_of_a_diffusion() -> Any:
    """Means and heads of the same arrays, each of many."""
    x0, out, fraction = X[:, :LATENTS], *heads()
    step = 0.9 * x0 + 0.3 * noise(x0)
    mean, model = 0.4 * x0 + 0.6 * step, 0.4 * (step - 0.3 * out) + 0.6 * step
    low, high = torch.rand(B, LATENTS) - 3, torch.rand(B, LATENTS) - 1
    logvar = fraction * high + (1 - fraction) * low
    return normal_kl(mean, low, model, logvar).sum(1).mean()


def steps_side_by_side() -> Any:
    kls = [rows(*heads()) for _ in range(3)]
    return torch.stack(kls, dim=1).sum(1).mean() + torch.stack(kls).mean()


def vectors_of_weights() -> Any:
    """Their KL is none of examples, though the likelihood is an average of these."""
    mean, log_std = (torch.zeros(N, requires_grad=True) for _ in range(2))
    logits = (mean + log_std.exp() * torch.randn(B, N)) @ X.T
    error = F.binary_cross_entropy_with_logits(logits, torch.ones(B, B), reduction="sum") / B
    return error + (0.5 * (mean**2 + torch.exp(2 * log_std) - 1) - log_std).sum()


def k3_of_logits() -> Any:
    """Log-probabilities are computed from logits, and are called so where they are compared."""

    def log_probs(logits: Any) -> Any:
        return logits[:, :, 0] - logits.logsumexp(-1)

    logp = log_probs(DECODER(heads()[0]).reshape(B, 4, -1))
    ref = log_probs(torch.rand(B, 4, N // 4)).detach()
    kl = torch.exp(ref - logp) - (ref - logp) - 1
    return 0.04 * kl.mean()


def log_density(z: Any, mean: Any, logvar: Any) -> Any:
    return (-0.5 * (math.log(2 * math.pi) + logvar + (z - mean) ** 2 / logvar.exp())).sum(1)


def densities_beside_a_sample(spread: Any, sign: float = 1) -> Any:
    mu, logvar = heads()
    z = mu + spread(logvar) * noise(mu)
    at_prior = log_density(z, torch.zeros_like(z), torch.zeros_like(z))
    return (recon(z) + (sign * (log_density(z, mu, logvar) - at_prior))).mean()


def densities_of_the_sample() -> Any:
    return densities_beside_a_sample(lambda logvar: (0.5 * logvar).exp())


def densities_of_another_sample() -> Any:
    return densities_beside_a_sample(torch.exp)


def drawn_data_and_a_norm() -> Any:
    mu, logvar = heads()
    target = torch.rand(B, N)
    error = torch.norm(DECODER(mu) - target, dim=1).pow(2).mean()
    return error + torch.abs(DECODER(mu) - target).sum() / B + rows(mu, logvar).mean()


STYLES = {
    "free bits by a tensor": Known(free_bits_by_a_tensor, (kl(),)),
    "free nats of the batch": Known(free_nats_of_the_batch, (kl(),)),
    "dreamer": Known(dreamer, (kl(0.5, "std"), kl(0.1, "std"))),
    "prior of a sample": Known(prior_of_a_sample, (kl(),), samples=("logvar",)),
    "added up from zero": Known(added_up_from_zero, (kl(), kl())),
    "objective beside k2": Known(objective_beside_k2, (OTHER, estimator("mean", 0.05))),
    "objective beside k3 under a mask": Known(
        objective_beside_k3_under_a_mask, (OTHER, estimator("sum-mean", 0.04))
    ),
    "k3 of short names": Known(k3_of_short_names, (OTHER, estimator("mean", 0.04))),
    "logarithm lost of what is called a kl": Known(
        logarithm_lost_of_what_is_called_a_kl,
        (RECON, ("kl", "wrong", None, "", None)),
        codes=("KL143",),
        samples=("logvar",),
    ),
    "entropy": Known(entropy, (OTHER,)),
    "penalty on covariances": Known(penalty_on_covariances, (kl(), OTHER)),
    "decoder with a spread": Known(decoder_with_a_spread, (kl(), RECON), 1, samples=("logvar",)),
    "bounded head": Known(bounded_head, (RECON, kl()), 0.5, samples=("logvar",)),
    "short heads in a long loss": Known(short_heads_in_a_long_loss, (kl(),)),
    "spread kept above a tenth": Known(
        spread_kept_above_a_tenth, (RECON, kl(1, "std")), 0.5, samples=("std",)
    ),
    "product of experts": Known(product_of_experts, (kl(),)),
    "accumulated over as many steps as latents": Known(
        accumulated_over_as_many_steps_as_latents,
        (("likelihood", "", None, SUM, 0.25), kl(0.25)),
        0.5,
    ),
    "divided by the latents": Known(
        divided_by_the_latents, (("kl", "scaled", "logvar", "mean", 1),), None, ("KL206",)
    ),
    "policy before its update": Known(policy_before_its_update, (OTHER, kl(0.2, "std"))),
    "policy whose square is lost": Known(
        policy_whose_square_is_lost, (OTHER, ("kl", "wrong", None, "", None)), codes=("KL103",)
    ),
    "steps of a diffusion": Known(steps_of_a_diffusion, (kl(),)),
    "steps side by side": Known(steps_side_by_side, (kl(),) * 3 + (kl(1 / 3),) * 3),
    "vectors of weights": Known(
        vectors_of_weights, (RECON, ("kl", "exact", "logstd", "sum", 1)), samples=("logstd",)
    ),
    "k3 of logits": Known(k3_of_logits, (estimator("mean", 0.04),)),
    "densities of the sample": Known(densities_of_the_sample, (RECON, kl()), 0.5, samples=("logvar",)),
    "densities of another sample": Known(
        densities_of_another_sample, (RECON, kl()), 0.5, ("KL201",), samples=("logstd",)
    ),
    "drawn data and a norm": Known(drawn_data_and_a_norm, (RECON, RECON, kl())),
    "rows that are averaged together": Known(
        rows_that_are_averaged_together, (RECON, kl(math.log(2))), math.log(2) / 2, samples=("logvar",)
    ),
}
