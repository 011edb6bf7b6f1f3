"""Witnesses side by side: the closed form, an integral, Monte Carlo and bounds, as far as there are such.

A closed form of Gaussians is exact. Each of the others confirms it or contradicts it, and says how large an
error of it it could have missed: sampling confirms and never judges.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from klcli.gaussian.distribution import AnyGaussian, Gaussian, has_heads
from klcli.gaussian.divergence_result import ClosedForm
from klcli.values import dataclass
from klcli.witness import independent_dimensions
from klcli.witness.estimate import Estimate, total
from klcli.witness.estimators import DEFAULT_ESTIMATOR, ESTIMATORS
from klcli.witness.examination_parts import Decomposition, Status
from klcli.witness.monte_carlo import DEFAULT_SEED, sample
from klcli.witness.sequential_sampling import Target
from klcli.witness.witness import Witness, witness

if TYPE_CHECKING:
    from klcli.gaussian.priors.bounds import Bound
    from klcli.gaussian.priors.densities import Product
    from klcli.gaussian.priors.mixture import Mixture

_DRAWS_PER_KURTOSIS = 50
"""With fewer draws the standard error is itself wrong by more than 7 %."""
_UNTRUSTED = (
    "there is no closed form and no bound, and the error bar of Monte Carlo is not to be "
    "trusted with so few samples"
)
_NO_ERROR_BAR = "the estimate has no valid error bar"

Sampler: TypeAlias = Callable[[Decomposition], tuple[Estimate, Target | None]]
"""Makes an estimate of the sum of the divergences, in nats, and says whether a target was reached."""


@dataclass(frozen=True, slots=True)
class Examination:
    """One divergence and its witnesses, in nats.

    Attributes:
        closed_form: None where none is known.
        integral: the deterministic witness; None where there is none.
        monte_carlo: the sampling witness; None where there is nothing to sample from, or an average of it
            would mean nothing.
        bounds: of mixtures.
        status: whether everything agrees.
        reason: why it is infinite, undetermined or unconfirmed; empty where it is not.
        target: the standard error that was asked for; None where it was a number of samples.
    """

    closed_form: ClosedForm | None
    integral: Witness | None
    monte_carlo: Witness | None
    bounds: tuple[Bound, ...]
    status: Status
    reason: str = ""
    target: Target | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing contradicts it, what needs a witness has one, and a target was reached."""
        derived = self.closed_form is not None and not self.closed_form.source
        confirmed = self.status in ("agrees", "infinite") or (self.status == "unconfirmed" and derived)
        return confirmed and (self.target is None or self.target.reached)


def examine(
    q: AnyGaussian,
    p: AnyGaussian | Mixture | Product,
    *,
    samples: int | None = None,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int], None] | None = None,
    estimator: str = DEFAULT_ESTIMATOR,
) -> Examination:
    """KL(q || p) in nats by every way there is.

    Args:
        q: the posterior; one with independent dimensions beside a prior that is no Gaussian.
        p: the prior.
        samples: draws for Monte Carlo; a million without it, or what a few seconds allow.
        seed: of the generator; the same seed gives the same digits.
        progress: is told the number of draws of each block.
        estimator: a name in `klcli.witness.estimators.ESTIMATORS`.

    Raises:
        KlcliError: different dimensions, a singular prior, a value beyond the doubles, too few samples, a
            negative seed.
    """

    def sampled(case: Decomposition) -> tuple[Estimate, None]:
        draws = case.samples if samples is None else samples
        return total(sample(case.log_ratios, draws, seed, progress, estimator)), None

    return examined(case_of(q, p), sampled)


def case_of(q: AnyGaussian, p: AnyGaussian | Mixture | Product) -> Decomposition:
    """What is known of KL(q || p) before anything is sampled.

    Raises:
        KlcliError: different dimensions, a singular prior, a value beyond the doubles.
        TypeError: a posterior with a matrix beside a prior that is no Gaussian.
    """
    if isinstance(p, Gaussian):
        if has_heads(q) and has_heads(p):
            return independent_dimensions.case(q, p)
        from klcli.witness import matrices

        return matrices.case(q.with_covariance(), p.with_covariance())
    if not has_heads(q):
        raise TypeError("a prior that is no Gaussian takes a posterior with independent dimensions")
    from klcli.witness import other_priors

    return other_priors.case(q, p)


def examined(case: Decomposition, sampler: Sampler) -> Examination:
    """A case with its witnesses.

    Raises:
        KlcliError: what the sampler refuses.
    """
    if case.status:
        return Examination(case.closed_form, None, None, case.bounds, case.status, case.reason)
    estimate, target = sampler(case)
    integral = _held(case.integral, case.closed_form, case) if case.integral else None
    sampled = sampling_witness(estimate, case)
    status, reason = _status(case, [found.agrees for found in (integral, sampled) if found])
    return Examination(case.closed_form, integral, sampled, case.bounds, status, reason, target)


def sampling_witness(estimate: Estimate, case: Decomposition) -> Witness:
    """Hold an estimate of any estimator against the closed form, or else the integral."""
    trusted = _DRAWS_PER_KURTOSIS * case.kurtosis <= estimate.samples
    return _held(estimate, case.closed_form or case.integral, case, _bias(estimate, case), trusted=trusted)


def _held(
    estimate: Estimate,
    known: ClosedForm | Estimate | None,
    case: Decomposition,
    bias: float | None = 0.0,
    *,
    trusted: bool = True,
) -> Witness:
    exact, rounding = (known.value, known.rounding) if known else (None, 0.0)
    return witness(estimate, exact, rounding=rounding, bias=bias, bounds=case.bounds, trusted=trusted)


def _status(case: Decomposition, opinions: list[bool | None]) -> tuple[Status, str]:
    """What the witnesses say together."""
    if False in opinions:
        return "disagrees", ""
    if True in opinions:
        return "agrees", ""
    return "unconfirmed", _NO_ERROR_BAR if case.closed_form else _UNTRUSTED


def _bias(estimate: Estimate, case: Decomposition) -> float | None:
    """The expectation of an estimator less the KL, in nats; None where it is not known."""
    of_one = ESTIMATORS[estimate.estimator].bias if estimate.estimator else None
    if of_one is None:
        return 0.0
    if len(case.parts) < len(case.log_ratios):
        return None
    found = [of_one(value, pair) for pair, value in zip(case.log_ratios, case.parts, strict=True)]
    known = [bias for bias in found if bias is not None]
    return sum(known) if len(known) == len(found) else None
