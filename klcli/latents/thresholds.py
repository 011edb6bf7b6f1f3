"""Which latents are called active, and which collapsed."""

from __future__ import annotations

from klcli.values import dataclass

ACTIVE_VARIANCE = 0.01
"""As in Burda, Grosse and Salakhutdinov, Importance weighted autoencoders, 2016, section 5."""
COLLAPSED_KL = 0.01
"""In nats: with the prior's variance a mean of 0.14 deviations, which tells next to nothing."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is called active and what collapsed.

    Attributes:
        variance: of the means of a latent, in units of the prior's variance, above which it is active.
        kl: the mean KL of a latent in nats below which it has collapsed to the prior.
    """

    variance: float = ACTIVE_VARIANCE
    kl: float = COLLAPSED_KL
