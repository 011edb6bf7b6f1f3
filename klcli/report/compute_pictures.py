"""The pictures of `klcli compute`: both densities and what the KL sums up, and how estimates settle."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Any

from klcli.formula.numeral import significant
from klcli.gaussian.distribution import AnyGaussian, Gaussian, has_heads, log_density
from klcli.gaussian.divergence_result import Unit
from klcli.gaussian.heads import Heads
from klcli.report.document import Area, Axis, Curve, Plot
from klcli.report.units import nats_of
from klcli.witness.estimate import total
from klcli.witness.estimators import DEFAULT_ESTIMATOR, ESTIMATORS
from klcli.witness.examination import case_of
from klcli.witness.examination_parts import Decomposition
from klcli.witness.monte_carlo import DEFAULT_SAMPLES, LEAST_SAMPLES, sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from klcli.gaussian.priors.other_prior import OtherPrior

_REACH, _FARTHEST, _POINTS = 4.0, 12.0, 401
"""Standard deviations that are shown of q, and at most of it where p needs more; points of a curve."""
_HIGHEST = 3.0
"""Times the highest of q and of the integrand: above, p is cut off."""
_BAND = 1.96
"""Standard errors: a normal distribution has 95 % of its draws within."""
_PER_DECADE = 4
"""Each is a run of its own: with 4 all of them together take 2.3 times as long as the longest."""


def integrand_plot(q: AnyGaussian, p: AnyGaussian | OtherPrior, unit: Unit) -> Plot | None:
    """q, p and q log(q/p), whose area is the KL, of the dimension that has most of it.

    None for matrices, and where a density is beyond the doubles.

    Args:
        q: the posterior.
        p: the prior, in as many dimensions.
        unit: of the integrand.
    """
    if not has_heads(q):
        return None
    prior = p if isinstance(p, Gaussian) else p.distribution
    case = case_of(q, prior)
    if len(case.log_ratios) != q.dimension:
        return None
    place = max(range(q.dimension), key=lambda one: case.parts[one]) if len(case.parts) > 1 else 0
    sigma, mean = q.spread.sigma()[place], float(q.mean[place])
    ends = _ends(mean, sigma, p.at(place) if isinstance(p, Gaussian) and has_heads(p) else None)
    if not all(map(isfinite, ends)) or not sigma > 0:
        return None
    z, density, ratio = _along(case, place, ends, q.spread.log_sigma()[place])
    return _densities(mean + sigma * z, density, ratio / nats_of(unit), ratio, unit, _title(q, place))


def _ends(mean: float, sigma: float, p: Gaussian[Heads] | None) -> tuple[float, float]:
    """The scores of q from which and to which is shown: those of q, and of p as far as it is not too far."""
    low, high = -_REACH, _REACH
    if p and sigma > 0:
        width, distance = p.spread.sigma()[0] / sigma, (float(p.mean[0]) - mean) / sigma
        low, high = min(low, distance - _REACH * width), max(high, distance + _REACH * width)
    return max(low, -_FARTHEST), min(high, _FARTHEST)


def _along(
    case: Decomposition, place: int, ends: tuple[float, float], log_sigma: float
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Scores, and at each the density of q and the log ratio."""
    import numpy

    z = numpy.linspace(*ends, _POINTS)
    with numpy.errstate(all="ignore"):
        ratio = case.log_ratios[place].at(z.copy())
        return z, numpy.exp(log_density(z, log_sigma)), ratio


def _densities(
    x: NDArray[Any], q: NDArray[Any], told: NDArray[Any], ratio: NDArray[Any], unit: Unit, title: str
) -> Plot | None:
    import numpy

    with numpy.errstate(all="ignore"):
        p, integrand = q * numpy.exp(-ratio), q * told
    seen = [float(numpy.nanmax(one)) for one in (q, integrand)]
    if not all(map(isfinite, seen)):
        return None
    along = tuple(x.tolist())
    area = Area(f"q log(q/p), in {unit}", along, (0.0,) * len(along), tuple(integrand.tolist()))
    curves = (Curve("q", along, tuple(q.tolist())), Curve("p", along, tuple(p.tolist())))
    low = min(0.0, float(numpy.nanmin(integrand)))
    nats = Axis("per unit of x", low=low, high=_HIGHEST * max(seen))
    return Plot(title, Axis("x"), nats, (area, *curves), remark=_REMARK)


_REMARK = "The shaded area is the KL: what lies above 0 less what lies below."


def _title(q: Gaussian[Heads], place: int) -> str:
    if q.dimension == 1:
        return "q, p and what KL(q || p) sums up"
    return f"dimension {place + 1} of {q.dimension}, which has most of the KL"


def settling_plot(case: Decomposition, samples: int, seed: int, unit: Unit) -> Plot:
    """Every estimator with more and more samples; around k1 the band of its 95 % intervals.

    The samples of a shorter run are the first of a longer one with the same seed.

    Args:
        case: what is sampled.
        samples: of the run; the picture has no more than the default.
        seed: of the generator.
        unit: of the estimates.
    """
    counts = list(_counts(min(samples, DEFAULT_SAMPLES)))
    nats = nats_of(unit)
    runs = {
        name: [total(sample(case.log_ratios, count, seed, None, name)) for count in counts]
        for name in ESTIMATORS
    }
    x = tuple(map(float, counts))
    first = runs[DEFAULT_ESTIMATOR]
    low = tuple((one.value - _BAND * one.standard_error) / nats for one in first)
    high = tuple((one.value + _BAND * one.standard_error) / nats for one in first)
    curves = [Curve(name, x, tuple(one.value / nats for one in found)) for name, found in runs.items()]
    known = case.closed_form
    truth = Curve("KL", (x[0], x[-1]), (known.value / nats,) * 2) if known else None
    value = f", {significant(known.value / nats)} {unit}" if known else ""
    margin = (max(high) - min(low)) / 2
    biased = (row.name for row in ESTIMATORS.values() if row.bias is not None)
    return Plot(
        f"estimates of the KL{value}",
        Axis("samples", "log"),
        Axis(unit, low=min(low) - margin, high=max(high) + margin),
        (Area(f"95 % around {DEFAULT_ESTIMATOR}", x, low, high), *curves),
        truth,
        f"seed {seed}; {', '.join(biased)} is biased.",
    )


def _counts(most: int) -> Iterator[int]:
    """Numbers of samples, evenly by their logarithms, up to that of the run."""
    place = 0
    # Equal steps on a logarithmic axis.
    while (count := round(LEAST_SAMPLES * 10 ** (place / _PER_DECADE))) < most:
        yield count
        place += 1
    yield most
