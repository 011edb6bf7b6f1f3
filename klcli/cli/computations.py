"""What ``klcli compute`` computes between two Gaussians, with independent dimensions or with matrices."""

from __future__ import annotations

from dataclasses import dataclass

from klcli.cli.progress import progress
from klcli.cli.sampling import Sampling
from klcli.gaussian.derivation import derive
from klcli.gaussian.distribution import Gaussian
from klcli.gaussian.divergence import divergence_digits
from klcli.gaussian.multivariate.distribution import MultivariateGaussian, multivariate
from klcli.report.compute import compute_report
from klcli.report.report import Report

__all__ = ["Asked", "computed"]


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
    sampling, unit = asked.sampling, asked.sampling.unit
    derivation = None if asked.steps == "none" else derive(q, p, unit)
    return compute_report(
        q,
        p,
        unit,
        sampling.examined(q, p),
        backward=sampling.examined(p, q) if asked.reverse else None,
        derivation=derivation.short() if derivation and asked.steps == "short" else derivation,
        digits=None if asked.digits is None else divergence_digits(q, p, asked.digits, unit),
        estimators=sampling.compared(q, p) if asked.compare else (),
        estimators_backward=sampling.compared(p, q) if asked.compare and asked.reverse else (),
    )


def _with_matrices(q: MultivariateGaussian, p: MultivariateGaussian, asked: Asked) -> Report:
    from klcli.gaussian.multivariate.agreement import default_samples, examine
    from klcli.gaussian.multivariate.divergence import divergence, divergence_digits
    from klcli.report.covariance import covariance_report

    unit, seed = asked.sampling.unit, asked.sampling.seed
    draws = default_samples(q.dimension) if asked.sampling.samples is None else asked.sampling.samples
    with progress(draws * (1 + asked.reverse), "Monte Carlo", quiet=asked.sampling.quiet) as advance:
        forward = examine(q, p, unit=unit, samples=draws, seed=seed, progress=advance)
        backward = None
        if asked.reverse:
            backward = examine(p, q, unit=unit, samples=draws, seed=seed, progress=advance)
    independent = q.without_correlations()
    return covariance_report(
        q,
        p,
        unit,
        forward,
        backward=backward,
        diagonal=divergence(independent, p, unit).value if independent else None,
        digits=None if asked.digits is None else divergence_digits(q, p, asked.digits, unit),
    )
