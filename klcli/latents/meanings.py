"""What the words of `klcli latents` mean, each with a command that shows it."""

from __future__ import annotations

from collections.abc import Mapping

from klcli.latents.thresholds import ACTIVE_VARIANCE, COLLAPSED_KL

__all__ = ["STATISTIC_MEANINGS"]

STATISTIC_MEANINGS: Mapping[str, tuple[str, str]] = {
    "active-units": (
        "Latents whose means vary from example to example. A latent is active if the variance of its means "
        f"over the examples is above {ACTIVE_VARIANCE} prior variances (Burda, Grosse and Salakhutdinov, "
        "Importance weighted autoencoders, 2016): means that differ by a tenth of the prior's deviation, "
        "which alone cost 0.005 nats. Of latents that are not active, some have collapsed; the others are "
        "dead: q is the same for all examples, and not the prior, so that they cost a KL and tell nothing. "
        "One example shows none of it. --active-variance sets the threshold, --min-active a limit; the "
        f"units whose KL is not below {COLLAPSED_KL} nats are counted beside, as other papers do.",
        "klcli latents latents.npz --min-active 4",
    ),
    "collapse": (
        "The posterior of a latent is the prior, whatever the example. A latent has collapsed if its mean "
        f"KL is below {COLLAPSED_KL} nats; with the prior's variance that is a mean of 0.14 deviations. It "
        "carries next to nothing, and a decoder that needs no latents makes all of them so. In a linear VAE "
        "of weight beta it happens where an eigenvalue of the data's covariance is not above beta (Lucas, "
        "Tucker, Grosse and Norouzi, 2019). A smaller weight, free bits or a schedule of the weight are "
        "what is tried. The textbook expression in doubles has no digit left where log-variances are about "
        "1e-9; klcli has all. --collapsed-kl sets the threshold, --max-collapsed a limit.",
        "klcli latents latents.npz --max-collapsed 0.5",
    ),
    "aggregate-posterior": (
        "The mixture of the posteriors of all examples: what a decoder is trained on, where it meets the "
        "prior later. The mean KL is the mutual information of example and latents plus the marginal KL, "
        "that of the aggregate posterior from the prior (Hoffman and Johnson, ELBO surgery, 2016). The "
        "Gaussian with the aggregate's mean and covariance has a KL that is never above the marginal KL: a "
        "lower bound of it, and so an upper bound of the information, which is at most the logarithm of the "
        "number of examples, too, 11 nats of 60,000. --marginal estimates both in a second pass, with a "
        "standard error.",
        "klcli latents latents.npz --marginal",
    ),
}
"""By the term: what it is, its first sentence the title, and a command."""
