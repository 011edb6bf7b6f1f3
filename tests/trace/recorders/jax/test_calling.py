"""Functions of JAX: what they compute, by their equations, and what their gradients are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from klcli.testing import assert_kl

jax = pytest.importorskip("jax")
jnp = jax.numpy
call = pytest.importorskip("klcli.trace.recorders.jax.calling").call


def elements(mu: Any, logvar: Any) -> Any:
    return -0.5 * (1 + logvar - jnp.square(mu) - jnp.exp(logvar))


@jax.jit
def jitted(mu: Any, logvar: Any) -> Any:
    return jnp.mean(jnp.sum(elements(mu, logvar), axis=-1))


def of_std(mu: Any, std: Any) -> Any:
    return (std**2 + mu**2 - 1) / 2 - jnp.log(std)


def of_softplus(mu: Any, rho: Any) -> Any:
    return of_std(mu, jax.nn.softplus(rho)).sum(1)


def with_numbers_alone(mu: Any, std: Any) -> Any:
    """The prior's numbers are computed with, as those of a distribution's object are."""
    prior = jnp.log(jnp.asarray(1.0)) + jnp.exp(jnp.asarray(0.0)) - 1.0
    one = jnp.ones((1, 1))
    return of_std(mu / one - prior, std).sum()


def of_sigmoids(mu: Any, logstd: Any) -> Any:
    """exp(s) as sigmoid(s) / sigmoid(-s)."""
    return of_std(mu, jax.nn.sigmoid(logstd) / jax.nn.sigmoid(-logstd)).sum()


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (elements, {}),
        (jitted, {"reduction": "sum-mean"}),
        (lambda mu, s: elements(mu, s).sum() / mu.shape[0], {"reduction": "sum-mean"}),
        (lambda mu, s: elements(mu, s).mean(), {"reduction": "mean"}),
        (of_std, {"param": "std"}),
        (of_softplus, {"param": "softplus"}),
        (with_numbers_alone, {"param": "std"}),
        (of_sigmoids, {"param": "logstd"}),
        (lambda mu, s: jax.vmap(elements)(mu, s).sum(), {}),
    ],
)
def test_right_functions_pass(function: Any, options: dict[str, Any]) -> None:
    assert_kl(function, **options)


@jax.custom_jvp
def straight(s: Any) -> Any:
    return jnp.exp(s)


straight.defjvps(lambda slope, out, s: slope)


@pytest.mark.parametrize(
    ("function", "options", "text"),
    [
        (lambda mu, s: -0.5 * jnp.sum(1 + s - mu**2 - jnp.exp(s) ** 2), {}, "KL105"),
        (lambda mu, s: 2 * jitted(mu, s), {}, "2 KL("),
        (of_std, {"param": "var"}, "it is one for a standard deviation"),
        (lambda mu, s: elements(mu, s).mean(), {}, "a mean over the latents is 1/d"),
        (lambda mu, s: elements(mu, s).sum(0).mean(), {}, "reduced as mean-sum"),
        (
            lambda mu, s: -0.5 * jnp.sum(1 + s - mu**2 - jnp.exp(jax.lax.stop_gradient(s))),
            {},
            "another gradient: that of s is stopped",
        ),
        (lambda mu, s: -0.5 * jnp.sum(1 + s - mu**2 - straight(s)), {}, "another gradient: that of s"),
    ],
)
def test_wrong_functions_are_named(function: Any, options: dict[str, Any], text: str) -> None:
    with pytest.raises(AssertionError) as caught:
        assert_kl(function, **options)
    assert text in str(caught.value)


def test_a_sum_under_vmap_has_axes_that_can_be_written() -> None:
    """JAX 0.10 counts them in numpy's integers there, of which JSON knows nothing."""
    given = {"mu": ((2, 3), [0.1] * 6), "logvar": ((2, 3), [0.2] * 6)}
    found = call(lambda mu, logvar: jax.vmap(jnp.sum)(elements(mu, logvar)).mean(), given, "float64", {})
    assert json.dumps(found)
