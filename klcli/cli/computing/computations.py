"""What ``klcli compute`` computes: one direction or both, with steps and estimators if they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klcli.cli.computing.sampling import SamplingOptions
from klcli.errors import KlcliError
from klcli.gaussian.distribution import AnyGaussian, Gaussian, alike, has_heads
from klcli.gaussian.divergence_result import Unit
from klcli.report.compute import Computed, compute_report
from klcli.report.divergence_limits import Limits
from klcli.report.report import Report
from klcli.values import dataclass
from klcli.witness.examination import Examination, case_of, examined
from klcli.witness.examination_parts import Decomposition

if TYPE_CHECKING:
    from klcli.gaussian.priors.other_prior import OtherPrior
    from klcli.report.compute_steps import AnyDerivation
    from klcli.witness.side_by_side import EstimatorComparison

_MOST_WITHOUT_CORRELATIONS = 512
"""Dimensions up to which a second divergence, without the correlations, takes no more than a second."""


@dataclass(frozen=True, slots=True)
class ComputationOptions:
    """What was asked for, beside the two distributions.

    Attributes:
        unit: of the report.
        sampling: how the witness samples.
        digits: of the closed form; None for a double.
        steps: ``full``, ``short`` or ``none``.
        reverse: whether KL(p || q) is wanted, too.
        compare: whether all estimators are wanted side by side.
        limits: against which KL(q || p) is held.
    """

    unit: Unit
    sampling: SamplingOptions
    digits: int | None
    steps: str
    reverse: bool
    compare: bool
    limits: Limits


def computed(q: AnyGaussian, p: AnyGaussian | OtherPrior, asked: ComputationOptions) -> Report:
    """The report of KL(q || p).

    Args:
        q: the posterior.
        p: the prior, in as many dimensions.
        asked: what is wanted of them.

    Raises:
        KlcliError: what was asked for does not exist for these distributions.
    """
    if not isinstance(p, Gaussian):
        found = examined(case_of(q, p.distribution), asked.sampling.sampled)
        return compute_report(
            Computed(q, p, found, wants_steps=asked.steps != "none", limits=asked.limits), asked.unit
        )
    return compute_report(_between_gaussians(*alike(q, p), asked), asked.unit)


def _between_gaussians(q: AnyGaussian, p: AnyGaussian, asked: ComputationOptions) -> Computed:
    forward, backward = case_of(q, p), case_of(p, q) if asked.reverse else None
    found = examined(forward, asked.sampling.sampled)
    return Computed(
        q,
        p,
        found,
        backward=examined(backward, asked.sampling.sampled) if backward else None,
        derivation=_derivation(q, p, found, asked),
        digits=asked.digits,
        variances=_variances(q, p),
        estimators=_compared(forward, asked),
        estimators_backward=_compared(backward, asked) if backward else (),
        limits=asked.limits,
    )


def _derivation(
    q: AnyGaussian, p: AnyGaussian, found: Examination, asked: ComputationOptions
) -> AnyDerivation:
    """The steps that were asked for; none beside an infinite value."""
    if asked.steps == "none" or found.status == "infinite" or not found.closed_form:
        return ()
    if has_heads(q) and has_heads(p):
        from klcli.gaussian.derivation import derive

        return derive(q, p, short=asked.steps == "short")
    from klcli.gaussian.multivariate.derivation import derive_at

    pair = q.with_covariance(), p.with_covariance()
    return derive_at(*pair, found.closed_form.value, short=asked.steps == "short")


def _variances(q: AnyGaussian, p: AnyGaussian) -> tuple[AnyGaussian, AnyGaussian] | None:
    """The variances of q alone, and the prior; None where q has no correlations, or it takes too long."""
    if has_heads(q) or has_heads(p):
        return None
    variances, prior = q.spread.without_correlations(), p.spread.independent()
    if variances is None or (prior is None and q.dimension > _MOST_WITHOUT_CORRELATIONS):
        return None
    return Gaussian(q.mean, variances), Gaussian(p.mean, prior) if prior else p


def _compared(case: Decomposition, asked: ComputationOptions) -> tuple[EstimatorComparison, ...]:
    if not asked.compare:
        return ()
    if not case.log_ratios:
        raise KlcliError(
            "there is nothing to compare: no witness can be sampled", "leave --compare-estimators out"
        )
    return asked.sampling.compared(case)
