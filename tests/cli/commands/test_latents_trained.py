"""A linear VAE, trained here at two weights of its KL, one of which collapses it.

Its optimum is known (Lucas, Tucker, Grosse and Norouzi, Don't blame the ELBO, 2019, with the weight beta in the
place of the decoder's variance): a latent is active where an eigenvalue of the data's covariance is above
beta, and its KL is 1/2 log(eigenvalue / beta).
"""

from __future__ import annotations

import json
from math import log
from pathlib import Path

import numpy
import pytest

from tests.cli.conftest import Klcli

EIGENVALUES = (9.0, 4.0, 1.5, 0.4, 0.3)
LATENTS = 4


def data() -> numpy.ndarray:
    """1,000 examples whose covariance has exactly these eigenvalues."""
    rng = numpy.random.default_rng(17)
    raw = rng.normal(size=(1000, 5))
    raw -= raw.mean(axis=0)
    white = raw @ numpy.linalg.inv(numpy.linalg.cholesky(numpy.cov(raw.T, bias=True))).T
    rotation = numpy.linalg.qr(rng.normal(size=(5, 5)))[0]
    return white * numpy.sqrt(EIGENVALUES) @ rotation


def trained(x: numpy.ndarray, beta: float) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Means and log-variances after gradient descent on 1/2 |x - decoded|^2 + beta KL, both in expectation."""
    rng = numpy.random.default_rng(18)
    encoder, decoder, s = (
        0.1 * rng.normal(size=(5, LATENTS)),
        0.1 * rng.normal(size=(LATENTS, 5)),
        numpy.zeros(LATENTS),
    )
    covariance = x.T @ x / len(x)
    for _ in range(3000):
        error = encoder @ decoder - numpy.eye(5)
        to_decoder = encoder.T @ covariance @ error + numpy.exp(s)[:, None] * decoder
        to_encoder = covariance @ error @ decoder.T + beta * covariance @ encoder
        to_s = 0.5 * numpy.exp(s) * (decoder**2).sum(axis=1) + beta * 0.5 * (numpy.exp(s) - 1)
        encoder, decoder, s = (
            encoder - 0.02 / beta * to_encoder,
            decoder - 0.02 * to_decoder,
            s - 0.02 / beta * to_s,
        )
    return x @ encoder, numpy.broadcast_to(s, (len(x), LATENTS))


@pytest.mark.parametrize("beta", [1.0, 20.0])
def test_what_became_of_the_latents(klcli: Klcli, tmp_path: Path, beta: float) -> None:
    mean, head = trained(data(), beta)
    numpy.savez(tmp_path / "t.npz", mu=mean, logvar=head)
    found = json.loads(klcli("latents", str(tmp_path / "t.npz"), "--json").out)
    theory = [log(value / beta) / 2 for value in EIGENVALUES if value > beta]
    active = [row["kl"] for row in found["latents"] if row["active"]]
    textbook = 0.5 * (numpy.exp(head) - 1 - head + mean**2)
    assert found["kl"]["mean"] == pytest.approx(sum(theory), abs=0.01)
    assert found["kl"]["mean"] == pytest.approx(textbook.sum(axis=1).mean(), rel=1e-9, abs=1e-12)
    assert len(active) == found["active_units"] == len(theory)
    assert found["collapsed_units"] == LATENTS - len(theory)
    assert ("collapsed to the prior" in found["verdict"]) == (len(theory) < LATENTS)
