"""Log-densities at a sample that reads the head otherwise than they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli
from tests.trace.losses import DECODER, F, X, heads, noise, torch

SIGMAS: dict[str, Callable[[Any], Any]] = {
    "logvar": lambda s: (s / 2).exp(),
    "logstd": torch.exp,
    "softplus": F.softplus,
}


def seen(drawn: Callable[[Any], Any], density: Callable[[Any], Any], logs: float = 1) -> Any:
    """What is found of log q(z) - log p(z), with sigmas of the sample and of q, and a factor of the logarithm."""
    with klcli.watch() as found:
        mean, head = heads()
        z, sigma = mean + drawn(head) * noise(mean), density(head)
        log_q = (-logs * sigma.log() - ((z - mean) / sigma) ** 2 / 2).sum(1)
        (log_q + (z**2 / 2).sum(1)).mean().backward()
    return found


@pytest.mark.parametrize("drawn", SIGMAS)
@pytest.mark.parametrize("density", SIGMAS)
def test_the_densities_say_which_kl_it_is(drawn: str, density: str) -> None:
    found = seen(SIGMAS[drawn], SIGMAS[density])
    (term,) = found.terms
    assert (term.kind, term.verdict, term.parameterization.name) == ("kl", "exact", density)
    assert {one.sampling.parameterization for one in found.samples} == {drawn}
    assert [one.mistake.code for one in found.findings] == ([] if drawn == density else ["KL201"])


def test_vectors_are_no_matrices_beside_a_call() -> None:
    """A likelihood that is called lets matrices be looked for; the rows of a batch are none."""
    with klcli.watch() as found:
        mean, head = heads()
        z = mean + head.exp() * noise(mean)
        log_q = (-head / 2 - (z - mean) ** 2 / (2 * head.exp())).sum(1)
        (F.mse_loss(DECODER(z), X) + (log_q + (z**2 / 2).sum(1)).mean()).backward()
    (term,) = (one for one in found.terms if one.kind == "kl")
    assert (term.verdict, term.parameterization.name) == ("exact", "logvar")
    (finding,) = found.findings
    assert finding.mistake.code == "KL201"
    assert finding.fix == "mean + exp(head / 2) * randn_like(mean)"


def test_noise_that_has_something_added_to_it_is_no_sample() -> None:
    """For noise drawn from N(mean, 1 / exp(s)) the mean of log q alone would be a KL."""
    with klcli.watch() as found:
        mean, head = heads()
        z = mean + (head / 2).exp() * (noise(mean) + 0.0)
        log_q = ((z - mean) ** 2 * (-head).exp() + head).sum(1)
        (log_q.mean() + F.mse_loss(mean, torch.zeros_like(mean))).backward()
    assert all(term.kernel is None for term in found.terms)


@pytest.mark.parametrize("logs", [0.5, -1])
def test_other_densities_are_no_kl_at_any_sample(logs: float) -> None:
    found = seen(SIGMAS["logvar"], SIGMAS["logstd"], logs=logs)
    assert all(term.kernel is None for term in found.terms)
