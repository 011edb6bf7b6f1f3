"""Weights that are trained, as those of several tasks: their values at the step, against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import klcli
from tests.trace.losses import DECODER, LATENTS, F, X, heads, torch

LOGS = torch.nn.Parameter(torch.tensor([0.3, -0.2]))
ONE = torch.nn.Parameter(torch.tensor(0.7))
WEIGHTS = {
    "exponential": (lambda: torch.exp(-LOGS), np.exp([-0.3, 0.2])),
    "softmax": (lambda: torch.softmax(LOGS, 0), np.exp([0.3, -0.2]) / np.exp([0.3, -0.2]).sum()),
    "one": (lambda: (1, 1 / ONE**2), (1, 0.7**-2)),
    "held": (lambda: torch.exp(-LOGS).detach(), np.exp([-0.3, 0.2])),
}


def kl(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("reduced", [lambda w, kl: w * kl.mean(), lambda w, kl: (w * kl).mean()])
def test_a_weight_that_is_trained_is_told(name: str, reduced: Callable[[Any, Any], Any]) -> None:
    make, values = WEIGHTS[name]
    with klcli.watch() as seen:
        mu, logvar = heads()
        one, other = make()
        loss = one * F.mse_loss(DECODER(mu), X, reduction="sum") + reduced(other, kl(mu, logvar))
        (loss + LOGS.sum()).backward()
    (term,) = (term for term in seen.terms if term.kind == "kl")
    is_trained = name != "held"
    assert term.weight == pytest.approx(values[1], rel=1e-6)
    assert term.verdict == ("scaled" if is_trained else "exact")
    assert any("trained" in one.text for one in term.conditions) == is_trained
    assert all(one.agrees for one in term.slopes)
    assert seen.watched.holds() == (not is_trained)
    assert seen.watched.holds(["scaled"])


def test_the_kl_of_a_networks_weights_is_no_weight() -> None:
    with klcli.watch() as seen:
        mean, rho = (torch.nn.Parameter(torch.rand(2 * LATENTS, LATENTS)) for _ in range(2))
        (torch.exp(-ONE) * kl(mean, rho).sum()).backward()
    (term,) = seen.terms
    assert term.weight == pytest.approx(np.exp(-0.7), rel=1e-6)


def test_the_variance_of_a_learned_prior_is_no_weight() -> None:
    """(s + mu^2) / p - 1 - log(s / p) with one p for all latents, term by term."""
    with klcli.watch() as seen:
        mu, logvar = heads()
        ratio = torch.exp(-ONE) * (logvar.exp() + mu**2).sum(1).mean()
        (0.5 * (ratio - logvar.sum(1).mean() + LATENTS * (ONE - 1))).backward()
    assert not any(
        one.verdict == "exact" and one.kernel.verification.best.kind == "exact" for one in seen.terms
    )
