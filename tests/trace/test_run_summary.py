"""What is checked of a run, and what is not: by hand, of which terms something is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli
from tests.trace.losses import DECODER, LATENTS, D, X, heads, torch

FLOW = torch.nn.Sequential(torch.nn.Linear(LATENTS, LATENTS), torch.nn.Tanh())
STANDARD = D.Normal(0.0, 1.0)


def of_a_flow(q: Any, z: Any) -> Any:
    """A sampled KL of a posterior that is no Gaussian, whose density is not followed."""
    return q.log_prob(z).sum(1) - STANDARD.log_prob(FLOW(z)).sum(1)


def of_gaussians(q: Any, z: Any) -> Any:
    return D.kl_divergence(q, STANDARD).sum(1)


def called_kl(error: Any, kl_loss: Any) -> Any:
    return (error + kl_loss).mean()


def called_otherwise(error: Any, divergence: Any) -> Any:
    return (error + divergence).mean()


@pytest.mark.parametrize(
    ("divergence", "total", "is_checked"),
    [
        (of_a_flow, called_kl, False),
        (of_a_flow, called_otherwise, True),
        (of_gaussians, called_kl, True),
        (of_gaussians, called_otherwise, True),
    ],
)
def test_what_is_called_a_kl_and_not_followed_is_not_checked(
    divergence: Callable[[Any, Any], Any], total: Callable[[Any, Any], Any], *, is_checked: bool
) -> None:
    with klcli.watch() as seen:
        mean, head = heads()
        q = D.Normal(mean, head.exp())
        z = q.rsample()
        total(((DECODER(z) - X) ** 2).sum(1), divergence(q, z)).backward()
    assert seen.watched.is_checked is is_checked
    said = [one for one in seen.watched.warnings if "is called a KL and was not followed" in one]
    assert [one.split()[0] for one in said] == ([] if is_checked else ["kl_loss"])


KL_WEIGHT = torch.nn.Parameter(torch.tensor(0.3))
OTHER = torch.nn.Parameter(torch.tensor(0.3))


@pytest.mark.parametrize(
    ("weight", "beside", "is_checked"),
    [
        (KL_WEIGHT.exp, lambda: -KL_WEIGHT, True),
        (KL_WEIGHT.exp, lambda: (KL_WEIGHT - 1) ** 2, True),
        (KL_WEIGHT.exp, lambda: (OTHER - 1) ** 2, False),
        (lambda: OTHER.detach(), lambda: -OTHER * (torch.tensor(3.0) - 1), True),
        (lambda: 1, lambda: torch.zeros((), requires_grad=True), True),
        (lambda: 1, lambda: torch.tensor(1.0, requires_grad=True), False),
    ],
)
def test_what_is_called_after_a_kl_and_is_none(
    weight: Callable[[], Any], beside: Callable[[], Any], *, is_checked: bool
) -> None:
    """What keeps a trained weight from growing, a multiplier, and the KL of a model without latents."""
    with klcli.watch() as seen:
        mean, head = heads()
        q = D.Normal(mean, head.exp())
        error = ((DECODER(q.rsample()) - X) ** 2).sum(1).mean()
        kl_term = beside()
        (error + weight() * of_gaussians(q, None).mean() + kl_term).backward()
    assert seen.watched.is_checked is is_checked
