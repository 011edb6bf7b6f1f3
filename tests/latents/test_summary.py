"""What statistics come to: against numpy, and against a linear-Gaussian model whose information is known."""

from __future__ import annotations

from math import log, log1p

import numpy
import pytest

from klcli.gaussian.parameterization import PARAMETERIZATIONS
from klcli.latents.aggregate import Prior
from klcli.latents.rows import Rows
from klcli.latents.statistics import Statistics, statistics
from klcli.latents.summary import Summary, Thresholds, summary

RNG = numpy.random.default_rng(9)


def linear(weights: list[float], examples: int = 4000) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Posteriors of x = w z + noise, noise of variance 1: variance 1/(1 + w^2), mean w x times it.

    The mutual information of a latent with its data is 1/2 log(1 + w^2) (Shannon), and the aggregate
    posterior of all data is the prior.
    """
    w = numpy.array(weights)
    x = w * RNG.normal(size=(examples, len(w))) + RNG.normal(size=(examples, len(w)))
    variance = 1 / (1 + w * w)
    return w * x * variance, numpy.broadcast_to(numpy.log(variance), x.shape)


def of(mean: numpy.ndarray, head: numpy.ndarray, name: str = "logvar") -> Statistics:
    found = statistics(mean.shape[1], PARAMETERIZATIONS[name])
    found.add(Rows(mean, head))
    return found


def told(mean: numpy.ndarray, head: numpy.ndarray, prior: Prior | None = Prior(), **limits: float) -> Summary:  # noqa: B008
    return summary(of(mean, head), Thresholds(**limits), prior)


def test_a_linear_gaussian_model() -> None:
    weights = [3.0, 1.0, 0.0]
    found = told(*linear(weights))
    truth = [log1p(w * w) / 2 for w in weights]
    assert found.mean == pytest.approx(sum(truth), abs=4 * found.standard_error)
    assert found.mutual_information.kind == "upper bound"
    assert found.mutual_information.value == pytest.approx(sum(truth), abs=0.05)
    assert 0 <= found.marginal_kl.value < 0.01
    assert (found.active_units, found.collapsed_units, found.dead_units) == (2, 1, 0)


def test_against_numpy() -> None:
    mean, head = RNG.normal([0, 1, 0], [1, 0.05, 2], (900, 3)), RNG.normal(scale=0.3, size=(900, 3))
    kl = 0.5 * (numpy.exp(head) - 1 - head + mean**2)
    found = told(mean, head)
    assert found.mean == pytest.approx(kl.sum(axis=1).mean(), rel=1e-13)
    assert found.standard_error == pytest.approx(kl.sum(axis=1).std(ddof=1) / 30, rel=1e-12)
    for j, latent in enumerate(found.latents):
        assert latent.name == str(j + 1)
        assert latent.kl == pytest.approx(kl[:, j].mean(), rel=1e-13)
        assert latent.spread + latent.shift == pytest.approx(latent.kl, rel=1e-14)
        assert latent.shift == pytest.approx((mean[:, j] ** 2).mean() / 2, rel=1e-13)
        assert latent.mean_variance == pytest.approx(numpy.exp(head[:, j]).mean(), rel=1e-13)
        assert latent.variance_of_means == pytest.approx(mean[:, j].var(), rel=1e-12)
    assert [latent.active for latent in found.latents] == [True, False, True]
    assert (found.dead_units, found.active_by_kl) == (1, 3)


def test_the_bound_is_the_divergence_of_the_aggregate_gaussian() -> None:
    """Against the textbook formula with slogdet."""
    mean = RNG.multivariate_normal([0.5, 0, 0], [[1, 0.6, 0], [0.6, 1, 0], [0, 0, 0.3]], 500)
    head = RNG.normal(-1, 0.1, size=mean.shape)
    prior = Prior(numpy.array([0.2, 0, 0]), numpy.array([2.0, 1.0, 0.5]))
    covariance = numpy.cov(mean.T, bias=True) + numpy.diag(numpy.exp(head).mean(axis=0))
    off = mean.mean(axis=0) - prior.mean
    truth = 0.5 * (
        (numpy.diag(covariance) / prior.variance).sum()
        - 3
        - numpy.linalg.slogdet(covariance)[1]
        + numpy.log(prior.variance).sum()
        + (off**2 / prior.variance).sum()
    )
    found = told(mean, head, prior)
    assert found.marginal_kl.value == pytest.approx(truth, rel=1e-12)
    assert found.mutual_information.value == pytest.approx(found.mean - truth, rel=1e-12)


def test_information_is_never_more_than_the_examples_have() -> None:
    found = told(numpy.array([[100.0], [-100.0]]), numpy.zeros((2, 1)))
    assert found.mutual_information.value <= log(2)


@pytest.mark.parametrize(("estimate", "of_bound"), [(-0.1, False), (0.2, False), (9.0, True)])
def test_an_estimate_lies_within_the_bounds(estimate: float, of_bound: bool) -> None:
    """It was above them by its noise, where the aggregate is nearly the prior, and the marginal KL negative."""
    found = of(*linear([3.0, 1.0]))
    bounds = summary(found, Thresholds(), Prior())
    estimated = summary(found, Thresholds(), Prior(), (estimate, 0.05))
    shared, rest = estimated.mutual_information, estimated.marginal_kl
    assert shared.value == (bounds.mutual_information.value if of_bound else max(0.0, estimate))
    assert (shared.standard_error, rest.standard_error, shared.kind) == (0.05, 0.05, "estimate")
    assert rest.value is not None
    assert rest.value >= bounds.marginal_kl.value
    assert rest.value == pytest.approx(estimated.mean - shared.value)


def test_own_priors_leave_the_aggregate_open() -> None:
    found = told(*linear([1.0], 50), prior=None)
    assert found.marginal_kl.value is None
    assert found.mutual_information.value == pytest.approx(log(50))


def test_clips_are_seen_and_constants_are_none() -> None:
    head = numpy.stack(
        [numpy.clip(RNG.normal(size=800), -1, 9), numpy.full(800, 0.3), RNG.normal(size=800)], axis=1
    )
    clips = [latent.clips for latent in told(RNG.normal(size=(800, 3)), head).latents]
    assert [len(found) for found in clips] == [1, 0, 0]
    assert (clips[0][0].head, clips[0][0].share) == (-1.0, (head[:, 0] == -1).mean())


def test_one_example_has_no_error() -> None:
    assert told(numpy.ones((1, 2)), numpy.zeros((1, 2))).standard_error is None
