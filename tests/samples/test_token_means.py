"""Means per token against numpy, and whether their intervals cover what is known."""

from __future__ import annotations

import numpy
import pytest

from klcli.samples.ratio_sums import RatioSums
from klcli.samples.token_means import TokenMeans


def categorical(rng: numpy.random.Generator, groups: int, tokens: int) -> tuple[numpy.ndarray, float]:
    """Log ratios of tokens whose policy depends on the token before, and the KL per token of that chain.

    The first token is drawn from the stationary law, so that every token has the same expectation.
    """
    policy = numpy.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4]])
    reference = numpy.array([[0.5, 0.3, 0.2], [0.3, 0.5, 0.2], [0.3, 0.4, 0.3]])
    values, vectors = numpy.linalg.eig(policy.T)
    stationary = numpy.real(vectors[:, numpy.argmax(numpy.real(values))])
    stationary = stationary / stationary.sum()
    ratios = numpy.log(policy / reference)
    truth = float((stationary[:, None] * policy * ratios).sum())
    state = rng.choice(3, size=groups, p=stationary)
    found = numpy.empty((groups, tokens))
    for step in range(tokens):
        drawn = (rng.random(groups)[:, None] > policy[state].cumsum(axis=1)).sum(axis=1).clip(max=2)
        found[:, step] = ratios[state, drawn]
        state = drawn
    return found, truth


def means(log_ratios: numpy.ndarray) -> TokenMeans:
    found = TokenMeans(RatioSums())
    terms = found.terms(log_ratios.ravel())
    found.add(
        terms.reshape(*log_ratios.shape, -1).sum(axis=1), numpy.full(len(log_ratios), log_ratios.shape[1])
    )
    return found


def test_their_intervals_cover() -> None:
    """Of 200 tables of 500 chains nearly 95 %, 190, of k1 and of k3; below 179 is a chance of 1 in 2000."""
    rng = numpy.random.default_rng(5)
    covered = {"k1": 0, "k3": 0}
    for _ in range(200):
        log_ratios, truth = categorical(rng, 500, 12)
        for row in means(log_ratios).estimates("valid"):
            if row.estimator.name in covered:
                assert row.interval
                covered[row.estimator.name] += row.interval[0] <= truth <= row.interval[1]
    assert all(count >= 179 for count in covered.values())


def test_k3_of_tokens_is_surer_than_k1_and_k2_is_biased() -> None:
    log_ratios, _ = categorical(numpy.random.default_rng(6), 800, 12)
    k1, k2, k3 = means(log_ratios).estimates("valid")
    assert k1.value == pytest.approx(log_ratios.mean(), rel=1e-12)
    assert k2.value == pytest.approx((log_ratios**2 / 2).mean(), rel=1e-12)
    assert k3.value == pytest.approx((numpy.exp(-log_ratios) - 1 + log_ratios).mean(), rel=1e-12)
    assert k1.standard_error
    assert k3.standard_error
    assert k3.standard_error < k1.standard_error / 2
    assert (k2.reliability, k2.standard_error) == ("biased", None)


def test_without_an_error_of_sequences_there_is_none_of_tokens() -> None:
    log_ratios, _ = categorical(numpy.random.default_rng(7), 50, 120)
    assert [row.reliability for row in means(log_ratios).estimates("few-rows")] == [
        "few-rows",
        "biased",
        "few-rows",
    ]


def test_a_token_with_p_0_makes_all_infinite() -> None:
    log_ratios = numpy.zeros((200, 3))
    log_ratios[7, 1] = numpy.inf
    assert {row.reliability for row in means(log_ratios).estimates("infinite")} == {"infinite"}


def test_the_tail_of_sequences_decides_on_k1_and_not_that_of_tokens() -> None:
    """Whether sums have an error bar is asked of sums."""
    rng = numpy.random.default_rng(8)
    log_ratios = rng.normal(0, 0.1, (500, 20))
    log_ratios[:, 3] = 100 * rng.random(500) ** -0.9
    found = means(log_ratios)
    assert found.tokens.log_ratio_tail().shape > 0.7
    assert [row.reliability for row in found.estimates("valid")][:2] == ["valid", "biased"]
    assert found.estimates("heavy-tail")[0].reliability == "heavy-tail"
