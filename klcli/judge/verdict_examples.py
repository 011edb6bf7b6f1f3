"""A line of each verdict."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["VERDICT_EXAMPLES"]

VERDICT_EXAMPLES: Mapping[str, str] = {
    "exact": "-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), 1).mean()",
    "scaled": "beta * -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())",
    "other-prior": "1/2 (exp(logvar)/4 + mu^2/4 - 1 - logvar + log 4)",
    "reversed": "log s + (1 + mu^2)/(2 s^2) - 1/2",
    "other": "abs(-1/2 (1 + logvar - mu^2 - exp(logvar)) - C)",
    "wrong": "-1/2 (1 + logvar + mu^2 - exp(logvar))",
    "not-kl": "mu^2 + s",
    "unreadable": "-1/2 (1 + logvar - mu^2 - exp(logvar)",
    "estimator": "torch.exp(ref_logp - logp) - (ref_logp - logp) - 1",
}
"""By the verdict, as it is said."""
