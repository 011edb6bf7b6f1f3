"""The pages of the sampled estimators, and of the verdicts on them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ESTIMATOR_PAGES", "ESTIMATOR_VERDICTS"]

_SETTING = (
    "At a sample x of q let u = log q(x) - log p(x); in the training of language models q is the policy and "
    "p the reference."
)
_HELD = "The samples are held, as those of language models are; reparameterised samples move with q."

ESTIMATOR_PAGES: Mapping[str, tuple[str, str]] = {
    "k1": (
        "the log-ratio itself",
        f"{_SETTING} k1 = u. As a value it is unbiased for KL(q || p) and may be negative. As a loss it "
        f"optimises nothing: the mean of the gradient of log q over samples of q is 0. {_HELD} Multiplied by "
        "the ratio exp(log q - stop(log q)), or taken off a reward, its gradient is that of KL(q || p). With "
        "samples of p, k1 of the other direction is -u.",
    ),
    "k2": (
        "half of the squared log-ratio",
        f"{_SETTING} k2 = u^2 / 2. As a value it is biased: its mean is half of that of u^2, which is near "
        "KL(q || p) where q and p are close. It is never negative. As a loss its gradient is that of "
        f"KL(q || p). {_HELD} Multiplied by the ratio exp(log q - stop(log q)) it is that of its own mean.",
    ),
    "k3": (
        "the ratio minus 1 minus its logarithm",
        f"{_SETTING} k3 = r - 1 - log r with r = p/q, so exp(-u) - 1 + u. As a value it is unbiased for "
        "KL(q || p), as the mean of r is 1, and never negative; its variance is infinite where p has much "
        "heavier tails. As a loss its gradient is that of the other direction, KL(p || q). "
        f"{_HELD} Multiplied by the ratio exp(log q - stop(log q)) it is that of KL(q || p). With q/p for "
        "r it estimates KL(p || q) from samples of p; over those of q its mean is chi2(q || p) - KL(q || p), "
        "where chi2(q || p) is the sum of q^2/p minus 1. "
        "exp(-u) overflows beyond 88.7 in single precision and 11.09 in half precision.",
    ),
}
"""Each estimator with a few words and its page.

Source: J. Schulman, Approximating KL divergence (2020), http://joschu.net/blog/kl-approx.html.
"""

ESTIMATOR_VERDICTS: Mapping[str, str] = {
    "estimator": "It is no KL but an estimate of one from log-probabilities of samples: k1, k2, k3, or one "
    "of these with a weight. It depends on who draws the samples, which no formula says, and its gradient "
    "may be that of another loss. --accept estimator accepts these; a multiple needs --accept scaled, too.",
}
"""What the verdicts mean that only this space gives."""
