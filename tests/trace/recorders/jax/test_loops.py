"""Loops of JAX: the terms of their steps, and sums and means over what the steps gave back.

Three steps of 6 examples with 4 latents; a term is (verdict, reduction, weight).
"""

from __future__ import annotations

from typing import Any

import pytest

import klcli

jax = pytest.importorskip("jax")
jnp = jax.numpy
STEPS, B, D = 3, 6, 4
X = jax.random.uniform(jax.random.PRNGKey(0), (STEPS, B, D))
PARAMS = {"mu": 0.5 * jnp.ones(D), "logvar": 0.1 * jnp.ones(D)}


def kl_of(params: Any, x: Any) -> Any:
    mu, logvar = x * params["mu"], x + params["logvar"]
    return -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar), -1)


def carried(params: Any) -> Any:
    return jax.lax.scan(lambda total, x: (total + kl_of(params, x).mean(), None), 0.0, X)[0]


def given_back(params: Any) -> Any:
    return jax.lax.scan(lambda _, x: (None, kl_of(params, x)), None, X, reverse=True)[1].sum(0).mean()


def averaged(params: Any) -> Any:
    return jax.lax.map(lambda x: kl_of(params, x), X).mean()


def steps_averaged(params: Any) -> Any:
    return jax.lax.map(lambda x: kl_of(params, x), X).mean(0).sum() / B


@pytest.mark.parametrize(
    ("loss", "weight"), [(carried, 1), (given_back, 1), (averaged, 1 / STEPS), (steps_averaged, 1 / STEPS)]
)
def test_the_terms_of_a_loop(loss: Any, weight: float) -> None:
    with klcli.watch() as seen:
        value = jax.value_and_grad(loss)(PARAMS)[0]
    told = [(term.verdict, term.reduction, round(float(term.weight or 0), 9)) for term in seen.terms]
    assert told == [("exact", "sum-mean", round(weight, 9))] * STEPS
    assert seen.findings == ()
    assert all(slope.agrees for term in seen.terms for slope in term.slopes)
    assert sum(term.contribution or 0 for term in seen.terms) == pytest.approx(float(value), rel=1e-5)


def test_a_wrong_term_of_a_loop() -> None:
    def loss(params: Any) -> Any:
        def step(total: Any, x: Any) -> Any:
            mu, logvar = x * params["mu"], x + params["logvar"]
            return total - 0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(2 * logvar)), None

        return jax.lax.scan(step, 0.0, X)[0]

    with klcli.watch() as seen:
        jax.grad(loss)(PARAMS)
    assert {finding.mistake.code for finding in seen.findings} == {"KL105"}


def test_a_long_loop_is_not_followed() -> None:
    def loss(params: Any) -> Any:
        long = jnp.ones((100, B, D))
        return jax.lax.scan(lambda total, x: (total + kl_of(params, x).mean(), None), 0.0, long)[0]

    with klcli.watch() as seen:
        jax.grad(loss)(PARAMS)
    assert [term.kind for term in seen.terms] == ["other"]
