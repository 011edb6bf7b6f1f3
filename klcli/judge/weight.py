"""What the weight of a KL means: the effective beta of a loss, from its reductions and its two weights.

A loss of a batch is a R + b K: R is the reconstruction error, K the KL, each summed or averaged over entries
and examples. Per example, and up to a factor of the whole, it is -log p(x | z) + beta KL with the likelihood
that belongs to the error: e^2/(2 s^2) of a Gaussian with the standard deviation s, |e|/s of a Laplace
distribution with the scale s, and for the others the error itself. So beta = (b/a) c / s^p, with c = 1/2 and
p = 2 for squared errors, and the s at which beta is 1 is the decoder that the loss is the ELBO of.

The KL of a network's weights counts once for all N examples: there beta is N times that of one example.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from klcli.errors import KlcliError
from klcli.values import dataclass


@dataclass(frozen=True, slots=True)
class ReconstructionError:
    """A reconstruction error as a likelihood.

    Attributes:
        name: of the error.
        words: what it is.
        share: what multiplies the error in -log p at the scale 1.
        power: with which power the scale divides it; 0 where there is no scale to choose.
        scale: what the scale is called; empty where there is none.
    """

    name: str
    words: str
    share: Fraction
    power: int
    scale: str


LIKELIHOODS: Mapping[str, ReconstructionError] = {
    row.name: row
    for row in (
        ReconstructionError("mse", "squared error", Fraction(1, 2), 2, "decoder sigma"),
        ReconstructionError("l1", "absolute error", Fraction(1), 1, "Laplace scale"),
        ReconstructionError("bce", "binary cross-entropy", Fraction(1), 0, ""),
        ReconstructionError("cross-entropy", "cross-entropy", Fraction(1), 0, ""),
        ReconstructionError(
            "gaussian", "Gaussian -log p with the loss's own sigma and factor 1/2", Fraction(1), 0, ""
        ),
    )
}
"""The likelihoods by the names of their errors."""

REDUCTIONS: Mapping[str, tuple[bool, bool]] = {
    "sum-mean": (False, True),
    "sum": (False, False),
    "mean": (True, True),
    "mean-sum": (True, False),
}
"""How a term is reduced: whether it is a mean over its entries, and whether it is one over the batch."""

_SMALLEST = Fraction(1, 10**300)
"""Of units; beyond it there are no doubles."""

Owner: TypeAlias = Literal["examples", "weights"]
"""Whose KL it is: that of every example's latents, or that of the weights of a network, one for all."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are; None for what was not said.

    Attributes:
        size: entries of one example, such as pixels.
        latents: of one example, or weights of the network.
        batch: examples in a batch.
        examples: of the whole data set.
        batches: of the whole data set.
    """

    size: int | None = None
    latents: int | None = None
    batch: int | None = None
    examples: int | None = None
    batches: int | None = None


@dataclass(frozen=True, slots=True)
class WeightedTerm:
    """One of the two terms: its weight in the loss, and its reduction by a name of `REDUCTIONS`."""

    weight: Fraction
    reduction: str


@dataclass(frozen=True, slots=True)
class TwoTermLoss:
    """A loss of two terms.

    Attributes:
        likelihood: what the reconstruction error is.
        recon: the reconstruction error.
        kl: the KL, summed over its latents by itself, in nats.
        counts: how many of everything there are.
        owner: whose KL it is.
    """

    likelihood: ReconstructionError
    recon: WeightedTerm
    kl: WeightedTerm
    counts: Counts
    owner: Owner = "examples"


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the weights of a loss come to.

    Attributes:
        beta: the effective beta at the scale that was asked for.
        scale_of_one: the scale of the likelihood at which beta is 1; None where there is none to choose, or
            where beta is 0.
    """

    beta: Fraction
    scale_of_one: float | None


def weigh(loss: TwoTermLoss, scale: Fraction = Fraction(1)) -> Weighing:
    """The effective beta of a loss, exactly.

    Args:
        loss: the loss.
        scale: of the likelihood, at which beta is said.

    Raises:
        KlcliError: a number is missing, or a weight or a reduction is none.
    """
    row = loss.likelihood
    if row.power == 0 and scale != 1:
        raise KlcliError(f"{row.name} has no scale to choose", "leave --decoder-sigma out")
    unit = _ratio(loss) * row.share
    if unit and not _SMALLEST < min(unit, unit / scale**2) <= max(unit, unit / scale**2) < 1 / _SMALLEST:
        raise KlcliError("beta is outside of the range of doubles", "give weights within 1e-100 and 1e100")
    beta = unit / scale**row.power if row.power else unit
    of_one = float(unit) ** (1 / row.power) if row.power and unit else None
    return Weighing(beta, of_one)


def kl_weight_for(beta: Fraction, loss: TwoTermLoss, scale: Fraction = Fraction(1)) -> Fraction:
    """The weight of the KL with which a loss has this beta, everything else being as it is.

    Args:
        beta: the effective weight of the KL.
        loss: the loss with its reductions.
        scale: sigma of the likelihood.
    """
    kl = WeightedTerm(Fraction(1), loss.kl.reduction)
    return beta / weigh(TwoTermLoss(loss.likelihood, loss.recon, kl, loss.counts, loss.owner), scale).beta


def recon_weight_for(beta: Fraction, loss: TwoTermLoss, scale: Fraction = Fraction(1)) -> Fraction | None:
    """The weight of the reconstruction error with which a loss has this beta; None if the KL weighs 0.

    Args:
        beta: the effective weight of the KL.
        loss: the loss with its reductions.
        scale: sigma of the likelihood.
    """
    return loss.recon.weight * weigh(loss, scale).beta / beta or None


def _ratio(loss: TwoTermLoss) -> Fraction:
    """The weight of the KL of one example over that of its error, each summed over its entries."""
    recon, kl, counts = loss.recon, loss.kl, loss.counts
    _check(loss)
    own = recon.weight * _of_entries(recon, counts.size, "entries of an example", "--size 3,64,64")
    other = kl.weight * _of_entries(kl, counts.latents, "latents", "--latents 32")
    if loss.owner == "weights":
        return other / own * _examples_in_a_unit(recon, counts)
    return other / own * _of_batches(recon, kl, counts)


def _check(loss: TwoTermLoss) -> None:
    if loss.recon.weight <= 0:
        raise KlcliError("the weight of the reconstruction must be > 0", "for example --recon-weight 1")
    if loss.kl.weight < 0:
        raise KlcliError("the weight of a KL cannot be negative", "give the weight of KL, not of -KL")
    if loss.owner == "weights" and loss.kl.reduction not in ("sum", "mean"):
        raise KlcliError(
            f"the KL of weights has no batch, so its reduction is not {loss.kl.reduction}",
            "--kl-reduction sum, or mean over the weights",
        )


def _of_entries(term: WeightedTerm, count: int | None, what: str, hint: str) -> Fraction:
    """What a mean over the entries multiplies their sum by."""
    if not REDUCTIONS[term.reduction][0]:
        return Fraction(1)
    if count is None:
        raise KlcliError(f"a mean over the {what} needs their number", f"for example {hint}")
    return Fraction(1, count)


def _of_batches(recon: WeightedTerm, kl: WeightedTerm, counts: Counts) -> Fraction:
    """What different reductions over the batch come to."""
    own, other = REDUCTIONS[recon.reduction][1], REDUCTIONS[kl.reduction][1]
    if own == other:
        return Fraction(1)
    if counts.batch is None:
        raise KlcliError(
            "one term is summed and the other averaged over the batch, whose size is not known",
            "for example --batch 128",
        )
    return Fraction(1, counts.batch) if other else Fraction(counts.batch)


def _examples_in_a_unit(recon: WeightedTerm, counts: Counts) -> Fraction:
    """How many times the whole data set holds what the error of a batch stands for."""
    if counts.examples is not None and counts.batches is not None:
        raise KlcliError("--examples and --batches are given", "leave one of them out")
    is_mean = REDUCTIONS[recon.reduction][1]
    if not is_mean and counts.batches is not None:
        return Fraction(counts.batches)
    if (is_mean and counts.examples is None) or not is_mean:
        if counts.batch is None:
            raise KlcliError(
                "the KL of weights counts once for all examples, whose number is not known",
                "for example --examples 60000" + ("" if is_mean else " --batch 128"),
            )
        if counts.examples is None and counts.batches is None:
            raise KlcliError("the number of examples is not known", "for example --examples 60000")
    examples = Fraction(counts.examples or (counts.batches or 0) * (counts.batch or 0))
    return examples if is_mean else examples / (counts.batch or 1)
