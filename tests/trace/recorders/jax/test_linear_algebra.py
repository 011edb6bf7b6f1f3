"""KLs of covariance matrices in programs of JAX, as they are written with its linear algebra."""

from __future__ import annotations

from typing import Any

import pytest

import klcli

jax = pytest.importorskip("jax")
jnp = jax.numpy
D = 3
PARAMS = {"mu": 0.3 * jnp.ones(D), "raw": jnp.eye(D) + 0.1 * jnp.arange(9.0).reshape(D, D)}


def of_covariance(params: Any) -> Any:
    lower = jnp.tril(params["raw"])
    covariance, mu = lower @ lower.T, params["mu"]
    return 0.5 * (jnp.trace(covariance) + mu @ mu - D - jnp.linalg.slogdet(covariance)[1])


def of_factors(params: Any) -> Any:
    """To N(0, P), by the factor of that."""
    prior = jnp.linalg.cholesky(jnp.eye(D) + 0.3)
    lower = jnp.tril(params["raw"])
    ratio = jax.scipy.linalg.solve_triangular(prior, lower, lower=True)
    shift = jax.scipy.linalg.solve_triangular(prior, params["mu"], lower=True)
    volumes = [jnp.sum(jnp.log(jnp.diagonal(one))) for one in (prior, lower)]
    return 0.5 * (jnp.sum(ratio**2) + jnp.sum(shift**2) - D) + volumes[0] - volumes[1]


def half_a_determinant(params: Any) -> Any:
    lower = jnp.tril(params["raw"])
    square = jnp.sum(lower**2) + jnp.sum(params["mu"] ** 2)
    return 0.5 * (square - D - jnp.sum(jnp.log(jnp.diag(lower))))


@pytest.mark.parametrize(
    ("loss", "verdict", "codes"),
    [(of_covariance, "exact", []), (of_factors, "exact", []), (half_a_determinant, "wrong", ["KL124"])],
)
def test_a_kl_of_matrices(loss: Any, verdict: str, codes: list[str]) -> None:
    with klcli.watch() as seen:
        jax.grad(loss)(PARAMS)
    (term,) = seen.terms
    assert (term.verdict, term.parameterization.name) == (verdict, "cholesky")
    assert [one.mistake.code for one in seen.findings] == codes
