"""The arithmetic of weights, against likelihoods of scipy and a model whose optimum is known."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

from klcli.errors import KlcliError
from klcli.judge.weight import (
    LIKELIHOODS,
    REDUCTIONS,
    Counts,
    TwoTermLoss,
    WeightedTerm,
    kl_weight_for,
    recon_weight_for,
    weigh,
)

B, N, D, EXAMPLES = 5, 7, 3, 40
COUNTS = Counts(size=N, latents=D, batch=B)


def loss(
    recon: str,
    recon_reduction: str,
    kl_reduction: str,
    recon_weight: str = "1",
    kl_weight: str = "1",
    **more: Any,
) -> TwoTermLoss:
    counts = more.pop("counts", COUNTS)
    return TwoTermLoss(
        LIKELIHOODS[recon],
        WeightedTerm(Fraction(recon_weight), recon_reduction),
        WeightedTerm(Fraction(kl_weight), kl_reduction),
        counts,
        **more,
    )


@pytest.mark.parametrize(
    ("given", "beta"),
    [
        (loss("mse", "mean", "sum-mean", kl_weight="0.00025", counts=Counts(size=3 * 64 * 64)), "1.536"),
        (loss("mse", "mean", "mean", recon_weight="10", counts=Counts(size=3 * 64 * 64, latents=32)), "19.2"),
        # -5e-4 mean(1 + lv - mu^2 - e^lv) lacks the factor 1/2: it is 1e-3 times the mean of the KL.
        (loss("bce", "mean", "mean", kl_weight="0.001", counts=Counts(size=784, latents=2)), "0.392"),
    ],
)
def test_known_losses(given: TwoTermLoss, beta: str) -> None:
    assert weigh(given).beta == Fraction(beta)


def test_the_decoder_of_a_known_loss() -> None:
    found = weigh(loss("mse", "mean", "sum-mean", kl_weight="0.00025", counts=Counts(size=3 * 64 * 64)))
    assert found.scale_of_one == pytest.approx(1.239, abs=5e-4)


def reduced(entries: np.ndarray[Any, Any], reduction: str) -> float:
    """As people write it; entries have the shape (B, n)."""
    return float(
        {
            "sum": lambda: entries.sum(),
            "mean": lambda: entries.mean(),
            "sum-mean": lambda: entries.sum(1).mean(),
            "mean-sum": lambda: entries.mean(1).sum(),
        }[reduction]()
    )


def errors(recon: str, x: Any, out: Any) -> Any:
    """The error that a loss adds up, entry by entry, written without scipy."""
    return {
        "mse": lambda: (x - out) ** 2,
        "l1": lambda: np.abs(x - out),
        "bce": lambda: -(x * np.log(out) + (1 - x) * np.log(1 - out)),
        "cross-entropy": lambda: -np.log(np.where(x > 0.5, out, 1 - out)),
        "gaussian": lambda: 0.5 * np.log(2 * np.pi * 0.49) + (x - out) ** 2 / 0.98,
    }[recon]()


def negative_log_likelihood(recon: str, x: Any, out: Any, scale: float) -> Any:
    """-log p(x | z) of every entry, by scipy."""
    return {
        "mse": lambda: -stats.norm.logpdf(x, out, scale),
        "l1": lambda: -stats.laplace.logpdf(x, out, scale),
        "bce": lambda: -stats.bernoulli.logpmf(x, out),
        "cross-entropy": lambda: -stats.bernoulli.logpmf(x, out),
        "gaussian": lambda: -stats.norm.logpdf(x, out, 0.7),
    }[recon]()


@pytest.mark.parametrize("kl_reduction", REDUCTIONS)
@pytest.mark.parametrize("recon_reduction", REDUCTIONS)
@pytest.mark.parametrize("recon", LIKELIHOODS)
def test_a_loss_is_the_bound_of_one_example_with_that_beta(
    recon: str, recon_reduction: str, kl_reduction: str
) -> None:
    """Up to a factor and a constant, at any values: the ratio of differences is the same."""
    generator = np.random.default_rng(0)
    scale = Fraction(3, 2) if LIKELIHOODS[recon].power else Fraction(1)
    given = loss(recon, recon_reduction, kl_reduction, "10", "0.3")
    beta = float(weigh(given, scale).beta)
    pairs = []
    for _ in range(4):
        x, out = generator.integers(0, 2, (B, N)), generator.uniform(0.1, 0.9, (B, N))
        kl = generator.uniform(0, 2, (B, D))
        whole = 10 * reduced(errors(recon, x, out), recon_reduction) + 0.3 * reduced(kl, kl_reduction)
        bound = negative_log_likelihood(recon, x, out, float(scale)).sum(1).mean() + beta * kl.sum(1).mean()
        pairs.append((whole, bound))
    (one, own), *rest = pairs
    factors = [(whole - one) / (bound - own) for whole, bound in rest]
    assert factors == pytest.approx([factors[0]] * len(factors), rel=1e-9)


@pytest.mark.parametrize("recon_reduction", ["sum", "sum-mean"])
@pytest.mark.parametrize("told", [{"examples": EXAMPLES, "batch": B}, {"batches": EXAMPLES // B, "batch": B}])
def test_the_kl_of_weights_counts_once_for_the_data_set(recon_reduction: str, told: dict[str, int]) -> None:
    given = loss(
        "cross-entropy", recon_reduction, "sum", kl_weight="0.3", counts=Counts(**told), owner="weights"
    )
    beta = float(weigh(given).beta)
    generator = np.random.default_rng(0)
    pairs = []
    for _ in range(3):
        nll, kl = generator.uniform(0, 2, (EXAMPLES // B, B, 1)), generator.uniform(0, 5)
        epoch = sum(reduced(batch, recon_reduction) + 0.3 * kl for batch in nll)
        pairs.append((epoch, nll.sum() + beta * kl))
    (one, own), *rest = pairs
    factors = [(whole - one) / (bound - own) for whole, bound in rest]
    assert factors[0] == pytest.approx(factors[1], rel=1e-9)


def test_weights_of_bayesian_networks_that_are_right() -> None:
    """1/N beside a mean over the batch, 1/M beside a sum; 1/B is N/B times too much."""
    told = {"examples": 60000, "batch": 128}
    for reduction, weight, beta in (
        ("sum-mean", "1/60000", 1),
        ("sum", "128/60000", 1),
        ("sum-mean", "1/128", 468.75),
    ):
        given = loss(
            "cross-entropy", reduction, "sum", kl_weight=weight, counts=Counts(**told), owner="weights"
        )
        assert weigh(given).beta == beta


@pytest.mark.parametrize(("recon_reduction", "kl_reduction"), list(product(REDUCTIONS, REDUCTIONS)))
def test_the_weights_for_a_wanted_beta_give_it(recon_reduction: str, kl_reduction: str) -> None:
    given = loss("mse", recon_reduction, kl_reduction, "3", "0.2")
    scale, wanted = Fraction(2), Fraction(5, 4)
    weight = kl_weight_for(wanted, given, scale)
    assert weigh(loss("mse", recon_reduction, kl_reduction, "3", str(weight)), scale).beta == wanted
    other = recon_weight_for(wanted, given, scale)
    assert weigh(loss("mse", recon_reduction, kl_reduction, str(other), "0.2"), scale).beta == wanted


def test_a_kl_that_weighs_nothing() -> None:
    given = loss("mse", "sum-mean", "sum-mean", kl_weight="0")
    assert weigh(given).beta == 0
    assert weigh(given).scale_of_one is None
    assert recon_weight_for(Fraction(1), given) is None
    assert kl_weight_for(Fraction(1), given) == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (loss("mse", "mean", "sum-mean", counts=Counts()), "entries of an example"),
        (loss("mse", "sum-mean", "mean", counts=Counts()), "latents"),
        (loss("mse", "sum", "sum-mean", counts=Counts()), "summed and the other averaged over the batch"),
        (loss("mse", "sum-mean", "sum-mean", "0"), "must be > 0"),
        (loss("mse", "sum-mean", "sum-mean", "1", "-1"), "negative"),
        (loss("mse", "sum-mean", "sum-mean", owner="weights"), "has no batch"),
        (loss("mse", "sum-mean", "sum", owner="weights", counts=Counts()), "number is not known"),
        (loss("mse", "sum", "sum", owner="weights", counts=Counts(batch=4)), "examples is not known"),
        (loss("mse", "sum", "sum", owner="weights", counts=Counts(examples=8, batches=2)), "are given"),
        (loss("mse", "sum-mean", "sum-mean", "1e-200", "1e200"), "range of doubles"),
    ],
)
def test_what_is_missing_is_said(given: TwoTermLoss, message: str) -> None:
    with pytest.raises(KlcliError, match=message) as caught:
        weigh(given)
    assert caught.value.hint


def test_there_is_no_scale_of_a_bernoulli() -> None:
    with pytest.raises(KlcliError, match="no scale"):
        weigh(loss("bce", "sum-mean", "sum-mean"), Fraction(2))
    assert weigh(loss("bce", "sum-mean", "sum-mean")).scale_of_one is None


@pytest.mark.parametrize(
    ("recon_reduction", "kl_reduction", "recon_weight", "kl_weight"),
    [("mean", "sum-mean", 1.0, 0.02), ("mean", "mean", 10.0, 1.5), ("sum-mean", "sum", 2.0, 0.05)],
)
def test_training_a_linear_gaussian_model_confirms_it(
    recon_reduction: str, kl_reduction: str, recon_weight: float, kl_weight: float
) -> None:
    """Probabilistic PCA: at the optimum the variance of a latent is s^2 / eigenvalue (Lucas et al., 2019).

    s^2 is the variance of the decoder at which beta is 1; the loss is trained as it is written, with two
    opposite noises of size 1, which give the expectation of anything quadratic.
    """
    generator = np.random.default_rng(1)
    x = generator.normal(size=(40, 4)) @ np.diag([3.0, 2.0, 0.5, 0.4])
    x = x - x.mean(0)
    batch, size, latents = len(x), x.shape[1], 1

    def training(parameters: Any) -> float:
        encoder, decoder, logvar = parameters[:4], parameters[4:8], parameters[8]
        mean = (x @ encoder)[:, None]
        drawn = [mean + sign * np.exp(logvar / 2) for sign in (1, -1)]
        error = sum(reduced((x - z * decoder) ** 2, recon_reduction) for z in drawn) / 2
        kl = -0.5 * (1 + logvar - mean**2 - np.exp(logvar))
        return float(recon_weight * error + kl_weight * reduced(kl, kl_reduction))

    start = generator.normal(size=9) * 0.3
    found = optimize.minimize(training, start, method="BFGS", options={"gtol": 1e-9, "maxiter": 5000})
    counts = Counts(size=size, latents=latents, batch=batch)
    given = loss("mse", recon_reduction, kl_reduction, str(recon_weight), str(kl_weight), counts=counts)
    scale = weigh(given).scale_of_one
    assert scale is not None
    largest = np.linalg.eigvalsh(x.T @ x / batch)[-1]
    assert scale**2 < 0.9 * largest  # the latent is used, and its variance tells something
    assert np.exp(found.x[8]) == pytest.approx(scale**2 / largest, rel=1e-5)
