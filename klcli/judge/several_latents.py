"""Formulas for one latent summed over several, beside the divergence of the whole posterior.

A formula sees the variances of the latents and no correlations, and it has the prior N(0, 1); what the
posterior and the prior really are shows in the ratio.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from klcli.formula.tree import Tree
from klcli.gaussian.parameterization import Parameterization
from klcli.judge.comparison import value_at
from klcli.judge.verdict import judge
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class Summed:
    """A formula over all latents, in nats; None where it has no value, or a ratio no meaning.

    Attributes:
        name: of the formula.
        value: its sum over the latents.
        ratio: of the sum to the truth.
        mean: the mean over the latents, which many write in the place of the sum.
        mean_ratio: of the mean to the truth.
    """

    name: str
    value: float | None
    ratio: float | None
    mean: float | None
    mean_ratio: float | None


@dataclass(frozen=True, slots=True)
class Latents:
    """Formulas over all latents of a posterior.

    Attributes:
        dimension: the number of latents.
        posterior: what it is, in words.
        prior: what the prior is, in words.
        truth: KL(q || p), in nats.
        formulas: each of them.
    """

    dimension: int
    posterior: str
    prior: str
    truth: float
    formulas: tuple[Summed, ...]


def over_latents(
    formulas: Mapping[str, Tree],
    reading: Parameterization,
    latents: Sequence[tuple[Fraction, Fraction]],
    truth: float,
) -> tuple[Summed, ...]:
    """Every formula summed over latents.

    Args:
        formulas: of a mean and a head.
        reading: what the head means.
        latents: mean and standard deviation of each.
        truth: KL(q || p), in nats.
    """
    return tuple(_summed(name, tree, reading, latents, truth) for name, tree in formulas.items())


def _summed(
    name: str,
    tree: Tree,
    reading: Parameterization,
    latents: Sequence[tuple[Fraction, Fraction]],
    truth: float,
) -> Summed:
    verdict = judge(tree, reading)
    values = [value_at(tree, verdict, mu, sigma) for mu, sigma in latents]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return Summed(name, None, None, None, None)
    total, mean = sum(known), sum(known) / len(known)
    ratios = (total / truth, mean / truth) if truth > 0 else (None, None)
    return Summed(name, total, ratios[0], mean, ratios[1])
