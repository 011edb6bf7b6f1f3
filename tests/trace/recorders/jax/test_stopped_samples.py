"""Samples of JAX without a gradient, and the largest of several KLs: what no gradient of the loss trains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import klcli

jax = pytest.importorskip("jax")
jnp = jax.numpy
stop = jax.lax.stop_gradient

B, N, D = 6, 12, 4
KEYS = jax.random.split(jax.random.PRNGKey(0), 5)
X = jax.random.uniform(KEYS[0], (B, N))
PARAMS = {
    name: 0.3 * jax.random.normal(key, shape)
    for name, key, shape in (
        ("mean", KEYS[1], (N, D)),
        ("head", KEYS[2], (N, D)),
        ("decoder", KEYS[3], (D, N)),
    )
}


def kl_of(mu: Any, logvar: Any) -> Any:
    return -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar), axis=-1).mean()


def error_of(params: Any, z: Any) -> Any:
    return jnp.sum((jnp.tanh(z @ params["decoder"]) - X) ** 2, axis=-1).mean()


def drawn(mu: Any, logvar: Any) -> Any:
    return mu + jnp.exp(0.5 * logvar) * jax.random.normal(KEYS[4], mu.shape)


def found_in(loss: Callable[[Any, Any, Any], Any]) -> tuple[list[str], Any]:
    def of_params(params: Any) -> Any:
        return loss(params, X @ params["mean"], X @ params["head"])

    with klcli.watch() as seen:
        jax.grad(of_params)(PARAMS)
    return [one.mistake.code for one in seen.findings], seen


@pytest.mark.parametrize(
    ("sample", "codes"),
    [
        (drawn, []),
        (lambda mu, logvar: stop(drawn(mu, logvar)), ["KL134"]),
        (lambda mu, logvar: drawn(stop(mu), stop(logvar)), ["KL134"]),
    ],
)
def test_a_sample_that_trains_nothing(sample: Callable[[Any, Any], Any], codes: list[str]) -> None:
    found, _ = found_in(lambda params, mu, logvar: error_of(params, sample(mu, logvar)) + kl_of(mu, logvar))
    assert found == codes


def test_what_the_decoder_trains_besides() -> None:
    def loss(params: Any, mu: Any, logvar: Any) -> Any:
        return error_of(params, stop(drawn(mu, logvar))) + kl_of(mu, logvar) + error_of(params, mu)

    assert found_in(loss)[0] == []


@pytest.mark.parametrize(("take", "word"), [("max", "largest"), ("min", "smallest"), ("sum", "")])
def test_one_of_several_kls(take: str, word: str) -> None:
    def loss(params: Any, mu: Any, logvar: Any) -> Any:
        every = [kl_of(mu, logvar), kl_of(mu[::-1], logvar), kl_of(mu, logvar[::-1])]
        return getattr(jnp.stack(every), take)()

    _, seen = found_in(loss)
    told = [term.what for term in seen.terms if term.verdict == "other"]
    assert told == ([f"the {word} of 3 KLs: the others train nothing"] if word else [])
    assert seen.watched.holds(["scaled", "free-bits"]) is not bool(word)
