"""KL balancing: what each of the two terms holds still the other one trains, or that is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli
from tests.trace.losses import LATENTS, D, N, X, heads, torch

PRIOR = torch.nn.Linear(N, 2 * LATENTS)


def kl(mu: Any, logvar: Any, mu_p: Any, logvar_p: Any) -> Any:
    ratio = (logvar.exp() + (mu - mu_p) ** 2) / logvar_p.exp()
    return 0.5 * (logvar_p - logvar + ratio - 1).sum(1).mean()


def of_distributions(mu: Any, logvar: Any, mu_p: Any, logvar_p: Any) -> Any:
    q, p = D.Normal(mu, (0.5 * logvar).exp()), D.Normal(mu_p, (0.5 * logvar_p).exp())
    return D.kl_divergence(q, p).sum(1).mean()


def still(*arrays: Any) -> tuple[Any, ...]:
    return tuple(map(torch.Tensor.detach, arrays))


@pytest.mark.parametrize("kl", [kl, of_distributions])
@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (
            lambda kl, mu, logvar, mu_p, logvar_p: (
                0.8 * kl(*still(mu, logvar), mu_p, logvar_p) + 0.2 * kl(mu, logvar, *still(mu_p, logvar_p))
            ),
            "",
        ),
        (lambda kl, mu, logvar, mu_p, logvar_p: kl(mu, logvar, *still(mu_p, logvar_p)), ""),
        (lambda kl, mu, logvar, mu_p, logvar_p: kl(*still(mu, logvar), mu_p, logvar_p), ""),
        (
            lambda kl, mu, logvar, mu_p, logvar_p: (
                kl(*still(mu, logvar), mu_p, logvar_p) + kl(mu, *still(logvar, mu_p, logvar_p))
            ),
            "logvar is held still in both KLs between the same two Gaussians",
        ),
        (
            lambda kl, mu, logvar, mu_p, logvar_p: (
                kl(*still(mu, logvar), mu_p, logvar_p) + kl(*still(mu), logvar, *still(mu_p, logvar_p))
            ),
            "mu is held still in both KLs",
        ),
        (
            lambda kl, mu, logvar, mu_p, logvar_p: (
                kl(*still(mu, logvar), mu_p, *still(logvar_p)) + kl(mu, logvar, *still(mu_p, logvar_p))
            ),
            "logvar_p is held still in both KLs",
        ),
        (
            lambda kl, mu, logvar, mu_p, logvar_p: (
                0.8 * kl(*still(mu, logvar), mu_p, logvar_p) + 0.2 * kl(*still(mu, logvar), mu_p, logvar_p)
            ),
            "mu and logvar are held still in both KLs",
        ),
        (
            lambda kl, mu, logvar, mu_p, logvar_p: kl(mu, *still(logvar, mu_p, logvar_p)),
            "logvar is held still in the KL",
        ),
    ],
)
def test_what_no_term_trains_is_told(kl: Callable[..., Any], loss: Callable[..., Any], words: str) -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        mu_p, logvar_p = PRIOR(X).chunk(2, 1)
        loss(kl, mu, logvar, mu_p, logvar_p).backward()
    assert [term.verdict for term in seen.terms] == ["exact"] * len(seen.terms)
    assert [one.mistake.code for one in seen.findings] == ["KL134"] * bool(words)
    assert [one.message[: len(words)] for one in seen.findings] == [words] * bool(words)


@pytest.mark.parametrize(
    ("loss", "is_found"),
    [
        (lambda one: 0.5 * one + 0.1 * one.detach(), False),
        (lambda one: 0.1 * one.detach(), True),
    ],
)
def test_the_value_of_a_kl_beside_the_kl_is_no_finding(loss: Callable[[Any], Any], is_found: bool) -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        one = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), 1).mean()
        (loss(one) + (X.mean() - mu.mean()) ** 2).backward()
    assert [found.mistake.code for found in seen.findings] == ["KL134"] * is_found
