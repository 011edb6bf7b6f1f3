"""Gaussians with independent dimensions: each is a part, and has an integral of its own."""

from __future__ import annotations

from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence
from klcli.gaussian.heads import Heads
from klcli.gaussian.log_ratio import log_ratios
from klcli.witness.estimate import total
from klcli.witness.examination_parts import Decomposition
from klcli.witness.trapezoid import integrals


def case(q: Gaussian[Heads], p: Gaussian[Heads]) -> Decomposition:
    """The dimensions as parts.

    Raises:
        KlcliError: different dimensions, or a value beyond the doubles.
    """
    closed_form = divergence(q, p)
    parts = [terms.value for terms in closed_form.per_dimension]
    return Decomposition(closed_form, log_ratios(q, p), parts, total(integrals(q, p)))
