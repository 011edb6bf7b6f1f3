"""Differences of log-densities of which one is a mixture's."""

from __future__ import annotations

from typing import Any

import pytest

import klcli
from klcli.trace.total_correlation import mixed_densities
from tests.trace.losses import B, heads, noise, torch
from tests.trace.recordings import leaf, node, recorded


def log_density(z: Any, mu: Any, logvar: Any) -> Any:
    return -0.5 * (1.8378770664 + logvar + (z - mu) ** 2 * torch.exp(-logvar))


def total_correlation(alpha: float, beta: float, gamma: float) -> Any:
    """As in beta-TC-VAE: the mutual information, the total correlation, and the KL of each dimension."""
    mu, logvar = heads()
    z = mu + noise(mu) * (0.5 * logvar).exp()
    log_q_zx = log_density(z, mu, logvar).sum(1)
    log_p_z = log_density(z, torch.zeros_like(z), torch.zeros_like(z)).sum(1)
    every = log_density(z[:, None], mu[None], logvar[None])
    log_q_z = torch.logsumexp(every.sum(2), 1) - torch.log(torch.tensor(float(B)))
    log_prod_q_z = (torch.logsumexp(every, 1) - torch.log(torch.tensor(float(B)))).sum(1)
    information, correlation = log_q_zx - log_q_z, log_q_z - log_prod_q_z
    of_dimensions = log_prod_q_z - log_p_z
    return (alpha * information + beta * correlation + gamma * of_dimensions).mean()


def test_the_three_parts_of_a_total_correlation() -> None:
    with klcli.watch() as seen:
        loss = total_correlation(1.0, 6.0, 1.5)
        loss.backward()
    assert [(term.kind, term.verdict, term.name) for term in seen.terms] == [
        ("estimator", "estimator", "information"),
        ("estimator", "estimator", "correlation"),
        ("estimator", "estimator", "of_dimensions"),
    ]
    assert [term.weight for term in seen.terms] == pytest.approx([1.0, 6.0, 1.5])
    assert sum(term.contribution or 0.0 for term in seen.terms) == pytest.approx(loss.item(), rel=1e-5)
    assert seen.terms[1].what.startswith(
        "log_q_z - log_prod_q_z, log-densities of which one is that of a mixture"
    )
    assert seen.terms[1].what.endswith("mean over the batch")
    assert not seen.findings
    assert not seen.watched.holds()
    assert seen.watched.holds(["estimator"])


def test_the_sign_says_which_is_taken_from_which() -> None:
    with klcli.watch() as seen:
        mu, logvar = heads()
        log_q = log_density(mu, mu, logvar).sum(1)
        log_mixture = torch.logsumexp(log_density(mu[:, None], mu[None], logvar[None]).sum(2), 1)
        (-(log_mixture - log_q)).mean().backward()
    assert seen.terms[0].what.startswith("log_q - log_mixture")


@pytest.mark.parametrize(
    ("names", "made_by", "found"),
    [
        (("log_q", "log_p"), "logsumexp", ("log_q", "log_p")),
        (("log_q", "log_p"), "linear", None),
        (("chosen", "rejected"), "logsumexp", None),
    ],
)
def test_it_is_said_by_names_and_by_a_logsumexp(
    names: tuple[str, str], made_by: str, found: tuple[str, str] | None
) -> None:
    mixture = node("leaf", shape=(4,), name=names[1], made_by=made_by)
    recording = recorded(leaf(names[0], (4,)), mixture, node("sub", 0, 1, shape=(4,)))
    assert mixed_densities(recording, 2) == found
