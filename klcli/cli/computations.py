"""What ``klcli compute`` computes between two Gaussians, with independent dimensions or with matrices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import log
from typing import TYPE_CHECKING

from klcli.cli.sampling import Sampling
from klcli.errors import KlcliError
from klcli.gaussian.derivation import derive
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import Unit, divergence, divergence_digits
from klcli.gaussian.multivariate.distribution import MultivariateGaussian, multivariate
from klcli.report.compute import compute_report
from klcli.report.report import Report
from klcli.witness.examination import Examination, examine
from klcli.witness.problem import independent
from klcli.witness.side_by_side import Comparison

if TYPE_CHECKING:
    from klcli.witness.matrices import MatrixExamination

__all__ = ["Asked", "computed"]

_MOST_COMPARED = 512
"""Dimensions up to which a second divergence, without the correlations, takes no more than a second."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, beside the two distributions.

    Attributes:
        sampling: how the witness samples.
        digits: of the closed form; None for a double.
        steps: ``full``, ``short`` or ``none``.
        reverse: whether KL(p || q) is wanted, too.
        compare: whether all estimators are wanted side by side.
    """

    sampling: Sampling
    digits: int | None
    steps: str
    reverse: bool
    compare: bool


def computed(q: Gaussian | MultivariateGaussian, p: Gaussian | MultivariateGaussian, asked: Asked) -> Report:
    """The report of KL(q || p).

    Raises:
        KlcliError: what was asked for does not exist for these Gaussians.
    """
    if isinstance(q, Gaussian) and isinstance(p, Gaussian):
        return _independent(q, p, asked)
    return _with_matrices(multivariate(q), multivariate(p), asked)


def _independent(q: Gaussian, p: Gaussian, asked: Asked) -> Report:
    unit = asked.sampling.unit
    derivation = None if asked.steps == "none" else derive(q, p, unit)
    forward = _examined(q, p, asked)
    backward = _examined(p, q, asked) if asked.reverse else None
    return compute_report(
        q,
        p,
        unit,
        forward,
        backward=backward,
        derivation=derivation.short() if derivation and asked.steps == "short" else derivation,
        digits=None if asked.digits is None else divergence_digits(q, p, asked.digits, unit),
        estimators=_compared(q, p, forward, asked),
        estimators_backward=_compared(p, q, backward, asked),
    )


def _examined(q: Gaussian, p: Gaussian, asked: Asked) -> Examination:
    return examine(q, p, unit=asked.sampling.unit, sampler=asked.sampling.sampled)


def _compared(q: Gaussian, p: Gaussian, found: Examination | None, asked: Asked) -> tuple[Comparison, ...]:
    if found is None or not asked.compare:
        return ()
    return asked.sampling.compared(independent(q, p), found.closed_form.value)


def _with_matrices(q: MultivariateGaussian, p: MultivariateGaussian, asked: Asked) -> Report:
    from klcli.gaussian.multivariate.derivation import MatrixStep, derive_at
    from klcli.gaussian.multivariate.divergence import divergence_digits
    from klcli.report.covariance import covariance_report

    unit = asked.sampling.unit
    forward = _examined_with_matrices(q, p, asked)
    backward = _examined_with_matrices(p, q, asked) if asked.reverse else None
    derivation: tuple[MatrixStep, ...] = ()
    if asked.steps != "none" and forward.status != "infinite":
        derivation = derive_at(q, p, forward.closed_form.value, unit)
    if asked.steps == "short":
        derivation = tuple(row for row in derivation if row.step.essential)
    return covariance_report(
        q,
        p,
        unit,
        forward,
        backward=backward,
        derivation=derivation,
        diagonal=_without_correlations(q, p, unit),
        digits=None if asked.digits is None else divergence_digits(q, p, asked.digits, unit),
        estimators=_compared_with_matrices(q, p, forward, asked),
        estimators_backward=_compared_with_matrices(p, q, backward, asked),
    )


def _without_correlations(q: MultivariateGaussian, p: MultivariateGaussian, unit: Unit) -> float | None:
    """KL(q || p) with the variances of q alone; None where it has no correlations, or would take too long."""
    from klcli.gaussian.multivariate.divergence import divergence as divergence_with_matrices

    variances, prior = q.without_correlations(), p.independent()
    if variances is None:
        return None
    if prior is not None:
        return divergence(variances, prior, unit).value
    if q.dimension > _MOST_COMPARED:
        return None
    return divergence_with_matrices(multivariate(variances), p, unit).value


def _examined_with_matrices(
    q: MultivariateGaussian, p: MultivariateGaussian, asked: Asked
) -> MatrixExamination:
    from klcli.witness.matrices import default_samples, examine

    sampler = partial(asked.sampling.sampled, default=default_samples(q.dimension))
    return examine(q, p, unit=asked.sampling.unit, sampler=sampler)


def _compared_with_matrices(
    q: MultivariateGaussian, p: MultivariateGaussian, found: MatrixExamination | None, asked: Asked
) -> tuple[Comparison, ...]:
    from klcli.witness.matrices import default_samples, problem

    if found is None or not asked.compare:
        return ()
    nats = log(2) if asked.sampling.unit == "bits" else 1.0
    given = problem(q, p, found.closed_form.value * nats)
    if given is None:
        raise KlcliError(
            "there is nothing to compare: no witness can be sampled", "leave --compare-estimators out"
        )
    return asked.sampling.compared(given, found.closed_form.value, default_samples(q.dimension))
