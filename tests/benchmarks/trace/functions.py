"""Functions of JAX's packages: numpyro, distrax, and the loss of flax's VAE example as it writes it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from tests.benchmarks.trace.known import case


@case("numpyro", ("exact", "std", 1.0), is_function=True)
def normal(mu: Any, std: Any) -> Any:
    from numpyro.distributions import Normal, kl_divergence

    return kl_divergence(Normal(mu, std), Normal(0.0, 1.0)).sum(-1).mean()


@case("numpyro", ("exact", "std", 1.0), is_function=True)
def independent(mu: Any, std: Any) -> Any:
    from numpyro.distributions import Normal, kl_divergence

    q, p = Normal(mu, std).to_event(1), Normal(jnp.zeros_like(mu), 1.0).to_event(1)
    return kl_divergence(q, p).mean()


@case("numpyro", ("exact", "std", 1.0), is_function=True)
def between_two(m1: Any, s1: Any, m2: Any, s2: Any) -> Any:
    from numpyro.distributions import Normal, kl_divergence

    return kl_divergence(Normal(m1, s1), Normal(m2, s2)).sum()


@case("distrax", ("exact", "std", 1.0), is_function=True)
def distrax_normal(mu: Any, std: Any) -> Any:
    import distrax

    return distrax.Normal(mu, std).kl_divergence(distrax.Normal(0.0, 1.0)).sum(-1).mean()


@case("distrax", ("exact", "std", 1.0), is_function=True)
def distrax_diagonal(mu: Any, std: Any) -> Any:
    import distrax

    q = distrax.MultivariateNormalDiag(mu, std)
    return q.kl_divergence(distrax.MultivariateNormalDiag(jnp.zeros_like(mu), jnp.ones_like(mu))).mean()


@jax.vmap
def kl_divergence(mean: Any, logvar: Any) -> Any:
    """As flax's example of a VAE writes it."""
    return -0.5 * jnp.sum(1 + logvar - jnp.square(mean) - jnp.exp(logvar))


@case("flax", ("exact", "logvar", 1.0), is_function=True)
def flax_example(mean: Any, logvar: Any) -> Any:
    return kl_divergence(mean, logvar).mean()
