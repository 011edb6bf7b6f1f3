"""Samples without a gradient: by autograd nothing but the KL trains the encoder then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli
from tests.trace.losses import DECODER, ENCODER, D, F, X, heads, noise, torch


def by_distribution(mu: Any, logvar: Any, name: str) -> Any:
    return getattr(D.Normal(mu, (logvar / 2).exp()), name)()


def by_hand(mu: Any, logvar: Any, name: str) -> Any:
    with torch.set_grad_enabled(name == "rsample"):
        return mu + noise(mu) * (logvar / 2).exp()


def by_operands(mu: Any, logvar: Any, name: str) -> Any:
    """The mean and the head are held still, and the sample is made of these."""
    if name == "sample":
        mu, logvar = mu.detach(), logvar.detach()
    return mu + noise(mu) * (logvar / 2).exp()


def by_normal(mu: Any, logvar: Any, name: str) -> Any:
    """``torch.normal`` has gradients, which are 0."""
    std = (logvar / 2).exp()
    return torch.normal(mu, std) if name == "sample" else mu + std * torch.normal(0.0, 1.0, mu.shape)


def of_parameters(mu: Any, logvar: Any) -> Any:
    return 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(1).mean()


def gradient(loss: Any) -> Any:
    return torch.autograd.grad(loss, ENCODER.weight, retain_graph=True, allow_unused=True)[0]


@pytest.mark.parametrize("draw", [by_distribution, by_hand, by_operands, by_normal])
@pytest.mark.parametrize(
    ("name", "also", "codes"),
    [
        ("rsample", lambda mu: 0, []),
        ("sample", lambda mu: 0, ["KL134"]),
        ("sample", lambda mu: F.mse_loss(DECODER(mu), X), []),  # the decoder trains the mean
    ],
)
def test_a_sample_that_trains_nothing(
    draw: Callable[..., Any], name: str, also: Callable[[Any], Any], codes: list[str]
) -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        likelihood = F.mse_loss(DECODER(draw(mu, logvar, name)), X) + also(mu)
        (likelihood + of_parameters(mu, logvar)).backward(retain_graph=True)
    assert [one.mistake.code for one in seen.findings] == codes
    trained = gradient(likelihood)
    assert (trained is None or not trained.any()) == bool(codes)


@pytest.mark.parametrize(("name", "codes"), [("rsample", []), ("sample", ["KL134"])])
def test_log_densities_at_a_sample_without_a_gradient(name: str, codes: list[str]) -> None:
    """The gradient of E log q(z) at samples that are held still has the mean 0."""
    with klcli.watch() as seen:
        mu, logvar = heads()
        q, p = D.Normal(mu, logvar.exp()), D.Normal(torch.zeros_like(mu), torch.ones_like(mu))
        z = getattr(q, name)()
        (q.log_prob(z) - p.log_prob(z)).sum(1).mean().backward()
    (term,) = seen.terms
    assert (term.kind, term.kernel.is_sampled) == ("kl", True)
    assert [one.mistake.code for one in seen.findings] == codes


@pytest.mark.parametrize(("name", "codes"), [("rsample", []), ("sample", ["KL134"])])
def test_a_sample_of_a_head_that_has_no_name(name: str, codes: list[str]) -> None:
    with klcli.watch() as seen:
        mean, head = heads()
        q = D.Normal(mean, 0.1 + 0.9 * torch.sigmoid(head))
        likelihood = -D.Normal(DECODER(getattr(q, name)()), 0.3).log_prob(X).sum(1)
        (likelihood + D.kl_divergence(q, D.Normal(0.0, 1.0)).sum(1)).mean().backward()
    assert [one.mistake.code for one in seen.findings] == codes


def test_only_the_kl_is_trained() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        by_hand(mu, logvar, "sample")
        of_parameters(mu, logvar).backward()
    assert not seen.findings
