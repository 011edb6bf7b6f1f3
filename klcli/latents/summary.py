"""What a table of posteriors comes to: KL per example and per latent, what is active, what collapsed."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, sqrt
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from klcli.latents.aggregate import Prior, marginal_bound
from klcli.latents.statistics import Statistics
from klcli.latents.thresholds import Thresholds
from klcli.samples.exact_sums import rounded
from klcli.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The middle, the quartiles and nine tenths."""
_CLIPPED_SHARE, _CLIPPED_HEADS = 0.01, 10
"""A clip is spoken of where so large a share of all heads, and so many, equal their extreme."""

Origin: TypeAlias = Literal["exact", "lower bound", "upper bound", "estimate"]


@dataclass(frozen=True, slots=True)
class ClippedHeads:
    """Heads that are all equal to the smallest or the largest of their latent.

    Attributes:
        head: their value.
        share: how many of all they are.
    """

    head: float
    share: float


@dataclass(frozen=True, slots=True)
class Latent:
    """Averages over all examples, in nats.

    Attributes:
        name: its number, from 1.
        kl: the mean KL.
        spread: the part of it that the spreads make.
        shift: the part that the means make.
        mean_variance: the average of the variances of q.
        variance_of_means: the variance of the means of q over the examples, divided by their count.
        active: whether that is above its threshold.
        collapsed: whether the mean KL is below its threshold.
        clips: where its heads sit at a limit.
    """

    name: str
    kl: float
    spread: float
    shift: float
    mean_variance: float
    variance_of_means: float
    active: bool
    collapsed: bool
    clips: tuple[ClippedHeads, ...]


@dataclass(frozen=True, slots=True)
class KlPart:
    """One part of the mean KL, in nats.

    Attributes:
        value: None where nothing is known.
        kind: what the value is.
        standard_error: of an estimate.
    """

    value: float | None
    kind: Origin
    standard_error: float | None = None


@dataclass(frozen=True, slots=True)
class AggregateMoments:
    """Of the aggregate posterior; the covariance is None where there are too many latents."""

    mean: tuple[float, ...]
    variances: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...] | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What was found; all KLs in nats.

    Attributes:
        examples: how many have a KL.
        latents: each of them.
        mean: the mean over examples of the KL summed over latents.
        standard_error: of that mean, for examples that are independent; None for one example.
        least: the smallest KL of an example.
        most: the largest.
        quantiles: of the KL of an example, by their shares.
        active_units: latents that are active.
        active_by_kl: latents whose mean KL is not below its threshold.
        collapsed_units: latents that have collapsed.
        dead_units: latents that are neither: q is the same for all examples, and not the prior; of one
            example nothing is known.
        mutual_information: between example and latents.
        marginal_kl: KL of the aggregate posterior from the prior; both add up to the mean.
        aggregate: the moments of the aggregate posterior.
    """

    examples: int
    latents: tuple[Latent, ...]
    mean: float
    standard_error: float | None
    least: float
    most: float
    quantiles: dict[float, float]
    active_units: int
    active_by_kl: int
    collapsed_units: int
    dead_units: int
    mutual_information: KlPart
    marginal_kl: KlPart
    aggregate: AggregateMoments


def summary(
    found: Statistics,
    thresholds: Thresholds,
    prior: Prior | None,
    information: tuple[float, float] | None = None,
) -> Summary:
    """What the statistics say.

    Args:
        found: of one example or more.
        thresholds: what counts as active, and as collapsed.
        prior: that of all examples; None where each has its own, and the aggregate has none.
        information: an estimate of the mutual information, and its standard error; None for bounds.
    """
    import numpy

    count = found.examples
    integers, exponent = found.kl.integers
    mean = rounded(sum(integers), exponent, count)
    latents = tuple(_latents(found, thresholds, prior))
    mean_variance = found.variance / count
    covariance = found.means.covariance
    spread = found.means.variances + mean_variance if covariance is None else covariance.copy()
    if covariance is not None:
        numpy.fill_diagonal(spread, covariance.diagonal() + mean_variance)
    centre = numpy.zeros(0) if found.means.mean is None else found.means.mean
    bound = KlPart(None if prior is None else marginal_bound(centre, spread, prior), "lower bound")
    shared, rest = _decomposition(mean, count, bound, information)
    return Summary(
        examples=count,
        latents=latents,
        mean=mean,
        standard_error=_standard_error(found),
        least=found.grid.least,
        most=found.grid.most,
        quantiles={share: found.grid.quantile(share) for share in QUANTILES},
        active_units=sum(latent.active for latent in latents),
        active_by_kl=sum(not latent.collapsed for latent in latents),
        collapsed_units=sum(latent.collapsed for latent in latents),
        dead_units=sum(not (latent.active or latent.collapsed) for latent in latents) if count > 1 else 0,
        mutual_information=shared,
        marginal_kl=rest,
        aggregate=_moments(centre, spread),
    )


def _moments(centre: NDArray[Any], spread: NDArray[Any]) -> AggregateMoments:
    """Of a mean and a covariance, or variances alone."""
    variances = spread if spread.ndim == 1 else spread.diagonal()
    covariance = None if spread.ndim == 1 else tuple(map(tuple, spread.tolist()))
    return AggregateMoments(tuple(centre.tolist()), tuple(variances.tolist()), covariance)


def _latents(found: Statistics, thresholds: Thresholds, prior: Prior | None) -> Sequence[Latent]:
    import numpy

    count, (integers, exponent) = found.examples, found.kl.integers
    unit = numpy.broadcast_to(1.0 if prior is None else prior.variance, found.latents)
    variances, shifts = found.means.variances, found.shift / count
    made = []
    for j, number in enumerate(integers):
        kl = rounded(number, exponent, count)
        variance = float(variances[j])
        made.append(
            Latent(
                name=str(j + 1),
                kl=kl,
                spread=max(0.0, kl - float(shifts[j])),
                shift=min(kl, float(shifts[j])),
                mean_variance=float(found.variance[j]) / count,
                variance_of_means=variance,
                active=variance > thresholds.variance * float(unit[j]),
                collapsed=kl < thresholds.kl,
                clips=tuple(_clips(found, j)),
            )
        )
    return made


def _clips(found: Statistics, j: int) -> Sequence[ClippedHeads]:
    ends = found.extremes
    if ends is None or float(ends.least[j]) == float(ends.most[j]):
        return ()
    sides = ((ends.least[j], ends.at_least[j]), (ends.most[j], ends.at_most[j]))
    enough = max(_CLIPPED_HEADS, _CLIPPED_SHARE * found.examples)
    return [ClippedHeads(float(head), int(many) / found.examples) for head, many in sides if many >= enough]


def _standard_error(found: Statistics) -> float | None:
    squares, count = found.of_examples.products, found.examples
    if squares is None or count < 2:
        return None
    return sqrt(float(squares.ravel()[0]) / (count - 1) / count)


def _decomposition(
    mean: float, count: int, bound: KlPart, information: tuple[float, float] | None
) -> tuple[KlPart, KlPart]:
    """The mutual information and the marginal KL, which add up to the mean KL where there is one prior.

    Without an estimate they are bounds, and an estimate lies within them, as what it is of does; the
    information is never more than the logarithm of the number of examples. Where each example has its own
    prior, the rest of the mean is no KL of the aggregate posterior, and can be negative.
    """
    rest = log(count) if bound.value is None else max(0.0, mean - bound.value)
    most = min(rest, log(count))
    if information is None:
        return KlPart(most, "upper bound"), bound
    value, error = min(max(0.0, information[0]), most), information[1]
    if bound.value is None:
        return KlPart(value, "estimate", error), bound
    return KlPart(value, "estimate", error), KlPart(max(bound.value, mean - value), "estimate", error)
