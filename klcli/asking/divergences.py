"""``klcli.compute`` and ``klcli.estimate``: a divergence of Gaussians, and one from samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klcli.asking.arguments import NumbersLike, array_of, gaussian, whole
from klcli.errors import KlcliError
from klcli.gaussian.distribution import AnyGaussian, alike
from klcli.gaussian.divergence_result import Unit, known_unit

if TYPE_CHECKING:
    from klcli.report.compute_data import ComputeData
    from klcli.report.estimate_data import EstimateData


def compute(
    mu: NumbersLike,
    sigma: NumbersLike | None = None,
    *,
    param: str = "std",
    cov: Any = None,
    prior_mu: NumbersLike = 0,
    prior_sigma: NumbersLike = 1,
    prior_param: str = "std",
    prior_cov: Any = None,
    unit: Unit = "nats",
    samples: int | None = None,
    seed: int = 0,
) -> ComputeData:
    """KL(q || p) of Gaussians, in closed form, by integration and by sampling.

    ``klcli.compute(0.3, 1.2).value`` is 0.08267844320604535. For arrays of many KLs, element by element, see
    `klcli.kl`.

    Args:
        mu: mean of the posterior q, one number or of shape (d,); one serves every dimension.
        sigma: its head, likewise, read as `param` says. Floats are taken as they are, texts as decimals.
        param: what the head means, a name of `klcli.PARAMETERIZATIONS`.
        cov: in the place of `sigma` a covariance matrix of shape (d, d).
        prior_mu: mean of the prior p.
        prior_sigma: its head, read as `prior_param` says.
        prior_param: what it means.
        prior_cov: in its place a covariance matrix.
        unit: ``nats`` or ``bits``.
        samples: draws of the Monte Carlo witness; without it a million, fewer for large matrices.
        seed: of its generator.

    Returns:
        The fields of the JSON of ``klcli compute``, without the steps.

    Raises:
        KlcliError: numbers that no Gaussian has, or of different lengths; a value beyond the doubles; no such
            reading, unit, or number of samples.
    """
    q = gaussian(mu, sigma, param, cov)
    prior = None if prior_cov is not None else prior_sigma
    q, p = alike(q, gaussian(prior_mu, prior, prior_param, prior_cov, q.dimension))
    draws = None if samples is None else whole(samples, "samples")
    return _computed(q, p, known_unit(unit), draws, whole(seed, "seed"))


def _computed(q: AnyGaussian, p: AnyGaussian, unit: Unit, samples: int | None, seed: int) -> ComputeData:
    from klcli.report.compute import Computed, compute_report
    from klcli.witness.examination import examine

    found = examine(q, p, samples=samples, seed=seed)
    data: ComputeData = compute_report(Computed(q, p, found), unit).data
    return data


def estimate(
    log_q: Any, log_p: Any = None, *, unit: Unit = "nats", independent: bool | None = None
) -> EstimateData:
    """KL(q || p) from samples of q: k1, k2, k3, and what can be said of their errors.

    Args:
        log_q: log q(x) of each sample x of q, in nats, an array of shape (n,); without `log_p` the
            differences log q(x) - log p(x), or an array of shape (n, 2) with both.
        log_p: log p(x) of each.
        unit: of the estimates.
        independent: whether the samples are; of others, such as the tokens of a sequence, no error is known.
            Without it they are taken for such unless they repeat as copies do, or those that follow each
            other are alike.

    Returns:
        The fields of the JSON of ``klcli estimate``; `value` and `standard_error` are those of k1.

    Raises:
        KlcliError: another shape, a number that is missing or cannot be of a sample of q, fewer than two.
    """
    from klcli.report.estimate import estimate_report
    from klcli.samples.estimates import estimation
    from klcli.tables.ratio_blocks import of_arrays

    columns = (
        [array_of(log_q, "log_q")] if log_p is None else [array_of(log_q, "log_q"), array_of(log_p, "log_p")]
    )
    if len(columns) == 1 and columns[0].ndim == 2 and columns[0].shape[1] == 2:
        columns = [columns[0][:, 0], columns[0][:, 1]]
    shapes = " and ".join(str(column.shape) for column in columns)
    if any(column.ndim != 1 or len(column) != len(columns[0]) for column in columns):
        raise KlcliError(
            f"log densities of samples have the shape (n,), not {shapes}", "one row a sample of q"
        )
    found = of_arrays(*columns, independent=independent is not None)
    table = found.table()
    are_independent = table.independent if independent is None else independent
    estimates = estimation(
        found.sums, independent=are_independent, alike=table.variance_inflation is not None
    )
    data: EstimateData = estimate_report(table, estimates, known_unit(unit), sample=found.sample).data
    return data
