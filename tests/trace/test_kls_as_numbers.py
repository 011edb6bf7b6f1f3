"""KLs that are added as numbers, which train nothing; by hand, which numbers of a loss are KLs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import klcli
from klcli.trace.added_numbers import AddedNumber
from klcli.trace.kls_as_numbers import _NumericKl, _weight
from tests.trace.losses import DECODER, ENCODER, LATENTS, B, D, F, N, X, heads, noise, torch

PRIOR = torch.nn.Linear(N, 2 * LATENTS)


def entries(mu: Any, logvar: Any) -> Any:
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1)


def by_numpy(mu: Any, logvar: Any) -> Any:
    mean, head = mu.detach().numpy(), logvar.detach().numpy()
    return -0.5 * np.sum(1 + head - mean**2 - np.exp(head), 1).mean()


def of_two(mu: Any, logvar: Any) -> Any:
    prior, log_prior = PRIOR(X).chunk(2, 1)
    q, p = D.Normal(mu, (logvar / 2).exp()), D.Normal(prior, (log_prior / 2).exp())
    return D.kl_divergence(q, p).sum(1).mean().item()


def listed(mu: Any, logvar: Any) -> Any:
    every = [float(one) for one in entries(mu.detach(), logvar.detach())]
    return sum(every) / len(every)


def added_in_a_loop(mu: Any, logvar: Any) -> Any:
    return sum(entries(mu, logvar - place).mean().item() for place in range(3))


def added_line_by_line(mu: Any, logvar: Any) -> Any:
    first = entries(mu, logvar).mean()
    second = entries(2 * mu, logvar - 1).mean()
    return 0.5 * (first.item() + second.item())


def logged(mu: Any, logvar: Any) -> Any:
    entries(mu, logvar).mean().item()
    return LATENTS * 0.5 * math.log(2 * math.pi)  # of a density


READ: list[Callable[[Any, Any], Any]] = [
    lambda mu, logvar: entries(mu, logvar).mean().item(),
    lambda mu, logvar: 0.00025 * entries(mu, logvar).detach().sum().item(),
    lambda mu, logvar: torch.tensor(entries(mu, logvar).tolist()).mean(),
    lambda mu, logvar: torch.tensor(entries(mu, logvar).detach().numpy()).mean(),
    lambda mu, logvar: torch.tensor(entries(mu, logvar).mean().item(), requires_grad=True),
    by_numpy,
    of_two,
    listed,
    added_in_a_loop,
    added_line_by_line,
]


def seen_of(kl: Callable[[Any, Any], Any], *, is_trained: bool = False) -> Any:
    with klcli.watch() as seen:
        mu, logvar = heads()
        error = F.mse_loss(DECODER(mu + noise(mu) * (logvar / 2).exp()), X, reduction="sum") / B
        loss = error + kl(mu, logvar) + (entries(mu, logvar).mean() if is_trained else 0)
        loss.backward(retain_graph=True)
    ENCODER.zero_grad()
    return seen


@pytest.mark.parametrize("kl", READ)
def test_a_kl_that_is_added_as_a_number(kl: Callable[[Any, Any], Any]) -> None:
    found = seen_of(kl).findings
    assert [one.mistake.code for one in found] == ["KL134"]
    assert "as a number: no gradient flows through it" in found[0].message
    assert not seen_of(kl).watched.holds(["scaled", "estimator"])


def test_the_weight_is_told_with_it() -> None:
    (one,) = seen_of(lambda mu, logvar: 0.5 * entries(mu, logvar).mean().item()).findings
    assert one.message.startswith("0.5 times the KL is added as a number")


def test_a_kl_that_is_read_and_weighed_by_what_nobody_types() -> None:
    found = seen_of(lambda mu, logvar: entries(mu, logvar).mean().item() / (1 + math.exp(-0.37)))
    assert [one.mistake.code for one in found.findings] == ["KL205"]


@pytest.mark.parametrize("kl", READ[:6])
def test_the_number_of_a_kl_that_is_trained_is_no_finding(kl: Callable[[Any, Any], Any]) -> None:
    assert not seen_of(kl, is_trained=True).findings


@pytest.mark.parametrize(
    ("kl", "is_trained"),
    [
        (lambda mu, logvar: 0.1, False),
        (lambda mu, logvar: LATENTS * 0.5 * math.log(2 * math.pi), False),
        (logged, True),
        (
            lambda mu, logvar: entries(mu, logvar).mean() * (0.5 if entries(mu, logvar).sum() > 0 else 1),
            False,
        ),
        (lambda mu, logvar: mu.square().mean() + torch.exp(-noise(mu).square()).mean(), False),
    ],
)
def test_other_numbers_are_none(kl: Callable[[Any, Any], Any], *, is_trained: bool) -> None:
    assert not seen_of(kl, is_trained=is_trained).findings


def test_a_posterior_that_is_not_trained_has_no_gradient_to_miss() -> None:
    with klcli.watch() as seen:
        with torch.no_grad():
            mu, logvar = heads()
        error = F.mse_loss(DECODER(mu + noise(mu) * (logvar / 2).exp()), X, reduction="sum") / B
        (error + entries(mu, logvar).mean()).backward()
    assert not seen.findings


def test_a_kl_that_is_logged_beside_another_penalty() -> None:
    def penalty(mu: Any, logvar: Any) -> Any:
        entries(mu, logvar).mean().item()
        return torch.exp(-noise(mu).square()).mean() - 2 * torch.exp(-mu.square()).mean()

    assert not seen_of(penalty).findings


@pytest.mark.parametrize("is_read", [True, False])
def test_a_number_is_seldom_that_of_a_kl_by_chance(*, is_read: bool) -> None:
    kl = _NumericKl(1.7320508, "the KL", (B, LATENTS), frozenset(), (), is_read)
    others = 10 ** np.random.default_rng(0).uniform(-4, 4, 10_000)
    assert sum(_weight(AddedNumber(0, one), kl) is not None for one in others) < 60
