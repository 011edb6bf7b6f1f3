"""Monte Carlo of Gaussians with independent dimensions, an estimate of each."""

from __future__ import annotations

from typing import Any

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.heads import Heads
from klcli.gaussian.log_ratio import log_ratios
from klcli.witness.estimate import Estimate
from klcli.witness.monte_carlo import sample


def monte_carlo(q: Gaussian[Heads], p: Gaussian[Heads], *sampling: Any, **named: Any) -> tuple[Estimate, ...]:
    """KL(q || p) in nats of each dimension from draws of q; what follows is as `sample` takes it."""
    return sample(log_ratios(q, p), *sampling, **named)
